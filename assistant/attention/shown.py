"""What a person or a program gets to see of attention: frozen records.

Question(text="Is this **complaint** or **order**?", why="I'm torn between …", choices=("complaint", "order", "praise"))
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from assistant.types import Record

__all__ = ["Moment", "Question", "Standing"]


class Question(Record):
    """A question, as its card shows it. `input`: what it is about; `earlier`: that is not what is on screen just now.

    `state`: "open" until it was answered or dismissed ("never": and such things are not asked any more).
    """

    id: str
    text: str
    why: str
    choices: tuple[str, ...]
    input: Any
    earlier: bool = False
    state: Literal["open", "answered", "dismissed", "never", "again"] = "open"


@dataclass(frozen=True)
class Moment:
    """What became of one input: the answer, and a question or None.

    `output`: the id that `notice` takes; `why`: why something is asked now, or why nothing is, as a sentence.
    """

    value: Any
    score: float | None
    output: str
    question: Question | None
    why: str


@dataclass(frozen=True)
class Standing:
    """What asking has cost and brought one person, about one task.

    `ignored`: neither answered nor dismissed. `minutes`: that answers took. `corrected`: answers that differed from the
    model's. `expected`: examples that the answers should have set right; `observed`: held-out accuracy that the
    versions which learned from them gained, by these answers' share of what they learned from; None: not measured yet.
    `ready`: the probability that a question would be answered now. `muted`: what is not asked about any more.
    """

    asked: int
    answered: int
    dismissed: int
    ignored: int
    minutes: float
    corrected: int
    expected: float
    observed: float | None
    today: int
    per_day: int
    ready: float
    muted: tuple[str, ...]
    implicit: bool
