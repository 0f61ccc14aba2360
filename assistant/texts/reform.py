"""A list as sentences, sentences as a list, lines as one line, a text as JSON and back.

>>> prose("Bring:\\n- a bag\\n- your card")
'Bring:\\nA bag. Your card.'
>>> listed("It opens at 8. Come by.", number=True)
'1. It opens at 8.\\n2. Come by.'
"""

from __future__ import annotations

import json
import re
from itertools import count, pairwise
from typing import Any

from assistant.texts.find import POSTSCRIPT
from assistant.texts.markup import HEADING, stripped
from assistant.texts.segment import ITEM, RULE, items, sentences

__all__ = ["joined", "listed", "plain", "prose", "renumbered", "unwrapped", "wrapped"]

NUMBER = re.compile(r"^([ \t]*)(\d{1,3})(?=[.)][ \t]+\S)", re.MULTILINE)
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
    """The items that are there with other marks, or else every sentence as an item; None: there is neither."""
    if items(text):
        numbers = count(1)
        lines = [
            ITEM.sub(f"{next(numbers)}. " if number else "- ", line, count=1)
            if ITEM.match(line) and not RULE.match(line)
            else line
            for line in text.splitlines()
        ]
        return "\n".join(lines)
    text = stripped(text)
    parts = [" ".join(text[start:end].split()) for start, end in sentences(text)]
    marks = (f"{n}." if number else "-" for n in range(1, len(parts) + 1))
    return "\n".join(f"{mark} {part}" for mark, part in zip(marks, parts, strict=True)) or None


def renumbered(before: str, text: str) -> str:
    """The text with its numbers counted anew, where they counted 1, 2, 3 in the text before.

    >>> renumbered("1. a\\n2. b\\n3. c", "1. a\\n3. c")
    '1. a\\n2. c'
    """
    counted = [int(match[2]) for match in NUMBER.finditer(before)]
    if not counted or counted[0] != 1 or any(b - a != 1 for a, b in pairwise(counted)):
        return text
    numbers = count(1)
    return NUMBER.sub(lambda match: f"{match[1]}{next(numbers)}", text)


def joined(text: str, postscript: bool = False) -> str:
    """All lines as one: items as sentences, a heading with a colon.

    Args:
        postscript: it keeps a line of its own.
    """
    last = POSTSCRIPT.search(text) if postscript else None
    if last and text[: last.start()].strip():
        return f"{joined(text[: last.start()])}\n{joined(text[last.start() :])}"
    text = HEADING.sub(r"\1:", prose(text) if items(text) else text)
    return " ".join(line.strip() for line in text.splitlines() if line.strip() and not RULE.match(line))


def wrapped(text: str) -> str:
    """The text as the answer of a JSON object; as a list where it has several lines.

    >>> wrapped("- a bag\\n- a card"), wrapped("At 8.")
    ('{"answer": ["a bag", "a card"]}', '{"answer": "At 8."}')
    """
    said = [ITEM.sub("", line).strip() for line in text.splitlines() if line.strip()]
    return json.dumps({"answer": said if len(said) > 1 else "".join(said)}, ensure_ascii=False)


def unwrapped(found: Any) -> str:
    """What a JSON value says, as lines.

    >>> unwrapped({"answer": "At 8.", "days": ["Monday", "Friday"]})
    'answer: At 8.\\ndays: Monday, Friday'
    """
    if isinstance(found, dict) and len(found) == 1:
        return unwrapped(next(iter(found.values())))
    if isinstance(found, dict):
        return "\n".join(f"{name}: {_inline(value)}" for name, value in found.items())
    return "\n".join(map(_inline, found)) if isinstance(found, list) else _inline(found)


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_inline(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(map(_inline, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def plain(text: str) -> str:
    """Without Markdown; items keep a mark that is none.

    >>> plain("**Bring**\\n- a bag"), plain("1. *Go*")
    ('Bring\\n• a bag', '1. Go')
    """
    return stripped("\n".join(map(_kept, text.splitlines()))).replace("\0", "")


def _kept(line: str) -> str:
    """An item with a mark that nothing takes for one."""
    mark = None if RULE.match(line) else ITEM.match(line)
    if mark is None:
        return line
    number = mark[0].strip().rstrip(".)")
    return f"\0{number}. {said}" if (said := stripped(line[mark.end() :])) and number.isdigit() else f"\0• {said}"
