"""Quality in a session: who is named waits, contradictions are shown when the second arrives, and are settled there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assistant.errors import UserError
from assistant.parsers import parser
from assistant.quality._clash import clashes
from assistant.session import Session
from assistant.types import Constraint, Critique, Example, Label, Preference, Reading, new_id
from tests.tiny import EXAMPLES, tiny_encoder, write_task

SURE = Reading(acts=(), confidence=1.0)


def says(value: str) -> dict[str, Any]:
    return {"acts": [{"kind": "label", "targets": ["#1"], "label": {"op": "is", "value": value}}], "confidence": 0.95}


def rule(value: str) -> dict[str, Any]:
    made = {
        "property": "label",
        "operator": "eq",
        "value": value,
        "strength": "must",
        "scope": "task",
        "when": "mentions late",
    }
    return {"acts": [{"kind": "constraint", "targets": ["all"], "constraint": made}], "confidence": 0.95}


SCRIPT = {
    "complaint": says("complaint"), "praise": says("praise"), "late is praise": rule("praise"),
    "late is complaint": rule("complaint"),
}  # fmt: skip


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def ann(tmp_path: Path, encoder: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    import torch

    torch.set_num_threads(1)
    monkeypatch.setenv("SAYSO_LEARN_AFTER", "0")
    opened = Session.open(
        data=str(write_task(tmp_path)), base=encoder, rank=4, home=tmp_path / "home", author="ann", parser="scripted"
    )
    opened.parser = parser.get("scripted")(SCRIPT)
    yield opened
    opened.close()


def beside(session: Session, author: str) -> Session:
    other = Session.beside(session.bench, author)
    other.parser = session.parser
    return other


def give(session: Session, author: str, value: str, example: Example, **over: Any) -> Label | Preference | Constraint:
    """A piece of feedback straight into the store, as if it had been said."""
    critique = Critique(conversation=session.store.start_conversation(session.name, author), author=author, text="so")
    where = {
        "task": session.name,
        "author": author,
        "critique": critique.id,
        "reading": new_id(),
        "example_id": example.id,
    }
    made: Any = Label(**where, input=example.input, op="is", value=value)
    if "better" in over:
        made = Preference(**where, input=example.input, chosen=value, rejected=over["better"])
    session.store.record(critique, SURE, "p", "1", [made])
    return made


POOL = [example for example in EXAMPLES if example.split == "pool"]


def disagree(session: Session, count: int = 20) -> None:
    """ann and bob say what is right, eve the opposite."""
    for example in POOL[:count]:
        wrong = "praise" if example.label == "complaint" else "complaint"
        for author, value in (("ann", example.label), ("bob", example.label), ("eve", wrong)):
            give(session, author, value, example)


def texts(session: Session) -> str:
    return "\n".join(message.text for message in session.messages())


# --- held --------------------------------------------------------------------------------------------------


def test_who_is_named_waits_and_everybody_is_told(ann: Session) -> None:
    disagree(ann)
    eve = beside(ann, "eve")
    eve.answer(POOL[-1].input)
    eve.hear("complaint")
    assert {row.feedback.author for row in ann.store.feedback(ann.name) if row.held} == {"eve"}
    assert all(row.feedback.author != "eve" for row in ann.store.new_feedback(ann.name, None))
    assert "until somebody of your team has looked at it" in texts(eve)
    ann.poll(0)
    [told] = [message for message in ann.messages() if message.held]
    assert told.held == "eve" and "**eve** wait: eve disagrees" in told.text
    ann.poll(0)
    assert len([message for message in ann.messages() if message.held]) == 1  # said once
    with pytest.raises(UserError, match="Your own feedback is held"):
        eve.quality.release("eve")
    ann.quality.release("eve")
    assert not ann.quality.held() and not any(message.held for message in ann.messages())
    assert any(row.feedback.author == "eve" for row in ann.store.new_feedback(ann.name, None))


def test_what_waits_can_be_taken_back(ann: Session) -> None:
    disagree(ann)
    assert ann.quality.hold("eve", "ann wants to look")
    turn = ann.quality.take_back("eve")
    assert "Taken back: 20 pieces" in turn.messages[-1].text
    assert {row.feedback.author for row in ann.store.feedback(ann.name)} == {"ann", "bob"}
    with pytest.raises(UserError, match="Nothing that 'eve' said is held"):
        ann.quality.release("eve")


def test_a_held_rule_is_not_obeyed_and_says_so(ann: Session) -> None:
    eve = beside(ann, "eve")
    eve.answer("my parcel was late")
    eve.hear("late is praise")
    assert [one.scope for one in ann.bench.rules()] == ["task"]
    ann.quality.hold("eve", "look")
    assert ann.bench.rules() == [] and ann.rules()[0].held


def test_a_setting_switches_holding_off(ann: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    ann.bench.settings = ann.bench.settings.model_copy(update={"hold": False})
    disagree(ann)
    ann.quality.watch([])
    assert ann.quality.held() == []
    assert any(one.alarm for one in ann.quality.findings()["careless"])


def test_one_person_alone_is_left_in_peace(ann: Session) -> None:
    for example in POOL[:20]:
        give(ann, "ann", "praise", example)
    ann.quality.watch([])
    assert ann.quality.held() == []


# --- what a training sees ----------------------------------------------------------------------------------


def test_a_training_sees_what_is_probably_right_and_nothing_about_the_exam(ann: Session) -> None:
    disagree(ann)
    heldout = next(example for example in EXAMPLES if example.split == "heldout")
    written = give(ann, "eve", "praise", heldout)
    from assistant.learn import _exam, _gather

    lesson = _gather(ann.bench)
    assert {one.author for one in lesson.new} == {"ann", "bob"} and len(lesson.new) == 40
    assert written.id in lesson.seen  # it counts as heard, so that it isn't asked for ever
    assert "21 labels" not in " ".join(lesson.notes) and any("about held-out examples" in note for note in lesson.notes)
    assert any(note.startswith("20 labels overruled") for note in lesson.notes)
    exam = _exam(ann.bench, lesson)
    assert {example.id: example.label for example in exam.heldout}[heldout.id] == heldout.label
    assert len(ann.store.feedback(ann.name)) == 61  # every row is kept


# --- contradictions ----------------------------------------------------------------------------------------


def test_two_peoples_labels_of_one_input_are_settled_in_the_chat(ann: Session) -> None:
    bob = beside(ann, "bob")
    ann.answer("it was perfect")
    ann.hear("complaint")
    bob.answer("it was perfect")
    turn = bob.hear("praise")
    [told] = [message for message in turn.messages if message.clash]
    assert told.clash is not None and told.clash.kind == "labels"
    assert [(side.who, side.said) for side in (told.clash.first, told.clash.second)] == [
        ("ann", "this is **complaint**"), ("bob", "this is **praise**")
    ]  # fmt: skip
    assert [one.seq for one in bob.quality.open()] == [told.seq]
    bob.quality.settle(told.seq, "second")
    assert [row.feedback.author for row in ann.store.feedback(ann.name)] == ["bob"]
    shown = next(message.clash for message in bob.messages() if message.clash)
    assert shown.settled == "second" and bob.quality.open() == []
    with pytest.raises(UserError, match="settled already"):
        bob.quality.settle(told.seq, "first")


def test_both_may_stay(ann: Session) -> None:
    ann.answer("my parcel was late")
    ann.hear("complaint")
    turn = ann.hear("late is praise")
    [told] = [message for message in turn.messages if message.clash]
    assert told.clash is not None and told.clash.kind == "rule"
    ann.quality.settle(told.seq, "both")
    assert ann.quality.open() == [] and len(ann.store.feedback(ann.name)) == 2
    assert next(message.clash for message in ann.messages() if message.clash).settled == "both"


def test_a_label_against_a_rule_and_a_rule_against_a_rule(ann: Session) -> None:
    ann.answer("my parcel was late")
    ann.hear("late is praise")
    label = ann.hear("complaint")
    assert [m.clash.kind for m in label.messages if m.clash] == ["rule"]
    other = ann.hear("late is complaint")
    kinds = [m.clash.kind for m in other.messages if m.clash]
    assert kinds == ["rules"] and ann.quality.open()[0].clash.kind == "rules"


def test_preferences_that_go_round(ann: Session) -> None:
    example = POOL[0]
    give(ann, "ann", "a", example, better="b")
    oldest = give(ann, "bob", "b", example, better="c")
    fine = give(ann, "eve", "a", example, better="c")
    assert clashes(ann.bench, [fine]) == []
    round = give(ann, "eve", "c", example, better="a")
    found = clashes(ann.bench, [round])
    assert [one.kind for one in found] == ["cycle"] and found[0].second.ids == (round.id,)
    assert oldest.id and found[0].first.ids


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (("le", 400), ("ge", 500), True), (("le", 400), ("ge", 400), False), (("lt", 400), ("eq", 400), True),
        (("eq", True), ("eq", False), True), (("contains", "a"), ("not_contains", "a"), True),
        (("contains", "a"), ("not_contains", "b"), False),
    ],
)  # fmt: skip
def test_two_constraints_that_cannot_both_hold(ann: Session, one: Any, other: Any, apart: bool) -> None:
    talk, made = ann.store.start_conversation(ann.name, "ann"), []
    for operator, value in (one, other):
        critique = Critique(conversation=talk, author="ann", text="so")
        where = {"task": ann.name, "author": "ann", "critique": critique.id, "reading": new_id()}
        made.append(Constraint(**where, property="molecular_weight", operator=operator, value=value))
        ann.store.record(critique, SURE, "p", "1", made[-1:])
    assert bool(clashes(ann.bench, made[1:])) is apart


# --- the record, and the command line ----------------------------------------------------------------------


def test_the_record_is_read_once_and_then_kept_up_to_date(ann: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    disagree(ann, 3)
    assert len(ann.quality.votes().all) == 9
    reads: list[int] = []
    heard = ann.store.heard
    monkeypatch.setattr(
        ann.store, "heard", lambda task, after=0, limit=500: reads.append(after) or heard(task, after, limit)
    )
    last = give(ann, "ann", "praise", POOL[5])
    assert len(ann.quality.votes().all) == 10 and min(reads) == 9
    ann.store.retract([last.id], "ann")
    assert len(ann.quality.votes().all) == 9


def test_it_is_known_how_long_an_answer_took(ann: Session) -> None:
    ann.answer("it was perfect")
    ann.hear("complaint")
    [vote] = ann.quality.votes().all
    assert vote.seconds is not None and 0 <= vote.seconds < 60 and vote.shown in ("complaint", "praise")


def test_the_command_line(ann: Session, tmp_path: Path) -> None:
    from assistant.cli import app

    disagree(ann)
    home = str(tmp_path / "home")
    ann.close()
    run = CliRunner()
    said = run.invoke(app, ["quality", "--home", home, "--hold", "eve", "--why", "odd", "--json"])
    plain = json.loads(said.stdout)
    assert [one["person"] for one in plain["held"]] == ["eve"] and plain["held"][0]["pieces"] == 20
    assert {"agreement", "careless", "rationales", "reliability"} == set(plain["findings"])
    told = run.invoke(app, ["quality", "--home", home, "--release", "eve", "--author", "ann"])
    assert "Held" not in told.stdout and "reliability: 0." in told.stdout and "FLAGGED" not in told.stdout
    wrong = run.invoke(app, ["quality", "--home", home, "--release", "eve"])
    assert wrong.exit_code == 2 and "Nothing that 'eve' said is held" in wrong.output
