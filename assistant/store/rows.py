"""What the store gives back: small frozen records, so that nobody else needs to know its tables."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, TypeAlias

from pydantic import Field

from assistant.types import Constraint, Critique, Label, Preference, Record, new_id, now

__all__ = [
    "AdapterRow", "Comment", "Conversation", "Decision", "EventRow", "FeedbackRow", "Gold", "Guideline", "Heard",
    "ImplicitRow", "JobRow", "JobState", "Member", "Message", "MomentEvent", "MomentRow", "Part", "Plan", "Role", "Trace",
    "TrialRow", "Vote",
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


a

b
