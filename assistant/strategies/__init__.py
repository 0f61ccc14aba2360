"""Which example to ask about next: `strategy(candidates, beliefs, rng) -> Pick`, joined by `@strategy`.

Candidates are a bounded sample of the examples that nobody has criticised yet; beliefs are computed when a
strategy asks for them, so random costs no forward pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from assistant.registry import Registry
from assistant.types import Example

__all__ = ["Array", "Beliefs", "Gain", "Pick", "Strategy", "strategy"]

Array: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"


@dataclass(frozen=True)
class Pick:
    """`index` into the candidates, and why, in words for the person: "the model is torn between a and b".

    `by`: the strategy that this one asked, if it was another one.
    """

    index: int
    why: str
    by: str = ""


@dataclass(frozen=True)
class Gain:
    """What a version gained on held-out examples, and from whose picks.

    Args:
        picked: of the examples that it learned from, how many each strategy picked.
        gained: the share of its parent's errors that went away; below 0 where there are more of them.
        noise: the standard deviation of that, from how few examples are held out.
    """

    picked: Mapping[str, int]
    gained: float
    noise: float


class Beliefs:
    """What the model thinks of the candidates, computed when it is first asked for.

    Args:
        values: the names of the C values, or () where they can't be listed.
        probabilities: gives (N, C) probabilities of the values, or (N, 1) scores, in [0, 1].
        vectors: gives (N, D) vectors of the candidates, of length 1.
        seen: gives (M, D) vectors of a bounded sample of what was criticised already.
        draws: gives (K, N, C) probabilities by K draws of the adapter; None: there is but the one.
        gradients: gives (N, P) and (M, P), of candidates and of `seen`: how the loss of the likeliest value moves with
            the adapter's head; None: with a linear head on the vectors, for candidates alone.
        gains: gives what versions gained so far, oldest first; None: nothing is known.
        uniform: how many of the candidates, from the first, were drawn uniformly; None: all.
    """

    def __init__(
        self,
        values: Sequence[str],
        probabilities: Callable[[], Array],
        vectors: Callable[[], Array],
        seen: Callable[[], Array],
        *,
        draws: Callable[[], Array] | None = None,
        gradients: Callable[[], tuple[Array, Array]] | None = None,
        gains: Callable[[], Sequence[Gain]] | None = None,
        uniform: int | None = None,
    ) -> None:
        self.values, self.uniform = tuple(values), uniform
        self._probabilities, self._vectors, self._seen = probabilities, vectors, seen
        self._draws, self._gradients, self._gains = draws, gradients, gains

    @cached_property
    def probabilities(self) -> Array:
        return self._probabilities()

    @cached_property
    def vectors(self) -> Array:
        return self._vectors()

    @cached_property
    def seen(self) -> Array:
        return self._seen()

    @cached_property
    def draws(self) -> Array:
        return self._draws() if self._draws else self.probabilities[None]

    @property
    def gradients(self) -> Array:
        return self._both[0]

    @property
    def seen_gradients(self) -> Array:
        return self._both[1]

    @cached_property
    def gains(self) -> Sequence[Gain]:
        return self._gains() if self._gains else ()

    @cached_property
    def _both(self) -> tuple[Array, Array]:
        if self._gradients:
            return self._gradients()
        moved = -self.probabilities
        # of the loss of the likeliest value: 1 there, less the probabilities
        moved[np.arange(len(moved)), moved.argmin(axis=1)] += 1
        found = (moved[:, :, None] * self.vectors[:, None, :]).reshape(len(moved), -1)
        return found, found[:0]


Strategy: TypeAlias = Callable[[Sequence[Example], Beliefs, np.random.Generator], Pick]
strategy: Registry[Strategy] = Registry("strategy", "assistant.strategies")
