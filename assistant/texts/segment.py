"""Where the words, sentences, lines, paragraphs and list items of a text are.

>>> text = 'Dr. Lee paid $3.50. "Really?" he asked. Yes ... maybe.'
>>> [text[a:b] for a, b in sentences(text)]
['Dr. Lee paid $3.50.', '"Really?" he asked.', 'Yes ... maybe.']

A sentence ends at . ! ? or an ellipsis before a space, but not behind an abbreviation or an initial, nor inside a
quotation that goes on in lower case; and at the end of a paragraph, a heading or a list item. The difficulties are
those of Kiss & Strunk 2006 (Unsupervised multilingual sentence boundary detection); the lists here are by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant._words import UNSPACED, Span, word_set

__all__ = ["ITEM", "RULE", "items", "lines", "paragraphs", "sentences", "words"]

ITEM = re.compile(r"^[ \t]*(?:[-*•+–‣◦]|\d{1,3}[.)])[ \t]+(?=\S)", re.MULTILINE)
RULE = re.compile(r"^[ \t]*(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|(?:=[ \t]*){3,})$")
ALONE = re.compile(r"^[ \t]*(?:#{1,6}[ \t]|\||<<|```)")
"""Lines that are no part of the sentence before: headings, rows of a table, titles, fences."""

END = re.compile(r"(?:[.!?…]+[\"'”’»)\]*_]*(?=\s|$))|[。！？]+[”』」）]*")
# never the end of a sentence
BEFORE = word_set(
    "mr mrs ms dr prof st sr jr rev gen col capt lt sgt hon messrs mme mlle hr fr frau herr sig dott e.g i.e z.b d.h "
    "u.a vs cf ca approx fig figs eq vol pp ed eds viz al bzw p.s p.p.s"
)
# the end only where what follows begins with a capital
AT_END_TOO = word_set(
    "etc inc ltd co corp dept est a.m p.m u.s u.k e.u u.n ph.d b.a m.a b.sc m.sc d.c usw jan feb mar apr jun jul aug "
    "sep sept oct nov dec mon tue wed thu fri sat sun min max tel ext ave blvd rd"
)
NUMBERED = word_set("no nos nr nrs num art sec ch p op §")
MONTHS = re.compile(
    r"\s+(?:Jan|Feb|Mär|Mar|Apr|Mai|May|Jun|Jul|Aug|Sep|Okt|Oct|Nov|Dez|Dec)[\w]*\b",
)
OPENERS = re.compile(
    r"\s+(?:The|It|He|She|We|You|They|This|That|These|There|A|An|In|But|And|So|If|Then|Our|Your|My|His|Her|Please)\b"
)
WORD = re.compile(r"\w")


def words(text: str) -> list[Span]:
    """What stands between spaces and has a letter or digit; of scripts without spaces, every character."""
    found: list[Span] = []
    for match in re.finditer(r"[^\s。！？]+", text):
        if not WORD.search(match[0]):
            continue
        signs = [one.span() for one in UNSPACED.finditer(match[0])]
        found += [(match.start() + start, match.start() + end) for start, end in signs]
        if not signs or WORD.search(UNSPACED.sub("", match[0])):
            found.append(match.span())
    return found


def lines(text: str) -> list[Span]:
    """Those that are not empty."""
    return [match.span() for match in re.finditer(r"[^\r\n]*\S[^\r\n]*", text)]


def paragraphs(text: str) -> list[Span]:
    """What empty lines part; a line of stars or dashes is none."""
    found: list[Span] = []
    last = False
    at = 0
    for line in text.splitlines(keepends=True):
        start, end = at, at + len(line.rstrip())
        at += len(line)
        if not line.strip() or RULE.match(line.rstrip()):
            last = False
        elif last:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
            last = True
    return found


def items(text: str) -> list[Span]:
    """The items of lists, each from its bullet or number to the end of its line."""
    return [
        (start, end) for start, end in lines(text) if ITEM.match(text[start:end]) and not RULE.match(text[start:end])
    ]


def sentences(text: str) -> list[Span]:
    """The sentences, without the spaces around them; what has no letter or digit belongs to the one before."""
    found: list[Span] = []
    for start, end in _blocks(text):
        for first, last in _within(text, start, end):
            if WORD.search(text[first:last]):
                found.append((first, last))
            elif found:
                found[-1] = (found[-1][0], last)
    return found


def _blocks(text: str) -> Iterator[Span]:
    """Paragraphs, parted before every list item and around what stands alone in its line."""
    for start, end in paragraphs(text):
        begin = start
        for first, last in lines(text[start:end]):
            line = text[start + first : start + last]
            if ITEM.match(line) or ALONE.match(line):
                if begin < start + first:
                    yield begin, start + first
                begin = start + first
            if ALONE.match(line):
                yield begin, start + last
                begin = start + last
        if begin < end:
            yield begin, end


def _within(text: str, start: int, end: int) -> Iterator[Span]:
    marker = ITEM.match(text[start:end])
    begin, at = start, start + (marker.end() if marker else 0)
    for match in END.finditer(text, at, end):
        if _ends(text, at, match, end):
            yield from _trimmed(text, begin, match.end())
            begin = match.end()
    yield from _trimmed(text, begin, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    part = text[start:end]
    if part.strip():
        yield start + len(part) - len(part.lstrip()), start + len(part.rstrip())


def _ends(text: str, start: int, match: re.Match[str], end: int) -> bool:
    """Whether a sentence ends at these signs."""
    signs, rest = match[0], text[match.end() : end]
    if not rest.strip() or signs[0] in "。！？":
        return True
    small = rest.lstrip()[0].islower()
    stop = signs.rstrip("\"'”’»)]*_")
    if small and (stop != signs or "…" in stop or (len(stop) > 1 and set(stop) == {"."})):
        return False
    return stop != "." or _full_stop(text[start : match.start()], rest, small)


def _full_stop(before: str, rest: str, small: bool) -> bool:
    """Whether a single dot is a full stop: `before` is the text up to it, `rest` what follows."""
    token = re.split(r"[\s(\"'“‘\[*_]", before[-40:])[-1]
    bare = token.casefold()
    if bare in BEFORE:
        return False
    if bare in NUMBERED:
        return not re.match(r"\s+\d", rest)
    if bare in AT_END_TOO:
        return not small and not re.match(r"\s+\d", rest)
    if len(token) == 1 and token.isupper() and token != "I":
        return OPENERS.match(rest) is not None
    if re.fullmatch(r"\d{1,2}", token):
        return not MONTHS.match(rest)
    return True
