"""Work beside the chat: each step of a job is an event, and one worker at a time has it.

    id = store.add_job("mail", "learn", {"seed": 0}, "ann")      # queued
    if store.claim_job(id, worker_name()):                       # nobody else has it
        store.job_event(id, "running", 0.4, "epoch 2 of 5")      # also says: I am alive
        store.job_event(id, "done", 1.0)

A worker that was killed keeps nothing: on the same machine its process is seen to be gone at once; on
another one
its claim runs out when no event came for `LEASE_SECONDS`. Its last words stay in the events.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import psutil
import sqlalchemy as sa
from sqlalchemy import Connection, Row, select

from assistant.errors import UserError
from assistant.store import tables as t
from assistant.store.database import Database
from assistant.store.rows import JobRow, JobState
from assistant.types import new_id, now

__all__ = ["LEASE_SECONDS", "Jobs", "worker_name"]

LEASE_SECONDS = 60.0
OVER = ("done", "failed", "cancelled")


def worker_name() -> str:
    """This process, told apart from all others: "host:pid:second it began"."""
    return f"{socket.gethostname()}:{os.getpid()}:{psutil.Process().create_time():.0f}"


class Jobs(Database):
    """The part of the Store that keeps work to be done."""

    def add_job(self, task: str, what: str, params: dict[str, Any], author: str) -> str:
        """The id of a new job, in the state "queued"."""
        row = {"id": new_id(), "task": task, "what": what, "params": params, "author": author,
               "created_at": now()}  # fmt: skip
        with self.writing() as connection:
            connection.execute(sa.insert(t.jobs).values(row))
            _add_event(connection, str(row["id"]), "queued", None, "")
        return str(row["id"])

    def job_event(
        self,
        job_id: str,
        state: JobState,
        progress: float | None = None,
        text: str = "",
        figures: Mapping[str, float] | None = None,
    ) -> None:
        """What happened to the job. `progress` in [0, 1]. "queued" after an end puts it back in the queue.

        Args:
            figures: of the step that was just taken, by name.

        Raises:
            UserError: there is no such job.
        """
        with self.writing() as connection:
            _add_event(connection, job_id, state, progress, text, figures)

    def job_figures(self, job_id: str) -> list[dict[str, float]]:
        """The figures of the job's steps since it was last begun, oldest first."""
        e = t.job_events.c
        query = select(e.state, e.figures).where(e.job == job_id).order_by(e.seq)
        with self.reading() as connection:
            rows = connection.execute(query).all()
        begun = max((number for number, row in enumerate(rows) if row.state == "queued"), default=0)
        return [row.figures for row in rows[begun:] if row.figures]

    def job(self, id: str) -> JobRow:
        """Raises:
        UserError: there is no such job.
        """
        with self.reading() as connection:
            row = connection.execute(_jobs().where(t.jobs.c.id == id)).mappings().first()
        if row is None:
            raise UserError(f"There is no job {id!r} in the database")
        return _job(row)

    def jobs(self, task: str | None = None, open_only: bool = False, limit: int = 100) -> list[JobRow]:
        """The newest `limit` jobs, oldest first; with `open_only` all that are queued or running."""
        query = _jobs()
        if task is not None:
            query = query.where(t.jobs.c.task == task)
        with self.reading() as connection:
            if open_only:
                # asked first, neither joined nor sorted by SQL: a planner would walk all jobs, and those grow
                waiting = connection.execute(select(t.open_jobs.c.job)).scalars().all()
                query = query.where(t.jobs.c.id.in_(waiting))
                rows = connection.execute(query).mappings().all() if waiting else []
            else:
                newest = query.order_by(t.jobs.c.seq.desc()).limit(limit)
                rows = connection.execute(newest).mappings().all()
        return [_job(row) for row in sorted(rows, key=lambda row: int(row["seq"]))]

    def claim_job(self, job_id: str, worker: str, lease_seconds: float = LEASE_SECONDS) -> bool:
        """True: it is this worker's now. False: another, living one has it, or it is over.

        Args:
            worker: who asks, as `worker_name()` says it.
            lease_seconds: how long a worker elsewhere may be silent before it counts as dead.
        """
        claims = t.job_claims.c
        last = select(t.job_claims).where(claims.job == job_id).order_by(claims.attempt.desc()).limit(1)
        with self.writing() as connection:
            event = _last_event(connection, job_id)
            claim = connection.execute(last).first()
            if event.state in OVER or (claim and not _free(claim, event, lease_seconds)):
                return False
            row = {"job": job_id, "attempt": claim.attempt + 1 if claim else 1, "worker": worker,
                   "event": event.seq, "created_at": now()}  # fmt: skip
            connection.execute(sa.insert(t.job_claims).values(row))
        return True


def _jobs() -> sa.Select[Any]:
    """A select of all that a JobRow needs."""
    j, e = t.jobs.c, t.job_events.c
    newest = select(sa.func.max(e.seq)).where(e.job == j.id).correlate(t.jobs).scalar_subquery()
    columns = (j.seq, j.id, j.task, j.what, j.params, j.author, j.created_at, e.state, e.progress, e.text)
    return select(*columns, e.created_at.label("at")).join(t.job_events, e.seq == newest)


def _job(row: Mapping[Any, Any]) -> JobRow:
    return JobRow(**{name: row[name] for name in JobRow.model_fields})


def _last_event(connection: Connection, job: str) -> Row[Any]:
    e = t.job_events.c
    event = connection.execute(select(t.job_events).where(e.job == job).order_by(e.seq.desc()).limit(1)).first()
    if event is None:
        raise UserError(f"There is no job {job!r} in the database")
    return event


def _add_event(
    connection: Connection,
    job: str,
    state: str,
    progress: float | None,
    text: str,
    figures: Mapping[str, float] | None = None,
) -> None:
    if progress is not None and not 0 <= progress <= 1:
        raise UserError(f"The progress {progress} can't be used", "it goes from 0 to 1")
    if connection.execute(select(t.jobs.c.id).where(t.jobs.c.id == job)).first() is None:
        raise UserError(f"There is no job {job!r} in the database")
    row = {"job": job, "state": state, "progress": progress, "text": text, "created_at": now(),
           "figures": dict(figures) if figures else None}  # fmt: skip
    connection.execute(sa.insert(t.job_events).values(row))
    listed = connection.execute(select(t.open_jobs.c.job).where(t.open_jobs.c.job == job)).first()
    if state in OVER:
        connection.execute(sa.delete(t.open_jobs).where(t.open_jobs.c.job == job))
    elif listed is None:
        connection.execute(sa.insert(t.open_jobs).values(job=job))


def _free(claim: Row[Any], event: Row[Any], lease_seconds: float) -> bool:
    """Whether the job of this newest claim and newest event may be taken by another."""
    if event.state == "queued" and event.seq > claim.event:
        return True  # it was put back since
    alive = _alive(claim.worker)
    if alive is not None:
        return not alive
    silent = now() - max(claim.created_at, event.created_at)
    return bool(silent > timedelta(seconds=lease_seconds))


def _alive(worker: str) -> bool | None:
    """Whether the worker's process runs; None: it is on another machine, or does not say."""
    host, _, process = worker.partition(":")
    pid, _, began = process.partition(":")
    if host != socket.gethostname() or not (pid.isdecimal() and began.isdecimal()):
        return None
    try:
        # another process may have got the number since; clocks are a second off at most
        return bool(abs(psutil.Process(int(pid)).create_time() - int(began)) < 2)
    except psutil.Error:
        return False
