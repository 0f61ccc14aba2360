"""Forgetting: found by whom and what, shown before it is done, unlearned, and proved, bit for bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from assistant.errors import UserError
from assistant.learned.proof import prove
from assistant.parsers import hear, open_parser
from assistant.parsers._forgetting import read_forgetting
from assistant.session import Session
from assistant.types import Critique, Gesture
from tests.tiny import LABELS, tiny_encoder, write_task

Open = Callable[..., Session]


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def open_home(tmp_path: Path, encoder: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens sessions of the tiny task by author and home; trainings start only when asked for."""
    torch.set_num_threads(1)
    monkeypatch.setenv("SAYSO_LEARN_AFTER", "0")
    monkeypatch.setenv("SAYSO_HOLD", "false")  # a test answers sooner than anybody reads
    opened: list[Session] = []
    path = write_task(tmp_path, labelled=True)

    def open(author: str, home: str = "home", beside: Session | None = None) -> Session:
        if beside:
            return Session.beside(beside.bench, author)
        session = Session.open(
            data=str(path), base=encoder, rank=4, home=tmp_path / home, author=author, parser="scripted"
        )
        opened.append(session)
        return session

    yield open
    for session in opened:
        session.close()


def critique(text: str) -> Critique:
    return Critique(conversation="c", author="ben", text=text)


def teach(session: Session, text: str, label: str) -> None:
    """The person changes the answer to what they say is right; a thumb where it is right already."""
    shown = session.answer(text).outputs[0].value
    edit = Gesture(kind="edit", value=label) if shown != label else Gesture(kind="thumb", value=True)
    session.hear(gesture=edit)


def weights(session: Session, number: int) -> dict[str, torch.Tensor]:
    return session.bench.shelf.get(session.name, session.store.adapter(number, session.name).id)


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def proofs(session: Session) -> list[dict[str, Any]]:
    cards = [row.card for row in session.store.messages(session.conversation) if row.card]
    return [card["proof"] for card in cards if card["kind"] == "proof"]


# --- how it is said ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "targets"),
    [
        ("forget everything from Ann", ("by:Ann",)),
        ("Please forget all that Ann Smith said.", ("by:Ann Smith",)),
        ("forget what Ann said about refunds", ("by:Ann", "about:refunds")),
        ("forget what I said about late parcels", ("by:me", "about:late parcels")),
        ("forget everything I've said", ("by:me",)),
        ("forget all about prices", ("about:prices",)),
        ("unlearn everything by ben@example.org about prices!", ("by:ben@example.org", "about:prices")),
    ],
)
def test_whom_and_what_to_forget_is_read(words: str, targets: tuple[str, ...]) -> None:
    reading = read_forgetting(critique(words))
    assert reading is not None and [act.targets for act in reading.acts] == [targets]
    heard = hear(open_parser("scripted"), critique(words))
    assert (heard.parser, heard.reading) == ("forgetting", reading)


@pytest.mark.parametrize(
    "words",
    ["forget it", "forget that", "forget what I just said", "forget what I said", "forget all about it",
     "don't forget everything from Ann", "it's a complaint", "they forget what I said about refunds"],
)  # fmt: skip
def test_other_words_are_left_to_the_parser(words: str) -> None:
    assert read_forgetting(critique(words)) is None


# --- what it does --------------------------------------------------------------------------------------------


BENS = (("it was late and rude", "complaint"), ("the staff is friendly", "praise"), ("my order was lost", "complaint"))


def test_a_person_is_forgotten_and_the_home_is_as_if_they_had_never_spoken(open_home: Open) -> None:
    ann = open_home("ann")
    ben = open_home("ben", beside=ann)
    ann.learn()  # v1: the labels that the data came with
    teach(ben, *BENS[0])
    teach(ann, "it was lovely and quick", "praise")
    teach(ben, *BENS[1])
    teach(ann, "my parcel was awful", "complaint")
    ben.learn()
    ben.use("v2")
    teach(ben, *BENS[2])
    ben.learn()
    ben.use("v3")
    plan = ben.forget.plan(by="ANN")
    assert (plan.learned_by, plan.inherited_by, plan.back_to) == (("v2",), ("v3",), "v1")
    assert len(plan.ids) >= 2 and all("ann" in line for line in plan.lines)
    ben.forget.carry_out(plan)
    assert {f.author for f in _said(ben)} == {"ben"}
    (proof,) = proofs(ben)
    assert (proof["trained"], proof["left"], proof["same"]) == ("v4", 0, True)
    assert proof["line"] in (["v4", "v1"], ["v1"]), "the gate decides which of them answers"

    alone = open_home("ben", home="other")
    alone.learn()
    for text, label in BENS:
        teach(alone, text, label)
    alone.learn()
    assert [f.kind for f in _said(alone)] == [f.kind for f in _said(ben)], "they said the same"
    assert same(weights(alone, 2), weights(ben, 4))


def _said(session: Session) -> list[Any]:
    return [row.feedback for row in session.store.feedback(session.name)]


def test_the_proof_sees_what_was_not_forgotten(open_home: Open) -> None:
    ann = open_home("ann")
    teach(ann, "it was lovely and quick", "complaint")
    ann.learn()
    live = ann.store.live(ann.name)
    assert live is not None
    learned = [row.feedback.id for row in ann.store.feedback(ann.name)]
    ann.store.retract(learned, "ann")  # taken back behind the session's back: the version goes on answering
    proof = prove(ann.bench, {"by": "ann"}, None)
    assert proof.left == len(learned) and "NOT gone" in proof.told()


def test_in_the_chat_it_is_shown_first_and_waits_for_a_yes(open_home: Open) -> None:
    ann = open_home("ann")
    teach(ann, "it was lovely and quick", "complaint")
    teach(ann, "my parcel was late", "praise")
    turn = ann.hear("forget what I said about parcels")
    card = next(message.card for message in turn.messages if message.card)
    assert card.state == "waiting" and "parcels" in card.title and "until you say yes" in card.effect
    told = next(message.text for message in turn.messages if "takes back" in message.text)
    assert "my parcel was late" in told and "lovely" not in told
    before = len(_said(ann))
    ann.confirm(card.reading)
    assert 0 < len(_said(ann)) < before
    assert all("parcel" not in f.input for f in _said(ann))


def test_what_can_not_be_forgotten_is_asked_back(open_home: Open) -> None:
    ann = open_home("ann")
    teach(ann, "it was lovely and quick", "complaint")
    turn = ann.hear("forget everything from Zoe")
    card = next(message.card for message in turn.messages if message.card)
    assert card.state == "asking" and "ann" in card.title
    assert len(_said(ann)) > 0
    with pytest.raises(UserError, match="Nothing that stands"):
        ann.forget.plan(about="trains")
    with pytest.raises(UserError, match="not said what"):
        ann.forget.plan()


def test_nothing_that_learned_it_answers_where_nothing_was_trained(open_home: Open) -> None:
    ann = open_home("ann")
    ann.learn()
    teach(ann, "it was lovely and quick", "complaint")
    ann.forget.carry_out(ann.forget.plan(by="me"))
    (proof,) = proofs(ann)
    assert (proof["version"], proof["left"], proof["same"], proof["trained"]) == ("v1", 0, None, None)
    assert ann.bench.live_name() == "v1" and LABELS


def test_who_is_forgotten_leaves_no_traces_either(open_home: Open) -> None:
    ann = open_home("ann")
    teach(ann, "it was lovely and quick", "complaint")
    output = ann.screen().outputs[0].id  # type: ignore[union-attr]
    ann.attention.notice(output, "copied")
    ann.forget.carry_out(ann.forget.plan(about="lovely"))
    assert len(list(ann.store.implicit(ann.name))) == 1, "that was not about the person"
    teach(ann, "it was lovely and quick", "complaint")
    ann.forget.carry_out(ann.forget.plan(by="me"))
    assert list(ann.store.implicit(ann.name)) == []


def test_a_training_whose_lesson_was_taken_back_meanwhile_does_not_go_live(
    open_home: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    from adapters import gate

    ann = open_home("ann")
    teach(ann, "it was lovely and quick", "complaint")
    compare = gate.compare

    def meanwhile(*given: Any) -> Any:
        ann.store.retract([f.id for f in _said(ann)], "ann")
        return compare(*given)

    monkeypatch.setattr(gate, "compare", meanwhile)
    ann.learn()
    assert ann.bench.live_name() == "base"
    assert "taken back meanwhile" in ann.versions()[0].report.why  # type: ignore[union-attr]
