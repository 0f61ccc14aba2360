"""What feedback costs, from a store whose times are known: minutes, readings by parser, tokens and money, days."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant.cost import IDLE_SECONDS, minutes_of, table
from assistant.parsers import Heard, Usage
from assistant.session import Session
from assistant.store import Store
from assistant.store import hearing as hearing_module
from assistant.store import talk as talk_module
from assistant.store.spending import Moment
from assistant.types import Act, Critique, Label, LabelAct, Reading
from tests.tiny import tiny_encoder, write_task

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


class Clock:
    """The store's clock, which stands still until it is set."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def later(self, seconds: float) -> datetime:
        self.at += timedelta(seconds=seconds)
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(talk_module, "now", made)
    monkeypatch.setattr(hearing_module, "now", made)
    return made


def heard(store: Store, talk: str, at: datetime, parser: str = "embedded", n: int = 1, author: str = "ann") -> str:
    """Somebody says n labels at once; the reading's id."""
    critique = Critique(conversation=talk, author=author, text="no, praise", created_at=at)
    act = Act(kind="label", targets=("#1",), label=LabelAct(op="is", value="praise"))
    reading = f"r-{critique.id}"
    labels = [
        Label(task="mail", author=author, critique=critique.id, reading=reading, input=f"{n}", op="is", value="praise",
              example_id=f"e{n}", created_at=at)
        for n in range(n)
    ]  # fmt: skip
    said: Any = [("person", critique.text, None)]
    return store.record(
        critique, Reading(acts=(act,), confidence=1), parser, "1", labels, messages=said, reading_id=reading
    )


def test_minutes_go_from_what_was_shown_to_the_word_about_it(store: Store, clock: Clock) -> None:
    talk = store.start_conversation("mail", "ann")
    store.say(talk, "sayso", "I say praise", {"kind": "answer"})
    heard(store, talk, clock.later(30))
    store.say(talk, "sayso", "I say order", {"kind": "answer"})
    reading = heard(store, talk, clock.later(10_000))
    clock.later(15)
    store.decide(reading, "ann", "confirmed")
    other = store.start_conversation("mail", "bob")
    store.say(other, "sayso", "I say praise", None)
    heard(store, other, clock.later(60), author="bob")
    elsewhere = store.start_conversation("other", "ann")
    store.say(elsewhere, "sayso", "I say", None)
    found = minutes_of(store.timeline("mail"))
    by = {who: sum(m for name, _, m in found if name == who) for who, _, _ in found}
    assert by == {"ann": pytest.approx((30 + IDLE_SECONDS + 15) / 60), "bob": pytest.approx(1.0)}


def test_a_first_word_and_a_clock_that_went_back_cost_nothing() -> None:
    def moment(seconds: float, said: bool) -> Moment:
        return Moment("c", "ann", START + timedelta(seconds=seconds), said)

    assert [m for _, _, m in minutes_of([moment(0, True), moment(-5, True)])] == [0.0]
    assert minutes_of([]) == []


def test_what_comes_meanwhile_cuts_nothing_short() -> None:
    shown = [Moment("c", "ann", START + timedelta(seconds=s), False) for s in (0, 40, 59)]
    assert [m for _, _, m in minutes_of([*shown, Moment("c", "ann", START + timedelta(seconds=60), True)])] == [1.0]


def test_readings_waiting_ones_and_usage_are_counted(store: Store, clock: Clock) -> None:
    talk = store.start_conversation("mail", "ann")
    readings = [heard(store, talk, clock.later(9), parser) for parser in ("embedded", "openai", "openai", "openai")]
    store.decide(readings[1], "ann", "confirmed")
    store.decide(readings[2], "ann", "rejected")
    store.say(talk, "sayso", "?", {"kind": "reading", "state": "waiting", "reading": readings[3]})
    store.say(talk, "sayso", "?", {"kind": "reading", "state": "waiting", "reading": readings[1]})
    assert store.fared("mail") == {
        ("embedded", None): 1, ("openai", "confirmed"): 1, ("openai", "rejected"): 1, ("openai", None): 1,
    }  # fmt: skip
    assert store.waiting("mail") == 1
    store.used(readings[1], Usage(2, 900, 40))
    store.used(readings[2], Usage(1, None, None))
    assert store.usage("mail") == [("openai", Usage(2, 900, 40)), ("openai", Usage(1, None, None))]
    assert store.usage("other") == []
    assert store.said_of("mail", ["e0", "e7"]) == {"e0": "praise"}


@pytest.fixture
def session(tmp_path: Path, encoder: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setenv("SAYSO_LEARN_AFTER", "0")
    monkeypatch.setenv("SAYSO_PARSER_PRICE_IN", "2")
    monkeypatch.setenv("SAYSO_PARSER_PRICE_OUT", "10")
    opened = Session.open(data=str(write_task(tmp_path)), base=encoder, rank=4, home=tmp_path / "home", author="ann")
    yield opened
    opened.close()


class Priced:
    """A scripted parser that counts tokens."""

    name, version = "openai", "1-m"

    def __call__(self, critique: Critique) -> Reading:
        return self.heard(critique).reading

    def heard(self, critique: Critique) -> Heard:
        act = Act(kind="label", targets=("#1",), label=LabelAct(op="is", value="praise"))
        return Heard(Reading(acts=(act,), confidence=1.0), self.name, self.version, usage=Usage(1, 1_000, 100))


def test_the_sheet_has_it_all_and_what_is_not_known_is_none(session: Session) -> None:
    empty = session.cost.sheet()
    assert (empty.money, empty.gain, empty.gain_per_minute, empty.parsers, empty.days) == (None, None, None, (), ())
    session.parser = Priced()
    session.next()
    session.hear("no, praise")
    session.learn()
    sheet = session.cost.sheet()
    (parser,) = sheet.parsers
    assert (parser.parser, parser.readings, parser.accepted, parser.tokens_in) == ("openai", 1, None, 1_000)
    assert sheet.money == pytest.approx((1_000 * 2 + 100 * 10) / 1e6) and sheet.money_per_100 == pytest.approx(0.3)
    (step,) = sheet.steps
    report = session.versions()[0].report
    assert report is not None and step.seconds == report.seconds == sheet.compute_seconds
    assert step.gain == pytest.approx((report.after or 0) - (report.before or 0))
    assert sheet.feedback == 1 and sheet.days[0].labels == 1 and 0 <= sheet.minutes["ann"] < 2
    assert sheet.unlearned == 0 or not step.live


def test_what_only_labels_of_the_data_taught_was_not_gained_by_feedback(
    tmp_path: Path, encoder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAYSO_LEARN_AFTER", "0")
    data = write_task(tmp_path, labelled=True)
    session = Session.open(data=str(data), base=encoder, rank=4, home=tmp_path / "home", parser="scripted")
    session.learn()
    (step,) = session.cost.sheet().steps
    assert step.feedback == 0 and step.gain is not None and step.per_minute is None
    assert session.cost.sheet().gain is None
    session.close()


def test_tables_leave_cells_empty_that_are_not_known(session: Session) -> None:
    session.parser = Priced()
    session.next()
    session.hear("no, praise")
    rows = list(csv.DictReader(io.StringIO(table(session.cost.sheet().parsers))))
    assert rows[0]["accepted"] == "" and rows[0]["tokens_in"] == "1000" and rows[0]["money"] == "0.003"
    assert table([]) == ""
