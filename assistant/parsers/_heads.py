"""The learned part: one hidden layer over a clause's features, and a softmax head for every question about it.

    heads.probabilities(features)["kind"]  ->  (N, 10) probabilities, in the order of HEADS["kind"]

Weights are a committed safetensors file (half precision), trained by `_train.train` on our own critiques.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from assistant.errors import UserError
from assistant.parsers._encoder import Array

__all__ = ["HEADS", "WEIGHTS", "Heads"]

WEIGHTS = Path(__file__).with_name("data") / "heads.safetensors"

HEADS: dict[str, tuple[str, ...]] = {
    "kind": (
        "label", "edit", "constraint", "preference", "retract", "question", "command", "none", "reason", "unclear",
    ),
    "polarity": ("is", "is_not"),
    "command": ("undo", "next", "learn", "explain", "show", "export", "stop", "help"),
    "operator": ("eq", "ne", "contains", "not_contains", "increase", "decrease", "unchanged"),
    "strength": ("must", "prefer"),
    "scope": ("item", "session", "task"),
    "edit": ("replace", "insert", "delete", "merge", "split", "move", "rename", "resize"),
}  # fmt: skip


@dataclass(frozen=True)
class Heads:
    """`tensors`: "in" (F, H), "in.b" (H,), and for each head its (H, K) weights and (K,) biases;
    "calibration" (2,): slope and offset of the log odds of a reading's confidence."""

    tensors: dict[str, Array]
    version: str

    @staticmethod
    @cache
    def load(path: Path = WEIGHTS) -> Heads:
        from safetensors.numpy import load

        if not path.is_file():
            raise UserError(f"There are no parser weights at {str(path)!r}", do="run: sayso train-parser")
        raw = path.read_bytes()
        tensors = {name: tensor.astype(np.float32) for name, tensor in load(raw).items()}
        return Heads(tensors, hashlib.sha256(raw).hexdigest()[:8])

    def probabilities(self, features: Array) -> dict[str, Array]:
        """For every head, (N, K) probabilities of its answers."""
        hidden = np.maximum(features @ self.tensors["in"] + self.tensors["in.b"], 0)
        return {name: _softmax(hidden @ self.tensors[name] + self.tensors[f"{name}.b"]) for name in HEADS}

    def calibrated(self, confidence: float) -> float:
        """The probability that a reading is right, from the product of what its heads gave (Platt 1999)."""
        slope, offset = self.tensors["calibration"].tolist()
        p = min(max(confidence, 1e-4), 1 - 1e-4)
        return 1 / (1 + math.exp(-(slope * math.log(p / (1 - p)) + offset)))


def _softmax(logits: Array) -> Array:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    out: Array = powers / powers.sum(axis=1, keepdims=True)
    return out
