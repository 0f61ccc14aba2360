"""Who asks best? Our strategies against those of small-text and scikit-activeml, by the area under the learning curve.

    {"M10": ["inference markov chain method", ...], ...}    short texts of three topic corpora; see `_active` for the
    rules

The figure is the least, over the three data sets, of our default's area as a multiple of the better of the two
libraries' best strategies. Theirs are picked with hindsight, for each data set by itself; ours is one for all, and
was tuned on other rows of M10 and DBLP, and on other data.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from assistant.bench import Benchmark, Result, bench
from assistant.bench._active import HELDOUT, Asker, Texts, area, course, ours

SETS = ("M10", "DBLP", "BBC_News")
STRATEGIES = (
    "herding",
    "learned",
    "badge",
    "bald",
    "margin",
    "uncertainty",
    "typicality",
    "coverage",
    "coreset",
    "random",
)
DEFAULT = STRATEGIES[0]
ROWS, WORDS = 2225, 100
"""Of a corpus, and of a text."""
FIRST, POOL, TEST = 10, 600, 1000
BUDGET = 150


def run(folder: Path, seeds: tuple[int, ...] = (0, 1, 2)) -> Result:
    from adapters.models import family
    from assistant.bench._rivals import rivals

    others = rivals()
    model = family.get("classifier")(labels=("one", "other"))
    askers = {name: ours(name) for name in STRATEGIES} | others
    areas: dict[str, dict[str, float]] = {}
    for name in SETS:
        inputs, labels = read(folder / f"{name}.tsv")
        texts = Texts(np.asarray(model.embed(inputs), dtype=np.float32), labels)
        areas[name] = {who: areas_of(texts, ask, seeds) for who, ask in askers.items()}
    return figures(areas, tuple(others), seeds)


def read(path: Path) -> tuple[list[str], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Texts and their labels from 0: so many rows, drawn once for all."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").rstrip("\n").split("\n")]
    random.Random(7).shuffle(rows)
    _, labels = np.unique([row[2] for row in rows[:ROWS]], return_inverse=True)
    return [" ".join(row[0].split()[:WORDS]) for row in rows[:ROWS]], labels


def areas_of(texts: Texts, ask: Asker, seeds: Sequence[int]) -> float:
    """The mean area over the seeds, each of which draws the pool, the test part and the first labels anew."""
    found = []
    for seed in seeds:
        places = np.random.default_rng(seed).permutation(len(texts.labels)).tolist()
        test, first, pool = places[:TEST], places[TEST : TEST + FIRST], places[TEST + FIRST :]
        found.append(area(course(texts, pool[: POOL + HELDOUT], test, first, ask, seed=seed, budget=BUDGET)))
    return float(np.mean(found))


def figures(areas: Mapping[str, Mapping[str, float]], others: Sequence[str], seeds: tuple[int, ...]) -> Result:
    """Of {data set: {strategy: area}}."""
    numbers, notes = {}, []
    for name, found in areas.items():
        best = [max((who for who in others if who.startswith(lib)), key=found.__getitem__) for lib in LIBRARIES]
        numbers[f"{name}, ratio"] = found[DEFAULT] / max(found[who] for who in best)
        numbers |= {f"{name}, {who}": found[who] for who in [*STRATEGIES, *best]}
        notes.append(f"{name}: {' and '.join(best)}")
    least = min(value for who, value in numbers.items() if who.endswith(", ratio"))
    note = f"areas from {FIRST} to {BUDGET} labels, as mean accuracy; the libraries' best: {'; '.join(notes)}"
    return Result({"least ratio": least, **numbers}, seeds, note=note)


LIBRARIES = ("small-text", "scikit-activeml")


@bench
def active_curve() -> Benchmark:
    """Our default strategy against the best of two libraries."""
    return Benchmark(
        what="which example to ask about: area under the learning curve, least ratio to two libraries over 3 data sets",
        data="topics",
        people="simulated",
        reference="the best strategy of small-text and scikit-activeml for each data set, by hindsight: 1",
        target=1.0,
        better="higher",
        run=run,
        unit="×",
    )
