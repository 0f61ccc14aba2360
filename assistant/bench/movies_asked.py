"""How many people's items does asking save? Film reviews that are asked about, with their reasons, against random
labels.

Ours asks for the label and the words that say why, of reviews that a strategy picks; the other way is the usual one,
labels alone of random reviews. The figure is the share of items that ours needs for the accuracy that the other reaches
with 100. The people are simulated: they say what the real annotators said.

Both train the head alone, which at this size is what the whole adapter is worth (docs/log.md), on features that are
computed once.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.bench import Benchmark, Result, bench
from assistant.bench._movies import LABELS, accuracy, critique, read
from assistant.strategies import Beliefs, strategy
from assistant.types import Example

if TYPE_CHECKING:
    from adapters.models import Model

POOL, CANDIDATES, SEEN = 300, 100, 64
ASKED, RANDOM = (5, 10, 15, 20, 25, 50, 100), (25, 50, 100)
"""After how many items each is judged; ours trains at these, too."""
STRATEGY = "herding"
Documents = Sequence[dict[str, Any]]


def run(folder: Path, seeds: tuple[int, ...] = (0, 1, 2, 3, 4)) -> Result:
    from adapters.models import family

    train, test = (read(folder / f"{part}.jsonl") for part in ("train", "test"))
    pool = random.Random(0).sample(train, POOL)
    model = family.get("classifier")(labels=LABELS)
    found = [(asked(model, pool, test, seed), labelled(model, pool, test, seed)) for seed in seeds]
    mine, theirs = (np.mean([one[side] for one in found], axis=0) for side in (0, 1))
    goal = float(theirs[-1])
    numbers = {"share of items": needed(ASKED, mine.tolist(), goal) / RANDOM[-1]}
    numbers |= {f"asked, {n}": float(value) for n, value in zip(ASKED, mine, strict=True)}
    numbers |= {f"random labels, {n}": float(value) for n, value in zip(RANDOM, theirs, strict=True)}
    note = f"accuracy on test by number of items; a pool of {POOL}; strategy {STRATEGY}; the head alone is trained"
    return Result(numbers, seeds, note=note)


def needed(items: Sequence[int], accuracies: Sequence[float], goal: float) -> float:
    """How many items until the goal is reached, between two measurements along the line; NaN where it never is.

    >>> needed((10, 20), (.5, .7), .6)
    15.0
    """
    before = (0, 0.0)
    for count, reached in zip(items, accuracies, strict=True):
        if reached >= goal:
            if before[0] == 0:
                return float(count)
            return before[0] + (count - before[0]) * (goal - before[1]) / (reached - before[1])
        before = (count, reached)
    return float("nan")


def labelled(model: Model, pool: Documents, test: Documents, seed: int) -> list[float]:
    """Accuracies after so many labels alone, of random reviews."""
    order = random.Random(seed).sample(list(pool), RANDOM[-1])
    return [_taught(model, order[:count], test, seed, evidence=False) for count in RANDOM]


def asked(model: Model, pool: Documents, test: Documents, seed: int) -> list[float]:
    """Accuracies after so many labels with their reasons, of reviews that a strategy picks."""
    rng = np.random.default_rng(seed)
    model.load(None)
    taught: list[dict[str, Any]] = []
    found = []
    for count in ASKED:
        while len(taught) < count:
            taught.append(_pick(model, pool, taught, rng))
        found.append(_taught(model, taught, test, seed, evidence=True))
    return found


def _pick(model: Any, pool: Documents, taught: Documents, rng: np.random.Generator) -> dict[str, Any]:
    known = {document["id"] for document in taught}
    free = [document for document in pool if document["id"] not in known]
    some = [free[int(place)] for place in rng.permutation(len(free))[:CANDIDATES]]
    texts, seen = [one["text"] for one in some], [one["text"] for one in taught[-SEEN:]]

    def vectors(of: list[str]) -> Any:
        return np.asarray(model.embed(of or texts[:1]), dtype=np.float32)[: len(of)]

    beliefs = Beliefs(
        LABELS,
        lambda: np.asarray([[one.scores[v] for v in LABELS] for one in model.predict(texts)], dtype=np.float32),
        lambda: vectors(texts),
        lambda: vectors(seen),
        draws=lambda: model.draws(texts),
        gradients=lambda: (model.gradients(texts), model.gradients(seen)),
    )
    examples = [Example(id=one["id"], input=one["text"]) for one in some]
    return some[strategy.get(STRATEGY)(examples, beliefs, rng).index]


def _taught(model: Model, taught: Documents, test: Documents, seed: int, evidence: bool) -> float:
    """Accuracy of a head that learned from these alone."""
    from adapters.fit import Recipe, fit
    from adapters.signals import Material

    said = [critique(document) for document in taught]
    said = said if evidence else [one.model_copy(update={"evidence": ()}) for one in said]
    model.load(None)
    fit(model, Material(new=said), seed=seed, recipe=Recipe(least_steps=0, most_steps=0))
    return accuracy(model, list(test))


@bench
def movies_asked() -> Benchmark:
    """Items that asking and reasons save."""
    return Benchmark(
        what="film reviews: items with label and reason, picked by a strategy, for the accuracy of 100 random labels",
        data="movie_rationales",
        people="simulated",
        reference="random reviews, labels alone: 1",
        target=0.2,
        better="lower",
        run=run,
    )
