"""What strategies measure: how torn the model is, how far a text is from what was judged, how typical it is.

Ours, in a few lines of numpy. scikit-activeml 1.0.1 and small-text 1.4.1 have k-centre greedy as a function,
but the first brings matplotlib into every installation, the second takes margins only from its own
classifiers, and neither says how torn the model was, which is what a person wants to read.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.strategies import Array, Beliefs

__all__ = [
    "centres", "disagreement", "distances", "doubt", "early", "entropy", "nearness", "percent", "typical", "unexplored",
    "why_torn",
]  # fmt: skip

TORN = 0.25
"""Between the two likeliest values, in probability: nearer than this, people too would call it torn."""
NEIGHBOURS = 20
SEEN_PER_VALUE = 2


def early(beliefs: Beliefs) -> bool:
    """Whether fewer than two examples per value were judged: the model's doubts are noise."""
    return len(beliefs.seen) < SEEN_PER_VALUE * max(2, len(beliefs.values))


def doubt(probabilities: Array) -> Array:
    """(N,) in [0, 1]: 1 - (first - second probability), Scheffer et al. 2001; of (N, 1) scores, 1 - score."""
    if probabilities.shape[1] == 1:
        return 1 - probabilities[:, 0]
    ordered = np.sort(probabilities, axis=1)
    return 1 - (ordered[:, -1] - ordered[:, -2])


def entropy(probabilities: Array) -> Array:
    """(..., C) probabilities -> (...) nats; (..., 1) scores count as yes or no."""
    if probabilities.shape[-1] == 1:
        probabilities = np.concatenate([probabilities, 1 - probabilities], axis=-1)
    kept = np.clip(probabilities, 1e-12, 1)
    return np.asarray(-(kept * np.log(kept)).sum(axis=-1), dtype=np.float32)


def disagreement(draws: Array) -> Array:
    """(K, N, C) -> (N,) nats: how much the draws differ beyond what each is unsure of by itself."""
    return np.asarray(np.maximum(entropy(draws.mean(axis=0)) - entropy(draws).mean(axis=0), 0), dtype=np.float32)


def distances(rows: Array, others: Array) -> Array:
    """(N,) squared distance of each of the rows to the nearest of the others."""
    squares = (rows**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)[None] - 2 * rows @ others.T
    return np.asarray(np.maximum(squares.min(axis=1), 0), dtype=np.float64)


def why_torn(row: Array, values: Sequence[str]) -> str:
    """What the probabilities of one text say about the model's doubt, in words."""
    if len(row) == 1:
        return f"of these, what the model is least sure of ({percent(row[0])})"
    first, second = (int(place) for place in np.argsort(-row, kind="stable")[:2])
    likeliest, other = (f"{values[place]} ({percent(row[place])})" for place in (first, second))
    if row[first] - row[second] > TORN:
        return f"of these, what the model is least sure of: {likeliest}"
    return f"torn between {likeliest} and {other}"


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def nearness(vectors: Array, seen: Array) -> Array:
    """(N,) in [-1, 1]: cosine to the nearest of what was judged; -1 where nothing was."""
    if len(seen) == 0:
        return np.full(len(vectors), -1, dtype=np.float32)
    return np.asarray((vectors @ seen.T).max(axis=1), dtype=np.float32)


def typical(vectors: Array) -> Array:
    """(N,) in [-1, 1]: mean cosine to the nearest others, after Hacohen et al. 2022; 0 for a lone text."""
    if len(vectors) == 1:
        return np.zeros(1, dtype=np.float32)
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -np.inf)
    others = min(NEIGHBOURS, len(vectors) - 1)
    nearest = np.partition(cosines, -others, axis=1)[:, -others:]
    return np.asarray(nearest.mean(axis=1), dtype=np.float32)


def unexplored(beliefs: Beliefs) -> Array:
    """(N,) in [-2, 1]: how typical of its neighbours each candidate is, less how near to what was judged."""
    return typical(beliefs.vectors) - np.maximum(nearness(beliefs.vectors, beliefs.seen), 0)


def centres(vectors: Array, seen: Array, number: int) -> list[int]:
    """Indices of up to `number` texts, each the farthest from `seen` and those before it: k-centre greedy.

    Sener & Savarese 2018, "Active learning for convolutional neural networks: a core-set approach". Where
    nothing was judged yet, the most typical text comes first.
    """
    near = nearness(vectors, seen)
    chosen: list[int] = []
    while len(chosen) < min(number, len(vectors)):
        first = not chosen and len(seen) == 0
        place = int(np.argmax(typical(vectors)) if first else np.argmin(near))
        chosen.append(place)
        near = np.maximum(near, vectors @ vectors[place])
        near[chosen] = np.inf
    return chosen
