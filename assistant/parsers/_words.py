"""Words, quoted words and clauses of a message, each with its place in it.

clauses("nope, complaint: they want it back", ...)  ->  nope | complaint | they want it back
quotes('if it says "free iphone" it\\'s spam')       ->  [Span(11, 22, 'free iphone')]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["COMMON", "NEGATORS", "Span", "clauses", "quotes", "stem", "words"]


@dataclass(frozen=True)
class Span:
    """`text` stands at [start, end) of the message, in characters (quotation marks included in the place)."""

    start: int
    end: int
    text: str

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end


WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?|[+\-]1\b|[👍👎]")
QUOTED = re.compile(
    r'"([^"\n]{1,200})"|“([^”\n]{1,200})”|„([^“”\n]{1,200})[“”]|«([^»\n]{1,200})»|‘([^’\n]{1,200})’'
    r"|(?<![\w])'([^'\n]{1,200})'(?!\w)|`([^`\n]{1,200})`"
)
_NEGATORS = """
    not no never isn't isnt isn ain't aint aren't arent don't dont doesn't doesnt can't cant cannot
    wasn't wouldn't nothing neither nor hardly without doubt except shouldn't nope none anything
"""
NEGATORS = frozenset(_NEGATORS.split())
_COMMON = """
    a an the this that these those it its it's he she they them their his her him i you we us my your
    our me is are was were be been being am do does did done have has had will would should could can
    may might must and or but if when whenever then than so as at by for from in into of off on onto out
    over to up with about because since bc cause due despite not no yes ok very too also just all any
    some more most less least much many one two three what which who whom whose where why how there here
    now again please thanks well oh hey i'd i'm it'd that's they're he's she's call label mark say says
    said look looks like make put set get give go goes going let let's good bad right wrong true same
    other others rest both each every never always nothing something anything everything think thing
    things
"""
COMMON = frozenset(_COMMON.split())
ABBREVIATED = re.compile(r"\b(?:no|nr|mr|mrs|dr|e\.g|i\.e|vs|etc)\.$", re.I)
SENTENCE_END = re.compile(r"(?:[.!?…]+|;|\n)(?:\s+|$)")
CONDITION = re.compile(
    r"\b(?:if|when|whenever|every time|each time|as soon as|in case|unless|should the|anything|everything|anyone|"
    r"everyone|whoever|always|never)\b",
    re.I,
)
REASON = re.compile(
    r"[\s,(]*\b(?:because of|because|bc of|bc|b/c|cuz|coz|since|due to|just look at|look at|given that|"
    r"despite|even though|although|in spite of|as the mention of|just because)\b",
    re.I,
)
OPENS_CONDITION = re.compile(r"\s*(?:if|when|whenever|every time|each time|should the)\b", re.I)
LISTING = re.compile(r"\b(?:labels|categories|classes|sort (?:these|them|this) into)\b", re.I)
# where a clause may end within a sentence: a comma, a colon, an arrow, a dash, "but", "and" before a new point
BREAK = re.compile(
    r"\s*,\s+(?!not\b|then\b)|\s*:\s+|\s+(?:-+>?|–|—|→|=>)\s+|\s*\.\.\.+\s*|\s+but\s+|\s+(?:and|und)\s+", re.I
)
POINT = re.compile(
    r"(?:please\s+|also\s+|then\s+)*(?:#\d|\d+\s+(?:is|are|isn)|(?:the\s+)?(?:first|second|third|fourth|last|middle|"
    r"others?|rest)\b|drop|remove|delete|add|mention|replace|change|never|always|no\b|next|train|show|keep|make|"
    r"call it|undo|it's|it is|that's|the others|avoid|don't|put\b)",
    re.I,
)


def words(text: str) -> list[Span]:
    """The words in order, lower-cased, with straight apostrophes."""
    return [Span(m.start(), m.end(), m[0].lower().replace("’", "'")) for m in WORD.finditer(text)]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A crude stem, enough to find "refunds" by "refund" and "orders" by "ordered".

    >>> [stem(w) for w in ("complaints", "cancelled", "they're", "boxes")]
    ['complaint', 'cancel', 'they', 'box']
    """
    word = word.split("'")[0] if "n't" not in word else word
    for ending in ("ations", "ation", "ings", "ing", "edly", "ied", "ies", "ed", "es", "s", "ly", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "aeiou" else word


def quotes(text: str) -> list[Span]:
    """What stands between quotation marks; an apostrophe within a word is none."""
    return [Span(m.start(), m.end(), next(g for g in m.groups() if g is not None)) for m in QUOTED.finditer(text)]


def clauses(text: str, labels: Sequence[Span] = (), whole: bool = False) -> list[Span]:
    """The clauses of a message, in order; `labels` are the places where a label is named.

    Conditions stay with what they govern, lists of labels and contrasts ("8, not 9") stay in one piece. With
    `whole`, sentences are not divided any further.
    """
    closed = quotes(text)
    found: list[Span] = []
    for sentence in _cut(text, Span(0, len(text), text), SENTENCE_END, closed, _ends_sentence):
        if whole or LISTING.search(sentence.text):
            found.append(sentence)
            continue
        for part in _cut(text, sentence, REASON, closed, lambda m, s: _is_reason(m, s, text), keep=True):
            rule = bool(CONDITION.search(part.text))

            def allowed(m: re.Match[str], s: Span, rule: bool = rule) -> bool:
                return _is_break(m, s, text, labels, rule)

            found += _cut(text, part, BREAK, closed, allowed)
    return found


def _ends_sentence(match: re.Match[str], sentence: Span) -> bool:
    return not ABBREVIATED.search(match.string[: match.start() + 1])


def _is_reason(match: re.Match[str], sentence: Span, text: str) -> bool:
    # a sentence that opens with its reason is divided at its comma instead
    return bool(text[sentence.start : match.start()].strip(" ,("))


def _is_break(match: re.Match[str], part: Span, text: str, labels: Sequence[Span], rule: bool) -> bool:
    mark = match[0].strip().lower()
    left, right = text[part.start : match.start()], text[match.end() : part.end]
    named_left = any(part.start <= span.start < match.start() for span in labels)
    named_right = any(match.end() <= span.start < part.end for span in labels)
    if mark in ("and", "und"):
        return bool(POINT.match(right)) and (named_left or len(words(left)) > 2) and not rule
    if mark in (":", "->", "→", "=>", "-", "--", "–", "—"):
        return named_left and not (rule and named_right) and not re.match(r"\s*#?\d+\s*$", left)
    if OPENS_CONDITION.match(left):
        return False
    return not (rule and named_right and CONDITION.search(left)) and not re.match(r"[\d#abc\s,]+$", left)


def _cut(
    text: str,
    span: Span,
    pattern: re.Pattern[str],
    closed: Sequence[Span],
    allowed: Callable[[re.Match[str], Span], bool],
    keep: bool = False,
) -> list[Span]:
    """The pieces of `span` between allowed matches of `pattern`; with `keep`, a piece opens with its match."""
    pieces, start = [], span.start
    for match in pattern.finditer(text, span.start, span.end):
        inside = any(q.start < match.end() and match.start() < q.end and match.start() >= q.start for q in closed)
        if match.start() < start or inside or not allowed(match, Span(start, span.end, "")):
            continue
        # the closing mark of a sentence tells a question from a statement: it stays
        end = match.end() if pattern is SENTENCE_END else match.start()
        pieces.append((start, end))
        start = match.start() if keep else match.end()
    pieces.append((start, span.end))
    trimmed = [_trimmed(text, a, b) for a, b in pieces]
    return [piece for piece in trimmed if WORD.search(piece.text) or "?" in piece.text]


def _trimmed(text: str, start: int, end: int) -> Span:
    opener = re.compile(r"[\s,;:(]*(?:and|und)\s+", re.I).match(text, start, end)
    start = opener.end() if opener else start
    while start < end and text[start] in " \t\r\n,;:(":
        start += 1
    while end > start and text[end - 1] in " \t\r\n,;:":
        end -= 1
    return Span(start, end, text[start:end])
