"""How likely each given label is wrong, by probabilities of models that did not see it. No model in here.

    given = [0, 0, 1]                       what the data says, as columns
    probabilities = [[.9, .1],              what models trained without each of them say
                     [.2, .8], [.3, .7]]
    self_confidence(given, probabilities)   -> [1, 2, 0]: the second is the most probably wrong

A ranking is `(given (N,), probabilities (N, C)) -> order (N,)`, the most probably wrong first; ties stay as they are.
`self_confidence`, `normalised_margin` and `confident` are those of Northcutt, Jiang & Chuang 2021. `posterior` is ours:
it asks not only how little the models believe in a label, but how often their favourite is given as just this label
in the rest of the data, and takes several sources of probabilities, (S, N, C), as well as one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.errors import UserError

__all__ = [
    "RANKINGS", "Floats", "Ints", "confident", "doubt", "doubted", "noise", "normalised_margin", "pooled", "posterior",
    "self_confidence",
]  # fmt: skip

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
LEAST = 1e-6
"""The least probability: no model is surer than this."""
TRUST = 0.95
"""Prior share of labels that are right."""
WEIGHT = 20.0
"""How many labels of a class that prior is worth, against those that are counted."""
HEED = 0.3
"""The power that the noise is taken to: what is counted as noise is also what the models confuse by themselves. With
powers of 0, .3 and 1, average precision is .89, .94 and .95 where flips go one way, and .28, .28 and .27 on tags that
models know little of."""


def self_confidence(given: Ints, probabilities: Floats) -> Ints:
    """By how little the models believe in the label: p(given)."""
    return _first(1.0 - _of_given(*_checked(given, probabilities)))


def normalised_margin(given: Ints, probabilities: Floats) -> Ints:
    """By how far the best other label is ahead: max p(other) - p(given)."""
    given, probabilities = _checked(given, probabilities)
    return _first(_rival(given, probabilities) - _of_given(given, probabilities))


def confident(given: Ints, probabilities: Floats) -> Ints:
    """Off the diagonal of the confident joint first, by self-confidence, then all others, by self-confidence."""
    given, probabilities = _checked(given, probabilities)
    other = doubted(given, probabilities)
    return _first(1.0 - _of_given(given, probabilities) + np.where((other >= 0) & (other != given), 1.0, 0.0))


def posterior(given: Ints, probabilities: Floats) -> Ints:
    """By the posterior probability that the label is wrong; see `doubt`."""
    return _first(doubt(given, probabilities))


Ranking: TypeAlias = Callable[[Ints, Floats], Ints]
RANKINGS: dict[str, Ranking] = {
    "self_confidence": self_confidence,
    "normalised_margin": normalised_margin,
    "confident": confident,
    "posterior": posterior,
}


def doubt(given: Ints, probabilities: Floats, trust: float = TRUST) -> Floats:
    """(N,) in [0, 1]: how likely each label is wrong.

    With p(k) what the models say and T(g given k) how often a true k is given as g, the label g is right with

        p(g) T(g given g)^h / sum_k p(k) T(g given k)^h,    h = `HEED`

    Args:
        probabilities: (N, C), or (S, N, C) of several sources, whose logarithms are averaged.
        trust: prior share of labels that are right.
    """
    given, probabilities = _checked(given, probabilities)
    transition = noise(given, probabilities, trust) ** HEED
    joint = probabilities * transition.T[given]
    return np.asarray(1.0 - _of_given(given, joint) / joint.sum(1), dtype=np.float64)


def noise(given: Ints, probabilities: Floats, trust: float = TRUST) -> Floats:
    """(C, C) T[k, g]: how often a true k is given as g, from the confident joint, drawn to a prior.

    The prior is worth `WEIGHT` labels of each class: `trust` of them right, the others spread evenly.
    """
    given, probabilities = _checked(given, probabilities)
    classes = probabilities.shape[1]
    said = doubted(given, probabilities)
    sure = said >= 0
    joint = np.zeros((classes, classes))
    np.add.at(joint, (said[sure], given[sure]), 1.0)
    prior = np.full((classes, classes), (1.0 - trust) / max(1, classes - 1))
    np.fill_diagonal(prior, trust)
    counted = joint + WEIGHT * prior
    return np.asarray(counted / counted.sum(1, keepdims=True), dtype=np.float64)


def doubted(given: Ints, probabilities: Floats) -> Ints:
    """(N,) the column that the models are confident of, -1 where of none: the likeliest of those whose probability
    reaches the mean of the examples that bear that label (the thresholds of confident learning)."""
    given, probabilities = _checked(given, probabilities)
    classes = probabilities.shape[1]
    counts = np.bincount(given, minlength=classes)
    sums = np.bincount(given, weights=_of_given(given, probabilities), minlength=classes)
    # what nobody was given can't be a confident answer
    thresholds = np.where(counts > 0, sums / np.maximum(counts, 1), np.inf)
    reached = np.where(probabilities >= thresholds, probabilities, -1.0)
    return np.asarray(np.where(reached.max(1) >= 0, reached.argmax(1), -1), dtype=np.int64)


def pooled(probabilities: Floats) -> Floats:
    """(N, C) of several sources (S, N, C): the geometric mean, which no single one that is sure can outvote."""
    probabilities = np.asarray(probabilities, dtype=np.float64)
    if probabilities.ndim == 2:
        return probabilities
    mixed = np.exp(np.log(np.clip(probabilities, LEAST, None)).mean(0))
    return np.asarray(mixed / mixed.sum(1, keepdims=True), dtype=np.float64)


def _checked(given: Ints, probabilities: Floats) -> tuple[Ints, Floats]:
    """Both as arrays that fit each other, no probability being 0."""
    mixed = pooled(probabilities)
    given = np.asarray(given, dtype=np.int64)
    if mixed.ndim != 2 or given.shape != mixed.shape[:1]:
        raise UserError(
            f"Labels of the shape {given.shape} don't fit probabilities of the shape {mixed.shape}",
            "there is one row of probabilities per label",
        )
    if len(given) and not (given.min() >= 0 and given.max() < mixed.shape[1]):
        raise UserError(f"A label lies outside the {mixed.shape[1]} columns of the probabilities")
    mixed = np.clip(mixed, LEAST, None)
    return given, mixed / mixed.sum(1, keepdims=True)


def _of_given(given: Ints, table: Floats) -> Floats:
    return np.asarray(table[np.arange(len(given)), given], dtype=np.float64)


def _rival(given: Ints, probabilities: Floats) -> Floats:
    others = probabilities.copy()
    others[np.arange(len(given)), given] = -1.0
    return np.asarray(others.max(1, initial=-1.0), dtype=np.float64)


def _first(scores: Floats) -> Ints:
    return np.asarray(np.argsort(-scores, kind="stable"), dtype=np.int64)
