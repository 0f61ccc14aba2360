"""Structural alerts from RDKit's catalogues: how many of them a molecule raises.

    make("alerts", catalogue="BRENK")([nitrobenzene])   ->  [2.0]
    raised(nitrobenzene, "BRENK")                       ->  ["nitro_group", "Oxygen-nitrogen_single_bond"]

PAINS: Baell & Holloway 2010, J. Med. Chem. 53:2719. BRENK: Brenk et al. 2008, ChemMedChem 3:435. NIH: Doveston et
al. 2015, Org. Biomol. Chem. 13:859, and Jadhav et al. 2010, J. Med. Chem. 53:37. ZINC: the rules of the ZINC
database. CHEMBL: the alert sets that ChEMBL collected.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from assistant.errors import UserError
from assistant.molecules.chem import Mol
from assistant.molecules.components import Component, component

__all__ = ["CATALOGUES", "alerts", "raised"]

CATALOGUES = ("PAINS", "BRENK", "NIH", "ZINC", "CHEMBL")


@component
def alerts(catalogue: str) -> Component:
    """The number of alerts of a catalogue (PAINS, BRENK, NIH, ZINC, CHEMBL) that match.

    Raises:
        UserError: there is no such catalogue.
    """
    name = _known(catalogue)
    filters = _catalogue(name)
    return Component(
        f"{name} alerts",
        "",
        lambda molecules: molecules.shared(
            ("alerts", name), lambda mols: mols.each(lambda mol: len(filters.GetMatches(mol)))
        ),
        bounds=(0.0, float("inf")),
    )


def raised(mol: Mol, catalogue: str) -> list[str]:
    """The names of the alerts that a molecule raises.

    Raises:
        UserError: there is no such catalogue.
    """
    return [entry.GetDescription() for entry in _catalogue(_known(catalogue)).GetMatches(mol)]


def _known(catalogue: str) -> str:
    name = catalogue.strip().upper()
    if name not in CATALOGUES:
        raise UserError(f"There is no catalogue of alerts {catalogue!r}", f"there is: {', '.join(CATALOGUES)}")
    return name


@cache
def _catalogue(name: str) -> Any:
    from rdkit.Chem.FilterCatalog import FilterCatalog, FilterCatalogParams

    chosen = FilterCatalogParams()
    chosen.AddCatalog(getattr(FilterCatalogParams.FilterCatalogs, name))
    return FilterCatalog(chosen)
