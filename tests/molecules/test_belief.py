"""The belief learns a known objective from every kind of feedback, and what is misread does not throw it."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.molecules.belief import (
    Array,
    Belief,
    Direction,
    Preference,
    Range,
    Ranking,
    Said,
    Score,
    Worst,
    YesNo,
)

LOW, HIGH = np.array([-0.5, 0.8, -2.0]), np.array([0.3, 3.0, 0.0])


def _pool() -> Array:
    return np.random.default_rng(0).normal(size=(600, 3))


def _ends(x: Array) -> Array:
    return np.asarray(np.logaddexp(0, 4 * np.stack([LOW - x, x - HIGH], axis=-1)))


def _truth(x: Array) -> Array:
    return np.asarray(np.exp(-_ends(x).sum(axis=(-1, -2)) / 3))


def _said(kind: str, x: Array, rng: np.random.Generator) -> Said:
    if kind == "worst":
        end = int(_ends(x[0]).argmax()) if rng.random() > 0.1 else int(rng.integers(6))
        return Worst(x[0], end // 2, up=end % 2 == 0)
    if kind == "score":
        return Score(x[0], float(_truth(x[0])))
    if kind == "yes/no":
        return YesNo(x[0], bool(_truth(x[0]) > 0.5))
    order = x[np.argsort(-_truth(x))]
    return Ranking(order) if kind == "ranking" else Preference(order[0], order[-1])


@pytest.mark.parametrize("kind", ["worst", "score", "yes/no", "preference", "ranking"])
def test_every_kind_of_feedback_improves_the_ranking(kind: str) -> None:
    pool, rng = _pool(), np.random.default_rng(1)
    before = Belief.around(pool)
    after = before.hear(*(_said(kind, pool[rng.choice(600, 4)], rng) for _ in range(40)))

    def top(belief: Belief) -> float:
        return float(_truth(pool)[np.argsort(-belief.score(pool))[:30]].mean())

    assert top(after) > top(before) + 0.05


def test_more_feedback_makes_it_surer() -> None:
    pool, rng = _pool(), np.random.default_rng(2)
    some = Belief.around(pool).hear(*(_said("worst", pool[i : i + 1], rng) for i in range(40)))
    assert np.trace(some.covariance) < np.trace(Belief.around(pool).covariance)
    assert some.draws(5, rng).shape == (5, 15)


def test_the_slope_of_the_posterior_is_that_of_its_value() -> None:
    pool, rng = _pool(), np.random.default_rng(3)
    said = [_said("worst", pool[i : i + 1], rng) for i in range(12)]
    said += [
        Direction(pool[20], 1, up=True),
        Direction(pool[21], 2, up=False),
        Range(0, None, 0.5),
        YesNo(pool[22], True),
    ]
    belief = Belief.around(pool).hear(*said)
    theta = belief.mode + 0.3 * rng.standard_normal(15)
    _, slope = belief._downhill(theta)
    step = 1e-5 * np.eye(15)
    values = -belief.log_posterior(np.concatenate([theta + step, theta - step]))
    assert slope == pytest.approx((values[:15] - values[15:]) / 2e-5, abs=1e-4)
