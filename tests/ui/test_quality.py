"""The tab Quality, and contradictions and what waits in the chat: safe HTML, with buttons that do what they say."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.errors import UserError
from assistant.quality import Finding
from assistant.quality._clash import Clash, Side
from assistant.quality._oversight import Held, Open
from assistant.session import Message
from ui.draw import log
from ui.views.quality import decide, draw

CLASH = Clash(
    kind="labels", about="<b>late</b>", first=Side(who="ann", said="this is **order**", ids=("f1",)),
    second=Side(who="<i>ben</i>", said="this is **praise**", ids=("f2",)),
)  # fmt: skip
HELD = Held(person="e<v>e", pieces=3, why="too <fast>", since=datetime(2026, 1, 1, tzinfo=UTC), ids=("f3",))
FINDINGS = {
    "reliability": [
        Finding(name="reliability", value=0.91, interval=(0.8, 0.97), n=40, text="ann is right", people=("ann",)),
        Finding(name="reliability", value=None, n=1, text="too little", people=("e<v>e",)),
    ],
    "careless": [Finding(name="disagrees", value=0.4, n=9, text="e<v>e disagrees", people=("e<v>e",), alarm=True)],
    "agreement": [
        Finding(name="alpha nominal", value=0.79, interval=(0.6, 0.9), n=40, text="alpha"),
        Finding(name="alpha", value=None, n=2, text="alpha", people=("ann", "ben")),
    ],
}


def test_the_tab_shows_people_agreement_what_waits_and_contradictions() -> None:
    drawn = draw(FINDINGS, [HELD], [Open(seq=7, clash=CLASH)])
    assert "91 %" in drawn and "80–97 %" in drawn and "0.79" in drawn and "0.60 to 0.90" in drawn
    assert 'data-act="release" data-person="e&lt;v&gt;e"' in drawn and 'data-act="take-back"' in drawn
    assert 'data-act="settle" data-seq="7" data-value="second"' in drawn
    assert "ann and ben" in drawn and ">–</td>" in drawn
    for evil in ("<b>late", "<i>ben", "<v>", "<fast>"):
        assert evil not in drawn


def test_without_anything_it_says_what_it_takes() -> None:
    drawn = draw({"reliability": [], "careless": [], "agreement": []}, [], [])
    assert "As soon as two people" in drawn and "<table" not in drawn


def test_the_chat_shows_both_with_the_same_buttons_until_it_is_settled() -> None:
    said = [
        Message(seq=7, role="sayso", text="x", clash=CLASH),
        Message(seq=8, role="sayso", text="eve waits", held="eve"),
    ]
    drawn = log(said, (), {})
    assert "First · ann" in drawn and drawn.count('data-act="settle"') == 3 and 'data-act="release"' in drawn
    settled = [said[0].model_copy(update={"clash": CLASH.model_copy(update={"settled": "second"})})]
    drawn = log(settled, (), {})
    assert 'data-act="settle"' not in drawn and "the second was kept" in drawn


class Desk:
    def __init__(self) -> None:
        self.calls: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *given: self.calls.append((name, *given))


@pytest.mark.parametrize(
    ("press", "call"),
    [
        ({"act": "settle", "seq": "7", "value": "second"}, ("settle", 7, "second")),
        ({"act": "release", "person": "eve"}, ("release", "eve")),
        ({"act": "take-back", "person": "eve"}, ("take_back", "eve")),
    ],
)
def test_a_button_is_one_call(press: dict[str, str], call: Any) -> None:
    desk = Desk()
    decide(SimpleNamespace(press=press, session=SimpleNamespace(quality=desk)))  # type: ignore[arg-type]
    assert desk.calls == [call]


@pytest.mark.parametrize("press", [{"act": "settle"}, {"act": "settle", "seq": "7", "value": "third"}])
def test_what_the_page_did_not_offer_is_refused(press: dict[str, str]) -> None:
    with pytest.raises(UserError, match="no decision"):
        decide(SimpleNamespace(press=press, session=SimpleNamespace(quality=Desk())))  # type: ignore[arg-type]
