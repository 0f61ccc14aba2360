"""What is known of a person's moments: how they met interruptions, how their days go, what it cost and brought.

History(store, "mail", "ann", rows, now).day() -> Day(asked=3, past=12, ahead=28)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from assistant.attention.cost import Met, ready
from assistant.attention.decide import Day
from assistant.attention.shown import Standing
from assistant.store.rows import MomentRow

if TYPE_CHECKING:
    from assistant.store import Store

__all__ = ["History"]

IGNORED_MINUTES = 30.0
"""After which a question that nobody answered or dismissed counts as passed over."""
IGNORED = 0.5
"""How much that says of the moment, against a dismissal."""
LONGEST_MINUTES = 5.0
"""An answer that took longer came after something else."""
DAYS = 14
FIRST_DAY = 50
"""Moments that a day is taken to have, before there was a whole one."""


@dataclass(frozen=True)
class History:
    """The newest moments of one person, oldest first, as seen at `now`, in their own time; `asked`: those with a
    question, of all tasks.

    `implicit`: whether what they did not say may count: passing over a question, and how long an answer took.
    """

    store: Store
    task: str
    author: str
    rows: Sequence[MomentRow]
    asked: Sequence[MomentRow]
    now: datetime
    implicit: bool = True

    @property
    def hour(self) -> float:
        return _hour(self.now)

    @property
    def since(self) -> float | None:
        """Minutes since the last question; None: there was none."""
        return _minutes(self.asked[-1].created_at, self.now) if self.asked else None

    def worths(self) -> list[float]:
        return [row.worth for row in self.rows if row.worth is not None]

    def lately(self, most: int, hours: float) -> list[MomentRow]:
        """The last moments, oldest first."""
        return [row for row in self.rows[-most:] if _minutes(row.created_at, self.now) <= 60 * hours]

    def met(self) -> list[Met]:
        """How each question so far was met; those that still may be answered are left out."""
        found = []
        for before, row in zip([None, *self.asked], self.asked, strict=False):
            passed = self._passed_over(row)
            if row.event is None and not passed:
                continue
            at = row.created_at.astimezone(self.now.tzinfo)
            since = _minutes(before.created_at, row.created_at) if before else None
            days = _minutes(row.created_at, self.now) / (24 * 60)
            weight = IGNORED if passed else 1.0
            found.append(Met(_hour(at), since, float(row.event == "answered"), weight, days))
        return found

    def took(self) -> list[float]:
        """Minutes that answers took."""
        answered = [row for row in self.asked if row.event == "answered"] if self.implicit else []
        return [min(_minutes(row.created_at, row.met_at), LONGEST_MINUTES) for row in answered if row.met_at]

    def day(self) -> Day:
        """Today so far, and what to expect of the rest, by the days before at this time of day."""
        days: dict[timedelta, list[MomentRow]] = {}
        for row in self.rows:
            at = row.created_at.astimezone(self.now.tzinfo)
            days.setdefault(self.now.date() - at.date(), []).append(row)
        today = days.pop(timedelta(0), [])
        earlier = [rows for ago, rows in days.items() if ago <= timedelta(DAYS)]
        later = [sum(_hour(row.created_at.astimezone(self.now.tzinfo)) > self.hour for row in one) for one in earlier]
        ahead = sum(later) / len(later) if later else FIRST_DAY - len(today) - 1
        asked = sum(row.created_at.astimezone(self.now.tzinfo).date() == self.now.date() for row in self.asked)
        return Day(asked, len(today), 1 + max(0.0, ahead))

    def standing(self, per_day: int) -> Standing:
        asked = [row for row in self.asked if row.task == self.task]
        answered = [row for row in asked if row.event == "answered"]
        corrections = [row for row in answered if self._corrected(row)]
        return Standing(
            asked=len(asked),
            answered=len(answered),
            dismissed=sum(row.event in ("dismissed", "never", "again") for row in asked),
            ignored=sum(self._passed_over(row) for row in asked),
            minutes=sum(self.took()),
            corrected=len(corrections),
            expected=sum(row.gain or 0.0 for row in answered),
            observed=self._observed(),
            today=self.day().asked,
            per_day=per_day,
            ready=ready(self.met(), self.hour, self.since).mean,
            muted=tuple(self.store.muted(self.task, self.author)),
            implicit=self.implicit,
        )

    def _passed_over(self, row: MomentRow) -> bool:
        return self.implicit and row.event is None and _minutes(row.created_at, self.now) > IGNORED_MINUTES

    def _corrected(self, row: MomentRow) -> bool:
        """Whether the answer was another than the model's own, which was on screen."""
        if row.critique is None or row.asks is None:
            return False
        said = self.store.feedback(self.task, critique=row.critique, active=False)
        return any(one.feedback.kind == "preference" or _denies(one.feedback) for one in said)

    def _observed(self) -> float | None:
        """Held-out accuracy gained by versions that learned from these, by their share in each; None: not measured."""
        gains = []
        for report, ours, whole in self.store.learned_answers(self.task, self.author):
            before, after = ((report or {}).get(name) for name in ("before", "after"))
            if before is not None and after is not None and (report or {}).get("live"):
                gains.append((after - before) * ours / whole)
        return sum(gains) if gains else None


def _denies(feedback: object) -> bool:
    return getattr(feedback, "op", "is") == "is_not"


def _hour(at: datetime) -> float:
    return at.hour + at.minute / 60


def _minutes(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 60
