"""Training by TRL's trainers: they have our signals' losses, teach our adapter, and leave the model as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from adapters import fit_trl
from adapters.fit import Recipe
from adapters.models.causal import Causal, causal
from adapters.signals import Material, signal
from assistant.errors import UserError
from assistant.types import Label, Preference
from tests.tiny_lm import tiny_lm

pytest.importorskip("trl", reason="TRL is not installed")

FROM = {"task": "t", "author": "ann", "critique": "c", "reading": "r"}
ASKED = ("When do you open?", "Where are you?", "Why is it shut?")
GOOD = ("At nine.", "Here, by the river.", "It rains.")
BAD = ("That depends on a great many things.", "No.", "Who can say?")
PAIRS = [Preference(**FROM, input=x, chosen=c, rejected=r) for x, c, r in zip(ASKED, GOOD, BAD, strict=True)]
RIGHT = [Label(**FROM, input=x, op="is", value=c) for x, c in zip(ASKED, GOOD, strict=True)]
THUMBS = [Label(**FROM, input=x, op="is_not", value=r) for x, r in zip(ASKED[:2], BAD, strict=False)] + RIGHT[2:]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_lm(tmp_path_factory.mktemp("lm"), window=256)


@pytest.fixture
def model(folder: str) -> Causal:
    return causal(folder, rank=4)


def only(name: str) -> Recipe:
    return Recipe(passes=8, inner_rate=3e-3, weights={other: float(other == name) for other in signal.names()})


def moved(model: Causal) -> None:
    random = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for name, parameter in model.trainable():
            if "lora_B" in name:
                parameter.copy_(0.05 * torch.randn(parameter.shape, generator=random))


def theirs(model: Causal, material: Material, name: str, out: Path) -> float:
    """What TRL's trainer loses on the items of one signal, all in one batch."""
    [stage] = fit_trl.stages(model, material, only(name))
    moved(model)
    trainer = fit_trl.trainer(model, stage, out, only(name))
    batch = next(iter(trainer.get_train_dataloader()))
    trainer.model.eval()
    with torch.no_grad():
        return float(trainer.compute_loss(trainer.model, batch))


def ours(model: Causal, material: Material, name: str) -> list[float]:
    made = signal.get(name)()
    items = made.prepare(model, material)
    moved(model)
    with torch.no_grad():
        return [float(one) for one in made.loss(model, items)]


@pytest.mark.filterwarnings("ignore")  # the libraries warn of each other
@pytest.mark.parametrize(
    ("name", "said"), [("pairwise", PAIRS), ("kto", THUMBS), ("pairwise", [*PAIRS, PAIRS[0].model_copy(
        update={"chosen": BAD[0], "rejected": GOOD[0]})])], ids=["preferences", "thumbs", "contradicted"]
)  # fmt: skip
def test_its_loss_is_that_of_our_signal(folder: str, tmp_path: Path, name: str, said: list[Label | Preference]) -> None:
    material = Material(new=said)
    loss = sum(ours(causal(folder, rank=4), material, name)) / len(said)
    assert theirs(causal(folder, rank=4), material, name, tmp_path) == pytest.approx(loss, abs=1e-3)


@pytest.mark.filterwarnings("ignore")
def test_its_loss_of_what_is_right_is_ours_per_token(folder: str, model: Causal, tmp_path: Path) -> None:
    material = Material(new=RIGHT)
    tokens = sum(len(model.tokens(label.input, label.value)[1]) for label in RIGHT)
    loss = sum(ours(model, material, "supervised")) / tokens
    assert theirs(causal(folder, rank=4), material, "supervised", tmp_path) == pytest.approx(loss, abs=1e-3)


@pytest.mark.parametrize(("name", "said"), [("supervised", RIGHT), ("pairwise", PAIRS), ("kto", THUMBS)])
def test_it_teaches_and_leaves_the_model_as_it_was(
    model: Causal, tmp_path: Path, name: str, said: list[Label | Preference]
) -> None:
    def margin() -> float:
        with torch.no_grad():
            return float((model.logp(ASKED[:1], GOOD[:1]) - model.logp(ASKED[:1], BAD[:1])).sum())

    before, known, shares = margin(), model.state(), list[float]()
    with model.base():
        base = margin()
    done = fit_trl.fit(model, Material(new=said), recipe=only(name), folder=tmp_path, progress=shares.append)
    assert margin() > before + 0.5
    assert shares[-1] == pytest.approx(1.0) and shares == sorted(shares)
    assert done.steps == 8 and done.items == {name: 3} and done.losses[name] > 0
    with model.base():
        assert margin() == pytest.approx(base, abs=1e-4)
    assert model.state().keys() == known.keys() and "forward" not in vars(model.peft.get_base_model())
    assert all(parameter.requires_grad for _, parameter in model.trainable())
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_stopped_begins_again_and_ends_the_same(folder: str, tmp_path: Path) -> None:
    def stopped(share: float) -> None:
        raise KeyboardInterrupt

    whole, broken = causal(folder, rank=4), causal(folder, rank=4)
    fit_trl.fit(whole, Material(new=RIGHT), recipe=only("supervised"), folder=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        fit_trl.fit(broken, Material(new=RIGHT), recipe=only("supervised"), folder=tmp_path, progress=stopped)
    broken.load(None)
    fit_trl.fit(broken, Material(new=RIGHT), recipe=only("supervised"), folder=tmp_path)
    for name, value in whole.state().items():
        torch.testing.assert_close(broken.state()[name], value)


def test_another_model_and_a_missing_package_are_said(model: Causal, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="teach language models"):
        fit_trl.check(object())  # type: ignore[arg-type]
    monkeypatch.setattr(fit_trl, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install 'sayso\[train\]'"):
        fit_trl.check(model)


def test_the_model_that_ships_is_refused_in_a_sentence() -> None:
    with pytest.raises(UserError, match=r"can.t train the small model that ships.*name another --base"):
        fit_trl.check(causal())
