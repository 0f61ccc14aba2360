"""Two versions compared by people who do not know which is which: the evaluation that a figure can't replace.

    draw(bench, v2) -> Trial(outputs=("01a2…", "01b3…"), …): an answer of v2 and one of its parent, shuffled
    tally(store.trials(task), "v2's id", "base") -> won 9, lost 2: rate .82 (95 % .52 to .95); enough

People may stop whenever they like: what says "enough" is a bet against a fair coin (mixture martingale, Robbins 1970;
by Ville's inequality it is wrong one time in twenty, however often one looks). The interval is Wilson's (1927).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from assistant._wilson import wilson
from assistant.errors import UserError
from assistant.shown import Trial
from assistant.store.rows import AdapterRow, TrialRow
from assistant.types import Example, Output
from assistant.workbench import BASE, Workbench

__all__ = ["Tally", "draw", "tally"]

TRIES = 12
"""Examples on which two versions may agree before that is said."""
ODDS = 20.0
"""Evidence against "alike" from which on it is enough."""
CLOSE, MANY = 0.65, 30
"""After so many comparisons, if even the upper end of the rate of either lies below, more would hardly tell."""


@dataclass(frozen=True)
class Tally:
    """How often the newer version won and lost; `rate`: wins among both, with its interval; `advice`: a sentence."""

    won: int
    lost: int
    alike: int
    bad: int
    rate: float | None
    low: float
    high: float
    advice: str


def draw(bench: Workbench, version: AdapterRow) -> Trial:
    """An example on which the version and its parent differ; each answers by itself, without rules.

    Raises:
        UserError: they say the same of all that were tried, or nothing is left.
    """
    trials = bench.store.trials(bench.task.name)
    rng = np.random.default_rng((bench.settings.seed, len(trials)))
    parent = bench.store.adapter(version.parent, bench.task.name) if version.parent else None
    done = {row.example_id for row in _between(trials, version.id, version.parent or BASE)}
    examples = bench.heldout or bench.unknown
    # a generator has one example, to which it answers differently each time
    left = [example for example in examples if example.id not in done or len(examples) == 1]
    for at in rng.permutation(len(left))[:TRIES]:
        example = left[int(at)]
        two = [_alone(bench, example, version), _alone(bench, example, parent or "base")]
        if two[0].value != two[1].value:
            first, second = (two[int(place)] for place in rng.permutation(2))
            bench.store.save_outputs(bench.task.name, (first, second))
            return Trial(version.id, (first.id, second.id), bench.task.render(example, (first, second)))
    raise UserError(
        f"The two say the same of {min(TRIES, len(left))} further examples" if left else "All examples were compared",
        do="go by what was compared so far",
    )


def _alone(bench: Workbench, example: Example, version: AdapterRow | Literal["base"]) -> Output:
    with bench.model(version) as model:
        (said,) = model.predict([example.input])
    adapter = BASE if version == "base" else version.id
    return Output(**said.model_dump(), example_id=example.id, adapter=adapter)


def tally(trials: Sequence[TrialRow], version: str, parent: str) -> Tally:
    """Of all that was said of these two versions, by the ids of their adapters."""
    between = _between(trials, version, parent)
    winners = [row.first if row.vote == "first" else row.second for row in between if row.vote in ("first", "second")]
    won = winners.count(version)
    lost = len(winners) - won
    low, high = wilson(won, won + lost)
    votes = [row.vote for row in between]
    rate = won / (won + lost) if winners else None
    return Tally(won, lost, votes.count("alike"), votes.count("bad"), rate, low, high, _advice(won, lost, low, high))


def _between(trials: Sequence[TrialRow], version: str, parent: str) -> list[TrialRow]:
    return [row for row in trials if {row.first, row.second} == {version, parent}]


def _evidence(won: int, lost: int) -> float:
    """The gain of a bet on every comparison, against both being alike: log of B(won + 1, lost + 1) * 2^n."""
    n = won + lost
    return math.lgamma(won + 1) + math.lgamma(lost + 1) - math.lgamma(n + 2) + n * math.log(2)


def _advice(won: int, lost: int, low: float, high: float) -> str:
    n = won + lost
    if _evidence(won, lost) >= math.log(ODDS):
        return f"Enough: the {'newer' if won > lost else 'older'} one is better."
    if n >= MANY and high <= CLOSE and low >= 1 - CLOSE:
        return "They are so much alike that more comparisons would hardly tell."
    return "Not enough yet to tell." if n else "Nothing was compared yet."
