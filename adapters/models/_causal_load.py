"""A causal language model from the hub or a folder, with its tokenizer, as a person means it by `--base`.

>>> model, tokenizer = load("Qwen/Qwen3-0.6B", None)                 # doctest: +SKIP
"""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from adapters.device import on_gpu
from adapters.loading import loading, not_loaded
from adapters.models._base import fingerprint
from assistant.errors import UserError

__all__ = ["MOST_NEW", "PLAIN", "TEMPERATURE", "TOP_P", "TURN", "alone", "identity", "load", "window"]

TEMPERATURE, TOP_P = 0.8, 0.95
"""How answers are sampled."""
MOST_NEW = 256
"""Tokens of an answer at most."""
TURN = "\nUser:"
PLAIN = (
    "{{ bos_token }}{% for m in messages %}{% if m.role == 'system' %}{{ m.content }}\n\n"
    "{% elif m.role == 'user' %}User:\n{{ m.content }}\n"
    "{% else %}Assistant:\n{{ m.content }}{{ eos_token }}\n{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}Assistant:\n{% endif %}"
)
"""How a base without a chat template is asked, and where its answer is over: at the next turn that it makes up."""
KIND = "a causal language model, a folder or a name on the hub"


def load(base: str | None, embedded: Path, four_bit: bool = False) -> tuple[Any, Any]:
    """The model, frozen, and its tokenizer.

    Args:
        four_bit: keep its matrices in 4 bits (QLoRA, Dettmers et al. 2023), where there is a GPU and bitsandbytes.

    Raises:
        UserError: there is none, its tokenizer does not fit it, or 4 bits are not to be had.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    place = str(embedded) if base is None else base
    options: dict[str, Any] = {"dtype": torch.bfloat16 if on_gpu() else torch.float32}
    if four_bit:
        options |= _four_bit()
    try:
        with loading():
            model = AutoModelForCausalLM.from_pretrained(place, **options)
            tokenizer = AutoTokenizer.from_pretrained(place)
    except (OSError, ValueError) as wrong:
        raise not_loaded(place, KIND, wrong) from wrong
    rows = model.get_input_embeddings().num_embeddings
    if len(tokenizer) > rows:
        raise UserError(
            f"The tokenizer of {place!r} knows {len(tokenizer):,} tokens, the model {rows:,}",
            "they belong to different models",
            "take both from one folder",
        )
    if tokenizer.eos_token_id is None:
        raise UserError(f"The tokenizer of {place!r} has no end-of-text token", "a generator has to know its end")
    return model.requires_grad_(False), tokenizer


def alone(text: str) -> str:
    """An answer without the turns after it, which a base that never learned to chat makes up.

    >>> alone("At nine.\\nUser:\\nThank you!")
    'At nine.'
    """
    return text.partition(TURN)[0]


def identity(model: Any, tokenizer: Any) -> str:
    """Eight hexadecimal digits that change with the weights and with the vocabulary, but not with the device."""
    vocabulary = sorted(tokenizer.get_vocab().items())
    return hashlib.sha256(f"{fingerprint(model, rounded=True)}{vocabulary}".encode()).hexdigest()[:8]


def window(model: Any) -> int:
    """How many tokens it reads at most."""
    config = model.config.get_text_config()
    return int(getattr(config, "max_position_embeddings", None) or getattr(config, "n_positions", None) or 1 << 30)


def _four_bit() -> dict[str, Any]:
    if not on_gpu():
        raise UserError("4 bits need an NVIDIA GPU", "there is none here", "leave the option out")
    if find_spec("bitsandbytes") is None:
        raise UserError("4 bits need the package bitsandbytes", do="pip install bitsandbytes")
    from transformers import BitsAndBytesConfig

    return {
        "quantization_config": BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.bfloat16
        )
    }
