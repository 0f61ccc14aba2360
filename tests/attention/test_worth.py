"""What an answer would be worth: nothing where the model is sure or nothing is alike, and less the second time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.attention.say import about, asks, standing, why
from assistant.attention.shown import Standing
from assistant.attention.worth import Pool, Worth, worth

RNG = np.random.default_rng(0)


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


HERE = unit(np.eye(8)[[0] * 20] + 0.2 * RNG.normal(size=(20, 8)))
THERE = unit(np.eye(8)[[1] * 200] + 0.2 * RNG.normal(size=(200, 8)))
TORN, SURE = [0.5, 0.45, 0.05], [0.98, 0.01, 0.01]
POOL = Pool(np.vstack([HERE, THERE]), np.array([TORN] * 20 + [SURE] * 200), np.zeros((0, 8)), 2200)


def test_doubt_about_many_is_worth_more_than_sureness() -> None:
    torn, sure = worth(HERE[0], np.array(TORN), POOL), worth(THERE[0], np.array(SURE), POOL)
    assert torn.gain > 10 * sure.gain >= 0
    assert 10 < torn.alike < 400, "some of the 20 in the sample, which stand for 200"


def test_of_what_is_like_nothing_nothing_is_learned() -> None:
    found = worth(np.eye(8)[7], np.array(TORN), POOL)
    assert found.gain < 0.1 * worth(HERE[0], np.array(TORN), POOL).gain


def test_the_second_answer_about_the_same_is_worth_less() -> None:
    again = replace(POOL, said=HERE[:12])
    assert worth(HERE[0], np.array(TORN), again).gain < 0.6 * worth(HERE[0], np.array(TORN), POOL).gain


def test_without_a_pool_nothing_is_known() -> None:
    assert worth(np.eye(8)[0], np.array(TORN), Pool(np.zeros((0, 8)), np.zeros((0, 3)), HERE[:0], 0)) == Worth(0, 0)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_gain_is_never_negative_nor_more_than_there_is(seed: int) -> None:
    rng = np.random.default_rng(seed)
    vectors, chances = unit(rng.normal(size=(12, 4))), rng.dirichlet([0.5] * 3, size=12)
    pool = Pool(vectors, chances, unit(rng.normal(size=(2, 4))), 120)
    found = worth(vectors[0], chances[0], pool)
    assert 0 <= found.gain <= 120 and 0 <= found.alike <= 120


def test_questions_are_put_in_words() -> None:
    ranked = ("order", "complaint", "praise")
    assert asks(ranked, (0.46, 0.41, 0.13)) == "Is this **order** or **complaint**?"
    assert asks(ranked, (0.86, 0.1, 0.04)) == "Is this **order**?"
    assert asks(ranked, (0.86, 0.1, 0.04), "x " * 200).startswith("Earlier: “x x")
    assert about(ranked) == about(("complaint", "order")) == "complaint | order"
    said = why(ranked[:2], (0.46, 0.41), Worth(3.1, 40))
    assert said.startswith(
        "I'm torn between order (46 %) and complaint (41 %). Your answer should set about 3 of some 40"
    )


def test_what_it_cost_and_brought_is_said_and_what_is_not_known_is_not() -> None:
    plain = Standing(9, 6, 2, 1, 3.2, 4, 12.3, None, 2, 10, 0.6, ("a | b",), True)
    assert "9 asked (2 of at most 10 today): 6 answered, 2 dismissed, 1 passed over." in standing(plain)
    assert "not measured yet" in standing(plain) and "Not asked any more: a | b." in standing(plain)
    assert "gained +1.2 points" in standing(replace(plain, observed=0.012))
    assert "min" not in standing(replace(plain, implicit=False))
    assert "Nothing was asked yet" in standing(replace(plain, asked=0))
