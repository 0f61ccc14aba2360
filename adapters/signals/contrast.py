"""Contrast: "it is y because of r".  max(0, mu - (log p(y | x) - log p(y | x without r)))

Without its reason the answer should be less sure, by mu nats: contrast examples of Zaidan, Eisner & Piatko 2007,
put as a margin on log-probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from torch import Tensor

from adapters.models import Model
from adapters.signals import Material, Signal, signal
from assistant.types import Label

MARGIN_NATS = 1.0


class Item(NamedTuple):
    input: Any
    less: Any
    value: Any


def prepare(model: Model, material: Material) -> list[Item]:
    items = []
    for label in [*material.replay, *material.new]:
        if not isinstance(label, Label) or label.op != "is":
            continue
        reasons = [evidence for evidence in label.evidence if evidence.role == "for"]
        less = model.without(label.input, reasons)
        if reasons and less != label.input:
            items.append(Item(label.input, less, label.value))
    return items


def loss(model: Model, items: Sequence[Item]) -> Tensor:
    values = [item.value for item in items]
    both = model.logp([i.input for i in items] + [i.less for i in items], values + values)
    whole, less = both.chunk(2)
    return (MARGIN_NATS - (whole - less)).clamp(min=0)


@signal
def contrast() -> Signal:
    """Learn that the reason is what makes it y."""
    return Signal(prepare, loss, weight=0.1)
