"""The default: typical of many, unlike what was judged, and doubtful, all at once, with some chance in it.

    worth = typicality - nearness to what was judged + DOUBT x (1 - margin)

Few judgements teach most where many texts lie, and a model's doubts are noise at first (Hacohen, Dekel & Weinshall
2022, "Active learning on a budget"); the doubtful outliers that `margin` alone would ask about teach little even later
(information density: Settles & Craven 2008). One pick in ten is random, to keep an honest view of the whole.

    mixed(candidates, beliefs, rng) -> Pick(3, "torn between complaint (48 %) and order (45 %), and typical of others")
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from assistant.strategies import Beliefs, Pick, strategy
from assistant.strategies._measures import TORN, doubt, early, unexplored, why_torn
from assistant.strategies.random import random
from assistant.strategies.typicality import typicality
from assistant.types import Example

RANDOM = 0.1
DOUBT = 0.5
"""What being torn is worth, in cosines; see docs/asking.md for what was tried."""


@strategy
def mixed(candidates: Sequence[Example], beliefs: Beliefs, rng: np.random.Generator) -> Pick:
    """Typical while fewer than two per value were judged; then doubtful, too, and sometimes random."""
    if early(beliefs):
        return replace(typicality(candidates, beliefs, rng), by="typicality")
    if rng.random() < RANDOM:
        return replace(random(candidates, beliefs, rng), by="random")
    if beliefs.probabilities.shape[1] == 0:
        return replace(typicality(candidates, beliefs, rng), by="typicality")
    doubts = doubt(beliefs.probabilities)
    index = int(np.argmax(unexplored(beliefs) + DOUBT * doubts))
    if doubts[index] < 1 - TORN:
        return Pick(index, "typical of many others, and unlike what you've judged so far")
    return Pick(index, f"{why_torn(beliefs.probabilities[index], beliefs.values)}, and typical of others")
