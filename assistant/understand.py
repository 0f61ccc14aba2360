"""From what was understood to what can be learned: a reading's acts as labels, constraints and preferences.

    Act(label is complaint, targets #1)  + the screen  ->  Label(input="My parcel ...", op="is", value="complaint")

An edit becomes the label that the corrected value is right, and the preference of corrected over original.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from assistant.errors import UserError
from assistant.rules import condition
from assistant.tasks import Task
from assistant.types import Act, Constraint, Critique, Label, OnScreen, Preference, Reading

__all__ = ["checked", "feedback_of"]

Feedback = Label | Constraint | Preference
UNCHECKED = 0.3
"""The confidence of a reading with a rule that could never fire: too low to apply."""
DIRECTIONS = ("increase", "decrease", "unchanged")
PAIRS = 32
"""A ranking of many outputs becomes at most this many pairs, the far apart ones first."""


def checked(reading: Reading, critique: Critique, task: Task) -> Reading:
    """The reading in the task's own terms; or a question back, where an act can't be carried out as it is said."""
    try:
        acts = tuple(task.normal(act, critique) for act in reading.acts)
        reading = reading.model_copy(update={"acts": acts})
        for act, edit in ((act, act.edit) for act in acts if act.edit):
            for seen in _targets(act, critique):
                task.edit(seen.value, edit)
    except UserError as wrong:
        return reading.model_copy(update={"clarify": str(wrong), "confidence": min(reading.confidence, UNCHECKED)})
    for act in reading.acts:
        when = act.constraint.when if act.constraint else None
        if when and not condition(when).understood:
            ask = f"I can't check whether an input “{when}”: {condition(when).problem}. Which words should I look for?"
            return reading.model_copy(update={"clarify": ask, "confidence": min(reading.confidence, UNCHECKED)})
    return reading


def feedback_of(reading: Reading, reading_id: str, critique: Critique, task: Task) -> list[Feedback]:
    """The feedback in a reading, of the kinds that the task accepts."""
    found = [piece for act in reading.acts for piece in _of_act(act, critique, task)]
    stamp = {"reading": reading_id}
    return [piece.model_copy(update=stamp) for piece in found if isinstance(piece, task.accepts)]


def _of_act(act: Act, critique: Critique, task: Task) -> Iterator[Feedback]:
    if act.kind == "constraint" and act.constraint:
        yield from _constraints(act, critique, task)
    elif act.kind == "preference" and act.preference:
        yield from _pairs(act, critique, task)
    elif act.kind in ("label", "edit"):
        for seen in _targets(act, critique):
            yield from _about(act, seen, critique, task)


def _about(act: Act, seen: OnScreen, critique: Critique, task: Task) -> Iterator[Feedback]:
    origin = _origin(critique, task, seen, act)
    if act.label and not act.label.candidates:
        value = seen.value if act.label.value is None else act.label.value
        yield Label(**origin, input=seen.input, op=act.label.op, value=value)
        # what is edited in place, or reviewed, says two things: what is right, and that it beats what was there
        if critique.gesture and critique.gesture.kind in ("edit", "review") and value != seen.value:
            yield Preference(**origin, input=seen.input, chosen=value, rejected=seen.value)
    elif act.edit:
        corrected = task.edit(seen.value, act.edit)
        if corrected is not None and corrected != seen.value:
            yield Label(**origin, input=seen.input, op="is", value=corrected)
            yield Preference(**origin, input=seen.input, chosen=corrected, rejected=seen.value)


def _constraints(act: Act, critique: Critique, task: Task) -> Iterator[Feedback]:
    rule = act.constraint
    assert rule is not None
    targets = _targets(act, critique)
    # a direction starts from what is on screen
    shown = tuple(seen.value for seen in targets) if rule.operator in DIRECTIONS else ()
    for seen in targets if rule.scope == "item" else [OnScreen(id="all")]:
        yield Constraint(
            **_origin(critique, task, seen, act),
            property=rule.property,
            operator=rule.operator,
            value=_named(rule.value, critique),
            strength=rule.strength,
            scope=rule.scope,
            when=rule.when,
            conversation=critique.conversation if rule.scope == "session" else None,
            about=(seen.value,) if shown and rule.scope == "item" else shown,
        )


def _named(value: Any, critique: Critique) -> Any:
    """The value on screen that "#2" stands for; any other value is itself."""
    return next((seen.value for seen in critique.context.outputs if seen.id == value), value)


def _pairs(act: Act, critique: Critique, task: Task) -> Iterator[Feedback]:
    assert act.preference is not None
    screen = {seen.id: seen for seen in critique.context.outputs}
    tiers = [[screen[id] for id in tier if id in screen] for tier in act.preference.order]
    ranked = sorted(combinations(range(len(tiers)), 2), key=lambda pair: pair[0] - pair[1])
    pairs = [(better, worse) for i, j in ranked for better in tiers[i] for worse in tiers[j]]
    for better, worse in pairs[:PAIRS]:
        if better.value != worse.value:
            yield Preference(
                **_origin(critique, task, better, act),
                input=better.input,
                chosen=better.value,
                rejected=worse.value,
                aspect=act.preference.aspect,
            )


def _targets(act: Act, critique: Critique) -> list[OnScreen]:
    """The outputs that an act is about; all on screen for "all", and the only one where none is named."""
    screen = critique.context.outputs
    if "all" in act.targets or (not act.targets and len(screen) == 1):
        return list(screen)
    return [seen for seen in screen if seen.id in act.targets]


def _origin(critique: Critique, task: Task, seen: OnScreen, act: Act) -> dict[str, object]:
    """Where a piece of feedback comes from; the reading's id is stamped on by the caller."""
    return {
        "task": task.name,
        "author": critique.author,
        "critique": critique.id,
        "reading": "",
        "adapter": seen.adapter,
        "example_id": seen.example_id,
        "evidence": act.evidence,
        "guideline": critique.guideline,
        "created_at": critique.created_at,
    }
