"""Does it learn a new event from 100 posts? Rumours of nine news events: true, false or unverified (Kochkina 2018).

    {"event": "charliehebdo", "text": "BREAKING: Armed man takes hostage ...", "veracity": "unverified", ...}

A model learns from the posts of all events but one. Then a simulated journalist labels 100 random posts of that one;
the figure is how much macro-F1 rises on the rest of it. The mean is over four large events and the seeds.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from assistant.bench import Benchmark, Result, bench
from assistant.types import Example, Label

if TYPE_CHECKING:
    from adapters.models import Model

LABELS = ("true", "false", "unverified")
EVENTS = ("charliehebdo", "sydneysiege", "ottawashooting", "germanwings-crash")
LABELLED, REMEMBERED = 100, 64
Posts = Sequence[dict[str, Any]]


class Gain(NamedTuple):
    """Macro-F1 on the rest of an event: of the model before and after, and of always saying the commonest label."""

    before: float
    after: float
    majority: float


def run(folder: Path, seeds: tuple[int, ...] = (0, 1, 2, 3, 4)) -> Result:
    from adapters.models import family

    lines = (folder / "rumours.jsonl").read_text(encoding="utf-8").splitlines()
    posts = [json.loads(line) for line in lines]
    model = family.get("classifier")(labels=LABELS)
    return figures({event: gains(model, posts, event, seeds) for event in EVENTS}, seeds)


def figures(found: dict[str, list[Gain]], seeds: tuple[int, ...]) -> Result:
    by_event = {event: float(np.mean([one.after - one.before for one in some])) for event, some in found.items()}
    every = [one for some in found.values() for one in some]
    means = {name: float(np.mean([getattr(one, name) for one in every])) for name in Gain._fields}
    numbers = {"gain": float(np.mean(list(by_event.values()))), "lowest event": min(by_event.values()), **means}
    return Result(numbers | by_event, seeds, note="macro-F1 on the rest of each event; gains by event")


def gains(model: Model, posts: Posts, event: str, seeds: Sequence[int], labelled: int = LABELLED) -> list[Gain]:
    """What 100 labelled posts of the event bring, once per seed, to a model that knows all other events."""
    from adapters.fit import fit
    from adapters.signals import Material

    others = [post for post in posts if post["event"] != event]
    own = [post for post in posts if post["event"] == event]
    model.load(None)
    fit(model, Material(known=[_example(post) for post in others]))
    base, said = model.state(), dict(zip((post["id"] for post in own), _said(model, own), strict=True))
    found = []
    for seed in seeds:
        rng = random.Random(seed)
        taught = rng.sample(own, labelled)
        chosen = {post["id"] for post in taught}
        rest = [post for post in own if post["id"] not in chosen]
        known = [_example(post) for post in rng.sample(others, min(REMEMBERED, len(others)))]
        model.load(base)
        fit(model, Material(new=[_label(post) for post in taught], known=known), seed=seed)
        common = Counter(post["veracity"] for post in taught).most_common(1)[0][0]
        answers = ([said[post["id"]] for post in rest], _said(model, rest), [common] * len(rest))
        found.append(Gain(*(macro_f1(rest, some) for some in answers)))
    return found


def macro_f1(posts: Posts, said: Sequence[str]) -> float:
    """Over all three labels, also where an event has none of one."""
    from sklearn.metrics import f1_score

    gold = [post["veracity"] for post in posts]
    return float(f1_score(gold, said, labels=list(LABELS), average="macro", zero_division=0))


def _said(model: Model, posts: Posts) -> list[str]:
    return [prediction.value for prediction in model.predict([post["text"] for post in posts])]


def _example(post: dict[str, Any]) -> Example:
    return Example(id=post["id"], input=post["text"], label=post["veracity"])


def _label(post: dict[str, Any]) -> Label:
    origin = {"task": "pheme", "author": "simulated", "critique": post["id"], "reading": post["id"]}
    return Label(**origin, input=post["text"], op="is", value=post["veracity"])


@bench
def pheme_gain() -> Benchmark:
    """What 100 labelled posts of a new event bring."""
    return Benchmark(
        what="rumours of an unseen event, 100 of its posts labelled: gain of macro-F1 on its rest",
        data="pheme_rumours",
        people="simulated",
        reference="+.081: MiniLM frozen, logistic regression",
        target=0.12,
        better="higher",
        run=run,
    )
