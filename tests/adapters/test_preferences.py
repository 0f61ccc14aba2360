"""Preferences and thumbs of whole texts: what they move, and that the losses are those of TRL's trainers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from adapters.fit import Recipe, fit
from adapters.models.causal import Causal, causal
from adapters.signals import Material, signal
from assistant.types import Label, Preference
from tests.tiny_lm import tiny_lm

ASKED, OTHER = "When do you open?", "Where are you?"
GOOD, BAD = "At nine.", "That depends on a great many things."
FROM = {"task": "t", "author": "ann", "critique": "c", "reading": "r"}
PLAIN = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_lm(tmp_path_factory.mktemp("lm"), window=256, template=PLAIN)


@pytest.fixture
def model(folder: str) -> Causal:
    return causal(folder, rank=4)


def pair(chosen: str = GOOD, rejected: str = BAD, input: str = ASKED) -> Preference:
    return Preference(**FROM, input=input, chosen=chosen, rejected=rejected)


def thumb(value: str, good: bool, input: str = ASKED) -> Label:
    return Label(**FROM, input=input, op="is" if good else "is_not", value=value)


def alone(name: str) -> Recipe:
    weights = {other: float(other == name) for other in signal.names()}
    return Recipe(settle=0, least_steps=15, inner_rate=3e-3, weights=weights)


def logp(model: Causal, value: str, input: str = ASKED) -> float:
    with torch.no_grad():
        return float(model.logp([input], [value]))


def test_a_preference_moves_the_better_above_the_worse(model: Causal) -> None:
    before = logp(model, GOOD) - logp(model, BAD)
    fit(model, Material(new=[pair()]), recipe=alone("pairwise"))
    assert logp(model, GOOD) - logp(model, BAD) > before + 1


@pytest.mark.parametrize("good", [True, False])
def test_a_thumb_moves_its_answer(model: Causal, good: bool) -> None:
    said = [thumb(GOOD, good), thumb("Here.", not good, OTHER)]
    before = logp(model, GOOD) - logp(model, "Here.", OTHER)
    fit(model, Material(new=said), recipe=alone("kto"))
    after = logp(model, GOOD) - logp(model, "Here.", OTHER)
    assert after > before + 1 if good else after < before - 1


def test_what_a_person_wrote_is_no_thumb(model: Causal) -> None:
    material = Material(new=[thumb(GOOD, True), pair(), thumb(BAD, False)])
    assert [(item.value, item.good) for item in signal.get("kto")().prepare(model, material)] == [(BAD, False)]
    assert [item.value for item in signal.get("supervised")().prepare(model, material)] == [GOOD]
    assert signal.get("unlikelihood")().prepare(model, material) == []


def test_contradicted_preferences_are_noise(model: Causal) -> None:
    pairwise = signal.get("pairwise")()
    agreed = [pair(), pair("Here.", "No.", OTHER)]
    assert {item.noise for item in pairwise.prepare(model, Material(new=agreed))} == {0.0}
    split = [*agreed, pair(BAD, GOOD), pair("Yes.", "No.", OTHER)]
    assert {item.noise for item in pairwise.prepare(model, Material(new=split))} == {0.25}


# --- against TRL ---------------------------------------------------------------------------------------------


def moved(model: Any) -> None:
    state = torch.random.manual_seed(3)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.copy_(0.05 * torch.randn(parameter.shape, generator=state))


def trl(kind: str, folder: str, out: Path, rows: list[dict[str, Any]], **options: Any) -> float:
    """The loss that TRL's trainer has of these rows, with the same adapter."""
    pytest.importorskip("trl", reason="TRL is not installed")
    import trl as library
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoTokenizer

    config = getattr(library, f"{kind}Config")(
        output_dir=str(out), per_device_train_batch_size=len(rows), report_to=[], use_cpu=True, bf16=False, beta=0.1,
        disable_dropout=True, **options,
    )  # fmt: skip
    trainer = getattr(library, f"{kind}Trainer")(
        model=folder, args=config, train_dataset=Dataset.from_list(rows),
        processing_class=AutoTokenizer.from_pretrained(folder),
        peft_config=LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM"),
    )  # fmt: skip
    for name, parameter in trainer.model.named_parameters():
        if "lora_A" in name:
            parameter.data.copy_(causal(folder, rank=4).fresh[name])
    moved(trainer.model)
    trainer.model.eval()
    batch = next(iter(trainer.get_train_dataloader()))
    with torch.no_grad():
        return float(trainer.compute_loss(trainer.model, batch))


PAIRS = [(ASKED, GOOD, BAD), (OTHER, "Here.", "We can be found in many places."), ("Why?", "Because it rains.", "No.")]


@pytest.mark.filterwarnings("ignore")  # the libraries warn of each other
@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_the_loss_of_preferences_is_that_of_trl(model: Causal, folder: str, tmp_path: Path, noise: float) -> None:
    rows = [
        {
            "prompt": [{"role": "user", "content": asked}],
            "chosen": [{"role": "assistant", "content": good}],
            "rejected": [{"role": "assistant", "content": bad}],
        }
        for asked, good, bad in PAIRS
    ]
    kind = {"loss_type": ["robust"], "label_smoothing": noise} if noise else {"loss_type": ["sigmoid"]}
    theirs = trl("DPO", folder, tmp_path, rows, **kind)
    pairwise = signal.get("pairwise")()
    items = pairwise.prepare(model, Material(new=[pair(good, bad, asked) for asked, good, bad in PAIRS]))
    moved(model.peft)
    with torch.no_grad():
        ours = float(pairwise.loss(model, [item._replace(noise=noise) for item in items]).mean())
    assert ours == pytest.approx(theirs, abs=1e-3) and ours != pytest.approx(0.6931, abs=1e-2)
