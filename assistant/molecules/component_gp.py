"""The chemist's own knowledge as a component: a Gaussian process learns it from labels, scores and preferences.

    said = [Said(0, 1.0), Said(1, 0.0), Said(2, 0.7, spread=0.5), Said(3, 1.0, over=1)]
    taste = learn(features(mols), said)             0 is good, 1 is not, 2 scores .7, 3 is better than 1
    taste.score(features(pool))                     ->  (N,) in [0, 1]
    taste.moments(features(pool))                   ->  (N,) means and (N,) standard deviations, in log-odds

The worth in log-odds is a constant plus f ~ GP(0, k). A label says P(good) = sigmoid(worth), a preference
P(a over b) = sigmoid(f(a) - f(b)), and a score is logit(score) = worth + normal noise. All are rows of one linear map
of f, so the posterior is found by Laplace's approximation in the space of rows (Rasmussen & Williams 2006, algorithm
3.1; Chu & Ghahramani 2005 for preferences). The kernel is a sum of Tanimoto kernels (Ralaivola et al. 2005) on counted
Morgan fingerprints, with atoms by element and by role, and, where it is asked for, of kernels on properties.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.errors import UserError
from assistant.molecules.chem import Mol, Molecules
from assistant.molecules.components import Array

__all__ = [
    "ACTIVITY",
    "LIKING",
    "Features",
    "Likelihood",
    "Said",
    "Taste",
    "covariance",
    "features",
    "laplace",
    "learn",
    "tanimoto",
]

Ints: TypeAlias = NDArray[np.int64]
SIZE, MOST = 4096, 16
"""Bins of a fingerprint, and the count above which more of a pattern is no more."""
ACTIVITY: Mapping[str, float] = {"morgan": 16.0}
"""Weights of the kernels, where a target's pharmacology is what is known: near analogues count."""
LIKING: Mapping[str, float] = {"morgan": 1.0, "roles": 1.0, "properties": 1.0, "trend": 0.5}
"""Weights where it is what a chemist likes to see: properties and their trends count as much as patterns."""
STEPS, CLOSE = 50, 1e-6
LEAST_SCORE = 0.02
"""Scores nearer to 0 or 1 than this say no more."""
PIECE = 4_000


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


# --- what of molecules is compared ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Features:
    """Of N molecules: `prints` by kind, sparse (N, bins), a bin for each count of a pattern; `properties` (N, P)."""

    prints: Mapping[str, Any]
    properties: Array

    def __len__(self) -> int:
        return len(self.properties)

    def __getitem__(self, at: Any) -> Features:
        return Features({kind: bins[at] for kind, bins in self.prints.items()}, self.properties[at])


def features(mols: Sequence[Mol], weights: Mapping[str, float] = ACTIVITY) -> Features:
    """What the kernels of these weights need.

    Raises:
        UserError: one of the molecules is None: what can't be read has no worth, not a poor one.
    """
    if any(mol is None for mol in mols):
        raise UserError("One of the molecules could not be read", do="leave it out")
    kinds = [kind for kind in ("morgan", "roles") if kind in weights]
    wanted = "properties" in weights or "trend" in weights
    table = _properties(mols) if wanted else np.zeros((len(mols), 0))
    return Features({kind: _bins(mols, kind) for kind in kinds}, table)


def _bins(mols: Sequence[Mol], kind: str) -> Any:
    """A pattern that occurs three times sets three bins, so that common bins are the sum of the lesser counts."""
    from rdkit.Chem import rdFingerprintGenerator as made
    from scipy.sparse import csr_matrix

    atoms = made.GetMorganFeatureAtomInvGen() if kind == "roles" else None
    of = made.GetMorganGenerator(radius=2, fpSize=SIZE, atomInvariantsGenerator=atoms).GetCountFingerprint
    rows = [[bin * MOST + n for bin, count in of(mol).GetNonzeroElements().items() for n in range(min(count, MOST))]
            for mol in mols]  # fmt: skip
    starts = np.cumsum([0, *map(len, rows)])
    ids = np.fromiter((id for row in rows for id in row), np.int64, starts[-1])
    return csr_matrix((np.ones(len(ids), np.float32), ids, starts), shape=(len(rows), SIZE * MOST))


def _properties(mols: Sequence[Mol]) -> Array:
    """All of RDKit's descriptors, one that fails NaN; long tails are drawn in."""
    from rdkit.Chem import Descriptors

    known: Any = Descriptors
    functions = [function for _, function in known.descList]
    shared = Molecules(mols)
    table = np.stack([shared.each(function) for function in functions], axis=1)
    return np.asarray(np.sign(table) * np.log1p(np.abs(table)))


@dataclass(frozen=True)
class _Kernel:
    """The weighted sum; properties are measured in deviations of the molecules that were learned from."""

    weights: Mapping[str, float]
    centre: Array
    scale: Array

    @classmethod
    def of(cls, weights: Mapping[str, float], known: Features) -> _Kernel:
        table = np.where(np.isfinite(known.properties), known.properties, np.nan)
        if not table.size:
            return cls(weights, np.zeros(table.shape[1]), np.ones(table.shape[1]))
        centre = np.nan_to_num(np.nanmedian(table, axis=0))
        scale = np.nan_to_num(np.nanstd(table, axis=0))
        return cls(weights, centre, np.where(scale > 1e-6, scale, np.inf))  # what never differs tells nothing

    def __call__(self, one: Features, other: Features) -> Array:
        """(N, M) covariances."""
        total = np.zeros((len(one), len(other)))
        for kind, weight in self.weights.items():
            if kind in one.prints:
                total += weight * tanimoto(one.prints[kind], other.prints[kind])
        if one.properties.shape[1]:
            x, z = self._standard(one), self._standard(other)
            inner = x @ z.T / x.shape[1]
            if weight := self.weights.get("trend", 0.0):
                total += weight * inner
            if weight := self.weights.get("properties", 0.0):
                apart = _squares(x)[:, None] + _squares(z) - 2 * inner
                total += weight * np.exp(-np.maximum(apart, 0.0) / 2)
        return total

    def variances(self, one: Features) -> Array:
        """(N,) of each molecule alone: its similarity to itself is 1."""
        total = np.full(len(one), sum(weight for kind, weight in self.weights.items() if kind != "trend"))
        if one.properties.shape[1]:
            total += self.weights.get("trend", 0.0) * _squares(self._standard(one))
        return total

    def _standard(self, some: Features) -> Array:
        return np.asarray(np.clip(np.nan_to_num((some.properties - self.centre) / self.scale), -3, 3))


def covariance(some: Features, weights: Mapping[str, float]) -> Array:
    """(N, N) of f before anything is said; properties in deviations of these molecules."""
    return _Kernel.of(weights, some)(some, some)


def _squares(x: Array) -> Array:
    return np.asarray((x**2).mean(axis=1))


def tanimoto(one: Any, other: Any) -> Array:
    """(N, M) of counts, from sparse rows of `Features.prints`; 0 where neither molecule has a pattern."""
    common = np.asarray((one @ other.T).todense(), np.float64)
    total = np.asarray(one.sum(axis=1)).reshape(-1, 1) + np.asarray(other.sum(axis=1)).reshape(1, -1) - common
    return np.asarray(np.divide(common, total, out=np.zeros_like(common), where=total > 0))


# --- learning ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Taste:
    """What was learned: of f the posterior given the `known` molecules, and the `constant` in log-odds."""

    kernel: _Kernel
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
    kernel = _Kernel.of(weights, known)
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
