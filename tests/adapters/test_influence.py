"""Who taught an answer: the estimate against training again without them, and its edges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from torch import Tensor, nn

from adapters.fit import Recipe, fit
from adapters.influence import causes, influence
from adapters.models.classifier import Classifier
from adapters.signals import Material
from assistant.types import Evidence, Label, Preference
from tests.tiny import LABELS

HEAD = Recipe(most_steps=0)
"""The head alone settles, as far as it goes."""
ORIGIN = {"task": "tiny", "author": "ann", "critique": "c", "reading": "r"}
WORDS = (
    "late", "lost", "rude", "awful", "broken", "lovely", "great", "quick", "friendly", "perfect", "parcel", "staff",
    "order", "it", "was",
)  # fmt: skip


def label(text: str, value: str, op: str = "is", **more: object) -> Label:
    return Label(**ORIGIN, input=text, op=op, value=value, **more)  # type: ignore[arg-type]


class Bag:
    """A linear classifier of bags of words: all that a model needs to be trained, and hundreds of times in a second."""

    def __init__(self) -> None:
        self.weights = nn.Parameter(torch.zeros(2, len(WORDS)))

    def logp(self, inputs: Sequence[Any], values: Sequence[Any]) -> Tensor:
        counts = torch.tensor([[float(text.split().count(word)) for word in WORDS] for text in inputs])
        columns = torch.tensor([LABELS.index(value) for value in values], dtype=torch.long)
        counts = counts.reshape(len(columns), len(WORDS))
        return (counts @ self.weights.T).log_softmax(-1)[torch.arange(len(columns)), columns]

    def values(self) -> tuple[str, ...]:
        return LABELS

    def trainable(self) -> list[tuple[str, nn.Parameter]]:
        return [("head.weights", self.weights)]

    def train(self, deep: bool) -> None:
        pass

    def without(self, input: Any, evidence: Sequence[Evidence]) -> Any:
        return input

    def only(self, input: Any, evidence: Sequence[Evidence]) -> Any:
        return None

    @contextmanager
    def base(self) -> Iterator[None]:
        before = self.weights.data.clone()
        self.weights.data.zero_()
        yield
        self.weights.data.copy_(before)


def test_it_agrees_with_training_again_without_each() -> None:
    rng = np.random.default_rng(0)
    taught = [label(" ".join(rng.choice(WORDS, 4)), str(rng.choice(LABELS))) for _ in range(30)]
    queries = [(" ".join(rng.choice(WORDS, 4)), str(rng.choice(LABELS))) for _ in range(8)]

    def told(some: Sequence[Label]) -> tuple[Bag, np.ndarray[Any, Any]]:
        model = Bag()
        fit(model, Material(new=list(some)), recipe=HEAD)  # type: ignore[arg-type]
        with torch.no_grad():
            return model, model.logp(*zip(*queries, strict=True)).numpy()

    model, whole = told(taught)
    found = influence(model, taught, queries, recipe=HEAD)  # type: ignore[arg-type]
    left_out = np.array([whole - told(taught[:n] + taught[n + 1 :])[1] for n in range(len(taught))]).T
    ranks = [spearmanr(one, other).statistic for one, other in zip(found, left_out, strict=True)]
    assert np.mean(ranks) > 0.95, "the loss is convex here, so only the second order is missing"
    slope = np.polyfit(left_out.ravel(), found.ravel(), 1)[0]
    assert 0.5 < slope < 1.3, "and they are nats, too: 0.64 of them, to first order"


def test_what_pushes_away_is_below_zero(model: Classifier) -> None:
    taught = [label("it was broken", "praise"), label("it was broken", "praise", op="is_not")]
    fit(model, Material(new=taught), recipe=HEAD)
    ((toward, away),) = influence(model, taught, [("it was broken", "praise")], recipe=HEAD)
    assert toward > 0 > away


def test_a_preference_is_a_cause_and_nothing_is_changed_by_asking(model: Classifier) -> None:
    pair = Preference(**ORIGIN, input="it was late", chosen="praise", rejected="complaint")
    fit(model, Material(new=[pair]), recipe=HEAD)
    before = model.state()
    found = influence(model, [pair, label("thanks", "praise")], [("it was late", "praise")])
    assert found.shape == (1, 2) and found[0, 0] > 0
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state().items())


def test_nothing_said_caused_nothing(model: Classifier) -> None:
    assert influence(model, [], [("it was late", "praise")]).shape == (1, 0)
    assert influence(model, [label("thanks", "praise")], []).shape == (0, 1)


@pytest.mark.parametrize(
    ("row", "found"),
    [([0.4, -0.1, 0.3, 0.01], [0, 2]), ([-1.0, -2.0], []), ([0.0], []), ([0.1, 0.5, 0.3, 0.4], [1, 3, 2])],
)
def test_causes_are_the_strongest_that_raised_it(row: list[float], found: list[int]) -> None:
    assert causes(np.array([row])) == [found]
