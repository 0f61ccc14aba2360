"""A person at their own work, on a tiny model: always answered, rarely asked, never twice, never when they said no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from assistant.attention import Attention, Question
from assistant.errors import UserError
from assistant.parsers import parser
from assistant.session import Session
from tests.tiny import BAD, GOOD, tiny_encoder, write_task

Open = Callable[..., Session]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


class Clock:
    """Nine o'clock, and seven minutes later each time."""

    def __init__(self) -> None:
        self.at = datetime.now().astimezone().replace(hour=9, minute=0)

    def __call__(self) -> datetime:
        self.at += timedelta(minutes=7)
        return self.at


@pytest.fixture
def open_session(tmp_path: Path, encoder: str, monkeypatch: pytest.MonkeyPatch) -> Open:
    script = {"a complaint": {"acts": [{"kind": "label", "targets": ["#1"],
                                        "label": {"op": "is", "value": "complaint"}}], "clarify": None},
              "perfect is praise": {"acts": [{"kind": "constraint", "targets": ["all"], "constraint": {
                  "property": "label", "operator": "eq", "value": "praise", "strength": "prefer", "scope": "task",
                  "when": "mentions perfect"}}], "clarify": None}}  # fmt: skip
    monkeypatch.setattr("assistant.session.open_parser", lambda name: parser.get("scripted")(script))
    monkeypatch.setattr("assistant.attention.history.FIRST_DAY", 1)  # no moment is expected after the one at hand
    data = write_task(tmp_path)

    def opened(author: str = "ann", **given: str) -> Session:
        for name, value in {"learn_after": "0", "ask_minute": "0", "ask_share": "1", **given}.items():
            monkeypatch.setenv(f"SAYSO_{name.upper()}", value)
        session = Session.open("classify", home=tmp_path / "home", author=author, data=str(data), base=encoder)
        session.attention.clock = Clock()
        return session

    return opened


def texts(count: int) -> list[str]:
    words = [*BAD, *GOOD]
    return [f"it was {words[n % 12]} and {words[n * 5 % 11]} number {n}" for n in range(count)]


def work(attention: Attention, some: list[str]) -> list[Question]:
    return [moment.question for text in some if (moment := attention.use(text)).question]


def test_it_answers_always_and_asks_within_the_budget(open_session: Open) -> None:
    session = open_session(ask_per_day="3")
    moments = [session.attention.use(text) for text in texts(14)]
    assert all(moment.value in session.labels() for moment in moments)
    asked = [moment.question for moment in moments if moment.question]
    assert len(asked) == 3
    assert "asked 3 times today" in moments[-1].why
    assert len({question.input for question in asked}) == 3, "never the same twice"
    assert {"complaint", "praise"} == set(asked[0].choices) and "right" in asked[0].why
    shown = [message.question for message in session.messages() if message.question]
    assert [one.id for one in shown] == [one.id for one in asked] and shown[0].state == "open"


def test_the_budget_is_the_persons_and_holds_from_several_conversations(open_session: Open) -> None:
    session = open_session(ask_per_day="2")
    other = Session.beside(session.bench, "ann", session.store.start_conversation(session.name, "ann"))
    other.attention.clock = session.attention.clock
    both = [one.attention.use(text).question for text in texts(10) for one in (session, other)]
    assert sum(question is not None for question in both) == 2
    ben = Session.beside(session.bench, "ben")
    ben.attention.clock = session.attention.clock
    assert work(ben.attention, texts(10)), "another person has a budget of their own"


def test_nothing_is_asked_in_quiet_hours_or_without_a_budget(open_session: Open) -> None:
    quiet = open_session(ask_quiet="0-24")
    assert not work(quiet.attention, texts(8))
    assert "quiet hours" in quiet.attention.use("it was late").why
    assert not work(open_session("ben", ask_quiet="", ask_per_day="0").attention, texts(8))


def test_an_answer_is_feedback_like_any_other(open_session: Open) -> None:
    session = open_session()
    question = work(session.attention, texts(8))[0]
    session.attention.use("something else is on screen")
    other = next(label for label in session.labels() if label != question.choices[0])
    session.attention.answer(question.id, other)
    (label, *_) = (row.feedback for row in session.store.feedback(session.name))
    assert (label.kind, label.input, label.value, label.author) == ("label", question.input, other, "ann")
    now = session.attention.standing()
    assert (now.answered, now.corrected, now.observed) == (1, 1, None) and now.expected > 0
    with pytest.raises(UserError, match="settled"):
        session.attention.answer(question.id, other)
    session.undo()
    assert session.store.feedback(session.name) == [], "and it is taken back like any other"


def test_an_answer_in_words_is_read(open_session: Open) -> None:
    session = open_session()
    question = work(session.attention, texts(8))[0]
    session.attention.answer(question.id, "a complaint")
    assert session.store.feedback(session.name)[0].feedback.value == "complaint"  # type: ignore[union-attr]


def test_what_an_answer_brought_is_measured_by_the_version_that_learned_it(open_session: Open) -> None:
    session = open_session()
    question = work(session.attention, texts(6))[0]
    session.attention.answer(question.id, "complaint")
    session.learn()
    report = session.changes("v1")
    assert report.before is not None and report.after is not None
    expected = report.after - report.before if report.live else None
    assert session.attention.standing().observed == (expected if expected is None else pytest.approx(expected))


def test_who_says_never_is_not_asked_such_things(open_session: Open) -> None:
    session = open_session()
    question = work(session.attention, texts(5))[0]
    session.attention.dismiss(question.id, never=True)
    assert not work(session.attention, texts(20)[5:]), "there are only two labels"
    assert session.attention.standing().muted == ("complaint | praise",)
    session.attention.again("complaint | praise")
    assert work(session.attention, texts(30)[20:])
    with pytest.raises(UserError, match="asked about as it is"):
        session.attention.again("complaint | praise")


def test_dismissals_lower_readiness_and_so_does_silence_unless_implicit_is_off(open_session: Open) -> None:
    session = open_session()
    before = session.attention.standing().ready
    for question in work(session.attention, texts(12)):
        session.attention.dismiss(question.id)
    assert session.attention.standing().ready < before
    ben = open_session("ben")
    assert work(ben.attention, texts(12))
    assert ben.attention.standing().ignored > 0 and ben.attention.standing().ready < before
    off = open_session("ben", implicit="false").attention.standing()
    assert off.ignored == 0 and off.ready == before and not off.implicit


def test_what_a_rule_decides_or_somebody_judged_is_not_asked(open_session: Open) -> None:
    session = open_session()
    session.answer("it was late")
    session.hear("a complaint")
    assert session.attention.use("it was late").why == "There is nothing worth asking about."
    session.hear("perfect is praise")
    assert [rule.on for rule in session.rules()] == [True]
    assert session.attention.use("it was perfect").why == "There is nothing worth asking about."


def test_a_question_of_somebody_else_is_none_of_yours(open_session: Open) -> None:
    session = open_session()
    question = work(session.attention, texts(8))[0]
    ben = Session.beside(session.bench, "ben")
    for wrong in (question.id, "nothing"):
        with pytest.raises(UserError):
            ben.attention.answer(wrong, "praise")


def test_a_restart_forgets_nothing(open_session: Open) -> None:
    first = open_session(ask_per_day="2")
    asked = work(first.attention, texts(6))
    first.close()
    again = open_session(ask_per_day="2")
    assert not work(again.attention, texts(9))
    again.attention.answer(asked[0].id, "praise")
    assert again.attention.standing().answered == 1


# --- traces ----------------------------------------------------------------------------------------------------


def test_traces_are_kept_apart_and_once_each(open_session: Open, tmp_path: Path) -> None:
    session = open_session()
    moment = session.attention.use("it was late")
    assert session.attention.notice(moment.output, "copied")
    assert not session.attention.notice(moment.output, "copied")
    assert session.attention.notice(moment.output, "seconds", 12.5)
    assert session.attention.notice(moment.output, "edited", text="it was early")
    session.attention.use("it was late")
    kept = list(session.store.implicit(session.name))
    assert [row.kind for row in kept] == ["copied", "seconds", "edited", "regenerated"]
    assert kept[1].value == 12.5 and kept[2].text == "it was early" and kept[0].value is None
    assert session.store.feedback(session.name) == []
    with pytest.raises(UserError, match="no feedback yet"):  # in no export but its own
        session.export("jsonl", tmp_path / "out")
    with pytest.raises(UserError, match="can't be noticed"):
        session.attention.notice(moment.output, "stared at")  # type: ignore[arg-type]
    with pytest.raises(UserError):
        session.attention.notice("nothing", "copied")


def test_one_setting_switches_them_off(open_session: Open) -> None:
    session = open_session(implicit="false")
    moment = session.attention.use("it was late")
    session.attention.use("it was late")
    assert not session.attention.traced
    assert not session.attention.notice(moment.output, "copied")
    assert list(session.store.implicit(session.name)) == []


def test_traces_teach_only_where_a_weight_is_set(open_session: Open) -> None:
    for weight, implicit, taught in (("0", "true", False), ("0.3", "false", False), ("0.3", "true", True)):
        session = open_session(implicit="true")
        moment = session.attention.use("it was late")
        session.attention.notice(moment.output, "copied")
        session.close()
        session = open_session(implicit_weight=weight, implicit=implicit)
        session.next()
        session.hear("a complaint")
        session.learn()
        signals = session.changes(session.versions()[0].name).signals
        assert ("implicit" in signals) is taught
        session.close()


def test_what_can_not_be_told_is_not_asked(open_session: Open) -> None:
    session = open_session()
    session.task = replace(session.task, goal=lambda said: None)  # type: ignore[arg-type, return-value]
    assert session.attention.use("it was late").why == "There is nothing worth asking about."
