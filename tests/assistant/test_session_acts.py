"""A reading act by act: each is shown, confirmed, corrected and removed by itself, and the others stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.cards import Card, card
from assistant.errors import UserError
from assistant.parsers import parser
from assistant.session import Session
from assistant.types import Act, Context, LabelAct, OnScreen, Property, Reading, Vocabulary
from tests.tiny import tiny_encoder, write_task

PRAISE = {"kind": "label", "targets": ["#1"], "label": {"op": "is", "value": "praise"}}
RULE = {
    "kind": "constraint",
    "targets": ["all"],
    "constraint": {
        "property": "label", "operator": "eq", "value": "praise", "strength": "must", "scope": "task",
        "when": "mentions late",
    },
}  # fmt: skip
BACK = {"kind": "retract", "targets": ["#1"]}
THANKS = {"kind": "none", "targets": []}
SCRIPT = {
    "both": {"acts": [PRAISE, RULE], "confidence": 0.95},
    "maybe both": {"acts": [PRAISE, RULE, THANKS], "confidence": 0.4},
    "praise": {"acts": [PRAISE], "confidence": 0.95},
    "maybe forget it": {"acts": [BACK], "confidence": 0.4},
    "the labels are bug and wish": {
        "acts": [
            {"kind": "constraint", "targets": ["all"], "constraint": {
                "property": "labels", "operator": "eq", "value": ["bug", "wish"], "strength": "must", "scope": "task"}},
            PRAISE,
        ],
        "confidence": 0.95,
    },
}  # fmt: skip
COMPLAINT = Act(kind="label", targets=("#1",), label=LabelAct(op="is", value="complaint"))


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def session(tmp_path: Path, encoder: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    import torch

    torch.set_num_threads(1)
    monkeypatch.setenv("SAYSO_LEARN_AFTER", "0")
    opened = Session.open(
        data=str(write_task(tmp_path)), base=encoder, rank=4, home=tmp_path / "home", author="ann", parser="scripted"
    )
    opened.parser = parser.get("scripted")(SCRIPT)
    opened.answer("it was perfect")
    yield opened
    opened.close()


def hear(session: Session, words: str) -> Card:
    return next(message.card for message in session.hear(words).messages if message.card)


def cards(session: Session) -> list[Card]:
    return [message.card for message in session.messages() if message.card]


def kinds(session: Session) -> list[str]:
    return [row.feedback.kind for row in session.store.feedback(session.name)]


# --- the card ----------------------------------------------------------------------------------------------


def test_a_card_has_a_line_for_each_act_with_what_it_changes() -> None:
    context = Context(
        vocabulary=Vocabulary(labels=("praise",), properties=(Property(name="length.words", values="number"),)),
        outputs=(OnScreen(id="#1"), OnScreen(id="#2")),
    )
    reading = Reading(acts=(Act(**PRAISE), Act(**RULE), Act(**BACK), Act(**THANKS)), confidence=1)
    made = card("r1", reading, context, "words", "applied")
    assert [line.said for line in made.lines] == [
        "#1 is **praise**",
        "whenever it mentions late, it is **praise**",
        "you take back what you said about #1",
        "",
    ]
    assert [line.effect for line in made.lines] == [
        "It is learned at the next training.",
        "In force from now on, before any training; see Rules.",
        "It is not used any more.",
        "",
    ]
    assert made.outputs == ("#1", "#2") and made.properties == {"length.words": "number"}
    assert all(line.said in made.title for line in made.lines), "the sentence still has all of it"


def test_cards_of_before_there_were_lines_can_still_be_read() -> None:
    old = card("r1", Reading(acts=(COMPLAINT,), confidence=1), Context(), "words", "applied").model_dump(mode="json")
    for added in ("lines", "outputs", "properties"):
        del old[added]
    assert Card.model_validate(old).acts == (COMPLAINT,)


# --- confirm -----------------------------------------------------------------------------------------------


def test_a_yes_to_one_act_applies_that_one_and_the_others_go_on_waiting(session: Session) -> None:
    waiting = hear(session, "maybe both")
    assert waiting.state == "waiting" and kinds(session) == []
    session.confirm(waiting.reading, 1)
    assert kinds(session) == ["constraint"] and len(session.rules()) == 1
    (now,) = cards(session)
    assert now.state == "waiting" and [line.confirmed for line in now.lines] == [False, True, False]
    session.confirm(waiting.reading, 1)
    assert kinds(session) == ["constraint"], "said twice, it is learned once"


def test_the_last_yes_is_the_whole_readings(session: Session) -> None:
    waiting = hear(session, "maybe both")
    session.confirm(waiting.reading, 1)
    session.confirm(waiting.reading, 0)
    assert kinds(session) == ["constraint", "label"] and cards(session)[0].state == "confirmed"
    assert [row.confirmed for row in session.store.export_rows(session.name)] == [True, True]


def test_a_yes_to_all_adds_what_still_waited(session: Session) -> None:
    waiting = hear(session, "maybe both")
    session.confirm(waiting.reading, 0)
    session.confirm(waiting.reading)
    assert kinds(session) == ["label", "constraint"]


@pytest.mark.parametrize("words", ["both", "the labels are bug and wish"])
def test_a_yes_to_an_act_that_holds_already_brings_nothing_twice(session: Session, words: str) -> None:
    applied = hear(session, words)
    before = kinds(session)
    session.confirm(applied.reading, 0)
    (now,) = cards(session)
    assert kinds(session) == before and now.state == "applied" and now.lines[0].confirmed
    session.confirm(applied.reading, 1)
    assert kinds(session) == before and cards(session)[0].state == "confirmed"


def test_taking_back_waits_for_the_yes_too(session: Session) -> None:
    hear(session, "praise")
    waiting = hear(session, "maybe forget it")
    assert kinds(session) == ["label"]
    session.confirm(waiting.reading)
    assert kinds(session) == []


def test_an_act_that_is_not_there_is_refused(session: Session) -> None:
    applied = hear(session, "both")
    for act in (2, -1):
        with pytest.raises(UserError, match=f"no act {act}"):
            session.confirm(applied.reading, act)


# --- correct and remove ------------------------------------------------------------------------------------


def test_one_act_is_removed_and_the_other_still_holds(session: Session) -> None:
    applied = hear(session, "both")
    session.correct(applied.reading, applied.acts[:1])
    assert kinds(session) == ["label"] and session.rules() == []
    assert [one.state for one in cards(session)] == ["replaced", "corrected"]


def test_one_act_of_a_waiting_reading_is_corrected_and_the_other_goes_on_waiting(session: Session) -> None:
    waiting = hear(session, "maybe both")
    session.correct(waiting.reading, [COMPLAINT, waiting.acts[1]], waiting=[1])
    (label,) = [row.feedback for row in session.store.feedback(session.name)]
    assert label.value == "complaint"
    old, now = cards(session)
    assert (old.state, now.state) == ("replaced", "waiting")
    assert [line.confirmed for line in now.lines] == [True, False]
    session.confirm(now.reading, 1)
    assert kinds(session) == ["label", "constraint"] and cards(session)[1].state == "confirmed"


def test_what_was_confirmed_of_a_waiting_reading_stays_when_another_act_is_removed(session: Session) -> None:
    waiting = hear(session, "maybe both")
    session.confirm(waiting.reading, 0)
    session.correct(waiting.reading, waiting.acts[:1])
    assert kinds(session) == ["label"] and cards(session)[-1].state == "corrected"


def test_what_was_corrected_is_changed_on_its_new_card_only(session: Session) -> None:
    applied = hear(session, "both")
    session.correct(applied.reading, [COMPLAINT])
    for turn in (lambda: session.correct(applied.reading, [COMPLAINT]), lambda: session.confirm(applied.reading)):
        with pytest.raises(UserError, match="corrected already"):
            turn()
    assert kinds(session) == ["label"]


def test_all_of_it_can_be_undone_after_a_yes_to_one_act(session: Session) -> None:
    waiting: Any = hear(session, "maybe both")
    session.confirm(waiting.reading, 0)
    session.undo(waiting.reading)
    assert kinds(session) == [] and cards(session)[0].state == "undone"
