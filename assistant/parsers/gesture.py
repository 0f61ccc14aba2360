"""Gestures: a thumb, an edit or a button is a reading by itself; no model, no doubt.

    thumb up on #1          ->  label {is, None} of #1        (what is on screen is right)
    #1 edited to "order"    ->  label {is, "order"} of #1     (a label of the vocabulary)
    #1 edited to "at 8"     ->  edit: replace the answer "at 9" by "at 8"
    button "next"           ->  command next
    #1 reviewed as "order"  ->  label {is, "order"} of #1     (whether that was given, or something else)
    #1 reviewed as None     ->  constraint: its label is ignored

Words that the person marked in the input are evidence for the label.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from assistant.errors import UserError
from assistant.parsers import Parser, parser
from assistant.types import (
    Act,
    Command,
    ConstraintAct,
    Critique,
    EditAct,
    Evidence,
    LabelAct,
    OnScreen,
    Reading,
)

__all__ = ["NAME", "VERSION", "gesture", "read_gesture"]

NAME, VERSION = "gesture", "1"
DROP = ConstraintAct(property="label", operator="ignore", value=None, strength="must", scope="item")


def read_gesture(critique: Critique) -> Reading:
    """The reading of a critique's gesture, of confidence 1; without a gesture, of nothing.

    Raises:
        UserError: the gesture's target is not on screen, or the button or thumb has no such value.
    """
    made = critique.gesture
    if made is None:
        return Reading(acts=(Act(kind="none", targets=()),), clarify="What do you mean?", confidence=0.0)
    if made.kind == "button":
        return Reading(acts=(_command(made.value),), confidence=1.0)
    output = _target(critique, made.target)
    if made.kind == "thumb":
        if not isinstance(made.value, bool):
            raise UserError(f"A thumb can't be {made.value!r}", "it is True (up) or False (down)")
        label = LabelAct(op="is" if made.value else "is_not", value=None)
        return _reading(critique, output, label)
    if made.kind == "review" and made.value is None:
        return Reading(acts=(Act(kind="constraint", targets=(output.id,), constraint=DROP),), confidence=1.0)
    if made.kind == "review" or made.value in critique.context.vocabulary.labels:
        return _reading(critique, output, LabelAct(op="is", value=made.value))
    edit = EditAct(op="replace", object="answer", old=_text(output.value), new=_text(made.value))
    return Reading(acts=(Act(kind="edit", targets=(output.id,), edit=edit),), confidence=1.0)


def _command(value: object) -> Act:
    known = get_args(Command)
    if value not in known:
        raise UserError(f"There is no command {value!r}", f"the commands are: {', '.join(known)}")
    return Act.model_validate({"kind": "command", "targets": (), "command": value})


def _target(critique: Critique, target: str) -> OnScreen:
    outputs = {output.id: output for output in critique.context.outputs}
    if target not in outputs:
        raise UserError(f"{target!r} is not on screen", f"on screen: {', '.join(outputs) or 'nothing'}")
    return outputs[target]


def _reading(critique: Critique, output: OnScreen, label: LabelAct) -> Reading:
    there = output.input if isinstance(output.input, str) else ""
    marked = [s.text for s in critique.context.selection if s.text.strip() and s.text in there]
    evidence = tuple(Evidence(text=text, role="for") for text in dict.fromkeys(marked))
    act = Act(kind="label", targets=(output.id,), label=label, evidence=evidence)
    return Reading(acts=(act,), confidence=1.0)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


@dataclass
class _Gestures:
    name: str = NAME
    version: str = VERSION

    def __call__(self, critique: Critique) -> Reading:
        return read_gesture(critique)


@parser
def gesture() -> Parser:
    """Reads thumbs, edits and buttons only."""
    return _Gestures()
