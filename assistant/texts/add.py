"""What a text that has too little of something gets: breaks, marks, a frame. No new sentence but the one asked for.

>>> broken_up("At 8. Come by. Bring bags. Bye.", 2, "\\n\\n")
'At 8. Come by.\\n\\nBring bags. Bye.'
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from assistant._words import Span
from assistant.texts.checks import CHECKS
from assistant.texts.checks.form import bare, is_json
from assistant.texts.drop import DROPS, Mender, most
from assistant.texts.find import POSTSCRIPT, placed
from assistant.texts.markup import HIGHLIGHT, kinds
from assistant.texts.obey import SAYS, Rule, limit, values, wanted
from assistant.texts.reform import joined, listed, prose, unwrapped, wrapped
from assistant.texts.segment import ITEM, items, sentences, words

__all__ = ["ADDS", "broken_up", "ended", "least"]

WORD = re.compile(r"(?<![\w*@/.:#\\-])[^\W\d_]{2,}(?![\w*@/:-]|\.\w)")
"""What can be written in capitals or between stars."""
WHOLE = frozenset(("table", "code", "quote"))
"""What of Markdown can't be cut in pieces."""


def least(rule: Rule) -> int | None:
    """The smallest number that the rule lets be; None: it has no lower bound."""
    bound = limit(rule)
    if bound is None or rule.operator not in ("eq", "ge", "gt"):
        return None
    return math.floor(bound) + 1 if rule.operator == "gt" else math.ceil(bound)


# --- sentences, shared out ---------------------------------------------------------------------------------------


def broken_up(text: str, count: int, sign: str) -> str | None:
    """The text with breaks between sentences until it has so many parts; None where it has too few sentences.

    Args:
        sign: the break, an empty line or a new line; what is broken so already stays.
    """
    spans = sentences(text)
    gaps = [(end, start) for (_, end), (start, _) in pairwise(spans)]
    there = [gap for gap in gaps if text[slice(*gap)].count("\n") >= len(sign)]
    free = [gap for gap in gaps if gap not in there]
    need = count - len(there) - 1
    if not 0 < need <= len(free):
        return None
    chosen = [free[round((n + 1) * (len(free) + 1) / (need + 1)) - 1] for n in range(need)]
    for end, start in reversed(chosen):
        text = text[:end] + sign + text[start:]
    return text


def _parts(count: Callable[[str], int], sign: str) -> Mender:
    """Paragraphs and lines: too few are broken up, one alone is joined from several; too many are cut elsewhere."""

    def mend(text: str, rule: Rule) -> str | None:
        need = least(rule)
        if most(rule) == 1 and not kinds(text) & WHOLE:
            return joined(text, postscript=sign == "\n\n")
        if need is None or count(text) >= need or kinds(text) & WHOLE:
            return None
        return broken_up(text, need, sign)

    return mend


def _shares(text: str, count: int) -> list[str]:
    """The sentences in order, as so many parts; none where there are too few."""
    spans = sentences(text)
    if not 0 < count <= len(spans) or kinds(text) & WHOLE:
        return []
    edges = [round(n * len(spans) / count) for n in range(count + 1)]
    return [" ".join(text[spans[a][0] : spans[b - 1][1]].split()) for a, b in pairwise(edges)]


def _items(text: str, rule: Rule) -> str | None:
    """Too many are cut; too few items are made of the sentences of the text, or of those of its items."""
    need, there = least(rule), items(text)
    if need is None or len(there) >= need:
        return DROPS["count.items"](text, rule)
    if not there:
        parts = [ITEM.sub("", part) for part in _shares(text, need)]
        return "\n".join(f"- {part}" for part in parts) or None
    mark = "- " if (first := ITEM.match(text[slice(*there[0])])) is None else first[0]
    inside = [(end, start) for a, b in there for end, start in _gaps(text, a, b)]
    if len(there) + len(inside) < need or mark.strip()[0].isdigit():
        return None
    for end, start in reversed(inside[: need - len(there)]):
        text = f"{text[:end]}\n{mark}{text[start:]}"
    return text


def _gaps(text: str, start: int, end: int) -> list[Span]:
    return [(start + b, start + a) for (_, b), (a, _) in pairwise(sentences(text[start:end]))]


def _sections(text: str, rule: Rule) -> str | None:
    """ "Section 1" and so on, over the sentences in order, where there are no sections at all."""
    need = least(rule)
    if need is None or CHECKS["count.sections"].measure(text) >= need:
        return DROPS["count.sections"](text, rule)
    if CHECKS["count.sections"].measure(text):
        return None
    return "\n\n".join(f"Section {n}\n{part}" for n, part in enumerate(_shares(prose(text), need), 1)) or None


def _paragraph_start(text: str, rule: Rule) -> str | None:
    """Puts the words before the paragraph of this number, once there is one."""
    if not SAYS.get(rule.operator) or len(values(rule)) != 1:
        return None
    number, _, said = str(values(rule)[0]).partition(":")
    place = int(number) if number.strip().isdigit() else 0
    if not place or not said.strip():
        return None
    spans = CHECKS["paragraph.start"].measure(text)
    if len(spans) < place and not kinds(text) & WHOLE:
        text = broken_up(text, place, "\n\n") or text
    parts = re.split(r"(\n[ \t]*\n\s*)", text.strip())
    if len(parts) < 2 * place - 1:
        return None
    parts[2 * place - 2] = f"{said.strip()}{',' if said.strip()[-1:].isalnum() else ''} {parts[2 * place - 2]}"
    return "".join(parts)


# --- marks -------------------------------------------------------------------------------------------------------


def _marked(name: str, free: Callable[[str], Sequence[Span]], mark: Callable[[str], str]) -> Mender:
    """Marks what can be marked until it is enough, the longest first; drops marks that are too many."""

    def mend(text: str, rule: Rule) -> str | None:
        need, there = least(rule), int(CHECKS[name].measure(text))
        if need is None or there >= need:
            return DROPS[name](text, rule)
        chosen = sorted(free(text), key=lambda span: span[0] - span[1])[: need - there]
        for start, end in sorted(chosen, reverse=True):
            text = text[:start] + mark(text[start:end]) + text[end:]
        return text

    return mend


def _unstarred(text: str) -> list[Span]:
    taken = [match.span() for match in HIGHLIGHT.finditer(text)]
    spans = [match.span() for match in WORD.finditer(text)]
    return [(a, b) for a, b in spans if not any(start < b and a < end for start, end in taken)]


def _small(text: str) -> list[Span]:
    """Words that are not in capitals yet; a part of a contraction is none."""
    spans = [match.span() for match in WORD.finditer(text) if not match[0].isupper() and match[0].upper().isupper()]
    return [(a, b) for a, b in spans if text[b : b + 1] not in ("'", "’", "_") and text[a - 1 : a] not in ("'", "’")]


def _stops(text: str) -> list[Span]:
    """The full stops of sentences."""
    ends = [end for _, end in sentences(text)]
    return [(end - 1, end) for end in ends if text[end - 1] == "." and text[end - 2 : end] != ".."]


# --- what was asked for, word for word ---------------------------------------------------------------------------


def ended(text: str) -> str:
    """With a full stop, where nothing ends it."""
    text = text.strip()
    return text if re.search(r"[.!?…:,;。！？][\"'”’»)\]*_]*$", text) or not text[-1:].isalnum() else f"{text}."


def _contains(text: str, rule: Rule) -> str | None:
    """Without the sentences that have what must not be there; with a whole sentence that must be there."""
    if SAYS.get(rule.operator) is False:
        return DROPS["contains"](text, rule)
    missing = [str(value).strip() for value in values(rule) if not placed(text, str(value))]
    if not missing or not all(_is_sentence(said) for said in missing):
        return None
    return " ".join([ended(text), *map(ended, missing)])


def _is_sentence(said: str) -> bool:
    return said[:1].isupper() and (len(words(said)) > 2 or said[-1:] in ".!?…")


def _postscript(text: str, rule: Rule) -> str | None:
    """The last sentence as a postscript; or without the postscript and all behind it."""
    if wanted(rule) is False:
        return re.sub(POSTSCRIPT.pattern + r"[\s\S]*", "", text, flags=POSTSCRIPT.flags).strip() or None
    spans = sentences(text)
    if not wanted(rule) or len(spans) < 2 or kinds(text) & WHOLE:
        return None
    before, said = text[: spans[-1][0]].rstrip(), text[spans[-1][0] :].strip()
    return f"{ITEM.sub('', before) if not words(ITEM.sub('', before)) else before}\n\nP.S. {ITEM.sub('', said)}"


def _json(text: str, rule: Rule) -> str | None:
    if wanted(rule):
        return wrapped(text)
    return unwrapped(json.loads(bare(text))) if wanted(rule) is False and is_json(text) else None


ADDS: dict[str, Mender] = {
    "contains": _contains,
    "format.list": lambda text, rule: listed(text, number=False) if wanted(rule) else prose(text),
    "format.bullets": lambda text, rule: listed(text, number=False) if wanted(rule) else prose(text),
    "format.numbered": lambda text, rule: listed(text, number=bool(wanted(rule))),
    "count.items": _items,
    "count.sections": _sections,
    "length.paragraphs": _parts(CHECKS["length.paragraphs"].measure, "\n\n"),
    "length.lines": _parts(CHECKS["length.lines"].measure, "\n"),
    "paragraph.start": _paragraph_start,
    "count.highlights": _marked("count.highlights", _unstarred, lambda word: f"*{word}*"),
    "count.capitals": _marked("count.capitals", _small, str.upper),
    "count.exclamations": _marked("count.exclamations", _stops, lambda stop: "!"),
    "format.postscript": _postscript,
    "format.json": _json,
}
