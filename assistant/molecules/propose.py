"""Which molecules to show: some that are the best by what was said, some that teach most, none like another.

    batch(belief, x, fingerprints, worths, 12, rng)   ->  Batch(indices=[5, 80, …], best=7, ...)

Half of a batch exploits: the greatest worth. The rest explores by Thompson sampling (Thompson 1933; Russo et al. 2018):
each takes one draw of the posterior and the molecule that is best by it, so what is uncertain is shown as often as it
may be best. A molecule too much like one that was chosen is passed over, unless nothing else is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.molecules.belief import Belief
from assistant.molecules.components import Array
from assistant.molecules.components._table import PROPERTIES

__all__ = ["Batch", "batch", "pair"]

TOO_ALIKE = 0.65
EXPLORED = 0.4
"""The share of a batch that explores, once something was said."""


@dataclass(frozen=True)
class Batch:
    """`indices`, the best first; `best`: how many exploit; `unsure`: the number of the property that is least known."""

    indices: tuple[int, ...]
    best: int
    unsure: int | None

    def why(self, names: Sequence[str]) -> str:
        """A clause for the person."""
        rest = len(self.indices) - self.best
        if self.unsure is None:
            return "different from each other, to begin with"
        title = PROPERTIES[names[self.unsure]].title if names else "your taste"
        if not rest:
            return "the best by what you said"
        return (
            f"{self.best} are the best by what you said; {rest} would teach me most, as I am least sure about {title}"
        )


def batch(
    belief: Belief, x: Array, prints: Sequence[Any], worths: Array, count: int, rng: np.random.Generator
) -> Batch:
    """At most `count` of N molecules.

    Args:
        x: (N, P) values of the properties in play.
        prints: N fingerprints.
        worths: (N,) in [0, 1]; NaN counts as 0.
    """
    worths = np.nan_to_num(worths)
    chosen: list[int] = []
    explored = round(EXPLORED * count) if belief.said else 0
    _take(chosen, np.argsort(-worths, kind="stable"), prints, count - explored)
    if explored:
        prior_part = worths / np.maximum(belief.score(x), 1e-9)  # what is no property counts as it is
        for scores in belief.scores(belief.draws(explored, rng), x) * prior_part:
            _take(chosen, np.argsort(-np.nan_to_num(scores), kind="stable"), prints, 1)
    best = min(len(chosen), count - explored)
    order = sorted(chosen, key=lambda index: -worths[index])
    return Batch(tuple(order), best, _unsure(belief) if belief.said else None)


def _take(chosen: list[int], order: Iterable[Any], prints: Sequence[Any], count: int) -> None:
    """Add the first `count` of the order that are unlike all chosen; then whatever is left."""
    from rdkit.DataStructs import TanimotoSimilarity

    before, order = len(chosen), list(order)
    for strict in (True, False):
        for index in map(int, order):
            if len(chosen) - before >= count:
                return
            if index in chosen or prints[index] is None:
                continue
            if not strict or all(TanimotoSimilarity(prints[index], prints[other]) < TOO_ALIKE for other in chosen):
                chosen.append(index)


def _unsure(belief: Belief) -> int:
    """The property of which where its window ends is least known."""
    deviations = np.sqrt(np.diag(belief.covariance)).reshape(-1, 5)[:, :2].sum(axis=1)
    weights = np.exp(belief.mode.reshape(-1, 5)[:, 4])
    return int(np.argmax(deviations * weights))


def pair(belief: Belief, x: Array, rng: np.random.Generator, draws: int = 32, tried: int = 200) -> tuple[int, int]:
    """The two molecules whose comparison would tell most: draws of the posterior disagree about which is better.

    The mutual information of the answer and the parameters (Houlsby et al. 2011, BALD), for a logistic answer.
    """
    scores = belief.scores(belief.draws(draws, rng), x)
    pairs = rng.integers(len(x), size=(tried, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    p = 1 / (1 + np.exp(-10.0 * (scores[:, pairs[:, 0]] - scores[:, pairs[:, 1]])))
    gain = _entropy(p.mean(axis=0)) - _entropy(p).mean(axis=0)
    first, second = pairs[int(np.argmax(gain))]
    return int(first), int(second)


def _entropy(p: Array) -> Array:
    p = np.clip(p, 1e-9, 1 - 1e-9)
    return np.asarray(-p * np.log(p) - (1 - p) * np.log(1 - p))
