"""Blind comparisons: which of two outputs of the same example a person found better, without knowing whose they are.

store.add_trial("answer", "ann", "01a2…", "01b3…", "second")
store.trials("answer") -> [TrialRow(first="v1", second="base", vote="second", …)]
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import select

from assistant.store import tables as t
from assistant.store.database import Database
from assistant.store.rows import TrialRow, Vote
from assistant.types import now

__all__ = ["Trials"]


class Trials(Database):
    """The part of the Store that keeps blind comparisons."""

    def add_trial(self, task: str, author: str, first: str, second: str, vote: Vote) -> None:
        """Keep what was said of two outputs, by their ids.

        Raises:
            UserError: one of them was never shown.
        """
        row = {"task": task, "author": author, "first": first, "second": second, "vote": vote, "created_at": now()}
        with self.writing() as connection:
            connection.execute(sa.insert(t.trials).values(row))

    def trials(self, task: str) -> list[TrialRow]:
        """All of a task, oldest first; `first` and `second` are the versions' adapters."""
        first, second = t.outputs.alias("first_output"), t.outputs.alias("second_output")
        query = (
            select(
                t.trials.c.author, t.trials.c.vote, t.trials.c.created_at, first.c.adapter.label("first"),
                second.c.adapter.label("second"), first.c.body.label("body"),
            )
            .join(first, first.c.id == t.trials.c.first)
            .join(second, second.c.id == t.trials.c.second)
            .where(t.trials.c.task == task)
            .order_by(t.trials.c.seq)
        )  # fmt: skip
        with self.reading() as connection:
            return [
                TrialRow(
                    author=row.author, vote=row.vote, first=row.first, second=row.second,
                    example_id=row.body["example_id"], created_at=row.created_at,
                )
                for row in connection.execute(query)
            ]  # fmt: skip
