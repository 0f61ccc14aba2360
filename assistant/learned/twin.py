"""A home in which only some things were ever said: what a training there comes to is what it would have come to.

    with twin(bench, ids=["f1", "f7"], start=v1) as other:        # a new database, the adapter v1, a fresh model
        learn(other, job)                                         # -> weights to compare with, bit for bit

Nothing of the bench's own history goes along but the named feedback, in its order, and the version to start from.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from assistant.store import Store
from assistant.store.rows import AdapterRow, FeedbackRow
from assistant.workbench import Workbench

__all__ = ["twin"]


@contextmanager
def twin(bench: Workbench, ids: Sequence[str], start: AdapterRow | None) -> Iterator[Workbench]:
    """A workbench of the same task in a home of its own, gone afterwards.

    Args:
        ids: of the feedback that was said there.
        start: the version that is live there; its line learned nothing but some of `ids`.
    """
    with tempfile.TemporaryDirectory(prefix="sayso-twin-") as folder:
        chosen = bench.settings.model_copy(update={"home": Path(folder), "database": ""})
        with Store.open(chosen.database_url) as store:
            other = Workbench(bench.task, store, chosen)
            store.save_task(bench.store.task_spec(bench.task.name))
            talk = store.start_conversation(bench.task.name, "nobody")
            for row in bench.store.feedback(bench.task.name, ids=ids, active=False):
                _say_again(bench.store, store, row, talk)
            for version in _line(bench, start):
                _carry_over(bench, other, version)
            if start is not None:
                store.go_live(bench.task.name, start.id, "nobody", "where it starts")
            yield other


def _say_again(old: Store, new: Store, row: FeedbackRow, talk: str) -> None:
    """One piece of feedback, with the critique and the reading that it came from."""
    there = old.reading_of(row.feedback.reading)
    critique = there.critique.model_copy(update={"conversation": talk})
    new.record(critique, there.reading, "twin", "1", reading_id=row.feedback.reading)
    new.decide(row.feedback.reading, row.feedback.author, "confirmed", [row.feedback])
    if not row.on:
        new.switch(row.feedback.id, False, row.feedback.author)


def _line(bench: Workbench, version: AdapterRow | None) -> list[AdapterRow]:
    """The version and its ancestors, oldest first."""
    line: list[AdapterRow] = []
    while version is not None:
        line.append(version)
        version = bench.store.adapter(version.parent, bench.task.name) if version.parent else None
    return line[::-1]


def _carry_over(old: Workbench, new: Workbench, version: AdapterRow) -> None:
    place = old.shelf.place(old.task.name, version.id)
    if place.exists():
        shutil.copytree(place, new.shelf.place(new.task.name, version.id))
    new.store.add_adapter(version, old.store.learned(version.id))
