"""Any example, each as likely as the next: the yardstick for all other strategies, and an unbiased sample.

random(candidates, beliefs, rng) -> Pick(17, "picked at random, to keep an honest view of the whole")
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.strategies import Beliefs, Pick, strategy
from assistant.types import Example

WHY = "picked at random, to keep an honest view of the whole"


@strategy
def random(candidates: Sequence[Example], beliefs: Beliefs, rng: np.random.Generator) -> Pick:
    """One of the candidates, uniformly; asks the model nothing."""
    return Pick(int(rng.integers(beliefs.uniform or len(candidates))), WHY)
