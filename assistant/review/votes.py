"""Spans whose tag is probably wrong, by the votes of an ensemble (Reiss et al. 2020). No model in here.

    "England" is given as LOC; 1 of 17 models finds that, and 15 find ORG there
    places([Span(21, 28, "LOC", (1 / 17,), given=True), Span(21, 28, "ORG", (15 / 17,))])
      -> [Place(given=Span(… "LOC" …), rivals=(Span(… "ORG" …),))]
    doubt(place)  -> 15/17 - 1/17 = .82

A place is a given span with all that models find instead of it, or what models find where nothing is given. One place
is one question to a person, however many spans the models disagree on there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.review.rank import Floats, Ints

__all__ = ["Place", "Span", "doubt", "order", "places"]


@dataclass(frozen=True)
class Span:
    """[start, end) with a tag; `votes`: the share of models that find just this, in [0, 1], one per ensemble."""

    start: int
    end: int
    tag: str
    votes: tuple[float, ...]
    given: bool = False

    def meets(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Place:
    """A given span, or None, and what models find there instead."""

    given: Span | None
    rivals: tuple[Span, ...] = ()

    @property
    def start(self) -> int:
        return min(span.start for span in self.spans)

    @property
    def spans(self) -> tuple[Span, ...]:
        return (*([self.given] if self.given else []), *self.rivals)

    @property
    def rival(self) -> Span | None:
        """What most models find there instead."""
        return max(self.rivals, key=lambda span: _mean(span.votes), default=None)


def places(spans: Iterable[Span]) -> list[Place]:
    """The places of one document, from its start to its end."""
    spans = sorted(spans, key=lambda span: (span.start, span.end))
    given = [span for span in spans if span.given]
    found = [span for span in spans if not span.given]
    there = [Place(one, tuple(span for span in found if span.meets(one))) for one in given]
    free = [span for span in found if not any(span.meets(one) for one in given)]
    return sorted([*there, *_together(free)], key=lambda place: place.start)


def _together(spans: Sequence[Span]) -> list[Place]:
    """Spans, in their order, where nothing is given: those that overlap are one place."""
    groups: list[list[Span]] = []
    end = 0
    for span in spans:
        if not groups or span.start >= end:
            groups.append([])
        groups[-1].append(span)
        end = max(end, span.end) if len(groups[-1]) > 1 else span.end
    return [Place(None, tuple(group)) for group in groups]


def doubt(place: Place) -> float:
    """In [-1, 1]: the share of models that agree on something else there, less the share that finds what is given; the
    mean over the ensembles. Where nothing is given, the models that find nothing are not counted against: that is
    what a missed entity looks like, and half the votes are enough for it."""
    against = _mean(place.rival.votes) if place.rival else 0.0
    return against - (_mean(place.given.votes) if place.given else MISSED)


MISSED = 0.5
"""What "nothing is given here" counts as votes."""


def order(found: Sequence[Place]) -> Ints:
    """(N,) the most probably wrong first."""
    scores: Floats = np.asarray([doubt(place) for place in found], dtype=np.float64)
    return np.asarray(np.argsort(-scores, kind="stable"), dtype=np.int64)


def _mean(votes: Sequence[float]) -> float:
    return sum(votes) / len(votes) if votes else 0.0
