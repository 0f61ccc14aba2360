"""How often each person is right, and what they take for what: the model of Dawid & Skene (1979) with priors.

    five people, 60 labels each
      -> [Finding(name="reliability", people=("ann",), value=.94, interval=(.87, .98), n=60,
                  details={"takes": [{"for": "praise", "is": "question", "share": .11}]}), …]

See `_people.py`. Small counts are drawn to the prior, and a wide interval says so. It needs people who answered what
others, or the owner, answered too; with two people alone it can't be told which of them is right.
"""

from __future__ import annotations

from typing import Any

from assistant.quality import Finding, Measure, measure
from assistant.quality._people import People, fit, interval
from assistant.quality._votes import Votes

NOTED = 0.1
"""Confusions less frequent are not told."""
LEAST = 3
"""Answers to shared questions, below which nothing is told."""


def find(votes: Votes) -> list[Finding]:
    model = fit(votes.choices(), votes.gold)
    alone = len(votes.people) < 3 and not model.gold
    return [_of(model, person, alone) for person in votes.people]


def _of(model: People, person: str, alone: bool) -> Finding:
    n = model.overlap.get(person, 0)
    if n < LEAST or alone:
        why = "it takes three people to tell" if n >= LEAST else f"{n} of their answers can be compared"
        return Finding(name="reliability", value=None, n=n, text=f"{person}: {why}", people=(person,))
    right = model.right[person]
    value = right[0] / sum(right)
    takes = _confused(model, person)
    text = f"{person} is right in about {100 * value:.0f} % of {n} answers that can be compared"
    text += "".join(f"; says “{one['for']}” of {100 * one['share']:.0f} % that is “{one['is']}”" for one in takes[:2])
    return Finding(
        name="reliability", value=value, interval=interval(right), n=n, text=text, people=(person,),
        details={"takes": takes},
    )  # fmt: skip


def _confused(model: People, person: str) -> list[dict[str, Any]]:
    """What the person takes for what, the most frequent first."""
    rows = model.confusion[model.people[person]]
    names = list(model.values)
    found = [
        (float(rows[true, said]), names[said], names[true])
        for true in range(len(names))
        for said in range(len(names))
        if said != true and rows[true, said] >= NOTED
    ]
    return [{"for": said, "is": true, "share": round(share, 3)} for share, said, true in sorted(found, reverse=True)]


@measure
def reliability() -> Measure:
    """How often each person is right."""
    return Measure("Reliability", find)
