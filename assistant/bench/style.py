"""Can a style be taught by saying which of two is better? Shorter, more formal, with a number: 500 pairs each.

As in Ziegler et al. 2019 (arXiv 1909.08593), who took 5,000 pairs for a style. A simulated person compares answers that
the model itself gives to the demo's questions. The reward is the product's `Taste`, asked about pairs of other
questions; the training is the product's, and the style is looked for in new answers to those.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from assistant.bench import Benchmark, Result, bench
from assistant.tasks import Lesson
from assistant.tasks._generated import DEMO
from assistant.texts.goal import goal_of
from assistant.texts.segment import words
from assistant.texts.taste import Pair, learned
from assistant.types import Preference

PAIRS, DRAWS, ASKED, RARE = 500, 8, 4, 0.5
SAID = {"task": "answer", "author": "simulated", "critique": "", "reading": ""}
LOOSE = re.compile(
    r"\w['’]\w|!|\b(?:hi|hey|hello there|thanks|just|kids|stuff|sure|yep|nope|ok)\b|[☀-➿\U0001f300-\U0001faff]", re.I
)
"""What is not formal: short forms, exclamation marks, words of the street, emojis."""


class Style(NamedTuple):
    """`more` of it makes the better of two; `shown` says whether a text has it."""

    more: Callable[[str], float]
    shown: Callable[[str], bool]


STYLES = {
    "shorter": Style(lambda text: -len(words(text)), lambda text: len(words(text)) <= 10),
    "formal": Style(lambda text: -len(LOOSE.findall(text)), lambda text: not LOOSE.search(text)),
    "number": Style(lambda text: len(re.findall(r"\d+", text)), lambda text: bool(re.search(r"\d", text))),
}


class Found(NamedTuple):
    """Accuracy on pairs of unseen questions, and the shares of new answers that show the style: to all of these
    questions, and to those where it is rare. A style that comes by itself most of the time leaves little to gain."""

    accuracy: float
    before: float
    after: float
    rare_before: float
    rare_after: float


def run(folder: Path, seeds: tuple[int, ...] = (0,), names: tuple[str, ...] = tuple(STYLES)) -> Result:
    from adapters.models import family

    model = family.get("causal")()
    found = {name: [taught(model, STYLES[name], seed) for seed in seeds] for name in names}
    middle = {name: np.mean(some, axis=0) for name, some in found.items()}
    figures = {"least accuracy of the reward": float(min(one[0] for one in middle.values()))}
    figures["least gain in new answers"] = float(min(one[2] - one[1] for one in middle.values()))
    figures["least share in new answers, after"] = float(min(one[2] for one in middle.values()))
    figures["least gain where the style is rare"] = float(min(one[4] - one[3] for one in middle.values()))
    for name, one in middle.items():
        shown = zip(("accuracy", "before", "after", "where rare, before", "where rare, after"), one, strict=True)
        figures |= {f"{name}: {what}": float(number) for what, number in shown}
    return Result(figures, seeds, f"{PAIRS} pairs; the model that ships")


def taught(model: Any, style: Style, seed: int) -> Found:
    """What becomes of the model, from its first state on."""
    from adapters.fit import fit

    model.load(None)
    asked = _questions()
    order = np.random.default_rng(seed).permutation(len(asked)).tolist()
    known, unseen = [asked[at] for at in order[::2]], [asked[at] for at in order[1::2]]
    rng = np.random.default_rng((seed, 1))
    all_pairs = pairs(style, known, answers(model, known, DRAWS))
    given = [all_pairs[at] for at in rng.permutation(len(all_pairs))[:PAIRS]]
    first, again = answers(model, unseen, ASKED), answers(model, unseen, ASKED)
    # chosen by one draw and counted in another: else chance would look like learning
    rare = [at for at, some in enumerate(first) if _share(style, [some]) <= RARE]
    feedback = [
        Preference(
            task="answer", author="simulated", critique="", reading="", input=p.input, chosen=p.better, rejected=p.worse
        )
        for p in given
    ]
    goal = goal_of(feedback, known, unseen)
    lesson = Lesson(feedback, (), (), lambda some: [one.value for one in model.predict(some)])
    fit(model, goal.material(lesson), seed=seed, recipe=model.recipe)
    after = answers(model, unseen, ASKED)
    return Found(
        accuracy(given, pairs(style, unseen, first)),
        _share(style, again),
        _share(style, after),
        _share(style, [again[at] for at in rare]),
        _share(style, [after[at] for at in rare]),
    )


def answers(model: Any, asked: Sequence[str], count: int) -> list[list[str]]:
    """`count` answers to each question."""
    said = [str(one.value or "") for one in model.predict([x for x in asked for _ in range(count)])]
    return [said[at : at + count] for at in range(0, len(said), count)]


def pairs(style: Style, asked: Sequence[str], said: Sequence[Sequence[str]]) -> list[Pair]:
    """Every two answers to a question of which one has more of the style, that one first."""
    found = []
    for x, some in zip(asked, said, strict=True):
        for one, other in combinations(dict.fromkeys(some), 2):
            if style.more(one) != style.more(other):
                better, worse = sorted((one, other), key=style.more, reverse=True)
                found.append(Pair(better, worse, x))
    return found


def accuracy(given: Sequence[Pair], asked: Sequence[Pair]) -> float:
    """The share of the asked pairs whose better one is worth more to a taste that learned from those given."""
    taste = learned(given)
    assert taste is not None
    inputs = [pair.input for pair in asked]
    better = taste.worth([pair.better for pair in asked], inputs)
    return float(np.mean(better > taste.worth([pair.worse for pair in asked], inputs)))


def _share(style: Style, said: Sequence[Sequence[str]]) -> float:
    return float(np.mean([style.shown(text) for some in said for text in some]))


def _questions() -> list[str]:
    lines = (DEMO / "answer.jsonl").read_text(encoding="utf-8").splitlines()
    return [str(json.loads(line)["input"]) for line in lines]


@bench
def style() -> Benchmark:
    """A style, taught by comparing."""
    return Benchmark(
        what="shorter, more formal, with a number: least accuracy of the reward after 500 pairs of two answers",
        data="made",
        people="simulated",
        reference="Ziegler et al. 2019: 5,000 pairs for a style",
        target=0.9,
        better="higher",
        run=run,
    )
