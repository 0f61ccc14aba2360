"""The tab What I learned, and two versions beside each other: what people wrote stays text."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from assistant.errors import UserError
from assistant.learned.account import Side
from assistant.types import Changed, Highlight
from tests.ui.fake import FakeSession
from ui.compare import sides
from ui.desk import Visit
from ui.views import chat
from ui.views.learned import MOST, draw_causes

EVIL = "<img src=x onerror=alert(1)> & “me”"


def changed(number: int, text: str = EVIL) -> Changed:
    return Changed(example_id=f"e{number}", input=text, before="<b>order</b>", after="praise")


def test_changed_answers_can_be_asked_for_their_causes() -> None:
    drawn = draw_causes([changed(n) for n in range(MOST + 3)], "e1", "**taught** by “<i>” (ann)")
    assert drawn.count('data-act="causes"') == MOST
    assert 'data-example="e1"' in drawn and drawn.count('role="status"') == 1
    assert "<strong>taught</strong> by “&lt;i&gt;” (ann)" in drawn
    assert "<img" not in drawn and "<b>order" not in drawn
    assert draw_causes([]) == ""


def test_two_sides_say_what_counted() -> None:
    words = (
        Highlight(text="<late>", start=0, end=6, weight=1.0),
        Highlight(text="thanks", start=7, end=13, weight=-0.4),
    )
    drawn = sides(Side(name="v1", value="order", score=0.61), Side(name="v2", value=EVIL, score=None, highlights=words))
    assert "They differ." in drawn and "61 % sure" in drawn and "No single word counted." in drawn
    assert "&lt;late&gt;" in drawn and "for it: 1.00" in drawn and "against it: 0.40" in drawn
    assert "<img" not in drawn
    same = Side(name="v1", value="order")
    assert "Both say the same." in sides(same, same)


def test_why_is_one_call() -> None:
    session = FakeSession("ada")
    asked: list[str] = []
    session.account = SimpleNamespace(say_why=lambda: asked.append("why"))  # type: ignore[attr-defined]
    chat.press(Visit(session, {}, {"act": "why"}, "ada"))  # type: ignore[arg-type]
    assert asked == ["why"]


def test_what_no_button_sends_is_refused() -> None:
    with pytest.raises(UserError):
        chat.press(Visit(FakeSession("ada"), {}, {"act": "whyever"}, "ada"))  # type: ignore[arg-type]
