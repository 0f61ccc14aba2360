"""The row interruptions: within a fifth, by the product's own decision, and the same person for all arms."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from assistant.bench import bench, interruptions
from assistant.bench.interruptions import A_DAY, Head, Person, Texts, courses, figures


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> Texts:
    """Three kinds of texts, whose names point half-way to the wrong kind."""
    for name, value in {"STREAM": 100, "POOL": 40, "TEST": 60}.items():
        monkeypatch.setattr(interruptions, name, value)
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 3, 200)
    kinds = np.eye(8)[:3]
    vectors = kinds[classes] + 0.35 * rng.normal(size=(200, 8))
    named = kinds + 0.9 * kinds[[1, 2, 0]]
    unit = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (vectors, named)]
    return Texts(unit[0], classes, unit[1])


def test_nobody_is_asked_beyond_a_fifth(texts: Texts) -> None:
    found = courses(texts, seed=3)
    assert found["every"][1] == 100 and found["random"][1] == 20
    assert 0 < found["ours"][1] <= 20 and 0 < found["at hand"][1] <= 20
    assert all(answered <= asked for _, asked, answered in found.values())
    assert found["all"][0] > found["start"][0]
    assert found == courses(texts, seed=3) != courses(texts, seed=4)


def test_a_share_is_a_gain_by_the_gain_of_asking_at_everything() -> None:
    one = {"start": (0.5, 0, 0), "every": (0.7, 300, 90), "random": (0.6, 60, 25), "at hand": (0.64, 60, 30),
           "ours": (0.66, 58, 33), "all": (0.9, 300, 300)}  # fmt: skip
    told = figures({"BBC_News": [one], "M10": [one]}, (0,)).figures
    assert next(iter(told.values())) == pytest.approx(0.8)
    assert told["share, random timing"] == pytest.approx(0.5)
    assert told["share of labels for all"] == pytest.approx(0.4)
    assert told["answered, ours"] == 33


def test_a_person_is_less_ready_soon_after_the_last_question() -> None:
    people = [Person(seed) for seed in range(40)]
    soon = sum(one.takes(9, one.moments[9] - timedelta(minutes=1)) for one in people)
    later = sum(one.takes(9, one.moments[9] - timedelta(hours=9)) for one in people)
    assert soon < later
    assert [one.date().day for one in people[0].moments[::A_DAY]] == [2, 3, 4, 5, 6, 7]
    assert all(9 <= one.hour < 18 for one in people[0].moments)


def test_the_head_begins_at_the_names_and_learns(texts: Texts) -> None:
    head, rows = Head(texts), np.arange(200)
    before = head.accuracy(rows)
    head.learn(list(range(60)))
    assert head.accuracy(rows) > before + 0.02


def test_the_row_names_its_people() -> None:
    row = bench.get("interruptions")()
    assert (row.people, row.data, row.target, row.better) == ("simulated", "topics", 0.8, "higher")
