"""How good the feedback is: a measure is one file here, joined by `@measure`, and finds figures in the record of votes.

    measure.names()                                       -> ["agreement", "careless", "rationales", "reliability"]
    measure.get("reliability")().find(votes)
      -> [Finding(name="reliability", value=.91, interval=(.84, .96), n=60, text="ann is …", people=("ann",)), …]

What cannot be told is None, never 0: people who judged nothing that others judged have no reliability.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic import Field

from assistant.registry import Registry
from assistant.types import Record

if TYPE_CHECKING:
    from assistant.quality._votes import Votes

__all__ = ["Finding", "Measure", "measure"]


class Finding(Record):
    """One figure about people's feedback.

    `value` None: it can't be told. `interval`: 95 %. `n`: of how many answers or inputs. `people` and `label`: whom and
    what it is about, if not all. `alarm`: these people's feedback should wait until somebody has looked at it;
    `after`: the number of answers by which that could be told. `details`: further figures, by name.
    """

    name: str
    value: float | None
    interval: tuple[float, float] | None = None
    n: int = 0
    text: str = ""
    people: tuple[str, ...] = ()
    label: str | None = None
    alarm: bool = False
    after: int | None = None
    details: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True)
class Measure:
    """`title`: as people read it; `find`: what it finds in the votes."""

    title: str
    find: Callable[[Votes], list[Finding]]


MeasureFactory: TypeAlias = Callable[[], Measure]
measure: Registry[MeasureFactory] = Registry("measure", "assistant.quality")
