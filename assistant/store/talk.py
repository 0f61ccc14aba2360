"""What is said, and about what: tasks, guidelines, conversations, messages, thumbs and the outputs shown.

store.start_conversation("mail", "ann") -> "01a2…"
store.say("01a2…", "person", "no, that's a complaint") -> 1
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy import Connection, select

from assistant.errors import UserError
from assistant.store import tables as t
from assistant.store.columns import canonical, seal
from assistant.store.database import Database
from assistant.store.rows import Conversation, Guideline, Message, Role
from assistant.types import Output, TaskSpec, new_id, now

__all__ = ["Said", "Talk", "add_messages"]

Said: TypeAlias = tuple[Role, str, dict[str, Any] | None]
"""A message to write: who says it, the words, and a card to show with it or None."""


def add_messages(connection: Connection, conversation: str, said: Sequence[Said]) -> list[int]:
    """The seqs of the new messages."""
    seqs = []
    for role, text, card in said:
        row = {"conversation": conversation, "role": role, "text": text, "card": card, "created_at": now()}
        seqs.append(connection.execute(sa.insert(t.messages).values(row).returning(t.messages.c.seq)).scalar_one())
    return seqs


class Talk(Database):
    """The part of the Store that keeps what is said."""

    # --- tasks and guidelines ------------------------------------------------------------------------------

    def save_task(self, spec: TaskSpec) -> None:
        """Remember how the task is made; a changed spec is a new version beside the old ones."""
        name = spec.name or spec.task
        with self.writing() as connection:
            last = connection.execute(_newest_specs().where(t.tasks.c.name == name)).first()
            if last and canonical(last.body) == canonical(spec):
                return
            version = last.version + 1 if last else 1
            row = {"name": name, "version": version, "body": spec, "created_at": now()}
            connection.execute(sa.insert(t.tasks).values(row))

    def task_spec(self, name: str) -> TaskSpec:
        """Raises:
        UserError: no task of that name was saved.
        """
        with self.reading() as connection:
            row = connection.execute(_newest_specs().where(t.tasks.c.name == name)).first()
        if row is None:
            names = ", ".join(repr(spec.name or spec.task) for spec in self.tasks())
            raise UserError(f"There is no task {name!r} in the database", f"there is: {names or 'none yet'}")
        return TaskSpec.model_validate(row.body)

    def tasks(self) -> list[TaskSpec]:
        """The newest version of each, by name."""
        with self.reading() as connection:
            rows = connection.execute(_newest_specs().order_by(t.tasks.c.name)).all()
        return [TaskSpec.model_validate(row.body) for row in rows]

    def guideline(self, task: str) -> Guideline:
        """The newest; version 0 with no text where none was written."""
        with self.reading() as connection:
            return _guideline(connection, task)

    def write_guideline(self, task: str, text: str, author: str) -> Guideline:
        """A new version, if the text differs from the newest."""
        with self.writing() as connection:
            last = _guideline(connection, task)
            if last.version and last.text == text:
                return last
            new = Guideline(task=task, version=last.version + 1, text=text, author=author, created_at=now())
            connection.execute(sa.insert(t.guidelines).values(new.model_dump()))
        return new

    # --- conversations -------------------------------------------------------------------------------------

    def start_conversation(self, task: str, author: str) -> str:
        """The id of a new conversation."""
        row = {"id": new_id(), "task": task, "author": author, "created_at": now()}
        with self.writing() as connection:
            connection.execute(sa.insert(t.conversations).values(row))
        return str(row["id"])

    def conversations(self, task: str, author: str | None = None, limit: int = 50) -> list[Conversation]:
        """The newest `limit`, newest first, each with the first words of the person."""
        first = (
            select(t.messages.c.text)
            .where(t.messages.c.conversation == t.conversations.c.id, t.messages.c.role == "person")
            .order_by(t.messages.c.seq)
            .limit(1)
            .scalar_subquery()
        )
        query = select(t.conversations, first.label("words")).where(t.conversations.c.task == task)
        if author is not None:
            query = query.where(t.conversations.c.author == author)
        query = query.order_by(t.conversations.c.created_at.desc(), t.conversations.c.id.desc()).limit(limit)
        with self.reading() as connection:
            return [Conversation(**row) for row in connection.execute(query).mappings()]

    def say(self, conversation: str, role: Role, text: str, card: dict[str, Any] | None = None) -> int:
        """The seq of the new message.

        Raises:
            UserError: there is no such conversation.
        """
        with self.writing() as connection:
            return add_messages(connection, conversation, [(role, text, card)])[0]

    def messages(self, conversation: str, after: int = 0) -> list[Message]:
        """Those with a higher seq than `after`, oldest first, with the thumbs that stand."""
        query = select(t.messages).where(t.messages.c.conversation == conversation, t.messages.c.seq > after)
        thumbs = (
            select(t.votes)
            .join(t.messages, t.messages.c.seq == t.votes.c.message)
            .where(t.messages.c.conversation == conversation, t.messages.c.seq > after)
            .order_by(t.votes.c.seq)
        )
        with self.reading() as connection:
            rows = connection.execute(query.order_by(t.messages.c.seq)).mappings().all()
            votes: dict[int, dict[str, bool | None]] = {}
            for vote in connection.execute(thumbs):
                votes.setdefault(vote.message, {})[vote.author] = vote.value
        return [
            Message(**row, votes={who: up for who, up in votes.get(row["seq"], {}).items() if up is not None})
            for row in rows
        ]

    def vote(self, message_seq: int, author: str, value: bool | None) -> None:
        """A thumb up, down, or (None) taken back. The newest of an author stands.

        Raises:
            UserError: there is no such message.
        """
        row = {"message": message_seq, "author": author, "value": value, "created_at": now()}
        with self.writing() as connection:
            connection.execute(sa.insert(t.votes).values(row))

    # --- outputs -------------------------------------------------------------------------------------------

    def save_outputs(self, task: str, outputs: Iterable[Output]) -> None:
        """What was shown. The same output twice is kept once."""
        rows = [
            {"id": output.id, "task": task, "adapter": output.adapter, "body": output, "sha256": seal(output),
             "created_at": now()}
            for output in outputs
        ]  # fmt: skip
        with self.writing() as connection:
            for row in rows:
                there = connection.execute(select(t.outputs.c.sha256).where(t.outputs.c.id == row["id"])).scalar()
                if there is None:
                    connection.execute(sa.insert(t.outputs).values(row))
                elif there != row["sha256"]:
                    raise UserError(f"The output {row['id']!r} is there already, with another content")

    def newest_outputs(self, task: str, n: int) -> list[Output]:
        """The last `n` that were shown, newest first."""
        # ids begin with their time, and the primary key is walked from its end
        query = select(t.outputs.c.body).where(t.outputs.c.task == task).order_by(t.outputs.c.id.desc()).limit(n)
        with self.reading() as connection:
            return [Output.model_validate(body) for body in connection.execute(query).scalars()]

    def output(self, id: str) -> Output:
        """Raises:
        UserError: no such output was saved.
        """
        with self.reading() as connection:
            row = connection.execute(select(t.outputs.c.body).where(t.outputs.c.id == id)).first()
        if row is None:
            raise UserError(f"There is no output {id!r} in the database")
        return Output.model_validate(row.body)


def _newest_specs() -> sa.Select[Any]:
    versions = select(t.tasks.c.name, sa.func.max(t.tasks.c.version).label("version")).group_by(t.tasks.c.name)
    newest = versions.subquery()
    same = (newest.c.name == t.tasks.c.name) & (newest.c.version == t.tasks.c.version)
    return select(t.tasks).join(newest, same)


def _guideline(connection: Connection, task: str) -> Guideline:
    query = select(t.guidelines).where(t.guidelines.c.task == task).order_by(t.guidelines.c.version.desc())
    row = connection.execute(query.limit(1)).first()
    if row is None:
        return Guideline(task=task)
    return Guideline(task=task, version=row.version, text=row.text, author=row.author, created_at=row.created_at)
