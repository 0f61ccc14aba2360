"""Words and word pairs as hashed features: what an encoder smooths over, and what people point at by name.

Feature hashing (Weinberger et al. 2009); square roots damp repetition, and each part's features have length 1.

>>> hashed(["my parcel", ""]).starts.tolist()
[0, 3]
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

from adapters.device import device

__all__ = ["HASHES", "Hashed", "hashed"]

HASHES = 2**14
_WORD = re.compile(r"\w+(?:'\w+)?|[!?]+|[^\w\s]", re.UNICODE)


class Hashed(NamedTuple):
    """The (N,) features of S parts one after the other, their weights, and where each of the (S,) parts starts."""

    ids: Tensor
    weights: Tensor
    starts: Tensor


def hashed(parts: Sequence[str]) -> Hashed:
    """The hashed words and word pairs of each part; none for an empty one."""
    found = [_features(part) for part in parts]
    starts = [0]
    for ids, _ in found[:-1]:
        starts.append(starts[-1] + len(ids))
    return Hashed(
        torch.tensor([id for ids, _ in found for id in ids], dtype=torch.long, device=device()),
        torch.tensor([w for _, weights in found for w in weights], dtype=torch.float32, device=device()),
        torch.tensor(starts[: len(parts)], dtype=torch.long, device=device()),
    )


@lru_cache(maxsize=100_000)
def _features(part: str) -> tuple[tuple[int, ...], tuple[float, ...]]:
    words = _WORD.findall(part.lower())
    pairs = [f"{first} {second}" for first, second in pairwise(words)]
    counts = Counter(zlib.crc32(word.encode()) % HASHES for word in [*words, *pairs])
    length = sum(counts.values()) ** 0.5
    return tuple(counts), tuple(count**0.5 / length for count in counts.values())
