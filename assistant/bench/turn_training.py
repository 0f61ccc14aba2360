"""How long does a turn take while a training runs beside it?

A worker process trains the whole time, on hundreds of critiques from the base on, again and again. A turn counts only
if one and the same training was learning before and after it; the others are said.
"""

from __future__ import annotations

from pathlib import Path

from assistant.bench import Benchmark, Result, bench
from assistant.bench._desk import KINDS, Timed, desk, give, gold, learned_first, many, middle, timed, until, worker
from assistant.jobs import open_job
from assistant.session import Session

CRITIQUES = 600
"""So many that a training takes long."""
MOST = 3
"""Times the turns asked for, after which we stop trying."""


def run(folder: Path, count: int = 60) -> Result:
    with desk(folder) as session:
        learned_first(session)
        give(session, many(CRITIQUES))
        with worker(session):
            beside(session, len(KINDS))  # warms up
            found, missed = beside(session, count)
    figures = {**middle(found), "discarded": float(missed)}
    return Result(figures, note="a training was learning throughout each turn that counts; milliseconds")


def beside(session: Session, count: int) -> tuple[list[Timed], int]:
    """`count` turns during which a training ran, and how many were discarded."""
    found: list[Timed] = []
    for number in range(MOST * count):
        keep_training(session)
        session.next()
        before = learning(session)
        turn = timed(session, KINDS[number % len(KINDS)], gold())
        if before is not None and learning(session) == before:
            found.append(turn)
        if len(found) == count:
            return found, number + 1 - count
    return found, MOST * count - len(found)


def keep_training(session: Session) -> None:
    """Wait until a training is learning; where none is asked for, ask for one that learns all from the base on."""
    if open_job(session.store, session.name) is None:
        session.use("base")
        session.learn(wait=False)
    until(lambda: learning(session) is not None, "Beginning to learn")


def learning(session: Session) -> str | None:
    """The id of the training that is learning now."""
    job = open_job(session.store, session.name)
    return job.id if job and job.state == "running" and job.text == "learning" else None


@bench
def turn_training() -> Benchmark:
    """A turn, while a training runs beside it."""
    return Benchmark(
        what="a turn, message to new answer on screen, median; a training runs beside it",
        data="made",
        people="simulated",
        reference="two torch processes with spinning threads: 20 times as slow",
        target=600,
        better="lower",
        run=run,
        unit="ms",
    )
