"""A list as sentences, and sentences as a list.

>>> prose("Bring:\\n- a bag\\n- your card")
'Bring:\\nA bag. Your card.'
>>> listed("It opens at 8. Come by.", number=True)
'1. It opens at 8.\\n2. Come by.'
"""

from __future__ import annotations

import re

from assistant.texts.markup import stripped
from assistant.texts.segment import ITEM, RULE, items, sentences

__all__ = ["listed", "prose"]

STOPPED = re.compile(r"[.!?…:;。！？][\"'”’)*_]*$")


def prose(text: str) -> str:
    """The items of a list as sentences, in one paragraph; all else stays."""
    out: list[str] = []
    in_list = False
    for line in text.splitlines():
        if not ITEM.match(line) or RULE.match(line):
            out.append(line)
            in_list = in_list and not line.strip()
            continue
        said = _sentence(line)
        while in_list and not out[-1].strip():
            out.pop()
        if in_list:
            out[-1] += f" {said}"
        else:
            out.append(said)
        in_list = True
    return "\n".join(out).strip()


def _sentence(item: str) -> str:
    """An item without its mark (or marks: "- 1. one"), as a sentence."""
    while ITEM.match(item):
        item = ITEM.sub("", item)
    said = item.strip()
    return f"{said[:1].upper()}{said[1:]}{'' if STOPPED.search(said) else '.'}"


def listed(text: str, number: bool) -> str | None:
    """Every item of the list there is, or else every sentence, as an item; None: there is neither."""
    spans = items(text)
    if spans:
        parts = [ITEM.sub("", text[start:end]).strip() for start, end in spans]
    else:
        text = stripped(text)
        parts = [" ".join(text[start:end].split()) for start, end in sentences(text)]
    marks = (f"{n}." if number else "-" for n in range(1, len(parts) + 1))
    return "\n".join(f"{mark} {part}" for mark, part in zip(marks, parts, strict=True)) or None
