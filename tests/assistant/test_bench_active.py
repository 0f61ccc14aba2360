"""The rows active_curve and movies_asked: everybody starts alike, pays the same, and is judged on the same."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.bench import bench
from assistant.bench._active import Round, Texts, area, course, ours
from assistant.strategies import Gain


def texts(n: int = 220, values: int = 3) -> Texts:
    """Vectors around a direction for each label."""
    rng = np.random.default_rng(0)
    labels = np.arange(n) % values
    vectors = np.eye(8)[labels] + rng.normal(0, 0.5, (n, 8))
    return Texts((vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype("f4"), labels)


def run(ask: object, budget: int = 26) -> list[float]:
    places = list(range(220))
    return course(texts(), places[30:], places[:24], places[24:30], ask, seed=0, budget=budget)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["random", "herding", "learned", "bald", "badge", "margin"])
def test_every_round_brings_as_many_new_labels(name: str) -> None:
    rounds: list[tuple[list[int], list[Gain]]] = []

    def watched(now: Round, count: int) -> list[tuple[int, str]]:
        rounds.append((list(now.labelled), list(now.gains)))
        found = ours(name)(now, count)
        assert len({place for place, _ in found} - set(now.labelled)) == count == 10
        return found

    found = run(watched)
    assert [len(labelled) for labelled, _ in rounds] == [6, 16] and len(found) == 3
    assert [len(gains) for _, gains in rounds] == [0, 1]
    assert all(0 <= one <= 1 for one in found)
    assert found == run(ours(name)), "the same seed gives the same course"


def test_the_area_is_a_mean_accuracy() -> None:
    assert area([0.5, 0.7, 0.9]) == pytest.approx(0.7)


@pytest.mark.filterwarnings("ignore")
def test_the_rivals_choose_ten_of_the_free_places() -> None:
    pytest.importorskip("skactiveml")
    pytest.importorskip("small_text")
    from assistant.bench._rivals import rivals

    for name, ask in rivals().items():

        def watched(now: Round, count: int, ask: object = ask, name: str = name) -> list[tuple[int, str]]:
            found = ask(now, count)  # type: ignore[operator]
            places = {place for place, _ in found}
            assert len(places) == count and places <= set(now.free), name
            return list(found)

        assert len(run(watched, budget=16)) == 2


@pytest.mark.parametrize(("id", "data"), [("active_curve", "topics"), ("movies_asked", "movie_rationales")])
def test_the_rows_name_their_people(id: str, data: str) -> None:
    row = bench.get(id)()
    assert (row.people, row.data) == ("simulated", data)
