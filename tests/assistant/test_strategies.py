"""Every strategy picks a candidate for the reason that it gives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from assistant.strategies import Array, Beliefs, strategy
from assistant.strategies._measures import centres, doubt, nearness, typicality
from assistant.types import Example

CANDIDATES = [Example(id=str(i), input=f"text {i}") for i in range(4)]
PROBABILITIES = [[0.9, 0.1, 0.0], [0.45, 0.48, 0.07], [0.6, 0.1, 0.3], [1.0, 0.0, 0.0]]
VECTORS: list[list[float]] = [[1, 0], [0.96, 0.28], [0.8, 0.6], [0, 1]]


def array(rows: Sequence[Sequence[float]]) -> Array:
    return np.asarray(rows, dtype=np.float32).reshape(len(rows), -1) if len(rows) else np.zeros((0, 2), "f4")


def beliefs(
    seen: Sequence[Sequence[float]] = (),
    probabilities: Sequence[Sequence[float]] = PROBABILITIES,
    values: Sequence[str] = ("order", "complaint", "praise"),
) -> Beliefs:
    return Beliefs(values, lambda: array(probabilities), lambda: array(VECTORS), lambda: array(seen))


def never() -> Array:
    raise AssertionError("the model was asked")


RNG = np.random.default_rng(0)


@pytest.mark.parametrize("name", strategy.names())
@pytest.mark.parametrize("seen", [[], [[1, 0]] * 50])
@pytest.mark.parametrize(
    ("probabilities", "values"),
    [(PROBABILITIES, ("order", "complaint", "praise")), ([[0.5]] * 4, ()), ([[1.0]] * 4, ("only",))],
)
def test_every_strategy_picks_a_candidate_and_says_why(
    name: str, seen: list[list[float]], probabilities: list[list[float]], values: tuple[str, ...]
) -> None:
    choose = strategy.get(name)
    assert choose.__name__ == name and choose.__module__ == f"assistant.strategies.{name}"
    for seed in range(10):
        rng = np.random.default_rng(seed)
        pick = choose(CANDIDATES, beliefs(seen, probabilities, values), rng)
        assert 0 <= pick.index < len(CANDIDATES) and isinstance(pick.index, int)
        assert pick.why and "nan" not in pick.why
        again = choose(CANDIDATES, beliefs(seen, probabilities, values), np.random.default_rng(seed))
        assert pick == again


@pytest.mark.parametrize("name", strategy.names())
def test_a_lone_candidate_is_picked(name: str) -> None:
    lone = Beliefs(["a", "b"], lambda: array([[0.5, 0.5]]), lambda: array([[1, 0]]), lambda: array([]))
    assert strategy.get(name)(CANDIDATES[:1], lone, np.random.default_rng(0)).index == 0


def test_random_asks_the_model_nothing_and_reaches_everything() -> None:
    silent = Beliefs(["a"], never, never, never)
    rng = np.random.default_rng(0)
    picks = {strategy.get("random")(CANDIDATES, silent, rng).index for _ in range(100)}
    assert picks == {0, 1, 2, 3}


def test_uncertainty_picks_the_smallest_margin_and_names_it() -> None:
    pick = strategy.get("uncertainty")(CANDIDATES, beliefs(), RNG)
    assert (pick.index, pick.why) == (1, "torn between complaint (48 %) and order (45 %)")
    sure = strategy.get("uncertainty")(CANDIDATES, beliefs(probabilities=[[0.9, 0.1]] * 4, values="ab"), RNG)
    assert sure.why == "of these, what the model is least sure of: a (90 %)"
    scores = strategy.get("uncertainty")(CANDIDATES, beliefs(probabilities=[[0.9], [0.8], [0.2], [1]]), RNG)
    assert (scores.index, scores.why) == (2, "of these, what the model is least sure of (20 %)")


def test_diversity_picks_the_farthest_and_claims_no_more_than_is_so() -> None:
    choose = strategy.get("diversity")
    far = choose(CANDIDATES, beliefs(seen=[[1, 0]]), RNG)
    assert (far.index, far.why) == (3, "unlike anything you've judged so far")
    near = choose(CANDIDATES, beliefs(seen=[[1, 0], [0, 1]]), RNG)
    assert (near.index, near.why) == (2, "the least like what you've judged so far")
    assert choose(CANDIDATES, beliefs(), RNG).why == "typical of many others, for a start"


def test_mixed_starts_typical_and_asks_the_model_only_later() -> None:
    early = Beliefs(["a", "b"], never, lambda: array(VECTORS), lambda: array([[1, 0]]))
    pick = strategy.get("mixed")(CANDIDATES, early, RNG)
    assert pick.why == "typical of many others, and unlike what you've judged so far"
    rng = np.random.default_rng(0)
    later = [strategy.get("mixed")(CANDIDATES, beliefs(seen=[[1, 0]] * 20), rng) for _ in range(400)]
    shares = {word: sum(word in pick.why for pick in later) / 400 for word in ("torn", "unlike", "random")}
    assert 0.6 < shares["torn"] < 0.8 and 0.12 < shares["unlike"] < 0.28 and 0.05 < shares["random"] < 0.16


def test_measures() -> None:
    assert doubt(array([[0.7, 0.2, 0.1], [0.5, 0.5, 0]])).tolist() == pytest.approx([0.5, 1.0])
    assert nearness(array(VECTORS), array([])).tolist() == [-1] * 4
    assert nearness(array(VECTORS), array([[1, 0]])).tolist() == pytest.approx([1, 0.96, 0.8, 0])
    assert int(np.argmax(typicality(array(VECTORS)))) == 2
    assert centres(array(VECTORS), array([]), 9) == [2, 3, 0, 1]
    assert centres(array(VECTORS), array([[1, 0]]), 2) == [3, 2]
