"""How much of what can be learned by interrupting a person at everything is learned from a fifth of the interruptions?

    BBC_News.tsv:  "broadband challenge tv viewing number european ..."  tab  train  tab  tech

A simulated person works on a stream of real texts, fifty a day from nine to six. How ready they are for a question
differs by the hour, which nobody is told, and is less soon after the last one; so it is partly visible, and partly
chance. One who is ready gives the right label, one who is not waves it away, and nothing is learned. What is compared:

    every    asked at every text, which is what can be achieved with this person
    random   asked at a random fifth of the texts
    ours     `worth`, `cost` and `decide`, with a budget of a fifth; about the text at hand or one of the last thirty

The share is the gain of accuracy on other texts by the gain of `every`. The model is a softmax over the encoder's
vectors that begins at the labels' names, as the product's head does; the encoder stays as it is, so that it is quick.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from assistant.attention.cost import Met, minutes_for, net, ready
from assistant.attention.decide import Bounds, Day, decide
from assistant.attention.worth import Pool, worth
from assistant.bench import Benchmark, Result, bench

Array: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"
M10 = ("agriculture", "archaeology", "biology", "computer science", "financial economics", "industrial engineering",
       "material science", "petroleum chemistry", "physics", "social science")  # fmt: skip
"""What the classes 0 to 9 are."""
SETS: dict[str, tuple[str, ...]] = {"BBC_News": (), "M10": M10}
STREAM, POOL, TEST, A_DAY, WORDS = 300, 300, 600, 50, 60
SHARE = 0.2
PRICE, EARLIER = 0.2, 30
"""As the setting `ask_minute` is by default, and how many texts are looked back on."""
RECOVERY_MINUTES = 10.0
"""Iqbal & Horvitz 2007: people took ten to fifteen minutes to come back to what they were at."""
TEMPER, RIDGE = 20.0, 0.3
EVERY = 5
"""Answers after which the model learns."""
ARMS = ("every", "random", "at hand", "ours")


@dataclass(frozen=True)
class Texts:
    """(N, D) vectors, (N,) classes, (C, D) vectors of the classes' names."""

    vectors: Array
    classes: Array
    named: Array


@dataclass
class Person:
    """Simulated. `ready_at` each hour of the day, drawn once; `chance` decides the rest, the same for all arms."""

    seed: int
    ready_at: Array = field(init=False)
    chance: Array = field(init=False)
    moments: list[datetime] = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng((1, self.seed))
        self.ready_at, self.chance = rng.uniform(0.1, 0.95, 24), rng.random(STREAM)
        first = datetime(2026, 3, 2, 9)
        within = (np.arange(STREAM) % A_DAY + rng.random(STREAM)) * 540 / A_DAY
        days = np.arange(STREAM) // A_DAY
        self.moments = [first + timedelta(days=int(d), minutes=float(m)) for d, m in zip(days, within, strict=True)]

    def takes(self, at: int, last: datetime | None) -> bool:
        now = self.moments[at]
        since = math.inf if last is None else (now - last).total_seconds() / 60
        return bool(self.chance[at] < self.ready_at[now.hour] * (1 - math.exp(-since / RECOVERY_MINUTES)))


class Head:
    """Softmax over vectors, from the labels' names on."""

    def __init__(self, texts: Texts) -> None:
        self.texts, self.start = texts, TEMPER * texts.vectors @ texts.named.T
        self.delta = np.zeros_like(texts.named)

    def probabilities(self, rows: Sequence[int] | Array) -> Array:
        return _softmax(self.start[rows] + TEMPER * self.texts.vectors[rows] @ self.delta.T)

    def accuracy(self, rows: Array) -> float:
        return float(np.mean(self.probabilities(rows).argmax(1) == self.texts.classes[rows]))

    def learn(self, rows: Sequence[int]) -> None:
        from scipy.optimize import minimize

        if not rows:
            return
        vectors, gold = TEMPER * self.texts.vectors[rows], np.eye(len(self.texts.named))[self.texts.classes[rows]]

        def loss(flat: Array) -> tuple[float, Array]:
            delta = flat.reshape(self.texts.named.shape)
            said = _softmax(self.start[rows] + vectors @ delta.T)
            value = -np.log(np.maximum((said * gold).sum(1), 1e-12)).mean() + RIDGE * (delta**2).sum()
            return float(value), ((said - gold).T @ vectors / len(rows) + 2 * RIDGE * delta).ravel()

        found = minimize(loss, self.delta.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 40})
        self.delta = found.x.reshape(self.texts.named.shape)


@dataclass
class Course:
    """One arm of one seed: what was asked and answered so far."""

    texts: Texts
    person: Person
    stream: Array
    pool: Array
    asked: list[int] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)
    met: list[Met] = field(default_factory=list)
    worths: list[float] = field(default_factory=list)
    last: datetime | None = None
    today: int = 0
    since_learned: int = 0

    def __post_init__(self) -> None:
        self.head = Head(self.texts)
        self.believed = self._pool()

    def interrupt(self, at: int, row: int) -> None:
        """Ask at moment `at` about the text `row`."""
        now, took = self.person.moments[at], self.person.takes(at, self.last)
        self.met.append(Met(_hour(now), self._since(now), float(took)))
        self.asked.append(row)
        self.today = 1 + (self.today if self.last and self.last.date() == now.date() else 0)
        self.last = now
        if took:
            self.answered.append(row)
            self.since_learned += 1
            if self.since_learned == EVERY:
                self.learn()

    def learn(self) -> None:
        self.head.learn(self.answered)
        self.believed, self.since_learned = self._pool(), 0

    def choose(self, at: int, earlier: int) -> int | None:
        """The text to ask about now, by the product's own decision; None: not now."""
        now, day = self.person.moments[at], at // A_DAY * A_DAY
        chance = ready(self.met, _hour(now), self._since(now)).hopeful
        rows = [row for row in self.stream[max(day, at - earlier) : at + 1].tolist() if row not in self.asked]
        found = [
            net(self._gain(row), chance, minutes_for(0 if row == self.stream[at] else WORDS), PRICE) for row in rows
        ]
        best = int(np.argmax(found)) if rows else 0
        today = self.today if self.last and self.last.date() == now.date() else 0
        verdict = decide(
            found[best] if rows else None, self.worths, Bounds(round(SHARE * A_DAY), SHARE), now,
            Day(today, at - day, A_DAY - (at - day)),
        )  # fmt: skip
        self.worths += [found[best]] if rows else []
        return rows[best] if verdict.ask else None

    def _gain(self, row: int) -> float:
        return worth(self.texts.vectors[row], self.head.probabilities([row])[0], self.believed).gain

    def _pool(self) -> Pool:
        vectors = self.texts.vectors
        size = len(self.pool) + 20 * A_DAY
        return Pool(vectors[self.pool], self.head.probabilities(self.pool), vectors[self.answered], size)

    def _since(self, now: datetime) -> float | None:
        return None if self.last is None else (now - self.last).total_seconds() / 60


def run(folder: Path, seeds: tuple[int, ...] = tuple(range(20))) -> Result:
    found = {name: [courses(texts, seed) for seed in seeds] for name, texts in read(folder).items()}
    return figures(found, seeds)


def figures(found: dict[str, list[dict[str, tuple[float, int, int]]]], seeds: tuple[int, ...]) -> Result:
    """Shares by arm, as the mean over the sets of mean gain by mean gain."""

    def mean(name: str, arm: str, part: int = 0) -> float:
        return float(np.mean([one[arm][part] for one in found[name]]))

    def share(name: str, arm: str, of: str = "every") -> float:
        return (mean(name, arm) - mean(name, "start")) / (mean(name, of) - mean(name, "start"))

    numbers = {
        "share": float(np.mean([share(name, "ours") for name in found])),
        "share, random timing": float(np.mean([share(name, "random") for name in found])),
        "share, ours about the text at hand": float(np.mean([share(name, "at hand") for name in found])),
        "share of labels for all": float(np.mean([share(name, "ours", "all") for name in found])),
        "share of labels for all, random timing": float(np.mean([share(name, "random", "all") for name in found])),
        "interruptions, ours": float(np.mean([mean(name, "ours", 1) for name in found])),
    }
    numbers |= {f"answered, {arm}": float(np.mean([mean(name, arm, 2) for name in found])) for arm in ARMS}
    numbers |= {f"{name}, share": share(name, "ours") for name in found}
    numbers |= {f"{name}, accuracy, {arm}": mean(name, arm) for name in found for arm in ("start", *ARMS, "all")}
    return Result(numbers, seeds, note=f"{STREAM} texts in {STREAM // A_DAY} days; the first {WORDS} words of each")


def courses(texts: Texts, seed: int) -> dict[str, tuple[float, int, int]]:
    """Of each arm: accuracy on the test texts at the end, interruptions, answers."""
    order = np.random.default_rng(seed).permutation(len(texts.classes))
    stream, pool, test = np.split(order[: STREAM + POOL + TEST], [STREAM, STREAM + POOL])
    by_chance = np.random.default_rng((2, seed)).choice(STREAM, round(SHARE * STREAM), replace=False)
    start, whole = Head(texts), Head(texts)
    whole.learn(stream.tolist())
    found = {"start": (start.accuracy(test), 0, 0), "all": (whole.accuracy(test), STREAM, STREAM)}
    for arm in ARMS:
        course = Course(texts, Person(seed), stream, pool)
        if arm in ("every", "random"):
            course.since_learned = -STREAM  # once, at the end, is the same: nothing is chosen by what was learned
        for at in range(STREAM):
            row: int | None = int(stream[at])
            if arm == "random" and at not in by_chance:
                row = None
            elif arm in ("at hand", "ours"):
                row = course.choose(at, EARLIER if arm == "ours" else 0)
            if row is not None:
                course.interrupt(at, row)
        course.learn()
        found[arm] = (course.head.accuracy(test), len(course.asked), len(course.answered))
    return found


def read(folder: Path) -> dict[str, Texts]:
    """The vectors of as many texts of each set as a course takes, the same for all seeds."""
    from adapters.models import family

    found = {}
    for name, given in SETS.items():
        rows = [line.split("\t") for line in (folder / f"{name}.tsv").read_text(encoding="utf-8").splitlines()]
        rows = [row for row in rows if len(row) == 3 and row[0].strip()]
        chosen = np.random.default_rng(0).permutation(len(rows))[: STREAM + POOL + TEST]
        classes = sorted({row[2] for row in rows})
        names = given or tuple(classes)
        model = family.get("classifier")(labels=names)
        vectors = model.embed([" ".join(rows[at][0].split()[:WORDS]) for at in chosen])
        found[name] = Texts(vectors, np.array([classes.index(rows[at][2]) for at in chosen]), model.embed(list(names)))
    return found


def _softmax(logits: Array) -> Array:
    raised = np.exp(logits - logits.max(1, keepdims=True))
    return np.asarray(raised / raised.sum(1, keepdims=True))


def _hour(at: datetime) -> float:
    return at.hour + at.minute / 60


@bench
def interruptions() -> Benchmark:
    """What a fifth of the interruptions brings, at the right moments."""
    return Benchmark(
        what="interruptions: share of the gain in accuracy from asking at every input, by a fifth of the questions",
        data="topics",
        people="simulated",
        reference="random timing, see the figures",
        target=0.80,
        better="higher",
        run=run,
    )
