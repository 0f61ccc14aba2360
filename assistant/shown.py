"""What a session shows, as frozen records: pages draw them, programs read them.

session.next()      -> Turn(messages=[Message(seq=7, role="sayso", text="I say **order**")], screen=Screen(…))
session.versions()  -> [Version(name="v2", parent="v1", live=True, feedback=3, …), …]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.attention.shown import Question
from assistant.cards import Card
from assistant.quality._clash import Clash
from assistant.store.rows import AdapterRow
from assistant.tasks import View
from assistant.types import Example, Label, OnScreen, Output, Record, Report

__all__ = [
    "Message", "Progress", "Rule", "Screen", "Trial", "Turn", "Version", "message_of", "on_screen", "version_of",
]  # fmt: skip


class Message(Record):
    """One message of a conversation. `output_id`: the model's answer that it shows, so that thumbs are about it."""

    seq: int
    role: str
    text: str
    card: Card | None = None
    vote: bool | None = None
    output_id: str | None = None
    adapter: str | None = None
    clash: Clash | None = None
    """Two that can't both hold, which this message tells of."""
    held: str | None = None
    """Whose feedback waits, as this message says, and still does."""
    question: Question | None = None
    """Asked while the person does their own work."""


class Progress(Record):
    """A training that waits or runs; `progress` in [0, 1]; `figures` of its steps, where it tells any."""

    job: str
    state: str
    progress: float
    text: str
    figures: tuple[dict[str, float], ...] = ()


class Rule(Record):
    """A constraint in force, switched off, or `held`: waiting for somebody to look at it."""

    id: str
    text: str
    author: str
    on: bool
    created_at: datetime
    words: str
    held: bool = False


class Version(Record):
    """A version of what the model learned. `kept_back`: the gate did not let it go live."""

    id: str
    name: str
    parent: str
    live: bool
    created_at: datetime
    report: Report | None
    feedback: int
    kept_back: bool


@dataclass(frozen=True)
class Screen:
    """What is on screen: an example, what the live version says of it, and why it was chosen.

    `labels`: the newest word in force on each output, where outputs have no one right answer.
    """

    example: Example
    outputs: tuple[Output, ...]
    view: View
    why: str
    adapter: str
    position: str
    labels: tuple[Label | None, ...] = ()

    @property
    def example_id(self) -> str:
        return self.example.id


@dataclass(frozen=True)
class Trial:
    """Two answers of two versions, shuffled: which is which is known to the store alone.

    `version`: the newer one's adapter; `outputs`: the ids of what is shown, in its order.
    """

    version: str
    outputs: tuple[str, str]
    view: View


@dataclass(frozen=True)
class Turn:
    """The messages that a turn added, the person's own included, and what is on screen after it."""

    messages: list[Message]
    screen: Screen | None


def on_screen(screen: Screen | None) -> tuple[OnScreen, ...]:
    """The outputs as a person calls them: #1 is the first."""
    if screen is None:
        return ()
    return tuple(
        OnScreen(
            id=f"#{number}",
            input=screen.example.input,
            value=output.value,
            output_id=output.id,
            example_id=screen.example.id,
            adapter=output.adapter,
        )
        for number, output in enumerate(screen.outputs, 1)
    )


def version_of(row: AdapterRow, names: Mapping[str, str], live: AdapterRow | None, feedback: int) -> Version:
    """A row of the store as people know it; `names`: of all versions, by id; `feedback`: how much it learned from."""
    report = Report.model_validate(row.report) if row.report else None
    return Version(
        id=row.id,
        name=f"v{row.number}",
        parent=names.get(row.parent or "", "base"),
        live=bool(live and live.id == row.id),
        created_at=row.created_at,
        report=report,
        feedback=feedback,
        kept_back=bool(report and not report.live),
    )


def message_of(
    row: Any, states: dict[str, str], confirmed: dict[str, set[int]], author: str, met: Mapping[str, str]
) -> Message:
    """A message of the store as it stands now: what was decided of its reading, how `author` voted, and what became of
    its question (`met`)."""
    plain = row.card or {}
    shown = Card.model_validate(plain) if plain.get("kind") == "reading" else None
    if shown and shown.reading in states:
        # a reading that was corrected has another one in its place, whose own card shows it
        state = states[shown.reading].replace("corrected", "replaced")
        shown = shown.model_copy(update={"state": state})
    if shown and shown.reading in confirmed:
        done = confirmed[shown.reading]
        lines = tuple(line.model_copy(update={"confirmed": n in done}) for n, line in enumerate(shown.lines))
        shown = shown.model_copy(update={"lines": lines})
    asked = Question.model_validate(plain["question"]) if plain.get("kind") == "question" else None
    outputs = plain.get("outputs") or [None]
    return Message(
        seq=row.seq,
        role="person" if row.role == "person" else "sayso",
        text=row.text,
        card=shown,
        vote=row.votes.get(author),
        output_id=outputs[0],
        adapter=plain.get("adapter"),
        question=asked and asked.model_copy(update={"state": met.get(asked.id, "open")}),
    )
