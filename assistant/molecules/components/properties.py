"""A property by its name: molecular weight, logP, polar surface area, QED, solubility and some forty more.

make("properties", name="TPSA")([aspirin])   ->  [63.6]   in Å²
"""

from __future__ import annotations

from assistant.molecules.components import Component, component
from assistant.molecules.components._table import find

__all__ = ["properties"]


@component
def properties(name: str) -> Component:
    """A property that RDKit counts or that is made of such.

    Raises:
        UserError: there is none of that name; with the nearest names.
    """
    found = find(name)
    return Component(found.title, found.unit, found.of, bounds=found.bounds)
