"""One turn is one transaction: the critique, how it was read, the feedback that it became, what it took back,
and what was said about it, are all kept or none is.

    store.record(Critique("no, a complaint"), Reading(acts=[label is complaint]), "embedded", "1",
                 feedback=[Label(...)], messages=[("sayso", "I understood: this is a complaint", None)])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, select

from assistant.errors import UserError
from assistant.store import tables as t
from assistant.store.columns import key, seal
from assistant.store.database import Database
from assistant.store.rows import Decision
from assistant.store.talk import Said, add_messages
from assistant.types import Constraint, Critique, Feedback, Reading, new_id, now

__all__ = ["Hearing", "add_feedback", "add_turn", "feedback_seal", "reading_seal", "retract_all"]


class Hearing(Database):
    """The part of the Store that keeps critiques, readings and feedback, and what becomes of them."""

    def record(
        self,
        critique: Critique,
        reading: Reading,
        parser: str,
        parser_version: str,
        feedback: Sequence[Feedback] = (),
        retract: Sequence[str] = (),
        replaces: str | None = None,
        messages: Sequence[Said] = (),
        reading_id: str | None = None,
    ) -> str:
        """Keep a whole turn; gives the reading's id, which each of `feedback` names.

        A critique that is there already gets one more reading. The same critique with the same reading again
        (replacing the same one) changes nothing and gives the first reading's id, so a repeated call is
        harmless.

        Args:
            retract: ids of the feedback that this critique takes back.
            replaces: the id of the reading that this one corrects.
            reading_id: the id to use; else the one that the feedback names, else a new one.

        Raises:
            UserError: the critique's id stands for other words, feedback names another critique or reading,
            or
                something is referred to that isn't there. Nothing is written then.
        """
        id = reading_id or (feedback[0].reading if feedback else new_id())
        with self.writing() as connection:
            return add_turn(
                connection, id, critique, reading, parser, parser_version, feedback, retract, replaces, messages
            )

    def decide(
        self,
        reading_id: str,
        author: str,
        decision: Decision,
        feedback: Sequence[Feedback] = (),
        retract: Sequence[str] = (),
        messages: Sequence[Said] = (),
    ) -> None:
        """What the person says of a reading, with the feedback that starts or stops to hold, at once.

        Raises:
            UserError: there is no such reading; see also `record`.
        """
        with self.writing() as connection:
            critique = _critique_of(connection, reading_id)
            row = {"reading": reading_id, "author": author, "decision": decision, "created_at": now()}
            connection.execute(sa.insert(t.decisions).values(row))
            add_feedback(connection, feedback, critique.id, reading_id, critique.conversation)
            retract_all(connection, retract, author, critique.id, "")
            add_messages(connection, critique.conversation, messages)

    def confirm_act(
        self,
        reading_id: str,
        act: int,
        author: str,
        feedback: Sequence[Feedback] = (),
        retract: Sequence[str] = (),
    ) -> None:
        """The person says yes to one act of a reading (0 is the first): that is kept beside the decisions, which
        are about whole readings, with the feedback that starts or stops to hold.

        Raises:
            UserError: there is no such reading; see also `record`.
        """
        with self.writing() as connection:
            critique = _critique_of(connection, reading_id)
            row = {"reading": reading_id, "act": act, "author": author, "created_at": now()}
            connection.execute(sa.insert(t.confirmed_acts).values(row))
            add_feedback(connection, feedback, critique.id, reading_id, critique.conversation)
            retract_all(connection, retract, author, critique.id, "")

    def retract(self, ids: Sequence[str], author: str, critique: str | None = None, why: str = "") -> None:
        """Take feedback back: it stays, marked so. What was taken back already stays so.

        Raises:
            UserError: one of the ids is unknown; nothing is taken back then.
        """
        with self.writing() as connection:
            retract_all(connection, ids, author, critique, why)

    def switch(self, feedback_id: str, on: bool, author: str) -> None:
        """Switch a rule off, or on again.

        Raises:
            UserError: the id is unknown.
        """
        with self.writing() as connection:
            row = _event(_task_of(connection, feedback_id), feedback_id, "on" if on else "off", author)
            connection.execute(sa.insert(t.feedback_events).values(row))


def add_turn(
    connection: Connection,
    id: str,
    critique: Critique,
    reading: Reading,
    parser: str,
    parser_version: str,
    feedback: Sequence[Feedback] = (),
    retract: Sequence[str] = (),
    replaces: str | None = None,
    messages: Sequence[Said] = (),
) -> str:
    """A whole turn within a transaction; gives the reading's id, which is `id`, or that of one that says the same."""
    _add_critique(connection, critique)
    twin = _twin(connection, critique.id, reading, replaces)
    if twin is not None:
        return twin
    row = {"id": id, "critique": critique.id, "parser": parser, "parser_version": parser_version,
           "confidence": reading.confidence, "body": reading, "replaces": replaces,
           "created_at": now()}  # fmt: skip
    row["sha256"] = reading_seal(row)
    connection.execute(sa.insert(t.readings).values(row))
    add_feedback(connection, feedback, critique.id, id, critique.conversation)
    retract_all(connection, retract, critique.author, critique.id, "")
    add_messages(connection, critique.conversation, messages)
    return id


def reading_seal(row: Any) -> str:
    """The hash of a reading with all that was said about it; `row` maps the columns' names to values."""
    columns = ("id", "critique", "parser", "parser_version", "confidence", "body", "replaces")
    return seal(*(row[column] for column in columns))


def feedback_seal(task: str, seq: int, body: Any) -> str:
    return seal(task, seq, body)


def _add_critique(connection: Connection, critique: Critique) -> None:
    sha256 = seal(critique)
    there = connection.execute(select(t.critiques.c.sha256).where(t.critiques.c.id == critique.id)).scalar()
    if there is not None and there != sha256:
        raise UserError(
            f"The critique {critique.id!r} is there already, with other words", "critiques are never edited"
        )
    if there is None:
        if not _has(connection, t.conversations, critique.conversation):
            raise UserError(f"There is no conversation {critique.conversation!r} in the database", do="start it first")
        row = {"id": critique.id, "conversation": critique.conversation, "author": critique.author,
               "body": critique, "sha256": sha256, "created_at": critique.created_at}  # fmt: skip
        connection.execute(sa.insert(t.critiques).values(row))


def _critique_of(connection: Connection, reading: str) -> Any:
    """The id and the conversation of the critique that a reading is of."""
    query = select(t.critiques.c.id, t.critiques.c.conversation).join(t.readings)
    critique = connection.execute(query.where(t.readings.c.id == reading)).first()
    if critique is None:
        raise UserError(f"There is no reading {reading!r} in the database")
    return critique


def _has(connection: Connection, table: sa.Table, id: str) -> bool:
    return connection.execute(select(table.c.id).where(table.c.id == id)).first() is not None


def _twin(connection: Connection, critique: str, reading: Reading, replaces: str | None) -> str | None:
    """The id of the reading of this critique that says the same, if there is one."""
    query = select(t.readings.c.id, t.readings.c.body, t.readings.c.replaces)
    for row in connection.execute(query.where(t.readings.c.critique == critique)):
        if row.replaces == replaces and Reading.model_validate(row.body) == reading:
            return str(row.id)
    return None


def add_feedback(
    connection: Connection, items: Sequence[Feedback], critique: str, reading: str, conversation: str
) -> None:
    for item in items:
        if (item.critique, item.reading) != (critique, reading):
            raise UserError(
                f"The feedback {item.id!r} names critique {item.critique!r} and reading {item.reading!r}",
                f"here it would have to name {critique!r} and {reading!r}",
            )
        highest = select(sa.func.max(t.feedback.c.seq)).where(t.feedback.c.task == item.task)
        seq = (connection.execute(highest).scalar() or 0) + 1
        row = {"id": item.id, "task": item.task, "seq": seq, "kind": item.kind, "critique": critique,
               "reading": reading, "example": key(item.example_id), "author": item.author,
               **_where_it_holds(item, conversation),
               "adapter": item.adapter, "body": item, "sha256": feedback_seal(item.task, seq, item),
               "created_at": item.created_at}  # fmt: skip
        connection.execute(sa.insert(t.feedback).values(row))


def _where_it_holds(item: Feedback, conversation: str) -> dict[str, str | None]:
    """Of a constraint: its scope, and the key of the example or the conversation that it is bound to."""
    if not isinstance(item, Constraint):
        return {"scope": None, "place": None}
    bound = {"item": item.example_id, "session": item.conversation or conversation, "task": None}
    return {"scope": item.scope, "place": key(bound[item.scope])}


def _task_of(connection: Connection, feedback_id: str) -> str:
    task = connection.execute(select(t.feedback.c.task).where(t.feedback.c.id == feedback_id)).scalar()
    if task is None:
        raise UserError(f"There is no feedback {feedback_id!r} in the database")
    return str(task)


def _event(task: str, feedback: str, event: str, author: str) -> dict[str, Any]:
    return {
        "task": task,
        "feedback": feedback,
        "event": event,
        "author": author,
        "text": "",
        "created_at": now(),
    }


def retract_all(connection: Connection, ids: Sequence[str], author: str, critique: str | None, why: str) -> None:
    for id in ids:
        task = _task_of(connection, id)
        events = t.feedback_events.c
        already = select(events.seq).where(events.feedback == id, events.event == "retracted")
        if connection.execute(already).first():
            continue
        # counting them as they come makes the number of active feedback free to know
        number = connection.execute(select(sa.func.max(events.number)).where(events.task == task)).scalar() or 0
        row = {
            **_event(task, id, "retracted", author),
            "critique": critique,
            "text": why,
            "number": number + 1,
        }
        connection.execute(sa.insert(t.feedback_events).values(row))
