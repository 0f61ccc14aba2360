"""The parts of texts as a head reads them: what the encoder says of each, its words, and which text it is of.

>>> Parts(Encoder(), sentences).read(["It is late. I am tired."])[1]           # doctest: +SKIP
tensor([0, 0])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor

from adapters.device import device
from adapters.models._encoder import Encoder
from adapters.models._hashed import Hashed, hashed

__all__ = ["Parts", "Read", "Split"]

PREPARED = 12
"""How many batches of texts are kept as the head reads them."""
DEEP_PARTS = 64
"""How many parts gradients flow back into the encoder from, per call; the others are taken as they were."""

Split: TypeAlias = Callable[[str], Sequence[tuple[int, int]]]
"""(start, end) of each part of a text, in characters; at least one."""


class Read(NamedTuple):
    """What the encoder and the words of S parts say: (S, F) features, (S, D) vectors, hashed words."""

    features: Tensor
    vectors: Tensor
    words: Hashed


class Parts:
    """See the module. `deep`: whether gradients reach the encoder; set it by `train`."""

    def __init__(self, encoder: Encoder, split: Split) -> None:
        self.encoder, self.split = encoder, split
        self.deep = False
        self._prepared: dict[tuple[str, ...], tuple[Read, Tensor]] = {}

    def train(self, deep: bool) -> None:
        # never dropout: in the frozen layers it costs a sixth of a step and gained nothing (docs/log.md)
        self.encoder.eval()
        if self.deep and not deep:
            self.encoder.forget()
        self.deep = deep
        self._prepared.clear()

    def forget(self) -> None:
        """The adapter was changed."""
        self.encoder.forget()
        self._prepared.clear()

    def cut(self, texts: Sequence[str]) -> tuple[list[str], Tensor]:
        """All parts of all texts, and the (S,) text that each is of."""
        parts = [[text[a:b] for a, b in self.split(text)] for text in texts]
        counts = torch.tensor([len(some) for some in parts], dtype=torch.long, device=device())
        owner = torch.arange(len(texts), device=device()).repeat_interleave(counts)
        return [part for some in parts for part in some], owner

    def read(self, texts: Sequence[str], remember: bool = True) -> tuple[Read, Tensor]:
        """What the parts of all texts say to the head, and the (S,) text that each part is of.

        While training deep, gradients reach the encoder from a sample of the parts. Elsewhere nothing changes from
        one look to the next, so that a head which settles does not have its texts cut and hashed again each time.
        """
        key = tuple(texts)
        if key in self._prepared and not self.deep and self.encoder.adapted:
            return self._prepared[key]
        parts, owner = self.cut(texts)
        deep = None
        if self.deep and torch.is_grad_enabled():
            deep = torch.randperm(len(parts), device="cpu")[:DEEP_PARTS].to(device())
        features, vectors = self.encoder.read_texts(parts, deep, remember)
        found = Read(features, vectors, hashed(parts)), owner
        if not self.deep and remember and self.encoder.adapted:
            if len(self._prepared) >= PREPARED:
                self._prepared.pop(next(iter(self._prepared)))
            self._prepared[key] = found
        return found
