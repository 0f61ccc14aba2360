"""What of a judgement fits a task: labels of the task, texts where it writes texts, inputs that its model can read.

fitted(Judgement(input="Hi", value="Praise"), ("order", "praise"), odd)  -> Judgement(input="Hi", value="praise")
fitted(Judgement(input="Hi", value="rant"), ("order", "praise"), odd)    -> Unfit("the task has no label 'rant'")
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from assistant.exports._views import messages
from assistant.imports import Judgement
from assistant.types import Constraint

__all__ = ["Unfit", "fitted"]


class Unfit(Exception):
    """Why a judgement can't be used; completes "Left out because ..."."""


def fitted(judgement: Judgement, labels: tuple[str, ...], odd: Counter[str]) -> Judgement:
    """The judgement in the task's terms; `odd` counts labels that were written otherwise.

    Raises:
        Unfit: it can't be used.
    """
    if judgement.own is not None and isinstance(judgement.own.feedback, Constraint):
        return judgement
    if judgement.own is None or labels:
        _check_input(judgement.input, labels)
    if judgement.order:
        return judgement if judgement.own is not None and not labels else _ordered(judgement, labels)
    if labels:
        return _labelled(judgement, labels, odd)
    if judgement.own is None and not _is_text(judgement.value):
        raise Unfit("its answer is no text" if judgement.value not in (None, "") else "it has no answer")
    return judgement


def _labelled(judgement: Judgement, labels: tuple[str, ...], odd: Counter[str]) -> Judgement:
    label = _label(judgement.value, labels)
    if label != judgement.value:
        odd[f"{judgement.value!r} was read as the label {label!r}"] += 1
        judgement = judgement.model_copy(update={"own": None})  # that row names another label
    if judgement.output is None or judgement.output in labels:
        return judgement.model_copy(update={"value": label})
    # a model that has other labels than the task did not say what this one could say
    kept = {**judgement.kept, "output": judgement.output}
    return judgement.model_copy(update={"value": label, "output": None, "kept": kept})


def _ordered(judgement: Judgement, labels: tuple[str, ...]) -> Judgement:
    if not labels and not all(_is_text(value) for tier in judgement.order for value in tier):
        raise Unfit("one of its answers is no text")
    order = tuple(tuple(_label(value, labels) if labels else value for value in tier) for tier in judgement.order)
    own = judgement.own if order == judgement.order else None
    return judgement.model_copy(update={"order": order, "own": own})


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _check_input(input: Any, labels: tuple[str, ...]) -> None:
    if _is_text(input):
        return
    if isinstance(input, str) or input is None:
        raise Unfit("it has no input")
    talk = isinstance(input, list) and messages(input) == input
    if labels or not talk:
        raise Unfit("its input is no text" if labels else "its input is neither a text nor a conversation")


def _label(value: Any, labels: tuple[str, ...]) -> str:
    """The label of the task that is meant: written alike, or but for capitals and blanks."""
    said = (
        str(value) if value is not None and not isinstance(value, float) else f"{value:g}" if value is not None else ""
    )
    if said in labels:
        return said
    alike = [label for label in labels if label.strip().casefold() == said.strip().casefold()]
    if len(alike) == 1:
        return alike[0]
    raise Unfit(f"the task has no label {said[:60]!r}" if said.strip() else "it has no label")
