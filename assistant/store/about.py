"""What was said of given examples: the cost grows with that, not with the history.

store.about("mail", ["e1"]) -> [FeedbackRow(seq=7, feedback=Label("e1" is praise)), FeedbackRow(seq=9, …)]
"""

from __future__ import annotations

from collections.abc import Iterable

from assistant.store import tables as t
from assistant.store.columns import key
from assistant.store.database import Database
from assistant.store.feedback import batches, fetch, held, retracted, rows_of
from assistant.store.rows import FeedbackRow

__all__ = ["About"]


class About(Database):
    """The part of the Store that looks feedback up by its example."""

    def about(self, task: str, ids: Iterable[str]) -> list[FeedbackRow]:
        """Active feedback about the examples `ids`, oldest first; what is held is left out."""
        f = t.feedback.c
        found: list[FeedbackRow] = []
        with self.reading() as connection:
            for some in batches({key(id) for id in ids}):
                found += fetch(connection, rows_of().where(f.task == task, f.example.in_(some), ~retracted(), ~held()))
        return sorted(found, key=lambda row: row.seq)
