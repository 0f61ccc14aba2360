"""The training of the small language model: what is read, what counts, and that it can be loaded and go on."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
import torch

from adapters.models import _text_prior as prior
from adapters.models._helpdesk import talks
from adapters.models.causal import causal
from assistant.errors import UserError

TINY = prior.Plan(
    epochs=2, batch=4, held=8, looks=1, looked=4, steps=3, vocabulary=600, learned_from=200, width=32, layers=1,
    heads=2, inner=48,
)  # fmt: skip


def test_what_the_desk_says_counts_and_the_notice_hardly() -> None:
    made = prior.tokenizer(TINY)
    begin, end = made.convert_tokens_to_ids(prior.ASSISTANT), made.eos_token_id
    talk = [
        {"role": "user", "content": "When?"}, {"role": "assistant", "content": "At nine."},
        {"role": "user", "content": "And on Sundays?"}, {"role": "assistant", "content": "Never."},
    ]  # fmt: skip
    ids = torch.tensor([made(made.apply_chat_template(talk, tokenize=False), add_special_tokens=False)["input_ids"]])
    counted = ids[0][prior._weights(ids, begin, end)[0] == 1]
    assert made.decode(counted) == "At nine.<|end|>Never.<|end|>"


def test_each_pool_is_shared_out_by_length_and_is_the_same_again() -> None:
    made = prior.tokenizer(TINY)
    first = [ids.tolist() for ids in prior._batches(made, TINY, 2, 5)]
    assert first == [ids.tolist() for ids in prior._batches(made, TINY, 0, 5)][2:]
    lengths = [max(map(prior._length, batch)) - min(map(prior._length, batch)) for batch in prior._shared_out(TINY, 0)]
    everything = [prior._length(talk) for talk in islice(talks(0), prior.POOL * TINY.batch)]
    assert sum(lengths) <= max(everything) - min(everything)


def test_it_is_written_loads_and_goes_on(tmp_path: Path) -> None:
    said: list[str] = []
    figures = prior.train_text(tmp_path / "out", tmp_path / "work", TINY, said.append)
    assert set(figures) == {"loss", "held", "right", "keeps"} and len(said) == 2
    model = causal(str(tmp_path / "out"), rank=2)
    assert model.window == prior.WINDOW
    with torch.no_grad():
        assert torch.isfinite(model.logp(["When do you open?"], ["At nine."])).all()
    prior.train_text(tmp_path / "again", tmp_path / "work", TINY, said.append)
    assert said[2] == "Going on after step 6."
    with pytest.raises(UserError, match="made with other options"):
        prior.train_text(tmp_path / "out", tmp_path / "work", prior.Plan(seed=1), said.append)
