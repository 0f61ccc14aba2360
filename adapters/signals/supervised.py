"""Supervised: "it is y".  -log p(y | x)

The latest word on an input wins; evidence makes no difference here (see `contrast` and `sufficiency`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from torch import Tensor

from adapters.models import Model
from adapters.signals import Material, Signal, key, signal
from assistant.types import Label


class Item(NamedTuple):
    input: Any
    value: Any


def prepare(model: Model, material: Material) -> list[Item]:
    latest = {key(f.input): f for f in material.new if isinstance(f, Label) and f.op == "is"}
    return [Item(label.input, label.value) for label in latest.values()]


def loss(model: Model, items: Sequence[Item]) -> Tensor:
    return -model.logp([item.input for item in items], [item.value for item in items])


@signal
def supervised() -> Signal:
    """Learn that it is y."""
    return Signal(prepare, loss, weight=1.0)
