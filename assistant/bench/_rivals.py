"""Strategies of small-text and scikit-activeml, asked in their own ways for the same classifier: see `_active`.

    rivals()["scikit-activeml Badge"](now, 10)  ->  [(17, ""), (203, ""), ...]

Both are needed for this alone: pip install 'sayso[bench]'. Theirs see the whole pool and choose ten at once, as they
are made to.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np

from assistant.bench._active import Asker, Round, estimator
from assistant.errors import UserError

__all__ = ["rivals"]

SMALL_TEXT = ("BreakingTies", "LeastConfidence", "PredictionEntropy", "EmbeddingKMeans", "GreedyCoreset",
              "LightweightCoreset", "ContrastiveActiveLearning")  # fmt: skip
SCIKIT_ACTIVEML = ("margin", "entropy", "Badge", "TypiClust", "CoreSet", "ContrastiveAL", "Clue", "DropQuery", "Falcun",
                   "MaxHerding")  # fmt: skip


def rivals() -> dict[str, Asker]:
    """By name, those of each library.

    Raises:
        UserError: one of the libraries is not installed.
    """
    try:
        import skactiveml  # noqa: F401
        import small_text  # noqa: F401
    except ModuleNotFoundError as missing:
        raise UserError(f"{missing.name} is not installed", do="pip install 'sayso[bench]'") from missing
    found: dict[str, Asker] = {f"small-text {name}": partial(_small_text, name) for name in SMALL_TEXT}
    return found | {f"scikit-activeml {name}": partial(_scikit_activeml, name) for name in SCIKIT_ACTIVEML}


def _small_text(name: str, now: Round, count: int) -> list[tuple[int, str]]:
    import small_text

    class Known(small_text.SklearnClassifier):  # type: ignore[misc]
        """The fitted classifier; embeddings are those that are there already."""

        def embed(self, data: Any, return_proba: bool = False, **given: Any) -> Any:
            vectors = np.asarray(data.x)
            return (vectors, self.predict_proba(data)) if return_proba else vectors

    texts = now.texts
    head = Known(now.head, len(set(texts.labels.tolist())))
    data = small_text.SklearnDataset(texts.vectors, texts.labels, target_labels=np.unique(texts.labels))
    free, labelled = np.array(now.free), np.array(now.labelled)
    given: dict[str, Any] = {}
    with _seeded(now):
        chooser = getattr(small_text, name)()
        if isinstance(chooser, small_text.EmbeddingBasedQueryStrategy):
            given = {"embeddings": texts.vectors, "pbar": None}
        found = chooser.query(head, data, free, labelled, texts.labels[labelled], n=count, **given)
    return [(int(place), "") for place in found]


def _scikit_activeml(name: str, now: Round, count: int) -> list[tuple[int, str]]:
    from skactiveml import pool
    from skactiveml.classifier import SklearnClassifier

    texts, seed = now.texts, int(now.rng.integers(2**31))
    free = np.array(now.free)
    places = np.concatenate([free, np.array(now.labelled)])
    labels = texts.labels[places].astype(float)
    labels[: len(free)] = np.nan
    head = SklearnClassifier(estimator(), classes=np.unique(texts.labels), random_state=seed)
    asks = {"candidates": np.arange(len(free)), "batch_size": count}
    made: dict[str, Callable[..., Any]] = {
        "margin": partial(pool.UncertaintySampling, method="margin_sampling"),
        "entropy": partial(pool.UncertaintySampling, method="entropy"),
    }
    chooser = made.get(name, getattr(pool, name, None))(random_state=seed)  # type: ignore[misc]
    if name == "Clue":
        asks["estimator"] = head
    elif name not in ("TypiClust", "CoreSet", "MaxHerding"):
        asks["clf"] = head
    with _seeded(now):
        found = chooser.query(texts.vectors[places], labels, **asks)
    return [(int(places[place]), "") for place in found]


@contextmanager
def _seeded(now: Round) -> Iterator[None]:
    """small-text draws from numpy's global numbers, and both tell developers much."""
    before = np.random.get_state()
    np.random.seed(int(now.rng.integers(2**31)))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(before)
