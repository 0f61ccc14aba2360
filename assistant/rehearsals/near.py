"""What the new feedback may overwrite: half of it like what is new, half at random.

What is learned of a text moves those that mean the same. The neighbours of what is new are rehearsed with it, as in
memory-based adaptation (Sprechmann et al. 2018).

    near(memory, 2, rng) -> [4, 0]
"""

from __future__ import annotations

import numpy as np

from assistant.rehearsals import Memory, rehearsal
from assistant.strategies._measures import nearness


@rehearsal
def near(memory: Memory, count: int, rng: np.random.Generator) -> list[int]:
    """The nearest to any new one first."""
    alike = nearness(memory.vectors, memory.new)
    close = [int(place) for place in np.argsort(-alike, kind="stable")[: count // 2]]
    others = [place for place in range(len(memory.earlier)) if place not in set(close)]
    return [*close, *others][: min(count, len(memory.earlier))]
