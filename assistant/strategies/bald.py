"""What versions of the model that differ by chance disagree about, each being sure of its answer.

BALD: Houlsby et al. 2011, "Bayesian active learning for classification and preference learning": the mutual
information of the answer and the adapter, H(mean p) - mean H(p). The versions are draws of the adapter with parts of
it left out (dropout as an approximate posterior: Gal & Ghahramani 2016). A text that is ambiguous to all of them alike
teaches little, which entropy and margin don't see.

    bald(candidates, beliefs, rng) -> Pick(3, "with parts of what it learned left out, the model says complaint 9 times
                                               of 16, and order 7 times")
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.strategies import Array, Beliefs, Pick, strategy
from assistant.strategies._measures import disagreement
from assistant.strategies.margin import margin
from assistant.types import Example

NOTHING = 1e-6
"""Nats below which draws say the same: there is no adapter yet, or the model can't be drawn from."""


@strategy
def bald(candidates: Sequence[Example], beliefs: Beliefs, rng: np.random.Generator) -> Pick:
    """The candidate with the highest mutual information; by `margin` where draws don't differ."""
    found = disagreement(beliefs.draws)
    index = int(np.argmax(found))
    if found[index] <= NOTHING:
        return margin(candidates, beliefs, rng)
    return Pick(index, _why(beliefs.draws[:, index], beliefs.values))


def _why(draws: Array, values: Sequence[str]) -> str:
    """`draws`: (K, C) of one candidate."""
    said = np.bincount(draws.argmax(axis=1), minlength=draws.shape[1])
    first, *others = (int(place) for place in np.argsort(-said, kind="stable") if said[place])
    head = "with parts of what it learned left out, the model"
    if not others:
        return f"{head} always says {values[first]}, but is sure to very different degrees"
    first_said, other_said = (f"{values[place]} {said[place]} times" for place in (first, others[0]))
    return f"{head} says {first_said} of {len(draws)}, and {other_said}"
