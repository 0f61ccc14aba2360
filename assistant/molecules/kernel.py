"""What two molecules have in common: kernels on patterns of atoms, on properties, and on what chemists wrote down.

    some = features(mols, LIKING)                   of N molecules
    Kernel.of(LIKING, some)(some, some)             ->  (N, N) covariances of how much each is liked

A sum of Tanimoto kernels (Ralaivola et al. 2005, Neural Networks 18:1093) on counted Morgan fingerprints, with atoms by
element ("morgan") and by role ("roles"); of a Gaussian and a linear one on all of RDKit's descriptors ("properties",
"trend"); and of a linear one on what chemists wrote down of molecules in general ("opinion"): the alerts of five
catalogues, synthetic accessibility and QED.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.errors import UserError
from assistant.molecules.chem import Mol, Molecules
from assistant.molecules.components import Array
from assistant.molecules.values import raw_values

__all__ = ["ACTIVITY", "LIKING", "Features", "Kernel", "covariance", "features", "tanimoto"]

SIZE, MOST = 4096, 16
"""Bins of a fingerprint, and the count above which more of a pattern is no more."""
ACTIVITY: Mapping[str, float] = {"morgan": 16.0}
"""Weights of the kernels, where a target's pharmacology is what is known: near analogues count."""
LIKING: Mapping[str, float] = {"morgan": 0.3, "roles": 0.3, "properties": 0.5, "trend": 0.2, "opinion": 0.5}
"""Weights where it is what a chemist likes to see: what chemists wrote down counts as much as patterns."""
LINEAR = ("trend", "opinion")
CATALOGUES = ("BRENK", "NIH", "ZINC", "CHEMBL", "PAINS")


@dataclass(frozen=True)
class Features:
    """Of N molecules: `prints` by kind, sparse (N, bins), a bin for each count of a pattern; `properties` (N, P) and
    `opinions` (N, O), of no columns where they are not asked for.
    """

    prints: Mapping[str, Any]
    properties: Array
    opinions: Array

    def __len__(self) -> int:
        return len(self.properties)

    def __getitem__(self, at: Any) -> Features:
        prints = {kind: bins[at] for kind, bins in self.prints.items()}
        return Features(prints, self.properties[at], self.opinions[at])


def features(mols: Sequence[Mol], weights: Mapping[str, float] = ACTIVITY) -> Features:
    """What the kernels of these weights need.

    Raises:
        UserError: one of the molecules is None: what can't be read has no worth, not a poor one.
    """
    if any(mol is None for mol in mols):
        raise UserError("One of the molecules could not be read", do="leave it out")
    kinds = [kind for kind in ("morgan", "roles") if kind in weights]
    wanted = "properties" in weights or "trend" in weights
    nothing = np.zeros((len(mols), 0))
    return Features(
        {kind: _bins(mols, kind) for kind in kinds},
        _properties(mols) if wanted else nothing,
        _opinions(mols) if "opinion" in weights else nothing,
    )


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


def _opinions(mols: Sequence[Mol]) -> Array:
    """How many alerts each catalogue raises, how hard it is to make, how drug-like it is."""
    specs = [("alerts", {"catalogue": catalogue}) for catalogue in CATALOGUES]
    counts = np.log1p(raw_values(specs, mols, 1))
    return np.column_stack([counts, raw_values([("properties", {"name": name}) for name in ("sa", "qed")], mols, 1)])


@dataclass(frozen=True)
class Kernel:
    """The weighted sum; columns are measured in deviations of the molecules that were learned from."""

    weights: Mapping[str, float]
    properties: Scale
    opinions: Scale

    @classmethod
    def of(cls, weights: Mapping[str, float], known: Features) -> Kernel:
        return cls(weights, Scale.of(known.properties), Scale.of(known.opinions))

    def __call__(self, one: Features, other: Features) -> Array:
        """(N, M) covariances."""
        total = np.zeros((len(one), len(other)))
        for kind, weight in self.weights.items():
            if kind in one.prints:
                total += weight * tanimoto(one.prints[kind], other.prints[kind])
        if weight := self.weights.get("opinion", 0.0):
            total += weight * _inner(self.opinions(one.opinions), self.opinions(other.opinions))
        if one.properties.shape[1]:
            x, z = self.properties(one.properties), self.properties(other.properties)
            inner = _inner(x, z)
            if weight := self.weights.get("trend", 0.0):
                total += weight * inner
            if weight := self.weights.get("properties", 0.0):
                apart = _squares(x)[:, None] + _squares(z) - 2 * inner
                total += weight * np.exp(-np.maximum(apart, 0.0) / 2)
        return total

    def variances(self, one: Features) -> Array:
        """(N,) of each molecule alone: its similarity to itself is 1."""
        total = np.full(len(one), sum(weight for kind, weight in self.weights.items() if kind not in LINEAR))
        for kind, columns in (("trend", self.properties(one.properties)), ("opinion", self.opinions(one.opinions))):
            if weight := self.weights.get(kind, 0.0):
                total += weight * _squares(columns)
        return total


@dataclass(frozen=True)
class Scale:
    """Columns in deviations, at most 3 from the median; what is missing is the median."""

    centre: Array
    spread: Array

    @classmethod
    def of(cls, columns: Array) -> Scale:
        table = np.where(np.isfinite(columns), columns, np.nan)
        if not table.size:
            return cls(np.zeros(table.shape[1]), np.ones(table.shape[1]))
        spread = np.nan_to_num(np.nanstd(table, axis=0))
        # what never differs tells nothing
        return cls(np.nan_to_num(np.nanmedian(table, axis=0)), np.where(spread > 1e-6, spread, np.inf))

    def __call__(self, columns: Array) -> Array:
        return np.asarray(np.clip(np.nan_to_num((columns - self.centre) / self.spread), -3, 3))


def _inner(x: Array, z: Array) -> Array:
    return np.asarray(x @ z.T / x.shape[1])


def covariance(some: Features, weights: Mapping[str, float]) -> Array:
    """(N, N) of f before anything is said; properties in deviations of these molecules."""
    return Kernel.of(weights, some)(some, some)


def _squares(x: Array) -> Array:
    return np.asarray((x**2).mean(axis=1))


def tanimoto(one: Any, other: Any) -> Array:
    """(N, M) of counts, from sparse rows of `Features.prints`; 0 where neither molecule has a pattern."""
    common = np.asarray((one @ other.T).todense(), np.float64)
    total = np.asarray(one.sum(axis=1)).reshape(-1, 1) + np.asarray(other.sum(axis=1)).reshape(1, -1) - common
    return np.asarray(np.divide(common, total, out=np.zeros_like(common), where=total > 0))
