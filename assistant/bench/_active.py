"""Active learning side by side: our strategies and those of two libraries choose for one and the same classifier.

    texts = Texts(vectors, labels)                              # embedded once, by our encoder
    course(texts, pool, test, first, ours("mixed"), seed=0)     # -> accuracies after 10, 20, ... labels

All choose from the same pool, start from the same labels, and a logistic regression on the same vectors learns. Ours go
the product's way: one example at a time, from a bounded sample of the pool. People are simulated: they answer with the
label that the data has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from assistant.strategies import Array, Beliefs, Gain, strategy
from assistant.types import Example

__all__ = ["Asker", "Round", "Texts", "area", "course", "estimator", "ours"]

STRENGTH = 10.0
"""C of the logistic regression: vectors have length 1, so weights must be large."""
DRAWS, DROPPED = 16, 0.5
"""As in the family `classifier`."""
CANDIDATES, SEEN = 256, 64
"""As in the product: the setting `pool_sample`, and `choose.SEEN`."""
HELDOUT = 120
"""Examples that the learned mix is told its gains on, as many as the demo holds out; not those of the test."""


@dataclass(frozen=True)
class Texts:
    """N texts: (N, D) vectors of length 1, and (N,) labels from 0."""

    vectors: Array
    labels: Any


@dataclass(frozen=True)
class Round:
    """What somebody who chooses is given: places in `texts`, and the classifier as it is fitted to the labelled
    ones."""

    texts: Texts
    labelled: list[int]
    free: list[int]
    head: Any
    gains: list[Gain]
    rng: np.random.Generator


Asker: TypeAlias = Callable[[Round, int], "list[tuple[int, str]]"]
"""Chooses so many of the free places; by which strategy of ours, or ""."""


def estimator() -> Any:
    """The classifier: the same for all."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=STRENGTH, max_iter=200)


def _fitted(texts: Texts, labelled: Sequence[int]) -> Any:
    return estimator().fit(texts.vectors[labelled], texts.labels[labelled])


def course(
    texts: Texts, pool: Sequence[int], test: Sequence[int], first: Sequence[int], ask: Asker, *, seed: int,
    budget: int = 150, batch: int = 10,
) -> list[float]:  # fmt: skip
    """Accuracy on `test` after the `first` labels, and after each `batch` more, until `budget`."""
    rng = np.random.default_rng(seed)
    judges, pool = list(pool[:HELDOUT]), list(pool[HELDOUT:])
    labelled = list(first)
    gains: list[Gain] = []
    found: list[float] = []
    head, right = _fitted(texts, labelled), 0.0
    while True:
        found.append(_accuracy(head, texts, test))
        right = _accuracy(head, texts, judges)
        if len(labelled) >= budget:
            return found
        free = sorted(set(pool) - set(labelled))
        picked = ask(Round(texts, labelled, free, head, gains, rng), batch)
        labelled += [place for place, _ in picked]
        head = _fitted(texts, labelled)
        gains.append(gain([by for _, by in picked], right, _accuracy(head, texts, judges)))


def gain(by: Sequence[str], before: float, after: float) -> Gain:
    """As `assistant.asking.gains` makes it of a report."""
    from assistant.asking.gains import gain_of

    return gain_of({name: by.count(name) for name in by}, before, after, HELDOUT)


def area(accuracies: Sequence[float]) -> float:
    """Under the learning curve, as a mean accuracy."""
    return float(np.trapezoid(accuracies) / (len(accuracies) - 1))


def ours(name: str, candidates: int = CANDIDATES) -> Asker:
    """A strategy of ours, as the product asks it."""
    choose = strategy.get(name)

    def ask(now: Round, count: int) -> list[tuple[int, str]]:
        labelled, found = list(now.labelled), []
        for _ in range(count):
            free = sorted(set(now.free) - set(labelled))
            some = [int(place) for place in now.rng.permutation(free)[:candidates]]
            examples = [Example(id=str(place), input="") for place in some]
            pick = choose(examples, _beliefs(now, some, labelled[-SEEN:]), now.rng)
            found.append((some[pick.index], pick.by or name))
            labelled.append(some[pick.index])
        return found

    return ask


def _beliefs(now: Round, some: list[int], seen: list[int]) -> Beliefs:
    vectors, head = now.texts.vectors, now.head

    def draws() -> Array:
        kept = [now.rng.random(head.coef_.shape) >= DROPPED for _ in range(DRAWS)]
        return np.stack([_softmax(vectors[some] @ (head.coef_ * k / (1 - DROPPED)).T + head.intercept_) for k in kept])

    def gradients(places: list[int]) -> Array:
        moved = -head.predict_proba(vectors[places])
        moved[np.arange(len(moved)), moved.argmin(axis=1)] += 1
        found = (moved[:, :, None] * vectors[places][:, None, :]).reshape(len(places), -1)
        return np.asarray(found, dtype=np.float32)

    return Beliefs(
        [str(one) for one in head.classes_],
        lambda: np.asarray(head.predict_proba(vectors[some]), dtype=np.float32),
        lambda: vectors[some],
        lambda: vectors[seen],
        draws=draws,
        gradients=lambda: (gradients(some), gradients(seen)),
        gains=lambda: now.gains,
    )


def _softmax(logits: Any) -> Array:
    if logits.shape[1] == 1:  # of two classes, scikit-learn keeps one row
        logits = np.concatenate([np.zeros_like(logits), logits], axis=1)
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def _accuracy(head: Any, texts: Texts, places: Sequence[int]) -> float:
    return float(np.mean(head.predict(texts.vectors[places]) == texts.labels[places]))
