"""Handlers: one call to the session each, by the person who is logged in, and a sentence where it fails."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from assistant.errors import UserError
from assistant.session import Progress
from assistant.types import Evidence, Gesture, LabelAct, Selection
from tests.ui.fake import LABEL_ACT, RULE_ACT, FakeSession, reading_card, two_points
from ui import desk
from ui.desk import Visit, anchored, kindly
from ui.people import People
from ui.views import chat


def visit(session: FakeSession, **press: Any) -> Visit:
    return Visit(session, {}, press, session.author)  # type: ignore[arg-type]


@pytest.fixture
def session() -> FakeSession:
    return FakeSession("ada")


# --- words that were marked --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "marked", "found"),
    [
        ("I want my money back", {"text": "money", "start": 10, "end": 15}, (10, 15)),
        ("a b a b a", {"text": "a", "start": 4, "end": 5}, (4, 5)),
        ("one\r\ntwo\r\ntwo", {"text": "two", "start": 8, "end": 11}, (10, 13)),
        ("😀😀 ok", {"text": "ok", "start": 3, "end": 5}, (3, 5)),
        ("שלום עולם", {"text": "עולם", "start": 5, "end": 9}, (5, 9)),
        ("(a+b)*c", {"text": "(a+b)*", "start": 0, "end": 6}, (0, 6)),
    ],
)
def test_marked_words_are_found_where_they_stand(text: str, marked: dict[str, Any], found: tuple[int, int]) -> None:
    piece = anchored(text, [marked])[0]
    assert (piece.start, piece.end) == found and text[piece.start : piece.end] == piece.text


@pytest.mark.parametrize("text", [None, "", "something else"])
def test_marked_words_of_another_example_are_refused(text: str | None) -> None:
    with pytest.raises(UserError, match="mark the words again"):
        anchored(text, [{"text": "money", "start": 0, "end": 5}])


def test_marked_words_go_along_with_the_message(session: FakeSession) -> None:
    there = visit(session)
    chat.say(there, " no ", chat._selection(there, '[{"text": "money", "start": 10, "end": 15}]'))
    assert session.calls == [("hear", "no", {"selection": [Selection(text="money", start=10, end=15)]})]


# --- what buttons mean --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("press", "call"),
    [
        ({"act": "next"}, ("next",)),
        ({"act": "learn"}, ("learn", {"wait": False})),
        ({"act": "undo-last"}, ("undo",)),
        ({"act": "explain"}, ("explain",)),
        ({"act": "say", "value": "bug"}, ("hear", "bug", {"selection": ()})),
        ({"act": "confirm", "reading": "r1"}, ("confirm", "r1")),
        ({"act": "confirm", "reading": "r1", "point": "0"}, ("confirm", "r1", 0)),
        ({"act": "undo", "reading": "r1"}, ("undo", "r1")),
        ({"act": "remove", "reading": "r1", "point": "0"}, ("undo", "r1")),
        ({"act": "vote", "seq": "2", "value": "1"}, ("vote", 2, True)),
        ({"act": "vote", "seq": "2", "value": ""}, ("vote", 2, None)),
        ({"act": "edit", "target": "#1", "value": " praise "},
         ("hear", {"gesture": Gesture(kind="edit", target="#1", value="praise")})),
    ],
)  # fmt: skip
def test_a_button_is_one_call(session: FakeSession, press: dict[str, Any], call: tuple[Any, ...]) -> None:
    session.add("sayso", "", card=reading_card())
    session.add("sayso", "hello")
    chat.press(visit(session, **press))
    assert session.calls == [call]


def test_a_thumb_on_the_answer_is_a_vote_on_its_message(session: FakeSession) -> None:
    session.add("sayso", "hello")
    session.add("sayso", "I say order", output_id=session.output.id)
    chat.press(visit(session, act="thumb", value="0"))
    assert session.calls == [("vote", 2, False)]


@pytest.mark.parametrize(
    "press",
    [
        {},
        {"act": "drop tables"},
        {"act": "confirm"},
        {"act": "confirm", "reading": "of somebody else"},
        {"act": "undo", "reading": "of somebody else"},
        {"act": "corrected", "reading": "of somebody else", "point": "0"},
        {"act": "corrected", "reading": "r1"},
        {"act": "confirm", "reading": "r1", "point": "7"},
        {"act": "remove", "reading": "r1", "point": "-1"},
        {"act": "remove", "reading": "r1", "point": "x"},
        {"act": "vote", "seq": "99", "value": "1"},
        {"act": "vote", "seq": "nonsense", "value": "1"},
        {"act": "edit", "value": "  "},
        {"act": "say", "value": "  "},
        {"act": "say", "value": "x" * 5000},
    ],
)
def test_what_no_button_sends_is_refused_with_a_sentence(session: FakeSession, press: dict[str, Any]) -> None:
    session.add("sayso", "", card=reading_card())
    with pytest.raises(UserError):
        chat.press(visit(session, **press))
    assert session.calls == []


def test_menus_replace_what_was_understood(session: FakeSession) -> None:
    session.add("sayso", "", card=reading_card())
    there = visit(
        session, act="corrected", reading="r1", point="0", op="is_not", label="praise", keep=["1"], marked="[]"
    )
    there.ids["correcting"] = ("r1", 0)
    chat.press(there)
    [(name, reading, acts)] = session.calls
    assert (name, reading) == ("correct", "r1")
    assert acts[0].label == LabelAct(op="is_not", value="praise")
    assert acts[0].evidence == (Evidence(text="back"),)
    assert there.ids["correcting"] is None


def test_a_wrong_value_changes_nothing_and_leaves_the_menus_open(session: FakeSession) -> None:
    session.add("sayso", "", card=reading_card())
    there = visit(session, act="corrected", reading="r1", point="0", op="is", label=" ")
    there.ids["correcting"] = ("r1", 0)
    with pytest.raises(UserError, match="label is empty"):
        chat.press(there)
    assert session.calls == [] and there.ids["correcting"] == ("r1", 0)


def test_one_point_is_removed_or_corrected_and_the_other_stays(session: FakeSession) -> None:
    session.add("sayso", "", card=two_points())
    chat.press(visit(session, act="remove", reading="r1", point="0"))
    chat.press(visit(session, act="corrected", reading="r1", point="0", label="order", keep=["0", "1"]))
    removed, (_, _, acts) = session.calls
    assert removed == ("correct", "r1", [RULE_ACT])
    assert acts[0].label == LabelAct(op="is", value="order") and acts[1] == RULE_ACT


def test_points_that_wait_go_on_waiting_when_another_is_removed_or_corrected(session: FakeSession) -> None:
    session.add("sayso", "", card=two_points(state="waiting"))
    chat.press(visit(session, act="remove", reading="r1", point="0"))
    chat.press(visit(session, act="corrected", reading="r1", point="0", label="order"))
    assert session.calls[0] == ("correct", "r1", [RULE_ACT], [0])
    assert session.calls[1][3] == [1]


def test_what_was_taken_back_cannot_be_removed_any_more(session: FakeSession) -> None:
    act = LABEL_ACT.model_copy(update={"kind": "retract", "label": None})
    session.add("sayso", "", card=two_points(acts=(LABEL_ACT, act)))
    with pytest.raises(UserError, match="say it again"):
        chat.press(visit(session, act="remove", reading="r1", point="1"))
    assert session.calls == []


# --- the way of an event ------------------------------------------------------------------------------------


class Wired:
    """A desk whose events are kept, so that a test can fire them."""

    def __init__(self, per_minute: int = 60) -> None:
        self.sessions: dict[str, FakeSession] = {}
        self.fired: Any = None
        parts = {name: gr.HTML(render=False) for name in ("bar", "log", "example", "progress")}
        people = People(self.open, per_minute)
        self.desk = desk.Desk(people, "me", ids=gr.State({}), timer=gr.Timer(render=False), **parts)

    def open(self, author: str, conversation: str | None) -> Any:
        return self.sessions.setdefault(author, FakeSession(author, conversation))

    def fire(
        self, handler: Any, username: str | None = None, ids: dict[str, Any] | None = None, tab: str = "", **data: Any
    ) -> Any:
        def event(run: Any, **_: Any) -> Any:
            self.fired = run

        self.desk.on(event, handler)
        request = SimpleNamespace(username=username, session_hash=tab or None)
        return self.fired(request, gr.EventData(None, data), ids or {})


@pytest.fixture
def toasts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    shown: list[str] = []
    monkeypatch.setattr(gr, "Warning", lambda message, **_: shown.append(message))
    return shown


def test_the_author_is_who_logged_in_and_nothing_that_the_browser_says() -> None:
    wired, seen = Wired(), []
    wired.fire(lambda visit: seen.append(visit.author), username="ada", author="eve")
    wired.fire(lambda visit: seen.append(visit.session.author), ids={"author": "eve"})
    assert seen == ["ada", "me"]


def test_another_persons_conversation_is_not_opened_under_ones_name() -> None:
    wired, seen = Wired(), []
    wired.fire(lambda visit: seen.append(visit.session.author), username="eve", ids={"conversation": "latest of ada"})
    assert seen == ["eve"]


def test_an_event_sent_before_another_was_done_is_about_what_that_one_left() -> None:
    wired, seen = Wired(), []
    wired.desk.people = People(FakeSession)  # type: ignore[arg-type]

    def new(visit: Visit) -> None:
        visit.ids = {"conversation": "the new one"}

    def look(visit: Visit) -> None:
        seen.append(visit.ids["conversation"])

    sent = {"conversation": "the old one"}
    wired.fire(new, ids=sent, tab="t1")
    wired.fire(look, ids=sent, tab="t1")
    wired.fire(look, ids=sent, tab="another")
    wired.fire(look, username="eve", ids={}, tab="t1")
    assert seen == ["the new one", "the old one", "latest of eve"]


def test_after_a_turn_the_page_is_painted_with_ids_only() -> None:
    wired = Wired()
    wired.open("me", None).add("person", "hello")
    painted = wired.fire(lambda visit: None)
    assert painted[wired.desk.ids] == {"conversation": "latest of me", "last": 1}
    assert "hello" in painted[wired.desk.log] and "money back" in painted[wired.desk.example]


def test_a_long_conversation_costs_no_more_to_paint() -> None:
    wired = Wired()
    session = wired.open("me", None)
    for number in range(500):
        session.add("person", f"message {number}")
    painted = wired.fire(lambda visit: None)
    assert painted[wired.desk.log].count("<article") == desk.WINDOW
    assert "Show earlier messages" in painted[wired.desk.log]
    everything = wired.fire(lambda visit: None, ids={"all": True})
    assert everything[wired.desk.log].count("<article") == 500


def test_a_user_error_is_a_toast_and_changes_nothing(toasts: list[str]) -> None:
    def refuse(visit: Visit) -> None:
        raise UserError("The label '<b>x</b>' is unknown", "the labels are: a, b")

    assert Wired().fire(refuse) == gr.skip()
    assert toasts == ["The label &#x27;&lt;b&gt;x&lt;/b&gt;&#x27; is unknown; the labels are: a, b."]


def test_an_error_of_ours_is_logged_under_a_number_and_shows_no_trace(
    toasts: list[str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk.log, "propagate", True)
    with caplog.at_level(logging.ERROR, "sayso.page"):
        assert kindly(lambda: {}["secret"]) == gr.skip()
    assert "secret" not in toasts[0] and "KeyError" not in toasts[0]
    number = toasts[0].rsplit(" ", 1)[1].rstrip(".")
    assert number in caplog.text and "KeyError" in caplog.text


def test_too_many_turns_are_turned_away_before_they_reach_the_session(toasts: list[str]) -> None:
    wired, turns = Wired(per_minute=6), []
    for _ in range(8):
        wired.fire(lambda visit: turns.append(1), username="ada")
    assert len(turns) == 5 and "too" not in toasts[0] and "6 turns a minute" in toasts[0]


def test_polling_paints_only_what_is_new() -> None:
    wired = Wired()
    session = wired.open("me", None)
    session.poll = lambda after: SimpleNamespace(messages=session.messages(after))  # type: ignore[attr-defined]
    poll = chat.poll(wired.desk)
    begun = wired.fire(poll)
    assert set(begun) == {wired.desk.ids}, "only which conversation it is"
    assert wired.fire(poll, ids=begun[wired.desk.ids]) == gr.skip()
    session.add("sayso", "v2 is live")
    painted = wired.fire(poll)
    assert "v2 is live" in painted[wired.desk.log]
    assert wired.fire(poll, ids=painted[wired.desk.ids]) == gr.skip()


def test_a_training_that_goes_on_moves_only_its_bar() -> None:
    wired = Wired()
    session, poll = wired.open("me", None), chat.poll(wired.desk)
    session.poll = lambda after: SimpleNamespace(messages=[])
    now = Progress(job="j", state="running", progress=0.1, text="learning")
    session.progress = lambda: now
    begun = wired.fire(poll)
    assert begun[wired.desk.timer].value == desk.BUSY_SECONDS
    ids = begun[wired.desk.ids]
    assert wired.fire(poll, ids=ids) == gr.skip()
    now = now.model_copy(update={"progress": 0.2})
    moved = wired.fire(poll, ids=ids)
    assert set(moved) == {wired.desk.progress, wired.desk.ids} and "20 %" in moved[wired.desk.progress]
    session.progress = lambda: None
    ended = wired.fire(poll, ids=moved[wired.desk.ids])
    assert ended[wired.desk.timer].value == desk.IDLE_SECONDS
