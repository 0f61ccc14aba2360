"""Feedback as models, pages and people ask for it. What a turn asks costs the same after any history.

store.feedback("mail", after=41) -> [FeedbackRow(seq=42, feedback=Label(...), active=True, on=True), ...]
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, select

from assistant.store import tables as t
from assistant.store.columns import key
from assistant.store.database import Database
from assistant.store.rows import FeedbackRow
from assistant.types import feedback_from_json

__all__ = ["Remembered", "batches", "fetch", "held", "retracted", "rows_of"]

f, e = t.feedback.c, t.feedback_events.c


def retracted() -> sa.ColumnElement[bool]:
    """SQL: this feedback was taken back."""
    return select(e.seq).where(e.feedback == f.id, e.event == "retracted").exists()


def held() -> sa.ColumnElement[bool]:
    """SQL: this feedback waits for somebody to look at it, and is neither trained on nor obeyed until then."""
    return sa.func.coalesce(_newest("held", "released") == "held", sa.false())


def _newest(*events: str) -> sa.ScalarSelect[Any]:
    """SQL: the newest of these events of this feedback, NULL for none."""
    own = t.feedback_events.alias().c  # so that a query of events may ask, too
    of = select(own.event).where(own.feedback == f.id, own.event.in_(events))
    return of.order_by(own.seq.desc()).limit(1).scalar_subquery()


def rows_of() -> sa.Select[Any]:
    """A select of all that a FeedbackRow needs."""
    states = retracted().label("gone"), _newest("on", "off").label("switch"), held().label("held")
    return select(f.seq, f.body, *states)


def fetch(connection: Connection, query: sa.Select[Any]) -> list[FeedbackRow]:
    return [
        FeedbackRow(
            seq=row.seq,
            feedback=feedback_from_json(row.body),
            active=not row.gone,
            on=row.switch != "off",
            held=bool(row.held),
        )
        for row in connection.execute(query)
    ]


def batches(ids: Iterable[Any], size: int = 500) -> Iterable[list[Any]]:
    """Lists short enough for one SQL statement."""
    rest = iter(ids)
    while batch := list(islice(rest, size)):
        yield batch


class Remembered(Database):
    """The part of the Store that gives feedback back."""

    def feedback(
        self,
        task: str,
        *,
        after: int = 0,
        limit: int | None = None,
        newest: int | None = None,
        kinds: Sequence[str] | None = None,
        active: bool = True,
        author: str | None = None,
        critique: str | None = None,
        reading: str | None = None,
        ids: Sequence[str] | None = None,
    ) -> list[FeedbackRow]:
        """Those with a higher seq than `after`, oldest first.

        Args:
            newest: only the last so many.
            kinds: "label", "preference", "constraint"; None: all.
            active: leave out what was retracted.
        """
        query = rows_of().where(f.task == task, f.seq > after)
        for column, wanted in ((f.author, author), (f.critique, critique), (f.reading, reading)):
            if wanted is not None:
                query = query.where(column == wanted)
        if kinds is not None:
            query = query.where(f.kind.in_(list(kinds)))
        if active:
            query = query.where(~retracted())
        query = query.order_by(f.seq)
        with self.reading() as connection:
            if newest is not None:
                last = query.order_by(None).order_by(f.seq.desc()).limit(newest)
                return fetch(connection, last)[::-1]
            if ids is None:
                return fetch(connection, query.limit(limit))
            found = [row for some in batches(ids) for row in fetch(connection, query.where(f.id.in_(some)))]
        return sorted({row.seq: row for row in found}.values(), key=lambda row: row.seq)[:limit]

    def rules(self, task: str, conversation: str | None = None, example_id: str | None = None) -> list[FeedbackRow]:
        """The constraints that were not retracted, switched on or off, oldest first.

        Those of a session only for its own conversation. Those of an item: of all items, or, given
        `example_id`,
        of that one, which keeps a turn's cost the same after many of them.
        """
        item = f.place.is_(None) | (f.place == key(example_id)) if example_id is not None else sa.true()
        here = f.place == key(conversation or "")
        # one query each: joined by OR, SQLite would look through all feedback of the task
        parts = (("task", sa.true()), ("session", here), ("item", item))
        with self.reading() as connection:
            found = [
                row
                for scope, bound in parts
                for row in fetch(connection, rows_of().where(f.task == task, f.scope == scope, bound, ~retracted()))
            ]
        return sorted(found, key=lambda row: row.seq)

    def count_feedback(self, task: str) -> int:
        """How much feedback of the task was not retracted."""
        kept = select(sa.func.max(f.seq)).where(f.task == task)
        gone = select(sa.func.max(e.number)).where(e.task == task)
        with self.reading() as connection:
            return (connection.execute(kept).scalar() or 0) - (connection.execute(gone).scalar() or 0)

    def sample_feedback(self, task: str, n: int, seed: int, not_ids: Iterable[str] = ()) -> list[FeedbackRow]:
        """At most `n` active labels and preferences that are not held, drawn uniformly, the same for the same seed and
        active feedback: what was taken back is as if it had never been said.

        It looks at no more than 8 n + 64 numbers, however long the history: where nearly all of it is rules,
        fewer than `n` may be found.
        """
        without = set(not_ids)
        with self.reading() as connection:
            highest = connection.execute(select(sa.func.max(f.seq)).where(f.task == task)).scalar() or 0
            events = select(e.feedback).where(e.task == task, e.event.in_(("retracted", "held")))
            back = select(f.seq).where(f.id.in_(events), retracted() | held())
            gone = sorted(connection.execute(back).scalars())
            active = highest - len(gone)
            looks = min(active, 8 * n + 64 + len(without))
            drawn = _seqs(random.Random(seed).sample(range(1, active + 1), looks), gone)
            found: list[FeedbackRow] = []
            for some in batches(drawn, max(16, min(500, n + n // 4))):
                query = rows_of().where(f.task == task, f.seq.in_(some), f.kind != "constraint", ~retracted())
                query = query.where(~held())
                rows = {row.seq: row for row in fetch(connection, query)}
                found += [rows[seq] for seq in some if seq in rows and rows[seq].feedback.id not in without]
                if len(found) >= n:
                    break
        return found[:n]

    def criticised(self, task: str, limit: int = 1000) -> set[str]:
        """The ids of the examples that the newest `limit` active pieces of feedback are about."""
        query = select(f.body).where(f.task == task, ~retracted()).order_by(f.seq.desc()).limit(limit)
        with self.reading() as connection:
            bodies = connection.execute(query).scalars()
            return {body["example_id"] for body in bodies if body["example_id"] is not None}

    def was_criticised(self, task: str, ids: Iterable[str]) -> set[str]:
        """Those of the example `ids` that some active feedback is about."""
        keys = {key(id): id for id in ids}
        found: set[str] = set()
        with self.reading() as connection:
            for some in batches(keys):
                query = select(f.example).distinct().where(f.task == task, f.example.in_(some), ~retracted())
                found |= {keys[example] for example in connection.execute(query).scalars()}
        return found


def _seqs(places: Iterable[int], gone: Sequence[int]) -> list[int]:
    """The seqs of the feedback at these places among the active ones, counted from 1; `gone`: the others, ascending.

    >>> _seqs([1, 2, 3], gone=[2, 3])
    [1, 4, 5]
    """
    before = [seq - index for index, seq in enumerate(gone)]
    return [place + bisect_right(before, place) for place in places]
