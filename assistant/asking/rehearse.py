"""The earlier feedback that a training rehearses: a bounded sample of the history, put before the rehearsal.

rehearse(bench, parent, new, seed=3)  ->  [Label(...), Preference(...), ...]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.rehearsals import Memory, rehearsal
from assistant.store.rows import AdapterRow
from assistant.strategies import Array
from assistant.types import Feedback, Label, Preference

if TYPE_CHECKING:
    from assistant.workbench import Workbench

__all__ = ["rehearse"]

LOOKS = 4
"""How many pieces are looked at for each that is rehearsed: a bound, however long the history."""


def rehearse(bench: Workbench, parent: AdapterRow | None, new: Sequence[Feedback], seed: int) -> list[Feedback]:
    """At most as many as the setting `replay` says, chosen as the setting `rehearse` does.

    Args:
        parent: the version that goes on learning; it is asked only where the rehearsal wants to know.
    """
    count = bench.settings.replay
    rows = bench.store.sample_feedback(bench.task.name, LOOKS * count, seed, [one.id for one in new])
    earlier = [row.feedback for row in rows]
    places = rehearsal.get(bench.settings.rehearse)(
        _memory(bench, parent, earlier, new), count, np.random.default_rng(seed)
    )
    return [earlier[place] for place in places]


def _memory(
    bench: Workbench, parent: AdapterRow | None, earlier: Sequence[Feedback], new: Sequence[Feedback]
) -> Memory:
    def surprise() -> Array:
        said = [(one.input, _right(one)) for one in earlier if isinstance(one, Label | Preference)]
        with bench.model(parent or "base") as model:
            logp = model.logp([input for input, _ in said], [value for _, value in said]).tolist()
        # of "it is not y" the surprise is at hearing that it is
        signs = [1 if isinstance(one, Label) and one.op == "is_not" else -1 for one in earlier]
        return np.asarray([sign * one for sign, one in zip(signs, logp, strict=True)], dtype=np.float32)

    def vectors(of: Sequence[Feedback]) -> Array:
        inputs = [one.input for one in of if isinstance(one, Label | Preference)]
        with bench.model(parent or "base") as model:
            # a model need not know how to embed nothing
            found = model.embed(inputs or [one.input for one in earlier if isinstance(one, Label | Preference)][:1])
        return np.asarray(found, dtype=np.float32)[: len(inputs)]

    return Memory(earlier, surprise, lambda: vectors(earlier), lambda: vectors(new))


def _right(one: Label | Preference) -> Any:
    return one.value if isinstance(one, Label) else one.chosen
