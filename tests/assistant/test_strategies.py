"""Every strategy picks a candidate for the reason that it gives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from assistant.strategies import Array, Beliefs, Gain, strategy
from assistant.strategies._measures import centres, disagreement, distances, doubt, entropy, nearness, typical
from assistant.strategies.learned import ARMS, PRIOR, worths
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


def test_margin_picks_the_two_that_are_nearest_and_names_them() -> None:
    pick = strategy.get("margin")(CANDIDATES, beliefs(), RNG)
    assert (pick.index, pick.why) == (1, "torn between complaint (48 %) and order (45 %)")
    sure = strategy.get("margin")(CANDIDATES, beliefs(probabilities=[[0.9, 0.1]] * 4, values="ab"), RNG)
    assert sure.why == "of these, what the model is least sure of: a (90 %)"
    scores = strategy.get("margin")(CANDIDATES, beliefs(probabilities=[[0.9], [0.8], [0.2], [1]]), RNG)
    assert (scores.index, scores.why) == (2, "of these, what the model is least sure of (20 %)")


def test_uncertainty_likes_what_could_be_anything() -> None:
    rows = [[0.5, 0.49, 0.01], [0.36, 0.33, 0.31], [1, 0, 0], [1, 0, 0]]
    assert strategy.get("margin")(CANDIDATES, beliefs(probabilities=rows), RNG).index == 0
    pick = strategy.get("uncertainty")(CANDIDATES, beliefs(probabilities=rows), RNG)
    assert (pick.index, pick.why) == (1, "least sure: order (36 %), complaint (33 %) or praise (31 %)")


def test_coreset_picks_the_farthest_and_claims_no_more_than_is_so() -> None:
    choose = strategy.get("coreset")
    far = choose(CANDIDATES, beliefs(seen=[[1, 0]]), RNG)
    assert (far.index, far.why) == (3, "unlike anything you've judged so far")
    near = choose(CANDIDATES, beliefs(seen=[[1, 0], [0, 1]]), RNG)
    assert (near.index, near.why) == (2, "the least like what you've judged so far")
    assert choose(CANDIDATES, beliefs(), RNG).why == "typical of many others, for a start"


def test_typicality_picks_the_middle_of_many_and_then_elsewhere() -> None:
    choose = strategy.get("typicality")
    assert choose(CANDIDATES, beliefs(), RNG).why == "typical of many others, for a start"
    assert choose(CANDIDATES, beliefs(), RNG).index == 2
    again = choose(CANDIDATES, beliefs(seen=[[0.8, 0.6]]), RNG)
    assert again.index != 2 and again.why == "typical of many others, and unlike what you've judged so far"


def test_coverage_picks_what_reaches_most_that_nothing_judged_reaches() -> None:
    choose = strategy.get("coverage")
    first = choose(CANDIDATES, beliefs(), RNG)
    assert (first.index, first.why) == (2, "near to many, for a start")
    later = choose(CANDIDATES, beliefs(seen=[[1, 0]]), RNG)
    assert (later.index, later.why) == (3, "near to many that nothing you've judged is near to")


def drawn(rows: Sequence[Sequence[Sequence[float]]]) -> Beliefs:
    """Beliefs of which (K, 4, 2) probabilities are drawn."""
    found = np.asarray(rows, dtype=np.float32)
    return Beliefs(
        ["a", "b"], lambda: found.mean(axis=0), lambda: array(VECTORS), lambda: array([]), draws=lambda: found
    )


def test_bald_picks_what_draws_disagree_on_not_what_all_are_unsure_of() -> None:
    unsure, torn, sure = [0.5, 0.5], ([0.9, 0.1], [0.2, 0.8], [0.3, 0.7]), [0.9, 0.1]
    found = drawn([[unsure, one, sure, sure] for one in torn])
    pick = strategy.get("bald")(CANDIDATES, found, RNG)
    assert pick.index == 1
    assert pick.why == "with parts of what it learned left out, the model says b 2 times of 3, and a 1 times"
    assert strategy.get("margin")(CANDIDATES, found, RNG).index == 0


def test_bald_is_margin_where_the_model_can_not_be_drawn_from() -> None:
    assert strategy.get("bald")(CANDIDATES, beliefs(), RNG).why == "torn between complaint (48 %) and order (45 %)"


def test_bald_says_so_where_all_draws_say_the_same() -> None:
    found = drawn([[[share, 1 - share]] + [[0.6, 0.4]] * 3 for share in (0.55, 0.99)])
    assert "always says a" in strategy.get("bald")(CANDIDATES, found, RNG).why


def test_badge_picks_by_the_distance_from_what_was_asked_and_from_nothing() -> None:
    gradients, asked = array([[3, 0], [0, 3], [0, 0], [2.9, 0]]), array([[3, 0]])
    found = beliefs(seen=[[1, 0]])
    found = Beliefs(found.values, lambda: array(PROBABILITIES), lambda: array(VECTORS), lambda: array([[1, 0]]),
                    gradients=lambda: (gradients, asked))  # fmt: skip
    rng = np.random.default_rng(0)
    picks = [strategy.get("badge")(CANDIDATES, found, rng) for _ in range(200)]
    assert {pick.index for pick in picks} <= {1, 3} and sum(pick.index == 1 for pick in picks) > 190
    assert picks[0].why.startswith("would move the model, and not as what you judged before: ")


def test_gradients_of_a_linear_head_are_long_where_it_is_unsure() -> None:
    rows = beliefs(probabilities=[[1, 0, 0], [0.5, 0.5, 0], [0.9, 0.1, 0], [0.4, 0.3, 0.3]]).gradients
    lengths = np.linalg.norm(rows, axis=1)
    assert rows.shape == (4, 6) and lengths[0] == 0 and lengths[1] > lengths[2]
    assert rows[1].tolist() == pytest.approx([0.48, 0.14, -0.48, -0.14, 0, 0], abs=1e-5)


def gain(arm: str, gained: float, count: int = 10) -> Gain:
    return Gain({arm: count}, gained, noise=0.05)


def test_worths_follow_what_was_gained_and_newer_versions_count_more() -> None:
    mean, covariance = worths([])
    assert not mean.any() and np.allclose(covariance, np.eye(len(ARMS)) * PRIOR**2)
    mean, covariance = worths([gain("badge", 0.3), gain("random", -0.1)] * 3)
    by_arm = dict(zip(ARMS, mean.tolist(), strict=True))
    assert by_arm["badge"] > 0.015 > 0 > by_arm["random"] and by_arm["coreset"] == pytest.approx(0)
    assert covariance[1, 1] > covariance[3, 3], "what was tried is known better"
    newer = dict(zip(ARMS, worths([gain("badge", 0.3), gain("badge", -0.3)])[0].tolist(), strict=True))
    assert newer["badge"] < 0


def test_learned_asks_the_strategy_that_paid_and_says_which() -> None:
    paid = [gain("coreset", 0.5), *(gain(arm, -0.5) for arm in ARMS if arm != "coreset")] * 5
    found = Beliefs("abc", lambda: array(PROBABILITIES), lambda: array(VECTORS), lambda: array([[1, 0]] * 20),
                    gains=lambda: paid)  # fmt: skip
    rng = np.random.default_rng(0)
    picks = [strategy.get("learned")(CANDIDATES, found, rng) for _ in range(20)]
    assert {pick.by for pick in picks} == {"coreset"} and picks[0].why == "unlike anything you've judged so far"
    unknown = {strategy.get("learned")(CANDIDATES, beliefs(seen=[[1, 0]] * 20), rng).by for _ in range(100)}
    assert unknown == set(ARMS)
    early = Beliefs(["a", "b"], never, lambda: array(VECTORS), lambda: array([[1, 0]]))
    assert strategy.get("learned")(CANDIDATES, early, rng).by == "typicality"


def test_herding_goes_by_coverage_at_first_and_then_to_where_most_is_in_doubt() -> None:
    choose = strategy.get("herding")
    early = Beliefs(["a", "b"], never, lambda: array(VECTORS), lambda: array([[1, 0]]))
    pick, plain = choose(CANDIDATES, early, RNG), strategy.get("coverage")(CANDIDATES, early, RNG)
    assert (pick.index, pick.why, pick.by) == (plain.index, plain.why, "coverage")
    # two groups, of which the larger one is known well: the doubt is in the smaller
    groups = [[1, 0], [0.99, 0.14], [0.98, 0.2], [0, 1], [-0.14, 0.99]]
    said = [[0.99, 0.01]] * 3 + [[0.52, 0.48], [0.9, 0.1]]
    seen = [[-1, 0]] * 20
    found = Beliefs("ab", lambda: array(said), lambda: array(groups), lambda: array(seen))
    examples = [Example(id=str(at), input="") for at in range(5)]
    assert strategy.get("coverage")(examples, found, RNG).index in (0, 1, 2)
    pick = choose(examples, found, RNG)
    assert (pick.index, pick.why) == (3, "torn between a (52 %) and b (48 %), as about many others")
    sure = Beliefs("ab", lambda: array([[0.9, 0.1]] * 5), lambda: array(groups), lambda: array(seen))
    assert choose(examples, sure, RNG).why == "near to many that the model is unsure of"


def test_measures() -> None:
    assert doubt(array([[0.7, 0.2, 0.1], [0.5, 0.5, 0]])).tolist() == pytest.approx([0.5, 1.0])
    assert nearness(array(VECTORS), array([])).tolist() == [-1] * 4
    assert nearness(array(VECTORS), array([[1, 0]])).tolist() == pytest.approx([1, 0.96, 0.8, 0])
    assert int(np.argmax(typical(array(VECTORS)))) == 2
    assert centres(array(VECTORS), array([]), 9) == [2, 3, 0, 1]
    assert centres(array(VECTORS), array([[1, 0]]), 2) == [3, 2]
    assert entropy(array([[0.5, 0.5], [1, 0]])).tolist() == pytest.approx([np.log(2), 0], abs=1e-5)
    assert entropy(array([[0.5]])).tolist() == pytest.approx([np.log(2)]), "a score counts as yes or no"
    assert disagreement(np.asarray([[[1, 0]], [[0, 1]]], "f4")).tolist() == pytest.approx([np.log(2)], abs=1e-5)
    assert disagreement(np.asarray([[[0.5, 0.5]]] * 2, "f4")).tolist() == pytest.approx([0], abs=1e-6)
    assert distances(array([[0, 0], [3, 4]]), array([[3, 3], [0, 1]])).tolist() == pytest.approx([1, 1])
