"""Killed at random moments, trainings still end, and what was acknowledged is still there.

Two victims: the real training worker, in the middle of trainings; and a process that hears critiques as the server
does, one after the other. Both are killed with SIGKILL again and again, and started again.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import random
import subprocess
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from assistant.jobs import open_job, start_worker
from assistant.parsers import parser
from assistant.session import Session
from assistant.settings import Settings, settings
from tests.tiny import LABELS, tiny_encoder, write_task

SCRIPT = {
    label: {
        "acts": [{"kind": "label", "targets": ["#1"], "label": {"op": "is", "value": label}}],
        "clarify": None,
        "confidence": 1.0,
    }
    for label in LABELS
}
WORKER_STARTS_SECONDS = 120


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def options(tmp_path: Path, encoder: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """How the tiny task is opened. Trainings start only when asked for; nobody takes more than one core."""
    monkeypatch.setenv("SAYSO_LEARN_AFTER", "0")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    data = str(write_task(tmp_path))
    return {"data": data, "base": encoder, "rank": 4, "home": str(tmp_path / "home"), "author": "ann"}


def opened(options: dict[str, Any]) -> Session:
    session = Session.open(**options, parser="scripted")
    session.parser = parser.get("scripted")(SCRIPT)
    return session


def criticise(session: Session, chance: random.Random) -> tuple[str, str]:
    """One critique more; the ids of the critique and of the feedback, once `hear` has acknowledged them."""
    session.next()
    session.hear(chance.choice(LABELS))
    feedback = session.store.feedback(session.name)[-1].feedback
    return feedback.critique, feedback.id


def assert_all_is_there(session: Session, acknowledged: list[tuple[str, str]]) -> None:
    store = session.store
    rows = {row.feedback.id: row for row in store.feedback(session.name, active=False)}
    lost = [feedback for _, feedback in acknowledged if feedback not in rows or not rows[feedback].active]
    heard = {critique.id for critique in store.critiques([critique for critique, _ in acknowledged])}
    assert lost == [] and {critique for critique, _ in acknowledged} == heard
    assert store.verify(session.bench.shelf.folder) == []


# --- the worker --------------------------------------------------------------------------------------------


@pytest.fixture
def chosen(options: dict[str, Any]) -> Settings:
    return settings(home=options["home"])


@contextlib.contextmanager
def worker(chosen: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process that is killed at the end, and waited for: a zombie would still hold its job."""
    process = start_worker(chosen)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for_work(session: Session, process: subprocess.Popen[bytes], over: bool) -> None:
    """Until this worker began the training (`over`: until no training waits or runs)."""
    since = session.store.jobs(session.name)[-1]
    end = time.monotonic() + WORKER_STARTS_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "the worker ended by itself: see worker.log"
        job = session.store.job(since.id)
        began = job.state != "queued" and job.at != since.at
        if open_job(session.store, session.name) is None or (began and not over):
            return
        time.sleep(0.02)
    raise AssertionError(f"nothing happened in {WORKER_STARTS_SECONDS} seconds: {job}")


@pytest.mark.timeout(600)
def test_a_worker_killed_three_times_ends_its_trainings(options: dict[str, Any], chosen: Settings) -> None:
    kill_the_worker(options, chosen, kills=3)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_worker_killed_fifty_times_ends_its_trainings(options: dict[str, Any], chosen: Settings) -> None:
    kill_the_worker(options, chosen, kills=50)


def kill_the_worker(options: dict[str, Any], chosen: Settings, kills: int) -> None:
    chance = random.Random(0)
    session = opened(options)
    acknowledged, interrupted = [], 0
    try:
        for number in range(kills):
            acknowledged.append(criticise(session, chance))
            session.learn(wait=False)
            with worker(chosen) as process:
                wait_for_work(session, process, over=False)
                # the first one is killed as soon as it trains, so that at least one training is interrupted
                time.sleep(chance.uniform(0, 1) if number else 0)
            interrupted += open_job(session.store, session.name) is not None
        acknowledged.append(criticise(session, chance))
        session.learn(wait=False)
        with worker(chosen) as process:
            wait_for_work(session, process, over=True)
        assert interrupted
        assert_all_is_there(session, acknowledged)
        assert_trainings_are_whole(session)
    finally:
        session.close()


def assert_trainings_are_whole(session: Session) -> None:
    """Every job is done, and has one adapter; nothing half lies on the shelf; the live version can be loaded."""
    store, shelf = session.store, session.bench.shelf
    jobs, rows = store.jobs(session.name, limit=1000), store.adapters(session.name)
    assert {job.state for job in jobs} == {"done"}
    assert [row.number for row in rows] == list(range(1, len(jobs) + 1))
    assert {row.id for row in rows} == {job.id for job in jobs}
    assert {place.name for place in shelf.place(session.name, "x").parent.iterdir()} == {row.id for row in rows}
    assert list((session.bench.settings.folder / "jobs").iterdir()) == []
    live = store.live(session.name)
    assert live is not None and shelf.get(session.name, live.id)
    assert session.next().screen.adapter == f"v{live.number}"
    assert session.bench.warning is None


# --- the server --------------------------------------------------------------------------------------------


def hear_without_end(options: dict[str, Any], told: Connection, seed: int) -> None:
    """Hears critiques as the server does, and says the ids after each."""
    import torch

    torch.set_num_threads(1)
    chance = random.Random(seed)
    session = opened(options)
    while True:
        told.send(criticise(session, chance))


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_a_server_killed_at_random_moments_forgets_nothing_that_it_acknowledged(
    options: dict[str, Any], kills: int
) -> None:
    # children are forked from a small server that has loaded everything: each starts in milliseconds
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["adapters.models.classifier", "adapters.shelf", "sklearn", __name__])
    chance = random.Random(0)
    acknowledged: list[tuple[str, str]] = []
    for seed in range(kills):
        ours, theirs = context.Pipe(duplex=False)
        child = context.Process(target=hear_without_end, args=(options, theirs, seed))
        child.start()
        theirs.close()
        acknowledged.append(ours.recv())
        time.sleep(chance.uniform(0, 0.5))
        child.kill()
        child.join()
        with contextlib.suppress(EOFError):
            while True:
                acknowledged.append(ours.recv())
        ours.close()
    session = opened(options)
    try:
        assert_all_is_there(session, acknowledged)
        # one conversation, gone on with after every kill; a turn that was not told any more may be in it, too
        assert len(session.conversations()) == 1
        said = [message for message in session.messages() if message.role == "person"]
        assert len(acknowledged) <= len(said) <= len(acknowledged) + kills
        assert len(said) == len(session.store.feedback(session.name))
        assert session.next().screen is not None
    finally:
        session.close()
