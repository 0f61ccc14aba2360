"""What the feedback costs, from what the store knows: what `session.cost` is.

    session.cost.sheet()
      -> Sheet(minutes={"ann": 31.4}, feedback=112, compute_seconds=84.0, gain=0.26, parsers=[…], days=[…], …)

A person's time is what passes between something being shown and them saying or deciding something; of each such gap,
at most two minutes count, because whoever takes longer does something else. So it is an estimate: thinking for long is
missed, and reading an answer without a word costs nothing. Trainings count the seconds that their reports tell. Money
is what a parser's server counted in tokens, times the prices that are set (`parser_price_in`, `parser_price_out`).
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from assistant.store.spending import Moment
from assistant.types import Record

if TYPE_CHECKING:
    from assistant.session import Session

__all__ = ["Costs", "Day", "ParserCost", "Sheet", "Step", "minutes_of", "table"]

IDLE_SECONDS = 120.0
"""The most of one gap that counts as a person's time."""
MILLION = 1e6


class Day(Record):
    """What was said on one day, in UTC."""

    day: date
    minutes: float = 0.0
    labels: int = 0
    preferences: int = 0
    constraints: int = 0


class Step(Record):
    """A version: what it gained on the held-out examples against its parent, and what it took since the one before.

    `gain` None: nothing was held out to measure; `feedback`: pieces that it learned, none where it only learned labels
    that came with the data; `per_minute`: gain in points of a hundred per minute of people's time.
    """

    version: str
    at: datetime
    live: bool
    seconds: float
    minutes: float
    feedback: int
    gain: float | None
    per_minute: float | None


class ParserCost(Record):
    """How a parser's readings fared, and what they cost. `accepted`: the share of those with a verdict;
    None: nobody gave one. `tokens_in`, `tokens_out`, `money`: None where they are not known."""

    parser: str
    readings: int
    confirmed: int
    corrected: int
    rejected: int
    accepted: float | None
    calls: int = 0
    tokens_in: int | None = None
    tokens_out: int | None = None
    money: float | None = None
    money_per_100: float | None = None


class Sheet(Record):
    """All together. `gain`: of the live versions that learned what people said; `waiting`: readings that wait for a
    yes; `unlearned`: feedback that the live version did not learn; `jobs`: that wait or run."""

    minutes: dict[str, float]
    feedback: int
    compute_seconds: float
    gain: float | None
    gain_per_minute: float | None
    money: float | None
    money_per_100: float | None
    parsers: tuple[ParserCost, ...]
    days: tuple[Day, ...]
    steps: tuple[Step, ...]
    waiting: int
    unlearned: int
    jobs: int

    @property
    def all_minutes(self) -> float:
        return sum(self.minutes.values())


class Costs:
    """See the module."""

    def __init__(self, session: Session) -> None:
        self.session, self.store, self.name = session, session.store, session.name

    def sheet(self) -> Sheet:
        spans = minutes_of(self.store.timeline(self.name))
        by_person: dict[str, float] = defaultdict(float)
        for author, _, minutes in spans:
            by_person[author] += minutes
        said = self.store.said_when(self.name)
        parsers = self._parsers()
        steps = self._steps([(at, minutes) for _, at, minutes in spans])
        total = sum(by_person.values())
        live = [step for step in steps if step.live and step.feedback and step.gain is not None]
        gain = sum(step.gain or 0.0 for step in live) if live else None
        priced = [one for one in parsers if one.money is not None]
        money = sum(one.money or 0.0 for one in priced) if priced else None
        read = sum(one.readings for one in priced)
        return Sheet(
            minutes=dict(by_person),
            feedback=len(said),
            compute_seconds=sum(step.seconds for step in steps),
            gain=gain,
            gain_per_minute=100 * gain / total if gain is not None and total else None,
            money=money,
            money_per_100=100 * money / read if money is not None and read else None,
            parsers=parsers,
            days=_days(said, spans),
            steps=steps,
            waiting=self.store.waiting(self.name),
            unlearned=self.session.bench.unlearned(),
            jobs=len(self.store.jobs(self.name, open_only=True)),
        )

    def _parsers(self) -> tuple[ParserCost, ...]:
        fared = self.store.fared(self.name)
        used = defaultdict(list)
        for parser, usage in self.store.usage(self.name):
            used[parser].append(usage)
        chosen = self.session.bench.settings
        rows = []
        for parser in sorted({name for name, _ in fared}):
            counts = {decision: count for (name, decision), count in fared.items() if name == parser}
            judged = sum(count for decision, count in counts.items() if decision is not None)
            confirmed, readings = counts.get("confirmed", 0), sum(counts.values())
            spent = used[parser]
            tokens_in, tokens_out = _sum(u.tokens_in for u in spent), _sum(u.tokens_out for u in spent)
            money = _money(tokens_in, tokens_out, chosen.parser_price_in, chosen.parser_price_out)
            rows.append(
                ParserCost(
                    parser=parser,
                    readings=readings,
                    confirmed=confirmed,
                    corrected=counts.get("corrected", 0),
                    rejected=counts.get("rejected", 0),
                    accepted=confirmed / judged if judged else None,
                    calls=sum(u.calls for u in spent),
                    tokens_in=tokens_in,
                    tokens_out=tokens_out,
                    money=money,
                    money_per_100=100 * money / readings if money is not None else None,
                )
            )
        return tuple(rows)

    def _steps(self, spans: Sequence[tuple[datetime, float]]) -> tuple[Step, ...]:
        steps, before = [], None
        for version in reversed(self.session.versions()):
            report, at = version.report, version.created_at
            if report is None:
                continue
            minutes = sum(m for when, m in spans if when <= at and (before is None or when > before))
            measured = report.before is not None and report.after is not None and not report.measures
            gain = (report.after or 0.0) - (report.before or 0.0) if measured else None
            step = Step(
                version=version.name, at=at, live=report.live, seconds=report.seconds, minutes=minutes,
                feedback=version.feedback, gain=gain,
                per_minute=100 * gain / minutes if gain is not None and minutes and version.feedback else None,
            )  # fmt: skip
            steps.append(step)
            before = at
        return tuple(steps)


def minutes_of(moments: Iterable[Moment], idle: float = IDLE_SECONDS) -> list[tuple[str, datetime, float]]:
    """(person, time, minutes) of each thing that somebody said: what passed since the first thing that was shown after
    their word before it, or since that word, at most `idle` seconds. What came meanwhile (a training's report) cuts
    nothing short; the first moment of a conversation costs nothing, as nothing was shown before it."""
    found = []
    conversation, since, fresh = "", None, False
    for moment in moments:
        if moment.conversation != conversation:
            conversation, since, fresh = moment.conversation, None, False
        if moment.said:
            if since is not None:
                seconds = (moment.at - since).total_seconds()
                found.append((moment.author, moment.at, min(max(seconds, 0.0), idle) / 60))
            since, fresh = moment.at, False
        elif not fresh:
            since, fresh = moment.at, True
    return found


def table(rows: Sequence[Record]) -> str:
    """Records of one kind as CSV, in their fields' order; what is not known is an empty cell."""
    if not rows:
        return ""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [*type(rows[0]).model_fields])
    writer.writeheader()
    writer.writerows(row.model_dump(mode="json") for row in rows)
    return out.getvalue()


def _days(said: Sequence[tuple[datetime, str, str]], spans: Sequence[tuple[str, datetime, float]]) -> tuple[Day, ...]:
    kinds = Counter((at.date(), kind) for at, _, kind in said)
    minutes: dict[date, float] = defaultdict(float)
    for _, at, some in spans:
        minutes[at.date()] += some
    days = sorted({day for day, _ in kinds} | minutes.keys())
    return tuple(
        Day(
            day=day, minutes=minutes.get(day, 0.0), labels=kinds[day, "label"], preferences=kinds[day, "preference"],
            constraints=kinds[day, "constraint"],
        )
        for day in days
    )  # fmt: skip


def _sum(numbers: Iterable[int | None]) -> int | None:
    """None where nothing is known."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _money(
    tokens_in: int | None, tokens_out: int | None, price_in: float | None, price_out: float | None
) -> float | None:
    """None where a price or a count is missing."""
    if tokens_in is None or tokens_out is None or price_in is None or price_out is None:
        return None
    return (tokens_in * price_in + tokens_out * price_out) / MILLION
