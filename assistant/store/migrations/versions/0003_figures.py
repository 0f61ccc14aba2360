"""The figures of a training's steps (score, validity, …), beside how far it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("job_events", sa.Column("figures", sa.Text(), nullable=True))
