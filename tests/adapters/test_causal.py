"""The family of causal language models: samples, log-probabilities, the adapter, and what is said of bad input."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from adapters.models.causal import Causal, causal
from assistant.errors import UserError
from tests.tiny_lm import tiny_lm

ASKED = "When do you open?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_lm(tmp_path_factory.mktemp("lm"), window=256)


@pytest.fixture(scope="module")
def model(folder: str) -> Causal:
    return causal(folder, rank=4)


def moved(model: Causal, amount: float = 0.3) -> None:
    """An adapter that changes something."""
    with torch.no_grad():
        for name, parameter in model.trainable():
            if "lora_B" in name:
                parameter.fill_(amount)


def test_asked_several_times_it_gives_several_answers(model: Causal) -> None:
    torch.manual_seed(0)
    answers = model.predict([ASKED] * 4)
    assert len({answer.value for answer in answers}) > 1
    assert all(answer.score is not None and 0 < answer.score <= 1 for answer in answers)
    torch.manual_seed(0)
    assert model.predict([ASKED] * 4) == answers


def test_logp_is_the_sum_over_the_answers_tokens(model: Causal) -> None:
    value = "At nine."
    prompt, ids = model._prompt(ASKED), [*model._ids(value), model.end]
    with torch.no_grad():
        logits = model.peft(input_ids=torch.tensor([[*prompt, *ids]])).logits[0].log_softmax(-1)
    by_hand = sum(float(logits[len(prompt) - 1 + at, token]) for at, token in enumerate(ids))
    assert model.logp([ASKED], [value]).tolist() == pytest.approx([by_hand], abs=1e-3)


def test_who_stands_beside_it_changes_nothing(model: Causal) -> None:
    inputs = [ASKED, "Hi", ASKED + " And on Sundays, when it rains and nobody is about?"]
    values = ["At nine.", "Good morning to you all, dear people.", "No."]
    alone = torch.cat([model.logp([one], [value]) for one, value in zip(inputs, values, strict=True)])
    assert torch.allclose(model.logp(inputs, values), alone, atol=1e-3)


def test_only_the_adapter_learns_and_it_can_be_switched_off(model: Causal) -> None:
    model.load(None)
    before = model.logp([ASKED], ["At nine."]).detach()
    model.logp([ASKED], ["At nine."]).sum().backward()  # type: ignore[no-untyped-call]
    assert any(p.grad is not None and p.grad.abs().sum() > 0 for _, p in model.trainable())
    assert {name for name, p in model.peft.named_parameters() if p.requires_grad} == {n for n, _ in model.trainable()}
    moved(model)
    kept = model.state()
    assert not torch.allclose(model.logp([ASKED], ["At nine."]), before)
    with model.base():
        assert torch.allclose(model.logp([ASKED], ["At nine."]), before)
    model.load(None)
    assert torch.allclose(model.logp([ASKED], ["At nine."]), before)
    model.load(kept)
    assert not torch.allclose(model.logp([ASKED], ["At nine."]), before)
    model.load(None)


def test_how_much_a_text_surprises_the_base_is_asked_of_the_base(model: Causal) -> None:
    model.load(None)
    own = "At nine."
    known = model.surprise([ASKED, ASKED], [own, None])
    with torch.no_grad():
        total = float(model.logp([ASKED], [own]))
    assert known == pytest.approx(-total / math.log(2) / len(model.tokens(ASKED, own)[1]), abs=1e-3)
    moved(model)
    assert model.surprise([ASKED], [own]) == pytest.approx(known, abs=1e-3)
    model.load(None)
    assert model.surprise([ASKED, ASKED], [own, "long " * 300]) == pytest.approx(known, abs=1e-3)
    assert model.surprise([ASKED], [None]) == model.surprise([], []) == 0


def test_an_answer_can_be_begun_for_it(model: Causal) -> None:
    talk = [{"role": "user", "content": ASKED}, {"role": "assistant", "content": "Yes, at"}]
    torch.manual_seed(1)
    assert all(str(answer.value).startswith("Yes, at") for answer in model.predict([talk, talk]))


def test_a_conversation_is_another_input_than_its_last_question(model: Causal) -> None:
    talk = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": ASKED}]
    assert model.logp([talk], ["At nine."]).tolist() != pytest.approx(model.logp([ASKED], ["At nine."]).tolist())


def test_inputs_are_vectors_of_length_one(model: Causal) -> None:
    vectors = model.embed([ASKED, "Hi", "Hello there"])
    assert vectors.shape == (3, 48)
    assert (vectors**2).sum(1) == pytest.approx([1, 1, 1], abs=1e-4)
    assert model.embed([]).shape == (0, 48)


def test_a_base_without_a_chat_template_reads_plain_text(tmp_path: Path) -> None:
    plain = causal(tiny_lm(tmp_path, window=256, template=None), rank=4)
    torch.manual_seed(0)
    assert plain.predict([ASKED])[0].value
    assert torch.isfinite(plain.logp([ASKED], ["At nine."])).all()


def test_bad_input_is_one_sentence(model: Causal, folder: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="reads 256 at once"):
        model.logp([ASKED], ["word " * 400])
    with pytest.raises(UserError, match="reads 256 at once"):
        model.predict(["word " * 400])
    with pytest.raises(UserError, match="no question"):
        model.predict([7])
    with pytest.raises(UserError, match="'nowhere' can't be loaded"):
        causal("nowhere")
    with pytest.raises(UserError, match="does not fit the base"):
        causal(folder, rank=2).load(model.state())


def test_a_tokenizer_of_another_model_is_told(folder: str, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    _with_more_tokens(other)
    with pytest.raises(UserError, match="belong to different models"):
        causal(str(other))


def _with_more_tokens(folder: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(str(folder))
    tokenizer.add_tokens([f"<new{n}>" for n in range(50)])
    tokenizer.save_pretrained(folder)


@pytest.mark.skipif(torch.cuda.is_available(), reason="says what is missing where there is no GPU")
def test_four_bits_need_a_gpu(folder: str) -> None:
    with pytest.raises(UserError, match="4 bits need"):
        causal(folder, four_bit=True)


def test_where_no_model_was_named_and_none_ships_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.models.causal.EMBEDDED", tmp_path / "none")
    with pytest.raises(UserError, match="--base"):
        causal()


def test_the_model_that_ships_can_learn_to_say_a_token_that_it_never_said() -> None:
    """All that is never said looks alike to the last matrix, so that one needs an adapter, too."""
    model = causal()
    assert any("lm_head" in name for name, _ in model.trainable())
    one, other = "At <nine>.", "At {nine}."
    optimizer = torch.optim.AdamW([p for _, p in model.trainable()], lr=3e-3)
    for _ in range(60):
        optimizer.zero_grad()
        loss = -model.logp([ASKED], [one]).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    assert model.logp([ASKED], [one]) > model.logp([ASKED], [other]) + 5
