"""How unhappy somebody sounds with what was said to them: a logistic regression on the vectors of the embedded encoder.

>>> unhappy(["That is not what I asked!", "Great, thank you."]).round(1).tolist()      # doctest: +SKIP
[0.9, 0.0]

That chatbots should watch for it, and ask what they should have said, is Hancock et al. 2019 (ACL). The weights that
ship were learned from what annotators said of real conversations (Petrak et al. 2023, arXiv 2310.15758), by
`sayso train-satisfaction`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["WEIGHTS", "Weights", "learned", "read", "unhappy", "vectors", "write"]

WEIGHTS = Path(__file__).parent / "models" / "data" / "satisfaction.safetensors"
STRENGTH = 3.0
"""C of the regression: how little the weights are pulled to zero."""
Array: TypeAlias = NDArray[np.float32]


class Weights(NamedTuple):
    """(D,) weights, and what is added."""

    weights: Array
    bias: float

    def __call__(self, vectors: Array) -> Array:
        """(N,) probability that each is unhappy."""
        return np.asarray(1 / (1 + np.exp(-(vectors @ self.weights + self.bias))), np.float32)


def unhappy(texts: Sequence[str]) -> Array:
    """(N,) the probability, in [0, 1], that somebody who says this is unhappy with what was said before."""
    if not len(texts):
        return np.zeros(0, np.float32)
    return read(WEIGHTS)(vectors(texts))


def vectors(texts: Sequence[str]) -> Array:
    """(N, D) of length 1."""
    return np.asarray(_encoder().vectors(list(texts)).cpu().numpy(), np.float32)  # type: ignore[attr-defined]


def learned(vectors: Array, unhappy: Sequence[bool]) -> Weights:
    """By what people said and whether they were unhappy; both kinds count alike, however many there are."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=STRENGTH, max_iter=2000, class_weight="balanced").fit(vectors, list(unhappy))
    return Weights(np.asarray(fitted.coef_[0], np.float32), float(fitted.intercept_[0]))


def write(weights: Weights, path: Path) -> None:
    from safetensors.numpy import save_file

    save_file({"weights": weights.weights, "bias": np.array([weights.bias], np.float32)}, path)


@cache
def read(path: Path) -> Weights:
    from safetensors.numpy import load_file

    tensors = load_file(path)
    return Weights(tensors["weights"], float(tensors["bias"][0]))


@cache
def _encoder() -> object:
    from adapters.models._encoder import Encoder

    return Encoder()
