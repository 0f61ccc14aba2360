"""Adapters: what each learned, from which parent, and which one answers.

    base <- v1 (f1, f2) <- v2 (f3)        store.new_feedback(task, v1.id) -> [f3, f4]
                        <- v3 (f4)        store.clean_ancestor(task, v2.id) -> v1, once f3 is retracted

An adapter's ancestry may be thousands long, so two numbers are kept with each: all feedback up to `settled`
was
learned by it or an ancestor or was retracted, and none of them learned anything after `newest`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, select

from assistant.errors import UserError
from assistant.store import tables as t
from assistant.store.database import Database
from assistant.store.feedback import batches, fetch, held, retracted, rows_of
from assistant.store.rows import AdapterRow, FeedbackRow
from assistant.types import now

__all__ = ["Lineage"]

f, a, learned = t.feedback.c, t.adapters.c, t.adapter_feedback.c


class Lineage(Database):
    """The part of the Store that keeps adapters."""

    def add_adapter(
        self, record: AdapterRow, feedback_ids: Iterable[str] = (), live: tuple[str, str] | None = None
    ) -> AdapterRow:
        """Keep a finished adapter and what it learned; gives it with its number.

        The same adapter again changes nothing, so a training that was killed here may repeat this.

        Args:
            live: it answers from now on; by whose doing, and why.

        Raises:
            UserError: the number or the id is taken, or the parent or a piece of feedback is unknown.
        """
        taught = set(feedback_ids)
        with self.writing() as connection:
            there = connection.execute(select(t.adapters).where(a.id == record.id)).mappings().first()
            if there and there["sha256"] == record.sha256:
                return _adapter(there)
            number = record.number or _next_number(connection, record.task)
            record = record.model_copy(update={"number": number})
            row = {**record.model_dump(), **_bounds(connection, record, taught)}
            connection.execute(sa.insert(t.adapters).values(row))
            for some in batches(taught):
                rows = [{"adapter": record.id, "feedback": id} for id in some]
                connection.execute(sa.insert(t.adapter_feedback), rows)
            if live is not None:
                author, why = live
                event = {"task": record.task, "adapter": record.id, "author": author, "why": why, "created_at": now()}
                connection.execute(sa.insert(t.live_events).values(event))
        return record

    def next_number(self, task: str) -> int:
        """The number that the task's next adapter would get."""
        with self.reading() as connection:
            return _next_number(connection, task)

    def adapters(self, task: str) -> list[AdapterRow]:
        """All of the task, oldest first."""
        with self.reading() as connection:
            rows = connection.execute(select(t.adapters).where(a.task == task).order_by(a.number))
            return [_adapter(row) for row in rows.mappings()]

    def adapter(self, which: str | int, task: str) -> AdapterRow:
        """By its id, or by its number within the task: 2, "2" or "v2".

        Raises:
            UserError: the task has no such adapter.
        """
        number = str(which).removeprefix("v")
        same = a.id == str(which)
        if number.isdecimal() and len(number) < 10:
            same |= a.number == int(number)
        with self.reading() as connection:
            row = connection.execute(select(t.adapters).where(a.task == task, same)).mappings().first()
            if row is None:
                count = _next_number(connection, task) - 1
                there = f"there are the numbers 1 to {count}" if count else "it has none yet"
                raise UserError(f"The task {task!r} has no adapter {which!r}", there)
        return _adapter(row)

    def go_live(self, task: str, adapter_id: str | None, author: str, why: str) -> None:
        """From now on this adapter answers; None: the base.

        Raises:
            UserError: the task has no such adapter.
        """
        row = {"task": task, "adapter": adapter_id, "author": author, "why": why, "created_at": now()}
        with self.writing() as connection:
            of = select(a.task).where(a.id == adapter_id)
            if adapter_id is not None and connection.execute(of).scalar() != task:
                raise UserError(f"The task {task!r} has no adapter {adapter_id!r}")
            connection.execute(sa.insert(t.live_events).values(row))

    def live(self, task: str) -> AdapterRow | None:
        """The adapter that answers; None: the base."""
        event = t.live_events.c
        newest = select(event.adapter).where(event.task == task).order_by(event.seq.desc()).limit(1)
        with self.reading() as connection:
            query = select(t.adapters).where(a.id == newest.scalar_subquery())
            row = connection.execute(query).mappings().first()
        return _adapter(row) if row else None

    # --- what they learned ---------------------------------------------------------------------------------

    def learned(self, adapter_id: str) -> list[str]:
        """The ids of the feedback that it learned itself, without its ancestors', oldest first."""
        query = select(f.id).join(t.adapter_feedback).where(learned.adapter == adapter_id).order_by(f.seq)
        with self.reading() as connection:
            return list(connection.execute(query).scalars())

    def adapters_that_learned(self, feedback_id: str) -> list[AdapterRow]:
        """Those that were trained on it themselves, oldest first; their descendants inherit it."""
        query = select(t.adapters).join(t.adapter_feedback).where(learned.feedback == feedback_id)
        with self.reading() as connection:
            return [_adapter(row) for row in connection.execute(query.order_by(a.number)).mappings()]

    def new_feedback(self, task: str, adapter_id: str | None) -> list[FeedbackRow]:
        """Active feedback that neither the adapter nor an ancestor learned, oldest first; None: all active.

        What is held is left out until it is released.

        Its cost grows with what is new, not with the history, as long as trainings name all that they were
        given
        in `add_adapter`, also what taught nothing.
        """
        with self.reading() as connection:
            row = _row(connection, adapter_id, task)
            settled = row["settled"] if row else 0
            query = rows_of().where(f.task == task, f.seq > settled, ~retracted(), ~held())
            if row:
                query = query.where(f.id.not_in(_learned_after(connection, adapter_id, settled)))
            return fetch(connection, query.order_by(f.seq))

    def clean_ancestor(self, task: str, adapter_id: str) -> AdapterRow | None:
        """The youngest of the adapter and its ancestors that is free of feedback that was retracted since, or is held.

        Free means that its own ancestors are, too. None: only the base is.
        """
        with self.reading() as connection:
            row = _row(connection, adapter_id, task)
            tainted = _tainted(connection, task)
            line = _ancestry(adapter_id) if tainted else None
            chain = connection.execute(select(line.c.id, line.c.parent)).all() if line is not None else []
            dirty = [link for link in chain if link.id in tainted]
            if dirty:  # what descends from the oldest dirty one is dirty as well
                row = _row(connection, dirty[-1].parent, task)
        return _adapter(row) if row else None


def _adapter(row: Mapping[Any, Any]) -> AdapterRow:
    return AdapterRow(**{name: row[name] for name in AdapterRow.model_fields})


def _row(connection: Connection, id: str | None, task: str) -> Mapping[Any, Any] | None:
    if id is None:
        return None
    row = connection.execute(select(t.adapters).where(a.id == id, a.task == task)).mappings().first()
    if row is None:
        raise UserError(f"The task {task!r} has no adapter {id!r}")
    return row


def _next_number(connection: Connection, task: str) -> int:
    return (connection.execute(select(sa.func.max(a.number)).where(a.task == task)).scalar() or 0) + 1


def _ancestry(id: str | None, newer_than: int | None = None) -> sa.CTE:
    """SQL: the adapter and its ancestors, youngest first; only those that learned something after a seq."""
    columns = (a.id, a.parent, a.newest)
    start = select(*columns).where(a.id == id)
    line = start.cte("line", recursive=True)
    up = select(*columns).join(line, a.id == line.c.parent)
    if newer_than is not None:
        # `newest` never falls from parent to child, so the first that has nothing newer ends the walk
        up = up.where(a.newest > newer_than)
    return line.union_all(up)


def _learned_after(connection: Connection, id: str | None, settled: int) -> sa.Select[Any]:
    """SQL: the ids of feedback after `settled` that the adapter or an ancestor learned."""
    line = _ancestry(id, newer_than=settled)
    query = select(learned.feedback).join(line, line.c.id == learned.adapter)
    return query.join(t.feedback, f.id == learned.feedback).where(f.seq > settled)


def _bounds(connection: Connection, record: AdapterRow, feedback_ids: set[str]) -> dict[str, int]:
    """`settled` and `newest` of an adapter that is about to be written."""
    parent = _row(connection, record.parent, record.task)
    settled, newest = (parent["settled"], parent["newest"]) if parent else (0, 0)
    known = 0
    for some in batches(feedback_ids):
        query = select(sa.func.count(), sa.func.max(f.seq)).where(f.id.in_(some), f.task == record.task)
        count, highest = connection.execute(query).one()
        known, newest = known + count, max(newest, highest or 0)
    if known != len(feedback_ids):
        raise UserError(
            f"The adapter names {len(feedback_ids) - known} pieces of feedback that the task {record.task!r} "
            "does not have"
        )
    open = select(f.seq, f.id).where(f.task == record.task, f.seq > settled, ~retracted())
    if parent:
        open = open.where(f.id.not_in(_learned_after(connection, record.parent, settled)))
    for row in connection.execute(open.order_by(f.seq)):
        if row.id not in feedback_ids:
            return {"settled": row.seq - 1, "newest": newest}
    highest = connection.execute(select(sa.func.max(f.seq)).where(f.task == record.task)).scalar() or 0
    return {"settled": highest, "newest": newest}


def _tainted(connection: Connection, task: str) -> set[str]:
    """The ids of the adapters that were trained on feedback that was retracted since, or is held."""
    e = t.feedback_events.c
    query = select(learned.adapter).distinct().join(
        t.feedback_events, e.feedback == learned.feedback
    ).join(t.feedback, f.id == learned.feedback).where(
        e.task == task, (e.event == "retracted") | ((e.event == "held") & held())
    )  # fmt: skip
    return set(connection.execute(query).scalars())
