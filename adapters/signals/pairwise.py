"""Pairwise: "c is better than r".  -log sigma(beta * ((log p(c) - log b(c)) - (log p(r) - log b(r))))

DPO (Rafailov et al. 2023). The reference b is the same model with its adapter off, computed once, so it costs
no second model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from adapters.models import Model
from adapters.signals import Material, Signal, signal
from assistant.types import Preference

BETA = 0.5


class Item(NamedTuple):
    input: Any
    chosen: Any
    rejected: Any
    base_margin: float
    """log b(c) - log b(r), in nats."""


def prepare(model: Model, material: Material) -> list[Item]:
    pairs = [f for f in [*material.replay, *material.new] if isinstance(f, Preference)]
    if not pairs:
        return []
    with torch.no_grad(), model.base():
        margins = _margin(model, pairs).tolist()
    return [Item(p.input, p.chosen, p.rejected, m) for p, m in zip(pairs, margins, strict=True)]


def loss(model: Model, items: Sequence[Item]) -> Tensor:
    margin = _margin(model, items)
    base = torch.tensor([item.base_margin for item in items], device=margin.device)
    return -nn.functional.logsigmoid(BETA * (margin - base))


def _margin(model: Model, pairs: Sequence[Preference | Item]) -> Tensor:
    """(B,) log p(chosen) - log p(rejected)"""
    inputs = [pair.input for pair in pairs]
    values = [pair.chosen for pair in pairs] + [pair.rejected for pair in pairs]
    chosen, rejected = model.logp(inputs + inputs, values).chunk(2)
    return chosen - rejected


@signal
def pairwise() -> Signal:
    """Learn which of two is better."""
    return Signal(prepare, loss, weight=1.0)
