"""From critique to effect: how long from `train now` until molecules by the new version are on screen?

A simulated chemist sits at the task `molecule` with the embedded model and parser, and a worker process beside the
page's, as it is minutes after the page was opened. They want drug-like molecules: of each of some that are shown they
say, in words, which property costs QED most and where it should go, and that one group must not be. Each round goes on
from the version of the round before. The page looks for news once a second, and so does this.

A training takes about 70 s of one core's time, nearly all of it the model's own forward and backward passes.
"""

from __future__ import annotations

import math
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from assistant.bench import Benchmark, Result, bench
from assistant.bench._desk import desk, until, worker
from assistant.bench.goal1_qed import worst
from assistant.errors import UserError
from assistant.jobs import open_job
from assistant.session import Session, Turn

WORDS = {
    "mw": "molecular weight", "logp": "logP", "hba": "acceptors", "hbd": "donors", "tpsa": "TPSA",
    "rotatable_bonds": "rotatable bonds", "aromatic_rings": "aromatic rings",
}  # fmt: skip
"""What the chemist calls the properties."""
FORBIDDEN = ("nitro", "aldehyde", "azide", "epoxide", "acyl chloride")
CRITIQUES = 6
LOOK_SECONDS, PATIENCE_SECONDS = 1.0, 900.0


@dataclass(frozen=True)
class Round:
    """`seconds` from `train now` to the first batch, `training` those of the job; scores are the goal's."""

    seconds: float
    training: float
    held_back: bool
    heard: int
    before: float
    after: float


def run(folder: Path, rounds: int = 3, count: int = CRITIQUES, base: str | None = None) -> Result:
    with desk(folder, task="molecule", base=base) as session, worker(session):
        found = [one_round(session, FORBIDDEN[number % len(FORBIDDEN)], count) for number in range(rounds)]
    seconds = [one.seconds for one in found]
    figures = {
        "median": statistics.median(seconds),
        "longest": max(seconds),
        "training": statistics.median(one.training for one in found),
        "held back by the gate": float(sum(one.held_back for one in found)),
        "critiques that hold": float(sum(one.heard for one in found)),
        "score before": statistics.mean(one.before for one in found),
        "score after": statistics.mean(one.after for one in found),
    }
    return Result(figures, note=f"{rounds} rounds, seconds; a worker process with the page's process beside it")


def one_round(session: Session, forbidden: str, count: int) -> Round:
    """Critiques on a new batch, and the training that follows."""
    known = session.store.count_feedback(session.name)
    criticise(session, forbidden, count)
    heard = session.store.count_feedback(session.name) - known
    seconds, held_back = train_now(session)
    report = session.changes(session.versions()[0].name)
    scores = [math.nan if score is None else score for score in (report.before, report.after)]
    return Round(seconds, report.seconds or math.nan, held_back, heard, *scores)


def criticise(session: Session, forbidden: str, count: int) -> None:
    """Forbid a group, then name the worst property of one molecule after the other."""
    session.next()
    _meant(session, session.hear(f"no {forbidden} groups"))
    for number in range(1, count):
        screen = session.screen()
        if screen is None or number > len(screen.outputs):
            return
        property, up = worst(screen.outputs[number - 1].value)
        _meant(session, session.hear(f"the {WORDS[property]} of {number} should be {'higher' if up else 'lower'}"))


def _meant(session: Session, turn: Turn) -> None:
    """Say yes where we are asked whether that was meant."""
    cards = [message.card for message in turn.messages if message.card]
    if cards and cards[-1].state == "waiting":
        session.confirm(cards[-1].reading)


def train_now(session: Session) -> tuple[float, bool]:
    """Seconds until a batch by the new version is on screen; whether the gate held it back, and it was kept by hand.

    Raises:
        UserError: no version came of it.
    """
    before, there = session.bench.live_name(), len(session.versions())
    started = time.perf_counter()
    session.learn(wait=False)
    until(lambda: _over(session, before), "A training", LOOK_SECONDS, PATIENCE_SECONDS)
    if len(session.versions()) == there:
        raise UserError("No version came of the training", do="look at what the chat says about it")
    held_back = session.bench.live_name() == before
    if held_back:
        session.use(session.versions()[0].name)
    session.poll(0)
    screen = session.screen()
    seconds = time.perf_counter() - started
    if screen is None or screen.adapter == before or not screen.outputs:
        raise UserError("No batch of the new version is on screen", do="look at what the chat says about it")
    until(lambda: open_job(session.store, session.name) is None, "The end of a training")
    return seconds, held_back


def _over(session: Session, before: str) -> bool:
    ended = open_job(session.store, session.name) is None  # asked first: it ends after it went live
    return ended or session.bench.live_name() != before


@bench
def effect() -> Benchmark:
    """From `train now` to the new version's molecules."""
    return Benchmark(
        what="molecules, a handful of critiques: `train now` to the first batch of the new version on screen, median",
        data="made",
        people="simulated",
        reference="none; an early version took 119 to 171 on a loaded machine",
        target=60,
        better="lower",
        run=run,
        unit="s",
    )
