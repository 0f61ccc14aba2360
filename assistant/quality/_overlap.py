"""How far two reasons overlap: the words of an input that one person pointed at, and those that another did.

words("the film is a bore , a long bore", ["a bore"])  -> {3, 4}
f1({3, 4}, {4, 7})                                     -> 0.5
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

__all__ = ["bootstrap", "f1", "words"]

WORD = re.compile(r"\w+|[^\w\s]")
DRAWS = 300


def words(input: Any, pieces: Iterable[str]) -> frozenset[Any]:
    """The places of the input's words within these pieces of it, each where it first stands; of an input that is no
    text, or lacks the piece, the piece itself."""
    text = input if isinstance(input, str) else ""
    starts = [match.start() for match in WORD.finditer(text)]
    found: set[Any] = set()
    for piece in pieces:
        at = text.find(piece) if piece else -1
        found |= {piece} if at < 0 else {n for n, start in enumerate(starts) if at <= start < at + len(piece)}
    return frozenset(found)


def f1(one: frozenset[Any], other: frozenset[Any]) -> float:
    """2 |both| / (|one| + |other|), in [0, 1]; of two empty ones 1."""
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 1.0


def bootstrap(
    items: Sequence[Any], of: Callable[[Sequence[Any]], float | None], draws: int = DRAWS
) -> tuple[float, float] | None:
    """The middle 95 % of `of`, over samples of the items with repetition (Efron 1979); None: too few can be told."""
    if len(items) < 2:
        return None
    rng = random.Random(0)
    found = sorted(value for _ in range(draws) if (value := of(rng.choices(items, k=len(items)))) is not None)
    if len(found) < draws // 2:
        return None
    return found[int(0.025 * len(found))], found[min(len(found) - 1, int(0.975 * len(found)))]
