"""Which of two texts people would call better, learned from what they called better before.

>>> taste = learned([("We open at 8.", "We open at 8, so do come by, and bring your friends along!")] * 4)
>>> better = taste(["Closed on Sundays.", "We are closed on Sundays, so do not come by then, I am sorry to say!"])
>>> bool(better[0] > better[1])
True

Bradley & Terry 1952: log-odds that one is better than the other are the difference of their worths, which are linear in
what can be counted in a text and, where an encoder is given, in what it is about. Ridge by a normal prior; its
curvature at the mode (Laplace) says how sure a difference is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.texts.checks import CHECKS
from assistant.texts.segment import sentences, words

__all__ = ["FEATURES", "Taste", "learned"]

Array: TypeAlias = NDArray[np.float64]
Embed = Callable[[Sequence[str]], "NDArray[np.float32]"]
"""(N, D) unit vectors."""
COUNTED = {
    "length.sentences": "sentences", "length.paragraphs": "paragraphs", "count.items": "list items",
    "count.numbers": "figures", "count.questions": "questions", "count.exclamations": "exclamation marks",
    "count.emoji": "emojis", "count.contractions": "short forms like “don't”", "count.commas": "commas",
    "count.capitals": "words in capitals",
}  # fmt: skip
"""What is counted, with the name that people know it by."""
PERSONS = re.compile(r"\b(?:i|we|you|my|our|your|us|me)\b", re.IGNORECASE)
FEATURES = ("words", "words per sentence", "long words", "“I”, “we” and “you”", *COUNTED.values())
SPREAD, SPREAD_ABOUT = 1.0, 3.0
"""The prior's standard deviation of a count's weight, and of that of what a text is about."""
STEPS = 30
Pair = tuple[str, str]
"""(the better, the worse)"""


@dataclass(frozen=True)
class Taste:
    """See the module. `weights`: (F + D,); `cover`: their covariance; `middle`: what a usual text is like."""

    weights: Array
    cover: Array
    middle: Array
    embed: Embed | None = None

    def __call__(self, texts: Sequence[str]) -> Array:
        """(N,) probability that each is better than a usual one, in [0, 1]."""
        return np.asarray(1 / (1 + np.exp(-self.worth(texts))))

    def worth(self, texts: Sequence[str]) -> Array:
        """(N,) in nats, 0 for a usual text."""
        return np.asarray((table(texts, self.embed) - self.middle) @ self.weights)

    def doubt(self, one: str, other: str) -> float:
        """The standard deviation, in nats, of which of two is better."""
        first, second = table([one, other], self.embed)
        return float(np.sqrt((first - second) @ self.cover @ (first - second)))

    def leanings(self, most: int = 4) -> list[tuple[str, float]]:
        """What is counted that is liked (+) or disliked (-) with some certainty, by its weight; the surest first."""
        found = self.weights[: len(FEATURES)] / np.sqrt(np.diag(self.cover)[: len(FEATURES)])
        order = np.argsort(-np.abs(found))[:most]
        return [(FEATURES[at], float(self.weights[at])) for at in order if abs(found[at]) > 1]


def learned(pairs: Sequence[Pair], embed: Embed | None = None) -> Taste | None:
    """By what was called better than what; None: nothing was."""
    if not pairs:
        return None
    better, worse = (table([pair[side] for pair in pairs], embed) for side in (0, 1))
    x = better - worse
    precision = np.full(x.shape[1], SPREAD_ABOUT**-2)
    precision[: len(FEATURES)] = SPREAD**-2
    weights = np.zeros(x.shape[1])
    for _ in range(STEPS):  # Newton; the loss is convex, and its steps are cut short where they would overshoot
        chance = 1 / (1 + np.exp(-(x @ weights)))
        gradient = x.T @ (1 - chance) - precision * weights
        curvature = (x.T * (chance * (1 - chance))) @ x + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        weights = weights + step * min(1.0, 2.0 / max(np.abs(x @ step).max(), 1e-9))
        if np.abs(step).max() < 1e-6:
            break
    cover = np.asarray(np.linalg.inv(curvature), float)
    return Taste(weights, cover, np.vstack([better, worse]).mean(0), embed)


def table(texts: Sequence[str], embed: Embed | None = None) -> Array:
    """(N, F) what is counted in each text, or (N, F + D) with what it is about."""
    counted = np.array([_counted(text) for text in texts]).reshape(len(texts), len(FEATURES))
    if embed is None or not texts:
        return counted
    return np.hstack([counted, embed(texts).astype(float)])


@lru_cache(maxsize=20_000)
def _counted(text: str) -> tuple[float, ...]:
    said = words(text)
    count = max(1, len(said))
    shape = (
        np.log1p(len(said)),
        np.log1p(len(said) / max(1, len(sentences(text)))),
        5 * sum(len(word) > 6 for word in said) / count,
        5 * len(PERSONS.findall(text)) / count,
    )
    return tuple(float(x) for x in (*shape, *(np.log1p(CHECKS[name].measure(text)) for name in COUNTED)))
