"""What strategies ask of the classifier beside its contract: draws of its adapter, and gradients of its head."""

from __future__ import annotations

import numpy as np
import torch

from adapters.fit import fit
from adapters.models.classifier import Classifier
from adapters.signals import Material
from tests.tiny import EXAMPLES

TEXTS = ["my parcel was broken", "lovely and quick", "the staff is rude. it was late and awful. thanks"]


def taught(model: Classifier) -> Classifier:
    fit(model, Material(known=[example for example in EXAMPLES if example.split == "pool"]))
    return model


def test_draws_are_probabilities_that_differ_once_something_was_learned(model: Classifier) -> None:
    fresh = model.draws(TEXTS, 4)
    assert fresh.shape == (4, 3, 2) and np.allclose(fresh, fresh[:1]), "there is no adapter to leave parts out of"
    before = [one.scores for one in taught(model).predict(TEXTS)]
    drawn = model.draws(TEXTS, 8)
    assert np.allclose(drawn.sum(-1), 1, atol=1e-5) and drawn.std(axis=0).max() > 1e-3
    assert np.array_equal(drawn, model.draws(TEXTS, 8)), "the same draws for the same adapter"
    assert [one.scores for one in model.predict(TEXTS)] == before, "the adapter is as it was"


def test_gradients_are_those_of_logp(model: Classifier) -> None:
    taught(model)
    found = model.gradients(TEXTS)
    likeliest = [one.value for one in model.predict(TEXTS)]
    for text, value, row in zip(TEXTS, likeliest, found, strict=True):
        (true,) = torch.autograd.grad(-model.logp([text], [value]).sum(), model.delta)
        assert np.allclose(row, true.flatten().numpy(), atol=1e-5)
    assert model.gradients([]).shape == (0, model.delta.numel())
