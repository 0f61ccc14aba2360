"""What the model is torn about: the two likeliest values are nearest to each other.

Margin sampling: Scheffer, Decomain & Wrobel 2001, "Active hidden Markov models for information extraction".

    margin(candidates, beliefs, rng) -> Pick(3, "torn between complaint (48 %) and order (45 %)")
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.strategies import Beliefs, Pick, strategy
from assistant.strategies._measures import doubt, why_torn
from assistant.types import Example


@strategy
def margin(candidates: Sequence[Example], beliefs: Beliefs, rng: np.random.Generator) -> Pick:
    """The candidate with the smallest margin; among equals one at random."""
    doubts = doubt(beliefs.probabilities)
    most = np.flatnonzero(doubts >= doubts.max() - 1e-6)
    index = int(rng.choice(most))
    return Pick(index, why_torn(beliefs.probabilities[index], beliefs.values))
