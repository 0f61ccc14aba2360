"""How long until 20 critiques are in the model? From `train now` until the new adapter answers.

A person gives 20 new critiques on short texts, with a worker process that is warm, as it is minutes after the page was
opened. What the gate holds back is counted, and made live by hand, so that every round learns 20.
"""

from __future__ import annotations

import math
import statistics
import time
from pathlib import Path

from assistant.bench import Benchmark, Result, bench
from assistant.bench._desk import ARTICLES, desk, gold, learned_first, until, worker
from assistant.jobs import open_job
from assistant.session import Session

CRITIQUES = 20


def run(folder: Path, rounds: int = 7) -> Result:
    with desk(folder) as session:
        learned_first(session)
        with worker(session):
            found = [_round(session) for _ in range(rounds + 1)][1:]  # the first one warms up
            report = session.versions()[0].report
    seconds = [taken for taken, _ in found]
    figures = {
        "median": statistics.median(seconds),
        "longest": max(seconds),
        "held back by the gate": float(sum(not went_live for _, went_live in found)),
        "held-out accuracy at the end": (report and report.after) or math.nan,
    }
    return Result(figures, note="a worker process that is warm, with the page's process beside it")


def _round(session: Session) -> tuple[float, bool]:
    criticise(session, CRITIQUES)
    return train_now(session)


def criticise(session: Session, count: int) -> None:
    """Say of `count` fresh examples what they are; confirm where we are asked whether that was meant."""
    given = 0
    while given < count:
        screen = session.next().screen
        assert screen is not None
        label = gold()[screen.example.input]
        turn = session.hear(f"it's {ARTICLES.get(label, label)}")
        cards = [message.card for message in turn.messages if message.card]
        if cards and cards[-1].state == "waiting":
            session.confirm(cards[-1].reading)
        given += bool(cards) and cards[-1].state in ("waiting", "applied")


def train_now(session: Session) -> tuple[float, bool]:
    """Seconds from `train now` until another version is live (True), or the gate held it back (False)."""
    before = session.bench.live_name()
    started = time.perf_counter()
    session.learn(wait=False)
    until(
        lambda: session.bench.live_name() != before or open_job(session.store, session.name) is None,
        "A training of 20 critiques",
        every=0.02,
    )
    seconds = time.perf_counter() - started
    until(lambda: open_job(session.store, session.name) is None, "The end of a training")
    went_live = session.bench.live_name() != before
    if not went_live:
        session.use(session.versions()[0].name)
    return seconds, went_live


@bench
def live_20() -> Benchmark:
    """20 short critiques to a live adapter."""
    return Benchmark(
        what="20 new critiques on short texts: `train now` to the new adapter live, median",
        data="made",
        people="simulated",
        reference="none",
        target=5,
        better="lower",
        run=run,
        unit="s",
    )
