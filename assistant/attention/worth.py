"""What an answer about one input would be worth, before anybody is asked: examples that it sets right.

    worth(vector, [.46, .41, .13], pool) -> Worth(gain=3.1, alike=40.0)

The expected value of the information (Howard 1966; for interruptions Horvitz 1999), as the reduction of error that is
expected on a bounded sample of the pool (Roy & McCallum 2001), without training anything: an answer y about x moves
what is believed of each z like it,

    q_z = (1 - s) p_z + s e_y,      s = k(x, z) / (1 + n_z + k(x, z)),      n_z = sum of k(z, x') over what was said

so it is a Dirichlet of weight 1 around the model's own belief, with kernel counts of what people said nearby: the
second answer about the same kind of thing is worth less than the first. The gain at z is the mean over y ~ p_x of
max q_z, less max p_z: 0 where no answer could change anything, however torn the model is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

__all__ = ["Pool", "Worth", "kernel", "worth"]

Array: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"
TYPICAL = 0.9
"""Two texts are alike from the cosine on that so large a share of all pairs in the pool stays below."""


@dataclass(frozen=True)
class Worth:
    """`gain`: examples that an answer should set right; `alike`: how many are like the input."""

    gain: float
    alike: float


@dataclass(frozen=True)
class Pool:
    """What the live version believes of a bounded sample of S examples that nobody labelled, standing for `size`.

    Args:
        vectors: (S, D) of length 1.
        probabilities: (S, C) of the values.
        said: (M, D) vectors of what people said something about; M may be 0.
    """

    vectors: Array
    probabilities: Array
    said: Array
    size: int
    low: float = field(init=False)
    heard: Array = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "low", _low(self.vectors))
        near = kernel(self.vectors, self.said, self.low) if len(self.said) else np.zeros((len(self.vectors), 1))
        object.__setattr__(self, "heard", near.sum(1))


def kernel(one: Array, other: Array, low: float) -> Array:
    """(N, M) in [0, 1]: 1 for the same vector, 0 from the cosine `low` down."""
    return np.asarray(np.clip((one @ other.T - low) / (1 - low), 0, 1))


def worth(vector: Array, probabilities: Array, pool: Pool) -> Worth:
    """Of an answer about the input with this (D,) vector and these (C,) probabilities."""
    if not len(pool.vectors):
        return Worth(0.0, 0.0)
    near = kernel(pool.vectors, vector[None], pool.low)[:, 0]
    share = (near / (1 + pool.heard + near))[:, None]
    stays = (1 - share) * pool.probabilities  # (S, C)
    best = stays.max(1)
    # only the value that was said rises, so the largest of q is the larger of that one and the old best
    after = np.maximum(best[:, None], stays + share) @ probabilities
    gains = np.maximum(after - _before(pool, share, probabilities), 0)
    scale = pool.size / len(pool.vectors)
    return Worth(float(gains.sum()) * scale, float(near.sum()) * scale)


def _before(pool: Pool, share: Array, probabilities: Array) -> Array:
    """(S,) how often the answers as they are now would be right, by the belief that will hold on average."""
    mean = (1 - share) * pool.probabilities + share * probabilities
    return np.asarray(mean[np.arange(len(mean)), pool.probabilities.argmax(1)])


def _low(vectors: Array) -> float:
    """The cosine that most pairs stay below."""
    if len(vectors) < 2:
        return 0.0
    cosines = (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
    return float(min(np.quantile(cosines, TYPICAL), 0.95))
