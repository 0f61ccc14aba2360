"""Work mode on the page: a quiet card, the mode's button, what it cost, and what no button sends."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.attention import Question
from assistant.errors import UserError
from tests.ui.fake import FakeSession
from ui import draw
from ui.attention import question, quick
from ui.desk import Visit
from ui.views import chat, work

ASKED = Question(
    id="m1", text="Is this **order** or **<b>**?", why="I'm torn.", choices=("order", "<b>"), input="where is it"
)  # fmt: skip


def visit(session: FakeSession, ids: dict[str, Any] | None = None, **press: Any) -> Visit:
    return Visit(session, ids or {}, press, session.author)  # type: ignore[arg-type]


@pytest.fixture
def session() -> FakeSession:
    return FakeSession("ada")


def test_a_question_has_its_answers_and_two_ways_out() -> None:
    drawn = question(ASKED, seq=7)
    assert drawn.count('data-act="ask-answer"') == 2 and "torn" in drawn
    assert 'data-act="ask-dismiss"' in drawn and 'data-act="ask-never"' in drawn
    assert "<b>" not in drawn and "&lt;b&gt;" in drawn


@pytest.mark.parametrize("state", ["answered", "dismissed", "never"])
def test_a_settled_question_can_not_be_pressed(state: Any) -> None:
    assert "<button" not in question(ASKED.model_copy(update={"state": state}), seq=7)


def test_it_stands_in_the_conversation(session: FakeSession) -> None:
    session.add("sayso", "Is this order?", question=ASKED)
    assert "card asked open" in draw.log(session.messages(), (), {})


def test_what_it_cost_and_brought_is_shown_while_working(session: FakeSession) -> None:
    drawn = quick(True, session.attention.standing())
    assert 'aria-pressed="true"' in drawn
    assert "3 asked" in drawn and "1 dismissed" in drawn and "60 %" in drawn and "Ask again: bug | wish" in drawn
    assert 'aria-pressed="false"' in quick(False) and "asked" not in quick(False)


@pytest.mark.parametrize(
    ("press", "call"),
    [
        ({"act": "ask-answer", "question": "m1", "value": "order"}, ("answer", "m1", "order")),
        ({"act": "ask-dismiss", "question": "m1"}, ("dismiss", "m1")),
        ({"act": "ask-never", "question": "m1"}, ("dismiss", "m1", {"never": True})),
        ({"act": "ask-again", "about": "bug | wish"}, ("again", "bug | wish")),
    ],
)
def test_a_button_is_one_call(session: FakeSession, press: dict[str, Any], call: tuple[Any, ...]) -> None:
    chat.press(visit(session, **press))
    assert session.calls == [call]


def test_the_mode_is_switched_and_what_is_typed_is_work(session: FakeSession) -> None:
    there = visit(session, act="work")
    chat.press(there)
    assert work.on(there)
    work.put_in(there, " where is it ", 100)
    assert session.calls == [("use", "where is it")]
    for text in ("  ", "x" * 101):
        with pytest.raises(UserError):
            work.put_in(there, text, 100)
    chat.press(there)
    assert not work.on(there)


def test_a_trace_is_of_an_answer_that_was_shown(session: FakeSession) -> None:
    session.add("sayso", "I say order", output_id="o1")
    for press in (
        {"kind": "copied", "output": "o1"}, {"kind": "seconds", "output": "o1", "value": "99999"},
        {"kind": "seconds", "output": "o1", "value": "-1"}, {"kind": "copied", "output": "of somebody else"},
        {"kind": "edited", "output": "o1"}, {},
    ):  # fmt: skip
        there = visit(session, **press)
        work.notice(there)
        assert not there.paint
    assert session.calls == [("notice", "o1", "copied"), ("notice", "o1", "seconds", 3600.0)]


def test_the_page_can_only_trace_where_it_may(session: FakeSession) -> None:
    screen = session.screen()
    assert f'data-output="{session.output.id}"' in draw.example(screen, (), {}, traced=True)
    assert "data-output" not in draw.example(screen, (), {})


@pytest.mark.parametrize("press", [{"act": "ask-answer", "question": "m1"}, {"act": "ask-never"}, {"act": "ask-again"}])
def test_what_is_missing_is_said(session: FakeSession, press: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="missing"):
        chat.press(visit(session, **press))
    assert session.calls == []
