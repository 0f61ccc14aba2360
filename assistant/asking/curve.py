"""How much it learned from how much was said, what more would bring, and whether to go on.

    session.curve.points()   ->  [Point(version="v1", feedback=93, accuracy=.82, heldout=120, kappa=.41), ...]
    session.curve.advice()   ->  Advice(stop=False, text="Go on: 50 more pieces of feedback would bring about …")

The advice to stop rests on two things that people can check. *Answers settle*: stabilising predictions of Bloodgood &
Vijay-Shanker 2009, as in small-text's `KappaAverage`: successive models agree, by Cohen's kappa, in the mean over the
last three rounds. And *more would bring little*, by the forecast. A round is at least 20 pieces of feedback, since
versions that differ by one always agree; the disagreements of the versions within one are added up, which is at least
what it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.asking.forecast import NEEDED, Law, fit
from assistant.store.rows import AdapterRow
from assistant.types import Record, Report

if TYPE_CHECKING:
    from assistant.workbench import Workbench

__all__ = ["Advice", "Curve", "Forecast", "Point", "settled"]

ROUND, ROUNDS, SETTLED = 20, 3, 0.99
"""Pieces of feedback in a round; how many rounds; the kappa that they need in the mean (Bloodgood & Vijay-Shanker)."""
MORE = 50
"""Pieces of feedback that a forecast of the gain is about: half an hour of a person's time."""
LITTLE = 0.01
"""A gain of accuracy that is not worth that."""
AHEAD = 2
"""How many times the feedback so far a curve is drawn for."""
POINTS = 200


class Point(Record):
    """A version in the line of the live one. `feedback`: all that it and its ancestors learned from, labels that came
    with the data included; `accuracy` on so many `heldout` examples; `kappa`: how far it agrees with its parent."""

    version: str
    feedback: int
    accuracy: float
    heldout: int
    metric: str = "accuracy"
    kappa: float | None = None


class Forecast(Record):
    """(feedback, low, middle, high): what would be measured then, nine times of ten between low and high.

    `gain`: low, middle and high of what `more` pieces of feedback would bring.
    """

    course: tuple[tuple[int, float, float, float], ...]
    more: int
    gain: tuple[float, float, float]


class Advice(Record):
    """Whether to stop, in words that say why. `kappa`: the mean over the last rounds, None: too few of them."""

    stop: bool
    text: str
    kappa: float | None = None


class Curve:
    """What a session can do about its learning curve; it changes nothing."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench

    def points(self) -> list[Point]:
        """Oldest first: the live version and its ancestors, as far as they were judged on held-out examples.

        None for a task whose outputs are not right or wrong.
        """
        found, feedback = [], len(self.bench.known)
        for row in self._line():
            feedback += len(self.bench.store.learned(row.id))
            report = Report.model_validate(row.report) if row.report else None
            if report is not None and report.after is not None and not report.measures:
                found.append(
                    Point(
                        version=f"v{row.number}", feedback=feedback, accuracy=report.after, heldout=report.heldout,
                        metric=report.metric, kappa=report.kappa,
                    )
                )  # fmt: skip
        return found[-POINTS:]

    def _line(self) -> list[AdapterRow]:
        """The ancestry of the live version, oldest first."""
        rows = {row.id: row for row in self.bench.store.adapters(self.bench.task.name)}
        row, line = self.bench.store.live(self.bench.task.name), []
        while row is not None:
            line.append(row)
            row = rows.get(row.parent or "")
        return line[::-1]

    def forecast(self, points: Sequence[Point] | None = None) -> Forecast | None:
        """None where too few versions learned from different amounts of feedback."""
        points = self.points() if points is None else points
        law = _law(points)
        if law is None:
            return None
        first, last = points[0].feedback, points[-1].feedback
        until = max(AHEAD * last, last + MORE)
        places = sorted({max(1, round(first + (until - first) * step / 24)) for step in range(25)})
        return Forecast(course=tuple((at, *law.at(at)) for at in places), more=MORE, gain=law.gain(last, MORE))

    def advice(self, points: Sequence[Point] | None = None) -> Advice:
        """Whether to go on, and why."""
        points = self.points() if points is None else points
        kappa, law = settled(points), _law(points)
        if law is None:
            there = len({point.feedback for point in points})
            return Advice(
                stop=False,
                text=f"It is too early for a forecast: it needs versions after {NEEDED} different amounts of feedback "
                f"that were judged on held-out examples, and there {'is 1' if there == 1 else f'are {there}'}.",
                kappa=kappa,
            )
        low, middle, high = law.gain(points[-1].feedback, MORE)
        brings = (
            f"{MORE} more pieces of feedback would bring about {_points(middle)} of {points[-1].metric} "
            f"(nine times of ten, between {100 * low:.1f} and {100 * high:.1f})"
        )
        little, calm = middle < LITTLE, kappa is not None and kappa >= SETTLED
        if kappa is None:
            says = "whether my answers have settled can't be told before three rounds of 20 pieces"
        else:
            says = (
                f"my answers {'have settled' if calm else 'still change'} (agreement κ = {kappa:.3f} over three rounds)"
            )
        if little and calm:
            return Advice(stop=True, text=f"I would stop here: {brings}, and {says}.", kappa=kappa)
        but = "but" if little or calm else "and"
        return Advice(stop=False, text=f"Go on: {brings}, {but} {says}.", kappa=kappa)


def settled(points: Sequence[Point], each: int = ROUND, rounds: int = ROUNDS) -> float | None:
    """The mean agreement over the last rounds, by Cohen's kappa; None where there are fewer, or one was not measured.

    Versions oldest first. The disagreement of a round is the sum of that of its versions.
    """
    kappas: list[float] = []
    lost, newest = 0.0, points[-1].feedback if points else 0
    for before, point in zip(reversed(points[:-1]), reversed(points[1:]), strict=True):
        if point.kappa is None:
            return None
        lost += 1 - point.kappa
        if newest - before.feedback >= each:
            kappas.append(1 - lost)
            lost, newest = 0.0, before.feedback
            if len(kappas) == rounds:
                return sum(kappas) / rounds
    return None


def _law(points: Sequence[Point]) -> Law | None:
    return fit([point.feedback for point in points], [point.accuracy for point in points])


def _points(gain: float) -> str:
    """
    >>> _points(0.012), _points(0.01)
    ('1.2 points', '1.0 points')
    """
    return f"{100 * gain:.1f} points"
