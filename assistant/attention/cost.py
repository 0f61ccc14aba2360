"""What an interruption costs a person now: whether they are ready for one is learned from how they met earlier ones.

    ready([Met(hour=9.5, since=200, took=1.0), Met(hour=15, since=4, took=0.0)], hour=10, since=120) -> Beta(1.9, 1.2)

A Beta posterior by hour of the day and time since the last interruption, in which an earlier one counts the more the
more alike its moment was (a continuous correlated Beta process, Goetschalckx, Poupart & Hoey 2011), around the person's
own rate at any moment. That the hour and the last interruption tell much: Horvitz & Apacible 2003, Fogarty et al. 2005.

    net(gain=3.1, ready=.7, minutes=.4, price=1.0) -> 1.6

An interruption that comes at a bad moment brings nothing and costs `LOST` minutes (Iqbal & Horvitz 2007 saw people take
far longer to come back from some); one that is answered costs what it takes to read and answer (people differ in that,
and texts too: Settles, Craven & Friedland 2008). Minutes become examples by `price`, so that both sides have one unit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Beta", "Met", "minutes_for", "net", "ready"]

HOURS, DOUBLINGS = 1.0, 1.0
"""How near two moments are to count as alike: in hours of the day, and in doublings of the time since the last one."""
PRIOR = 2.0
"""How many earlier interruptions the person's rate at any moment counts for."""
LONGEST = 24 * 60.0
"""Minutes since the last interruption from which on more makes no difference."""
FORGOTTEN = 30.0
"""Days after which a response counts half."""
LOST = 1.0
"""Minutes that an interruption at a bad moment costs."""
WORDS_A_MINUTE, THINKING = 240.0, 0.1
"""Of silent reading (Brysbaert 2019: 238), and the minutes that an answer takes besides."""


@dataclass(frozen=True)
class Met:
    """How an interruption was met. `hour` in [0, 24); `since`: minutes since the one before, None: the first.

    `took`: 1 it was answered, 0 it was dismissed or ignored; `weight` in [0, 1]: how much that says; `days` ago.
    """

    hour: float
    since: float | None
    took: float
    weight: float = 1.0
    days: float = 0.0


@dataclass(frozen=True)
class Beta:
    """What is believed of a probability."""

    a: float
    b: float

    @property
    def mean(self) -> float:
        return self.a / (self.a + self.b)

    @property
    def hopeful(self) -> float:
        """The mean and one standard deviation: what is hardly known is tried, so that it can be learned (Auer 2002)."""
        return min(1.0, self.mean + math.sqrt(self.mean * (1 - self.mean) / (self.a + self.b + 1)))


def ready(met: Sequence[Met], hour: float, since: float | None) -> Beta:
    """That an interruption at this hour, so many minutes after the last one, would be answered."""
    weights = [one.weight * 0.5 ** (one.days / FORGOTTEN) for one in met]
    answered = sum(weight * one.took for weight, one in zip(weights, met, strict=True))
    rate = (1 + answered) / (2 + sum(weights))
    a, b = PRIOR * rate, PRIOR * (1 - rate)
    for weight, one in zip(weights, met, strict=True):
        alike = weight * _alike(one, hour, since)
        a, b = a + alike * one.took, b + alike * (1 - one.took)
    return Beta(a, b)


def _alike(one: Met, hour: float, since: float | None) -> float:
    """In [0, 1]; hours go round."""
    apart = abs(one.hour - hour) % 24
    by_hour = min(apart, 24 - apart) / HOURS
    by_recency = (_doublings(one.since) - _doublings(since)) / DOUBLINGS
    return math.exp(-0.5 * (by_hour**2 + by_recency**2))


def _doublings(since: float | None) -> float:
    return math.log2(1 + min(LONGEST if since is None else max(0.0, since), LONGEST))


def minutes_for(words: int, took: Sequence[float] = ()) -> float:
    """Minutes to read so many words and answer; `took`: minutes that earlier answers took."""
    guess = THINKING + words / WORDS_A_MINUTE
    return guess if not took else (PRIOR * guess + sum(took)) / (PRIOR + len(took))


def net(gain: float, ready: float, minutes: float, price: float) -> float:
    """What asking now is worth, in examples.

    Args:
        price: examples that a person's minute is worth.
    """
    return ready * (gain - price * minutes) - (1 - ready) * price * LOST
