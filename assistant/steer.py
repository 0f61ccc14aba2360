"""What is shown of a task that has a goal: many outputs drawn, few chosen, and what stays on screen after a critique.

    steered(bench, goal, example)                          -> twelve outputs that obey, and why these
    steered(bench, goal, example, before=on_screen)        -> those that still obey stay where they are, scored anew

So a person who says several things about one screen can go on calling an output by its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.more import asking
from assistant.types import Example, Output, new_id

if TYPE_CHECKING:
    from assistant.tasks import Goal, More
    from assistant.workbench import Workbench

__all__ = ["edited", "made", "steered"]

ROUNDS = 8
STAYED = "what was on screen, scored anew; “next” shows others"


def steered(
    bench: Workbench,
    goal: Goal,
    example: Example,
    *,
    before: Sequence[Output] = (),
    instead: Mapping[Any, Any] | None = None,
    anew: bool = False,
    seed: int = 0,
) -> tuple[list[Output], str]:
    """The outputs to show, and why these, as a clause.

    Args:
        before: those on screen, where the same example is asked again.
        instead: values that take the place of others: what was edited.
        anew: another version answers now, so that only what was edited stays.
    """
    stay = _stay(goal, example, before, instead or {}, anew)
    free = stay.count(None) if before else bench.task.outputs
    if not free:
        return _scored(goal, example, [output for output in stay if output]), STAYED
    with _asking(bench, example) as more:
        drawn = more(bench.task.draws * free, goal.asks(example))
        shown = {output.value for output in stay if output}
        rng = np.random.default_rng((bench.settings.seed, seed))
        chosen, why = goal.choose(example, drawn, free, more, rng, shown)
    new = iter(chosen)
    outputs = [output or next(new, None) for output in stay] if before else list(new)
    there = [output for output in outputs if output]
    return _scored(goal, example, there), _numbered(why, chosen, there)


def made(bench: Workbench, goal: Goal, count: int, seed: int = 0) -> list[Output]:
    """The `count` best of many outputs that obey, the best first; fewer where not so many different ones are made."""
    example = next(iter(bench.examples.values()))
    found: dict[Any, Output] = {}
    with _asking(bench, example) as more:
        for step in range(ROUNDS):
            asked = more(2 * count, goal.asks(example))
            drawn = [output for output in asked if output.value not in found]
            some, _ = goal.choose(example, drawn, count, more, np.random.default_rng((bench.settings.seed, seed, step)))
            found.update((output.value, output) for output in some)
            if len(found) >= count:
                break
    return sorted(_scored(goal, example, list(found.values())), key=lambda output: -(output.score or 0.0))[:count]


@contextmanager
def _asking(bench: Workbench, example: Example) -> Iterator[More]:
    """What asks the live version."""
    live = bench.live()
    with bench.model(live or "base") as model:
        yield asking(model, example, live.id if live else "base")


def _numbered(why: str, chosen: Sequence[Output], there: Sequence[Output]) -> str:
    """`#2`, the second of those chosen, by its number on screen, where others may have stayed."""
    number = {output.id: at for at, output in enumerate(there, 1)}
    for at in range(len(chosen), 0, -1):
        why = re.sub(rf"#{at}\b", str(number[chosen[at - 1].id]), why)
    return why


def edited(before: Sequence[Output], feedback: Sequence[Any]) -> dict[Any, Any]:
    """What took the place of what was on screen, by the feedback just given: {old value: new value}."""
    there = {output.value for output in before}
    pairs = [one for one in feedback if one.kind == "preference"]
    return {one.rejected: one.chosen for one in pairs if one.rejected in there and one.chosen not in there}


def _stay(
    goal: Goal, example: Example, before: Sequence[Output], instead: Mapping[Any, Any], anew: bool
) -> list[Output | None]:
    """Those on screen, edited where they were; None where one has to go because it breaks what must hold, or because
    another one is the same now; where they are asked for `anew`, None for all that were not edited."""
    said = [
        output.model_copy(update={"value": instead[output.value], "said": output.value, "id": new_id()})
        if output.value in instead
        else output.model_copy(update={"id": new_id()})
        for output in before
    ]
    kept: list[Output | None] = []
    for output, old in zip(said, before, strict=True):
        stays = None if anew and old.value not in instead else goal.stays(output, example)
        again = stays is not None and any(other is not None and other.value == stays.value for other in kept)
        kept.append(None if again else stays)
    return kept


def _scored(goal: Goal, example: Example, outputs: Sequence[Output]) -> list[Output]:
    """With their worth, and what raised or lowered it."""
    if not outputs:
        return []
    scores = goal.score([output.value for output in outputs], [example.input] * len(outputs))
    why = [goal.explain(output.value, example.input) for output in outputs]
    return [
        output.model_copy(update={"score": None if np.isnan(score) else float(score), "highlights": told})
        for output, score, told in zip(outputs, scores, why, strict=True)
    ]
