"""From a raw value to how desirable it is: (N,) values -> (N,) in [0, 1]; NaN stays NaN.

The shapes and their parameters are REINVENT's, so that its files mean here what they mean there (Loeffler et al.
2024, J. Cheminform. 16:20; desirability functions: Derringer & Suich 1980, J. Qual. Technol. 12:214). Slopes are to the
base of 10: a sigmoid of slope s is 1 / (1 + 10^(-s (x - middle))).

    DoubleSigmoid(200, 500, coef_div=500, coef_si=20, coef_se=20)([100, 350, 500])   ->  [0.0001, 1.0, 0.5]
    made("reverse_sigmoid", low=1, high=3, k=0.5)                                    ->  ReverseSigmoid(1, 3, 0.5)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.errors import UserError

__all__ = [
    "SHAPES",
    "Desirability",
    "DoubleSigmoid",
    "DoubleSigmoidDifference",
    "ExponentialDecay",
    "Identity",
    "LeftStep",
    "ReverseSigmoid",
    "RightStep",
    "Sigmoid",
    "Step",
    "made",
    "parameters",
    "window",
]

Array: TypeAlias = NDArray[np.float64]
Values: TypeAlias = "Array | Sequence[float]"


class Desirability(Protocol):
    """What all shapes have: `type`, as REINVENT writes it, and the call."""

    type: ClassVar[str]

    def __call__(self, values: Values) -> Array: ...


def _sigmoid(x: Array, slope: float) -> Array:
    """1 / (1 + 10^(-slope x)), written with tanh, which never overflows."""
    with np.errstate(over="ignore"):  # the tanh of infinity is 1
        return np.asarray(0.5 * (1.0 + np.tanh(0.5 * math.log(10) * (slope * x))))


def _known(wanted: Array, values: Array) -> Array:
    """NaN where the value is unknown: comparisons would make 0 of it."""
    return np.where(np.isnan(values), np.nan, wanted)


@dataclass(frozen=True)
class Identity:
    """The value itself, for components that are in [0, 1] already; what lies outside is cut."""

    type: ClassVar[str] = "identity"

    def __call__(self, values: Values) -> Array:
        return np.clip(np.asarray(values, np.float64), 0.0, 1.0)


@dataclass(frozen=True)
class Sigmoid:
    """More is better: .5 in the middle of `low` and `high`; `k` is the steepness between them."""

    low: float
    high: float
    k: float = 0.5
    type: ClassVar[str] = "sigmoid"

    def __post_init__(self) -> None:
        _ordered(self)
        _positive(self, "k")

    def __call__(self, values: Values) -> Array:
        x = np.asarray(values, np.float64) - (self.low + self.high) / 2
        slope = 10 * self.k / (self.high - self.low) if self.high > self.low else math.inf
        if math.isinf(slope):  # a step, also where the two are all but equal
            return _known((x > 0).astype(np.float64), x)
        return _sigmoid(x, slope)


@dataclass(frozen=True)
class ReverseSigmoid:
    """Less is better: the mirror image of Sigmoid."""

    low: float
    high: float
    k: float = 0.5
    type: ClassVar[str] = "reverse_sigmoid"

    def __post_init__(self) -> None:
        Sigmoid.__post_init__(self)  # type: ignore[arg-type]

    def __call__(self, values: Values) -> Array:
        return 1.0 - Sigmoid(self.low, self.high, self.k)(values)


@dataclass(frozen=True)
class DoubleSigmoid:
    """A window, REINVENT 4's: rises at `low` with slope coef_si/coef_div, falls at `high` with coef_se/coef_div.

    It is .5 at both ends; left of the middle only the rise counts, right of it only the fall.
    """

    low: float
    high: float
    coef_div: float = 100.0
    coef_si: float = 150.0
    coef_se: float = 150.0
    type: ClassVar[str] = "double_sigmoid"

    def __post_init__(self) -> None:
        _ordered(self)
        _positive(self, "coef_div", "coef_si", "coef_se")

    def __call__(self, values: Values) -> Array:
        x = np.asarray(values, np.float64)
        rise = _sigmoid(x - self.low, self.coef_si / self.coef_div)
        fall = 1.0 - _sigmoid(x - self.high, self.coef_se / self.coef_div)
        return np.where(x < (self.low + self.high) / 2, rise, fall)


@dataclass(frozen=True)
class DoubleSigmoidDifference:
    """A window as REINVENT 2 and 3 have it: the difference of two sigmoids, coef_se at `low` and coef_si at `high`.

    With gentle slopes it stays well below 1, and with unequal ones it could fall below 0, where it is cut.
    """

    low: float
    high: float
    coef_div: float = 100.0
    coef_si: float = 150.0
    coef_se: float = 150.0
    type: ClassVar[str] = "double_sigmoid_difference"

    def __post_init__(self) -> None:
        DoubleSigmoid.__post_init__(self)  # type: ignore[arg-type]

    def __call__(self, values: Values) -> Array:
        x = np.asarray(values, np.float64)
        rise = _sigmoid(x - self.low, self.coef_se / self.coef_div)
        return np.clip(rise - _sigmoid(x - self.high, self.coef_si / self.coef_div), 0.0, 1.0)


@dataclass(frozen=True)
class Step:
    """1 from `low` to `high`, both included; 0 elsewhere."""

    low: float
    high: float
    type: ClassVar[str] = "step"

    def __post_init__(self) -> None:
        _ordered(self)

    def __call__(self, values: Values) -> Array:
        x = np.asarray(values, np.float64)
        return _known(((x >= self.low) & (x <= self.high)).astype(np.float64), x)


@dataclass(frozen=True)
class RightStep:
    """1 from `high` on; 0 below."""

    high: float
    type: ClassVar[str] = "right_step"

    def __call__(self, values: Values) -> Array:
        x = np.asarray(values, np.float64)
        return _known((x >= self.high).astype(np.float64), x)


@dataclass(frozen=True)
class LeftStep:
    """1 up to `low`; 0 above."""

    low: float
    type: ClassVar[str] = "left_step"

    def __call__(self, values: Values) -> Array:
        x = np.asarray(values, np.float64)
        return _known((x <= self.low).astype(np.float64), x)


@dataclass(frozen=True)
class ExponentialDecay:
    """1 up to zero, then exp(-k x)."""

    k: float
    type: ClassVar[str] = "exponential_decay"

    def __post_init__(self) -> None:
        _positive(self, "k")

    def __call__(self, values: Values) -> Array:
        return np.exp(-self.k * np.maximum(np.asarray(values, np.float64), 0.0))


SHAPES: dict[str, type[Any]] = {
    shape.type: shape
    for shape in (
        Identity,
        Sigmoid,
        ReverseSigmoid,
        DoubleSigmoid,
        DoubleSigmoidDifference,
        Step,
        RightStep,
        LeftStep,
        ExponentialDecay,
    )
}


def made(type: str, **given: float) -> Desirability:
    """The shape called `type` with these parameters.

    Raises:
        UserError: there is none of that name, a parameter is unknown, missing, no number, or out of its range.
    """
    shape = SHAPES.get(type)
    if shape is None:
        raise UserError(f"There is no desirability function {type!r}", f"there is: {', '.join(SHAPES)}")
    known = [field.name for field in fields(shape)]
    if strange := sorted(set(given) - set(known)):
        raise UserError(f"{type!r} has no parameter {strange[0]!r}", f"it has: {', '.join(known) or 'none'}")
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise UserError(f"{name!r} of {type!r} is {value!r}", "a finite number")
    try:
        return shape(**given)  # type: ignore[no-any-return]
    except TypeError:
        missing = [name for name in known if name not in given and not hasattr(shape, name)]
        raise UserError(f"{type!r} needs {', '.join(map(repr, missing))}", do="add it") from None


def parameters(desirability: Desirability) -> dict[str, float]:
    """What `made` needs to make it again, besides its type."""
    return {name: float(value) for name, value in asdict(desirability).items()}  # type: ignore[call-overload]


def window(low: float | None, high: float | None, soft: float) -> Desirability:
    """At least `low`, at most `high`; None leaves a side open. `soft`: how far beyond an end it falls to a tenth.

    >>> window(None, 400, soft=50)([350, 400, 450]).round(2).tolist()
    [0.9, 0.5, 0.1]

    Raises:
        UserError: neither end is given, they are the wrong way round, or `soft` is not above zero.
    """
    if not soft > 0:
        raise UserError(f"The softness is {soft!r}", "a number above zero")
    slope = math.log10(9) / soft
    if low is not None and high is not None:
        return DoubleSigmoid(low, high, 1.0, slope, slope)
    if low is not None:
        return Sigmoid(low - soft, low + soft, slope * soft / 5)
    if high is not None:
        return ReverseSigmoid(high - soft, high + soft, slope * soft / 5)
    raise UserError("The range has neither a lower nor an upper end", do="give one")


def _ordered(shape: Any) -> None:
    if not shape.low <= shape.high:
        raise UserError(f"The range from {shape.low:g} to {shape.high:g} is empty", "low at most as high as high")


def _positive(shape: Any, *names: str) -> None:
    for name in names:
        if not getattr(shape, name) > 0:
            raise UserError(f"{name!r} of {shape.type!r} is {getattr(shape, name)!r}", "a number above zero")
