"""Keep: where nobody complained, answer as the parent did.  KL(parent || model)

Over all values where they can be listed; elsewhere -log p of the parent's own answer, an estimate of the same
from one sample (learning without forgetting, Li & Hoiem 2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from adapters.models import Model
from adapters.signals import Material, Signal, key, signal
from assistant.types import Constraint


class Item(NamedTuple):
    input: Any
    values: tuple[Any, ...]
    logp: tuple[float, ...]
    """The parent's, in nats."""


def prepare(model: Model, material: Material) -> list[Item]:
    taught = {key(f.input) for f in [*material.new, *material.replay] if not isinstance(f, Constraint)}
    taught |= {key(example.input) for example in material.known}
    # where a rule speaks, the parent's answer is just what should change
    inputs = [
        x
        for x in material.rehearsed
        if key(x) not in taught and all(material.implies(rule, x) is None for rule in material.rules)
    ]
    values = model.values()
    with torch.no_grad():
        if not values:
            return [Item(x, (p.value,), (0.0,)) for x, p in zip(inputs, model.predict(inputs), strict=True)]
        rows = _table(model, inputs, values).tolist()
    return [Item(x, values, tuple(row)) for x, row in zip(inputs, rows, strict=True)]


def loss(model: Model, items: Sequence[Item]) -> Tensor:
    width = len(items[0].values)
    now = model.logp([i.input for i in items for _ in i.values], [v for i in items for v in i.values])
    before = torch.tensor([item.logp for item in items], device=now.device)
    return (before.exp() * (before - now.view(-1, width))).sum(-1)


def _table(model: Model, inputs: Sequence[Any], values: Sequence[Any]) -> Tensor:
    """(B, C) log-probability of every value of every input."""
    pairs = [(x, v) for x in inputs for v in values]
    return model.logp([x for x, _ in pairs], [v for _, v in pairs]).view(len(inputs), len(values))


@signal
def keep() -> Signal:
    """Keep answering as before where nobody complained."""
    return Signal(prepare, loss, weight=1.0, batch=8, rehearses=True)
