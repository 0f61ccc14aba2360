"""Thumbs: "good", "not good", of answers that can't be listed.    1 - sigma(±beta * (log p(y) - log b(y) - z))

KTO (Ethayarajh et al. 2024, arXiv 2402.01306): a good answer gains what it lies above a point of reference z, a bad
one what it lies below. z is how far the model has moved from its base on answers that belong to other inputs, at least
0. b is the same model with its adapter off, computed once. An answer that a person wrote themselves is no thumb:
`supervised` learns it, and `pairwise` that it is better than what was there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from adapters.models import Model
from adapters.signals import Material, Signal, beta_of, key, signal
from assistant.types import Label, Preference


class Item(NamedTuple):
    input: Any
    value: Any
    good: bool
    base: float
    """log b(value), in nats."""
    other: Any
    """An answer to another input."""
    other_base: float


def prepare(model: Model, material: Material) -> list[Item]:
    if model.values():
        return []
    said = [*material.replay, *material.new]
    written = {(key(f.input), key(f.chosen)) for f in said if isinstance(f, Preference)}
    latest = {(key(f.input), key(f.value)): f for f in said if isinstance(f, Label)}
    thumbs = [label for key, label in latest.items() if label.op == "is_not" or key not in written]
    if not thumbs:
        return []
    others = [*thumbs[1:], thumbs[0]]
    with torch.no_grad(), model.base():
        inputs, values = [one.input for one in thumbs], [one.value for one in thumbs]
        bases = model.logp([*inputs, *inputs], [*values, *(one.value for one in others)]).tolist()
    own, foreign = bases[: len(thumbs)], bases[len(thumbs) :]
    return [
        Item(one.input, one.value, one.op == "is", base, other.value, other_base)
        for one, base, other, other_base in zip(thumbs, own, others, foreign, strict=True)
    ]


def loss(model: Model, items: Sequence[Item]) -> Tensor:
    inputs = [item.input for item in items]
    now = model.logp(inputs, [item.value for item in items])
    with torch.no_grad():
        foreign = model.logp(inputs, [item.other for item in items])
        moved = (foreign - _tensor([item.other_base for item in items], now)).mean().clamp(min=0)
    gain = now - _tensor([item.base for item in items], now) - moved
    sign = _tensor([1.0 if item.good else -1.0 for item in items], now)
    return 1 - torch.sigmoid(sign * beta_of(model) * gain)


def _tensor(values: Sequence[float], like: Tensor) -> Tensor:
    return torch.tensor(values, device=like.device, dtype=like.dtype)


@signal
def kto() -> Signal:
    """Learn from thumbs."""
    return Signal(prepare, loss, weight=1.0, batch=8)
