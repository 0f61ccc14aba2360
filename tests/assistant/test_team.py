"""A team on one task: who may what, whose turn it is, guidelines, remarks, disagreements, known answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from assistant.errors import UserError
from assistant.parsers import parser
from assistant.session import Session
from assistant.store import tables as t
from assistant.team.disputes import disagree
from assistant.team.gold import WAITING
from assistant.team.roles import ACTS, ROLES
from assistant.types import Gesture, Label, now
from tests.tiny import tiny_encoder, write_task

Open = Callable[[str], Session]
OTHER = {"complaint": "praise", "praise": "complaint"}


def says(value: str, op: str = "is") -> dict[str, Any]:
    return {"acts": [{"kind": "label", "targets": ["#1"], "label": {"op": op, "value": value}}], "confidence": 0.95}


SCRIPT = {"complaint": says("complaint"), "praise": says("praise"), "no praise": says("praise", "is_not")}


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def as_(tmp_path: Path, encoder: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """The session of a person at one workbench, as on one page; pool examples 3, 4 … of each label come unlabelled."""
    monkeypatch.setenv("SAYSO_LEARN_AFTER", "0")
    path = write_task(tmp_path, labelled=True)
    lines = path.read_text("utf-8").splitlines()
    lines = [line.replace(",complaint,pool", ",,pool") if n % 2 else line for n, line in enumerate(lines)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    first = Session.open(data=str(path), base=encoder, rank=4, home=tmp_path / "home", author="ada", parser="scripted")
    people: dict[str, Session] = {}

    def of(person: str) -> Session:
        if person not in people:
            people[person] = Session.beside(first.bench, person)
            people[person].parser = parser.get("scripted")(SCRIPT)
        return people[person]

    yield of
    first.close()


@pytest.fixture
def team(as_: Open) -> Open:
    """Ada owns it, rex reviews, ann and ben annotate, vic looks."""
    for person, role in (("ada", "owner"), ("rex", "reviewer"), ("ann", "annotator"), ("ben", "annotator")):
        as_("ada").team.add(person, role)
    as_("ada").team.add("vic", "viewer")
    return as_


def label(session: Session, example: str, value: str) -> Label:
    """Look at an example and say what it is."""
    session._show(session.bench.example(example), "to look at")
    session.hear(value)
    return session.store.answers(session.name, example)[-1].label


# --- who may what ------------------------------------------------------------------------------------------


def test_one_person_alone_notices_nothing(as_: Open) -> None:
    ada = as_("ada")
    shown = ada.next().screen
    assert shown is not None
    ada.hear("praise")
    ada.use("base")
    assert not ada.team.closed and all(ada.team.may(act) for act in ACTS)
    with ada.store.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(t.reservations)).scalar() == 0


def test_each_role_may_what_those_below_it_may(team: Open) -> None:
    by_role = {"viewer": "vic", "annotator": "ann", "reviewer": "rex", "owner": "ada"}
    for act, (least, _) in ACTS.items():
        for role, person in by_role.items():
            enough = ROLES.index(role) >= ROLES.index(least)  # type: ignore[arg-type]
            assert team(person).team.may(act) is enough, (act, role)
    assert not team("eve").team.may("look")


def test_who_may_not_is_told_in_one_sentence(team: Open) -> None:
    vic, ann, eve = team("vic"), team("ann"), team("eve")
    vic.next()
    with pytest.raises(UserError) as wrong:
        vic.hear("praise")
    assert str(wrong.value) == (
        f"'vic' is a viewer of {vic.name!r}, and may not give feedback; that takes an annotator; ask an owner: ada."
    )
    with pytest.raises(UserError, match=r"'eve' is not in the team .*; ask an owner: ada"):
        eve.screen()
    refused: list[Callable[[], Any]] = [
        lambda: ann.use("base"),
        lambda: ann.team.add("eve", "annotator"),
        lambda: ann.team.write("be kind"),
        lambda: ann.team.assign(overlap=2),
        lambda: ann.team.mark_gold(draw=1),
        lambda: ann.disputes.settle("complaint-1", "praise"),
        lambda: ann.export("jsonl", Path("nowhere")),
        lambda: vic.learn(),
        lambda: vic.team.comment("hm", "complaint-1"),
        lambda: vic.vote(1, True),
        lambda: eve.messages(),
        lambda: eve.rules(),
        lambda: eve.versions(),
        lambda: eve.learned(),
        lambda: eve.next(),
        lambda: eve.poll(0),
        lambda: eve.answer("late"),
        lambda: eve.disputes.list(),
    ]
    for each in refused:
        with pytest.raises(UserError, match="ask an owner: ada"):
            each()


def test_only_reviewers_take_back_what_others_said(team: Open) -> None:
    said = label(team("ann"), "praise-1", "praise")
    with pytest.raises(UserError, match="may not take back what others said"):
        team("ben").retract([said.id])
    assert team("ann").store.answers(team("ann").name, "praise-1")
    team("rex").retract([said.id])
    assert not team("ann").store.answers(team("ann").name, "praise-1")
    again = label(team("ann"), "praise-1", "praise")
    team("ann").retract([again.id])


def test_a_member_who_left_may_nothing_and_what_they_said_stays(team: Open) -> None:
    label(team("ann"), "praise-1", "praise")
    team("ada").team.remove("ann")
    with pytest.raises(UserError, match="not in the team"):
        team("ann").hear("complaint")
    people = {one.name: one for one in team("ada").team.people()}
    assert people["ann"].role is None and people["ann"].pieces == 1
    assert "ann" not in {one.name for one in team("ben").team.people()}


# --- whose turn it is --------------------------------------------------------------------------------------


def work(session: Session, value: str, most: int = 99) -> list[str]:
    """Answer whatever comes, until nothing does. Returns the ids."""
    done: list[str] = []
    while len(done) < most:
        try:
            screen = session.next().screen
        except UserError as over:
            assert "everything that is wanted of you" in str(over)
            return done
        assert screen is not None
        done.append(screen.example.id)
        session.hear(value)
    return done


def test_each_example_is_asked_of_as_many_people_as_planned(team: Open) -> None:
    team("ada").team.assign(overlap=2)
    pool = {example.id for example in team("ada").bench.unknown}
    with ThreadPoolExecutor(3) as threads:
        done = list(threads.map(lambda who: work(team(who), "praise"), ["ann", "ben", "rex"]))
    asked = Counter(id for one in done for id in one)
    assert set(asked) == pool and set(asked.values()) == {2}
    assert all(len(set(one)) == len(one) for one in done)


def test_what_was_passed_over_comes_again_at_the_end(team: Open) -> None:
    ann = team("ann")
    pool = len(ann.bench.unknown)
    seen = [ann.next().screen.example.id for _ in range(pool)]  # type: ignore[union-attr]
    assert len(set(seen)) == pool
    turn = ann.next()
    assert turn.screen is not None and turn.screen.example.id == seen[0]
    assert turn.screen.why == "you passed over it before"
    with pytest.raises(UserError, match="everything that is wanted of you"):
        team("ben").next()  # all of them are ann's for half an hour


def test_a_viewer_looks_and_nothing_is_kept_for_them(team: Open) -> None:
    team("vic").next()
    assert team("vic").store.given(team("vic").name, "vic") == []


# --- guidelines and remarks --------------------------------------------------------------------------------


def test_answers_name_their_guidelines_and_changes_are_told(team: Open) -> None:
    ada, ann = team("ada"), team("ann")
    ada.team.write("Threats are complaints.")
    told = [m.text for m in ann.next().messages]
    assert any(text.startswith("The guidelines say what to go by (version 1, ada): “Threats") for text in told)
    ann.hear("praise")
    ada.team.write("Threats are praise.")
    assert any("have changed since your last answer (version 2" in m.text for m in ann.poll(0).messages)
    assert sum("(version 2" in m.text for m in ann.poll(0).messages) == 1
    ann.hear("complaint")
    versions = [row.feedback.guideline for row in ann.store.feedback(ann.name, active=False)]
    assert versions == [1, 2] and ann.team.notice() == "" and ada.team.notice() == ""
    assert [one.version for one in ann.team.guidelines()] == [2, 1]
    with pytest.raises(UserError, match="empty"):
        ada.team.write(" ")


def test_remarks_are_seen_by_whoever_gets_the_example(team: Open) -> None:
    said = label(team("ann"), "praise-1", "praise")
    team("ann").team.comment("what is “quick”?", "praise-1", said.id)
    assert team("ben").team.remarks("praise-1") == ["ann remarked: “what is “quick”?”"]
    assert team("ann").team.remarks("praise-1") == []
    with pytest.raises(UserError, match="no feedback"):
        team("ben").team.comment("hm", "praise-2", said.id)
    with pytest.raises(UserError, match="not in the data"):
        team("ben").team.comment("hm", "nowhere")


# --- disagreements -----------------------------------------------------------------------------------------


def test_a_disagreement_is_shown_and_settled(team: Open) -> None:
    rex = team("rex")
    first, second = label(team("ann"), "praise-1", "praise"), label(team("ben"), "praise-1", "complaint")
    (dispute,) = rex.disputes.list()
    assert {(one.author, one.value, one.words) for one in dispute.sayings} == {
        ("ann", "praise", "praise"), ("ben", "complaint", "complaint")
    }  # fmt: skip
    assert set(dispute.values) == {"praise", "complaint"}
    turn = rex.disputes.settle("praise-1", "praise", "ann is right")
    told = [m.text for m in turn.messages]
    assert any(text.endswith("is **praise**. Overruled, and no longer used: ben (“is complaint”).") for text in told)
    assert rex.disputes.list() == []
    stands = {answer.label.author: answer for answer in rex.store.answers(rex.name, "praise-1")}
    assert set(stands) == {"ann", "rex"} and stands["ann"].label == first
    assert stands["rex"].settled and stands["rex"].critique.text == "ann is right"
    rows = {row.feedback.id: row for row in rex.store.export_rows(rex.name, include_retracted=True)}
    assert rows[second.id].retracted_at is not None and rows[first.id].retracted_at is None
    assert {row.feedback.value for row in rex.store.export_rows(rex.name)} == {"praise"}
    assert {row.feedback.value for row in rex.store.new_feedback(rex.name, None)} == {"praise"}


def test_the_preference_of_an_edit_is_overruled_with_its_label_and_comes_back_with_it(team: Open) -> None:
    ben, rex = team("ben"), team("rex")
    ben._show(ben.bench.example("praise-1"), "to look at")
    told = ben.screen().outputs[0].value  # type: ignore[union-attr]
    ben.hear(gesture=Gesture(kind="edit", target="#1", value=OTHER[told]))
    label(team("ann"), "praise-1", told)
    assert [row.feedback.kind for row in rex.store.feedback(rex.name)] == ["label", "preference", "label"]
    rex.disputes.settle("praise-1", told)
    left = [row.feedback for row in rex.store.feedback(rex.name)]
    assert [(one.kind, one.author) for one in left] == [("label", "ann"), ("label", "rex")]
    rex.undo()
    left = [row.feedback for row in rex.store.feedback(rex.name)]
    assert sorted((one.kind, one.author) for one in left) == [("label", "ann"), ("label", "ben"), ("preference", "ben")]


def test_what_was_settled_can_be_undone(team: Open) -> None:
    rex = team("rex")
    label(team("ann"), "praise-1", "praise")
    label(team("ben"), "praise-1", "complaint")
    turn = rex.disputes.settle("praise-1", "praise")
    (card,) = [m.card for m in turn.messages if m.card]
    with pytest.raises(UserError, match="settled for all"):
        rex.correct(card.reading, card.acts)
    rex.undo()
    (dispute,) = rex.disputes.list()
    assert {(one.author, one.value) for one in dispute.sayings} == {("ann", "praise"), ("ben", "complaint")}
    assert [m.card.state for m in rex.messages() if m.card][-1] == "undone"
    assert rex.store.verify() == []


def test_settling_needs_an_answer_and_a_label_of_the_task(team: Open) -> None:
    with pytest.raises(UserError, match="Nobody has said"):
        team("rex").disputes.settle("praise-1", "praise")
    label(team("ann"), "praise-1", "praise")
    with pytest.raises(UserError, match="no label 'bug'"):
        team("rex").disputes.settle("praise-1", "bug")


def said(author: str, op: str, value: str) -> Label:
    return Label(task="t", author=author, critique="c", reading="r", input="i", op=op, value=value)


@pytest.mark.parametrize(
    ("labels", "with_one_right", "with_many"),
    [
        ([("ann", "is", "a"), ("ben", "is", "b")], True, False),
        ([("ann", "is", "a"), ("ben", "is", "a")], False, False),
        ([("ann", "is", "a"), ("ben", "is_not", "a")], True, True),
        ([("ann", "is", "a"), ("ben", "is_not", "b")], False, False),
        ([("ann", "is", "a"), ("ann", "is", "b"), ("ben", "is", "b")], False, False),
        ([("ann", "is", "a"), ("ann", "is_not", "a")], False, False),
    ],
)
def test_who_contradicts_whom(labels: list[tuple[str, str, str]], with_one_right: bool, with_many: bool) -> None:
    assert disagree([said(*one) for one in labels], one_right=True) is with_one_right
    assert disagree([said(*one) for one in labels], one_right=False) is with_many


# --- questions whose answer is known -----------------------------------------------------------------------


def test_known_answers_are_asked_for_and_tell_how_right_a_person_is(team: Open) -> None:
    ada, ann = team("ada"), team("ann")
    chosen = ada.team.mark_gold(draw=3)
    ada.team.assign(gold_every=2)
    assert set(ada.team.gold()) == set(chosen)
    assert not {example.id for example in ada.bench.teachers()} & set(chosen)
    asked = []
    for _ in range(6):
        screen = ann.next().screen
        assert screen is not None
        asked.append(screen.example.id)
        known = ada.team.gold().get(screen.example.id)
        ann.hear(OTHER[known] if known and len(set(asked) & set(chosen)) == 1 else known or "praise")
    assert len(set(asked) & set(chosen)) == 3
    assert {ann.bench.example(id).split for id in asked} == {"pool"}
    people = {one.name: one for one in team("rex").team.people()}
    assert people["ann"].right is not None
    assert (people["ann"].right.asked, people["ann"].right.right) == (3, 2)
    assert all(one.right is None for one in ann.team.people())


def test_which_examples_can_be_known(team: Open) -> None:
    ada = team("ada")
    unknown = ada.bench.unknown[0].id
    with pytest.raises(UserError, match="not known"):
        ada.team.mark_gold([unknown])
    with pytest.raises(UserError, match="no label 'bug'"):
        ada.team.mark_gold([unknown], value="bug")
    with pytest.raises(UserError, match="held out"):
        ada.team.mark_gold(["complaint-0"], value="complaint")
    assert ada.team.mark_gold([unknown], value="complaint") == [unknown]
    assert ada.team.mark_gold([unknown], on=False) == [unknown]
    assert ada.team.gold() == {}


def test_a_qualification_round_holds_feedback_until_it_was_passed(team: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, ann = team("ada"), team("ann")
    held: list[tuple[list[str], str]] = []
    released: list[list[str]] = []

    def hold(ids: list[str], author: str, why: str) -> None:
        held.append((ids, why))
        _event(ann, ids, "held", why)

    def release(ids: list[str], author: str, why: str) -> None:
        released.append(ids)
        _event(ann, ids, "released", why)

    monkeypatch.setattr(ada.store, "hold", hold, raising=False)
    monkeypatch.setattr(ada.store, "release", release, raising=False)
    ada.team.mark_gold(draw=2)
    ada.team.assign(qualify_answers=2, qualify_right=1.0)
    told: list[str] = []
    for _ in range(2):
        screen = ann.next().screen
        assert screen is not None
        told += [m.text for m in ann.hear(ada.team.gold()[screen.example.id]).messages]
    first, second = [row.feedback.id for row in ann.store.feedback(ann.name)]
    assert held == [([first], WAITING)] and released == [[first]]
    assert sum("count for training once" in text for text in told) == 1
    assert any("You are qualified" in text for text in told)
    label(team("rex"), "praise-1", "praise")
    assert len(held) == 1  # reviewers are qualified
    assert second not in released[0]


def _event(session: Session, ids: list[str], event: str, why: str) -> None:
    rows = [
        {"task": session.name, "feedback": id, "event": event, "author": "sayso", "text": why, "created_at": now()}
        for id in ids
    ]
    with session.store.writing() as connection:
        connection.execute(sa.insert(t.feedback_events), rows)
