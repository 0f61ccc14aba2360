"""Which earlier feedback a training rehearses: `rehearsal(memory, count, rng) -> places`, joined by `@rehearsal`.

A training learns from what is new, and from a bounded sample of what was said before, so that old lessons stay. Of
the `earlier` ones, themselves a uniform sample of the history, a rehearsal takes some. What it asks of the parent is
computed when asked for, so that `uniform` costs no forward pass.

>>> rehearsal.get("uniform")(memory, 2, rng)          # doctest: +SKIP
[0, 1]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TypeAlias

import numpy as np

from assistant.registry import Registry
from assistant.strategies import Array
from assistant.types import Feedback

__all__ = ["Memory", "Rehearsal", "rehearsal"]


class Memory:
    """What a rehearsal chooses from.

    Args:
        earlier: N labels and preferences, in random order.
        surprise: gives (N,) nats, -logp of each under the parent: how near it is to being forgotten.
        vectors: gives (N, D) vectors of their inputs, of length 1.
        new: gives (M, D) vectors of the inputs of what is new.
    """

    def __init__(
        self,
        earlier: Sequence[Feedback],
        surprise: Callable[[], Array],
        vectors: Callable[[], Array],
        new: Callable[[], Array],
    ) -> None:
        self.earlier = tuple(earlier)
        self._surprise, self._vectors, self._new = surprise, vectors, new

    @cached_property
    def surprise(self) -> Array:
        return self._surprise()

    @cached_property
    def vectors(self) -> Array:
        return self._vectors()

    @cached_property
    def new(self) -> Array:
        return self._new()


Rehearsal: TypeAlias = Callable[[Memory, int, np.random.Generator], "list[int]"]
rehearsal: Registry[Rehearsal] = Registry("rehearsal", "assistant.rehearsals")
