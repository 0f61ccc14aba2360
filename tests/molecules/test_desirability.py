"""Desirabilities: REINVENT's values at known points; bounded, monotone where they should be, NaN for the unknown."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.errors import UserError
from assistant.molecules.desirability import (
    SHAPES,
    Desirability,
    DoubleSigmoid,
    DoubleSigmoidDifference,
    ExponentialDecay,
    Identity,
    LeftStep,
    ReverseSigmoid,
    RightStep,
    Sigmoid,
    Step,
    made,
    parameters,
    window,
)

numbers = st.floats(-1e4, 1e4, allow_nan=False)
steep = st.floats(0.01, 100)
ranges = st.tuples(numbers, numbers).map(sorted)
values = st.lists(st.floats(-1e5, 1e5), min_size=1, max_size=20)


def shapes() -> st.SearchStrategy[Desirability]:
    windows = st.builds(lambda r, d, i, e: (*r, d, i, e), ranges, steep, steep, steep)
    slopes = st.builds(lambda r, k: (*r, k), ranges, st.floats(0.01, 10))
    return st.one_of(
        st.just(Identity()),
        slopes.map(lambda a: Sigmoid(*a)),
        slopes.map(lambda a: ReverseSigmoid(*a)),
        windows.map(lambda a: DoubleSigmoid(*a)),
        windows.map(lambda a: DoubleSigmoidDifference(*a)),
        ranges.map(lambda a: Step(*a)),
        numbers.map(RightStep),
        numbers.map(LeftStep),
        steep.map(ExponentialDecay),
    )


def old_formula(x: float, low: float, high: float, div: float, si: float, se: float) -> float:
    """As versions 2 and 3 write it, with powers of ten."""
    rise = 10 ** (se * x / div) / (10 ** (se * x / div) + 10 ** (se * low / div))
    return rise - 10 ** (si * x / div) / (10 ** (si * x / div) + 10 ** (si * high / div))


def test_the_values_are_those_of_reinvent() -> None:
    weight = DoubleSigmoid(200, 500, 500, 20, 20)
    expected = [1 / (1 + 10**4), 0.5, 1 / (1 + 10 ** (-20 / 500 * 149)), 0.5, 1 - 1 / (1 + 10**-4)]
    assert weight([100, 200, 349, 500, 600]) == pytest.approx(expected)
    assert Sigmoid(1, 3, 0.5)([2, 3]) == pytest.approx([0.5, 1 / (1 + 10**-2.5)])
    assert ReverseSigmoid(1, 3, 0.5)([2, 3]) == pytest.approx([0.5, 1 - 1 / (1 + 10**-2.5)])
    for x in (0, 1.3, 4, 6.21, 9):
        shape = DoubleSigmoidDifference(1.3, 6.21, 4.42, 2, 4.4)
        assert shape([x])[0] == pytest.approx(old_formula(x, 1.3, 6.21, 4.42, 2, 4.4), abs=1e-12)


def test_steps_include_their_ends() -> None:
    assert Step(1, 3)([0.9, 1, 3, 3.1]).tolist() == [0, 1, 1, 0]
    assert RightStep(2)([1.9, 2]).tolist() == [0, 1]
    assert LeftStep(2)([2, 2.1]).tolist() == [1, 0]
    assert ExponentialDecay(1)([-5, 0, 1]) == pytest.approx([1, 1, math.exp(-1)])
    assert Sigmoid(2, 2, 1)([1, 3]).tolist() == [0, 1]


@given(shapes(), values)
def test_every_desirability_is_from_0_to_1(shape: Desirability, given_values: list[float]) -> None:
    found = shape(given_values)
    assert found.shape == (len(given_values),)
    assert ((found >= 0) & (found <= 1)).all()


@given(shapes())
def test_the_unknown_stays_unknown(shape: Desirability) -> None:
    assert np.isnan(shape([math.nan])).all()


@given(ranges, st.floats(0.01, 10), values)
@example([0.0, 5e-324], 1.0, [0.0])
@example([0.0, 1e-306], 1.0, [0.0, 1e6])
def test_sigmoids_are_monotone_and_mirror_each_other(r: list[float], k: float, given_values: list[float]) -> None:
    x = np.sort(given_values)
    assert (np.diff(Sigmoid(*r, k)(x)) >= 0).all()
    assert (np.diff(ReverseSigmoid(*r, k)(x)) <= 0).all()
    assert Sigmoid(*r, k)(x) + ReverseSigmoid(*r, k)(x) == pytest.approx(np.ones(len(x)))


@given(ranges, steep, steep, steep, values)
def test_a_window_rises_to_its_middle_and_falls_after_it(
    r: list[float], div: float, si: float, se: float, given_values: list[float]
) -> None:
    x = np.sort(given_values)
    found, middle = DoubleSigmoid(*r, div, si, se)(x), sum(r) / 2
    assert (np.diff(found[x < middle]) >= 0).all()
    assert (np.diff(found[x >= middle]) <= 0).all()


@given(numbers, st.floats(0.1, 100))
def test_a_range_falls_to_a_tenth_where_it_was_asked_to(end: float, soft: float) -> None:
    at = [end - soft, end, end + soft]
    assert window(end, None, soft)(at) == pytest.approx([0.1, 0.5, 0.9], abs=1e-6)
    assert window(None, end, soft)(at) == pytest.approx([0.9, 0.5, 0.1], abs=1e-6)
    both = window(end, end + 10 * soft, soft)
    assert both([end - soft, end + 5 * soft, end + 11 * soft]) == pytest.approx([0.1, 1.0, 0.1], abs=1e-4)


@given(shapes())
def test_a_shape_comes_back_from_its_parameters(shape: Desirability) -> None:
    assert made(shape.type, **parameters(shape)) == shape


def test_every_shape_is_known_by_its_name() -> None:
    assert {shape.type for shape in SHAPES.values()} == set(SHAPES)


@pytest.mark.parametrize(
    ("type", "fields", "said"),
    [
        ("sigmod", {}, "There is no desirability function 'sigmod'; there is: identity, sigmoid"),
        ("sigmoid", {"low": 1, "hihg": 2}, "'sigmoid' has no parameter 'hihg'; it has: low, high, k"),
        ("sigmoid", {"low": 1}, "'sigmoid' needs 'high'"),
        ("sigmoid", {"low": 3, "high": 1}, "The range from 3 to 1 is empty"),
        ("sigmoid", {"low": 1, "high": 2, "k": 0}, "'k' of 'sigmoid' is 0"),
        ("double_sigmoid", {"low": 1, "high": 2, "coef_div": -1}, "'coef_div' of 'double_sigmoid' is -1"),
        ("step", {"low": "a", "high": 2}, "'low' of 'step' is 'a'; a finite number"),
        ("step", {"low": math.nan, "high": 2}, "'low' of 'step' is nan"),
    ],
)
def test_bad_parameters_are_said(type: str, fields: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError) as wrong:
        made(type, **fields)
    assert said in str(wrong.value)


def test_a_range_needs_an_end_and_a_softness() -> None:
    with pytest.raises(UserError, match="neither a lower nor an upper end"):
        window(None, None, 1)
    with pytest.raises(UserError, match="The softness is 0"):
        window(1, 2, 0)
