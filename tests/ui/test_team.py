"""The tab Team: what people wrote is text, buttons are only those that one may press, each is one call."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from assistant.errors import UserError
from assistant.session import Comment, Dispute, Guideline, Person, Plan, Saying
from assistant.team import Right
from tests.ui.fake import FakeSession
from tests.ui.test_draw import EVIL, Tags
from ui import team as drawn
from ui.desk import Visit
from ui.views import team

NOW = datetime.now(UTC)
SAYING = Saying(
    feedback="f1", author="ben", op="is_not", value="order", words=EVIL, because=("my money",), guideline=2,
    created_at=NOW,
)  # fmt: skip
REMARK = Comment(task="mail", example_id="e1", author=EVIL, text=EVIL)
DISPUTE = Dispute(
    example_id="e1", input=EVIL, values=("order",), comments=(REMARK,),
    sayings=(SAYING, SAYING.model_copy(update={"author": "cleo", "op": "is", "settled": True})),
)  # fmt: skip


def test_what_people_wrote_is_text() -> None:
    people = [Person(name=EVIL, role="viewer", last=NOW), Person(name="gone", role=None)]
    html = (
        drawn.disputes([DISPUTE], ("order", EVIL), True, "ada")
        + drawn.people(people, True, True, EVIL)
        + drawn.guidelines(Guideline(task="mail", version=2, text=EVIL, author=EVIL, created_at=NOW), [], True)
        + drawn.comments([REMARK], EVIL)
    )
    tags = Tags(html)
    assert {name for name, _ in tags.elements} <= {
        "section", "h2", "p", "ul", "li", "div", "span", "strong", "em", "br", "button", "input", "label", "table",
        "tr", "th", "td", "select", "option", "details", "summary", "textarea",
    }  # fmt: skip
    assert tags.open == [] and "<script>" in tags.text


def test_both_sides_are_shown_with_why() -> None:
    text = Tags(drawn.disputes([DISPUTE], ("order", "praise"), False, "ben")).text
    for part in ("ben", "is not order", "because of “my money”", "guidelines 2", "cleo", "is order", "settled it"):
        assert part in text


def test_only_what_one_may_do_has_a_button() -> None:
    people = [Person(name="ada", role="owner", right=Right(asked=4, right=3))]
    plain = (
        drawn.disputes([DISPUTE], ("order", "praise"), False, "ben")
        + drawn.people(people, True, False, "ben")
        + drawn.guidelines(Guideline(task="mail"), [], False)
        + drawn.plan(Plan(task="mail", overlap=2, qualify_answers=3), None, False)
    )
    assert set(Tags(plain).acts()) == {"comment"}
    assert "3 of 4 (75 %)" in Tags(plain).text and "from 2 people" in Tags(plain).text
    full = (
        drawn.disputes([DISPUTE], ("order", "praise"), True, "ada")
        + drawn.people(people, True, True, "ada")
        + drawn.guidelines(Guideline(task="mail"), [], True)
        + drawn.plan(Plan(task="mail"), 3, True)
    )
    assert {"settle", "role", "remove", "add", "guideline", "assign", "gold"} <= set(Tags(full).acts())
    assert set(Tags(plain).acts()) | set(Tags(full).acts()) <= set(team.ACTS)


def test_an_open_task_says_how_to_close_it() -> None:
    text = Tags(drawn.people([], False, True, "ada")).text
    assert "Make somebody, ada say, an owner" in text


class Asked:
    """A team and the disputes of a session, which remember what was asked of them."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *given, **named: self.calls.append((name, *given, named) if named else (name, *given))


@pytest.mark.parametrize(
    ("press", "call"),
    [
        ({"act": "add", "person": " ben ", "role": "viewer"}, ("add", "ben", "viewer")),
        ({"act": "role", "person": "ben", "value": "owner"}, ("add", "ben", "owner")),
        ({"act": "remove", "person": "ben"}, ("remove", "ben")),
        ({"act": "guideline", "text": "be fair"}, ("write", "be fair")),
        ({"act": "comment", "text": "hm", "example": "e1"}, ("comment", "hm", "e1")),
        ({"act": "settle", "example": "e1", "answer": "order", "why": "so"}, ("settle", "e1", "order", "so")),
        ({"act": "gold", "draw": "10"}, ("mark_gold", {"draw": 10})),
        (
            {"act": "assign", "overlap": "2", "minutes": "7,5", "qualify_answers": "0", "qualify_right": "0.8"},
            ("assign", {"overlap": 2.0, "minutes": 7.5, "qualify_answers": 0.0, "qualify_right": 0.8}),
        ),
    ],
)
def test_each_button_is_one_call(press: dict[str, Any], call: tuple[Any, ...]) -> None:
    session: Any = FakeSession("ada")
    session.team = session.disputes = asked = Asked()
    team.ACTS[press["act"]](Visit(session, {}, press, "ada"))
    assert asked.calls == [call]


def test_what_a_browser_sends_may_be_anything() -> None:
    session: Any = FakeSession("ada")
    session.team = session.disputes = Asked()
    for press, match in (({"act": "add"}, "missing"), ({"act": "gold", "draw": "ten"}, "'ten' is no number")):
        with pytest.raises(UserError, match=match):
            team.ACTS[press["act"]](Visit(session, {}, press, "ada"))
