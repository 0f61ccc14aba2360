"""The team of a task: members, how work is shared out, who was given which example, comments, gold questions."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = ("members", "plans", "reservations", "comments", "golds")


def text(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def at(name: str = "created_at") -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def make(name: str, *columns: sa.Column[Any], index: tuple[str, ...]) -> None:
    """A table that counts its rows, with its indexes; "a b" is two columns."""
    seq = sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False)
    op.create_table(name, seq, *columns, sa.PrimaryKeyConstraint("seq", name=f"pk_{name}"))
    indexed(name, *index)


def indexed(name: str, *index: str) -> None:
    for spec in index:
        op.create_index(f"ix_{name}_{spec.replace(' ', '_')}", name, spec.split())


def upgrade() -> None:
    make("members", text("task"), text("person"), text("role", nullable=True), text("body"), text("sha256"), at(),
         index=("task seq",))  # fmt: skip
    make("plans", text("task"), text("body"), text("sha256"), at(), index=("task seq",))
    make("golds", text("task"), text("example"), text("body"), text("sha256"), at(), index=("task example seq",))
    op.create_table(
        "reservations",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        text("task"), text("example"), text("person"), at("until"), at(),
        sa.PrimaryKeyConstraint("seq", name="pk_reservations"),
        sa.UniqueConstraint("task", "example", "person", name="uq_reservations_task_example_person"),
    )  # fmt: skip
    indexed("reservations", "task person seq")
    op.create_table(
        "comments",
        text("id"), text("task"), text("example"), text("feedback", nullable=True), text("author"), text("body"),
        text("sha256"), at(),
        sa.PrimaryKeyConstraint("id", name="pk_comments"),
        sa.ForeignKeyConstraint(["feedback"], ["feedback.id"], name="fk_comments_feedback"),
    )  # fmt: skip
    indexed("comments", "task example")
    guard()


def guard() -> None:
    """Rows can be added, never changed or removed, as in step 0001."""
    for table in TABLES:
        if op.get_bind().dialect.name == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER keep_{table}_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        else:
            op.execute(
                f"CREATE TRIGGER keep_{table} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION sayso_keep()"
            )
