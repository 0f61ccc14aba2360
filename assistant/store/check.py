"""`sayso verify`: is everything still there, and as it was written?

store.verify() -> []
store.verify() -> ["The feedback '01a2…' was changed after it was written: its hash does not fit."]
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy import Connection, select

from assistant.store import tables as t
from assistant.store.columns import Words, seal
from assistant.store.database import Database
from assistant.store.hearing import feedback_seal, reading_seal
from assistant.store.rows import AdapterRow, Comment, Gold, Member, Plan
from assistant.types import Critique, Output, Reading, feedback_from_json

__all__ = ["Check"]


class Check(Database):
    """The part of the Store that looks for damage."""

    def verify(self, adapters_folder: str | Path | None = None) -> list[str]:
        """What is wrong, one plain sentence each; [] where all is well. Reads everything, changes nothing.

        Args:
            adapters_folder: check there that each adapter's folder has the manifest that it had.
        """
        with self.reading() as connection:
            if self.sqlite:
                damage = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
                if damage != ["ok"]:
                    return [f"The database is damaged: {line}." for line in damage]
            problems = [*_contents(connection), *_dangling(connection), *_disagreeing(connection)]
            if adapters_folder is not None:
                problems += _manifests(connection, Path(adapters_folder))
        return problems


def _contents(connection: Connection) -> Iterator[str]:
    """Rows whose body is not what was sealed, or is no record any more."""
    kinds: list[tuple[str, Callable[[Any], str], Callable[[Any], Any]]] = [
        ("output", lambda row: seal(row["body"]), Output.model_validate),
        ("critique", lambda row: seal(row["body"]), Critique.model_validate),
        ("reading", reading_seal, Reading.model_validate),
        ("feedback", lambda row: feedback_seal(row["task"], row["seq"], row["body"]), feedback_from_json),
        ("member", lambda row: seal(row["body"]), Member.model_validate),
        ("plan", lambda row: seal(row["body"]), Plan.model_validate),
        ("comment", lambda row: seal(row["body"]), Comment.model_validate),
        ("gold", lambda row: seal(row["body"]), Gold.model_validate),
    ]
    for kind, sealed, read in kinds:
        table = t.metadata.tables[kind if kind == "feedback" else f"{kind}s"]
        raw = [sa.type_coerce(column, Words) if column.name == "body" else column for column in table.columns]
        stream = connection.execution_options(yield_per=500).execute(select(*raw))
        for stored in stream.mappings():
            row = dict(stored)
            id = row["id"] if "id" in row else row["seq"]
            try:
                row["body"] = json.loads(row["body"])
                record = read(row["body"])
                sound = sealed(row) == row["sha256"]
            except (ValueError, TypeError, KeyError) as wrong:
                yield f"The {kind} {id!r} can't be read: {str(wrong).splitlines()[0]}."
                continue
            if not sound:
                yield f"The {kind} {id!r} was changed after it was written: its hash does not fit."
            for name in _apart(kind, row, record):
                yield f"The {kind} {id!r} says another {name} in its columns than in its body."


def _apart(kind: str, row: Any, record: BaseModel) -> list[str]:
    """The names of the columns that contradict the record."""
    shared = {"feedback": ("id", "task", "kind", "critique", "reading", "author", "adapter"),
              "critique": ("id", "conversation", "author"), "reading": ("confidence",),
              "output": ("id", "adapter"), "member": ("task", "person", "role"), "plan": ("task",),
              "comment": ("id", "task", "feedback", "author"), "gold": ("task",)}  # fmt: skip
    return [name for name in shared[kind] if row[name] != getattr(record, name)]


def _dangling(connection: Connection) -> Iterator[str]:
    """References to rows that are not there: keys should have refused them, but files get edited."""
    for table in t.metadata.tables.values():
        for column in (column for column in table.columns if column.foreign_keys):
            target = next(iter(column.foreign_keys)).column
            there = target.table.alias("there")
            lost = ~select(sa.literal(1)).where(there.c[target.name] == column).exists()
            query = select(column).distinct().where(column.is_not(None), lost)
            for value in connection.execute(query).scalars():
                yield f"The table {table.name} names a {column.name} {value!r} that is not there."
    f = t.feedback.c
    known = select(t.adapters.c.id).where(t.adapters.c.id == f.adapter).exists()
    for row in connection.execute(select(f.id, f.adapter).where(f.adapter != "base", ~known)):
        yield f"The feedback {row.id!r} names an adapter {row.adapter!r} that is not there."


def _disagreeing(connection: Connection) -> Iterator[str]:
    """Rows that are there but contradict each other."""
    f, r, e = t.feedback.c, t.readings.c, t.feedback_events.c
    strange = select(f.id).join(t.readings, r.id == f.reading).where(r.critique != f.critique)
    for id in connection.execute(strange).scalars():
        yield f"The feedback {id!r} comes from a reading of another critique."
    counts: list[tuple[str, sa.Select[Any]]] = [
        ("feedback", select(f.task, sa.func.count(), sa.func.max(f.seq)).group_by(f.task)),
        ("retractions", select(e.task, sa.func.count(), sa.func.max(e.number))
         .where(e.event == "retracted").group_by(e.task)),
    ]  # fmt: skip
    for what, query in counts:
        for task, count, highest in connection.execute(query):
            if count != highest:
                yield f"The {what} of the task {task!r} are {count}, but were counted up to {highest}."


def _manifests(connection: Connection, folder: Path) -> Iterator[str]:
    """Adapters whose files are gone, unfinished or other than they were."""
    for row in connection.execute(select(t.adapters).order_by(t.adapters.c.number)).mappings():
        adapter = AdapterRow(**{name: row[name] for name in AdapterRow.model_fields})
        called = f"The adapter v{adapter.number} of the task {adapter.task!r}"
        manifest = folder / adapter.folder / "manifest.json"
        try:
            found = hashlib.sha256(manifest.read_bytes()).hexdigest()
        except OSError as wrong:
            yield f"{called} has no manifest that can be read at {str(manifest)!r}: {wrong.strerror}."
            continue
        if found != adapter.sha256:
            yield f"{called} has another manifest than it was made with: its hash does not fit."
