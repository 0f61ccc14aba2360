"""Rationale: "because of r" says where to look.  -log p(r | x)

The evidence is modelled as something the person says, given the input (Zaidan & Eisner 2008), so the model learns
which parts of an input people point at, whatever they say of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from torch import Tensor

from adapters.models import Model
from adapters.signals import Material, Signal, signal
from assistant.types import Evidence, Label


class Item(NamedTuple):
    input: Any
    evidence: tuple[Evidence, ...]


def prepare(model: Model, material: Material) -> list[Item]:
    labels = [f for f in [*material.replay, *material.new] if isinstance(f, Label)]
    return [Item(f.input, f.evidence) for f in labels if model.only(f.input, f.evidence) is not None]


def loss(model: Model, items: Sequence[Item]) -> Tensor:
    return -model.logp_evidence([item.input for item in items], [item.evidence for item in items])


@signal
def rationale() -> Signal:
    """Learn where people look."""
    return Signal(prepare, loss, weight=1.0)
