"""A mix that learns which strategy pays here: of those below, the one whose picks are likeliest to gain most.

A bandit (after Hsu & Lin 2015, "Active learning by learning", by Thompson sampling: Agrawal & Goyal 2013). Every
version's report says what it gained on held-out examples, and the store who picked the examples that it learned from:

    gained_v = sum over strategies s of n_vs x worth_s + noise_v,         worth_s ~ N(0, PRIOR^2)

with `gained` the share of the errors that went away, n how many of them s picked, and noise that of the held-out
sample. The worths' posterior is normal; one draw of it decides. Old versions count less, since what pays changes as
the model learns. With nothing known, every strategy is as likely as the next.

    learned(candidates, beliefs, rng) -> Pick(3, "torn between complaint (48 %) and order (45 %)", by="margin")
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from assistant.strategies import Beliefs, Gain, Pick, strategy
from assistant.strategies._measures import early
from assistant.strategies.badge import badge
from assistant.strategies.bald import bald
from assistant.strategies.coreset import coreset
from assistant.strategies.coverage import coverage
from assistant.strategies.herding import herding
from assistant.strategies.margin import margin
from assistant.strategies.random import random
from assistant.strategies.typicality import typicality
from assistant.types import Example

ARMS = {
    "herding": herding, "margin": margin, "bald": bald, "badge": badge, "coreset": coreset, "coverage": coverage,
    "typicality": typicality, "random": random,
}  # fmt: skip
PRIOR = 0.02
"""Of the errors, what one example may take away: the standard deviation before anything is known."""
FADE = 0.9
"""How much less a version counts than the one after it."""


@strategy
def learned(candidates: Sequence[Example], beliefs: Beliefs, rng: np.random.Generator) -> Pick:
    """By typicality at the very start; then by the strategy that a draw of their worths puts first."""
    if early(beliefs) or beliefs.probabilities.shape[1] == 0:
        return replace(typicality(candidates, beliefs, rng), by="typicality")
    mean, covariance = worths(beliefs.gains)
    best = list(ARMS)[int(np.argmax(rng.multivariate_normal(mean, covariance)))]
    pick = ARMS[best](candidates, beliefs, rng)
    return replace(pick, by=pick.by or best)


def worths(gains: Sequence[Gain]) -> tuple[Any, Any]:
    """(A,) mean and (A, A) covariance of the worth of each arm, from versions, oldest first."""
    precision, weighted = np.eye(len(ARMS)) / PRIOR**2, np.zeros(len(ARMS))
    for age, gain in enumerate(reversed(gains)):
        counts = np.array([gain.picked.get(arm, 0) for arm in ARMS], dtype=float)
        trust = FADE**age / gain.noise**2
        precision += trust * np.outer(counts, counts)
        weighted += trust * gain.gained * counts
    covariance = np.linalg.inv(precision)
    return covariance @ weighted, covariance
