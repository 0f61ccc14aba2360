"""Feedback out of the database with its whole provenance, as a stream: `export_rows` makes
`assistant.exports.Row`s.

Row(feedback=Label(...), words="no, that's a complaint", parser="embedded", confirmed=True, output="order",
...)
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, select

from assistant.exports import Row
from assistant.store import tables as t
from assistant.store.columns import canonical
from assistant.store.database import Database
from assistant.store.feedback import retracted
from assistant.types import Reading, feedback_from_json

__all__ = ["Provenance"]

CHUNK = 500
f, r, c = t.feedback.c, t.readings.c, t.critiques.c


class Provenance(Database):
    """The part of the Store that exports."""

    def export_rows(
        self,
        task: str,
        *,
        include_retracted: bool = False,
        author: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        confirmed_only: bool = False,
    ) -> Iterator[Row]:
        """The task's feedback, oldest first; a chunk of it is in memory at a time, and no transaction stays
        open.

        Args:
            since: only what was said then or later.
            until: only what was said before.
            confirmed_only: only where the person confirmed the reading, or corrected it to this one.
        """
        query = _rows().where(f.task == task)
        if not include_retracted:
            query = query.where(~retracted())
        if author is not None:
            query = query.where(f.author == author)
        if since is not None:
            query = query.where(f.created_at >= since)
        if until is not None:
            query = query.where(f.created_at < until)
        after = 0
        while True:
            with self.reading() as connection:
                found = _chunk(connection, query, after)
            if not found:
                return
            yield from (row for _, row in found if row.confirmed or not confirmed_only)
            after = found[-1][0]


def _rows() -> sa.Select[Any]:
    e, d = t.feedback_events.c, t.decisions.c
    gone = select(sa.func.min(e.created_at)).where(e.feedback == f.id, e.event == "retracted").scalar_subquery()
    said = select(d.decision).where(d.reading == r.id).order_by(d.seq.desc()).limit(1).scalar_subquery()
    return select(
        f.seq, f.body.label("feedback"), c.body.label("critique"), c.conversation, r.body.label("reading"),
        r.parser, r.parser_version, r.confidence, r.replaces, gone.label("retracted_at"),
        said.label("decision"),
    ).join(t.readings, r.id == f.reading).join(t.critiques, c.id == f.critique)  # fmt: skip


def _chunk(connection: Connection, query: sa.Select[Any], after: int) -> list[tuple[int, Row]]:
    rows = connection.execute(query.where(f.seq > after).order_by(f.seq).limit(CHUNK))
    return [(row.seq, _row(row)) for row in rows]


def _row(row: Any) -> Row:
    # the critique stays plain: of the whole screen that it holds, an export needs the outputs of one example
    feedback, critique = feedback_from_json(row.feedback), row.critique
    outputs = critique["context"]["outputs"]
    said = [shown.get("value") for shown in outputs if shown.get("example_id") == feedback.example_id]
    return Row(
        feedback=feedback,
        words=critique["text"],
        gesture=canonical(critique["gesture"]) if critique["gesture"] else None,
        reading=Reading.model_validate(row.reading).contract(),
        parser=row.parser,
        parser_version=row.parser_version,
        confidence=row.confidence,
        confirmed=_confirmed(row.decision, row.replaces),
        # several outputs of one example on screen: the critique was about them together, no single one was
        # meant
        output=said[0] if len(said) == 1 and feedback.example_id is not None else None,
        conversation=row.conversation,
        retracted_at=row.retracted_at,
    )


def _confirmed(decision: str | None, replaces: str | None) -> bool | None:
    if decision is not None:
        return decision != "rejected"
    # a reading that replaces another is the person's own correction
    return True if replaces is not None else None
