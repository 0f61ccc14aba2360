"""Search by meaning and by words, one word about many with one undo, and what the index's job does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assistant.asking import candidates
from assistant.asking.choose import choose
from assistant.cli import app
from assistant.errors import UserError
from assistant.jobs import ask
from assistant.parsers import parser
from assistant.pool import index
from assistant.pool.index import EMBED
from assistant.session import Session
from assistant.worker import do
from tests.tiny import EXAMPLES, tiny_encoder, write_task

LATE = [e.id for e in EXAMPLES if e.split == "pool" and "late" in e.input]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def session(tmp_path: Path, encoder: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setenv("SAYSO_LEARN_AFTER", "0")
    data = str(write_task(tmp_path))
    opened = Session.open(data=data, base=encoder, rank=4, home=tmp_path / "home", author="ann")
    opened.parser = parser.get("scripted")({})
    yield opened
    opened.close()


def said(session: Session) -> dict[str, object]:
    return {row.feedback.example_id or "": row.feedback.value for row in session.store.feedback(session.name)}  # type: ignore[union-attr]


def test_by_meaning_a_text_is_nearest_to_itself(session: Session) -> None:
    assert session.find.reach().few
    hits = session.find.search(EXAMPLES[5].input, limit=5)
    assert hits[0].id == EXAMPLES[5].id and hits[0].score == pytest.approx(1, abs=0.02)
    assert len(hits) == 5 and session.find.reach().read == len(EXAMPLES)
    scores = [hit.score or 0 for hit in hits]
    assert scores == sorted(scores, reverse=True)


def test_by_words_all_must_be_there_in_any_case(session: Session) -> None:
    hits = session.find.search("LATE parcel", by="words")
    expected = [e.id for e in EXAMPLES if "late" in e.input and "parcel" in e.input]
    assert [hit.id for hit in hits] == expected and expected and hits[0].score is None
    assert session.find.search("nowhere", by="words") == []


def test_what_was_judged_or_is_held_out_can_be_left_out(session: Session) -> None:
    session.find.label(LATE[:1], "complaint")
    for by in ("meaning", "words"):
        ids = [hit.id for hit in session.find.search("late", by=by, unsaid=True)]  # type: ignore[arg-type]
        assert LATE[0] not in ids and set(ids) <= {e.id for e in session.bench.unknown}
    assert next(h for h in session.find.search("late", by="words") if h.id == LATE[0]).said == "complaint"


def test_a_selection_is_labelled_in_one_turn_and_undone_in_one(session: Session) -> None:
    session.next()
    session.find.label(LATE, "praise")
    turn = session.find.label(LATE, "complaint", why="late")
    assert set(said(session).values()) == {"complaint"} or len(said(session)) == len(LATE)
    rows = session.store.feedback(session.name)
    assert len(rows) == 2 * len(LATE) and len({row.feedback.critique for row in rows}) == 2
    assert any(message.card and message.card.state == "applied" for message in turn.messages)
    assert f"These {len(LATE)} examples are complaint (found by “late”)" in turn.messages[0].text
    session.undo()
    assert len(session.store.feedback(session.name)) == len(LATE)
    session.undo()
    assert session.store.feedback(session.name) == []
    assert len(list(session.store.export_rows(session.name, include_retracted=True))) == 2 * len(LATE)


def test_what_can_not_be_labelled_is_said_and_nothing_is_kept(session: Session) -> None:
    held = next(e.id for e in EXAMPLES if e.split == "heldout")
    for ids, value, wrong in (
        ([], "praise", "Nothing is chosen"),
        ([held], "praise", "held out"),
        (LATE, "wish", "no label 'wish'"),
        (["nobody"], "praise", "not in the data"),
        ([f"x{n}" for n in range(501)], "praise", "at most 500"),
    ):
        with pytest.raises(UserError, match=wrong):
            session.find.label(ids, value)
    for words, limit in (("  ", 5), ("late", 0), ("late", 501)):
        with pytest.raises(UserError):
            session.find.search(words, limit=limit)
    assert session.store.feedback(session.name) == []


def test_many_texts_are_read_by_a_job_beside_trainings(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "FEW", 3)
    with pytest.raises(UserError, match="were not read yet"):
        session.find.search("late")
    session.find.read()
    session.find.read()
    (job,) = session.store.jobs(session.name, open_only=True)
    assert job.what == EMBED and session.progress() is None, "it is no training"
    training = ask(session.store, session.bench.settings, session.name, "ann", {})
    assert training.what == "learn"
    assert do(session.bench, job) and session.store.job(job.id).state == "queued", "a training comes first"
    session.store.job_event(training.id, "cancelled")
    assert do(session.bench, session.store.job(job.id)) and session.store.job(job.id).state == "done"
    assert session.find.reach().read == len(EXAMPLES) and session.find.search("late")


def test_of_many_indexed_texts_the_candidates_are_drawn_well(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    session.next()
    session.find.label(LATE, "complaint")
    session.find.label([e.id for e in EXAMPLES if "lovely" in e.input and e.split == "pool"], "praise")
    session.learn()
    session.use("v1")
    session.find.search("late")
    for module in (index, candidates):
        monkeypatch.setattr(module, "FEW", 3)
    monkeypatch.setattr(candidates, "UNIFORM", 4)
    seen = sorted(session.store.criticised(session.name))
    with session.bench.model() as model:
        found = candidates.drawn(session.bench, model, set(), 7, seen)
        weights, bias = model.rough()  # type: ignore[attr-defined]
        assert weights.shape == (32, 2) and bias.shape == (2,)
    ids = [example.id for example in found.examples]
    assert found.uniform <= 4 < len(ids) and len(set(ids)) == len(ids) == len(found.vectors)
    assert not set(ids) & set(seen) and all(example.split == "pool" for example in found.examples)
    chosen = choose(session.bench, session.conversation)
    assert chosen.example.id in {e.id for e in session.bench.unknown} and chosen.why


def test_the_command_line_finds_labels_and_tells_the_cost(session: Session) -> None:
    home = str(session.bench.settings.folder)

    def sayso(*words: str) -> Any:
        done = CliRunner().invoke(app, [*words, "--home", home])
        assert done.exit_code == 0, done.output
        return done.stdout

    found = json.loads(sayso("find", "late", "--words", "--unsaid", "--label", "complaint", "--json"))
    assert [hit["id"] for hit in found] == LATE and len(said(session)) == len(LATE)
    assert "[complaint]" in sayso("find", EXAMPLES[1].input, "--read", "--limit", "36")
    assert json.loads(sayso("cost", "--json"))["feedback"] == len(LATE)
    assert "Nothing was found" in sayso("find", "nowhere", "--words") and "minutes" in sayso("cost")
