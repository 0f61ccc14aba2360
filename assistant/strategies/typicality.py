"""For a start with few judgements: what many others are like, and nothing that was judged is.

Hacohen, Dekel & Weinshall 2022, "Active learning on a budget: opposite strategies suit high and low budgets", whose
clusters are replaced by the distance to what was judged. With few judgements a model's doubts are noise; this asks it
nothing but what texts mean.

    typicality(candidates, beliefs, rng) -> Pick(5, "typical of many others, and unlike what you've judged so far")
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.strategies import Beliefs, Pick, strategy
from assistant.strategies._measures import unexplored
from assistant.types import Example


@strategy
def typicality(candidates: Sequence[Example], beliefs: Beliefs, rng: np.random.Generator) -> Pick:
    """The candidate that is most like its neighbours and least like what was judged."""
    unlike = ", and unlike what you've judged so far" if len(beliefs.seen) else ", for a start"
    return Pick(int(np.argmax(unexplored(beliefs))), f"typical of many others{unlike}")
