"""What models say of each label that were trained without it: light heads on frozen vectors, by cross-validation.

    opinions(vectors (N, D), texts, given (N,), classes=4) -> Opinions(probabilities (5, N, 4), nearest (N, 5))

Five times the examples are dealt anew into folds, and what a head says of an example comes from the four folds without
it. A head is two logistic regressions, one on the vectors and one on the words, whose logarithms are averaged. Vectors
are of the model with its adapter off: an adapter was trained on these very labels, wrong ones included, and its vectors
repeat them. The cost is bounded by `MOST` examples.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.review.rank import Floats, Ints

__all__ = ["FOLDS", "LEAST_EXAMPLES", "MODELS", "MOST", "Opinions", "dealt", "opinions"]

MODELS, FOLDS = 5, 5
NEAREST = 5
MOST = 4000
"""Examples that are looked at; more are drawn from."""
LEAST_EXAMPLES = 12
"""With fewer labels, models trained without one know nothing."""
STRENGTH = 20.0
"""Inverse of the pull to zero, for features of length 1."""


@dataclass(frozen=True)
class Opinions:
    """`probabilities` (M, N, C): of each model, trained without the example; `nearest` (N, K): the rows of the nearest
    others, the nearest first."""

    probabilities: Floats
    nearest: Ints


def opinions(vectors: Floats, texts: Sequence[Any], given: Ints, classes: int, seed: int = 0) -> Opinions:
    """What models say that were trained without each example.

    Args:
        vectors: (N, D) of length 1.
        texts: the inputs; words count where all of them are texts.
    """
    rng = np.random.default_rng(seed)
    views: list[Any] = [np.asarray(vectors, dtype=np.float64)]
    if all(isinstance(text, str) for text in texts):
        views += _words(texts)
    said = []
    for _ in range(MODELS):
        folds = dealt(given, FOLDS, rng)
        heads = [_without(view, given, folds, classes) for view in views]
        mixed = np.exp(np.mean([np.log(head) for head in heads], axis=0))
        said.append(mixed / mixed.sum(1, keepdims=True))
    return Opinions(np.stack(said), _nearest(views[0]))


def dealt(given: Ints, folds: int, rng: np.random.Generator) -> Ints:
    """(N,) the fold of each example: drawn anew each time, every label spread evenly."""
    order = np.lexsort((rng.random(len(given)), given))
    fold = np.empty(len(given), dtype=np.int64)
    fold[order] = np.arange(len(given)) % folds
    return fold


def _without(view: Any, given: Ints, folds: Ints, classes: int) -> Floats:
    """(N, C) out-of-fold probabilities, none of them 0."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    said = np.full((len(given), classes), 1e-4)
    for fold in np.unique(folds):
        inside, outside = folds == fold, folds != fold
        present = np.unique(given[outside])
        if len(present) < 2:
            said[np.ix_(inside, present)] = 1.0
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # nearly there is near enough for a rank
            head = LogisticRegression(C=STRENGTH, max_iter=100, tol=1e-3).fit(view[outside], given[outside])
        said[np.ix_(inside, head.classes_)] += head.predict_proba(view[inside])
    return np.asarray(said / said.sum(1, keepdims=True), dtype=np.float64)


def _words(texts: Sequence[str]) -> list[Any]:
    """Words and pairs of words, weighed by how rare they are; [] where no word comes twice."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    try:
        return [TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True).fit_transform(texts)]
    except ValueError:  # an empty vocabulary
        return []


def _nearest(vectors: Floats, block: int = 512) -> Ints:
    """(N, K) the most similar others, without a table of all pairs at once."""
    count = min(NEAREST, len(vectors) - 1)
    rows = []
    for start in range(0, len(vectors), block):
        similar = vectors[start : start + block] @ vectors.T
        similar[np.arange(len(similar)), np.arange(start, start + len(similar))] = -np.inf
        rows.append(np.argsort(-similar, axis=1, kind="stable")[:, :count])
    return np.concatenate(rows).astype(np.int64)
