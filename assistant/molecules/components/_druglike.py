"""Properties that are made of others: QED, synthetic accessibility, solubility in water; their parts are shared.

Sources: QED, Bickerton et al. 2012, Nat. Chem. 4:90; synthetic accessibility, Ertl & Schuffenhauer 2009,
J. Cheminform. 1:8; ESOL, Delaney 2004, J. Chem. Inf. Comput. Sci. 44:1000.

    qed(Molecules([aspirin]))          ->  [0.550]
    solubility(Molecules([aspirin]))   ->  [-1.99]   (log10 mol/l)
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from assistant.molecules.chem import Mol, Molecules
from assistant.molecules.components import Array

__all__ = ["aromatic_share", "carbocycles", "qed", "sa", "solubility"]


def _value(molecules: Molecules, name: str) -> Array:
    from assistant.molecules.components._table import PROPERTIES

    return PROPERTIES[name].of(molecules)


def carbocycles(molecules: Molecules) -> Array:
    """(N,) rings of carbon alone."""
    from rdkit.Chem.rdMolDescriptors import CalcNumAliphaticCarbocycles, CalcNumAromaticCarbocycles

    return molecules.each(lambda mol: CalcNumAromaticCarbocycles(mol) + CalcNumAliphaticCarbocycles(mol))


def aromatic_share(molecules: Molecules) -> Array:
    """(N,) aromatic atoms over heavy atoms, in [0, 1]."""

    def share(mol: Mol) -> float:
        return float(sum(atom.GetIsAromatic() for atom in mol.GetAtoms()) / mol.GetNumHeavyAtoms())

    return molecules.shared("aromatic share", lambda found: found.each(share))


def solubility(molecules: Molecules) -> Array:
    """(N,) log10 of mol/l, by Delaney's line; Crippen's logP stands for his ClogP. His standard error is about 1."""
    logp, mw = _value(molecules, "logp"), _value(molecules, "mw")
    rotatable, aromatic = _value(molecules, "rotatable_bonds"), aromatic_share(molecules)
    return np.asarray(0.16 - 0.63 * logp - 0.0062 * mw + 0.066 * rotatable - 0.74 * aromatic)


# --- QED -----------------------------------------------------------------------------------------------------


def qed(molecules: Molecules) -> Array:
    """(N,) in [0, 1]; the figures of rdkit.Chem.QED, from properties that other components share."""
    return molecules.shared("qed", _qed)


def _qed(molecules: Molecules) -> Array:
    from rdkit.Chem import QED

    parts = {
        "MW": _value(molecules, "mw"),
        "ALOGP": _value(molecules, "logp"),
        "HBA": molecules.each(_acceptors),
        "HBD": _value(molecules, "hbd"),
        "PSA": _value(molecules, "tpsa"),
        "ROTB": _value(molecules, "rotatable_bonds"),
        "AROM": molecules.each(_aromatic_rings),
        "ALERTS": molecules.each(_alerts),
    }
    logs = [np.log(_ads(parts[name], QED.adsParameters[name])) for name in QED.QEDproperties._fields]
    weights = np.asarray(QED.WEIGHT_MEAN)
    return np.asarray(np.exp(weights @ np.stack(logs) / weights.sum()))


def _ads(x: Array, p: Any) -> Array:
    """The asymmetric double sigmoid of the paper."""
    rise = 1 + np.exp(-(x - p.C + p.D / 2) / p.E)
    fall = 1 + np.exp(-(x - p.C - p.D / 2) / p.F)
    return np.asarray((p.A + p.B / rise * (1 - 1 / fall)) / p.DMAX)


def _acceptors(mol: Mol) -> int:
    from rdkit.Chem import QED

    return sum(len(mol.GetSubstructMatches(pattern)) for pattern in QED.Acceptors)


def _aromatic_rings(mol: Mol) -> int:
    """The rings left when the aliphatic ring atoms are cut out, as QED counts them."""
    from rdkit import Chem
    from rdkit.Chem import QED

    if not mol.HasSubstructMatch(QED.AliphaticRings):
        return int(mol.GetRingInfo().NumRings())
    return len(Chem.GetSSSR(Chem.DeleteSubstructs(Chem.Mol(mol), QED.AliphaticRings)))


def _alerts(mol: Mol) -> int:
    return len(_alert_catalogue().GetMatches(mol))


@cache
def _alert_catalogue() -> Any:
    """QED's 116 alerts in one catalogue, which is quicker than one call for each."""
    from rdkit.Chem import QED
    from rdkit.Chem.FilterCatalog import FilterCatalog, FilterCatalogEntry, SmartsMatcher

    catalogue = FilterCatalog()
    for smarts in QED.StructuralAlertSmarts:
        catalogue.AddEntry(FilterCatalogEntry(smarts, SmartsMatcher(smarts, smarts)))
    return catalogue


# --- synthetic accessibility ---------------------------------------------------------------------------------


def sa(molecules: Molecules) -> Array:
    """(N,) from 1, easy to make, to 10, hard."""
    return molecules.shared("sa", lambda found: found.each(_sa_score()))


@cache
def _sa_score() -> Callable[[Mol], float]:
    from rdkit.Contrib.SA_Score import sascorer

    return sascorer.calculateScore  # type: ignore[no-any-return]
