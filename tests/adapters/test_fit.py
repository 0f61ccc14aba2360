"""Training: deterministic, resumable, bounded."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import adapters.fit as fitting
from adapters.fit import CHECKPOINT, Recipe, fit
from adapters.models.classifier import Classifier
from adapters.signals import Material
from assistant.types import Label
from tests.tiny import EXAMPLES

FROM = {"task": "t", "author": "ann", "critique": "c", "reading": "r", "op": "is"}
NEW = [Label(**FROM, input=e.input, value=e.label) for e in EXAMPLES if e.split == "pool"]
MATERIAL = Material(new=NEW, rehearsed=[e.input for e in EXAMPLES[:4]])
RECIPE = Recipe(settle=10, least_steps=20, most_steps=20)


class Killed(Exception):
    pass


def test_learns_what_it_is_taught_and_carries_it_over(model: Classifier) -> None:
    heldout = [e for e in EXAMPLES if e.split == "heldout"]
    fit(model, Material(new=NEW), recipe=Recipe(inner_rate=1e-3, least_steps=40))
    answers = model.predict([e.input for e in heldout])
    right = sum(a.value == e.label for a, e in zip(answers, heldout, strict=True))
    assert right >= 0.75 * len(heldout)


def test_the_same_seed_gives_the_same_adapter(model: Classifier) -> None:
    states = []
    for _ in range(2):
        model.load(None)
        fit(model, MATERIAL, seed=3, recipe=RECIPE)
        states.append(model.state())
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_what_was_read_is_not_read_again_where_the_head_alone_learned(
    model: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts, read = [e.input for e in EXAMPLES], []
    run = model.parts.encoder._batch
    monkeypatch.setattr(model.parts.encoder, "_batch", lambda *given: (read.append(given[0]), run(*given))[1])
    model.load(None)
    before, there = model.predict(texts), len(read)
    fit(model, Material(new=NEW), recipe=Recipe(least_steps=0, most_steps=0))
    after = model.predict(texts)
    assert [a.scores for a in after] != [b.scores for b in before]
    assert len(read) == there > 0
    fit(model, Material(new=NEW), recipe=Recipe(settle=0, least_steps=1, most_steps=1))
    trained = len(read)
    model.predict(texts)
    assert len(read) > trained > there, "LoRA changed, so that all is read anew"


@pytest.mark.parametrize("killed_at", [1, 7, 19])
def test_resumed_equals_uninterrupted(
    model: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed_at: int
) -> None:
    fit(model, MATERIAL, recipe=RECIPE)
    whole = model.state()
    monkeypatch.setattr(fitting, "CHECKPOINT_SECONDS", 0.0)
    model.load(None)

    def progress(share: float) -> None:
        if share > fitting.SETTLED + (1 - fitting.SETTLED) * killed_at / 20:
            raise Killed

    with pytest.raises(Killed):
        fit(model, MATERIAL, recipe=RECIPE, folder=tmp_path, progress=progress)
    assert (tmp_path / CHECKPOINT).exists()
    model.load(None)
    fit(model, MATERIAL, recipe=RECIPE, folder=tmp_path)
    resumed = model.state()
    assert all(torch.allclose(whole[name], resumed[name], atol=1e-6) for name in whole)


def test_rehearsal_does_not_lengthen_a_training(model: Classifier) -> None:
    few = fit(model, Material(new=NEW[:4]), recipe=Recipe(least_steps=2, passes=2))
    known = [e.model_copy(update={"id": f"{e.id}-{i}"}) for i in range(20) for e in EXAMPLES]
    many = fit(model, Material(new=NEW[:4], known=known, rehearsed=[]), recipe=Recipe(least_steps=2, passes=2))
    assert many.steps == few.steps


def test_nothing_to_learn_is_no_step(model: Classifier) -> None:
    before = model.state()
    assert fit(model, Material()).steps == 0
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state().items())
