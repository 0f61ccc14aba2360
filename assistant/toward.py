"""A training towards a goal: the model makes outputs, the goal scores them, and it learns what is worth more.

    parent makes a sample -> fit on what the goal makes of it -> candidate makes one -> gate with guards

The goal is that of the frozen lesson, so a training that was killed goes on towards the same one. What people see while
it runs is the mean worth of what the model makes at each step, and how much of it is valid and new.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.more import ranked
from assistant.tasks import Goal, Lesson, Task
from assistant.tell import pieces
from assistant.types import Changed, Example, Feedback, Label, Preference, Report
from assistant.workbench import unread

if TYPE_CHECKING:
    from adapters.fit import Fit, Fitter
    from adapters.models import Model
    from adapters.signals import Material

__all__ = ["Watched", "train"]

MOVED = 3
"""Ranks by which an output has to move to be worth telling."""
Reads = Callable[[Any, Any], str]
"""Why an input with a value can't be read, "" where it can."""
Bits = Callable[[Sequence[Any], Sequence[Any]], float]
"""See `Causal.surprise`."""
Tell = Callable[[float, str, "dict[str, float] | None"], None]


class Watched:
    """What a training's steps made, for the person to look at: `figures` of the newest step."""

    def __init__(self, goal: Goal) -> None:
        self.goal = goal
        self.figures: dict[str, float] = {}

    def __call__(self, fresh: Sequence[tuple[Any, float]]) -> None:
        """`fresh`: the value, None where it failed, and the score of each output of a step."""
        there = [(value, score) for value, score in fresh if value is not None]
        scores = np.array([score for _, score in there])
        self.figures = {
            "score": float(np.nanmean(scores)) if np.isfinite(scores).any() else 0.0,
            "valid": len(there) / max(1, len(fresh)),
            **self.goal.spread([value for value, _ in there]),
        }


def train(
    task: Task,
    goal: Goal,
    model: Model,
    *,
    new: Sequence[Feedback],
    replay: Sequence[Feedback],
    words: dict[str, str],
    earlier: Sequence[Any],
    before: Goal | None,
    seed: int,
    fit: Fitter,
    folder: Path,
    progress: Tell,
) -> tuple[Report, Fit]:
    """Train the adapter that the model holds, in place, and judge it.

    Args:
        new: what the parent has not learned from; `words` of its critiques, by id.
        replay: a sample of what it has.
        earlier: outputs that people saw; the report tells whose rank changed most since `before`, the parent's goal.
        fit: who trains: `adapters.fit.fit`, or that of another trainer.
    """
    from adapters.device import device
    from adapters.fit import Recipe
    from adapters.guards import compare, sample

    reads = getattr(model, "reads", None) or (lambda input, value: "")
    new, left_out = _readable(reads, new)
    replay, _ = _readable(reads, replay)
    critiques = [f for f in new if isinstance(f, Label | Preference)]
    inputs = goal.inputs(judging=True)
    asked = [inputs[i % len(inputs)] for i in range(task.sample)]
    progress(0.02, "sampling the present version", None)
    parent = sample(model, asked, critiques, goal.score, goal.measures)
    watched = Watched(goal)
    made = list(zip(asked, parent.values, strict=True))
    lesson = Lesson(
        new,
        replay,
        made,
        ask=lambda some: [one.value for one in model.predict(some)],
        likeliest=lambda input, values: ranked(model, input, values)[0],
        watch=watched,
    )
    material = _fitting(reads, goal.material(lesson))
    fitted = fit(
        model,
        material,
        seed=seed,
        recipe=getattr(model, "recipe", None) or Recipe(),
        folder=folder,
        progress=lambda share: progress(0.08 + 0.82 * share, _told(watched.figures), watched.figures or None),
    )
    progress(0.92, "sampling the new version", None)
    candidate = sample(model, asked, critiques, goal.score, goal.measures)
    if surprise := getattr(model, "surprise", None):
        bits = partial(_surprise, surprise, goal)
        parent.measures["surprise"] = max(bits(asked, parent.values), bits(*_shown(material)))
        candidate.measures["surprise"] = bits(asked, candidate.values)
    named = [(words.get(f.critique, ""), f) for f in critiques]
    report = compare(parent, candidate, task.guards, named, task.metric)
    moved = _moved(earlier, before, goal)
    return report.model_copy(
        update={
            "device": str(device()),
            "signals": fitted.losses,
            "changed": moved,
            "checked": len(earlier),
            "notes": left_out,
        }
    ), fitted


def _readable(reads: Reads, feedback: Sequence[Feedback]) -> tuple[list[Feedback], tuple[str, ...]]:
    """The feedback that the model can read, and of the rest how much there is, and why."""
    why = [unread(reads, one) for one in feedback]
    there = [one for one, wrong in zip(feedback, why, strict=True) if not wrong]
    first = next((wrong for wrong in why if wrong), "")
    left = len(feedback) - len(there)
    told = f"{pieces(left)} could not be learned and {'is' if left == 1 else 'are'} kept: {first}"
    return there, (told,) if left else ()


def _fitting(reads: Reads, material: Material) -> Material:
    """The material without what is too long to be read: the model's own answers can be."""
    return replace(
        material,
        new=_readable(reads, material.new)[0],
        replay=_readable(reads, material.replay)[0],
        known=[one for one in material.known if not reads(one.input, one.label)],
    )


def _surprise(bits: Bits, goal: Goal, inputs: Sequence[Any], values: Sequence[Any]) -> float:
    """How unlikely values are to the base that is told of the rules, which may want what is odd; in bits per token."""
    return bits([goal.asks(Example(id="", input=one)) for one in inputs], values)


def _shown(material: Material) -> tuple[list[Any], list[Any]]:
    """Inputs, and the texts that a training shows as right for them: what comes of it may be as odd as these are."""
    said = [f for f in material.new if isinstance(f, Preference) or (isinstance(f, Label) and f.op == "is")]
    return [f.input for f in said], [f.chosen if isinstance(f, Preference) else f.value for f in said]


def _told(figures: dict[str, float]) -> str:
    """
    >>> _told({"score": .612, "valid": .98})
    'learning: score 0.61, valid 0.98'
    """
    return "learning" + ": " * bool(figures) + ", ".join(f"{name} {figure:.2f}" for name, figure in figures.items())


def _moved(earlier: Sequence[Any], before: Goal | None, goal: Goal) -> tuple[Changed, ...]:
    """The outputs that people saw whose rank changed, those that moved farthest first, where both know their worth."""
    values = list(dict.fromkeys(earlier))
    if before is None or len(values) < 2:
        return ()
    both = np.stack([each.score(values) for each in (before, goal)])
    known = np.flatnonzero(~np.isnan(both).any(axis=0))
    values, scores = [values[at] for at in known], both[:, known]
    ranks = [np.argsort(np.argsort(-one, kind="stable"), kind="stable") + 1 for one in scores]
    order = np.argsort(-np.abs(ranks[0] - ranks[1]), kind="stable")
    return tuple(
        Changed(
            example_id=str(values[i]),
            input=values[i],
            before=f"rank {ranks[0][i]} of {len(values)} ({scores[0][i]:.2f})",
            after=f"rank {ranks[1][i]} ({scores[1][i]:.2f})",
        )
        for i in order
        if abs(ranks[0][i] - ranks[1][i]) >= MOVED
    )
