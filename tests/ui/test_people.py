"""Who is on the page: one session per person and conversation, and how fast each may speak."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from assistant.errors import UserError
from tests.ui.fake import FakeSession
from ui.people import Bucket, People


class Opened(list[Any]):
    """An opener that counts."""

    def __call__(self, author: str, conversation: str | None) -> Any:
        self.append((author, conversation))
        return FakeSession(author, conversation)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_person_gets_the_same_session_again_and_nobody_elses() -> None:
    people = People(Opened())
    with people.session("ada", None) as first, people.session("ada", first.conversation) as second:
        assert first is second
    with people.session("bob", first.conversation) as other:
        assert other is not first and other.author == "bob"


def test_two_tabs_that_load_at_once_share_one_session() -> None:
    people = People(Opened())
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: _enter(people), range(8)))
    assert len({id(session) for session in found}) == 1


def _enter(people: People) -> Any:
    with people.session("ada", None) as session:
        return session


def test_one_call_at_a_time_reaches_a_session() -> None:
    people, inside, most = People(Opened()), 0, 0
    gate = threading.Barrier(4)

    def call(_: int) -> None:
        nonlocal inside, most
        gate.wait()
        with people.session("ada", "c"):
            inside += 1
            most = max(most, inside)
            threading.Event().wait(0.01)
            inside -= 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(call, range(4)))
    assert most == 1


def test_a_new_conversation_has_its_own_session() -> None:
    people = People(Opened())
    with people.session("ada", None) as old:
        id = people.start("ada")
        with people.session("ada", id) as new:
            assert new.conversation == id != old.conversation


def test_the_longest_unused_session_is_let_go() -> None:
    opened = Opened()
    people = People(opened, most=2)
    for conversation in ("a", "b", "a", "c", "a"):
        with people.session("ada", conversation):
            pass
    assert opened == [("ada", "a"), ("ada", "b"), ("ada", "c")]
    with people.session("ada", "b") as again:
        assert again.conversation == "b"
    assert len(opened) == 4


def test_a_bucket_allows_bursts_and_then_its_rate() -> None:
    clock = Clock()
    bucket = Bucket(60, clock)
    assert [bucket.take() for _ in range(10)] == [0.0] * 10
    assert bucket.take() == pytest.approx(1.0)
    clock.now += 1.0
    assert bucket.take() == 0.0 and bucket.take() > 0
    clock.now += 3600
    assert sum(bucket.take() == 0.0 for _ in range(100)) == 10


def test_the_limit_is_each_persons_own() -> None:
    people = People(Opened(), per_minute=6)
    with pytest.raises(UserError, match=r"6 turns a minute.*try again in \d+ s"):
        for _ in range(20):
            people.admit("ada")
    people.admit("bob")
