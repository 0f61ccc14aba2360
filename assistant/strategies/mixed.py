"""The default: first what is typical, then what the model is torn about, spread out, with some chance in it.

With few judgements a model's doubts are noise, so the first picks are typical of many texts and unlike each
other (Hacohen, Dekel & Weinshall 2022, "Active learning on a budget"). Later, of ten picks about seven are
the most doubtful of a spread-out subset, two the farthest from what was judged, and one is random, to keep an
honest view of the whole.

    mixed(candidates, beliefs, rng) -> Pick(3, "torn between complaint (48 %) and order (45 %)", by="margin")
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from assistant.strategies import Beliefs, Pick, strategy
from assistant.strategies._measures import centres, doubt, early, why_torn
from assistant.strategies.coreset import coreset
from assistant.strategies.random import random
from assistant.strategies.typicality import typicality
from assistant.types import Example

RANDOM, FAR = 0.1, 0.2
SPREAD = 32
"""Size of the spread-out subset: a sample of 256 keeps its neighbourhoods, and near-copies drop out."""


@strategy
def mixed(candidates: Sequence[Example], beliefs: Beliefs, rng: np.random.Generator) -> Pick:
    """Typical while fewer than two per value were judged; then mostly doubtful, sometimes far or random."""
    if early(beliefs):
        return replace(typicality(candidates, beliefs, rng), by="typicality")
    chance = rng.random()
    if chance < RANDOM:
        return replace(random(candidates, beliefs, rng), by="random")
    if chance < RANDOM + FAR or beliefs.probabilities.shape[1] == 0:
        return replace(coreset(candidates, beliefs, rng), by="coreset")
    spread = centres(beliefs.vectors, beliefs.seen, SPREAD)
    index = spread[int(np.argmax(doubt(beliefs.probabilities[spread])))]
    return Pick(index, why_torn(beliefs.probabilities[index], beliefs.values), by="margin")
