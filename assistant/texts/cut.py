"""The ways to make a text shorter, best first: whole sentences, then a whole clause, at last a cut between words.

>>> two = ConstraintAct(property="length.words", operator="le", value=6, strength="must", scope="task")
>>> next(shorter("We open at 8, and we close at six. Do come by!", [two]))
'We open at 8.'

A cut must not make a text say something else. So a clause goes only where it adds to what stays: never where anything
behind the cut limits it ("but", "unless", "only"), nor the part of a list. A pleasantry alone is no answer; where
nothing else fits, it is the pleasantry that goes. A cut between words shows as "…", and is only made by `force`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from assistant.texts.checks import CHECKS
from assistant.texts.drop import most
from assistant.texts.obey import Rule, measured
from assistant.texts.segment import sentences, words

__all__ = ["clauses", "parted", "shorter", "without_pleasantry"]

TRIES = 12
"""How many lengths are tried: putting something at an end can make a text too long again."""
GROWING = (
    "length.words", "length.sentences", "length.characters", "length.paragraphs", "length.lines", "count.letter",
)  # fmt: skip
"""What only grows with the text."""
SUBJECT = r"(?:I|you|he|she|it|we|they|there|this|that|please|do|don't|let|feel|no|yes)\b"
JOINT = re.compile(rf"\s*(?:;|\s[–—-]\s|—|,(?=\s+(?:so|which|who|where)\b)|,(?=\s+and\s+{SUBJECT}))\s*", re.IGNORECASE)
AND = re.compile(rf"(?:\s*;\s+|\s+[–—]\s+|,\s+(?=(?:and|but|so|or|yet)\s+{SUBJECT}))", re.IGNORECASE)
ASIDE = re.compile(r"\s*\([^()\n]*\)")
LIMITS = re.compile(
    r"\b(?:but|if|unless|except|only|until|without|provided|must|not|cannot|however|although|though|while)\b|n['’]t\b",
    re.IGNORECASE,
)
HANGS = re.compile(r"\W*(?:if|when|while|because|although|though|since|as|after|before|unless|once|whether)\b", re.I)
PLEASANTRY = re.compile(
    r"\W*(?:hello|hi|hey|dear|sure|certainly|of course|absolutely|great question|good question|thanks|thank you|"
    r"good (?:morning|afternoon|evening)|i'?m (?:happy|glad) to help|happy to help)\b[^.!?\n]{0,40}[.!?,:]?\W*",
    re.IGNORECASE,
)
SMALL = re.compile(
    r"\W*(?:a|an|the|of|to|in|on|at|for|by|with|from|and|or|but|so|is|are|was|be|we|you|it|that|which|our|your)\W*",
    re.IGNORECASE,
)
Fits = Callable[[str], bool]


def shorter(text: str, rules: Sequence[Rule], *, force: bool = False) -> Iterator[str]:
    """What of the text fits the upper bounds, the longest first; nothing where there are no such bounds.

    Args:
        force: also cut between words.
    """
    fits = _bounds(rules)
    if fits is None:
        return
    wholes = list(dict.fromkeys((text, without_pleasantry(text))))
    for whole in wholes:
        yield from (part for part in _sentences(whole, fits) if not PLEASANTRY.fullmatch(part) and part[-1] != ":")
    for whole in wholes:
        yield from filter(fits, clauses(whole))
    if force:
        yield from _words(wholes[-1], fits)
        yield from _sentences(text, fits)


def _bounds(rules: Sequence[Rule]) -> Fits | None:
    bounds = [
        (CHECKS[rule.property], rule, bound) for rule in rules if rule.property in GROWING and (bound := most(rule))
    ]
    if not bounds:
        return None
    return lambda text: all((measured(check, rule, text) or 0) <= bound for check, rule, bound in bounds)


def _longest(count: int, part: Callable[[int], str], fits: Fits) -> int:
    """The largest n up to count so that part(n) fits; 0: none does."""
    low, high = 0, count
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(part(middle)) else (low, middle - 1)
    return low


def _sentences(text: str, fits: Fits) -> Iterator[str]:
    ends = [end for _, end in sentences(text)]
    count = _longest(len(ends), lambda n: text[: ends[n - 1]], fits)
    for n in range(count, max(count - TRIES, 0), -1):
        if (part := text[: ends[n - 1]]).count("```") % 2 == 0:
            yield part


def without_pleasantry(text: str) -> str:
    """The text without "Great question!" and the like before it."""
    spans = sentences(text)
    said = len(spans) > 1 and PLEASANTRY.fullmatch(text[: spans[0][1]])
    return text[spans[1][0] :] if said else text


def clauses(text: str) -> Iterator[str]:
    """The first sentence without what it says aside, or up to a clause that only adds to it."""
    spans = sentences(text)
    if not spans:
        return
    first = text[: spans[0][1]].strip()
    bare = ASIDE.sub(lambda aside: aside[0] if LIMITS.search(aside[0]) else "", first)
    for said in dict.fromkeys((first, bare)):
        if said == bare != first:
            yield said
        for joint in reversed(list(JOINT.finditer(said))):
            stays, goes = said[: joint.start()], said[joint.end() :]
            if len(words(stays)) > 2 and not LIMITS.search(goes) and not HANGS.match(stays) and _closed(stays):
                yield f"{stays}."


def _closed(text: str) -> bool:
    return text.count("(") == text.count(")") and text.count('"') % 2 == 0 and text.count("“") == text.count("”")


def _words(text: str, fits: Fits) -> Iterator[str]:
    """Up to a word, with "…"; what would hang there ("of the …") is left out where that may be."""
    ends = [end for _, end in words(text)]

    def part(n: int) -> str:
        return re.sub(r"[^\w)\]%]+$", "", text[: ends[n - 1]]) + "…"

    count = _longest(len(ends), part, fits)
    for n in range(count, max(count - TRIES, 0), -1):
        start, tidy = n, n
        while tidy > 1 and SMALL.fullmatch(text[ends[tidy - 2] : ends[tidy - 1]]):
            tidy -= 1
        yield part(tidy)
        if tidy != start:
            yield part(start)


def parted(sentence: str) -> list[str]:
    """A sentence as several, where clauses of their own are joined in it.

    >>> parted("We open at 8, and we close at six; do come by.")
    ['We open at 8.', 'And we close at six.', 'Do come by.']
    """
    pieces = [piece.strip() for piece in AND.split(sentence)]
    if (
        len(pieces) < 2
        or HANGS.match(sentence)
        or not all(len(words(piece)) > 1 and _closed(piece) for piece in pieces)
    ):
        return [sentence]
    *heads, last = (f"{piece[:1].upper()}{piece[1:]}" for piece in pieces)
    return [*(f"{head}." for head in heads), last]
