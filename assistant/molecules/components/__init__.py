"""What of a molecule can be scored: `component(...) -> Component`, joined by `@component`; a new one is one file.

# assistant/molecules/components/similarity.py
@component
def similarity(smiles: str) -> Component: ...

make("similarity", smiles="c1ccccc1O")(mols)   ->  (N,) raw values; NaN where a molecule failed, never 0
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.errors import UserError
from assistant.molecules.chem import Mol, Molecules
from assistant.registry import Registry

__all__ = ["Array", "Component", "component", "make"]

Array: TypeAlias = NDArray[np.float64]
Values: TypeAlias = Callable[[Molecules], Array]


@dataclass(frozen=True)
class Component:
    """One raw value of each molecule.

    Args:
        name: as people read it: "logP", "nitro group".
        unit: "g/mol", "Å²"; empty for a count or a fraction.
        values: `(molecules) -> (N,)` raw values, NaN on failure.
        spread: `(molecules) -> (N,)` standard deviation of the values, in their unit; None where they are exact.
        bounds: the least and greatest value that any molecule can have.
        apart: False where it must not be made anew in another process (a model that was fitted, say).
    """

    name: str
    unit: str
    values: Values
    spread: Values | None = None
    bounds: tuple[float, float] = (-np.inf, np.inf)
    apart: bool = True

    def __call__(self, mols: Sequence[Mol | None]) -> Array:
        return self.values(Molecules.of(mols))


ComponentFactory: TypeAlias = Callable[..., Component]
component: Registry[ComponentFactory] = Registry("scoring component", "assistant.molecules.components")


def make(kind: str, **options: Any) -> Component:
    """The component of this kind with these options.

    Raises:
        UserError: there is no such kind, it has no such option or lacks one, or it refuses an option's value.
    """
    factory = component.get(kind)
    signature = inspect.signature(factory)
    if strange := sorted(set(options) - set(signature.parameters)):
        allowed = f"it has: {', '.join(signature.parameters)}"
        raise UserError(f"The scoring component {kind!r} has no option {strange[0]!r}", allowed)
    try:
        signature.bind(**options)
    except TypeError as wrong:
        raise UserError(f"The scoring component {kind!r} is not complete: {wrong}") from wrong
    return factory(**options)
