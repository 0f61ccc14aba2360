"""When people were interrupted and how they met it, and, apart from all feedback, the traces of what they did."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

TABLES = ("moments", "moment_events", "implicit")


def upgrade() -> None:
    make(
        "moments", text("id"), text("task"), text("author"), text("conversation"), text("output"), text("example"),
        text("input"), number("worth"), text("asks", True), text("about", True), number("gain"), number("ready"),
        at(), primary="id", to={"conversation": "conversations.id", "output": "outputs.id", "asks": "moments.id"},
        index=("task author id", "task author example", "author asks"),
    )  # fmt: skip
    make(
        "moment_events", seq(), text("moment"), text("event"), text("author"), text("critique", True), at(),
        primary="seq", to={"moment": "moments.id", "critique": "critiques.id"}, index=("moment seq",),
    )  # fmt: skip
    make(
        "implicit", seq(), text("task"), text("author"), text("output"), text("kind"), number("value"),
        text("text", True), at(), primary="seq", to={"output": "outputs.id"},
        index=("task seq", "output author kind"),
    )  # fmt: skip
    for table in TABLES:
        guard(table)


def text(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def seq() -> sa.Column[Any]:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("seq", big, autoincrement=True, nullable=False)


def number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Double(), nullable=True)


def at() -> sa.Column[Any]:
    return sa.Column("created_at", sa.DateTime(timezone=True), nullable=False)


def make(name: str, *columns: sa.Column[Any], primary: str, to: dict[str, str], index: tuple[str, ...]) -> None:
    """A table with its keys; "a b" is two columns."""
    keys: list[Any] = [sa.PrimaryKeyConstraint(primary, name=f"pk_{name}")]
    for column, target in to.items():
        keys.append(sa.ForeignKeyConstraint([column], [target], name=f"fk_{name}_{column}"))
    op.create_table(name, *columns, *keys)
    for spec in index:
        op.create_index(f"ix_{name}_{spec.replace(' ', '_')}", name, spec.split())


def guard(table: str) -> None:
    """Rows can be added, never changed or removed, as in step 0001."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER keep_{table}_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER keep_{table} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION sayso_keep()"
    )
