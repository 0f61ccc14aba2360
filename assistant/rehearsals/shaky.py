"""What is nearest to being forgotten: half of it where the model is most surprised by what it was told, half at random.

After Aljundi et al. 2019, "Online continual learning with maximally interfered retrieval", with the parent's loss in
place of a trial step's. All by loss would rehearse mistakes above all, and what contradicts them.

    shaky(memory, 2, rng) -> [7, 0]
"""

from __future__ import annotations

import numpy as np

from assistant.rehearsals import Memory, rehearsal


@rehearsal
def shaky(memory: Memory, count: int, rng: np.random.Generator) -> list[int]:
    """The most surprising first."""
    hard = [int(place) for place in np.argsort(-memory.surprise, kind="stable")[: count // 2]]
    others = [place for place in range(len(memory.earlier)) if place not in set(hard)]
    return [*hard, *others][: min(count, len(memory.earlier))]
