"""The team of a task: who is what in it, how the work is shared out, comments, and questions whose answer is known.

store.set_member("mail", "ada", "owner", author="ada")     the first owner closes the task
store.members("mail") -> {"ada": Member(person="ada", role="owner", …)}
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, select

from assistant.errors import UserError
from assistant.store import tables as t
from assistant.store.columns import key, seal
from assistant.store.database import Database
from assistant.store.rows import Comment, Gold, Guideline, Member, Part, Plan
from assistant.types import Record

__all__ = ["Teams"]

m = t.members.c
LONGEST_NAME = 64
LONGEST_COMMENT = 4000


class Teams(Database):
    """The part of the Store that keeps the team of each task."""

    # --- members -------------------------------------------------------------------------------------------

    def members(self, task: str) -> dict[str, Member]:
        """The members by name, those of longest standing first; {} where the task is open to everybody."""
        with self.reading() as connection:
            return _members(connection, task)

    def set_member(self, task: str, person: str, role: Part | None, author: str) -> Member:
        """Make a person a member, or something else than they were, or (None) no member any more.

        Asked and written as the only writer, so that of two who would both be the first owner, one is.

        Raises:
            UserError: `author` is no owner of a closed task, or no owner would be left for the others.
        """
        if not person.strip() or len(person) > LONGEST_NAME or not person.isprintable():
            raise UserError(f"The name {person!r} can't be used", f"a name has 1 to {LONGEST_NAME} characters")
        with self.writing() as connection:
            there = _members(connection, task)
            owners = [one.person for one in there.values() if one.role == "owner"]
            if there and author not in owners:
                raise UserError(f"{author!r} is no owner of {task!r}", do=f"ask one who is: {', '.join(owners)}")
            if role is None and person not in there:
                raise UserError(f"{person!r} is not in the team of {task!r}", f"in it are: {', '.join(there)}")
            if not there and role != "owner":
                raise UserError(f"The task {task!r} has no owner yet", do=f"make {author!r} or another one first")
            if owners == [person] and role != "owner" and len(there) > 1:
                raise UserError(f"{person!r} is the only owner of {task!r}", do="make another one first")
            new = Member(task=task, person=person, role=role, author=author)
            if person not in there or there[person].role != role:
                row = {"task": task, "person": person, "role": role}
                connection.execute(sa.insert(t.members).values(row | _sealed(new)))
        return new

    # --- how work is shared out ------------------------------------------------------------------------------

    def plan(self, task: str) -> Plan:
        """The newest; that of its defaults, with no author, where none was made."""
        query = select(t.plans.c.body).where(t.plans.c.task == task).order_by(t.plans.c.seq.desc()).limit(1)
        with self.reading() as connection:
            body = connection.execute(query).scalar()
        return Plan.model_validate(body) if body else Plan(task=task)

    def set_plan(self, plan: Plan) -> None:
        with self.writing() as connection:
            connection.execute(sa.insert(t.plans).values({"task": plan.task} | _sealed(plan)))

    def guidelines(self, task: str) -> list[Guideline]:
        """All versions, newest first."""
        g = t.guidelines.c
        query = select(g.task, g.version, g.text, g.author, g.created_at).where(g.task == task)
        with self.reading() as connection:
            return [Guideline(**row) for row in connection.execute(query.order_by(g.version.desc())).mappings()]

    # --- questions whose answer is known -----------------------------------------------------------------------

    def golds(self, task: str) -> dict[str, Gold]:
        """Those in use, by the id of their example."""
        query = select(t.golds.c.body).where(t.golds.c.task == task).order_by(t.golds.c.seq)
        with self.reading() as connection:
            rows = [Gold.model_validate(body) for body in connection.execute(query).scalars()]
        return {id: gold for id, gold in {row.example_id: row for row in rows}.items() if gold.on}

    def set_golds(self, golds: list[Gold]) -> None:
        with self.writing() as connection:
            for gold in golds:
                row = {"task": gold.task, "example": key(gold.example_id)} | _sealed(gold)
                connection.execute(sa.insert(t.golds).values(row))

    # --- comments ----------------------------------------------------------------------------------------------

    def add_comment(self, comment: Comment) -> None:
        """Raises:
        UserError: there is nothing in it, it is too long, or it is about feedback that is not there.
        """
        if not comment.text.strip() or len(comment.text) > LONGEST_COMMENT:
            raise UserError("The comment is empty or too long", f"it has 1 to {LONGEST_COMMENT} characters")
        row = {"id": comment.id, "task": comment.task, "example": key(comment.example_id),
               "feedback": comment.feedback, "author": comment.author}  # fmt: skip
        with self.writing() as connection:
            connection.execute(sa.insert(t.comments).values(row | _sealed(comment)))

    def comments(self, task: str, example_id: str | None = None, newest: int = 50) -> list[Comment]:
        """The newest of a task, or of one example, oldest first."""
        c = t.comments.c
        query = select(c.body).where(c.task == task).order_by(c.id.desc()).limit(newest)
        if example_id is not None:
            query = query.where(c.example == key(example_id))
        with self.reading() as connection:
            return [Comment.model_validate(body) for body in connection.execute(query).scalars()][::-1]


def _members(connection: Connection, task: str) -> dict[str, Member]:
    found: dict[str, Member] = {}
    for body in connection.execute(select(m.body).where(m.task == task).order_by(m.seq)).scalars():
        member = Member.model_validate(body)
        found[member.person] = member
    return {name: member for name, member in found.items() if member.role}


def _sealed(record: Record) -> dict[str, Any]:
    """The columns that keep a record, and what `verify` checks it against."""
    return {"body": record, "sha256": seal(record), "created_at": getattr(record, "created_at")}  # noqa: B009
