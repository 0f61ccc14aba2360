"""What the model knows least about: its probabilities are spread over most values (their entropy is highest).

Entropy sampling: Settles & Craven 2008, "An analysis of active learning strategies for sequence labeling tasks". With
two values it is the same as `margin`; with more, it likes what could be anything, and `margin` what could be two
things.

    uncertainty(candidates, beliefs, rng) -> Pick(3, "least sure: complaint (40 %), order (35 %) or praise (25 %)")
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.strategies import Beliefs, Pick, strategy
from assistant.strategies._measures import entropy, percent, why_torn
from assistant.types import Example

NAMED = 3


@strategy
def uncertainty(candidates: Sequence[Example], beliefs: Beliefs, rng: np.random.Generator) -> Pick:
    """The candidate with the highest entropy; among equals one at random."""
    found = entropy(beliefs.probabilities)
    index = int(rng.choice(np.flatnonzero(found >= found.max() - 1e-6)))
    row = beliefs.probabilities[index]
    if len(row) <= 2:
        return Pick(index, why_torn(row, beliefs.values))
    likeliest = [
        f"{beliefs.values[place]} ({percent(row[place])})" for place in np.argsort(-row, kind="stable")[:NAMED]
    ]
    return Pick(index, f"least sure: {', '.join(likeliest[:-1])} or {likeliest[-1]}")
