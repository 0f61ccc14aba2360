"""Who taught an answer: the estimate against training again without them, and its edges."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from adapters.fit import Recipe, fit
from adapters.influence import causes, influence
from adapters.models.classifier import Classifier
from adapters.signals import Material
from assistant.types import Evidence, Label, Preference
from tests.tiny import EXAMPLES

HEAD = Recipe(most_steps=0)
"""The head alone settles, as far as it goes."""
ORIGIN = {"task": "tiny", "author": "ann", "critique": "c", "reading": "r"}


def label(text: str, value: str, op: str = "is", **more: object) -> Label:
    return Label(**ORIGIN, input=text, op=op, value=value, **more)  # type: ignore[arg-type]


def logp(model: Classifier, text: str, value: str) -> float:
    with torch.no_grad():
        return float(model.logp([text], [value])[0])


TAUGHT = [
    label("it was broken", "praise"),
    label("the staff is lovely", "praise"),
    label("my parcel was late", "complaint"),
    label("it was awful and rude", "complaint"),
    label("a great order", "praise"),
    label("thanks", "praise", evidence=(Evidence(text="thanks"),)),
]


def test_it_agrees_with_training_again_without_each(model: Classifier) -> None:
    material = Material(new=TAUGHT, known=EXAMPLES[:8])
    fitted = fit(model, material, recipe=HEAD)
    known = [(e.input, e.label) for e in EXAMPLES[:8]]
    query = ("it was broken and late", "praise")
    (found,) = influence(model, TAUGHT, [query], known=known, items=fitted.items, recipe=HEAD)
    whole, true = logp(model, *query), []
    for n in range(len(TAUGHT)):
        model.load(None)
        fit(model, replace(material, new=TAUGHT[:n] + TAUGHT[n + 1 :]), recipe=HEAD)
        true.append(whole - logp(model, *query))
    assert np.corrcoef(found, true)[0, 1] > 0.8
    assert int(np.argmax(found)) == int(np.argmax(true)) == 0, "broken is praise: somebody said so of the same word"


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
    assert all(parameter.grad is None or not parameter.grad.any() for _, parameter in model.trainable())


def test_nothing_said_caused_nothing(model: Classifier) -> None:
    assert influence(model, [], [("it was late", "praise")]).shape == (1, 0)
    assert influence(model, TAUGHT, []).shape == (0, len(TAUGHT))


@pytest.mark.parametrize(
    ("row", "found"),
    [([0.4, -0.1, 0.3, 0.01], [0, 2]), ([-1.0, -2.0], []), ([0.0], []), ([0.1, 0.5, 0.3, 0.4], [1, 3, 2])],
)
def test_causes_are_the_strongest_that_raised_it(row: list[float], found: list[int]) -> None:
    assert causes(np.array([row])) == [found]
