"""Feedback held out of training until somebody has looked at it, and what is needed to judge who gave it.

store.hold(["f1", "f2"], "sayso", "bob's labels disagree with the others'")    one event each, 'held'
store.release(["f1"], "ann")                                                   and one, 'released'

The newest of the two stands. What is held is kept, shown and exported, but neither trained on nor obeyed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, select

from assistant.errors import UserError
from assistant.store import tables as t
from assistant.store.database import Database
from assistant.store.feedback import batches, held, rows_of
from assistant.store.rows import EventRow, Heard
from assistant.store.talk import Said, add_messages
from assistant.types import Critique, feedback_from_json, now

__all__ = ["Holding"]

f, e, c = t.feedback.c, t.feedback_events.c, t.critiques.c


class Holding(Database):
    """The part of the Store that keeps what is held, and tells what was said by whom and when."""

    def hold(
        self, ids: Sequence[str], author: str, why: str = "", conversation: str = "", messages: Sequence[Said] = ()
    ) -> list[str]:
        """Keep feedback out of training from now on; gives the ids of what was not held before.

        Args:
            author: who holds it; "sayso" where a measure named its giver.
            messages: what is said about it in `conversation`, at once, if anything was held.

        Raises:
            UserError: one of the ids is unknown; nothing is held then.
        """
        return self._turn(ids, "held", author, why, conversation, messages)

    def release(
        self, ids: Sequence[str], author: str, why: str = "", conversation: str = "", messages: Sequence[Said] = ()
    ) -> list[str]:
        """It was looked at, and counts again; gives the ids of what was held. See `hold`."""
        return self._turn(ids, "released", author, why, conversation, messages)

    def _turn(
        self, ids: Sequence[str], event: str, author: str, why: str, conversation: str, messages: Sequence[Said]
    ) -> list[str]:
        with self.writing() as connection:
            standing = _standing(connection, ids)
            turned = [id for id in dict.fromkeys(ids) if standing[id][1] != (event == "held")]
            for id in turned:
                row = {"feedback": id, "task": standing[id][0], "event": event, "author": author, "text": why}
                connection.execute(sa.insert(t.feedback_events).values(**row, created_at=now()))
            if turned and conversation:
                add_messages(connection, conversation, messages)
        return turned

    def events(self, task: str, after: int = 0) -> list[EventRow]:
        """What happened to feedback of the task since the event `after`, oldest first."""
        query = select(e.seq, e.feedback, e.event, e.author, e.text, e.created_at)
        with self.reading() as connection:
            rows = connection.execute(query.where(e.seq > after, e.task == task).order_by(e.seq)).mappings()
            return [EventRow(**row) for row in rows]

    def heard(self, task: str, after: int = 0, limit: int = 500) -> list[Heard]:
        """Feedback with a higher seq than `after` and the critique that it came of, oldest first, `limit` at most."""
        query = rows_of().add_columns(c.body.label("critique")).join(t.critiques, c.id == f.critique)
        query = query.where(f.task == task, f.seq > after).order_by(f.seq).limit(limit)
        with self.reading() as connection:
            rows = connection.execute(query).all()
            return [
                Heard(
                    seq=row.seq, feedback=feedback_from_json(row.body), critique=Critique.model_validate(row.critique)
                )
                for row in rows
            ]

    def shown_at(self, output_ids: Iterable[str]) -> dict[str, tuple[datetime, Any]]:
        """When each of these outputs came on screen, and the output as JSON."""
        o = t.outputs.c
        found: dict[str, tuple[datetime, Any]] = {}
        with self.reading() as connection:
            for some in batches(dict.fromkeys(output_ids)):
                query = select(o.id, o.created_at, o.body).where(o.id.in_(some))
                found |= {row.id: (row.created_at, row.body) for row in connection.execute(query)}
        return found

    def cards(self, task: str, within: int, conversation: str | None = None) -> list[tuple[int, dict[str, Any]]]:
        """The cards among the newest `within` messages of the database, that are of the task, with their seq, oldest
        first; those of one conversation only, where it is given."""
        m, talk = t.messages.c, t.conversations.c
        query = select(m.seq, m.card).join(t.conversations, talk.id == m.conversation).where(m.card.is_not(None))
        query = query.where(talk.task == task) if conversation is None else query.where(m.conversation == conversation)
        with self.reading() as connection:
            newest = connection.execute(select(sa.func.max(m.seq))).scalar() or 0
            rows = connection.execute(query.where(m.seq > newest - within).order_by(m.seq))
            return [(row.seq, row.card) for row in rows if row.card]


def _standing(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str, bool]]:
    """The task of each, and whether it is held now. Raises UserError where one is unknown."""
    found: dict[str, tuple[str, bool]] = {}
    for some in batches(dict.fromkeys(ids)):
        rows = connection.execute(select(f.id, f.task, held().label("held")).where(f.id.in_(some)))
        found |= {row.id: (row.task, bool(row.held)) for row in rows}
    for id in ids:
        if id not in found:
            raise UserError(f"There is no feedback {id!r} in the database")
    return found
