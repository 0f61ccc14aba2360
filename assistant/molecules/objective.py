"""What is wanted of a molecule, as one number: the weighted geometric mean of desirabilities, within hard limits.

    objective = Objective((Part("properties", {"name": "logp"}, window(1, 3, soft=1)),),
                          (Limit("substructure", {"pattern": "nitro"}, high=0),))
    objective([aspirin, nitrobenzene]).total   ->  [0.67, 0.0]

total = Π d_i^(w_i / Σ w), 0 where a limit is broken, NaN where a component or a limit could not be computed: what is
unknown is never 0. Mean of desirabilities: Derringer & Suich 1980, J. Qual. Technol. 12:214.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.errors import UserError
from assistant.molecules.chem import Mol
from assistant.molecules.components import Array
from assistant.molecules.desirability import Desirability
from assistant.molecules.values import Spec, component_of, raw_values

__all__ = ["Limit", "Objective", "Part", "Scores", "geometric_mean"]

Obeyed: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """A component with its desirability and weight; `name` is the component's own where it is empty.

    Raises:
        UserError: the weight is no number from 0 on, or there is no such component.
    """

    kind: str
    options: Mapping[str, Any]
    desirability: Desirability
    weight: float = 1.0
    name: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.weight, bool) or not math.isfinite(self.weight) or self.weight < 0:
            raise UserError(f"The weight of {self.name or self.kind!r} is {self.weight!r}", "a number from 0 on")
        object.__setattr__(self, "name", self.name or component_of(self.spec).name)

    def __hash__(self) -> int:
        return hash((self.kind, self.name))  # the options are a mapping, which has no hash

    @property
    def spec(self) -> Spec:
        return self.kind, self.options


@dataclass(frozen=True)
class Limit:
    """A hard limit on a component: at least `low`, at most `high`, both allowed; None leaves a side open.

    Required is a substructure with low=1, forbidden one with high=0.

    Raises:
        UserError: it has no end, an end is no number, or there is no such component.
    """

    kind: str
    options: Mapping[str, Any]
    low: float | None = None
    high: float | None = None
    name: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or component_of(self.spec).name)
        if self.low is None and self.high is None:
            raise UserError(f"The limit on {self.name} has neither a lower nor an upper end", do="give one")
        for end in (self.low, self.high):
            if end is not None and (isinstance(end, bool) or not math.isfinite(end)):
                raise UserError(f"An end of the limit on {self.name} is {end!r}", "a finite number")

    def __hash__(self) -> int:
        return hash((self.kind, self.name))  # the options are a mapping, which has no hash

    @property
    def spec(self) -> Spec:
        return self.kind, self.options

    @property
    def said(self) -> str:
        """In words: "logP at most 3", "no nitro", "pyridine required"."""
        if self.kind in ("substructure", "alerts"):
            if (self.low, self.high) == (None, 0):
                return f"no {self.name}"
            if (self.low, self.high) == (1, None):
                return f"{self.name} required"
        ends = [] if self.low is None else [f"at least {self.low:g}"]
        ends += [] if self.high is None else [f"at most {self.high:g}"]
        return f"{self.name} {' and '.join(ends)} {component_of(self.spec).unit}".strip()

    def beyond(self, values: Array) -> Array:
        """(N,) how far outside a value is, in its unit; 0 within, NaN where it is unknown."""
        low = -np.inf if self.low is None else self.low
        high = np.inf if self.high is None else self.high
        return np.maximum(np.maximum(low - values, values - high), 0.0)


@dataclass(frozen=True)
class Scores:
    """Of N molecules and P parts.

    Args:
        total: (N,) in [0, 1]; NaN where something could not be computed.
        raw: (N, P) values in each component's unit.
        desirability: (N, P) in [0, 1].
        beyond: (N, L) how far outside each limit; 0 where it is obeyed.
        parts: the P names.
    """

    total: Array
    raw: Array
    desirability: Array
    beyond: Array
    parts: tuple[str, ...]

    @property
    def pull(self) -> Array:
        """(N, P) log of each desirability: what lowered a score is the most negative."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.desirability))


@dataclass(frozen=True)
class Objective:
    """Parts and hard limits; a call scores molecules."""

    parts: tuple[Part, ...] = ()
    limits: tuple[Limit, ...] = ()
    note: str = field(default="", compare=False)

    def __call__(self, mols: Sequence[Mol | None], processes: int | None = None) -> Scores:
        """Score molecules; with limits alone the total is 1 where all are obeyed.

        Raises:
            UserError: the objective has neither parts nor limits, or all weights are 0.
        """
        if not self.parts and not self.limits:
            raise UserError("The objective is empty", do="add a component or a limit")
        specs = [part.spec for part in self.parts] + [limit.spec for limit in self.limits]
        values = raw_values(specs, mols, processes)
        raw, limited = values[:, : len(self.parts)], values[:, len(self.parts) :]
        desirability = _columns([part.desirability(raw[:, i]) for i, part in enumerate(self.parts)], len(raw))
        beyond = _columns([limit.beyond(limited[:, i]) for i, limit in enumerate(self.limits)], len(raw))
        total = geometric_mean(desirability, [part.weight for part in self.parts]) if self.parts else np.ones(len(raw))
        obeyed = np.where(np.isnan(beyond), np.nan, beyond == 0).prod(axis=1)
        return Scores(total * obeyed, raw, desirability, beyond, tuple(part.name for part in self.parts))


def geometric_mean(desirability: Array, weights: Sequence[float]) -> Array:
    """(N, P) in [0, 1] and P weights -> (N,) weighted geometric means; NaN where a part that counts is NaN.

    Raises:
        UserError: all weights are 0.
    """
    shares = np.asarray(weights, np.float64)
    if not shares.sum() > 0:
        raise UserError("All weights are 0", "at least one above 0")
    counting = shares > 0
    with np.errstate(divide="ignore"):  # log 0 is -inf, and its exponential 0 again
        logs = np.log(desirability[:, counting])
    return np.asarray(np.exp((logs * shares[counting] / shares.sum()).sum(axis=1)))


def _columns(columns: Sequence[Array], rows: int) -> Array:
    return np.stack(columns, axis=1) if columns else np.empty((rows, 0))
