"""What a goal computes of molecules: their properties, how they stand to soft wishes, how different they are.

read(["CCO", "junk"])                       ->  Molecules([mol, None])
properties(("mw", "logp"), molecules)       ->  (N, 2), NaN for what could not be read
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from assistant.errors import UserError
from assistant.molecules.belief import Belief
from assistant.molecules.chem import Mol, Molecules, clean, scaffold
from assistant.molecules.components import Array
from assistant.molecules.components._table import PROPERTIES
from assistant.molecules.components.similarity import fingerprints
from assistant.molecules.objective import Part
from assistant.molecules.values import raw_values
from assistant.molecules.wishes import Soft

__all__ = ["diversity", "is_window", "kept", "prior", "properties", "read", "said", "short"]

WORTH_OF_BREAKING = 0.5
"""Of a soft wish."""
ALIKE = 0.6
"""A Tanimoto similarity from which on a molecule is as much like another as was wished."""
SPREADS = 4.65
"""Standard deviations between the 1st and the 99th percentile of a normal distribution."""
EDGE = 1.28
"""Windows begin as wide as the middle four fifths of drug-like molecules."""
MOST_COMPARED = 300
MISREAD = 0.03
"""People see how they were understood, so what stands was seldom misread."""


def read(values: Sequence[Any]) -> Molecules:
    """The molecules; None for what is none."""
    return Molecules(_mol(value) if isinstance(value, str) else None for value in values)


@lru_cache(maxsize=20_000)
def _mol(smiles: str) -> Mol | None:
    try:
        return clean(smiles)
    except UserError:
        return None


def properties(names: Sequence[str], mols: Molecules) -> Array:
    """(N, P) raw values."""
    return raw_values([("properties", {"name": name}) for name in names], mols, 1)


def is_window(part: Part) -> bool:
    """Whether the belief can hold it: a property with at least one end."""
    ends = (getattr(part.desirability, "low", None), getattr(part.desirability, "high", None))
    known = part.kind == "properties" and str(part.options.get("name")) in PROPERTIES
    return known and part.weight > 0 and any(end is not None for end in ends)


def prior(names: Sequence[str], windows: dict[str, Part]) -> Belief:
    """What is believed before anything was said: the start's windows, or those of drug-like molecules."""
    known = [PROPERTIES[name] for name in names]
    centre = np.array([(one.low + one.high) / 2 for one in known])
    scale = np.array([max(one.high - one.low, 1e-6) / SPREADS for one in known])
    rows = np.zeros((len(names), 5))
    rows[:, 0], rows[:, 1] = -EDGE, EDGE
    rows[:, 2:4] = np.log(2.5)
    for number, name in enumerate(names):
        if name in windows:
            rows[number] = _row(windows[name], centre[number], scale[number])
    return Belief(centre, scale, rows, misread=MISREAD)


def _row(part: Part, centre: float, scale: float) -> Array:
    shape = part.desirability
    low, high = (getattr(shape, end, None) for end in ("low", "high"))
    rising, falling = shape.type in ("sigmoid", "right_step"), shape.type in ("reverse_sigmoid", "left_step")
    middle = (low + high) / 2 if low is not None and high is not None else low if low is not None else high
    assert middle is not None
    begins = -4.0 * scale + centre if falling else middle if rising else low
    stops = 4.0 * scale + centre if rising else middle if falling else high
    ends = ((begins or 0.0) - centre) / scale, ((stops or 0.0) - centre) / scale
    return np.array([*ends, np.log(4.0), np.log(4.0), np.log(part.weight)])


def kept(wish: Soft, mols: Molecules) -> Array:
    """(N,) from `WORTH_OF_BREAKING` to 1: how well a soft wish is kept."""
    raw = raw_values([(wish.kind, wish.options)], mols, 1)[:, 0]
    share = np.minimum(raw / ALIKE, 1.0) if wish.kind == "similarity" else np.where(np.isnan(raw), raw, raw > 0)
    return np.asarray(WORTH_OF_BREAKING + (1 - WORTH_OF_BREAKING) * (share if wish.more else 1 - share))


def said(wish: Soft) -> str:
    """
    >>> said(Soft("alerts", {"catalogue": "PAINS"}, False, ""))
    'rather no PAINS'
    """
    if wish.kind == "similarity":
        return f"{'more' if wish.more else 'less'} like {', '.join(wish.options['smiles'])}"
    (what,) = wish.options.values()
    return f"rather {'' if wish.more else 'no '}{what}"


def short(value: float, whole: bool) -> str:
    return f"{value:.0f}" if whole or abs(value) >= 100 else f"{value:.2g}" if abs(value) < 1 else f"{value:.1f}"


def diversity(found: Sequence[Any]) -> float:
    """One minus the mean Tanimoto similarity of all pairs of fingerprints (Benhenda 2017); 0 where there is no pair."""
    from rdkit.DataStructs import BulkTanimotoSimilarity

    known = [one for one in found if one is not None][:MOST_COMPARED]
    pairs = [BulkTanimotoSimilarity(one, known[:number]) for number, one in enumerate(known) if number]
    return 1.0 - float(np.mean(np.concatenate(pairs))) if pairs else 0.0


def figures(values: Sequence[Any], score: Callable[[Sequence[Any]], Array]) -> dict[str, float]:
    """Of a sample, by name; a value of None is a molecule that was not valid."""
    there = [value for value in values if value is not None]
    mols = read(there)
    druglike = properties(("qed", "sa"), mols)
    return {
        "score": float(np.nanmean(score(there))) if there else 0.0,
        "valid": len(there) / max(1, len(values)),
        "unique": len(set(there)) / max(1, len(there)),
        "diversity": diversity(fingerprints(mols)),
        "scaffolds": float(len({scaffold(mol) for mol in mols if mol is not None})),
        "QED": float(np.nanmean(druglike[:, 0])) if there else 0.0,
        "SA score": float(np.nanmean(druglike[:, 1])) if there else 0.0,
    }
