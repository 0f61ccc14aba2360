"""The first tables, and the triggers that keep them append-only. Never edited after a release: add a step."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TABLES = (
    "tasks", "guidelines", "conversations", "messages", "votes", "outputs", "critiques", "readings",
    "decisions",
    "feedback", "feedback_events", "adapters", "adapter_feedback", "live_events", "jobs", "job_events",
    "job_claims",
)  # fmt: skip


def big() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def text(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def number(name: str, kind: Any = sa.Integer, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=nullable)


def at() -> sa.Column[Any]:
    return sa.Column("created_at", sa.DateTime(timezone=True), nullable=False)


def seq() -> sa.Column[Any]:
    return sa.Column("seq", big(), autoincrement=True, nullable=False)


def make(name: str, *columns: sa.Column[Any], primary: str = "id", to: dict[str, str] | None = None,
         unique: tuple[str, ...] = (), index: tuple[str, ...] = ()) -> None:  # fmt: skip
    """A table with its keys; `to` maps a column to the "table.column" it refers to; "a b" is two columns."""
    keys: list[Any] = [sa.PrimaryKeyConstraint(*primary.split(), name=f"pk_{name}")]
    for column, target in (to or {}).items():
        keys.append(sa.ForeignKeyConstraint([column], [target], name=f"fk_{name}_{column}"))
    for spec in unique:
        keys.append(sa.UniqueConstraint(*spec.split(), name=f"uq_{name}_{spec.replace(' ', '_')}"))
    op.create_table(name, *columns, *keys)
    for spec in index:
        op.create_index(f"ix_{name}_{spec.replace(' ', '_')}", name, spec.split())


def upgrade() -> None:
    talk()
    hearing()
    learning()
    work()
    guard()


def talk() -> None:
    make("tasks", seq(), text("name"), number("version"), text("body"), at(), primary="seq",
         unique=("name version",))  # fmt: skip
    make("guidelines", seq(), text("task"), number("version"), text("text"), text("author"), at(),
    primary="seq",
         unique=("task version",))  # fmt: skip
    make("conversations", text("id"), text("task"), text("author"), at(), index=("task created_at",))
    make("messages", seq(), text("conversation"), text("role"), text("text"), text("card", nullable=True),
    at(),
         primary="seq", to={"conversation": "conversations.id"}, index=("conversation seq",))  # fmt: skip
    make("votes", seq(), number("message", big()), text("author"), number("value", sa.Boolean, nullable=True),
         at(), primary="seq", to={"message": "messages.seq"}, index=("message seq",))  # fmt: skip
    make("outputs", text("id"), text("task"), text("adapter"), text("body"), text("sha256"), at())


def hearing() -> None:
    make("critiques", text("id"), text("conversation"), text("author"), text("body"), text("sha256"), at(),
         to={"conversation": "conversations.id"}, index=("conversation",))  # fmt: skip
    make("readings", text("id"), text("critique"), text("parser"), text("parser_version"),
         number("confidence", sa.Double), text("body"), text("replaces", nullable=True), text("sha256"), at(),
         to={"critique": "critiques.id", "replaces": "readings.id"}, index=("critique",))  # fmt: skip
    make("decisions", seq(), text("reading"), text("author"), text("decision"), at(), primary="seq",
         to={"reading": "readings.id"}, index=("reading seq",))  # fmt: skip
    make("feedback", text("id"), text("task"), number("seq", big()), text("kind"), text("critique"),
         text("reading"), text("example", nullable=True), text("scope", nullable=True),
         text("place", nullable=True), text("author"), text("adapter"), text("body"), text("sha256"), at(),
         to={"critique": "critiques.id", "reading": "readings.id"}, unique=("task seq",),
         index=("task kind seq", "task author seq", "task example", "task scope place", "critique",
                "reading"))  # fmt: skip
    make("feedback_events", seq(), text("feedback"), text("task"), text("event"),
         number("number", big(), nullable=True), text("author"), text("critique", nullable=True),
         text("text"),
         at(), primary="seq", to={"feedback": "feedback.id", "critique": "critiques.id"},
         unique=("task number",), index=("feedback event seq",))  # fmt: skip


def learning() -> None:
    make("adapters", text("id"), text("task"), number("number"), text("parent", nullable=True),
    text("folder"),
         text("sha256"), text("report", nullable=True), text("settings"), number("settled", big()),
         number("newest", big()), at(), to={"parent": "adapters.id"}, unique=("task number",))  # fmt: skip
    make("adapter_feedback", text("adapter"), text("feedback"), primary="adapter feedback",
         to={"adapter": "adapters.id", "feedback": "feedback.id"}, index=("feedback",))  # fmt: skip
    make("live_events", seq(), text("task"), text("adapter", nullable=True), text("author"), text("why"),
    at(),
         primary="seq", to={"adapter": "adapters.id"}, index=("task seq",))  # fmt: skip


def work() -> None:
    make("jobs", seq(), text("id"), text("task"), text("what"), text("params"), text("author"), at(),
         primary="seq", unique=("id",), index=("task seq",))  # fmt: skip
    make("job_events", seq(), text("job"), text("state"), number("progress", sa.Double, nullable=True),
         text("text"), at(), primary="seq", to={"job": "jobs.id"}, index=("job seq",))  # fmt: skip
    make("job_claims", text("job"), number("attempt"), text("worker"), number("event", big()), at(),
         primary="job attempt", to={"job": "jobs.id"})  # fmt: skip
    make("open_jobs", text("job"), primary="job", to={"job": "jobs.id"})


def guard() -> None:
    """Rows can be added, never changed or removed, whoever asks."""
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER keep_{table}_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION sayso_keep() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER keep_{table} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION sayso_keep()"
        )
