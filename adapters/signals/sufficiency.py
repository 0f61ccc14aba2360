"""Sufficiency: "it is y because of r".  -log p(y | r alone)

The reason alone should do for the answer (DeYoung et al. 2020 measure rationales so; here it teaches).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from torch import Tensor

from adapters.models import Model
from adapters.signals import Material, Signal, signal
from assistant.types import Label


class Item(NamedTuple):
    reason: Any
    value: Any


def prepare(model: Model, material: Material) -> list[Item]:
    items = []
    for label in [*material.replay, *material.new]:
        if not isinstance(label, Label) or label.op != "is":
            continue
        for evidence in label.evidence:
            alone = model.only(label.input, [evidence]) if evidence.role == "for" else None
            if alone is not None and alone != label.input:
                items.append(Item(alone, label.value))
    return items


def loss(model: Model, items: Sequence[Item]) -> Tensor:
    return -model.logp([item.reason for item in items], [item.value for item in items])


@signal
def sufficiency() -> Signal:
    """Learn that the reason alone makes it y."""
    return Signal(prepare, loss, weight=0.5)
