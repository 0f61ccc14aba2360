"""Reward: make more of what scores high, and stay near the base.  (log b(y) + sigma s(y) - log p(y))^2 / (2 sigma)

REINVENT's augmented likelihood (Olivecrona et al. 2017, Blaschke et al. 2020) on the model's own samples y, with the
score s in [0, 1]; b is the same model with its adapter off, so it costs no second model. Its minimum is b weighted by
exp(sigma s). Divided by 2 sigma, the pull on log p of a fresh sample is its score, as if it were a label of that
weight. The best samples so far are rehearsed among the new ones (experience replay); a training that was killed begins
that memory anew.

>>> # s = 1 for at most 400 Da: after some hundred samples, nearly all are
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from adapters.models import Model
from adapters.signals import Material, Reward, Signal, signal

SIGMA_NATS = 60.0
"""What a score of 1 is worth."""
REMEMBERED, REHEARSED = 128, 16
"""How many of the best samples are kept, and how many of them come again in a step."""


class Scored(NamedTuple):
    """A sample; `base` is its log-probability with the adapter off, in nats."""

    input: Any
    value: Any
    score: float
    base: float


class Draw(NamedTuple):
    """A sample yet to be made: what is asked, and who scores it. `memory`: the best so far, of all draws."""

    input: Any
    reward: Reward
    memory: dict[Any, Scored]


def prepare(model: Model, material: Material) -> list[Draw]:
    reward = material.reward
    if reward is None or not reward.inputs:
        return []
    memory: dict[Any, Scored] = {}
    _remember(memory, _with_base(model, [known for known in reward.known if math.isfinite(known[2])]))
    return [Draw(reward.inputs[index % len(reward.inputs)], reward, memory) for index in range(reward.draws)]


def loss(model: Model, items: Sequence[Draw]) -> Tensor:
    """(B,) of each draw, with its share of what is rehearsed; 0 where a sample could not be scored."""
    reward, memory = items[0].reward, items[0].memory
    fresh = _drawn(model, items, reward)
    old = _rehearsed(memory, {scored.value for scored in fresh})
    _remember(memory, fresh)
    some = [*fresh, *old]
    if not some:
        zero = torch.stack([0 * parameter.sum() for _, parameter in model.trainable()]).sum()
        return zero.expand(len(items))
    each = _augmented(model, some)
    losses = each.new_zeros(len(items))
    losses[: len(fresh)] = each[: len(fresh)]
    return losses + each[len(fresh) :].sum() / len(items)


def _drawn(model: Model, items: Sequence[Draw], reward: Reward) -> list[Scored]:
    """Samples that could be scored, as they are now."""
    with torch.no_grad():
        inputs = [item.input for item in items]
        said = [(x, p.value) for x, p in zip(inputs, model.predict(inputs), strict=True) if p.value is not None]
    scores = reward.score([value for _, value in said]) if said else []
    told = [(x, value, float(score)) for (x, value), score in zip(said, scores, strict=True) if math.isfinite(score)]
    return _with_base(model, told)


def _with_base(model: Model, told: Sequence[tuple[Any, Any, float]]) -> list[Scored]:
    if not told:
        return []
    with torch.no_grad(), model.base():
        base = model.logp([x for x, _, _ in told], [value for _, value, _ in told]).tolist()
    return [Scored(x, value, score, nats) for (x, value, score), nats in zip(told, base, strict=True)]


def _augmented(model: Model, some: Sequence[Scored]) -> Tensor:
    logp = model.logp([scored.input for scored in some], [scored.value for scored in some])
    wanted = torch.tensor([scored.base + SIGMA_NATS * scored.score for scored in some], device=logp.device)
    return (wanted - logp).square() / (2 * SIGMA_NATS)


def _rehearsed(memory: dict[Any, Scored], but: set[Any]) -> list[Scored]:
    """Some of the best so far, chosen by torch's random state, which a training sets for each step."""
    kept = [scored for value, scored in memory.items() if value not in but]
    state = random.Random(int(torch.randint(2**31, (1,))))
    return state.sample(kept, min(REHEARSED, len(kept)))


def _remember(memory: dict[Any, Scored], some: Sequence[Scored]) -> None:
    memory.update((scored.value, scored) for scored in some if scored.score > 0)
    best = sorted(memory.values(), key=lambda scored: -scored.score)[:REMEMBERED]
    memory.clear()
    memory.update((scored.value, scored) for scored in best)


@signal
def reward() -> Signal:
    """Make more of what scores high."""
    return Signal(prepare, loss, weight=1.0, batch=64)
