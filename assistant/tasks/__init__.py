"""What a task is, and the door by which one joins: `@task` on a function that returns a `Task`.

A task says what its inputs and outputs are, which model answers, what may be said about the answers, how they
are shown, judged, corrected, and made to obey. The loop (session, fit, gate) knows only this contract.
`docs/design.md` shows how taggers, generators, rankers, images and molecules sit in it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from assistant.registry import Registry
from assistant.types import (
    Act,
    Constraint,
    Context,
    Critique,
    EditAct,
    Example,
    Feedback,
    Highlight,
    Label,
    Output,
    Preference,
    Report,
    Vocabulary,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from adapters.models import Model
    from adapters.signals import Material

__all__ = ["Asked", "Download", "Goal", "Guard", "Lesson", "Likeliest", "More", "Task", "View", "task"]

Asked = Callable[[Sequence[Any]], list[Any]]
"""What a model answers to inputs; None is one that failed."""
Likeliest = Callable[[Any, Sequence[Any]], Any]
"""Of some values, the one that a model thinks likeliest for an input."""


class More(Protocol):
    """`more(n)`: n further outputs for the example, where a model can give several; [] where it can't."""

    def __call__(self, n: int, input: Any = None, among: Sequence[Any] = ()) -> list[Output]:
        """Ask the model.

        Args:
            input: what to ask it instead of the example's input.
            among: the only values that are allowed, where it is so: then the likeliest by the model, that one first.
        """


@dataclass(frozen=True)
class View:
    """Outputs as a page shows them. `html` is already escaped; `choices` are the values of the edit menu.

    `text` is the plain input that offsets of selected words refer to (None where the input is no text). `cells` are
    the outputs one by one, where they are shown in a grid, with `html` above it; `said` is what the chat says of them.
    """

    html: str
    text: str | None = None
    choices: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    said: str = ""


@dataclass(frozen=True)
class Guard:
    """What a training may not ruin: a measure's `least` value, and how far it may get worse (`falls`, or `rises`)."""

    least: float | None = None
    falls: float | None = None
    rises: float | None = None


@dataclass(frozen=True)
class Download:
    """A file for other tools that a task with a goal makes: `name` "best.sdf", `title` "The best molecules, as SDF".

    Of the model's best `outputs`, whose endings are `Goal.formats`, or of the `goal` itself.
    """

    name: str
    title: str
    of: Literal["outputs", "goal"] = "outputs"


@dataclass(frozen=True)
class Lesson:
    """What a goal makes the material of a training from.

    Args:
        new: feedback that the parent has not learned from.
        earlier: a bounded sample of what it has.
        made: (input, value) of what the parent makes of `Goal.inputs(judging=True)`; None is one that failed.
        ask: what the parent answers to inputs.
        likeliest: which of some values it thinks likeliest for an input.
        watch: is told of each step what was made: values, None where one failed, with their worth.
    """

    new: Sequence[Feedback] = ()
    earlier: Sequence[Feedback] = ()
    made: Sequence[tuple[Any, Any]] = ()
    ask: Asked = lambda inputs: [None] * len(inputs)
    likeliest: Likeliest = lambda input, values: values[0]
    watch: Callable[[Sequence[tuple[Any, float]]], None] = lambda made: None


class Goal(Protocol):
    """What outputs are worth, by all that was said: for tasks whose outputs have no one right answer.

    It is made anew from the feedback in force, and kept nowhere, so what is taken back is gone from it.
    """

    @property
    def notes(self) -> tuple[str, ...]:
        """What the person should know of now, in sentences: what contradicts itself, what nothing meets."""

    def score(self, values: Sequence[Any], inputs: Sequence[Any] = ()) -> NDArray[np.float64]:
        """(N,) in [0, 1]: 0 breaks what must hold, NaN can't be told. `inputs`: what each answers, if that counts."""

    def choose(
        self,
        example: Example,
        outputs: list[Output],
        count: int,
        more: More,
        rng: np.random.Generator,
        shown: Collection[Any] = (),
    ) -> tuple[list[Output], str]:
        """At most `count` outputs to show that obey all that must hold, and why these, as a clause; in it `#2` is
        the second of them, wherever on screen that comes to stand. None has one of the values `shown` already."""

    def stays(self, output: Output, example: Example) -> Output | None:
        """What was on screen, as it may stay there: as it is, made to obey, or None."""

    def asks(self, example: Example) -> Any:
        """What the model is asked for an example: the example's input, with what it should know besides."""

    def inputs(self, judging: bool = False) -> Sequence[Any]:
        """What the model is asked while it learns, or, for the gate, while it is judged; at least one."""

    def material(self, lesson: Lesson) -> Material:
        """What a training learns from."""

    def spread(self, values: Sequence[Any]) -> dict[str, float]:
        """How different outputs are from each other, quickly told: {"diversity": 0.86}."""

    def explain(self, value: Any, input: Any = None) -> tuple[Highlight, ...]:
        """What raised (+) or lowered (-) the worth of a value, what counted most first."""

    def measures(self, values: Sequence[Any], inputs: Sequence[Any] = ()) -> dict[str, float]:
        """Figures of a sample, by name; a value of None is an output that failed."""

    def view(self) -> str:
        """What it believes, as safe HTML."""

    def save(self, path: Path) -> str:
        """Write the goal itself for other tools to read; what was left out, in a sentence, or "".

        Raises:
            UserError: the path's ending names no format of the goal's.
        """

    formats: tuple[str, ...]
    """Endings of the files that `write` knows: ".csv"."""

    def write(self, values: Sequence[Any], path: Path) -> None:
        """Write outputs with their worth, in the format of the path's ending."""


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
        goal: what outputs are worth, by the feedback in force; None where outputs are right or wrong. It then takes
            the place of `obey`, the model learns to make what is worth more, and `guards` bound its measures.
        replies: with a goal, the values that the model chooses among, by the feedback in force; None: it makes its own.
        draws: with a goal, outputs drawn for each that is shown.
        sample: with a goal, outputs that each version makes for the gate.
        part: what parts of a value that a person marked are, as text, by their numbers (atoms: the fragment).
        downloads: with a goal, the files for other tools that the page offers.
        asks: with a goal, what the chat asks about an example when it comes, "" for most; those are shown first.
        changes: what a training of such a task changed, as safe HTML.
        picture: how an act is understood, drawn, as safe HTML; "" where words say it all. The goal is the one by which
            the act holds already.
        normal: an act in the task's own terms, given what was on screen ("greasy" as logP, "this bit" as the atoms
            that were marked); raises UserError, with what to say instead, where it means nothing.
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
    goal: Callable[[Sequence[Feedback]], Goal] | None = None
    replies: Callable[[Sequence[Feedback]], Sequence[str]] | None = None
    draws: int = 8
    sample: int = 192
    guards: Mapping[str, Guard] = field(default_factory=dict)
    downloads: tuple[Download, ...] = ()
    part: Callable[[Any, Sequence[int]], str] | None = None
    asks: Callable[[Example], str] = lambda example: ""
    changes: Callable[[Report], str] = lambda report: ""
    picture: Callable[[Act, Context, Goal | None], str] = lambda act, context, goal: ""
    normal: Callable[[Act, Critique], Act] = lambda act, critique: act
    name: str = ""
    help: tuple[str, ...] = field(default=())
    """Sentences that a newcomer could say, shown as suggestions."""
    notes: tuple[str, ...] = ()
    """What its owner should know about the data, in sentences: rows set aside, a guessed encoding."""


TaskFactory: TypeAlias = Callable[..., Task]
task: Registry[TaskFactory] = Registry("task", "assistant.tasks")
