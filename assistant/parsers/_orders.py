"""A clause that compares outputs becomes tiers, best first, and the aspect in which they differ.

find_order("B > A = C", ("#1", "#2", "#3"))               ->  Order((("#2",), ("#1", "#3")), None)
find_order("2 is better, less greasy", ("#1", "#2"))      ->  Order((("#2",), ("#1",)), "greasiness")
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from assistant.parsers._targets import references
from assistant.parsers._words import Span

__all__ = ["Order", "find_order"]

WORSE = re.compile(
    r"\b(?:worse|worst|bad|awful|terrible|weaker|weakest|loses|rambles?|sounds like|too \w+|drop|least)\b", re.I
)
TIED = re.compile(
    r"\b(?:same|equal(?:ly)?|tied?|no difference|neither|both (?:good|bad|fine|are)|about as|not worse)\b|=", re.I
)
NEXT = re.compile(
    r">|\bthen\b|\bover\b|\bbeats?\b|\bthan\b|\bfollowed by\b|\bto\b|\bbefore\b|\binstead of\b|\brather\b", re.I
)
LESS = re.compile(r"<|\bworse than\b|\bloses to\b|\bless \w+ than\b", re.I)
JOINED = re.compile(r"=|\band\b|&|\bor\b|\bas good as\b", re.I)

ASPECTS = {
    "concision": "concise crisp crisper flowery chatty rambles ramble wordy verbose rambling flowery long-winded",
    "length": "short shorter long longer",
    "clarity": "clear clearer clarity confusing",
    "friendliness": "friendly friendlier warm warmer",
    "politeness": "polite politer rude",
    "greasiness": "greasy greasier",
    "faithfulness": "faithful accurate correct true",
    "informativeness": "informative helpful details detailed",
    "readability": "reads readable easier",
    "sharpness": "sharp sharper blurry",
    "formality": "formal casual",
}  # fmt: skip
ASPECT_OF = {word: aspect for aspect, listed in ASPECTS.items() for word in listed.split()}


class Order(NamedTuple):
    """`tiers`: ids, best first; one tier only means that all are tied."""

    tiers: tuple[tuple[str, ...], ...]
    aspect: str | None


def find_order(text: str, screen: Sequence[str], closed: Sequence[Span] = ()) -> Order | None:
    """The order that the words put the outputs in; None where they name none and do not call it a tie."""
    places = [(span, ids) for span, ids in references(text, screen, (), closed) if ids]
    aspect = next((ASPECT_OF[w] for w in re.findall(r"[\w-]+", text.lower()) if w in ASPECT_OF), None)
    if TIED.search(text) and (not places or len({i for _, ids in places for i in ids}) == len(screen)):
        tied = not re.search(r"[>,]|\bthen\b|\bbest\b|\bworst\b|\bis bad\b", text)
        if tied and (not places or not NEXT.search(text)):
            return Order((tuple(screen),), aspect)
    ranks = _ranks(text, places, screen)
    if not ranks:
        return None
    levels = sorted(set(ranks.values()), reverse=True)
    tiers = tuple(tuple(id for id in ranks if ranks[id] == level) for level in levels)
    return Order(tiers, aspect)


def _ranks(text: str, places: Sequence[tuple[Span, tuple[str, ...]]], screen: Sequence[str]) -> dict[str, float]:
    """A number per id, higher is better; ids that nothing was said of are added at the other end."""
    ranks: dict[str, float] = {}
    level, end = 0.0, 0
    for index, (span, ids) in enumerate(places):
        between = text[end : span.start]
        stop = places[index + 1][0].start if index + 1 < len(places) else len(text)
        after = re.split(r"[,;]|\bbut\b|\bthan\b", text[span.end : stop])[0]
        if index and not (JOINED.search(between) and not NEXT.search(between)):
            level += 1 if LESS.search(between) else -1
        end = span.end
        superlative = re.search(r"\b(best|worst)\b", after + " " + re.split(r"[,;]", between)[-1], re.I)
        for id in ids:
            if id in ranks:
                continue
            if superlative:
                ranks[id] = 100.0 if superlative[1].lower() == "best" else -100.0
            elif WORSE.search(after) and not LESS.search(text[span.end : stop]):
                ranks[id] = -50.0 + level
            else:
                ranks[id] = level
    missing = [id for id in screen if id not in ranks]
    if ranks and missing:
        # one tier was named: the others are worse, or better where it was called bad
        if len(set(ranks.values())) == 1:
            ranks.update(dict.fromkeys(missing, next(iter(ranks.values())) + (1 if min(ranks.values()) <= -40 else -1)))
        elif {100.0, -100.0} <= set(ranks.values()):
            ranks.update(dict.fromkeys(missing, 0.0))
    return ranks if len(set(ranks.values())) > 1 else {}
