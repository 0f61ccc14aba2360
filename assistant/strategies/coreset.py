"""What is least like anything judged so far: one step of k-centre greedy.

Sener & Savarese 2018, "Active learning for convolutional neural networks: a core-set approach".

    coreset(candidates, beliefs, rng) -> Pick(8, "unlike anything you've judged so far")
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.strategies import Beliefs, Pick, strategy
from assistant.strategies._measures import centres, nearness
from assistant.types import Example

UNLIKE = 0.5
"""Cosine below which two texts have little in common, for sentence encoders such as MiniLM."""


@strategy
def coreset(candidates: Sequence[Example], beliefs: Beliefs, rng: np.random.Generator) -> Pick:
    """The candidate farthest from what was judged; at the very start the most typical one."""
    index = centres(beliefs.vectors, beliefs.seen, 1)[0]
    if len(beliefs.seen) == 0:
        return Pick(index, "typical of many others, for a start")
    nearest = nearness(beliefs.vectors[index : index + 1], beliefs.seen)[0]
    known = "unlike anything" if nearest < UNLIKE else "the least like what"
    return Pick(index, f"{known} you've judged so far")
