"""Killed at random moments, the Store has lost nothing that it acknowledged, and has nothing half."""

from __future__ import annotations

import contextlib
import multiprocessing
import random
import time
from multiprocessing.connection import Connection

import pytest

from assistant.store import Store
from assistant.types import Critique, Label, Reading, new_id

READING = Reading(acts=(), confidence=1)


def talk_without_end(url: str, told: Connection, seed: int) -> None:
    """Records turns, and says which after each: (the id of its label, the id of what it took back or "")."""
    chance = random.Random(seed)
    with Store.open(url) as store:
        talk = store.start_conversation("mail", "ann")
        told.send(("", ""))
        said: list[str] = []
        while True:
            critique = Critique(conversation=talk, author="ann", text="no " * chance.randrange(2000))
            label = Label(task="mail", author="ann", critique=critique.id, reading=new_id(), input="x",
                          op="is", value="a", example_id=critique.id)  # fmt: skip
            back = [chance.choice(said)] if said and chance.random() < 0.3 else []
            store.record(critique, READING, "p", "1", [label], back, messages=[("person", critique.text, None)])
            said.append(label.id)
            told.send((label.id, *back, "")[:2])


@pytest.mark.parametrize(
    ("kind", "kills"), [("sqlite", 10), ("postgres", 5), pytest.param("sqlite", 100, marks=pytest.mark.slow)]
)
def test_killed_at_random_moments(kind: str, kills: int, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    Store.open(url).close()
    # children are forked from a small server that has loaded everything: each starts in milliseconds
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["assistant.store.store", "test_store_kill"])
    chance = random.Random(0)
    acknowledged: list[tuple[str, str]] = []
    for seed in range(kills):
        ours, theirs = context.Pipe(duplex=False)
        child = context.Process(target=talk_without_end, args=(url, theirs, seed))
        child.start()
        theirs.close()
        acknowledged.append(ours.recv())
        time.sleep(chance.uniform(0, 0.2))
        child.kill()
        child.join()
        with contextlib.suppress(EOFError):
            while True:
                acknowledged.append(ours.recv())
        ours.close()
    with Store.open(url) as store:
        rows = {row.feedback.id: row for row in store.feedback("mail", active=False)}
        lost = [id for id, _ in acknowledged if id and id not in rows]
        forgotten = [id for _, id in acknowledged if id and rows[id].active]
        assert (lost, forgotten) == ([], [])
        assert sum(bool(id) for id, _ in acknowledged) > kills
        # at most one turn per kill was finished and not told any more
        assert len(rows) - sum(bool(id) for id, _ in acknowledged) <= kills
        assert store.verify() == []
