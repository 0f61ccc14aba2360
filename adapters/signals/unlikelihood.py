"""Unlikelihood: "it is not y".  -log(1 - p(y | x))      (Welleck et al. 2020)

>>> # "definitely not spam" moves probability from spam to whatever the model finds likely otherwise
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from adapters.models import Model
from adapters.signals import Material, Signal, signal
from assistant.types import Label


class Item(NamedTuple):
    input: Any
    value: Any


def prepare(model: Model, material: Material) -> list[Item]:
    if not model.values():  # one answer of very many has no probability to lose; see `kto`
        return []
    said = [*material.replay, *material.new]
    return [Item(f.input, f.value) for f in said if isinstance(f, Label) and f.op == "is_not"]


def loss(model: Model, items: Sequence[Item]) -> Tensor:
    logp = model.logp([item.input for item in items], [item.value for item in items])
    # p = 1 would give an infinite loss and no gradient; this far from it both stay finite
    return -torch.log1p(-logp.exp().clamp(max=1 - 1e-6))


@signal
def unlikelihood() -> Signal:
    """Learn that it is not y."""
    return Signal(prepare, loss, weight=1.0)
