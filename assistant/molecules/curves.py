"""What is believed of each property, as a curve: how desirable its values are, and how sure that is.

curves(belief, ("logp", "mw"))   ->  (Curve("logp", ..., x=(60,), mean=(60,), low=(60,), high=(60,), weight=0.6), …)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.molecules.belief import Belief
from assistant.molecules.components._table import PROPERTIES, Property

__all__ = ["Curve", "curves", "span"]

Array: TypeAlias = NDArray[np.float64]
DRAWS, POINTS = 64, 60


@dataclass(frozen=True)
class Curve:
    """What is believed of one property: desirability over its values, with the posterior's 5th and 95th percentile.

    `weight`: its share of all weights; `ends`: the most probable window, in the property's unit.
    """

    name: str
    title: str
    unit: str
    x: Array
    mean: Array
    low: Array
    high: Array
    weight: float
    ends: tuple[float, float]


def curves(belief: Belief, names: Sequence[str]) -> tuple[Curve, ...]:
    """Of every property, those that weigh most first."""
    draws = belief.draws(DRAWS, np.random.default_rng(0)).reshape(DRAWS, -1, 5)
    mode = belief.mode.reshape(-1, 5)
    weights = np.exp(mode[:, 4])
    made = [
        _curve(name, belief.centre[i], belief.scale[i], draws[:, i], mode[i], float(weights[i] / weights.sum()))
        for i, name in enumerate(names)
    ]
    return tuple(sorted(made, key=lambda curve: -curve.weight))


def span(known: Property) -> Array:
    """(60,) values that are worth drawing: those of drug-like molecules, and some beyond."""
    margin = 0.25 * (known.high - known.low)
    return np.linspace(max(known.low - margin, known.bounds[0]), min(known.high + margin, known.bounds[1]), POINTS)


def _curve(name: str, centre: float, scale: float, draws: Array, mode: Array, weight: float) -> Curve:
    known = PROPERTIES[name]
    x = span(known)
    z = (x[None] - centre) / scale
    below = np.exp(draws[:, 2:3]) * (draws[:, 0:1] - z)
    above = np.exp(draws[:, 3:4]) * (z - draws[:, 1:2])
    wanted = np.exp(-np.logaddexp(0.0, below) - np.logaddexp(0.0, above))
    low, high = np.quantile(wanted, (0.05, 0.95), axis=0)
    ends = (float(mode[0] * scale + centre), float(mode[1] * scale + centre))
    return Curve(name, known.title, known.unit, x, wanted.mean(axis=0), low, high, weight, ends)
