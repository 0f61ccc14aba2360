"""What things cost, as the store knows it: who was shown and said something when, how readings fared, what was used.

store.timeline("mail")   -> [Moment(conversation="01…", author="ann", at=…, said=False), …]
store.fared("mail")     -> {("embedded", "confirmed"): 12, ("embedded", None): 80, ("embedded", "rejected"): 3}
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import select

from assistant.parsers import Usage
from assistant.store import tables as t
from assistant.store.columns import key
from assistant.store.database import Database
from assistant.store.feedback import batches, retracted
from assistant.types import now

__all__ = ["Moment", "Spending"]

f, c, r, m, d = t.feedback.c, t.critiques.c, t.readings.c, t.messages.c, t.decisions.c
IMPORTED = "import-"
"""How the authors of conversations begin that nobody had here."""


class Moment(NamedTuple):
    """Something appeared in a conversation, or (`said`) its person said or decided something."""

    conversation: str
    author: str
    at: datetime
    said: bool


class Spending(Database):
    """The part of the Store that counts."""

    def timeline(self, task: str) -> list[Moment]:
        """All of a task's conversations, in the order of time within each; imported ones are left out."""
        talk = t.conversations.c
        here = (talk.task == task) & ~talk.author.startswith(IMPORTED)
        shown = select(talk.id, talk.author, m.created_at).join(t.messages, m.conversation == talk.id)
        said = select(talk.id, c.author, c.created_at).join(t.critiques, c.conversation == talk.id)
        decided = (
            select(talk.id, d.author, d.created_at)
            .join(t.critiques, c.conversation == talk.id)
            .join(t.readings, r.critique == c.id)
            .join(t.decisions, d.reading == r.id)
        )
        with self.reading() as connection:
            found = [
                Moment(*row, people)
                for query, people in ((shown.where(m.role != "person"), False), (said, True), (decided, True))
                for row in connection.execute(query.where(here))
            ]
        # at one time, the word comes before what it brought about
        return sorted(found, key=lambda moment: (moment.conversation, moment.at, not moment.said))

    def fared(self, task: str) -> dict[tuple[str, str | None], int]:
        """How many readings each parser made, by the newest decision about them; None: nobody said anything."""
        talk = t.conversations.c
        newest = select(d.decision).where(d.reading == r.id).order_by(d.seq.desc()).limit(1).scalar_subquery()
        query = (
            select(r.parser, newest.label("decision"), sa.func.count())
            .join(t.critiques, c.id == r.critique)
            .join(t.conversations, talk.id == c.conversation)
            .where(talk.task == task, ~talk.author.startswith(IMPORTED))
            .group_by(r.parser, "decision")
        )
        with self.reading() as connection:
            return {(row[0], row[1]): row[2] for row in connection.execute(query)}

    def waiting(self, task: str) -> int:
        """How many readings wait for somebody's yes: their card said so, and nothing was decided since."""
        talk = t.conversations.c
        query = (
            select(m.card)
            .join(t.conversations, talk.id == m.conversation)
            .where(talk.task == task, m.role == "sayso", m.card.is_not(None))
        )
        with self.reading() as connection:
            cards = [card for card in connection.execute(query).scalars() if card and card.get("state") == "waiting"]
            readings = {card["reading"] for card in cards if "reading" in card}
            for some in batches(tuple(readings)):
                readings -= set(connection.execute(select(d.reading).where(d.reading.in_(some))).scalars())
        return len(readings)

    def said_when(self, task: str) -> list[tuple[datetime, str, str]]:
        """(time, author, kind) of each piece of active feedback, oldest first."""
        query = select(f.created_at, f.author, f.kind).where(f.task == task, ~retracted()).order_by(f.seq)
        with self.reading() as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(query)]

    def said_of(self, task: str, ids: Iterable[str]) -> dict[str, Any]:
        """The newest label in force of each of these examples: its value, or "not …"."""
        keys, found = {key(id): id for id in ids}, {}
        with self.reading() as connection:
            for some in batches(keys):
                query = select(f.body).where(f.task == task, f.kind == "label", f.example.in_(some), ~retracted())
                for body in connection.execute(query.order_by(f.seq)).scalars():
                    value = body["value"] if body["op"] == "is" else f"not {body['value']}"
                    found[body["example_id"]] = value
        return found

    def used(self, reading: str, usage: Usage) -> None:
        """Keep what a parser's server counted for a reading."""
        row = {"reading": reading, **usage._asdict(), "created_at": now()}
        with self.writing() as connection:
            connection.execute(sa.insert(t.usage).values(row))

    def usage(self, task: str) -> list[tuple[str, Usage]]:
        """(parser, usage) of each reading that cost something."""
        u, talk = t.usage.c, t.conversations.c
        query = (
            select(r.parser, u.calls, u.tokens_in, u.tokens_out)
            .join(t.readings, r.id == u.reading)
            .join(t.critiques, c.id == r.critique)
            .join(t.conversations, talk.id == c.conversation)
            .where(talk.task == task)
            .order_by(u.seq)
        )
        with self.reading() as connection:
            return [(row[0], Usage(*row[1:])) for row in connection.execute(query)]
