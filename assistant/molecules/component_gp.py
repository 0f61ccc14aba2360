"""The chemist's own knowledge as a component: a Gaussian process learns it from labels, scores and preferences.

    said = [Said(0, 1.0), Said(1, 0.0), Said(2, 0.7, spread=0.5), Said(3, 1.0, over=1)]
    taste = learn(features(mols), said)             0 is good, 1 is not, 2 scores .7, 3 is better than 1
    taste.score(features(pool))                     ->  (N,) in [0, 1]
    taste.moments(features(pool))                   ->  (N,) means and (N,) standard deviations, in log-odds

The worth in log-odds is a constant plus f ~ GP(0, k). A label says P(good) = sigmoid(worth), a preference
P(a over b) = sigmoid(f(a) - f(b)), and a score is logit(score) = worth + normal noise. All are rows of one linear map
of f, so the posterior is found by Laplace's approximation in the space of rows (Rasmussen & Williams 2006, algorithm
3.1; Chu & Ghahramani 2005 for preferences). `kernel` says what two molecules have in common.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from assistant.errors import UserError
from assistant.molecules.components import Array
from assistant.molecules.kernel import ACTIVITY, Features, Kernel

__all__ = ["Likelihood", "Said", "Taste", "laplace", "learn"]

STEPS, CLOSE = 50, 1e-6
LEAST_SCORE = 0.02
"""Scores nearer to 0 or 1 than this say no more."""
PIECE = 4_000
"""Molecules whose covariances are held at once."""


@dataclass(frozen=True)
class Said:
    """One answer about molecule number `at`.

    Args:
        value: in [0, 1]: 1 good, 0 not; with `over`: 1 where `at` is better than `over`; or a score, with a `spread`.
        over: the molecule that it was compared with.
        spread: the noise of a score, in log-odds; None for a label, which is yes or no (or a share of yes).
        weight: how many answers of yes or no it counts as.
    """

    at: int
    value: float
    over: int | None = None
    spread: float | None = None
    weight: float = 1.0


# --- learning ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Taste:
    """What was learned: of f the posterior given the `known` molecules, and the `constant` in log-odds."""

    kernel: Kernel
    known: Features
    constant: float
    pull: Array = field(repr=False)
    root: Any = field(repr=False)

    def score(self, some: Features) -> Array:
        """(N,) in [0, 1]: the probability that a chemist calls it good, by the mean."""
        return _sigmoid(self.mean(some))

    def mean(self, some: Features) -> Array:
        """(N,) in log-odds."""
        return np.concatenate([self.constant + self.kernel(piece, self.known) @ self.pull for piece in _pieces(some)])

    def moments(self, some: Features) -> tuple[Array, Array]:
        """(N,) means and (N,) standard deviations, in log-odds."""
        means, deviations = [], []
        for piece in _pieces(some):
            cross = self.kernel(piece, self.known)
            lost = ((cross @ self.root) ** 2).sum(axis=1)
            means.append(self.constant + cross @ self.pull)
            deviations.append(np.sqrt(np.maximum(self.kernel.variances(piece) - lost, 1e-9)))
        return np.concatenate(means), np.concatenate(deviations)

    def draws(self, some: Features, count: int, rng: np.random.Generator) -> Array:
        """(count, N) functions drawn together from the posterior, in log-odds; N at most some thousand."""
        cross = self.kernel(some, self.known) @ self.root
        values, vectors = np.linalg.eigh(self.kernel(some, some) - cross @ cross.T)
        spread = vectors * np.sqrt(np.maximum(values, 0.0))
        return np.asarray(self.mean(some) + rng.standard_normal((count, len(some))) @ spread.T)


def learn(
    some: Features, said: Sequence[Said], weights: Mapping[str, float] = ACTIVITY, constant: float | None = None
) -> Taste:
    """The posterior, given answers about the molecules of these features.

    Args:
        constant: log-odds that a molecule is good where nothing is known; None: by the answers, even where few are.

    Raises:
        UserError: there is no answer, one is about no molecule, or a value is not in [0, 1].
    """
    _check(said, len(some))
    told = sorted({at for one in said for at in (one.at, one.over) if at is not None})
    known = some[np.array(told)]
    constant = _constant(said) if constant is None else constant
    rows, offset = _rows(said, told, constant)
    kernel = Kernel.of(weights, known)
    pull, scaled = laplace(rows @ (rows @ kernel(known, known)).T, _likelihood(said, offset))
    return Taste(kernel, known, constant, rows.T @ pull, rows.T @ scaled)


def _rows(said: Sequence[Said], told: Sequence[int], constant: float) -> tuple[Any, Array]:
    """Sparse (A, M): each answer is about f of one molecule, or the difference of two; (A,) what is added to it."""
    from scipy.sparse import csr_matrix

    number = {at: n for n, at in enumerate(told)}
    entries = [(n, number[one.at], 1.0) for n, one in enumerate(said)]
    entries += [(n, number[one.over], -1.0) for n, one in enumerate(said) if one.over is not None]
    row, column, value = zip(*entries, strict=True)
    offset = np.array([constant if one.over is None else 0.0 for one in said])
    return csr_matrix((value, (row, column)), shape=(len(said), len(told))), offset


Likelihood: TypeAlias = Callable[[Array], tuple[Array, Array]]


def _likelihood(said: Sequence[Said], offset: Array) -> Likelihood:
    """(A,) slope and (A,) negative curvature of the log-likelihood, at the answers' values of f."""
    value = np.array([one.value for one in said])
    times = np.array([one.weight for one in said])
    precision = times / np.array([np.inf if one.spread is None else one.spread**2 for one in said])
    scored = np.array([one.spread is not None for one in said])
    target = _logit(np.clip(value, LEAST_SCORE, 1 - LEAST_SCORE))

    def at(f: Array) -> tuple[Array, Array]:
        p = _sigmoid(f + offset)
        slope = np.where(scored, precision * (target - f - offset), times * (value - p))
        return slope, np.maximum(np.where(scored, precision, times * p * (1 - p)), 1e-9)

    return at


def laplace(prior: Array, likelihood: Likelihood) -> tuple[Array, Array]:
    """(A,) K⁻¹ of the mode, and (A, A) R with R Rᵀ = (K + W⁻¹)⁻¹, by Newton's steps; K is the prior."""
    from scipy.linalg import cho_solve, cholesky, solve_triangular

    f, pull = np.zeros(len(prior)), np.zeros(len(prior))
    for _ in range(STEPS):
        slope, curvature = likelihood(f)
        root = np.sqrt(curvature)
        lower = cholesky(np.eye(len(f)) + root[:, None] * prior * root, lower=True)
        b = curvature * f + slope
        step = b - root * cho_solve((lower, True), root * (prior @ b)) - pull
        share = min(1.0, 5.0 / max(float(np.abs(prior @ step).max()), 1e-12))  # log-odds; far steps overshoot
        pull = pull + share * step
        f = prior @ pull
        if np.abs(share * step).max() < CLOSE:
            break
    return pull, solve_triangular(lower, np.diag(root), lower=True).T


def _constant(said: Sequence[Said]) -> float:
    """Most molecules are not what is looked for: the share of good ones by the answers, begun with one of twenty."""
    values = [one.value for one in said if one.over is None]
    return float(_logit(np.array((sum(values) + 0.25) / (len(values) + 5.0)))) if values else 0.0


def _check(said: Sequence[Said], count: int) -> None:
    if not said:
        raise UserError("Nothing was said about any molecule", do="label one, or compare two")
    for one in said:
        if not 0 <= one.value <= 1:
            raise UserError(f"The value of an answer is {one.value:g}", "from 0 to 1")
        for at in (one.at, one.over):
            if at is not None and not 0 <= at < count:
                raise UserError(f"An answer is about molecule {at}", f"from 0 to {count - 1}")


def _pieces(some: Features) -> list[Features]:
    return [some[start : start + PIECE] for start in range(0, max(len(some), 1), PIECE)]


def _sigmoid(x: Array) -> Array:
    from scipy.special import expit

    return np.asarray(expit(x))


def _logit(p: Array) -> Array:
    return np.asarray(np.log(p) - np.log1p(-p))
