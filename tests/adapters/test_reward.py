"""The signal `reward` on a model of ten words: what is drawn and rehearsed at a step, and who is told."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from adapters.models import Model
from adapters.signals import Material, Reward
from adapters.signals import reward as signal_reward
from assistant.types import Prediction


class Dice:
    """Says 0 to 9 as its logits are; adapter off, all are alike. Says None for 9."""

    def __init__(self) -> None:
        self.logits = nn.Parameter(torch.zeros(10))
        self.asked: list[list[Any]] = []
        self.adapted = True

    def predict(self, inputs: Sequence[Any]) -> list[Prediction]:
        self.asked.append(list(inputs))
        said = torch.multinomial(self.logits.softmax(0), len(inputs), replacement=True).tolist()
        return [Prediction(value=None if one == 9 else one) for one in said]

    def logp(self, inputs: Sequence[Any], values: Sequence[Any]) -> Tensor:
        logits = self.logits if self.adapted else torch.zeros(10)
        return logits.log_softmax(0)[torch.tensor(list(values))]

    @contextmanager
    def base(self) -> Iterator[None]:
        self.adapted = False
        yield
        self.adapted = True

    def trainable(self) -> list[tuple[str, nn.Parameter]]:
        return [("logits", self.logits)]


def high(values: Sequence[Any]) -> list[float]:
    return [float("nan") if value == 8 else value / 10 for value in values]


@pytest.fixture
def dice() -> Dice:
    torch.manual_seed(0)
    return Dice()


def items_of(model: Dice, reward: Reward) -> list[signal_reward.Draw]:
    return signal_reward.prepare(as_model(model), Material(reward=reward))


def as_model(dice: Dice) -> Model:
    return dice  # type: ignore[return-value]


def test_one_step_in_four_draws_and_who_watches_is_told_of_all(dice: Dice) -> None:
    seen: list[Sequence[tuple[Any, float]]] = []
    items = items_of(dice, Reward(high, inputs=("a", "b"), draws=64, watch=seen.append))
    assert len(items) == 64 * signal_reward.UPDATES
    for _ in range(2 * signal_reward.UPDATES):
        losses = signal_reward.loss(as_model(dice), items[:64])
        assert losses.shape == (64,) and losses.isfinite().all() and losses[0] > 0
    assert len(dice.asked) == len(seen) == 2
    assert dice.asked[0] == ["a", "b"] * 32
    assert len(seen[0]) == 64
    assert {value for value, _ in seen[0]} >= {None, 8, 0}
    assert all(math.isnan(score) == (value in (None, 8)) for value, score in seen[0])


def test_what_is_worth_more_is_said_more(dice: Dice) -> None:
    items = items_of(dice, Reward(high, draws=64))
    optimizer = torch.optim.Adam([dice.logits], lr=0.3)
    for _ in range(80):
        optimizer.zero_grad()
        signal_reward.loss(as_model(dice), items[:64]).mean().backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    chances = dice.logits.softmax(0)
    assert chances[7] > chances[6] > chances[4] > chances[0]
    assert chances[6] + chances[7] > 0.4


def test_the_best_are_kept_and_known_ones_are_among_them(dice: Dice) -> None:
    known = (("a", 5, 0.5), ("a", 8, float("nan")), ("a", 0, 0.0))
    items = items_of(dice, Reward(high, draws=64, known=known))
    memory = items[0].memory
    assert set(memory.best) == {5}
    assert memory.best[5].base == pytest.approx(math.log(0.1))
    signal_reward.loss(as_model(dice), items[:64])
    assert list(memory.best) == sorted(memory.best, key=lambda value: -value)
    assert 0 not in memory.best and 8 not in memory.best and 7 in memory.best


def test_the_base_is_asked_of_nothing_but_the_known_ones_that_are_kept(
    dice: Dice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal_reward, "LEAST", 2)
    asked: list[Any] = []
    logp = dice.logp

    def heard(inputs: Sequence[Any], values: Sequence[Any]) -> Tensor:
        asked.extend(values)
        return logp(inputs, values)

    monkeypatch.setattr(dice, "logp", heard)
    known = [("a", number % 8, number % 8 / 10) for number in range(24)]  # each is known three times
    memory = items_of(dice, Reward(high, draws=64, known=known))[0].memory
    assert list(memory.best) == asked == [7, 6, 5, 4], "a share of .15 of 24, by value"
    assert memory.seen == 24
    assert [scored.score for scored in memory.best.values()] == [0.7, 0.6, 0.5, 0.4]


def test_without_a_reward_there_is_nothing_to_learn(dice: Dice) -> None:
    assert signal_reward.prepare(as_model(dice), Material()) == []
    assert items_of(dice, Reward(high, inputs=())) == []
    items = items_of(dice, Reward(lambda values: [float("nan")] * len(values), draws=8))
    for _ in range(3):
        assert signal_reward.loss(as_model(dice), items).tolist() == [0.0] * len(items)
    assert len(dice.asked) == 3, "nothing to rehearse: it draws again"
