"""Which earlier feedback is rehearsed: each rehearsal takes what it says it does, and never more than was asked for."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.rehearsals import Memory, rehearsal
from assistant.strategies import Array
from assistant.types import Label

EARLIER = [
    Label(task="t", author="ann", critique=f"c{n}", reading=f"r{n}", input=f"text {n}", op="is", value="a")
    for n in range(6)
]


def never() -> Array:
    raise AssertionError("the model was asked")


def array(rows: list[list[float]]) -> Array:
    return np.asarray(rows, dtype=np.float32)


def memory(earlier: list[Label] = EARLIER) -> Memory:
    n = len(earlier)
    return Memory(
        earlier,
        lambda: np.asarray([0.1, 0.2, 3.0, 0.1, 2.0, 0.1][:n], dtype=np.float32),
        lambda: array([[1, 0], [1, 0], [1, 0], [0, 1], [0.6, 0.8], [1, 0]])[:n],
        lambda: array([[0, 1]]),
    )


@pytest.mark.parametrize("name", rehearsal.names())
def test_every_rehearsal_takes_different_pieces_and_no_more_than_there_are(name: str) -> None:
    choose = rehearsal.get(name)
    for count in (0, 1, 3, 6, 99):
        found = choose(memory(), count, np.random.default_rng(0))
        assert len(found) == len(set(found)) == min(count, 6) and set(found) <= set(range(6))
    assert choose(memory([]), 3, np.random.default_rng(0)) == []


def test_uniform_asks_the_model_nothing() -> None:
    assert rehearsal.get("uniform")(Memory(EARLIER, never, never, never), 2, np.random.default_rng(0)) == [0, 1]


def test_shaky_takes_what_surprises_and_near_what_is_like_the_new() -> None:
    assert rehearsal.get("shaky")(memory(), 4, np.random.default_rng(0)) == [2, 4, 0, 1]
    assert rehearsal.get("near")(memory(), 4, np.random.default_rng(0)) == [3, 4, 0, 1]
