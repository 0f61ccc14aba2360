"""Models are loaded one at a time: transformers is not made for two threads at it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.loading import loading, not_loaded
from adapters.models.causal import causal
from tests.tiny_lm import tiny_lm

ROOT = Path(__file__).parents[2]


def test_threads_that_load_at_once_all_get_their_weights(tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM, PreTrainedModel

    before = PreTrainedModel.tie_weights
    small = {"vocab_size": 64, "hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2}
    tied = LlamaForCausalLM(LlamaConfig(**small, num_hidden_layers=1, tie_word_embeddings=True))
    tied.save_pretrained(tmp_path)

    def load(_: int) -> bool:
        with loading():
            model = AutoModelForCausalLM.from_pretrained(tmp_path)
        return any(weight.is_meta for weight in model.parameters())

    with ThreadPoolExecutor(8) as threads:
        assert not any(threads.map(load, range(64)))
    assert PreTrainedModel.tie_weights is before


def test_the_family_loads_in_threads(tmp_path: Path) -> None:
    folder = tiny_lm(tmp_path)
    with ThreadPoolExecutor(4) as threads:
        names = {model.base_id for model in threads.map(lambda _: causal(folder, rank=2), range(8))}
    assert len(names) == 1


def test_whoever_loads_a_model_waits_for_the_others() -> None:
    """A file that calls transformers to load a model does so within `loading()`."""
    for package in ("adapters", "assistant", "ui"):
        for file in (ROOT / package).rglob("*.py"):
            code = file.read_text(encoding="utf-8")
            if "Model" in code and ".from_pretrained(" in code:
                assert "with loading():" in code, f"{file} loads without waiting"


def test_what_could_not_be_loaded_is_named() -> None:
    told = str(not_loaded("here", "a folder", OSError("no such file\nand more")))
    assert "'here'" in told and "a base is a folder" in told and "no such file" in told and "and more" not in told
    with pytest.raises(RuntimeError), loading():
        raise RuntimeError("the lock is let go")
    with loading():
        pass
