"""What a signal is: the feedback that it eats, and a loss made of `logp`. Signals are files here, joined by `@signal`.

A signal knows no task and no model family, so M families and N signals make M + N files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from torch import Tensor

from adapters.models import Model
from assistant.registry import Registry
from assistant.types import Constraint, Example, Label, Preference

__all__ = ["Material", "Reward", "Signal", "Weak", "beta_of", "key", "signal"]


@dataclass(frozen=True)
class Reward:
    """What the model's own outputs are worth, asked anew while it learns.

    Args:
        score: of each of these values, in [0, 1]; NaN where it can't be told.
        inputs: what the model is asked, in turn.
        draws: how many outputs it makes in the whole training.
        known: (input, value, score) of earlier outputs, rehearsed among the new ones.
        watch: is told of each step what was made: values with their scores. A value is None where none was valid, a
            score NaN where it can't be told.
    """

    score: Callable[[Sequence[Any]], Sequence[float]]
    inputs: Sequence[Any] = ("",)
    draws: int = 1024
    known: Sequence[tuple[Any, Any, float]] = ()
    watch: Callable[[Sequence[tuple[Any, float]]], None] = lambda made: None


@dataclass(frozen=True)
class Weak:
    """A sign that `value` is right for `input`, which nobody said; `weight` in (0, 1] against a label's."""

    input: Any
    value: Any
    weight: float


@dataclass(frozen=True)
class Material:
    """All that a training may learn from; every part is bounded, so that a turn never gets slower.

    Args:
        new: feedback that the parent has not learned from.
        replay: a sample of earlier feedback, and of what was right in the owner's data.
        pool: a sample of unlabelled inputs.
        rules: the constraints in force.
        implies: the value that a constraint implies for an input, or None.
        known: a sample of examples that came with a label from their owner.
        rehearsed: inputs whose answers by the parent should stay.
        reward: what the model's own outputs are worth, or None.
        implicit: what people did without saying anything; empty unless the settings ask for it.
    """

    new: Sequence[Label | Constraint | Preference] = ()
    replay: Sequence[Label | Constraint | Preference] = ()
    pool: Sequence[Any] = ()
    rules: Sequence[Constraint] = ()
    implies: Callable[[Constraint, Any], Any] = field(default=lambda constraint, input: None)
    known: Sequence[Example] = ()
    rehearsed: Sequence[Any] = ()
    reward: Reward | None = None
    implicit: Sequence[Weak] = ()


@dataclass(frozen=True)
class Signal:
    """One way to learn.

    Args:
        prepare: turns the material into items, once per training, while the model still is its parent.
        loss: (B,) loss of each item, in nats or nats-like units.
        weight: of its mean loss in the sum.
        batch: items per step.
        rehearses: it keeps what is known; how long a training takes depends on the other signals.
    """

    prepare: Callable[[Model, Material], list[Any]]
    loss: Callable[[Model, Sequence[Any]], Tensor]
    weight: float = 1.0
    batch: int = 16
    rehearses: bool = False


def beta_of(model: Model) -> float:
    """Of preferences, per nat: how little it takes to call one of two answers better. A model of long answers, whose
    log-probabilities are large, has one of its own."""
    return float(getattr(model, "beta", 0.5))


def key(value: Any) -> str:
    """The same for inputs that are equal, also for those that can't be looked up themselves: conversations."""
    return value if isinstance(value, str) else repr(value)


SignalFactory: TypeAlias = Callable[[], Signal]
signal: Registry[SignalFactory] = Registry("signal", "adapters.signals")
