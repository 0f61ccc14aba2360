"""What was said elsewhere, kept like any turn: an import is one transaction, and the same again adds nothing.

store.take_in("mail", "label-studio", "Imported from labels.json.", [Turn(Critique(id="import-5f…", ...), ...)])
  -> {"import-5f…"}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection, select

from assistant.store import tables as t
from assistant.store.database import Database
from assistant.store.feedback import batches
from assistant.store.hearing import add_turn
from assistant.store.talk import add_messages
from assistant.types import Critique, Feedback, Reading, new_id, now

__all__ = ["Importing", "Turn"]


class Turn(NamedTuple):
    """One judgement. The id of its critique is made of what it says; `confirmed`: the reading was, where it comes from.

    `words`, `card`: the message that keeps it as it was found, with the fields that have no place elsewhere.
    """

    critique: Critique
    reading: Reading
    reading_id: str
    parser: str
    version: str
    feedback: Sequence[Feedback]
    words: str
    card: dict[str, Any]
    confirmed: bool = False


class Importing(Database):
    """The part of the Store that takes in what was said elsewhere."""

    def take_in(self, task: str, source: str, told: str, turns: Sequence[Turn]) -> set[str]:
        """Keep all turns whose critiques are not there yet, in a conversation of their own; gives those critiques' ids.

        The conversation is nobody's, so that no person's own is left for it; `told` is its first message.
        """
        found = {turn.critique.id: turn for turn in turns}
        with self.writing() as connection:
            there = _there(connection, found)
            fresh = [turn for id, turn in found.items() if id not in there]
            if not fresh:
                return set()
            talk = new_id()
            row = {"id": talk, "task": task, "author": f"import-{source}", "created_at": now()}
            connection.execute(sa.insert(t.conversations).values(row))
            add_messages(connection, talk, [("note", told, {"kind": "note"})])
            for turn in fresh:
                _add(connection, turn, talk)
        return {turn.critique.id for turn in fresh}


def _there(connection: Connection, ids: dict[str, Turn]) -> set[str]:
    c = t.critiques.c.id
    return {id for some in batches(ids) for id in connection.execute(select(c).where(c.in_(some))).scalars()}


def _add(connection: Connection, turn: Turn, conversation: str) -> None:
    critique = turn.critique.model_copy(update={"conversation": conversation})
    add_turn(
        connection, turn.reading_id, critique, turn.reading, turn.parser, turn.version, turn.feedback,
        messages=[("person", turn.words, turn.card)],
    )  # fmt: skip
    if turn.confirmed:
        row = {"reading": turn.reading_id, "author": critique.author, "decision": "confirmed", "created_at": now()}
        connection.execute(sa.insert(t.decisions).values(row))
