"""Which of two texts people would call better, learned from what they called better before.

>>> taste = learned([Pair("We open at 8.", "We open at 8, so do come by, and bring your friends along!")] * 4)
>>> better = taste(["Closed on Sundays.", "We are closed on Sundays, so do not come by then, I am sorry to say!"])
>>> bool(better[0] > better[1])
True

Bradley & Terry 1952: log-odds that one is better than the other are the difference of their worths, which are linear in
what can be counted in a text, and in how much of its input it covers: of human judgements of summaries that is what
tells most (docs/benchmarks.md, realsumm). Ridge by a normal prior; its curvature at the mode (Laplace) says how sure a
difference is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.texts.checks import CHECKS
from assistant.texts.segment import sentences, words

__all__ = ["FEATURES", "Pair", "Taste", "learned"]

Array: TypeAlias = NDArray[np.float64]
COUNTED = {
    "length.sentences": "sentences", "length.paragraphs": "paragraphs", "count.items": "list items",
    "count.numbers": "figures", "count.questions": "questions", "count.exclamations": "exclamation marks",
    "count.emoji": "emojis", "count.contractions": "short forms like “don't”", "count.commas": "commas",
    "count.capitals": "words in capitals",
}  # fmt: skip
"""What is counted, with the name that people know it by."""
PERSONS = re.compile(r"\b(?:i|we|you|my|our|your|us|me)\b", re.IGNORECASE)
COVERED = ("of what the input says often", "of every sentence of the input", "wordings of the input")
FEATURES = ("words", "words per sentence", "long words", "“I”, “we” and “you”", *COUNTED.values(), *COVERED)
SPREAD = 1.0
"""The prior's standard deviation of a weight."""
SHARES = (10.0, 10.0, 5.0)
"""By which shares of the input are multiplied, to be about as far apart as the counts are."""
WORD, CONTENT = re.compile(r"\w+"), re.compile(r"\w{4,}|\d+")
"""A word, and one that is likely to say something, in languages that part words by spaces."""
STEPS = 30


class Pair(NamedTuple):
    """`input`: what both answer; None: not known."""

    better: str
    worse: str
    input: str | None = None


@dataclass(frozen=True)
class Taste:
    """See the module. `weights`: (F,); `cover`: their covariance; `middle`: what a usual text is like."""

    weights: Array
    cover: Array
    middle: Array

    def __call__(self, texts: Sequence[str], inputs: Sequence[str | None] = ()) -> Array:
        """(N,) probability that each is better than a usual one, in [0, 1]. `inputs`: what each answers."""
        return np.asarray(1 / (1 + np.exp(-self.worth(texts, inputs))))

    def worth(self, texts: Sequence[str], inputs: Sequence[str | None] = ()) -> Array:
        """(N,) in nats, 0 for a usual text."""
        return np.asarray((table(texts, inputs) - self.middle) @ self.weights)

    def doubt(self, one: str, other: str, input: str | None = None) -> float:
        """The standard deviation, in nats, of which of two is better."""
        first, second = table([one, other], [input, input])
        return float(np.sqrt((first - second) @ self.cover @ (first - second)))

    def leanings(self, most: int = 4) -> list[tuple[str, float]]:
        """What is liked (+) or disliked (-) with some certainty, by its weight; the surest first."""
        found = self.weights / np.sqrt(np.diag(self.cover))
        order = np.argsort(-np.abs(found))[:most]
        return [(FEATURES[at], float(self.weights[at])) for at in order if abs(found[at]) > 1]


def learned(pairs: Sequence[Pair]) -> Taste | None:
    """By what was called better than what; None: nothing was."""
    if not pairs:
        return None
    inputs = [pair.input for pair in pairs]
    better, worse = table([pair.better for pair in pairs], inputs), table([pair.worse for pair in pairs], inputs)
    x = better - worse
    weights = np.zeros(x.shape[1])
    for _ in range(STEPS):  # Newton; the loss is convex, and its steps are cut short where they would overshoot
        chance = 1 / (1 + np.exp(-(x @ weights)))
        gradient = x.T @ (1 - chance) - weights / SPREAD**2
        curvature = (x.T * (chance * (1 - chance))) @ x + np.eye(x.shape[1]) / SPREAD**2
        step = np.linalg.solve(curvature, gradient)
        weights = weights + step * min(1.0, 2.0 / max(np.abs(x @ step).max(), 1e-9))
        if np.abs(step).max() < 1e-6:
            break
    cover = np.asarray(np.linalg.inv(curvature), float)
    return Taste(weights, cover, np.vstack([better, worse]).mean(0))


def table(texts: Sequence[str], inputs: Sequence[str | None] = ()) -> Array:
    """(N, F) what is counted in each text, and what it covers of its input; 0 where there is none."""
    asked = list(inputs) or [None] * len(texts)
    rows = [(*_counted(text), *_covered(text, input)) for text, input in zip(texts, asked, strict=True)]
    return np.array(rows, float).reshape(len(texts), len(FEATURES))


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


@lru_cache(maxsize=20_000)
def _covered(text: str, input: str | None) -> tuple[float, ...]:
    """Shares of the input, times `SHARES`: of its words, by how many sentences have them; of each sentence, on average;
    and the share of the text's word pairs that are the input's."""
    if not input:
        return (0.0,) * len(COVERED)
    parts, often, wordings = _source(input)
    own = set(CONTENT.findall(text.casefold()))
    shares = (
        sum(often[word] for word in own) / max(1, often.total()),
        sum(len(part & own) / max(1, len(part)) for part in parts) / max(1, len(parts)),
        len((said := _wordings(text)) & wordings) / max(1, len(said)),
    )
    return tuple(weight * share for weight, share in zip(SHARES, shares, strict=True))


@lru_cache(maxsize=1_000)
def _source(input: str) -> tuple[list[set[str]], Counter[str], set[tuple[str, str]]]:
    """The words of each sentence, how many sentences have each, and all pairs of words."""
    parts = [set(CONTENT.findall(input[a:b].casefold())) for a, b in sentences(input)]
    return parts, Counter(word for part in parts for word in part), _wordings(input)


def _wordings(text: str) -> set[tuple[str, str]]:
    return set(pairwise(WORD.findall(text.casefold())))
