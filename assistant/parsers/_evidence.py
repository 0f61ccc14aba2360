"""Finds the words of the input that a person's reason is about, and gives them verbatim.

    locate("they want their money back", "My parcel arrived broken, I want my money back")
    ->  Found("I want my money back", 1.0)

Best aligned run of words, by F1 of soft word matches (Zaidan 2007's rationales, found instead of marked): all
pronouns count as one word, endings and small typos are forgiven, and common words weigh little.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.fuzz import ratio

from assistant.parsers._words import COMMON, Span, stem, words

__all__ = ["Found", "exact", "locate"]

_PRONOUNS = """
    i you he she it we they me him her us them my your his its our their mine yours somebody someone i'm
    i've i'd he's she's they're we're it's they've you're
"""
PRONOUNS = frozenset(_PRONOUNS.split())
LONGEST = 400  # words of a text that are looked at


class Found(NamedTuple):
    """`text` is verbatim from the searched text; `score` in [0, 1] is how well it fits."""

    text: str
    score: float


def exact(said: str, text: str) -> str | None:
    """The words of `text` that equal `said` but for case and white space, verbatim; None: there are none."""
    tokens = said.split()
    if not tokens:
        return None
    pattern = r"\s+".join(re.escape(token) for token in tokens)
    match = re.search(rf"(?<!\w){pattern}(?!\w)", text, re.I) or re.search(pattern, text, re.I)
    return match[0] if match else None


def locate(said: str, text: str, least: float = 0.5) -> Found | None:
    """The run of words of `text` that `said` speaks of; None where nothing fits at least `least`."""
    found = exact(said, text)
    if found and len(words(said)) > 1:
        return Found(found, 1.0)
    asked = [word.text for word in words(said)]
    there = words(text)[:LONGEST]
    if not asked or not there:
        return None
    table = [[_alike(a, t.text) for a in asked] for t in there]
    # leading filler of the reason ("it says", "they mention") costs nothing: only what is found counts
    best = max(
        (_score(table, asked, there, start, stop), start - stop, start, stop)
        for start, stop in _windows(table, len(asked), [t.start for t in there], text)
    ) if any(max(row) > 0 for row in table) else None  # fmt: skip
    if best is None or best[0] < least:
        return None
    first, last = there[best[2]], there[best[3] - 1]
    return Found(text[first.start : last.end], best[0])


def _windows(table: list[list[float]], size: int, starts: list[int], text: str) -> list[tuple[int, int]]:
    """Runs within a sentence that begin and end with a word that was said, at most three words longer than it."""
    hits = [i for i, row in enumerate(table) if max(row) > 0]
    runs = [(a, b + 1) for a in hits for b in hits if 0 <= b - a < size + 3]
    return [(a, b) for a, b in runs if not re.search(r"[.!?]\s", text[starts[a] : starts[b - 1]])]


def _score(table: list[list[float]], asked: list[str], there: list[Span], start: int, stop: int) -> float:
    left = list(range(len(asked)))
    matched = content = 0.0
    for row in range(start, stop):
        best = max(left, key=lambda column: table[row][column], default=None)
        if best is not None and table[row][best] > 0:
            left.remove(best)
            weight = _weight(asked[best])
            matched += table[row][best] * weight
            content += table[row][best] if weight >= 1 else 0.0
    if content == 0:
        return 0.0
    whole = sum(_weight(word) for word in asked)
    window = sum(_weight(there[row].text) for row in range(start, stop))
    precision, recall = matched / window, matched / whole
    return 2 * precision * recall / (precision + recall)


def _weight(word: str) -> float:
    return 0.25 if word in COMMON or word in PRONOUNS else 1.0


@lru_cache(maxsize=50_000)
def _alike(a: str, b: str) -> float:
    if a == b:
        return 1.0
    if a in PRONOUNS and b in PRONOUNS:
        return 0.9
    if a in COMMON or b in COMMON:
        return 0.0
    if stem(a) == stem(b):
        return 0.95
    if len(a) >= 5 and len(b) >= 5 and ratio(a, b) / 100 >= 0.82:
        return 0.8
    return 0.0
