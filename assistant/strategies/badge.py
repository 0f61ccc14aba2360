"""What would move the model much, and in a direction of its own: gradients that are long, and unlike those asked
before.

BADGE: Ash et al. 2020, "Deep batch active learning by diverse, uncertain gradient lower bounds". The gradient is that
of -log p(likeliest value), by the adapter's head: as long as the model is unsure, and pointing where the text would
pull it. A step of k-means++ (Arthur & Vassilvitskii 2007) picks one, with a chance that grows with the squared
distance to the nearest of those that were asked already; and nought counts as asked, since it teaches nothing.

    badge(candidates, beliefs, rng) -> Pick(3, "would move the model, and not as what you judged before: torn …")
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.strategies import Beliefs, Pick, strategy
from assistant.strategies._measures import distances, why_torn
from assistant.types import Example


@strategy
def badge(candidates: Sequence[Example], beliefs: Beliefs, rng: np.random.Generator) -> Pick:
    """A step of k-means++ over gradients."""
    gradients, asked = beliefs.gradients, beliefs.seen_gradients
    far = distances(gradients, np.concatenate([np.zeros_like(gradients[:1]), asked]))
    total = float(far.sum())
    index = int(rng.choice(len(far), p=far / total)) if total > 0 else int(rng.integers(len(far)))
    row = beliefs.probabilities[index]
    return Pick(index, f"would move the model, and not as what you judged before: {why_torn(row, beliefs.values)}")
