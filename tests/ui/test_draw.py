"""What the page shows: everything that people, data and models wrote is escaped; every state has its buttons."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from assistant.cards import Line
from assistant.session import Message, Progress, Rule, Version
from assistant.types import Asked, Changed, Report
from tests.ui.fake import LABELS, FakeSession, reading_card, two_points
from ui import draw, html
from ui.views import rules, versions

EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script> \"quoted\" 'too' ${alert(3)} {{constructor}} &amp;"
NOW = datetime.now(UTC)


class Tags(HTMLParser):
    """The elements and attributes of a piece of HTML, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("input", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def acts(self) -> list[str]:
        return [given["data-act"] or "" for _, given in self.elements if "data-act" in given]


def report(**over: Any) -> Report:
    return Report(
        live=False, why=EVIL, before=0.7, after=0.75, heldout=40, checked=9,
        asked=(Asked(critique="c", text=EVIL, fixed=True), Asked(critique="d", text="no", fixed=False)),
        changed=(Changed(example_id="e", input=EVIL, before=EVIL, after="order", right=None),), **over,
    )  # fmt: skip


def version(**over: Any) -> Version:
    given = {"id": "a1", "name": "v2", "parent": "v1", "live": False, "created_at": NOW, "report": report(),
             "feedback": 3, "kept_back": False}  # fmt: skip
    return Version(**given | over)


def everything() -> dict[str, str]:
    """One picture of each kind, with evil words wherever somebody else's words can stand."""
    session = FakeSession("ada", text=EVIL)
    session.output = session.output.model_copy(update={"value": EVIL, "rules": ("r9",), "said": EVIL})
    said = [
        Message(seq=1, role="person", text=EVIL),
        Message(seq=2, role="sayso", text=EVIL, vote=True, adapter="a1"),
        Message(seq=3, role="sayso", text="", card=reading_card(title=EVIL, effect=EVIL)),
        Message(seq=4, role="sayso", text="", card=reading_card(reading="r2", state="asking", choices=(EVIL, "order"))),
        Message(seq=5, role="sayso", text="", card=two_points(reading="r3", lines=(Line(said=EVIL, effect=EVIL),) * 2)),
    ]
    rule = Rule(id="r9", text=EVIL, author=EVIL, on=True, created_at=NOW, words=EVIL)
    return {
        "log": draw.log(said, LABELS, {"correcting": ("r1", 0), "version": "a1"}, (report(), "")),
        "bar": draw.bar(session, session.screen(), EVIL),  # type: ignore[arg-type]
        "example": draw.example(session.screen(), (EVIL,), {"r9": EVIL}),
        "progress": draw.progress(Progress(job="j", state="running", progress=0.5, text=EVIL)),
        "rules": rules.draw([rule]),
        "versions": versions.draw([version(), version(id="a2", kept_back=True)], "a1", (report(), "")),
        "markdown": html.markdown(
            f"- {EVIL}\n\n![x](https://example.org/x.png) [y](https://example.org) <https://a.b>"
        ),
    }


@pytest.mark.parametrize("name", list(everything()))
def test_what_others_wrote_is_shown_and_never_run(name: str) -> None:
    picture = everything()[name]
    tags = Tags(picture)
    assert not tags.open, "every element is closed"
    assert {tag for tag, _ in tags.elements}.isdisjoint({"img", "script", "iframe", "style", "link", "object", "a"} - {
        "a" if name == "bar" else ""})  # fmt: skip
    assert not [key for _, given in tags.elements for key in given if key.startswith("on")]
    assert not re.search(r'(src|href)="(?!/logout")', picture)
    if name != "bar":
        assert "<img src=x onerror=alert(1)>" in tags.text, "the words can be read as they were written"


def test_bold_and_line_ends_are_the_only_markup_of_plain_words() -> None:
    assert html.plain("a **b** <i>\nc * d_e_ **") == "a <strong>b</strong> &lt;i&gt;<br>c * d_e_ **"


def test_missing_numbers_are_a_dash_and_never_zero() -> None:
    assert html.percent(None) == "–" and html.percent(0.0) == "0 %"
    screen = FakeSession("ada")
    screen.output = screen.output.model_copy(update={"score": None})
    assert "sure" not in Tags(draw.example(screen.screen(), (), {})).text


@pytest.mark.parametrize(
    ("state", "acts"),
    [
        ("applied", ["confirm", "correct", "undo"]),
        ("waiting", ["confirm", "correct", "undo"]),
        ("confirmed", ["correct", "undo"]),
        ("corrected", ["correct", "undo"]),
        ("replaced", []),
        ("rejected", []),
        ("undone", []),
    ],
)
def test_a_card_offers_what_can_still_be_done(state: str, acts: list[str]) -> None:
    said = [Message(seq=1, role="sayso", text="", card=reading_card(state=state))]
    assert Tags(draw.log(said, LABELS, {}, None)).acts() == acts


@pytest.mark.parametrize(
    ("state", "acts"),
    [
        ("applied", ["confirm", "correct", "remove"] * 2 + ["confirm", "undo"]),
        ("waiting", ["confirm", "correct", "remove"] * 2 + ["confirm", "undo"]),
        ("confirmed", ["correct", "remove"] * 2 + ["undo"]),
        ("corrected", ["correct", "remove"] * 2 + ["undo"]),
        ("replaced", []),
        ("undone", []),
    ],
)
def test_each_point_of_a_card_offers_what_can_still_be_done(state: str, acts: list[str]) -> None:
    tags = Tags(draw.log([Message(seq=1, role="sayso", text="", card=two_points(state=state))], LABELS, {}, None))
    assert tags.acts() == acts
    points = [given.get("data-point") for _, given in tags.elements if given.get("data-act") == "correct"]
    assert points == (["0", "1"] if acts else [])
    assert "this is complaint" in tags.text and "always, it is short" in tags.text


def test_a_point_that_was_confirmed_is_not_asked_about_again() -> None:
    lines = (
        Line(said="this is **complaint**", effect="It is learned.", confirmed=True),
        Line(said="always, it is short", effect="In force."),
    )
    card = two_points(state="waiting", lines=lines)
    tags = Tags(draw.log([Message(seq=1, role="sayso", text="", card=card)], LABELS, {}, None))
    assert tags.acts() == ["correct", "remove", "confirm", "correct", "remove", "confirm", "undo"]
    assert "It is learned." in tags.text and "Once you say yes: in force." in tags.text


def test_a_sentence_that_waited_and_was_confirmed_says_what_it_changes() -> None:
    lines = (Line(said="this is **complaint**", effect="It is learned."),)
    for state, says in (("waiting", "is that what you meant?"), ("confirmed", "It is learned.")):
        card = reading_card(state=state, lines=lines, effect="I am not sure: is that what you meant?")
        text = Tags(draw.log([Message(seq=1, role="sayso", text="", card=card)], LABELS, {})).text
        assert says in text and ("not sure" in text) == (state == "waiting")


def test_the_menus_of_one_point_open_and_the_other_keeps_its_buttons() -> None:
    card = two_points()
    picture = draw.log([Message(seq=1, role="sayso", text="", card=card)], LABELS, {"correcting": ("r1", 1)}, None)
    tags = Tags(picture)
    chosen = [given["value"] for tag, given in tags.elements if tag == "option" and "selected" in given]
    assert chosen == ["length.words", "le", LABELS[0], "must", "task"]
    assert tags.acts() == ["confirm", "correct", "remove", "corrected", "correct", "confirm", "undo"]


def test_a_question_offers_its_choices_as_answers() -> None:
    said = [Message(seq=1, role="sayso", text="", card=reading_card(state="asking", choices=("bug", "wish")))]
    tags = Tags(draw.log(said, LABELS, {}, None))
    assert [given["data-value"] for _, given in tags.elements if given.get("data-act") == "say"] == ["bug", "wish"]


def test_a_card_that_menus_cannot_correct_offers_no_menus() -> None:
    said = [Message(seq=1, role="sayso", text="", card=reading_card(acts=()))]
    assert "correct" not in Tags(draw.log(said, LABELS, {}, None)).acts()


def test_the_menus_begin_with_what_was_understood() -> None:
    said = [Message(seq=1, role="sayso", text="", card=reading_card())]
    tags = Tags(draw.log(said, LABELS, {"correcting": ("r1", 0)}, None))
    chosen = [given["value"] for tag, given in tags.elements if tag == "option" and "selected" in given]
    assert chosen == ["is", "complaint"]
    assert [given["value"] for tag, given in tags.elements if given.get("name") == "keep"] == ["0", "1"]


def test_a_thumb_is_shown_as_given_and_pressing_it_again_takes_it_back() -> None:
    for vote, pressed, values in ((True, ["true", "false"], ["", "0"]), (None, ["false", "false"], ["1", "0"])):
        said = [Message(seq=7, role="sayso", text="hello", vote=vote)]
        thumbs = [
            given for _, given in Tags(draw.log(said, LABELS, {}, None)).elements if given.get("data-act") == "vote"
        ]
        assert [one["aria-pressed"] for one in thumbs] == pressed
        assert [one["data-value"] for one in thumbs] == values
        assert {one["data-seq"] for one in thumbs} == {"7"}


def test_the_place_of_the_progress_bar_is_kept() -> None:
    assert 'class="progress idle"' in draw.progress(None)
    running = draw.progress(Progress(job="j", state="running", progress=0.4, text="learning"))
    assert "40 %" in running and 'aria-valuenow="40"' in running
    assert not draw.busy(Progress(job="j", state="failed", progress=1.0, text=""))


def test_versions_can_be_gone_back_to_or_kept_anyway() -> None:
    live, held = version(id="a3", live=True), version(id="a2", kept_back=True)
    picture = versions.draw([live, held, version(id="a1")])
    tags = Tags(picture)
    used = [given["data-version"] for _, given in tags.elements if given.get("data-act") == "use"]
    assert used == ["a2", "a1", "base"]
    assert "Keep it anyway" in picture and "70.0 %" in picture
    assert "1 of 2 fixed" in tags.text


def test_how_long_ago() -> None:
    for seconds, words in ((3, "just now"), (61, "1 minute ago"), (7300, "2 hours ago"), (200_000, "2 days ago")):
        assert html.since(NOW - timedelta(seconds=seconds), NOW) == words
