"""When people were interrupted and how they met it; and, apart from all feedback, the traces of what they did.

store.add_moment(MomentRow(task="mail", author="ann", …, asks=None))
store.meet("01a2…", "dismissed", "ann")
store.add_implicit("mail", "ann", output="01b3…", kind="copied") -> True
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, select

from assistant.errors import UserError
from assistant.store import tables as t
from assistant.store.columns import key
from assistant.store.database import Database
from assistant.store.feedback import batches
from assistant.store.rows import ImplicitRow, MomentEvent, MomentRow, Trace
from assistant.types import now

__all__ = ["Attended"]

m, e, i = t.moments.c, t.moment_events.c, t.implicit.c
FORGOTTEN = "forgotten"
"""The kind of a row that is no trace, but the end of those before it."""
KEPT = ("id", "task", "author", "conversation", "output", "worth", "asks", "about", "gain", "ready", "created_at")


class Attended(Database):
    """The part of the Store that keeps moments and traces."""

    def add_moment(self, row: MomentRow, most: int | None = None, since: datetime | None = None) -> bool:
        """Keep a moment; False: without its question, which may not be asked any more.

        Args:
            most: questions that the person may be asked, of whatever task, from `since` on; and each input is asked
                about once. Both are looked up by the only writer, so that no two processes can ask too much together.

        Raises:
            UserError: its conversation, its output or the moment that it asks about is not there.
        """
        kept = {name: getattr(row, name) for name in KEPT}
        kept |= {"example": key(row.example), "input": {"id": row.example, "input": row.input}}
        with self.writing() as connection:
            may = row.asks is None or _may_ask(connection, row, most, since)
            connection.execute(sa.insert(t.moments).values(kept if may else kept | {"asks": None, "about": None}))
        return may

    def moments(self, task: str | None, author: str, newest: int | None = None, asked: bool = False) -> list[MomentRow]:
        """Those of a person, oldest first.

        Args:
            task: None: of all tasks.
            newest: only the last so many.
            asked: only those at which something was asked.
        """
        query = _moments().where(m.author == author)
        query = query if task is None else query.where(m.task == task)
        query = query.where(m.asks.is_not(None)) if asked else query
        with self.reading() as connection:
            rows = connection.execute(query.order_by(m.id.desc()).limit(newest)).mappings().all()
        return [_moment(row) for row in reversed(rows)]

    def moment(self, id: str) -> MomentRow:
        """Raises UserError where there is none."""
        with self.reading() as connection:
            row = connection.execute(_moments().where(m.id == id)).mappings().first()
        if row is None:
            raise UserError(f"There is no moment {id!r} in the database")
        return _moment(row)

    def asked_about(self, task: str, author: str, examples: Iterable[str]) -> set[str]:
        """Those of the example ids that the person was asked about, ever."""
        keys, found = {key(id): id for id in examples}, set()
        about = t.moments.alias("about")
        query = select(about.c.example).distinct().select_from(about).join(t.moments, m.asks == about.c.id)
        with self.reading() as connection:
            for some in batches(keys):
                here = query.where(about.c.task == task, about.c.author == author, about.c.example.in_(some))
                here = here.where(m.author == author)
                found |= {keys[one] for one in connection.execute(here).scalars()}
        return found

    def met(self, moments: Iterable[str]) -> dict[str, str]:
        """The newest event of each of these questions; those that nothing became of are left out."""
        found: dict[str, str] = {}
        with self.reading() as connection:
            for some in batches(moments):
                query = select(e.moment, e.event).where(e.moment.in_(some)).order_by(e.seq)
                found |= {row.moment: row.event for row in connection.execute(query)}
        return found

    def muted(self, task: str, author: str) -> list[str]:
        """What the person does not want to be asked about, by `about`."""
        query = select(m.about, e.event).join(t.moments, m.id == e.moment)
        query = query.where(m.task == task, m.author == author, e.event.in_(("never", "again"))).order_by(e.seq)
        with self.reading() as connection:
            newest = {row.about: row.event for row in connection.execute(query)}
        return sorted(about for about, event in newest.items() if about and event == "never")

    def learned_answers(self, task: str, author: str) -> list[tuple[dict[str, Any] | None, int, int]]:
        """Of each version that learned from a person's answers to questions: its report, how much of what it learned
        itself that is, and how much it learned in all."""
        answers = select(e.critique).join(t.moments, m.id == e.moment)
        answers = answers.where(m.task == task, m.author == author, e.event == "answered")
        a, f = t.adapters.c, t.feedback.c
        ours = sa.func.sum(sa.case((f.critique.in_(answers), 1), else_=0))
        query = (
            select(a.id, ours.label("ours"), sa.func.count().label("whole"))
            .select_from(t.adapter_feedback)
            .join(t.adapters, a.id == t.adapter_feedback.c.adapter)
            .join(t.feedback, f.id == t.adapter_feedback.c.feedback)
            .where(a.task == task)
            .group_by(a.id)
            .having(ours > 0)
        )
        with self.reading() as connection:
            counts = {row.id: (int(row.ours), int(row.whole)) for row in connection.execute(query)}
            reports = connection.execute(select(a.id, a.report).where(a.id.in_(counts)).order_by(a.number))
            return [(row.report, *counts[row.id]) for row in reports]

    def meet(self, moment: str, event: MomentEvent, author: str, critique: str | None = None) -> None:
        """What became of the question of a moment.

        Raises:
            UserError: there is no such moment or critique.
        """
        row = {"moment": moment, "event": event, "author": author, "critique": critique, "created_at": now()}
        with self.writing() as connection:
            connection.execute(sa.insert(t.moment_events).values(row))

    def add_implicit(
        self, task: str, author: str, output: str, kind: Trace, value: float | None = None, text: str | None = None
    ) -> bool:
        """Keep a trace; False: there is one of this kind already, of this person and output.

        Raises:
            UserError: there is no such output.
        """
        there = select(i.seq).where(i.output == output, i.author == author, i.kind == kind)
        row = {"task": task, "author": author, "output": output, "kind": kind, "value": value, "text": text,
               "created_at": now()}  # fmt: skip
        with self.writing() as connection:
            if connection.execute(there).first():
                return False
            connection.execute(sa.insert(t.implicit).values(row))
        return True

    def forget_traces(self, task: str, author: str) -> None:
        """From now on, nothing is learned from the traces that a person has left so far."""
        newest = select(i.output).where(i.task == task, i.author == author).order_by(i.seq.desc()).limit(1)
        row = {"task": task, "author": author, "kind": FORGOTTEN, "created_at": now()}
        with self.writing() as connection:
            output = connection.execute(newest).scalar()
            if output is not None:
                connection.execute(sa.insert(t.implicit).values(row | {"output": output}))

    def implicit(self, task: str, author: str | None = None) -> Iterator[ImplicitRow]:
        """All traces of a task that were not forgotten, oldest first."""
        query = select(t.implicit).where(i.task == task, _remembered()).order_by(i.seq)
        if author is not None:
            query = query.where(i.author == author)
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        for row in rows:
            yield ImplicitRow(**{name: row[name] for name in ImplicitRow.model_fields})

    def signs(self, task: str, until: datetime, newest: int) -> list[tuple[str, Any, Any]]:
        """Of outputs that were copied or edited up to a time: the example's id, the input where it was a person's own,
        and the value copied or written; newest first, at most so many."""
        o = t.outputs.c
        query = (
            select(i.kind, i.text, o.body, m.input)
            .join(t.outputs, o.id == i.output)
            .outerjoin(t.moments, m.output == i.output)
            .where(i.task == task, i.kind.in_(("copied", "edited")), i.created_at <= until, _remembered())
            .order_by(i.seq.desc())
            .limit(newest)
        )
        with self.reading() as connection:
            rows = connection.execute(query).all()
        return [
            (row.body["example_id"], row.input and row.input["input"],
             row.text if row.kind == "edited" else row.body["value"])
            for row in rows
        ]  # fmt: skip


def _remembered() -> sa.ColumnElement[bool]:
    """That a row is a trace, and its person has not been forgotten since."""
    later = t.implicit.alias("later")
    same = (later.c.task == i.task, later.c.author == i.author, later.c.kind == FORGOTTEN, later.c.seq > i.seq)
    return sa.and_(i.kind != FORGOTTEN, ~sa.exists().where(*same))


def _may_ask(connection: Connection, row: MomentRow, most: int | None, since: datetime | None) -> bool:
    asked = select(sa.func.count()).where(m.author == row.author, m.asks.is_not(None))
    asked = asked if since is None else asked.where(m.created_at >= since)
    if most is not None and (connection.execute(asked).scalar() or 0) >= most:
        return False
    # the input of the moment that is asked about, which is this one's own or an earlier one's
    about, same = t.moments.alias("about"), key(row.example)
    if row.asks != row.id:
        same = connection.execute(select(m.example).where(m.id == row.asks)).scalar()
    twice = select(m.id).join(about, about.c.id == m.asks)
    twice = twice.where(about.c.example == same, about.c.task == row.task, about.c.author == row.author)
    twice = twice.where(m.author == row.author)
    return connection.execute(twice).first() is None


def _moments() -> sa.Select[Any]:
    """A select of moments, each with the newest event."""
    each = t.moment_events.alias("each")
    newest = select(sa.func.max(each.c.seq)).where(each.c.moment == m.id).correlate(t.moments).scalar_subquery()
    joined = select(t.moments, e.event, e.critique, e.created_at.label("met_at"))
    return joined.select_from(t.moments).outerjoin(t.moment_events, e.seq == newest)


def _moment(row: Any) -> MomentRow:
    kept = {name: row[name] for name in (*KEPT, "event", "critique", "met_at")}
    return MomentRow(**kept, example=row["input"]["id"], input=row["input"]["input"])
