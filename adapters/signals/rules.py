"""Rules as labelling functions: "whenever it mentions a refund, it is y", taught on the unlabelled pool.

A rule labels every input that it fires on, but a rule is sometimes wrong. Its accuracy a is estimated from what
people said of inputs that it fires on (with a prior worth ten answers), and the loss is that of a label which is
right with probability a:  -log(a p(y|x) + (1 - a) (1 - p(y|x)) / (C - 1))   (forward correction, Patrini et al.
2017; rules as noisy sources, Ratner et al. 2016). Where a person labelled the very input, the person wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from adapters.models import Model
from adapters.signals import Material, Signal, signal
from assistant.types import Constraint, Label

PRIOR = {"must": (9.5, 0.5), "prefer": (9.0, 1.0)}
"""How many right and wrong answers a rule starts with, by its strength."""
PER_RULE = 64


class Item(NamedTuple):
    input: Any
    value: Any
    denied: bool
    """True: the rule says that it is not the value."""
    accuracy: float
    others: int


def prepare(model: Model, material: Material) -> list[Item]:
    if not material.rules:
        return []
    said = {f.input: f.value for f in [*material.replay, *material.new] if isinstance(f, Label) and f.op == "is"}
    said |= {example.input: example.label for example in material.known}
    others = max(1, len(model.values()) - 1)
    items = []
    for rule in material.rules:
        fired = [(x, y) for x in [*material.pool, *said] if (y := material.implies(rule, x)) is not None]
        denied = rule.operator == "ne"
        accuracy = _accuracy(rule, [(said[x] == y) != denied for x, y in fired if x in said])
        fresh = [(x, y) for x, y in fired if x not in said][:PER_RULE]
        items += [Item(x, y, denied, accuracy, others) for x, y in fresh]
    return items


def loss(model: Model, items: Sequence[Item]) -> Tensor:
    p = model.logp([item.input for item in items], [item.value for item in items]).exp()
    right = torch.tensor([item.accuracy for item in items], device=p.device)
    others = torch.tensor([float(item.others) for item in items], device=p.device)
    denied = torch.tensor([item.denied for item in items], device=p.device)
    is_it = right * p + (1 - right) * (1 - p) / others
    is_not = right * (1 - p) + (1 - right) * p
    return -torch.where(denied, is_not, is_it).clamp(min=1e-6).log()


def _accuracy(rule: Constraint, hits: Sequence[bool]) -> float:
    """The posterior mean of how often the rule is right, in (0, 1)."""
    right, wrong = PRIOR[rule.strength]
    return (right + sum(hits)) / (right + wrong + len(hits))


@signal
def rules() -> Signal:
    """Learn to do without the rule what the rule does."""
    return Signal(prepare, loss, weight=0.7)
