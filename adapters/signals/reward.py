"""Reward: make more of what scores high, and stay near the base.  (log b(y) + sigma s(y) - log p(y))^2 / (2 sigma)

REINVENT's augmented likelihood (Olivecrona et al. 2017, Blaschke et al. 2020) on the model's own samples y, with the
score s in [0, 1]; b is the same model with its adapter off, so it costs no second model. Its minimum is b weighted by
exp(sigma s). Divided by 2 sigma, the pull on log p of a fresh sample is its score, as if it were a label of that
weight. Samples and scores are dear and a step on what is known is cheap, so each batch of samples is followed by steps
on the best so far (experience replay; several updates for each sample as in Augmented Memory, Guo & Schwaller 2024,
JACS Au 4:2160). A training that was killed begins that memory anew.

>>> # s = 1 for at most 400 Da: after some hundred samples, nearly all are
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor

from adapters.models import Model
from adapters.signals import Material, Reward, Signal, signal

SIGMA_NATS = 60.0
"""What a score of 1 is worth."""
LEAST, SHARE = 16, 0.15
"""How many of the best samples are kept: a share of all that were seen. Fewer are learned sooner, and by heart."""
BESIDE, ALONE = 16, 48
"""How many of them come again beside fresh samples, and in a step of their own."""
UPDATES = 4
"""Steps for each batch of fresh samples, the one on them included."""


class Scored(NamedTuple):
    """A sample; `base` is its log-probability with the adapter off, in nats."""

    input: Any
    value: Any
    score: float
    base: float


@dataclass
class Memory:
    """The best of all that were `seen`, by value; and which step comes next."""

    best: dict[Any, Scored] = field(default_factory=dict)
    step: int = 0
    seen: int = 0


class Draw(NamedTuple):
    """A sample yet to be made: what is asked, and who scores it. `memory` is that of all draws."""

    input: Any
    reward: Reward
    memory: Memory


def prepare(model: Model, material: Material) -> list[Draw]:
    reward = material.reward
    if reward is None or not reward.inputs:
        return []
    known = [Scored(*one, base=math.nan) for one in reward.known if math.isfinite(one[2])]
    best = _best({scored.value: scored for scored in known if scored.score > 0}.values(), len(known))
    # of those that are not kept nobody asks what the base makes of them, which is dear
    kept = _with_base(model, [(scored.input, scored.value, scored.score) for scored in best])
    memory = Memory({scored.value: scored for scored in kept}, seen=len(known))
    count = reward.draws * UPDATES
    return [Draw(reward.inputs[index % len(reward.inputs)], reward, memory) for index in range(count)]


def loss(model: Model, items: Sequence[Draw]) -> Tensor:
    """(B,) the mean over what is learned from in this step, the same for each item."""
    memory = items[0].memory
    fresh = _drawn(model, items) if memory.step % UPDATES == 0 or not memory.best else []
    some = [*fresh, *_rehearsed(memory, {scored.value for scored in fresh}, BESIDE if fresh else ALONE)]
    _remember(memory, fresh)
    memory.step += 1
    if not some:  # nothing could be scored
        zero = torch.stack([0 * parameter.sum() for _, parameter in model.trainable()]).sum()
        return zero.expand(len(items))
    return _augmented(model, some).mean().expand(len(items))


def _drawn(model: Model, items: Sequence[Draw]) -> list[Scored]:
    """Samples that could be scored, as they are now; who watches is told of all."""
    reward, inputs = items[0].reward, [item.input for item in items]
    with torch.no_grad():
        values = [prediction.value for prediction in model.predict(inputs)]
    there = [at for at, value in enumerate(values) if value is not None]
    scores = [math.nan] * len(values)
    for at, score in zip(there, reward.score([values[at] for at in there]) if there else (), strict=True):
        scores[at] = float(score)
    reward.watch(list(zip(values, scores, strict=True)))
    return _with_base(model, [one for one in zip(inputs, values, scores, strict=True) if math.isfinite(one[2])])


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


def _rehearsed(memory: Memory, but: set[Any], count: int) -> list[Scored]:
    """Some of the best so far, chosen by torch's random state, which a training sets for each step."""
    kept = [scored for value, scored in memory.best.items() if value not in but]
    state = random.Random(int(torch.randint(2**31, (1,))))
    return state.sample(kept, min(count, len(kept)))


def _remember(memory: Memory, some: Sequence[Scored]) -> None:
    memory.best.update((scored.value, scored) for scored in some if scored.score > 0)
    memory.seen += len(some)
    memory.best = {scored.value: scored for scored in _best(memory.best.values(), memory.seen)}


def _best(some: Iterable[Scored], seen: int) -> list[Scored]:
    """Those of `some` that are kept, the best first."""
    return sorted(some, key=lambda scored: -scored.score)[: max(LEAST, round(SHARE * seen))]


@signal
def reward() -> Signal:
    """Make more of what scores high."""
    return Signal(prepare, loss, weight=1.0, batch=64)
