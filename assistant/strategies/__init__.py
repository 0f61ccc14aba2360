"""Which example to ask about next: `strategy(candidates, beliefs, rng) -> Pick`, joined by `@strategy`.

Candidates are a bounded sample of the examples that nobody has criticised yet; beliefs are computed when a
strategy asks for them, so random costs no forward pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from assistant.registry import Registry
from assistant.types import Example

__all__ = ["Beliefs", "Pick", "Strategy", "strategy"]

Array: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"


@dataclass(frozen=True)
class Pick:
    """`index` into the candidates, and why, in words for the person: "the model is torn between a and b"."""

    index: int
    why: str


class Beliefs:
    """What the model thinks of the candidates.

    Args:
        values: the names of the C values, or () where they can't be listed.
        probabilities: gives (N, C) probabilities of the values, or (N, 1) scores, in [0, 1].
        vectors: gives (N, D) vectors of the candidates, of length 1.
        seen: gives (M, D) vectors of a bounded sample of what was criticised already.
        uniform: how many of the candidates, from the first, were drawn uniformly; None: all.
    """

    def __init__(
        self,
        values: Sequence[str],
        probabilities: Callable[[], Array],
        vectors: Callable[[], Array],
        seen: Callable[[], Array],
        uniform: int | None = None,
    ) -> None:
        self.values, self.uniform = tuple(values), uniform
        self._probabilities, self._vectors, self._seen = probabilities, vectors, seen

    @cached_property
    def probabilities(self) -> Array:
        return self._probabilities()

    @cached_property
    def vectors(self) -> Array:
        return self._vectors()

    @cached_property
    def seen(self) -> Array:
        return self._seen()


Strategy: TypeAlias = Callable[[Sequence[Example], Beliefs, np.random.Generator], Pick]
strategy: Registry[Strategy] = Registry("strategy", "assistant.strategies")
