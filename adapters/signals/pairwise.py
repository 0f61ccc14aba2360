"""Pairwise: "c is better than r".  -log sigma(beta * ((log p(c) - log b(c)) - (log p(r) - log b(r))))

DPO (Rafailov et al. 2023). The reference b is the same model with its adapter off, computed once, so it costs
no second model. Where people contradict each other, a share e of all preferences has to be noise, and the loss is
robust DPO's (Chowdhury et al. 2024, arXiv 2403.00409): ((1 - e) L(c, r) - e L(r, c)) / (1 - 2 e), which noise leaves
unbiased.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from adapters.models import Model
from adapters.signals import Material, Signal, beta_of, key, signal
from assistant.types import Preference

MOST_NOISE = 0.4
"""Beyond it one can't tell which of two is meant."""


class Item(NamedTuple):
    input: Any
    chosen: Any
    rejected: Any
    base_margin: float
    """log b(c) - log b(r), in nats."""
    noise: float = 0.0
    """The share of preferences that are contradicted."""


def prepare(model: Model, material: Material) -> list[Item]:
    pairs = [f for f in [*material.replay, *material.new] if isinstance(f, Preference)]
    if not pairs:
        return []
    with torch.no_grad(), model.base():
        margins = _margin(model, pairs).tolist()
    noise = _noise(pairs)
    return [Item(p.input, p.chosen, p.rejected, m, noise) for p, m in zip(pairs, margins, strict=True)]


def loss(model: Model, items: Sequence[Item]) -> Tensor:
    margin = _margin(model, items)
    base = torch.tensor([item.base_margin for item in items], device=margin.device)
    noise = torch.tensor([item.noise for item in items], device=margin.device)
    better = beta_of(model) * (margin - base)
    right, wrong = nn.functional.logsigmoid(better), nn.functional.logsigmoid(-better)
    return -((1 - noise) * right - noise * wrong) / (1 - 2 * noise)


def _noise(pairs: Sequence[Preference]) -> float:
    """Half the share of preferences that somebody else's contradicts: of two that can't both hold one is wrong."""
    said = {(key(p.input), key(p.chosen), key(p.rejected)) for p in pairs}
    contradicted = sum((key(p.input), key(p.rejected), key(p.chosen)) in said for p in pairs)
    return min(MOST_NOISE, contradicted / (2 * len(pairs)))


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
