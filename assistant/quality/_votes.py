"""The record of votes: who said what of which input, when, and how long it took since it was shown.

    Label(input="My parcel ...", op="is", value="complaint", author="ann")  shown 4.2 s before
      -> Vote(author="ann", question="9f1c…", value="complaint", so=True, seconds=4.2, …)

A preference is a vote too: its question is the pair, its value which of the two is better. Of several votes of one
person on one question the newest counts. A `Ledger` reads the store in batches, once, and then only what is new.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from assistant.cards import show_value
from assistant.store.columns import canonical, key
from assistant.types import Constraint, Critique, Example, Feedback, Label

if TYPE_CHECKING:
    from assistant.store import Store
    from assistant.store.rows import EventRow, Heard

__all__ = ["NEWEST", "Ledger", "State", "Vote", "Votes", "question_of", "vote_of"]

NEWEST = 4000
"""Votes that are judged by, so that a turn costs the same after any history."""
MOST_VALUES = 60
"""More different labels than these are no classes."""
State = Literal["", "held", "released", "retracted"]
Kind = Literal["label", "preference"]


class Vote(NamedTuple):
    """One answer of one person to one question.

    `so` False: it is *not* `value`. `seconds` since the answer that it is about was shown, None: not known. `output`:
    the id of that answer. `state` "released": somebody has looked at it and lets it count.
    """

    id: str
    seq: int
    author: str
    kind: Kind
    question: str
    value: str
    so: bool
    input: Any
    at: datetime
    evidence: tuple[str, ...] = ()
    seconds: float | None = None
    output: str | None = None
    highlights: tuple[tuple[str, float], ...] = ()
    """What the model found to count for (+) or against (-) `shown`, its own answer."""
    shown: str | None = None
    state: State = ""


@dataclass(frozen=True)
class Votes:
    """What is judged by.

    Args:
        all: oldest first; also what is held, but not what was retracted.
        gold: the owner's own answer to some questions, that people were asked as if it were not known.
    """

    all: Sequence[Vote] = ()
    gold: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def people(self) -> tuple[str, ...]:
        """Everybody who voted, in alphabetical order."""
        return tuple(sorted({vote.author for vote in self.all}))

    def newest(self, kind: Kind | None = None) -> list[Vote]:
        """The last word of each person on each question, oldest first: what it is, or all that it is not."""
        last: dict[tuple[str, str], list[Vote]] = {}
        for vote in self.all:
            if kind in (None, vote.kind):
                before = last.get((vote.author, vote.question), [])
                still = [] if vote.so else [one for one in before if one.value != vote.value]
                last[vote.author, vote.question] = [*still, vote]
        return sorted((vote for some in last.values() for vote in some), key=lambda vote: vote.seq)

    def choices(self) -> list[Vote]:
        """The newest labels, where they are chosen among few; of answers that are written, hardly two are the same."""
        labels = self.newest("label")
        return labels if len({vote.value for vote in labels}) <= MOST_VALUES else []


def question_of(input: Any, *more: Any) -> str:
    """The same for inputs that are equal, whatever examples they are of."""
    return key(canonical([input, *more])) or ""


def vote_of(
    feedback: Feedback, seq: int, shown: tuple[datetime, Any] | None = None, critique: Critique | None = None
) -> Vote | None:
    """The vote in a piece of feedback; None for a rule.

    Args:
        shown: when the answer that it is about came on screen, and that answer as JSON.
    """
    if isinstance(feedback, Constraint):
        return None
    evidence = tuple(piece.text for piece in feedback.evidence if piece.role == "for")
    if isinstance(feedback, Label):
        question, value, so = question_of(feedback.input), show_value(feedback.value), feedback.op == "is"
    else:
        first, second = sorted((feedback.chosen, feedback.rejected), key=canonical)
        question = question_of(feedback.input, feedback.aspect, first, second)
        value, so = ("first" if feedback.chosen == first else "second"), True
    body = shown[1] if shown else {}
    return Vote(
        id=feedback.id, seq=seq, author=feedback.author, kind=feedback.kind, question=question, value=value, so=so,
        input=feedback.input, at=feedback.created_at, evidence=evidence,
        seconds=max(0.0, (feedback.created_at - shown[0]).total_seconds()) if shown else None,
        output=_output_of(critique, feedback) if critique else None,
        highlights=tuple((part["text"], part["weight"]) for part in body.get("highlights", ())),
        shown=show_value(body["value"]) if body else None,
    )  # fmt: skip


def _output_of(critique: Critique, feedback: Feedback) -> str | None:
    """The id of the answer on screen that the feedback is about; None where several are."""
    there = [seen.output_id for seen in critique.context.outputs if seen.example_id == feedback.example_id]
    return there[0] if len(there) == 1 else None


class Ledger:
    """The votes of a task, kept up to date: each look reads what was said since the last one.

    Args:
        examples: those with the owner's label that are held out are the gold items.
    """

    def __init__(self, store: Store, task: str, heldout: Iterable[Example] = ()) -> None:
        self.store, self.task = store, task
        self.gold = {question_of(e.input): show_value(e.label) for e in heldout}
        self._votes: deque[Vote] = deque(maxlen=NEWEST)
        self._rules: dict[str, str] = {}
        self._events: dict[str, EventRow] = {}
        self._gone: set[str] = set()
        self._seq = self._event = 0
        self._lock = Lock()
        self._kept: Votes | None = None

    def votes(self) -> Votes:
        """The newest votes, as they stand now."""
        with self._lock:
            if self._read() or self._kept is None:
                standing = [vote._replace(state=self._state(vote.id)) for vote in self._votes]
                self._kept = Votes([vote for vote in standing if vote.state != "retracted"], self.gold)
            return self._kept

    def held(self) -> dict[str, EventRow]:
        """What is held now and not retracted, by its id, with the event by which it is."""
        self.votes()
        return {id: event for id, event in self._events.items() if event.event == "held" and id not in self._gone}

    def rules(self, person: str) -> list[str]:
        """The rules of a person that stand and that nobody looked at yet."""
        self.votes()
        return [id for id, author in self._rules.items() if author == person and not self._state(id)]

    def _state(self, id: str) -> State:
        event = self._events.get(id)
        return "retracted" if id in self._gone else event.event if event else ""  # type: ignore[return-value]

    def _read(self) -> bool:
        """Take up what is new; whether there was anything."""
        before = self._seq, self._event
        if not self._seq:  # of a long history only the end counts
            self._seq = max(0, self.store.last_seq(self.task) - NEWEST)
        while rows := self.store.heard(self.task, self._seq):
            shown = self.store.shown_at(filter(None, (_output_of(row.critique, row.feedback) for row in rows)))
            self._votes.extend(filter(None, (_vote(row, shown) for row in rows)))
            self._rules |= {row.feedback.id: row.feedback.author for row in rows if row.feedback.kind == "constraint"}
            self._seq = rows[-1].seq
        for event in self.store.events(self.task, self._event):
            self._event = event.seq
            if event.event == "retracted":
                self._gone.add(event.feedback)
            elif event.event in ("held", "released"):
                self._events[event.feedback] = event
        return before != (self._seq, self._event)


def _vote(row: Heard, shown: Mapping[str, tuple[datetime, Any]]) -> Vote | None:
    output = _output_of(row.critique, row.feedback)
    return vote_of(row.feedback, row.seq, shown.get(output or ""), row.critique)
