"""What would bring most of the others near to something that was judged.

    gain of x = mean over others i of max(0, cos(x, i) - cos(nearest judged to i, i))

A greedy step of facility location: Bae et al. 2024, "Generalized coverage for more robust low-budget active
learning" (MaxHerding). Unlike `coreset`, which goes to the edge, it goes to where many are; unlike `typicality`, it
counts whom it would reach, and not only who is near. It asks the model nothing but what texts mean.

    coverage(candidates, beliefs, rng) -> Pick(5, "near to many that nothing you've judged is near to")
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.strategies import Array, Beliefs, Pick, strategy
from assistant.strategies._measures import nearness
from assistant.types import Example


@strategy
def coverage(candidates: Sequence[Example], beliefs: Beliefs, rng: np.random.Generator) -> Pick:
    """The candidate that covers most of what is not covered yet."""
    why = "near to many that nothing you've judged is near to" if len(beliefs.seen) else "near to many, for a start"
    return Pick(int(np.argmax(reached(beliefs).mean(axis=1))), why)


def reached(beliefs: Beliefs) -> Array:
    """(N, N) how much nearer to something judged each candidate would bring each other, in cosines; 0 or more."""
    cosines = np.maximum(beliefs.vectors @ beliefs.vectors.T, 0)
    covered = np.maximum(nearness(beliefs.vectors, beliefs.seen), 0)
    return np.asarray(np.maximum(cosines - covered[None, :], 0), dtype=np.float32)
