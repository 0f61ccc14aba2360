"""The next example to ask about: a bounded sample of what nobody judged yet, put before the strategy."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from assistant.asking.candidates import Drawn, Taken, drawn, uniformly
from assistant.asking.gains import gains
from assistant.errors import UserError
from assistant.strategies import Array, Beliefs, strategy
from assistant.types import Example

if TYPE_CHECKING:
    from adapters.models import Model
    from assistant.tasks import Goal
    from assistant.workbench import Workbench

__all__ = ["Chosen", "Exhausted", "choose"]

SEEN = 64
"""How many of the newest judged examples a strategy is told of."""
MESSAGES = 200
"""What these newest messages showed is not shown again soon."""


class Exhausted(UserError):
    """There is nothing left to ask about."""


class Chosen(NamedTuple):
    """An example, why it was chosen, in words, and by which strategy; "" where the goal chose."""

    example: Example
    why: str
    by: str = ""


def choose(bench: Workbench, conversation: str, taken: Taken | None = None) -> Chosen:
    """The example to ask about next.

    Args:
        taken: where a team shares the work, what is somebody else's; nothing comes twice then.

    Raises:
        Exhausted: there are no examples.
    """
    recent = bench.store.recent(conversation, MESSAGES)
    cards = [message.card or {} for message in recent]
    shown = {card["example_id"] for card in cards if card.get("kind") == "answer"}
    rng = np.random.default_rng((bench.settings.seed, recent[-1].seq if recent else 0))
    seed = int(rng.integers(2**31))
    if bench.task.goal is not None:
        # which outputs are worth asking about is the goal's to say
        candidates = _some(uniformly(bench, shown, seed, bench.settings.pool_sample, taken))
        first = sorted(candidates, key=lambda one: not bench.task.asks(one))
        again = bench.sample(bench.settings.pool_sample, len(recent)) if taken is None else []
        return _readable(bench, bench.goal(conversation), [*first, *again])
    name, seen = bench.settings.strategy, sorted(bench.store.criticised(bench.task.name, limit=SEEN))
    with bench.model() as model:
        found = drawn(bench, model, shown, seed, seen, taken)
        candidates = _some(found.examples)
        picked = strategy.get(name)(candidates, _beliefs(bench, model, found, seen), rng)
    return Chosen(candidates[picked.index], picked.why, picked.by or name)


def _some(candidates: list[Example]) -> list[Example]:
    if not candidates:
        raise Exhausted("There is nothing left to ask about", do="type a text of your own, or add data with --data")
    return candidates


def _readable(bench: Workbench, goal: Goal | None, candidates: list[Example]) -> Chosen:
    """The first that the model can read, and what to say of those before it, which it can't."""
    with bench.model() as model:
        reads = getattr(model, "reads", None)
        passed = ""
        for example in candidates:
            why = reads(goal.asks(example)) if reads and goal else ""
            if not why:
                return Chosen(example, f"I passed over what is too long for me: {passed}" if passed else "")
            passed = passed or why
    raise UserError(f"None of the examples can be read: {passed.rstrip('.')}")


def _beliefs(bench: Workbench, model: Model, found: Drawn, seen: list[str]) -> Beliefs:
    inputs = [example.input for example in found.examples]
    values = model.values()
    index = bench.index.now() if found.vectors is not None else None

    def probabilities() -> Array:
        said = model.predict(inputs)
        rows = [[p.scores[v] for v in values] if values else [p.score or 0.0] for p in said]
        return np.asarray(rows, dtype=np.float32)

    @cache
    def known() -> list[Any]:
        return [bench.examples[id].input for id in seen if id in bench.examples]

    def vectors() -> Array:
        return np.asarray(model.embed(inputs) if index is None else found.vectors, np.float32)

    def judged() -> Array:
        if index is not None:
            rows = (bench.examples.row(id) for id in seen)
            return np.asarray(index.take([row for row in rows if row is not None and row < index.rows]), np.float32)
        # a model need not know how to embed nothing
        return np.asarray(model.embed(known() or inputs[:1]), dtype=np.float32)[: len(known())]

    draws, gradients = getattr(model, "draws", None), getattr(model, "gradients", None)
    return Beliefs(
        values,
        probabilities,
        vectors,
        judged,
        draws=draws and (lambda: draws(inputs)),
        gradients=gradients and (lambda: (gradients(inputs), gradients(known()))),
        gains=lambda: gains(bench.store, bench.task.name),
        uniform=found.uniform,
    )
