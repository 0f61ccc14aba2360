"""What can be told of the sentences of a text before any feedback: which matter, which say the same, what is in them.

>>> nearest("The ferry costs 4 euros.", ["It rained.", "A ticket for the ferry costs 4 euros."])
1
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor, nn

__all__ = ["COUNTS", "apart", "counted", "likely", "nearest", "places"]

USUAL, MOST = 3, 0.5
"""Sentences of a summary before any feedback, and the share of a text's that it is at most."""
CENTRAL, LEAD, FADE = 0.9, 1.6, 2.5
"""Nats: of a sentence that is one standard deviation more central than the mean, of the first, and after how many
sentences a third of that is left."""
AGAIN = 6.0
"""Nats that a sentence loses for each unit of cosine above `ALIKE` with one that is picked already."""
ALIKE = 0.55
OVERLAP = 0.35
"""The share of the words of a sentence that one of the text must have, to be what it stands for."""
_WORD = re.compile(r"\w+")
_COUNTED = (r"\d", r"[\"“”«»]", r"[?]", r"[!]", r"\b(?:I|we|you|my|our|your)\b", r",", r"[$€£%]")
COUNTS = len(_COUNTED) + 5


def likely(vectors: Tensor, owner: Tensor, texts: int) -> Tensor:
    """(S,) what is likely in before any feedback."""
    parts = []
    for at in range(texts):
        own = vectors[owner == at].detach()
        n = len(own)
        central = own @ nn.functional.normalize(own.mean(0), dim=0)
        spread = (central - central.mean()) / (central.std(correction=0) + 1e-6)
        early = torch.exp(-torch.arange(n, device=own.device) / FADE)
        parts.append(_with(CENTRAL * spread + LEAD * early, min(USUAL, math.ceil(MOST * n))))
    return torch.cat(parts) if parts else vectors.new_zeros(0)


def _with(z: Tensor, count: int) -> Tensor:
    """z with the constant by which so many of them are likelier in than out."""
    if len(z) <= count:
        return z - z.min() + 1 if len(z) else z
    ordered = z.sort(descending=True).values
    return z - (ordered[count - 1] + ordered[count]) / 2


def apart(want: Sequence[float], alike: Sequence[Sequence[float]]) -> list[int]:
    """Numbers of the sentences that are wanted, the most wanted first, without those that say the same; at least
    one."""
    picked: list[int] = []
    for at in sorted(range(len(want)), key=lambda at: -want[at]):
        again = max((alike[at][other] for other in picked), default=0.0)
        if not picked or want[at] - AGAIN * max(0.0, again - ALIKE) > 0:
            picked.append(at)
    return picked


def places(owner: Tensor) -> Tensor:
    """(S, 4) where each sentence stands: near the beginning, how far down, the first, the last."""
    counts = torch.bincount(owner)
    starts = torch.cat([counts.new_zeros(1), counts.cumsum(0)[:-1]]) if len(counts) else counts
    at = torch.arange(len(owner), device=owner.device) - starts[owner]
    n = counts[owner]
    down = at / (n - 1).clamp(min=1)
    return torch.stack([torch.exp(-at / FADE), down, (at == 0).float(), (at == n - 1).float()], 1).float()


@lru_cache(maxsize=50_000)
def counted(sentence: str) -> tuple[float, ...]:
    """What can be counted in a sentence: about 1 each where it is there."""
    found = [float(min(2, len(re.findall(sign, sentence)))) / 2 for sign in _COUNTED]
    return (math.log1p(len(_WORD.findall(sentence))) / 3, *found)


def nearest(said: str, own: Sequence[str]) -> int | None:
    """The sentence with the largest share of these words; None: none has enough of them."""
    words = set(_WORD.findall(said.casefold()))
    shares = [len(words & set(_WORD.findall(one.casefold()))) / max(1, len(words)) for one in own]
    best = max(range(len(own)), key=lambda at: shares[at])
    return best if shares[best] >= OVERLAP else None
