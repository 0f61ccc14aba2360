"""What strategies measure: how torn the model is, how far a text is from what was judged, how typical it is.

Ours, in a few lines of numpy. scikit-activeml 1.0.1 and small-text 1.4.1 have k-centre greedy as a function,
but the first brings matplotlib into every installation, the second takes margins only from its own
classifiers, and neither says how torn the model was, which is what a person wants to read.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.strategies import Array

__all__ = ["centres", "doubt", "nearness", "typicality", "why_torn"]

TORN = 0.25
"""Between the two likeliest values, in probability: nearer than this, people too would call it torn."""
NEIGHBOURS = 20


def doubt(probabilities: Array) -> Array:
    """(N,) in [0, 1]: 1 - (first - second probability), Scheffer et al. 2001; of (N, 1) scores, 1 - score."""
    if probabilities.shape[1] == 1:
        return 1 - probabilities[:, 0]
    ordered = np.sort(probabilities, axis=1)
    return 1 - (ordered[:, -1] - ordered[:, -2])


def why_torn(row: Array, values: Sequence[str]) -> str:
    """What the probabilities of one text say about the model's doubt, in words."""
    if len(row) == 1:
        return f"of these, what the model is least sure of ({_percent(row[0])})"
    first, second = (int(place) for place in np.argsort(-row, kind="stable")[:2])
    likeliest, other = (f"{values[place]} ({_percent(row[place])})" for place in (first, second))
    if row[first] - row[second] > TORN:
        return f"of these, what the model is least sure of: {likeliest}"
    return f"torn between {likeliest} and {other}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def nearness(vectors: Array, seen: Array) -> Array:
    """(N,) in [-1, 1]: cosine to the nearest of what was judged; -1 where nothing was."""
    if len(seen) == 0:
        return np.full(len(vectors), -1, dtype=np.float32)
    return np.asarray((vectors @ seen.T).max(axis=1), dtype=np.float32)


def typicality(vectors: Array) -> Array:
    """(N,) in [-1, 1]: mean cosine to the nearest others, after Hacohen et al. 2022; 0 for a lone text."""
    if len(vectors) == 1:
        return np.zeros(1, dtype=np.float32)
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -np.inf)
    others = min(NEIGHBOURS, len(vectors) - 1)
    nearest = np.partition(cosines, -others, axis=1)[:, -others:]
    return np.asarray(nearest.mean(axis=1), dtype=np.float32)


def centres(vectors: Array, seen: Array, number: int) -> list[int]:
    """Indices of up to `number` texts, each the farthest from `seen` and those before it: k-centre greedy.

    Sener & Savarese 2018, "Active learning for convolutional neural networks: a core-set approach". Where
    nothing was judged yet, the most typical text comes first.
    """
    near = nearness(vectors, seen)
    chosen: list[int] = []
    while len(chosen) < min(number, len(vectors)):
        first = not chosen and len(seen) == 0
        place = int(np.argmax(typicality(vectors)) if first else np.argmin(near))
        chosen.append(place)
        near = np.maximum(near, vectors @ vectors[place])
        near[chosen] = np.inf
    return chosen
