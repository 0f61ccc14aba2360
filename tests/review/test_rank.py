"""Rankings of labels that may be wrong: permutations that follow the probabilities, and find what was planted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as shapes

from assistant.errors import UserError
from assistant.review.rank import RANKINGS, doubt, doubted, noise, pooled, posterior, self_confidence


@st.composite
def beliefs(draw: st.DrawFn) -> tuple[Any, Any]:
    count, classes = draw(st.integers(1, 12)), draw(st.integers(2, 4))
    raw = draw(shapes.arrays(float, (count, classes), elements=st.floats(0.01, 1.0)))
    labels = draw(shapes.arrays(np.int64, count, elements=st.integers(0, classes - 1)))
    return labels, raw / raw.sum(1, keepdims=True)


@pytest.mark.parametrize("name", RANKINGS)
@given(beliefs())
@settings(max_examples=40, deadline=None)
def test_a_ranking_is_a_permutation(name: str, some: tuple[Any, Any]) -> None:
    labels, probabilities = some
    assert sorted(RANKINGS[name](labels, probabilities)) == list(range(len(labels)))


@given(beliefs())
@settings(max_examples=60, deadline=None)
def test_less_belief_in_a_label_is_never_less_doubt(some: tuple[Any, Any]) -> None:
    labels, probabilities = some
    found = doubt(labels, probabilities)
    assert ((found >= 0) & (found <= 1)).all()
    # within one label and with all other columns in proportion, who is less believed comes first
    first, second = np.array([0.7, 0.2, 0.1]), np.array([0.4, 0.4, 0.2])
    table = np.vstack([first, second, [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]])
    of = np.array([0, 0, 1, 2])
    assert doubt(of, table)[1] > doubt(of, table)[0]
    assert list(self_confidence(of, table)[:1]) == [1]


@given(beliefs())
@settings(max_examples=40, deadline=None)
def test_noise_is_a_distribution_of_what_is_given_for_each_truth(some: tuple[Any, Any]) -> None:
    table = noise(*some)
    assert np.allclose(table.sum(1), 1.0)
    assert (table > 0).all()


def planted(count: int = 400, share: float = 0.1, seed: int = 0) -> tuple[Any, Any, Any]:
    """Labels of which some were flipped, always from 0 to 1; probabilities of a fair model; which were flipped."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, count)
    logits = rng.normal(0, 1.0, (count, 3)) + 2.2 * np.eye(3)[truth]
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    flipped = (truth == 0) & (rng.random(count) < 3 * share)
    return np.where(flipped, 1, truth), probabilities, flipped


def precision(order: Any, wrong: Any) -> float:
    hits = np.cumsum(wrong[order]) / np.arange(1, len(order) + 1)
    return float(hits[wrong[order]].mean())


@pytest.mark.parametrize("name", RANKINGS)
def test_a_ranking_finds_most_of_what_was_planted(name: str) -> None:
    labels, probabilities, wrong = planted()
    assert precision(RANKINGS[name](labels, probabilities), wrong) > 3 * wrong.mean()


def test_noise_that_goes_one_way_is_learned_and_helps() -> None:
    """Flips go from 0 to 1 only: a 1 that looks like a 0 is more suspicious than any other odd label."""
    ours, theirs = [], []
    for seed in range(5):
        labels, probabilities, wrong = planted(seed=seed)
        ours.append(precision(posterior(labels, probabilities), wrong))
        theirs.append(precision(self_confidence(labels, probabilities), wrong))
        table = noise(labels, probabilities)
        assert table[0, 1] == max(table[k, g] for k in range(3) for g in range(3) if k != g)
    assert np.mean(ours) > np.mean(theirs)


def test_several_sources_count_together() -> None:
    first, second = np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([[0.6, 0.4], [0.4, 0.6]])
    both = pooled(np.stack([first, second]))
    assert np.allclose(both.sum(1), 1.0)
    assert 0.6 < both[0, 0] < 0.9
    assert np.allclose(doubt(np.array([0, 0]), np.stack([first, first])), doubt(np.array([0, 0]), first))


def test_nothing_is_confident_of_a_label_that_nobody_was_given() -> None:
    assert list(doubted(np.array([0, 0]), np.array([[0.6, 0.4], [0.1, 0.9]]))) == [0, -1]


def test_shapes_and_columns_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UserError, match="one row of probabilities per label"):
        posterior(np.array([0, 1]), np.array([[0.5, 0.5]]))
    with pytest.raises(UserError, match="outside the 2 columns"):
        posterior(np.array([2]), np.array([[0.5, 0.5]]))
