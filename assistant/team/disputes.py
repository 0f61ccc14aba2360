"""What people disagree on, side by side, and how a reviewer settles it: `session.disputes`.

session.disputes.list() -> [Dispute(example_id="m014", input="Where is it?", values=("order", "question"), sayings=…)]
session.disputes.settle("m014", "question", "ben is right: they ask for something")

A settled label is feedback like any other: a critique of the reviewer, its reading, a label, in one transaction. In the
same transaction the labels that contradict it are taken back by that critique, so they neither teach nor leave in an
export, but stay in the history with the reason. Undoing it brings them back (`Store.reopen`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from assistant.cards import card, show_value
from assistant.errors import UserError
from assistant.store.columns import canonical
from assistant.store.rows import Comment
from assistant.store.sharing import SETTLED, Answer
from assistant.tell import gesture, short
from assistant.types import Act, Context, Critique, Label, LabelAct, OnScreen, Preference, Reading, Record, new_id
from assistant.understand import feedback_of

if TYPE_CHECKING:
    from assistant.session import Session, Turn

__all__ = ["Dispute", "Disputes", "Saying", "disagree"]

VERSION = "1"


class Saying(Record):
    """What a person says of an example, and why: their words, and those of the input that they point at.

    `settled`: it settled an earlier disagreement; `guideline`: the version that they went by.
    """

    feedback: str
    author: str
    op: str
    value: Any
    words: str
    because: tuple[str, ...] = ()
    settled: bool = False
    guideline: int = 0
    created_at: datetime


class Dispute(Record):
    """An example on which people disagree. `values`: what it is said to be, most often said first."""

    example_id: str
    input: Any
    values: tuple[Any, ...]
    sayings: tuple[Saying, ...]
    comments: tuple[Comment, ...] = ()


class Disputes:
    """See the module."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.store, self.name, self.author = session.store, session.name, session.author

    def list(self) -> Sequence[Dispute]:
        """Those of the examples that several people labelled, the latest first."""
        self.session.team.must("look")
        one_right = self.session.task.goal is None
        return [
            self._dispute(id, said)
            for id, said in self.store.shared(self.name).items()
            if disagree([answer.label for answer in said], one_right)
        ]

    def settle(self, example_id: str, value: Any, why: str = "") -> Turn:
        """Say what an example is, for all: what contradicts it is overruled, until this is undone.

        Raises:
            UserError: the author is no reviewer, nobody labelled the example, or the task has no such label.
        """
        session = self.session
        session.team.must("settle")
        said = [answer.label for answer in self.store.answers(self.name, example_id)]
        if not said:
            raise UserError(f"Nobody has said what the example {example_id!r} is", do="look at it, and say it yourself")
        labels = session.labels()
        if labels and value not in labels:
            raise UserError(f"The task has no label {value!r}", f"its labels are: {', '.join(labels)}")
        since = session._last_seq()
        critique = self._critique(said[0], value, why)
        act = Act(kind="label", targets=("#1",), label=LabelAct(op="is", value=value))
        reading = Reading(acts=(act,), confidence=1)
        id = new_id()
        feedback = feedback_of(reading, id, critique, session.task)
        shown = card(id, reading, critique.context, critique.text, "applied")
        overruled = [label for label in said if _contradicts(label, value, session.task.goal is None)]
        told = f"Settled: “{short(said[0].input, 120)}” is **{show_value(value)}**."
        told += f" Overruled, and no longer used: {_named(overruled)}." if overruled else ""
        self.store.record(
            critique, reading, SETTLED, VERSION, feedback, self._all_of(overruled), reading_id=id,
            messages=[
                ("person", critique.text, None),
                ("sayso", shown.title, shown.model_dump(mode="json")),
                ("sayso", told, {"kind": "note"}),
            ],
        )  # fmt: skip
        session._unlearn()
        screen = session.screen()
        if screen and screen.example_id == example_id:
            session._show_again("before any training", feedback)
        session._learn_by_itself()
        return session._turn(since)

    def _all_of(self, overruled: Sequence[Label]) -> Sequence[str]:
        """The ids of these labels, and of what came with them: an edit is a preference, too."""
        readings = {label.reading: label.example_id for label in overruled}
        with_them = [
            row.feedback.id
            for reading, example in readings.items()
            for row in self.store.feedback(self.name, reading=reading)
            if isinstance(row.feedback, Preference) and row.feedback.example_id == example
        ]
        return [*(label.id for label in overruled), *with_them]

    def _critique(self, about: Label, value: Any, why: str) -> Critique:
        seen = OnScreen(id="#1", input=about.input, value=None, example_id=about.example_id)
        return Critique(
            conversation=self.session.conversation,
            author=self.author,
            text=why.strip() or f"it is {value}",
            context=Context(task=self.name, vocabulary=self.session.bench.vocabulary(), outputs=(seen,)),
            guideline=self.store.guideline(self.name).version,
        )

    def _dispute(self, id: str, said: Sequence[Answer]) -> Dispute:
        values = [answer.label.value for answer in said if answer.label.op == "is"]
        known = {canonical(value): value for value in values}
        count = [canonical(value) for value in values]
        return Dispute(
            example_id=id,
            input=said[0].label.input,
            values=tuple(known[each] for each in sorted(known, key=lambda each: -count.count(each))),
            sayings=tuple(_saying(answer) for answer in said),
            comments=tuple(self.store.comments(self.name, id)),
        )


def disagree(said: Sequence[Label], one_right: bool) -> bool:
    """Whether two people contradict each other; of what one says, the last "it is" counts, and each "it is not".

    Args:
        one_right: an example has one right answer, so that two different ones contradict each other.
    """
    yes: dict[str, set[str]] = {}
    no: dict[str, set[str]] = {}
    for label in said:
        value = canonical(label.value)
        if label.op == "is":
            yes[label.author] = {value} if one_right else yes.get(label.author, set()) | {value}
            no[label.author] = no.get(label.author, set()) - {value}
        else:
            no[label.author] = no.get(label.author, set()) | {value}
            yes[label.author] = yes.get(label.author, set()) - {value}
    people = {*yes, *no}
    return any(
        (one_right and yes.get(a) and yes.get(b) and yes[a] != yes[b]) or yes.get(a, set()) & no.get(b, set())
        for a in people
        for b in people - {a}
    )


def _contradicts(label: Label, value: Any, one_right: bool) -> bool:
    same = canonical(label.value) == canonical(value)
    return (one_right and not same) if label.op == "is" else same


def _saying(answer: Answer) -> Saying:
    label = answer.label
    return Saying(
        feedback=label.id,
        author=label.author,
        op=label.op,
        value=label.value,
        words=answer.critique.text or gesture(answer.critique.gesture, answer.critique.context),
        because=tuple(part.text for part in label.evidence),
        settled=answer.settled,
        guideline=label.guideline,
        created_at=label.created_at,
    )


def _named(overruled: Sequence[Label]) -> str:
    said = [
        f"{label.author} (“{'is' if label.op == 'is' else 'is not'} {show_value(label.value)}”)" for label in overruled
    ]
    return ", ".join(dict.fromkeys(said))
