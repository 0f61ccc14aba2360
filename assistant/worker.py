"""The training worker: `python -m assistant.worker [PID]`, a process beside the chat that does what jobs ask for.

It keeps the model warm between jobs, gives way to the chat, goes on with what a killed worker began, and ends
when the process PID that started it has ended.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import psutil

from assistant.errors import UserError
from assistant.jobs import ask, hand_over, open_job, queue, work_on
from assistant.pool.index import EMBED
from assistant.settings import settings
from assistant.store import Store, worker_name
from assistant.store.rows import JobRow

if TYPE_CHECKING:
    from assistant.workbench import Workbench

__all__ = ["do", "main", "run"]

log = logging.getLogger(__name__)
_opening = threading.Lock()
HEARTBEAT_SECONDS = 0.5
EMBED_SECONDS, EMBED_TOLD_SECONDS, EMBED_PAUSE_SECONDS = 60.0, 2.0, 0.1
"""Of a slice of reading texts, after which whatever waits comes first; between two words about it; after a slice."""


def run(job_id: str) -> None:
    """Do one job, as the worker process does it: with its own store, and its own warm model."""
    job = store().job(job_id)
    before = store().last_seq(job.task)
    if not do(bench_of(job.task), job):
        return
    if job.params.get("auto") and store().last_seq(job.task) > before:
        # more was said while this training ran, and a training was asked for
        ask(store(), settings(), job.task, job.author, job.params)


def do(bench: Workbench, job: JobRow) -> bool:
    """Train, and say in the store and in the chat what came of it; never raises for what a person can mend.

    False: another worker has the job, or it is over.
    """
    said = bench.store
    if not said.claim_job(job.id, worker_name()):
        return False
    _embed(bench, job) if job.what == EMBED else _train(bench, job)
    return True


def _embed(bench: Workbench, job: JobRow) -> None:
    """Read some more texts for the index; then the job goes back into the queue, behind what waits meanwhile."""
    said, told = bench.store, 0.0

    def progress(share: float) -> bool:
        nonlocal told
        if time.monotonic() - told > EMBED_TOLD_SECONDS:
            told = time.monotonic()
            said.job_event(job.id, "running", share, f"read {share * bench.index.total:,.0f} texts")
        return said.job(job.id).state != "cancelled" and open_job(said, job.task) is None

    try:
        done = bench.index.read(EMBED_SECONDS, progress)
    except UserError as wrong:
        said.job_event(job.id, "failed", None, str(wrong))
        return
    except Exception:
        log.exception("job %s", job.id)
        said.job_event(job.id, "failed", None, "an error of ours, see worker.log")
        return
    if said.job(job.id).state == "cancelled":
        return
    if done:
        said.job_event(job.id, "done", 1.0, f"read {bench.index.total:,} texts")
        return
    read = bench.index.now()
    said.job_event(job.id, "queued", (read.rows if read else 0) / bench.index.total, "goes on after what waits")
    time.sleep(EMBED_PAUSE_SECONDS)
    hand_over(bench.settings, job.id)


def _train(bench: Workbench, job: JobRow) -> None:
    from assistant.learn import learn, tell

    said = bench.store
    said.job_event(job.id, "running", 0.0, "starting")
    told = time.monotonic()

    def progress(share: float, text: str, figures: dict[str, float] | None) -> None:
        nonlocal told
        if time.monotonic() - told > HEARTBEAT_SECONDS:
            told = time.monotonic()
            if said.job(job.id).state == "cancelled":
                raise Stopped
            said.job_event(job.id, "running", share, text, figures)

    try:
        report = learn(bench, job, progress)
    except Stopped:
        _say(said, job, "The training was stopped. What you said is kept.", {"kind": "note"})
        return
    except UserError as wrong:
        said.job_event(job.id, "failed", None, str(wrong))
        _say(said, job, f"The training did not finish: {wrong}", {"kind": "note"})
        return
    except Exception:
        log.exception("job %s", job.id)
        said.job_event(job.id, "failed", None, "an error of ours, see worker.log")
        _say(said, job, f"The training failed by an error of ours; worker.log names it under {job.id}.", None)
        return
    name = f"v{said.adapter(job.id, job.task).number}"
    _say(said, job, tell(report, name), {"kind": "report", "adapter": job.id})
    if "forget" in job.params:
        from assistant.learned.proof import prove

        said.job_event(job.id, "running", 0.97, "proving that it is gone")
        proof = prove(bench, job.params["forget"], said.adapter(job.id, job.task))
        _say(said, job, proof.told(), {"kind": "proof", "proof": proof.model_dump(mode="json")})
    said.job_event(job.id, "done", 1.0, tell(report, name))


class Stopped(Exception):
    """The person stopped the training."""


def _say(said: Store, job: JobRow, text: str, card: dict[str, Any] | None) -> None:
    conversation = job.params.get("conversation")
    if conversation:
        said.say(conversation, "sayso", text, card)


@lru_cache
def store() -> Store:
    return Store.open(settings().database_url)


def bench_of(task: str) -> Workbench:
    """The workbench of a task that the store knows; the same one for the training and for who warms up."""
    with _opening:
        return _opened(task)


@lru_cache(maxsize=4)
def _opened(task: str) -> Workbench:
    from assistant.specs import open_task
    from assistant.workbench import Workbench

    return Workbench(open_task(store().task_spec(task)), store(), settings())


def main(parent: int | None = None) -> None:
    """Work until the parent process is gone."""
    with contextlib.suppress(OSError):
        os.nice(10)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    if parent:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    huey = queue(settings().folder)
    work_on(huey)
    for job in store().jobs(open_only=True):
        hand_over(settings(), job.id)
    threading.Thread(target=_warm_up, daemon=True).start()
    huey.create_consumer(
        workers=1, periodic=False, initial_delay=0.05, backoff=1.05, max_delay=0.25, check_worker_health=False
    ).run()


def _warm_up() -> None:
    """Load torch and the models of the tasks in use, so that the first training starts at once."""
    import adapters.fit  # noqa: F401

    for spec in store().tasks()[:2]:
        with contextlib.suppress(UserError), bench_of(spec.name).model():
            pass


def _end_with(parent: int) -> None:
    while psutil.pid_exists(parent):
        time.sleep(0.5)
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else None)
