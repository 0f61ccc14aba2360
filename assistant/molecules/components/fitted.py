"""Own assay data as a component: a CSV of SMILES and values -> a fitted model with its uncertainty.

    make("fitted", path="solubility.csv", value="logS")     ->  name "logS, fitted on 1,128 molecules", with a spread
    learnt("solubility.csv", None, "logS").said             ->  "R² .87, mean error 0.55, on molecules left out ..."
    make("fitted", path="ic50.csv", value="nM", log=True)   ->  of the logarithm to the base of 10

A random forest (Breiman 2001, Mach. Learn. 45:5) on counted Morgan fingerprints and the properties of the table.
The spread is that of the trees, stretched so that it fits the errors on molecules that a tree did not see (out of bag),
plus the forest's own noise; see Hirschfeld et al. 2020, J. Chem. Inf. Model. 60:3770, for how such spreads compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import UserError
from assistant.molecules.chem import Aside, Molecules, canonical, clean_all
from assistant.molecules.components import Array, Component, component
from assistant.molecules.components.similarity import fingerprints
from assistant.molecules.files import csv_rows, smiles_column

__all__ = ["Assay", "Fit", "fitted", "learnt", "number_of", "read_assay"]

FEWEST = 20
TREES = 200
PIECE = 2_000
"""Molecules predicted at a time: the table of 60,000 would take a gigabyte."""
DESCRIPTORS = (
    "mw", "logp", "tpsa", "hbd", "hba", "rotatable_bonds", "rings", "aromatic_rings", "fsp3", "molar_refractivity",
    "heteroatoms", "halogens", "aromatic_share", "surface_area",
)  # fmt: skip


@dataclass(frozen=True)
class Assay:
    """`values` (N,) of `mols`, or with `log` their logarithms; repeated molecules are averaged.

    Args:
        aside: molecules that could not be read.
        unused: what stands for a value and is none: "> 10000", "n.d.", ""; with `log` also what is not above zero.
    """

    name: str
    mols: Molecules
    values: Array
    aside: list[Aside] = field(default_factory=list)
    unused: list[Aside] = field(default_factory=list)
    log: bool = False


@dataclass(frozen=True, eq=False)
class Fit:
    """A forest on an assay. `r2`, `error`: on molecules that the trees did not see; `stretch`: of the trees' spread."""

    assay: Assay
    forest: Any
    r2: float
    error: float
    stretch: float

    @property
    def said(self) -> str:
        unit = " log units" if self.assay.log else ""
        return (
            f"R² {self.r2:.2f}, mean error {self.error:.3g}{unit}, on molecules left out of the fit; "
            f"{len(self.assay.mols):,} molecules"
        )

    def predict(self, molecules: Molecules) -> tuple[Array, Array]:
        """(N,) means and (N,) standard deviations; NaN where a molecule failed."""
        return molecules.shared(("fitted", self), self._predict)

    def _predict(self, molecules: Molecules) -> tuple[Array, Array]:
        mean, deviation = np.full(len(molecules), np.nan), np.full(len(molecules), np.nan)
        for start in range(0, len(molecules), PIECE):
            table = _features(molecules, slice(start, start + PIECE))
            known = np.flatnonzero(np.isfinite(table).all(axis=1))
            if known.size:
                trees = np.stack([tree.predict(table[known]) for tree in self.forest.estimators_])
                mean[start + known] = trees.mean(axis=0)
                deviation[start + known] = self.stretch * np.sqrt(trees.var(axis=0) + _floor(self.assay.values))
        return mean, deviation


@component
def fitted(path: str, value: str | None = None, smiles: str | None = None, log: bool = False) -> Component:
    """A model of the values in a CSV.

    Args:
        path: the file; its first line names the columns.
        value: the column of the values; may be left out where only one column holds numbers.
        smiles: the column of the molecules; may be left out where it is called SMILES.
        log: model the values' logarithms to the base of 10; those that are not above zero have none.

    Raises:
        UserError: the file or a column is missing, fewer than 20 molecules can be used, or all values are equal.
    """
    fit = learnt(path, smiles, value, log)
    return Component(
        f"{'log ' if log else ''}{fit.assay.name}, fitted on {len(fit.assay.mols):,} molecules",
        "",
        lambda molecules: fit.predict(molecules)[0],
        spread=lambda molecules: fit.predict(molecules)[1],
        apart=False,
    )


def learnt(path: str, smiles: str | None, value: str | None, log: bool = False) -> Fit:
    """The model of this file as it is now; fitted once for each state of the file."""
    try:
        changed = Path(path).stat().st_mtime_ns
    except OSError as wrong:
        raise UserError(f"The file {path!r} can't be read: {wrong.strerror}", do="check its path") from wrong
    return _learnt(path, smiles, value, log, changed)


@lru_cache(maxsize=8)
def _learnt(path: str, smiles: str | None, value: str | None, log: bool, changed: int) -> Fit:
    return _fit(read_assay(Path(path), smiles, value, log))


def _fit(assay: Assay) -> Fit:
    from sklearn.ensemble import RandomForestRegressor

    table, values = _features(assay.mols), assay.values
    forest = RandomForestRegressor(
        TREES, max_features=0.33, min_samples_leaf=1, oob_score=True, random_state=0, n_jobs=1
    ).fit(table, values)
    errors = forest.oob_prediction_ - values
    spread = _unseen_variance(forest, table) + _floor(values)
    # a few very sure and very wrong molecules must not widen all others: the median of normal z² is .455
    stretch = float(np.sqrt(max(np.median(errors**2 / spread) / 0.455, 1e-6)))
    return Fit(assay, forest, float(forest.oob_score_), float(np.abs(errors).mean()), stretch)


def _unseen_variance(forest: Any, table: Array) -> Array:
    """(N,) the variance, for each molecule, among the trees that did not see it."""
    trees = np.stack([tree.predict(table) for tree in forest.estimators_])
    unseen = np.ones_like(trees, dtype=bool)
    for number, seen in enumerate(forest.estimators_samples_):
        unseen[number, seen] = False
    return np.asarray(np.ma.masked_array(trees, ~unseen).var(axis=0).filled(trees.var()))


def _floor(values: Array) -> float:
    """The least variance: trees that agree exactly are not certain."""
    return 1e-4 * float(values.var())


def _features(molecules: Molecules, rows: slice = slice(None)) -> Array:
    """(rows, 2048 + descriptors); a row of NaN where a molecule failed."""
    from assistant.molecules.components._table import PROPERTIES

    bins = [_bins(each) for each in fingerprints(molecules)[rows]]
    return np.column_stack([np.stack(bins), *(PROPERTIES[name].of(molecules)[rows] for name in DESCRIPTORS)])


def _bins(fingerprint: Any) -> Array:
    counts = np.zeros(2048)
    if fingerprint is None:
        return np.full_like(counts, np.nan)
    found = fingerprint.GetNonzeroElements()
    counts[list(found)] = list(found.values())
    return counts


# --- reading -------------------------------------------------------------------------------------------------


def read_assay(path: Path, smiles: str | None = None, value: str | None = None, log: bool = False) -> Assay:
    """The molecules and values of a CSV; a line without a number or a readable molecule is kept apart.

    Repeated molecules are averaged; with `log` that is the mean of logarithms.

    Raises:
        UserError: the file or a column is missing, fewer than 20 molecules can be used, or all values are equal.
    """
    rows = csv_rows(path)
    smiles = smiles or smiles_column(path, rows)
    value = value or _value_column(path, rows, smiles)
    for column in (smiles, value):
        if column not in rows[0]:
            raise UserError(f"{path.name!r} has no column {column!r}", f"the columns are: {', '.join(rows[0])}")
    cleaned = clean_all(row[smiles] or "" for row in rows)
    unused = list[Aside]()
    found: dict[str, tuple[Any, list[float]]] = {}
    for mol, number in zip(cleaned.mols, cleaned.index, strict=True):
        measured = number_of(rows[number][value])
        if measured is None or (log and measured <= 0):
            given = (rows[number][value] or "").strip()
            unused.append(Aside(number, given, f"{given!r} in {value!r} is no number{' above zero' if log else ''}."))
        else:
            found.setdefault(canonical(mol), (mol, []))[1].append(float(np.log10(measured)) if log else measured)
    _enough(path, value, [values for _, values in found.values()], log)
    means = np.array([np.mean(values) for _, values in found.values()])
    return Assay(value, Molecules(mol for mol, _ in found.values()), means, cleaned.aside, unused, log)


def _enough(path: Path, value: str, values: Sequence[list[float]], log: bool) -> None:
    if len(values) < FEWEST:
        number = "a number above zero" if log else "a number"
        as_they_are = f"or model it as it is, with {value}:linear" if log else ""
        raise UserError(
            f"{path.name!r} has {len(values)} molecules with {number} in {value!r}", f"at least {FEWEST}", as_they_are
        )
    if np.ptp([np.mean(each) for each in values]) == 0:
        same = 10 ** values[0][0] if log else values[0][0]
        raise UserError(f"All values of {value!r} in {path.name!r} are {same:g}", "values that differ")


def _value_column(path: Path, rows: Sequence[dict[str, str]], smiles: str) -> str:
    def numbers(column: str) -> Iterable[bool]:
        return (number_of(row[column]) is not None for row in rows if row[column])

    found = [each for each in rows[0] if each and each != smiles and any(numbers(each)) and all(numbers(each))]
    if len(found) != 1:
        said = f"numbers are in: {', '.join(found)}" if found else "no column holds numbers alone"
        raise UserError(f"It is not clear which column of {path.name!r} holds the values", said, "name one")
    return found[0]


def number_of(text: str | None) -> float | None:
    """The finite number that a cell holds; None where it holds none."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if np.isfinite(number) else None
