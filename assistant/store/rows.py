"""What the store gives back: small frozen records, so that nobody else needs to know its tables."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, TypeAlias

from pydantic import Field

from assistant.types import Constraint, Critique, Label, Preference, Record, new_id, now

__all__ = [
    "AdapterRow", "Comment", "Conversation", "Decision", "EventRow", "FeedbackRow", "Gold", "Guideline", "Heard",
    "ImplicitRow", "JobRow", "JobState", "Member", "Message", "MomentEvent", "MomentRow", "Part", "Plan", "Role",
    "Trace", "TrialRow", "Vote",
]  # fmt: skip

Role: TypeAlias = Literal["person", "sayso", "note"]
Decision: TypeAlias = Literal["confirmed", "corrected", "rejected"]
Vote: TypeAlias = Literal["first", "second", "alike", "bad"]
Part: TypeAlias = Literal["owner", "reviewer", "annotator", "viewer"]
MomentEvent: TypeAlias = Literal["answered", "dismissed", "never", "again"]
Trace: TypeAlias = Literal["edited", "copied", "regenerated", "seconds", "abandoned"]
JobState: TypeAlias = Literal["queued", "running", "done", "failed", "cancelled"]


class Conversation(Record):
    """One talk of one person about one task. `words`: the first of the person, None before they said any."""

    id: str
    task: str
    author: str
    created_at: datetime
    words: str | None = None


class Message(Record):
    """`seq` grows within the whole database. `votes`: the thumbs that stand now, by author."""

    seq: int
    conversation: str
    role: Role
    text: str
    card: dict[str, Any] | None = None
    created_at: datetime
    votes: dict[str, bool] = Field(default_factory=dict)


class FeedbackRow(Record):
    """A piece of feedback and its state. `seq` counts 1, 2, 3 ... within the task.

    `active`: not retracted. `on`: not switched off (only rules are). `held`: it waits for somebody to look at it.
    """

    seq: int
    feedback: Label | Constraint | Preference
    active: bool = True
    on: bool = True
    held: bool = False


class EventRow(Record):
    """What happened to a piece of feedback: "retracted", "on", "off", "held" or "released"; `seq` in the database."""

    seq: int
    feedback: str
    event: str
    author: str
    text: str
    created_at: datetime


class Heard(Record):
    """A piece of feedback, retracted or not, with the critique that it came of."""

    seq: int
    feedback: Label | Constraint | Preference
    critique: Critique


class AdapterRow(Record):
    """An adapter: one version of what a task's model learned.

    `number` counts 1, 2, 3 ... within the task (0: the store numbers it); `sha256` is that of its manifest;
    `parent` None: it starts at the base; `folder` is relative to the folder of all adapters, so that a home can move.
    """

    id: str = Field(default_factory=new_id)
    task: str
    number: int = Field(0, ge=0)
    parent: str | None = None
    folder: str
    sha256: str
    report: dict[str, Any] | None = None
    settings: dict[str, Any] = Field(default_factory=dict)
    created_at: datetime = Field(default_factory=now)


class JobRow(Record):
    """Work to be done beside the chat, with its newest event. `progress` in [0, 1] or None: not known."""

    id: str
    task: str
    what: str
    params: dict[str, Any]
    author: str
    created_at: datetime
    state: JobState
    progress: float | None = None
    text: str = ""
    at: datetime


class Guideline(Record):
    """What the team agreed to label by. Version 0: nothing is written yet."""

    task: str
    version: int = 0
    text: str = ""
    author: str = ""
    created_at: datetime | None = None


class TrialRow(Record):
    """A blind comparison. `first`, `second`: the adapters whose outputs were shown, in this order."""

    author: str
    vote: Vote
    first: str
    second: str
    example_id: str
    created_at: datetime


class Member(Record):
    """What a person is in the team of a task, from `created_at` on, by `author`'s doing; `role` None: no member."""

    task: str
    person: str
    role: Part | None
    author: str
    created_at: datetime = Field(default_factory=now)


class Plan(Record):
    """How the work on a task is shared out.

    `overlap`: from how many people each example is wanted; `minutes`: how long one is kept for whom it was given to;
    `gold_every`: each how manieth question is one whose answer is known; `qualify_answers`: how many of those must be
    answered, and `qualify_right`: which share of them right, before feedback teaches (0 answers: it does at once).
    """

    task: str
    overlap: int = Field(1, ge=1, le=100)
    minutes: float = Field(30, gt=0, le=100_000)
    gold_every: int = Field(10, ge=2, le=10_000)
    qualify_answers: int = Field(0, ge=0, le=1000)
    qualify_right: float = Field(0.8, ge=0, le=1)
    author: str = ""
    created_at: datetime = Field(default_factory=now)


class Comment(Record):
    """What somebody remarked for the team: of an example, and, with `feedback`, of that answer to it."""

    id: str = Field(default_factory=new_id)
    task: str
    example_id: str
    feedback: str | None = None
    author: str
    text: str
    created_at: datetime = Field(default_factory=now)


class Gold(Record):
    """An example whose right answer is known, by which people's answers are judged. `on` False: it is no more."""

    task: str
    example_id: str
    value: Any
    on: bool = True
    author: str
    created_at: datetime = Field(default_factory=now)


class MomentRow(Record):
    """An input of a person's own work, and whether they were asked something then.

    `worth`: of asking, its cost taken off, in examples; None: there was nothing to ask. `asks`: the moment whose input
    the question was about, None: nothing was asked; `about`: what such questions are about ("complaint | order");
    `gain` and `ready` are what was believed. `event`: the newest that became of the question, at `met_at`, by
    `critique`.
    """

    id: str = Field(default_factory=new_id)
    task: str
    author: str
    conversation: str
    output: str
    example: str
    input: Any
    worth: float | None = None
    asks: str | None = None
    about: str | None = None
    gain: float | None = None
    ready: float | None = None
    created_at: datetime = Field(default_factory=now)
    event: MomentEvent | None = None
    met_at: datetime | None = None
    critique: str | None = None


class ImplicitRow(Record):
    """A trace of what a person did with an output. `value`: the seconds of "seconds"; `text`: what it was edited to."""

    task: str
    author: str
    output: str
    kind: Trace
    value: float | None = None
    text: str | None = None
    created_at: datetime
