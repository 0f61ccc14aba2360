"""The nouns that everything else speaks: examples, outputs, critiques, readings, feedback.

All are frozen pydantic records, so each is checked when made, compared by value, and goes to JSON and back:

    Critique  "no, that's a complaint: they want their money back"
      -> Reading(acts=[Act(kind="label", targets=["#1"], label=LabelAct(op="is", value="complaint"),
                           evidence=[Evidence(text="want my money back", role="for")])])
      -> Label(input="My parcel arrived broken, I want my money back", op="is", value="complaint", ...)

`Reading` and its parts are the contract of every parser (`Reading.model_json_schema()`).
No torch, no database and no page in here.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

__all__ = [
    "Act",
    "Asked",
    "Changed",
    "Command",
    "Constraint",
    "ConstraintAct",
    "Context",
    "Critique",
    "EditAct",
    "Evidence",
    "Example",
    "Feedback",
    "Gesture",
    "Highlight",
    "Label",
    "LabelAct",
    "Measure",
    "OnScreen",
    "Operator",
    "Output",
    "Prediction",
    "Preference",
    "PreferenceAct",
    "Property",
    "Reading",
    "Record",
    "Report",
    "Selection",
    "TaskSpec",
    "Vocabulary",
    "feedback_from_json",
    "new_id",
    "now",
]  # fmt: skip


def new_id() -> str:
    """A new id, sortable by time to the millisecond: 32 hexadecimal digits."""
    milliseconds = int(datetime.now(UTC).timestamp() * 1000)
    return f"{milliseconds:012x}{uuid.uuid4().hex[:20]}"


def now() -> datetime:
    return datetime.now(UTC)


class Record(BaseModel):
    """Frozen, strict about its fields, and equal by value."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- what is looked at -------------------------------------------------------------------------------------


class Example(Record):
    """One input of a task. `label` is what its owner says is right; None: not known.

    `heldout` examples are only ever used to judge adapters, never to train them.
    """

    id: str
    input: Any
    label: Any = None
    split: Literal["pool", "heldout"] = "pool"


class Highlight(Record):
    """A part of the input that mattered. `weight` in [-1, 1]: for (+) or against (-) the value that was said."""

    text: str
    start: int
    end: int
    weight: float


class Prediction(Record):
    """What a model says of one input.

    `score` in [0, 1] is how sure it is, or None; `scores` are those of all values where there are few.
    """

    value: Any
    score: float | None = None
    scores: dict[str, float] = {}
    highlights: tuple[Highlight, ...] = ()


class Output(Prediction):
    """A prediction as it was shown: of which example, by which adapter, and what the rules made of it.

    `rules` are the ids of the constraints that acted; where they changed the value, `said` is the model's own.
    """

    id: str = Field(default_factory=new_id)
    example_id: str
    adapter: str = "base"
    rules: tuple[str, ...] = ()
    said: Any = None


# --- what a person says ------------------------------------------------------------------------------------


class Gesture(Record):
    """Feedback without words. `value`: True or False for a thumb, the new value of an edit, the command of a
    button ("next", "learn", "undo", "explain")."""

    kind: Literal["thumb", "edit", "button"]
    target: str = "#1"
    value: Any = None


class Selection(Record):
    """What a person marked: words of the input, or, with `target`, parts of that output, by their numbers.

    It is evidence for whatever is said next, and what "this" means. Of atoms, `text` is the fragment as SMILES.
    """

    text: str
    start: int = 0
    end: int = 0
    target: str | None = None
    parts: tuple[int, ...] = ()


class OnScreen(Record):
    """An output as the person sees it: `#1` is the first. `input` None: not shown."""

    id: str
    input: Any = None
    value: Any = None
    output_id: str | None = None
    example_id: str | None = None
    adapter: str = "base"


class Property(Record):
    """Something that a constraint can be about: length.words [words], contains, logP, molecular_weight [Da].

    The values of "part" are parts of an output, such as can be marked in it: substructures. `title`: what people
    call it in a sentence; by default its name.
    """

    name: str
    synonyms: tuple[str, ...] = ()
    unit: str | None = None
    values: Literal["number", "text", "label", "flag", "part"] = "text"
    title: str = ""


class Vocabulary(Record):
    """What may be said about the outputs of a task."""

    labels: tuple[str, ...] = ()
    properties: tuple[Property, ...] = ()
    objects: tuple[str, ...] = ()


class Context(Record):
    """What a parser knows besides the words: the vocabulary, the outputs on screen, the turns just before."""

    task: str = ""
    vocabulary: Vocabulary = Vocabulary()
    outputs: tuple[OnScreen, ...] = ()
    selection: tuple[Selection, ...] = ()
    turns: tuple[str, ...] = ()


class Critique(Record):
    """A person's raw words or gesture about what is on screen; kept for ever, never edited."""

    id: str = Field(default_factory=new_id)
    conversation: str
    author: str
    text: str
    gesture: Gesture | None = None
    context: Context = Context()
    guideline: int = 0
    created_at: datetime = Field(default_factory=now)


# --- what a parser understood: the contract ----------------------------------------------------------------


class LabelAct(Record):
    """`value` None: the value now on screen ('yep' is {is, None}, 'wrong' is {is_not, None})."""

    op: Literal["is", "is_not"]
    value: str | None
    span: str | None = None
    candidates: tuple[str, ...] = ()


class EditAct(Record):
    op: Literal["replace", "insert", "delete", "merge", "split", "move", "rename", "resize"]
    object: str
    old: str | None = None
    new: str | tuple[str, ...] | None = None
    where: str | None = None


Operator = Literal[
    "eq", "ne", "lt", "le", "gt", "ge", "contains", "not_contains", "increase", "decrease", "unchanged",
    "ignore", "must_link", "cannot_link",
]  # fmt: skip
# bool before int before float: pydantic's smart mode then keeps True, 3 and 3.5 apart through JSON
Scalar = bool | int | float | str


class ConstraintAct(Record):
    property: str
    operator: Operator
    value: Scalar | tuple[int | float | str, ...] | None
    strength: Literal["must", "prefer"]
    scope: Literal["item", "session", "task"]
    when: str | None = None


class PreferenceAct(Record):
    """`order`: tiers of output ids, best first; one tier may hold several (a tie)."""

    order: tuple[Annotated[tuple[str, ...], Field(min_length=1)], ...] = Field(min_length=2)
    aspect: str | None = None


class Evidence(Record):
    """Words of the input or output, verbatim, and what they are evidence of."""

    text: str
    role: Literal["for", "against", "error", "missing", "ignore"] = "for"


Command = Literal["undo", "next", "learn", "explain", "show", "export", "stop", "help"]


class Act(Record):
    kind: Literal["label", "edit", "constraint", "preference", "retract", "question", "command", "none"]
    targets: tuple[str, ...]
    label: LabelAct | None = None
    edit: EditAct | None = None
    constraint: ConstraintAct | None = None
    preference: PreferenceAct | None = None
    command: Command | None = None
    evidence: tuple[Evidence, ...] = ()
    reason: str | None = None


class Reading(Record):
    """What a parser understood of one critique: at most 8 acts, or a question back.

    `confidence` in [0, 1]: the calibrated probability that every act is right.
    """

    acts: tuple[Act, ...] = Field(max_length=8)
    clarify: str | None = None
    confidence: float = Field(ge=0, le=1)

    def contract(self) -> dict[str, Any]:
        """The reading as the JSON that every parser agrees on: absent parts are left out."""
        plain = self.model_dump(mode="json")
        plain["acts"] = [_bare(act) for act in plain["acts"]]
        return plain


def _bare(act: dict[str, Any]) -> dict[str, Any]:
    """An act without the parts that its kind does not have."""
    optional = {"label", "edit", "constraint", "preference", "command", "evidence", "reason"}
    act = {key: value for key, value in act.items() if key not in optional or value not in (None, [])}
    if "label" in act:
        dropped: dict[str, Any] = {"span": None, "candidates": []}
        act["label"] = {k: v for k, v in act["label"].items() if k not in dropped or v != dropped[k]}
    return act


# --- feedback: what models learn from and teams export -----------------------------------------------------


class _FeedbackBase(Record):
    """What the three kinds share: where it came from. `adapter`: the one that said the criticised output."""

    id: str = Field(default_factory=new_id)
    task: str
    author: str
    critique: str
    reading: str
    adapter: str = "base"
    example_id: str | None = None
    evidence: tuple[Evidence, ...] = ()
    guideline: int = 0
    created_at: datetime = Field(default_factory=now)


class Label(_FeedbackBase):
    """It is `value`, or it is not."""

    kind: Literal["label"] = "label"
    input: Any
    op: Literal["is", "is_not"]
    value: Any


class Preference(_FeedbackBase):
    """For this input, `chosen` is better than `rejected`, in respect of `aspect` (None: altogether)."""

    kind: Literal["preference"] = "preference"
    input: Any
    chosen: Any
    rejected: Any
    aspect: str | None = None


class Constraint(_FeedbackBase):
    """Something that outputs must or should satisfy, for one item, a session or the whole task.

    With `when`, it holds only for inputs that meet that condition, as said ("mentions a refund"). `about`: the values
    on screen that it was said of, from which a direction ("too long", "less greasy") starts.
    """

    kind: Literal["constraint"] = "constraint"
    property: str
    operator: Operator
    value: Any
    strength: Literal["must", "prefer"] = "must"
    scope: Literal["item", "session", "task"] = "task"
    when: str | None = None
    conversation: str | None = None
    about: tuple[Any, ...] = ()


Feedback = Annotated[Label | Constraint | Preference, Field(discriminator="kind")]
_FEEDBACK: TypeAdapter[Label | Constraint | Preference] = TypeAdapter(Feedback)


def feedback_from_json(plain: dict[str, Any]) -> Label | Constraint | Preference:
    """The feedback whose `model_dump(mode="json")` is `plain`."""
    return _FEEDBACK.validate_python(plain)


# --- tasks and what a training reports ---------------------------------------------------------------------


class TaskSpec(Record):
    """All that is needed to make a task again in another process; also what a task's YAML file holds.

    `name` is how the store knows it; `task` the plugin; `data` a file or a dataset folder; `text` and `label`
    its columns; `labels` the values where the data has none; `base` the model (a hub name or a folder); `goal` what
    is wanted from the start (a profile's name, a scoring file).
    """

    task: str = "classify"
    name: str = ""
    data: str | None = None
    text: str | None = None
    label: str | None = None
    id: str | None = None
    labels: tuple[str, ...] = ()
    base: str | None = None
    goal: str | None = None
    rank: int = Field(8, ge=1, le=256)
    heldout: float = Field(0.25, ge=0, lt=1)


class Asked(Record):
    """One critique, asked again of the candidate."""

    critique: str
    text: str
    fixed: bool
    before: Any = None
    after: Any = None


class Changed(Record):
    """An earlier answer that the candidate gives differently."""

    example_id: str
    input: Any
    before: Any
    after: Any
    right: bool | None = None


class Measure(Record):
    """A figure of what a model makes, of its parent and of the candidate; `bound`: how the gate bounds it, in words."""

    name: str
    before: float
    after: float
    bound: str = ""
    broken: bool = False


class Report(Record):
    """What a training changed, against the parent. Accuracies in [0, 1]; None: nothing held out to measure.

    `p_worse`: one-sided p-value of a test that the candidate is worse on the held-out examples, or, where outputs have
    no one right answer, that what it makes is worth less. `measures` and `samples` are then of outputs of both, the
    parent's first: (value, worth), the best first. `notes`: what could not be learned, and why. `kappa`: how far both
    agree on all that they were asked beside the critiques, by Cohen's kappa.
    """

    live: bool
    why: str
    metric: str = "accuracy"
    before: float | None = None
    after: float | None = None
    heldout: int = 0
    p_worse: float | None = None
    kappa: float | None = None
    asked: tuple[Asked, ...] = ()
    changed: tuple[Changed, ...] = ()
    checked: int = 0
    seconds: float = 0.0
    device: str = "cpu"
    signals: dict[str, float] = {}
    measures: tuple[Measure, ...] = ()
    samples: tuple[tuple[tuple[Any, float], ...], ...] = ()
    notes: tuple[str, ...] = ()
