"""What people said, remembered: SQLite in one file by default, PostgreSQL for teams; append-only.

>>> from assistant.store import Store
>>> store = Store.open("sqlite:////tmp/sayso-example/sayso.db")          # doctest: +SKIP
"""

from __future__ import annotations

from assistant.store.jobs import worker_name
from assistant.store.rows import (
    AdapterRow,
    Conversation,
    FeedbackRow,
    Guideline,
    JobRow,
    JobState,
    Message,
    MomentRow,
)
from assistant.store.store import Store

__all__ = [
    "AdapterRow", "Conversation", "FeedbackRow", "Guideline", "JobRow", "JobState", "Message", "MomentRow",
    "Store",
    "worker_name",
]  # fmt: skip
