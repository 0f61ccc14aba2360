"""Answers that share a prompt's row: they are worth what they are worth alone, in value and in gradient."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.models._shared import MOST, Pack, can_share, inputs_of, packs
from adapters.models.causal import Causal, causal
from tests.tiny_lm import tiny_lm

ASKED = ["When do you open?", "Where?", "When do you open?", "When do you open?"]
SAID = ["At nine.", "Here.", "At nine in the morning, every day.", ""]
IDS = st.lists(st.integers(0, 9), min_size=1, max_size=4).map(tuple)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Causal:
    from transformers import LlamaConfig, LlamaForCausalLM

    folder = tiny_lm(tmp_path_factory.mktemp("lm"), window=256)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=700, hidden_size=48, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=256, initializer_range=0.3,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return causal(folder, rank=4)


def worth(model: Causal, shares: bool) -> tuple[list[float], Any]:
    model.__dict__["_shares"] = shares
    model.peft.zero_grad()
    found = model.logp(ASKED, SAID)
    (found * torch.tensor([1.0, -2.0, 3.0, 0.5])).sum().backward()
    grads = torch.cat([p.grad.flatten() for _, p in model.trainable() if p.grad is not None])
    del model.__dict__["_shares"]
    return found.tolist(), grads


def test_values_and_gradients_are_those_of_rows_of_their_own(model: Causal) -> None:
    alone, shared = worth(model, False), worth(model, True)
    assert shared[0] == pytest.approx(alone[0], rel=1e-4)
    assert torch.allclose(shared[1], alone[1], rtol=1e-3, atol=1e-4) and alone[1].abs().max() > 0.1
    assert model._shares


def test_a_model_that_looks_back_only_so_far_does_not_share(tmp_path: Path) -> None:
    assert not causal(tiny_lm(tmp_path), rank=4)._shares  # its window is 12 tokens


def test_a_model_that_refuses_the_mask_does_not_share() -> None:
    class Config:
        vocab_size = 9

    def refuses(some: list[Pack]) -> torch.Tensor:
        if any(len(pack.answers) > 1 for pack in some):
            raise ValueError("a mask of four dimensions")
        return torch.zeros(len(some))

    def wrong(some: list[Pack]) -> torch.Tensor:
        return torch.tensor([float(len(pack.answers)) for pack in some for _ in pack.answers])

    assert not can_share(Config(), 100, refuses)  # type: ignore[arg-type]
    assert not can_share(Config(), 100, wrong)  # type: ignore[arg-type]


@settings(deadline=None)
@given(st.lists(st.tuples(IDS, IDS), min_size=1, max_size=20), st.booleans())
def test_packs_hold_each_row_once(rows: list[tuple[tuple[int, ...], tuple[int, ...]]], shared: bool) -> None:
    made = packs(rows, shared)
    assert sorted(at for pack in made for at in pack.rows) == list(range(len(rows)))
    for pack in made:
        assert [rows[at] for at in pack.rows] == [(pack.prompt, answer) for answer in pack.answers]
        assert len(pack.answers) <= (MOST if shared else 1)
    if shared:
        full = [pack.prompt for pack in made if len(pack.answers) < MOST]
        assert len(full) == len(set(full))


@settings(deadline=None)
@given(st.lists(st.tuples(IDS, IDS), min_size=1, max_size=8))
def test_a_token_sees_its_prompt_and_what_stands_before_it_in_its_answer(
    rows: list[tuple[tuple[int, ...], tuple[int, ...]]],
) -> None:
    made = packs(rows, True)
    read = inputs_of(made, 0, torch.device("cpu"))
    for at, pack in enumerate(made):
        length = pack.length
        places = read["position_ids"][at, -length:].tolist()
        begin = len(pack.prompt)
        for answer in pack.answers:
            assert places[begin : begin + len(answer)] == list(range(len(pack.prompt), len(pack.prompt) + len(answer)))
            begin += len(answer)
        if read["attention_mask"].dim() == 4:
            sees = (read["attention_mask"][at, 0] == 0).sum(-1)[-length:].tolist()
            assert sees == [place + 1 for place in places]
