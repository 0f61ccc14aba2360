"""What a parser's server counted for a reading: calls, and tokens in and out, where it told any."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

TABLE = "usage"


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        TABLE,
        sa.Column("seq", big, autoincrement=True, nullable=False),
        sa.Column("reading", sa.Text(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("tokens_in", big, nullable=True),
        sa.Column("tokens_out", big, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=f"pk_{TABLE}"),
        sa.ForeignKeyConstraint(["reading"], ["readings.id"], name=f"fk_{TABLE}_reading"),
    )
    op.create_index(f"ix_{TABLE}_reading", TABLE, ["reading"])
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
