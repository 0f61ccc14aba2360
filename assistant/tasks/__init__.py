"""What a task is, and the door by which one joins: `@task` on a function that returns a `Task`.

A task says what its inputs and outputs are, which model answers, what may be said about the answers, how they
are shown, judged, corrected, and made to obey. The loop (session, fit, gate) knows only this contract.
`docs/design.md` shows how taggers, generators, rankers, images and molecules sit in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from assistant.registry import Registry
from assistant.types import Constraint, EditAct, Example, Label, Output, Preference, Vocabulary

if TYPE_CHECKING:
    from adapters.models import Model

__all__ = ["More", "Task", "View", "task"]

More: TypeAlias = Callable[[int], list[Output]]
"""`more(n)`: n further outputs for the example, where a model can give several; [] where it can't."""


@dataclass(frozen=True)
class View:
    """An output as a page shows it. `html` is already escaped; `choices` are the values of the edit menu.

    `text` is the plain input that offsets of selected words refer to (None where the input is no text).
    """

    html: str
    text: str | None = None
    choices: tuple[str, ...] = ()


def _keep(example: Example, outputs: list[Output], rules: Sequence[Constraint], more: More) -> list[Output]:
    return outputs


def _replace(value: Any, edit: EditAct) -> Any:
    """The default edit: the whole value is replaced, or `old` within a text."""
    if edit.old and isinstance(value, str) and isinstance(edit.new, str | None):
        return value.replace(edit.old, edit.new or "")
    return edit.new


@dataclass(frozen=True)
class Task:
    """One kind of work that a model does and people criticise.

    Args:
        model: makes the model; called once per process, when the first answer is asked for.
        examples: gives the examples; called once per process.
        vocabulary: what may be said.
        render: an example and its outputs as a `View`.
        judge: how right a value is, given the gold one, in [0, 1]; one number per example, so that the gate
            can compare two adapters pairwise.
        metric: the name of the mean of `judge`, as people know it ("accuracy").
        accepts: the kinds of feedback that mean something here.
        outputs: how many outputs of one example are shown at once.
        obey: makes outputs satisfy the constraints, at once: filters, re-ranks, repairs or asks for more.
        implies: the value that a constraint implies for an input, or None: what makes a rule teachable.
        edit: applies an edit to a value.
    """

    model: Callable[[], Model]
    examples: Callable[[], Sequence[Example]]
    vocabulary: Vocabulary
    render: Callable[[Example, Sequence[Output]], View]
    judge: Callable[[Any, Any], float] = lambda gold, value: float(gold == value)
    metric: str = "accuracy"
    accepts: tuple[type, ...] = (Label, Constraint, Preference)
    outputs: int = 1
    obey: Callable[[Example, list[Output], Sequence[Constraint], More], list[Output]] = _keep
    implies: Callable[[Constraint, Any], Any] = lambda constraint, input: None
    edit: Callable[[Any, EditAct], Any] = _replace
    name: str = ""
    help: tuple[str, ...] = field(default=())
    """Sentences that a newcomer could say, shown as suggestions."""
    notes: tuple[str, ...] = ()
    """What its owner should know about the data, in sentences: rows set aside, a guessed encoding."""


TaskFactory: TypeAlias = Callable[..., Task]
task: Registry[TaskFactory] = Registry("task", "assistant.tasks")
