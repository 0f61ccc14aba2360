"""Which of many texts a strategy gets to see: a sample that a model can be asked about while a person waits.

Of a pool that is indexed, 48: the first 24 drawn uniformly, 16 that the live version's head is torn about by what is
stored of them, spread out, and 8 far from what was judged. Of a large pool that is not,
48 drawn uniformly: each is new to the model and takes a forward pass. Of a small one, as many as the setting says.

    drawn(bench, model, shown, 7)  ->  Drawn(examples=[…48…], uniform=24, rows=[812, …])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from assistant.pool.index import FEW
from assistant.pool.vectors import Vectors
from assistant.strategies._measures import centres
from assistant.types import Example

if TYPE_CHECKING:
    from adapters.models import Model
    from assistant.workbench import Workbench

__all__ = ["Drawn", "Taken", "drawn", "uniformly"]

Taken: TypeAlias = Callable[[Sequence[str]], set[str]]
"""Those of these ids of examples that a person is not to be given."""

UNIFORM, TORN, FAR = 24, 16, 8
LOOKED_AT = 512
"""Of the most doubtful, and of a random sample for the far ones."""
MANY = 50_000
"""Of these one at least is free, or nothing is."""
RUN = 64
"""Rows of the random sample that lie side by side, so that a cold disk is asked 8 times and not 512."""


class Drawn(NamedTuple):
    """`uniform`: how many, from the first, were drawn uniformly. `vectors`: (n, D) as stored; None: not indexed."""

    examples: list[Example]
    uniform: int
    vectors: Any = None


def drawn(
    bench: Workbench, model: Model, shown: set[str], seed: int, seen: list[str], taken: Taken | None = None
) -> Drawn:
    """The candidates, none of them judged or just shown where others are left.

    Args:
        shown: ids of what was just on screen.
        seen: ids of what was judged, a bounded sample.
        taken: where a team shares the work, what is somebody else's; nothing comes twice then.
    """
    many = len(bench.unknown) > FEW
    index = bench.index.now() if many else None
    if index is None:
        most = bench.settings.pool_sample
        some = uniformly(bench, shown, seed, min(most, UNIFORM + TORN + FAR) if many else most, taken)
        return Drawn(some, len(some))
    rng = np.random.default_rng(seed)
    askable = bench.index.askable()[: index.rows]
    first = [bench.examples.row(example.id) for example in uniformly(bench, shown, seed, UNIFORM, taken)]
    rows = [row for row in first if row is not None and row < index.rows]
    known = index.take([row for id in seen if (row := bench.examples.row(id)) is not None and row < index.rows])
    uniform = len(rows)
    for found, number in ((_torn(bench, model, index, askable, seed), TORN), (_run(index, askable, rng), FAR)):
        fresh = _fresh(bench, shown, [int(row) for row in found if int(row) not in set(rows)], taken)
        rows += [fresh[at] for at in centres(index.take(fresh), known, number)] if fresh else []
    return Drawn([bench.examples.rows[row] for row in rows], uniform, index.take(rows))


def uniformly(bench: Workbench, shown: set[str], seed: int, number: int, taken: Taken | None = None) -> list[Example]:
    """A sample of the examples that were neither judged nor just shown, nor are taken; where none is left, of all that
    are not taken."""
    some = bench.sample(2 * number, seed)
    if taken is not None:
        return (_free(some, taken) or _free(bench.sample(MANY, seed), taken))[:number]
    judged = bench.store.was_criticised(bench.task.name, [example.id for example in some])
    fresh = [e for e in some if e.id not in judged and e.id not in shown]
    return (fresh or [e for e in some if e.id not in judged] or some)[:number]


def _free(examples: list[Example], taken: Taken) -> list[Example]:
    gone = taken([example.id for example in examples])
    return [example for example in examples if example.id not in gone]


def _torn(bench: Workbench, model: Model, index: Vectors, askable: Any, seed: int) -> Any:
    """The rows that the live version is most torn about, as far as it looked; none before it learned anything."""
    live, rough = bench.live(), getattr(model, "rough", None)
    if live is None or rough is None:
        return ()
    doubts = bench.index.doubts(index, live.id, rough(), bench.settings.seed)
    there = np.flatnonzero(askable & np.isfinite(doubts))
    if len(there) <= LOOKED_AT:
        return there
    return there[np.argpartition(-doubts[there], LOOKED_AT)[:LOOKED_AT]]


def _run(index: Vectors, askable: Any, rng: np.random.Generator) -> Any:
    """Rows of some places of the pool."""
    starts = rng.integers(index.rows, size=LOOKED_AT // RUN)
    rows = np.unique(np.concatenate([np.arange(start, min(start + RUN, index.rows)) for start in starts]))
    return rows[askable[rows]]


def _fresh(bench: Workbench, shown: set[str], rows: list[int], taken: Taken | None) -> list[int]:
    ids = {row: bench.examples.rows[row].id for row in rows}
    gone = taken([*ids.values()]) if taken else bench.store.was_criticised(bench.task.name, ids.values()) | shown
    return [row for row in rows if ids[row] not in gone]
