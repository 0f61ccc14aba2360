"""Asking for work beside the chat: a row in the store says what is wanted, Huey's SQLite file hands it over.

The row is the truth. Huey forgets a task that it has handed to a worker, so a worker that starts looks for jobs
that were begun and not finished, and takes them up again.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.settings import Settings
from assistant.store import Store
from assistant.store.rows import JobRow

if TYPE_CHECKING:
    from huey import SqliteHuey

__all__ = ["OURS", "ask", "hand_over", "open_job", "queue", "start_worker", "work_on"]

OURS = "own"
"""Who trains, where nobody else is asked for: our own loop."""


@cache
def queue(folder: Path) -> SqliteHuey:
    """The queue in `folder`; one object per process and folder."""
    from huey import SqliteHuey

    folder.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("sayso", filename=str(folder / "queue.db"), results=False, fsync=True)


def open_job(store: Store, task: str, what: str = "learn") -> JobRow | None:
    """The training of this task that waits or runs, if there is one; or another kind of job."""
    return next((job for job in store.jobs(task, open_only=True) if job.what == what), None)


def ask(store: Store, settings: Settings, task: str, author: str, params: dict[str, Any], here: bool = False) -> JobRow:
    """Ask for a training; one that waits or runs already is as good, and given back, but for one that only waits for
    another trainer than `params` name: that is cancelled.

    Args:
        here: the caller does it itself, so it is not put before the worker.
    """
    running = open_job(store, task)
    if running is not None:
        wanted, had = params.get("trainer"), running.params.get("trainer", OURS)
        if running.state != "queued" or wanted in (None, had):
            return running
        store.job_event(running.id, "cancelled", None, "another trainer was asked for")
    id = store.add_job(task, "learn", params, author)
    if not here:
        hand_over(settings, id)
    return store.job(id)


def hand_over(settings: Settings, job_id: str) -> None:
    """Put a job before the worker."""
    work_on(queue(settings.folder))(job_id)


@cache
def work_on(huey: SqliteHuey) -> Any:
    """The one kind of task there is; the chat enqueues it and the worker runs it."""

    @huey.task(name="work")  # type: ignore[untyped-decorator]
    def work(job_id: str) -> None:
        from assistant.worker import run

        run(job_id)

    return work


def start_worker(settings: Settings) -> subprocess.Popen[bytes]:
    """A worker process beside this one, of lower priority; it ends when this process does."""
    environment = os.environ | {
        "SAYSO_HOME": str(settings.folder),
        "SAYSO_DATABASE": settings.database,
    }
    settings.folder.mkdir(parents=True, exist_ok=True)
    with (settings.folder / "worker.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "assistant.worker", str(os.getpid())],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
