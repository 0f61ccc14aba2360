"""Any of it, each as likely as the next: the yardstick, and the default.

Robins 1995, "Catastrophic forgetting, rehearsal and pseudorehearsal".

    uniform(memory, 2, rng) -> [0, 1]
"""

from __future__ import annotations

import numpy as np

from assistant.rehearsals import Memory, rehearsal


@rehearsal
def uniform(memory: Memory, count: int, rng: np.random.Generator) -> list[int]:
    """The first ones, which are in random order already; asks the model nothing."""
    return list(range(min(count, len(memory.earlier))))
