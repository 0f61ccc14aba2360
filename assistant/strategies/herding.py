"""The default: what would bring most of what the model is torn about near to something that was judged.

    gain of x = mean over others i of doubt(i) x max(0, cos(x, i) - cos(nearest judged to i, i))

`coverage`, in which each text counts by how torn the model is about it: Bae et al. 2025, "Uncertainty herding: one
active learning method for all label budgets" (arXiv 2412.20644). A lone outlier reaches nothing but itself, so it is
never asked about, however torn the model is. While the model's doubts are noise it is `coverage`.

    herding(candidates, beliefs, rng) -> Pick(3, "torn between complaint (48 %) and order (45 %), as about many others")
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from assistant.strategies import Beliefs, Pick, strategy
from assistant.strategies._measures import TORN, doubt, early, why_torn
from assistant.strategies.coverage import coverage, reached
from assistant.types import Example


@strategy
def herding(candidates: Sequence[Example], beliefs: Beliefs, rng: np.random.Generator) -> Pick:
    """By coverage while fewer than two per value were judged; then the candidate that reaches most of the doubt."""
    if early(beliefs) or beliefs.probabilities.shape[1] == 0:
        return replace(coverage(candidates, beliefs, rng), by="coverage")
    doubts = doubt(beliefs.probabilities)
    index = int(np.argmax((reached(beliefs) * doubts[None, :]).mean(axis=1)))
    if doubts[index] < 1 - TORN:
        return Pick(index, "near to many that the model is unsure of")
    return Pick(index, f"{why_torn(beliefs.probabilities[index], beliefs.values)}, as about many others")
