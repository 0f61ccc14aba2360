"""How similar a molecule is to the nearest of some references: Tanimoto on counted Morgan fingerprints, in [0, 1].

    make("similarity", smiles="CC(=O)Oc1ccccc1C(=O)O")([aspirin, benzene])   ->  [1.0, 0.152]

Rogers & Hahn 2010, J. Chem. Inf. Model. 50:742. A pool's fingerprints are shared by all components that need them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from assistant.errors import UserError
from assistant.molecules.chem import Mol, Molecules, clean
from assistant.molecules.components import Array, Component, component

__all__ = ["fingerprints", "similarity"]


@component
def similarity(smiles: str | Sequence[str], radius: int = 2, counts: bool = True, features: bool = False) -> Component:
    """The greatest Tanimoto similarity to any of the references.

    Args:
        smiles: one SMILES or several.
        radius: bonds around each atom, 0 to 6; 2 is ECFP4's.
        counts: how often a pattern occurs counts, too; else whether it does.
        features: atoms by their role (donor, acceptor, aromatic ...) instead of their element: FCFP.

    Raises:
        UserError: a reference can't be read, there is none, or the radius is out of its range.
    """
    given = [smiles] if isinstance(smiles, str) else list(smiles)
    if not given:
        raise UserError("The similarity has no reference molecule", do="give a SMILES")
    if isinstance(radius, bool) or not isinstance(radius, int) or not 0 <= radius <= 6:
        raise UserError(f"The radius is {radius!r}", "a whole number from 0 to 6")
    settings = (radius, counts, features)
    references = fingerprints(Molecules(map(clean, given)), *settings)
    title = f"similarity to {given[0]}" if len(given) == 1 else f"similarity to the nearest of {len(given)} molecules"
    return Component(
        title, "", lambda molecules: _nearest(fingerprints(molecules, *settings), references), bounds=(0.0, 1.0)
    )


def fingerprints(molecules: Molecules, radius: int = 2, counts: bool = True, features: bool = False) -> list[Any]:
    """N Morgan fingerprints of 2048 bins, computed once for the molecules scored together; None for a failure."""

    def all_of(mols: Molecules) -> list[Any]:
        generator = _generator(radius, features)
        of = generator.GetCountFingerprint if counts else generator.GetFingerprint
        return [_made(of, mol) for mol in mols]

    return molecules.shared(("fingerprints", radius, counts, features), all_of)


def _made(of: Any, mol: Mol | None) -> Any:
    try:
        return None if mol is None else of(mol)
    except (ValueError, RuntimeError):
        return None


@cache
def _generator(radius: int, features: bool) -> Any:
    from rdkit.Chem import rdFingerprintGenerator as generators

    atoms = generators.GetMorganFeatureAtomInvGen() if features else None
    return generators.GetMorganGenerator(radius=radius, fpSize=2048, atomInvariantsGenerator=atoms)


def _nearest(found: Sequence[Any], references: Sequence[Any]) -> Array:
    from rdkit.DataStructs import BulkTanimotoSimilarity

    known = [each for each in found if each is not None]
    best = np.full(len(found), np.nan)
    if known:
        table = [BulkTanimotoSimilarity(reference, known) for reference in references]
        best[[each is not None for each in found]] = np.max(table, axis=0)
    return best
