"""A causal model over SMILES from the hub or a folder, with its tokenizer, and the tokens that begin and end one.

>>> model, tokenizer = load(None, EMBEDDED)                 # doctest: +SKIP
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from adapters.device import on_gpu
from adapters.loading import loading, not_loaded
from adapters.models._smiles_tokens import ANY
from assistant.errors import UserError

__all__ = ["load", "marks"]


def marks(tokenizer: Any) -> tuple[int, int, int]:
    """What a SMILES begins with, what one that is begun anywhere does, and what it ends with."""
    end = tokenizer.eos_token_id
    begin = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else end
    if end is None:
        raise UserError("The tokenizer of the base model has no end-of-text token", "a generator has to know its end")
    known = tokenizer.get_vocab()
    return begin, known.get(ANY, begin), end


def load(base: str | None, embedded: Path) -> tuple[Any, Any]:
    """The model and its tokenizer, quietly and without a network where they lie on disk.

    Raises:
        UserError: there is none.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    if base is None and not (embedded / "model.safetensors").exists():
        raise UserError("The weights of the SMILES model are missing", do="train them: sayso train-prior")
    place = base or str(embedded)
    try:
        with loading():
            model = AutoModelForCausalLM.from_pretrained(place, dtype=torch.float32)
            tokenizer = AutoTokenizer.from_pretrained(place)
    except (OSError, ValueError) as wrong:
        raise not_loaded(place, "a causal model over SMILES, a folder or a name on the hub", wrong) from wrong
    if not on_gpu():  # the gradients of fused attention take longer there than those of plain products
        model.set_attn_implementation("eager")
    return model.requires_grad_(False), tokenizer
