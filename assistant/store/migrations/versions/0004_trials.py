"""Blind comparisons of two versions: the two outputs in the order in which they were shown, and what was said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TABLE = "trials"


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        TABLE,
        sa.Column("seq", big, autoincrement=True, nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("second", sa.Text(), nullable=False),
        sa.Column("vote", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=f"pk_{TABLE}"),
        sa.ForeignKeyConstraint(["first"], ["outputs.id"], name=f"fk_{TABLE}_first"),
        sa.ForeignKeyConstraint(["second"], ["outputs.id"], name=f"fk_{TABLE}_second"),
    )
    op.create_index(f"ix_{TABLE}_task_seq", TABLE, ["task", "seq"])
    guard()


def guard() -> None:
    """Rows can be added, never changed or removed, as in step 0001."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER keep_{TABLE}_{verb.lower()} BEFORE {verb} ON {TABLE} "
                f"BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER keep_{TABLE} BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE} "
        "FOR EACH STATEMENT EXECUTE FUNCTION sayso_keep()"
    )
