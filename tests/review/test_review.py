"""The queue of a session: labels planted wrong are found, and what is decided about them holds, and is undone."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.errors import UserError
from assistant.learn import _gather, _material
from assistant.parsers import parser
from assistant.review import desk
from assistant.review.beliefs import dealt, opinions
from assistant.review.look import look
from assistant.review.standing import Standing, is_drop, standing
from assistant.session import Session
from assistant.store.rows import FeedbackRow
from assistant.types import Constraint, Gesture, Label
from tests.tiny import LABELS, tiny_encoder, write_task

WRONG = {"complaint-1": "praise", "praise-4": "complaint"}
"""Pool examples of the tiny task whose label in the data was turned round."""


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The tiny task, all labelled, two of them wrong."""
    path = write_task(tmp_path, labelled=True)
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, rows[0].keys())
        out.writeheader()
        out.writerows(row | {"label": WRONG.get(row["id"], row["label"])} for row in rows)
    return path


@pytest.fixture
def session(tmp_path: Path, data: Path, encoder: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setenv("SAYSO_LEARN_AFTER", "0")
    opened = Session.open(data=str(data), base=encoder, rank=4, home=tmp_path / "home", author="ann", parser="scripted")
    opened.parser = parser.get("scripted")({})
    yield opened
    opened.close()


def left(session: Session) -> list[str]:
    return [doubt.id for doubt in session.review.queue().doubts]


def taught(session: Session) -> tuple[dict[str, Any], list[Any]]:
    """What the next training learns: the data's labels by example, and people's feedback."""
    lesson = _gather(session.bench)
    material = _material(session.bench, lesson, 0)
    return {one.id: one.label for one in material.known}, [*material.new, *material.replay]


def test_what_was_planted_is_found_with_the_reason(session: Session) -> None:
    assert session.review.queue() == desk.Queue()
    queue = session.review.look()
    assert set(WRONG) <= set(left(session)[:4])
    first = next(doubt for doubt in queue.doubts if doubt.id == "complaint-1")
    assert (first.given, first.instead, first.by) == ("praise", "complaint", "")
    assert "5 models trained without it say complaint" in first.reason and "nearest others" in first.reason
    assert 0 < first.doubt <= 1
    assert (queue.looked, queue.of, queue.stale) == (24, 24, False)
    assert all(not doubt.id.endswith(("-0", "-3", "-6")) for doubt in queue.doubts), "held-out labels are left alone"


def test_what_is_kept_does_not_come_again_and_an_undo_brings_it_back(session: Session) -> None:
    session.review.look()
    turn = session.review.keep("complaint-1")
    assert "complaint-1" not in left(session)
    (kept,) = [row.feedback for row in session.store.feedback(session.name)]
    assert isinstance(kept, Label)
    assert (kept.op, kept.value, kept.example_id, kept.author) == ("is", "praise", "complaint-1", "ann")
    assert "praise is right" in turn.messages[0].text
    assert turn.messages[1].card is not None and turn.messages[1].card.state == "applied"
    session.review.look()
    assert "complaint-1" not in left(session), "nor in a new search"
    session.undo()
    session.review.look()
    assert "complaint-1" in left(session)


def test_a_corrected_label_is_not_learned_from_the_data_any_more(session: Session) -> None:
    session.review.look()
    assert taught(session)[0]["complaint-1"] == "praise"
    session.review.correct("complaint-1", "complaint")
    known, people = taught(session)
    assert "complaint-1" not in known
    assert [(one.kind, getattr(one, "value", None)) for one in people] == [("label", "complaint"), ("preference", None)]
    assert not session.review.queue().stale, "its own decisions need no new search"
    session.undo()
    assert taught(session)[0]["complaint-1"] == "praise"
    assert taught(session)[1] == []


def test_a_dropped_example_teaches_nothing(session: Session) -> None:
    session.review.look()
    session.review.drop("complaint-1")
    (row,) = session.store.feedback(session.name)
    assert isinstance(row.feedback, Constraint) and is_drop(row.feedback)
    known, people = taught(session)
    assert "complaint-1" not in known and people == []
    assert "complaint-1" not in left(session)
    assert session.bench.labels() == LABELS, "no answer is changed by it"
    assert session.answer("my parcel was broken").outputs[0].rules == ()
    session.undo()
    assert "complaint-1" in taught(session)[0] and "complaint-1" in left(session)


def test_what_a_person_said_wrong_is_found_too_and_a_review_overrules_it(session: Session) -> None:
    example = session.bench.example("complaint-2")
    session._show(example, "")
    session.hear(gesture=Gesture(kind="edit", target="#1", value="praise"))
    session.review.look()
    doubt = next(doubt for doubt in session.review.queue().doubts if doubt.id == "complaint-2")
    assert (doubt.by, doubt.given, doubt.instead) == ("ann", "praise", "complaint")
    assert "praise" in [getattr(one, "value", None) for one in taught(session)[1]]
    other = Session.beside(session.bench, "bob")
    other.review.correct("complaint-2", "complaint")
    labels = [one.value for one in taught(session)[1] if isinstance(one, Label)]
    assert labels == ["complaint"], "bob's, and not ann's"
    other.undo()
    assert [one.value for one in taught(session)[1] if isinstance(one, Label)] == ["praise"]


def test_new_labels_make_a_search_stale_and_new_words_reopen_a_label(session: Session) -> None:
    session.review.look()
    session.review.keep("complaint-1")
    session._show(session.bench.example("complaint-1"), "")
    session.hear(gesture=Gesture(kind="edit", target="#1", value="complaint"))
    assert session.review.queue().stale
    assert "complaint-1" not in taught(session)[0], "whoever says otherwise later is believed, not the data"


def test_a_training_after_a_review_runs_and_learns_from_it(session: Session) -> None:
    session.review.look()
    session.review.correct("complaint-1", "complaint")
    session.review.drop("praise-4")
    session.learn()
    version = session.versions()[0]
    assert version.feedback == 3, "a label, a preference, and the word that nothing is to be learned"
    assert session.store.verify(session.bench.settings.folder / "adapters") == []


def test_the_export_holds_what_was_reviewed(session: Session, tmp_path: Path) -> None:
    session.review.look()
    session.review.correct("complaint-1", "complaint")
    session.review.drop("praise-4")
    session.export("jsonl", tmp_path / "out")
    (file,) = (tmp_path / "out" / "data").glob("*.jsonl")
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [row["kind"] for row in rows] == ["label", "preference", "constraint"]
    assert all('"review"' in row["gesture"] for row in rows)


def test_what_can_not_be_decided_is_said(session: Session) -> None:
    session.review.look()
    with pytest.raises(UserError, match="is no label"):
        session.review.correct("complaint-1", "greeting")
    with pytest.raises(UserError, match="not in the queue"):
        session.review.keep("praise-6")
    session.review.keep("complaint-1")
    with pytest.raises(UserError, match="not in the queue"):
        session.review.keep("complaint-1")


def test_a_search_beside_the_chat_ends_and_tells_what_went_wrong(session: Session, monkeypatch: Any) -> None:
    session.review.look(wait=False)
    until(lambda: session.review.queue().searching is None and session.review.queue().looked)
    monkeypatch.setattr(desk, "look", lambda bench, tell: look(bench, tell) if False else raises())
    session.review.look(wait=False)
    until(lambda: bool(session.review.queue().wrong))
    assert "no room" in session.review.queue().wrong


def raises() -> None:
    raise UserError("There is no room")


def until(done: Callable[[], Any]) -> None:
    import time

    for _ in range(1200):
        if done():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to an end")


def test_too_few_labels_and_tasks_without_any_are_told(tmp_path: Path, encoder: str) -> None:
    path = tmp_path / "few.csv"
    path.write_text("text,label\nmy parcel was broken,complaint\nthe staff is lovely,praise\n", encoding="utf-8")
    session = Session.open(data=str(path), base=encoder, home=tmp_path / "home", parser="scripted", heldout=0.0)
    with pytest.raises(UserError, match="at least 12"):
        session.review.look()
    session.close()


# --- the parts --------------------------------------------------------------------------------------------


def test_every_label_is_spread_evenly_over_the_folds_and_no_head_sees_its_own() -> None:
    given = np.array([0] * 10 + [1] * 5)
    folds = dealt(given, 5, np.random.default_rng(0))
    assert all(sorted(np.bincount(folds[given == label], minlength=5)) == [n] * 5 for label, n in ((0, 2), (1, 1)))
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(40, 8)) / 3
    said = opinions(vectors, [None] * 40, rng.integers(0, 2, 40), 2)
    assert said.probabilities.shape == (5, 40, 2)
    # labels at random can't be told by models that did not see them
    assert abs(float(said.probabilities.max(2).mean()) - 0.5) < 0.4
    assert all(row not in said.nearest[row] for row in range(40))


def test_a_class_that_comes_once_or_words_that_come_once_break_nothing() -> None:
    given = np.array([0] * 6 + [1] * 6 + [2])
    texts = [f"word{number}" for number in range(13)]
    said = opinions(np.eye(13), texts, given, 4)
    assert np.allclose(said.probabilities.sum(2), 1.0) and (said.probabilities > 0).all()


def row(seq: int, said: Any) -> FeedbackRow:
    return FeedbackRow(seq=seq, feedback=said, active=True, on=True)


def label(id: str, value: str, op: Any = "is", critique: str = "c") -> Label:
    origin = {"id": id, "task": "t", "author": id, "critique": critique, "reading": "r", "example_id": "e"}
    return Label(**origin, input="x", op=op, value=value)


def test_the_newest_word_holds_and_only_a_review_overrules() -> None:
    ann, bob = label("ann", "praise"), label("bob", "complaint", critique="reviewed")
    assert standing([row(1, ann)], ()) == Standing(value="praise", by="ann")
    now = standing([row(1, ann), row(2, bob)], ["reviewed"])
    assert (now.value, now.by, now.reviewed, now.overruled) == ("complaint", "bob", True, frozenset({"ann"}))
    plain = standing([row(1, ann), row(2, bob)], ())
    assert (plain.value, plain.reviewed, plain.overruled) == ("complaint", False, frozenset())
    again = standing([row(1, bob), row(2, ann)], ["reviewed"])
    assert (again.value, again.reviewed) == ("praise", False)
    denied = standing([row(1, label("ann", "praise", "is_not"))], ())
    assert not denied.allows("praise") and denied.allows("complaint")


# --- the command line --------------------------------------------------------------------------------------


def test_the_command_line_lists_and_decides(session: Session, tmp_path: Path) -> None:
    def run(*words: str) -> Any:
        done = CliRunner().invoke(app, ["review", *words, "--home", str(tmp_path / "home")])
        assert done.exit_code == 0, done.output + done.stderr
        return json.loads(done.stdout) if "--json" in words else done.stdout

    listed = run("list", "--json")
    assert set(WRONG) <= {doubt["id"] for doubt in listed["doubts"]}
    assert "complaint-1: praise, probably complaint" in run("list")
    assert run("correct", "complaint-1", "complaint", "--json")["left"] == listed["left"] - 1
    assert "is not to be learned" in run("drop", "praise-4")
    others = [doubt["id"] for doubt in run("list", "--json")["doubts"]]
    assert not set(WRONG) & set(others)
    for id in others:
        run("keep", id)
    assert "looks wrong" in run("list")
    refused = CliRunner().invoke(app, ["review", "keep", "nobody", "--home", str(tmp_path / "home")])
    assert refused.exit_code == 2 and "not in the queue" in refused.stderr
