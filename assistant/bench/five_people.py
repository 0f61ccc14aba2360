"""What careless and hostile people cost, and how much of that quality control wins back. All five are simulated.

Titles of papers in ten subjects (M10); each of 150 is judged by five people: two are right but for 5 %, two
answer at random half of the time, one turns 30 % of the labels around. What a training sees is what the product would
give it: as said (the last word on each text), or with quality control (people who were named are held, what is left is
weighed by who is right more often), or clean: the right label of each text. "Recovered" is the share of the loss, of
clean against as said, that quality control wins back, by mean accuracies on 500 other texts.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from assistant.bench import Benchmark, Result, bench
from assistant.quality import measure
from assistant.quality._votes import Votes, vote_of
from assistant.quality._weigh import weigh
from assistant.types import Feedback, Label, now

if TYPE_CHECKING:
    from adapters.models import Model

PEOPLE = {"good 1": 0.05, "good 2": 0.05, "careless 1": 0.45, "careless 2": 0.45, "hostile": 0.3}
"""How often each is wrong: half of the time at random, of ten subjects, is .45."""
TEXTS, EACH, TEST = 150, 5, 500
LOOK_EVERY = 10
"""Answers between two looks at who should be named; the product looks after each."""
STARTED = now()


class Text(NamedTuple):
    text: str
    subject: str


class Given(NamedTuple):
    """What the five said, in its order, and after how many of their own answers each was named."""

    said: list[Label]
    named: dict[str, int]


def run(folder: Path, seeds: tuple[int, ...] = (0, 1, 2, 3, 4)) -> Result:
    from adapters.models import family

    texts = read(folder / "M10.tsv")
    model = family.get("classifier")(labels=tuple(sorted({one.subject for one in texts})))
    scores: dict[str, list[float]] = {"clean": [], "as said": [], "with control": []}
    named: list[dict[str, int]] = []
    for seed in seeds:
        rng = random.Random(seed)
        drawn = rng.sample(texts, TEXTS + TEST)
        taught, test = drawn[:TEXTS], drawn[TEXTS:]
        given = simulate(taught, rng)
        named.append(given.named)
        clean = [_label(one, "right", one.subject, place) for place, one in enumerate(taught)]
        ways: dict[str, Sequence[Feedback]] = {"clean": clean, "as said": given.said, "with control": controlled(given)}
        for name, some in ways.items():
            scores[name].append(_accuracy(model, some, test, seed))
    return figures(scores, named, seeds)


def figures(scores: dict[str, list[float]], named: Sequence[dict[str, int]], seeds: tuple[int, ...]) -> Result:
    clean, said, control = (float(np.mean(scores[name])) for name in ("clean", "as said", "with control"))
    hostile = [one.get("hostile", TEXTS) for one in named]
    numbers = {
        "recovered": (control - said) / (clean - said) if clean > said else float("nan"),
        "clean": clean,
        "as said": said,
        "with control": control,
        "hostile named after, median": float(np.median(hostile)),
        "hostile named within 50": float(np.mean([count <= 50 for count in hostile])),
        "careless named": float(np.mean([sum(who.startswith("careless") for who in one) / 2 for one in named])),
        "good named": float(np.mean([sum(who.startswith("good") for who in one) / 2 for one in named])),
    }
    return Result(numbers, seeds, note="accuracies on 500 other texts; named: shares of the seeds")


def read(path: Path) -> list[Text]:
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return [Text(text, f"subject {subject}") for text, _, subject in rows]


def simulate(texts: Sequence[Text], rng: random.Random, each: int = EACH) -> Given:
    """What the five say of the texts, one after the other, and who is named meanwhile."""
    subjects = sorted({one.subject for one in texts})
    said: list[Label] = []
    named: dict[str, int] = {}
    for text in texts:
        for who in rng.sample(sorted(PEOPLE), each):
            wrong = rng.choice([subject for subject in subjects if subject != text.subject])
            value = wrong if rng.random() < PEOPLE[who] else text.subject
            said.append(_label(text, who, value, len(said)))
        if len(said) % LOOK_EVERY < each:
            counts = Counter(label.author for label in said)
            for finding in measure.get("careless")().find(record(said)):
                if finding.alarm:
                    named.setdefault(finding.people[0], counts[finding.people[0]])
    return Given(said, named)


def record(said: Sequence[Label], held: Sequence[str] = ()) -> Votes:
    votes = (vote_of(label, place) for place, label in enumerate(said))
    return Votes([vote._replace(state="held" if vote.author in held else "") for vote in votes if vote])


def controlled(given: Given) -> list[Feedback]:
    """What a training is given: without those who were named, weighed by who is right more often."""
    free = [label for label in given.said if label.author not in given.named]
    return weigh(free, record(given.said, list(given.named))).kept


def _label(text: Text, who: str, value: str, place: int) -> Label:
    origin = {"id": f"{who}-{place}", "task": "papers", "author": who, "critique": str(place), "reading": str(place)}
    at = STARTED + timedelta(seconds=place)
    return Label(**origin, created_at=at, input=text.text, op="is", value=value)


def _accuracy(model: Model, feedback: Sequence[Feedback], test: Sequence[Text], seed: int) -> float:
    from adapters.fit import fit
    from adapters.signals import Material

    model.load(None)
    fit(model, Material(new=list(feedback)), seed=seed)
    answers = model.predict([one.text for one in test])
    return float(np.mean([a.value == one.subject for a, one in zip(answers, test, strict=True)]))


@bench
def five_people() -> Benchmark:
    """Careless and hostile people among five, with and without quality control."""
    return Benchmark(
        what="five people, two careless, one with 30 % flipped labels: share of the lost accuracy won back",
        data="topics",
        people="simulated",
        reference="0: the last word on each text, as said",
        target=0.9,
        better="higher",
        run=run,
    )
