"""The classifier: its contract as a model, and what is special about it."""

from __future__ import annotations

import pytest
import torch

from adapters.models._text import only, sentences, without
from adapters.models.classifier import Classifier
from assistant.errors import UserError
from assistant.types import Evidence
from tests.tiny import LABELS

TEXTS = ["my parcel was broken", "the staff is lovely and quick", "", "🙂 שלום <b>x</b>", "it was late. " * 90]


def test_predicts_one_value_and_honest_scores_per_input(model: Classifier) -> None:
    found = model.predict(TEXTS)
    assert [prediction.value in LABELS for prediction in found] == [True] * len(TEXTS)
    for prediction in found:
        assert sum(prediction.scores.values()) == pytest.approx(1, abs=1e-5)
        assert prediction.score == max(prediction.scores.values())


def test_logp_is_the_log_of_the_probability_and_has_gradients(model: Classifier) -> None:
    logp = model.logp(TEXTS * 2, [LABELS[0]] * len(TEXTS) + [LABELS[1]] * len(TEXTS))
    assert logp.shape == (2 * len(TEXTS),)
    total = logp.exp().view(2, -1).sum(0)
    assert torch.allclose(total, torch.ones(len(TEXTS)), atol=1e-5)
    logp.sum().backward()
    assert any(p.grad is not None and p.grad.abs().sum() > 0 for _, p in model.trainable())
    for _, parameter in model.trainable():
        parameter.grad = None


def test_nothing_at_all_gives_nothing(model: Classifier) -> None:
    assert model.predict([]) == []
    assert model.logp([], []).shape == (0,)
    assert model.embed([]).shape == (0, model.encoder.size)


def test_a_text_alone_reads_as_in_company(model: Classifier) -> None:
    alone = [model.predict([text])[0].score for text in TEXTS]
    together = [prediction.score for prediction in model.predict(TEXTS)]
    assert alone == pytest.approx(together, abs=1e-5)


def test_halves_of_the_encoder_give_what_the_whole_gives(model: Classifier) -> None:
    sentences = ["my parcel was broken", "thanks"]
    tokens = model.encoder._tokens(sentences)
    with torch.no_grad():
        hidden = model.encoder.peft(**tokens).last_hidden_state
        mask = tokens["attention_mask"][..., None]
        whole = torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=-1)
        assert torch.allclose(model.encoder.vectors(sentences), whole, atol=2e-3)  # half precision between them


def test_base_is_the_model_before_any_feedback(model: Classifier) -> None:
    before = model.logp(TEXTS, [LABELS[0]] * len(TEXTS)).detach()
    with torch.no_grad():
        for _, parameter in model.trainable():
            parameter.add_(0.3)
    changed = model.logp(TEXTS, [LABELS[0]] * len(TEXTS)).detach()
    assert not torch.allclose(before, changed, atol=1e-3)
    with model.base():
        assert torch.allclose(before, model.logp(TEXTS, [LABELS[0]] * len(TEXTS)), atol=1e-5)
    assert torch.allclose(changed, model.logp(TEXTS, [LABELS[0]] * len(TEXTS)), atol=1e-5)


def test_an_adapter_comes_back_as_it_was(model: Classifier) -> None:
    with torch.no_grad():
        for _, parameter in model.trainable():
            parameter.add_(0.1)
    state, said = model.state(), model.predict(TEXTS)
    model.load(None)
    assert model.predict(TEXTS) != said
    model.load(state)
    assert model.predict(TEXTS) == said


def test_an_adapter_of_another_shape_is_refused(model: Classifier) -> None:
    state = model.state()
    state["head.query"] = torch.zeros(7)
    with pytest.raises(UserError, match="does not fit the base"):
        model.load(state)


def test_new_labels_keep_what_was_learned_of_the_old_ones(model: Classifier) -> None:
    with torch.no_grad():
        model.bias[0] = 2.5
    model.relabel(("question", LABELS[0]))
    assert model.values() == ("question", LABELS[0])
    assert model.bias.tolist() == [0.0, 2.5]
    assert set(model.predict(["it was late"])[0].scores) == {"question", LABELS[0]}


def test_no_labels_yet_is_said_in_a_sentence(model: Classifier) -> None:
    model.relabel(())
    with pytest.raises(UserError, match="no labels yet"):
        model.predict(["it was late"])


def test_an_unknown_label_is_named(model: Classifier) -> None:
    with pytest.raises(UserError, match=r"'spam' is no label; the labels are: complaint, praise"):
        model.logp(["x"], ["spam"])


def test_explains_by_words_of_a_short_text_and_by_parts_of_a_long_one(model: Classifier) -> None:
    short = "my parcel was broken and late"
    for part in model.explain(short, "complaint"):
        assert short[part.start : part.end] == part.text
        assert -1 <= part.weight <= 1
    long = "It was late. " + "The staff is rude. " * 40
    parts = model.explain(long, "complaint")
    assert parts and {part.text for part in parts} <= {"It was late.", "The staff is rude."}


def test_calibration_changes_no_answer(model: Classifier) -> None:
    inputs = ["my parcel was broken", "the staff is lovely"] * 10
    before = [prediction.value for prediction in model.predict(inputs)]
    other = {"praise": "complaint", "complaint": "praise"}
    model.calibrate(inputs, before[:10] + [other[value] for value in before[10:]])  # right every second time
    assert model.temperature > 1
    assert [prediction.value for prediction in model.predict(inputs)] == before


def test_parts_cover_every_word_and_cut_what_is_long() -> None:
    text = ("One two three. " * 10 + "word " * 200 + "\nEnd!").strip()
    parts = [text[a:b] for a, b in sentences(text)]
    assert " ".join(parts).split() == text.split()
    assert max(len(part.split()) for part in parts) <= 80
    assert sentences("short text") == [(0, 10)]


def test_evidence_is_taken_out_or_left_alone() -> None:
    evidence = [Evidence(text="money back"), Evidence(text="not there")]
    assert "money back" not in without("I want my money back", evidence)
    assert only("I want my money back", evidence) == "money back"
    assert only("I want it", evidence) is None


def test_what_was_read_holds_where_the_same_adapter_is_loaded_again(
    model: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, state = model.predict(TEXTS), model.state()
    read: list[int] = []
    run = model.encoder._run
    monkeypatch.setattr(model.encoder, "_run", lambda texts, *more: read.append(len(texts)) or run(texts, *more))
    model.load(state)
    assert model.predict(TEXTS) == before and read == []
    other = {name: value + 0.1 if "lora_" in name else value for name, value in state.items()}
    model.load(other)
    assert model.predict(TEXTS) != before and read
    model.load(state)
    assert model.predict(TEXTS) == before
