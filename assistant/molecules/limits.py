"""Hard limits that can't all hold: those that contradict each other, and those that no molecule of a pool meets.

    contradictions([logP at least 4, logP at most 2])   ->  ["logP at least 4 and at most 2 can't both hold"]
    met(limits, pool).said   ->  "None of the 250 molecules meets all limits; without 'TPSA at most 20 Å²' 12 do; ..."

Said before a training, so that nobody waits for molecules that can't exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.errors import UserError
from assistant.molecules.chem import Mol, canonical
from assistant.molecules.components import Array
from assistant.molecules.objective import Limit
from assistant.molecules.values import component_of, raw_values

__all__ = ["Met", "checked", "contradictions", "met"]


@dataclass(frozen=True)
class Met:
    """How a pool stands to limits.

    Args:
        count: how many molecules obey all limits.
        alone: how many obey each limit.
        without: how many would obey the others if this limit were dropped.
        nearest: the indices of the molecules that miss the limits by least, the nearest first.
        said: all of that in a sentence.
    """

    count: int
    alone: tuple[int, ...]
    without: tuple[int, ...]
    nearest: tuple[int, ...]
    said: str


def contradictions(limits: Sequence[Limit]) -> list[str]:
    """One sentence for each component whose limits leave no value at all."""
    said = []
    for name in dict.fromkeys(limit.name for limit in limits):
        same = [limit for limit in limits if limit.name == name]
        component = component_of(same[0].spec)
        lows = [limit.low for limit in same if limit.low is not None]
        highs = [limit.high for limit in same if limit.high is not None]
        if lows and highs and max(lows) > min(highs):
            said.append(f"{name} at least {max(lows):g} and at most {min(highs):g} can't both hold")
        elif lows and max(lows) > component.bounds[1]:
            said.append(f"{name} at least {max(lows):g} can't be: it is {component.bounds[1]:g} at most")
        elif highs and min(highs) < component.bounds[0]:
            said.append(f"{name} at most {min(highs):g} can't be: it is {component.bounds[0]:g} at least")
    return said


def met(limits: Sequence[Limit], mols: Sequence[Mol | None], nearest: int = 3) -> Met:
    """Count who obeys, and find who nearly does.

    A miss is measured in standard deviations of its component in the pool, so that 20 g/mol and one donor compare.

    Raises:
        UserError: there is no molecule, or no limit.
    """
    if not len(mols):
        raise UserError("The pool is empty", do="give molecules to choose from")
    if not limits:
        raise UserError("There are no limits to check", do="give one")
    values = raw_values([limit.spec for limit in limits], mols)
    beyond = np.stack([limit.beyond(values[:, i]) for i, limit in enumerate(limits)], axis=1)
    obeyed = beyond == 0  # NaN is not obeyed: it is not known to be
    count = int(obeyed.all(axis=1).sum())
    without = tuple(int(np.delete(obeyed, i, axis=1).all(axis=1).sum()) for i in range(len(limits)))
    order = _order(beyond, values)[:nearest]
    alone = tuple(int(each) for each in obeyed.sum(axis=0))
    said = _said(limits, mols, values, count, alone, without, order)
    return Met(count, alone, without, order, said)


def checked(limits: Sequence[Limit], mols: Sequence[Mol | None]) -> None:
    """Nothing, where the limits can be met by this pool.

    Raises:
        UserError: they contradict each other, or no molecule meets them; with what would help and who is nearest.
    """
    if wrong := contradictions(limits):
        raise UserError("; ".join(wrong), do="take one of them back")
    if limits and (found := met(limits, mols)).count == 0:
        raise UserError(found.said, do="loosen one of them")


def _order(beyond: Array, values: Array) -> tuple[int, ...]:
    """Molecules whose values are all known, the smallest miss first."""
    known = np.flatnonzero(np.isfinite(beyond).all(axis=1))
    if not known.size:
        return ()
    spread = values[known].std(axis=0)
    misses = (beyond[known] / np.where(spread > 0, spread, 1.0)).sum(axis=1)
    return tuple(int(index) for index in known[np.argsort(misses, kind="stable")])


def _said(
    limits: Sequence[Limit],
    mols: Sequence[Mol | None],
    values: Array,
    count: int,
    alone: Sequence[int],
    without: Sequence[int],
    order: Sequence[int],
) -> str:
    if count:
        return f"{count:,} of {len(mols):,} molecules meet all limits"
    parts = [f"None of the {len(mols):,} molecules meets all limits"]
    hardest = int(np.argmax(without))
    if without[hardest] and len(limits) > 1:
        parts.append(f"without '{limits[hardest].said}' {without[hardest]:,} would")
    elif len(limits) > 1:
        parts.append(", ".join(f"'{limit.said}' alone is met by {n:,}" for limit, n in zip(limits, alone, strict=True)))
    if order:
        best = order[0]
        missed = [i for i, limit in enumerate(limits) if limit.beyond(values[best, i : i + 1])[0] > 0]
        have = ", ".join(f"{limits[i].name} {values[best, i]:.4g}" for i in missed)
        parts.append(f"the nearest is {canonical(mols[best])} with {have}")
    return "; ".join(parts)
