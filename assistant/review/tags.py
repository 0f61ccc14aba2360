"""Tagged tokens as places to review: every given entity, and every token outside one. No model in here.

    names ("O", "B-LOC", "I-LOC"), given [1, 2, 0], probabilities (3, 3)
      -> [Tagged(start=0, end=2, tag="LOC", doubt=.1), Tagged(start=2, end=3, tag=None, doubt=.7)]

Whether a tag is B or I is a matter of counting, and models are often of two minds about it where they are sure of the
type: so what is doubted is the type of each token, by `rank.doubt`, and an entity as much as its most doubted token.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.review.rank import Floats, Ints, doubt, pooled

__all__ = ["Tagged", "entities", "tagged", "types"]


@dataclass(frozen=True)
class Tagged:
    """Tokens [start, end) that are given as an entity, or one token, `tag` None, that is given as none."""

    start: int
    end: int
    tag: str | None
    doubt: float


def entities(given: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """(start, end, type) of the entities of one sentence; an I after another type, or after O, begins one, too.

    >>> list(entities(["B-LOC", "I-LOC", "O", "I-PER", "B-PER"]))
    [(0, 2, 'LOC'), (3, 4, 'PER'), (4, 5, 'PER')]
    """
    start, kind = 0, ""
    for at, tag in enumerate([*given, "O"]):
        prefix, _, named = tag.partition("-")
        if kind and (prefix != "I" or named != kind):
            yield start, at, kind
            kind = ""
        if tag != "O" and not kind:
            start, kind = at, named


def types(names: Sequence[str]) -> tuple[list[str], Ints]:
    """The types, "O" first, and (C,) of which type each tag is.

    >>> types(["O", "B-LOC", "I-LOC"])
    (['O', 'LOC'], array([0, 1, 1]))
    """
    kinds = list(dict.fromkeys(["O", *(name.partition("-")[2] or "O" for name in names)]))
    return kinds, np.array([kinds.index(name.partition("-")[2] or "O") for name in names], dtype=np.int64)


def tagged(sentences: Sequence[Sequence[int]], probabilities: Floats, names: Sequence[str]) -> list[list[Tagged]]:
    """The places of each sentence, in their order.

    Args:
        sentences: the given tags, as columns.
        probabilities: (T, C) of all tokens, one sentence after the other, or (S, T, C) of several sources.
    """
    kinds, kind_of = types(names)
    mixed = pooled(probabilities)
    by_type = np.zeros((len(mixed), len(kinds)))
    np.add.at(by_type.T, kind_of, mixed.T)
    doubts = doubt(kind_of[np.array([tag for sentence in sentences for tag in sentence], dtype=np.int64)], by_type)
    found, first = [], 0
    for sentence in sentences:
        of = doubts[first : first + len(sentence)]
        inside = {start: (end, tag) for start, end, tag in entities([names[tag] for tag in sentence])}
        here, at = [], 0
        while at < len(sentence):
            end, tag = inside.get(at, (at + 1, None))
            here.append(Tagged(at, end, tag, float(of[at:end].max())))
            at = end
        found.append(here)
        first += len(sentence)
    return found
