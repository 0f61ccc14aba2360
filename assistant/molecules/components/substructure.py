"""How often a substructure occurs, by its name ("carboxylic acid") or as SMARTS ("[NX3;H2]c").

    make("substructure", pattern="nitro")([nitrobenzene])   ->  [1.0]

Required is a value of at least 1, forbidden one of at most 0. Molecules are taken to be neutralised.
"""

from __future__ import annotations

from assistant.molecules.components import Component, component
from assistant.molecules.groups import resolve

__all__ = ["substructure"]


@component
def substructure(pattern: str) -> Component:
    """The number of places where the group matches; of matches that share all their atoms one counts.

    Raises:
        UserError: the name is not known and it is no SMARTS either; with the nearest names.
    """
    found = resolve(pattern)
    query = found.query()
    return Component(
        found.name,
        "",
        lambda molecules: molecules.shared(
            ("substructure", found.smarts), lambda mols: mols.each(lambda mol: len(mol.GetSubstructMatches(query)))
        ),
        bounds=(0.0, float("inf")),
    )
