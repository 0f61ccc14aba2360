"""The family `smiles`: it samples what it finds likely, adapter on or off, and a reward steers it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from rdkit import Chem

from adapters.fit import Recipe, fit
from adapters.models._smiles_grammar import Grammar, Open
from adapters.models._smiles_sample import MOST_TOKENS
from adapters.models._smiles_tokens import encode
from adapters.models.smiles import EMBEDDED, Smiles, canonical, smiles
from adapters.signals import Material, Reward, signal
from assistant.errors import UserError
from assistant.types import Preference
from tests.tiny_smiles import MOLECULES, tiny_prior

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def prior(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_prior(tmp_path_factory.mktemp("prior"))


@pytest.fixture(scope="session")
def made(prior: str) -> Smiles:
    return smiles(base=prior, rank=8)


@pytest.fixture
def model(made: Smiles) -> Iterator[Smiles]:
    torch.manual_seed(0)
    made.load(None)
    yield made
    made.load(None)


def shaken(model: Smiles) -> None:
    """An adapter that changes what the model says."""
    state = {name: tensor + 0.05 * torch.randn_like(tensor) for name, tensor in model.state().items()}
    model.load(state)


def test_a_prediction_is_a_valid_molecule_in_canonical_form(model: Smiles) -> None:
    found = model.predict([""] * 40 + [None])
    values = [one.value for one in found]
    assert all(Chem.CanonSmiles(value) == value for value in values)
    assert len(set(values)) > 5
    assert set(values) & set(MOLECULES)
    assert all(one.score is not None and 0 < one.score <= 1 for one in found)


def test_logp_is_the_molecules_however_it_is_written_and_has_gradients(model: Smiles) -> None:
    same = model.logp(["", "", ""], ["c1ccccc1F", "Fc1ccccc1", "CCO"])
    assert same.shape == (3,) and same[0] == same[1] != same[2]
    assert (same < 0).all()
    same.sum().backward()
    assert any(p.grad is not None and p.grad.abs().sum() > 0 for _, p in model.trainable())
    assert model.logp([], []).shape == (0,)


def test_logp_is_the_same_however_many_go_at_once(model: Smiles, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [*MOLECULES, MOLECULES[0]]
    monkeypatch.setattr("adapters.models.smiles.BATCH", len(asked))
    at_once = model.logp([""] * len(asked), asked).tolist()
    monkeypatch.setattr("adapters.models.smiles.BATCH", 3)
    assert model.logp([""] * len(asked), asked).tolist() == pytest.approx(at_once, abs=1e-3)


@pytest.mark.parametrize("adapted", [False, True])
def test_the_sampler_says_what_the_model_finds_likely(model: Smiles, adapted: bool) -> None:
    """The log-probability of the packed loop is that of transformers' forward on the same string."""
    if adapted:
        shaken(model)
    drawn = [(said, logp) for said, logp in model.sample(60) if said]
    assert len(drawn) > 30
    ids = encode(model.tokenizer, [said for said, _ in drawn])
    with torch.no_grad():
        slow = model._scored(ids).tolist()
    fast = [logp for _, logp in drawn]
    assert fast == pytest.approx(slow, abs=1.0, rel=0.05)
    assert sum(fast) == pytest.approx(sum(slow), rel=0.02)


def test_the_base_is_the_model_before_any_feedback(model: Smiles) -> None:
    before = model.logp(["", ""], MOLECULES[:2]).tolist()
    shaken(model)
    assert model.logp(["", ""], MOLECULES[:2]).tolist() != pytest.approx(before, abs=0.1)
    with model.base():
        assert model.logp(["", ""], MOLECULES[:2]).tolist() == pytest.approx(before, abs=1e-4)
        assert all(one.value for one in model.predict(["", ""]))
    state = model.state()
    model.load(None)
    assert model.logp(["", ""], MOLECULES[:2]).tolist() == pytest.approx(before, abs=1e-4)
    model.load(state)
    assert all(torch.equal(state[name], tensor) for name, tensor in model.state().items())


def test_a_smiles_begins_as_it_was_asked_to(model: Smiles) -> None:
    drawn = [said for said, _ in model.sample(20, begin="c1ccc(O") if said]
    assert drawn and all(said.startswith("c1ccc(O") for said in drawn)
    assert len(model.predict(["c1ccc(", "", "c1ccc("])) == 3
    with pytest.raises(UserError, match=r"3\.5 is no beginning"):
        model.predict([3.5])
    with pytest.raises(UserError, match="3 is no SMILES"):
        model.logp([""], [3])


def test_more_samples_than_rows_and_none_that_is_too_long(model: Smiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.models._smiles_sample.ROWS", 7)
    monkeypatch.setattr("adapters.models._smiles_sample.MOST_TOKENS", 10)
    drawn = model.sample(30)
    assert len(drawn) == 30
    assert any(said is None for said, _ in drawn)
    assert all(len(encode(model.tokenizer, [said])[0]) < 10 < MOST_TOKENS for said, _ in drawn if said)


def test_no_sample_ends_within_a_branch_or_a_ring(model: Smiles) -> None:
    tokens = ["(", ")", "1", "2", "C", "%10", "<end>"]
    grammar = Grammar.of(tokens, end=6)
    assert grammar is not None
    state = Open(grammar, 3)
    for column in ([4, 4, 4], [0, 2, 5], [4, 4, 4]):
        state.read(torch.tensor(column))
    logits = torch.zeros(3, 7)
    state.bar(logits)
    barred = logits.isinf()
    assert barred.tolist() == [
        [False] * 6 + [True],
        [False, True, False, False, False, False, True],
        [False, True, False, False, False, False, True],
    ]
    state.read(torch.tensor([1, 2, 5]))
    logits = torch.zeros(3, 7)
    state.bar(logits)
    assert not logits[:, 6].isinf().any()
    for said, _ in model.sample(100):
        assert said is None or said.count("(") == said.count(")")
    assert Grammar.of(["C(", "(", ")", "1", "2"], end=0) is None


def test_like_molecules_are_near_each_other(model: Smiles) -> None:
    vectors = model.embed(["c1ccc(F)cc1", "Fc1ccccc1", "c1ccc(Cl)cc1", "C[C@H](N)C(=O)O"])
    assert vectors.shape == (4, 64)
    assert (vectors**2).sum(1) == pytest.approx(1, abs=1e-5)
    near = vectors @ vectors[0]
    assert near[1] == pytest.approx(1, abs=1e-5)
    assert near[2] > near[3]
    assert model.embed([]).shape[0] == 0


def test_what_a_generator_has_nothing_to_say_to(model: Smiles) -> None:
    assert model.values() == () and model.explain("", "C") == ()
    assert model.without("C", []) == "C" and model.only("C", []) is None
    assert model.logp_evidence(["", ""], [[], []]).tolist() == [0, 0]
    model.relabel(["a"])
    model.calibrate([], [])


def test_a_preference_is_learned(model: Smiles) -> None:
    pair = {"chosen": MOLECULES[0], "rejected": MOLECULES[3]}
    said = Preference(task="t", author="a", critique="c", reading="r", input="", **pair)

    def margin() -> float:
        chosen, rejected = model.logp(["", ""], [said.chosen, said.rejected]).tolist()
        return float(chosen - rejected)

    before = margin()
    fit(model, Material(new=[said]), recipe=Recipe(least_steps=10, inner_rate=3e-3))
    assert margin() > before + 1


def nitrogens(values: list[str]) -> list[float]:
    """1 for a molecule with nitrogen; can't tell of chlorides."""
    return [float("nan") if "Cl" in value else float("N" in value or "n" in value) for value in values]


def test_the_reward_makes_more_of_what_scores_high(model: Smiles) -> None:
    def share() -> float:
        torch.manual_seed(5)
        found = [score for score in nitrogens([one.value for one in model.predict([""] * 100)]) if score == score]
        return sum(found) / len(found)

    before = share()
    known = (("", "C[C@H](N)C(=O)O", 1.0), ("", "CCCl", float("nan")))
    material = Material(reward=Reward(nitrogens, draws=320, known=known))
    fitted = fit(model, material, recipe=Recipe(passes=1, inner_rate=3e-3))
    assert fitted.items == {"reward": 1280}
    assert before < 0.7
    assert share() > min(0.9, before + 0.3)
    assert fitted.losses["reward"] > 0


def test_where_nothing_can_be_scored_nothing_is_learned(model: Smiles) -> None:
    made = signal.get("reward")()
    items = made.prepare(model, Material(reward=Reward(lambda values: [float("nan")] * len(values), draws=4)))
    loss = made.loss(model, items)
    assert loss.tolist() == [0] * len(items)
    loss.mean().backward()  # type: ignore[no-untyped-call]


def test_another_build_of_model_is_sampled_by_transformers(prior: str, tmp_path: Path) -> None:
    from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel

    made = AutoTokenizer.from_pretrained(prior)
    made.save_pretrained(tmp_path)
    torch.manual_seed(0)
    marks = {"bos_token_id": made.bos_token_id, "eos_token_id": made.eos_token_id}
    config = GPT2Config(vocab_size=len(made), n_embd=16, n_layer=1, n_head=2, n_positions=256, **marks)
    GPT2LMHeadModel(config).save_pretrained(tmp_path)
    other = smiles(base=str(tmp_path), rank=2)
    drawn = [(said, logp) for said, logp in other.sample(20) if said]
    ids = encode(other.tokenizer, [said for said, _ in drawn])
    assert [logp for _, logp in drawn] == pytest.approx(other._scored(ids).tolist(), abs=1e-3)
    other.load(other.state())


def test_a_base_that_is_none_and_an_adapter_that_does_not_fit_are_said(
    model: Smiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match="can't be loaded"):
        smiles(base=str(tmp_path))
    with pytest.raises(UserError, match="does not fit the base"):
        model.load({})
    monkeypatch.setattr("adapters.models.smiles.EMBEDDED", tmp_path)
    with pytest.raises(UserError, match="sayso train-prior"):
        smiles()


@pytest.mark.skipif(not (EMBEDDED / "model.safetensors").exists(), reason="the prior is not trained yet")
def test_the_embedded_model_is_small_and_writes_molecules() -> None:
    assert (EMBEDDED / "model.safetensors").stat().st_size <= 25_000_000
    torch.manual_seed(0)
    model = smiles()
    valid = [bool(said and canonical(said, strict=True)) for said, _ in model.sample(200)]
    assert sum(valid) / len(valid) > 0.9
