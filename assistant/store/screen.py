"""What a session needs to go on where it was: the newest messages, cards as they stand, what can be undone.

store.last_card("c1", "answer") -> {"kind": "answer", "example_id": "m014", "outputs": ["..."], ...}
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Text, func, select, type_coerce

from assistant.errors import UserError
from assistant.store import tables as t
from assistant.store.database import Database
from assistant.store.feedback import batches, retracted
from assistant.store.rows import Message
from assistant.types import Critique, Reading

__all__ = ["Screened", "There"]

STANDS = {"confirmed": "confirmed", "corrected": "corrected", "rejected": "undone"}
PAGE = 50
PICKS = 2000
"""Answers that are looked at for who picked their example: a bound on what a turn costs."""


class There(NamedTuple):
    """A reading with the critique that it is of, and who read it."""

    reading: Reading
    critique: Critique
    parser: str


class Screened(Database):
    """The part of the Store that sessions look at."""

    def recent(self, conversation: str, n: int, before: int | None = None) -> list[Message]:
        """The newest n messages (with a seq below `before`), oldest first, without their votes."""
        m = t.messages.c
        query = select(t.messages).where(m.conversation == conversation)
        if before is not None:
            query = query.where(m.seq < before)
        with self.reading() as connection:
            rows = connection.execute(query.order_by(m.seq.desc()).limit(n)).mappings().all()
        return [Message(**row) for row in reversed(rows)]

    def last_card(self, conversation: str, kind: str) -> dict[str, Any] | None:
        """The newest card of this kind in a conversation."""
        before = None
        while page := self.recent(conversation, PAGE, before):
            for message in reversed(page):
                if message.card and message.card.get("kind") == kind:
                    return message.card
            before = page[0].seq
        return None

    def picked_by(self, task: str, examples: Iterable[str]) -> dict[str, str]:
        """By which strategy each of these examples was last picked, as far as the newest `PICKS` picks tell."""
        m, wanted = t.messages.c, set(examples)
        text = type_coerce(m.card, Text)
        query = select(m.card).join(t.conversations).where(t.conversations.c.task == task, text.contains('"strategy":'))
        found: dict[str, str] = {}
        with self.reading() as connection:
            for card in connection.execute(query.order_by(m.seq.desc()).limit(PICKS)).scalars():
                if card.get("strategy") and card.get("example_id") in wanted:
                    found.setdefault(card["example_id"], card["strategy"])
        return found

    def states(self, readings: Iterable[str]) -> dict[str, str]:
        """How the readings stand that a person decided about: confirmed, corrected or undone."""
        d = t.decisions.c
        found: dict[str, str] = {}
        with self.reading() as connection:
            for some in batches(readings):
                query = select(d.reading, d.decision).where(d.reading.in_(some)).order_by(d.seq)
                found |= {row.reading: STANDS[row.decision] for row in connection.execute(query)}
        return found

    def confirmed_acts(self, readings: Iterable[str]) -> dict[str, set[int]]:
        """The acts of these readings that a person said yes to one by one, counted from 0."""
        a = t.confirmed_acts.c
        found: dict[str, set[int]] = {}
        with self.reading() as connection:
            for some in batches(readings):
                for row in connection.execute(select(a.reading, a.act).where(a.reading.in_(some))):
                    found.setdefault(row.reading, set()).add(row.act)
        return found

    def reading_of(self, id: str) -> There:
        """Raises UserError where there is no such reading."""
        query = select(t.readings.c.body, t.critiques.c.body.label("critique"), t.readings.c.parser).join(
            t.critiques, t.critiques.c.id == t.readings.c.critique
        )
        with self.reading() as connection:
            row = connection.execute(query.where(t.readings.c.id == id)).first()
        if row is None:
            raise UserError(f"There is no reading {id!r} in the database")
        return There(Reading.model_validate(row.body), Critique.model_validate(row.critique), row.parser)

    def critiques(self, ids: Iterable[str]) -> list[Critique]:
        """The critiques with these ids."""
        c = t.critiques.c
        found: list[Critique] = []
        with self.reading() as connection:
            for some in batches(dict.fromkeys(ids)):
                rows = connection.execute(select(c.body).where(c.id.in_(some))).scalars()
                found += [Critique.model_validate(body) for body in rows]
        return found

    def last_effective(self, conversation: str) -> str | None:
        """The newest reading of a conversation whose feedback still holds."""
        f = t.feedback.c
        query = (
            select(f.reading)
            .join(t.critiques, t.critiques.c.id == f.critique)
            .where(t.critiques.c.conversation == conversation, ~retracted())
            .order_by(f.seq.desc())
            .limit(1)
        )
        with self.reading() as connection:
            return connection.execute(query).scalar()

    def last_seq(self, task: str) -> int:
        """The highest seq of the task's feedback; 0 for none."""
        with self.reading() as connection:
            query = select(func.max(t.feedback.c.seq)).where(t.feedback.c.task == task)
            return int(connection.execute(query).scalar() or 0)
