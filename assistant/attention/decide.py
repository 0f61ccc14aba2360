"""Whether to interrupt now: never in quiet hours, never beyond the budget, and only at the best moments of a stream.

    decide(2.4, seen=[.3, 1.1, 2.0, .2, .9], bounds, now, Day(asked=3, past=12, ahead=28)) -> Verdict(True, "…")

Moments come one by one, and the best few should be taken without knowing those to come. With so many questions left for
so many moments ahead, a moment is taken if it is among the best share left / ahead of those seen before it: the
threshold is a quantile of what was seen, which adapts as moments pass and the budget is spent (Kleinberg 2005, "A
multiple-choice secretary algorithm"). By the rank among n + 1 (Vovk et al. 2005), no more than that share is taken on
average of a stream whose order tells nothing, from the first moment on; so at first it only watches.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from assistant.errors import UserError

__all__ = ["Bounds", "Day", "Verdict", "decide", "quiet_hours", "threshold"]

SEEN = 50
"""Moments that the threshold looks back on: a model that learns has less to gain, and the bar should follow."""


@dataclass(frozen=True)
class Bounds:
    """What nobody may step over.

    Args:
        per_day: questions that a person is asked a day, at most.
        share: of the moments that may be interruptions, at most, in [0, 1].
        quiet: from when to when nothing is asked, or None; it may go over midnight.
    """

    per_day: int
    share: float
    quiet: tuple[time, time] | None = None


@dataclass(frozen=True)
class Verdict:
    """Whether to ask, and why or why not, as a clause. `bar`: what a moment had to be worth; None: that is moot."""

    ask: bool
    why: str
    bar: float | None = None


@dataclass(frozen=True)
class Day:
    """The person's day. `asked`: questions so far; `past`: moments so far, without this one; `ahead`: that are expected
    in what is left of it, with this one."""

    asked: int
    past: int
    ahead: float


def decide(worth: float | None, seen: Sequence[float], bounds: Bounds, now: datetime, day: Day) -> Verdict:
    """Whether this moment is one to interrupt at.

    Args:
        worth: what asking now is worth in examples, its cost taken off; None: there is nothing to ask.
        seen: the same of the moments before, oldest first.
        now: the person's own time.
    """
    if worth is None:
        return Verdict(False, "there is nothing worth asking about")
    if bounds.quiet and _within(now.time(), *bounds.quiet):
        return Verdict(False, "these are your quiet hours")
    if day.asked >= bounds.per_day:
        return Verdict(False, f"you were asked {day.asked} times today, and that is the most")
    if worth <= 0:
        return Verdict(False, "your time is worth more than what the answer would bring", 0.0)
    bar = threshold(seen, _left(bounds, day) / max(1.0, day.ahead))
    if bar is None:
        return Verdict(False, "I have seen too few of your moments to know a good one")
    if worth < bar:  # a moment as good as the best so far is taken: the same question may wait through many of them
        return Verdict(False, "a better moment is likely to come", bar)
    return Verdict(True, "few moments are worth as much", bar)


def _left(bounds: Bounds, day: Day) -> float:
    """Questions that may still be asked in this day, by both of its bounds."""
    return min(bounds.per_day, bounds.share * (day.past + day.ahead)) - day.asked


def threshold(seen: Sequence[float], share: float) -> float | None:
    """What the best `share` of these and one more lie above; None: too few were seen to tell.

    >>> threshold([1, 2, 3, 4], .4), threshold([1, 2, 3, 4], .1)
    (3, None)
    """
    lately = sorted(seen[-SEEN:], reverse=True)
    rank = math.floor(share * (len(lately) + 1) + 1e-9)
    if rank <= 0:
        return None
    return lately[rank - 1] if rank <= len(lately) else -math.inf


def quiet_hours(text: str) -> tuple[time, time] | None:
    """Quiet hours as they are set: "22:00-07:30", or "22-7"; "" for none.

    Raises:
        UserError: they can't be read.
    """
    if not text.strip():
        return None
    try:
        start, end = (_time(part) for part in text.split("-"))
    except ValueError as wrong:
        raise UserError(
            f"The quiet hours {text!r} can't be read", "they go from one time to another", "write 22:00-07:30"
        ) from wrong
    return start, end


def _time(text: str) -> time:
    hours, _, minutes = text.strip().partition(":")
    return time(int(hours) % 24 if hours.strip() == "24" else int(hours), int(minutes or 0))


def _within(at: time, start: time, end: time) -> bool:
    return start <= at < end if start < end else at >= start or at < end
