"""An account of what was learned: each sentence is of something measured; why, by whom, versions compared, cards."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from typer.testing import CliRunner

from assistant._wilson import wilson
from assistant.cli import app
from assistant.errors import UserError
from assistant.learned import told
from assistant.session import Session
from assistant.shown import Version
from assistant.types import Asked, Behaviour, Changed, Counts, Gesture, Learned, Lost, Report, now
from tests.tiny import tiny_encoder, write_task

Open = Callable[..., Session]


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def session(tmp_path: Path, encoder: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    torch.set_num_threads(1)
    monkeypatch.setenv("SAYSO_LEARN_AFTER", "0")
    path = write_task(tmp_path)
    opened = Session.open(data=str(path), base=encoder, rank=4, home=tmp_path / "home", author="ann", parser="scripted")
    yield opened
    opened.close()


def taught(session: Session) -> Session:
    for text, label in (
        ("my parcel was late and lost", "complaint"), ("it was lovely and quick", "praise"),
        ("the staff is rude", "complaint"), ("it was perfect thanks", "praise"),
    ):  # fmt: skip
        shown = session.answer(text).outputs[0].value
        edit = Gesture(kind="edit", value=label) if shown != label else Gesture(kind="thumb", value=True)
        session.hear(gesture=edit)
    session.learn()
    session.use("v1")
    return session


LEARNED = Learned(
    looked=200,
    moved=9,
    behaviours=(
        Behaviour(
            words=("refund", "money"), before="question", after="complaint", count=6,
            typical=(Changed(example_id="e1", input="I want a refund", before="question", after="complaint"),),
        ),
    ),
    words=16,
    counts=(Counts(word="refund", value="complaint", before=0.0, after=0.92, texts=4),),
    worse=1,
    lost=(Lost(example_id="h1", input="One ticket", right="order", before="order", after="complaint", causes=("f1",)),),
)  # fmt: skip
REPORT = Report(
    live=True, why="", before=0.8, after=0.85, heldout=120, learned=LEARNED,
    asked=(Asked(critique="c1", text="no, a complaint", fixed=True), Asked(critique="c2", text="a wish", fixed=False)),
)  # fmt: skip


def version(report: Report | None) -> Version:
    return Version(
        id="a", name="v2", parent="v1", live=True, created_at=now(), report=report, feedback=5, kept_back=False
    )


# --- what is said --------------------------------------------------------------------------------------------


def test_what_was_measured_is_told() -> None:
    text = told.learned([version(REPORT)], [], 23, 2, {"f1": "“no” (ann)"})
    assert "**23** pieces of feedback, 2 people" in text
    assert "80.0 % → 85.0 % (120 examples)" in text
    assert "9 of 200 examples" in text and "question → **complaint**, 6 times, mostly with “refund” or “money”" in text
    assert "“refund” makes **complaint** 2.5 times as likely, before 1.0 times (in 4 texts)" in text
    assert "1 of 2 fixed" in text and "NOT fixed: “a wish”" in text
    assert "1 of 120 held-out examples" in text and "pushed there most by “no” (ann)" in text


def test_what_was_not_measured_is_not_told() -> None:
    old = Report.model_validate({"live": True, "why": "", "changed": [], "checked": 40})  # of before there was this
    text = told.learned([version(old)], [], 3, 1, {})
    assert "What changed" not in text and "got worse" not in text and "people" not in text
    nothing = Report(live=True, why="", learned=Learned(looked=0, moved=0))
    assert "is not known: nothing is held out" in told.learned([version(nothing)], [], 3, 1, {})
    none = Report(live=True, why="", before=1, after=1, heldout=9, learned=Learned(looked=50, moved=0, words=4))
    text = told.learned([version(none)], [], 3, 1, {})
    assert "none of the answers to 50" in text and "of 4 tried, none" in text and "none of 9 held-out" in text
    assert "answers as it came" in told.learned([], [], 0, 0, {})


def test_a_report_of_before_loads_and_a_new_one_comes_back_whole() -> None:
    assert Report.model_validate({"live": False, "why": "x"}).learned is None
    assert Report.model_validate(json.loads(REPORT.model_dump_json())) == REPORT


# --- of a real training --------------------------------------------------------------------------------------


def test_a_training_keeps_its_evidence(session: Session) -> None:
    report = taught(session).changes("v1")
    assert report.learned is not None
    assert len(session.bench.examples.rows) <= report.learned.looked <= len(session.bench.examples.rows) + 4, (
        "all, and what was typed"
    )
    assert 0 <= report.learned.moved <= report.learned.looked
    assert sum(one.count for one in report.learned.behaviours) <= report.learned.moved
    text = session.learned()
    assert f"of {report.learned.looked} examples" in text and "**v1** answers" in text


def test_why_names_who_taught_it(session: Session) -> None:
    session.answer("it was lovely and quick")
    assert "Nobody taught it yet" in session.account.why()
    taught(session)
    causes = session.account.causes("my parcel was late and lost", "complaint")
    assert causes and causes[0].author == "ann" and causes[0].nats > 0
    assert any("late and lost" in one.came for one in causes)
    session.answer("my parcel was late and lost")
    session.account.say_why()
    assert session.messages()[-1].text == session.account.why()
    value = session.screen().outputs[0].value  # type: ignore[union-attr]
    raised = session.account.causes("my parcel was late and lost", value)
    assert ("taught most by" in session.account.why()) == bool(raised)


def test_a_changed_answer_can_be_asked_for_its_causes(session: Session) -> None:
    moved = taught(session).account.moved()
    assert moved, "the tiny model changes its mind"
    said = session.account.because(moved[0].example_id)
    assert f"is **{moved[0].after}** now" in said
    with pytest.raises(UserError, match="did not change"):
        session.account.because("nothing")


def test_two_versions_are_compared_on_anything(session: Session) -> None:
    base, one = taught(session).account.compare("base", "v1", "it was lovely and quick")
    assert (base.name, one.name) == ("base", "v1") and base.scores != one.scores
    assert session.account.compare("v1", "v1", "thanks")[0] == session.account.compare("v1", "v1", "thanks")[1]
    with pytest.raises(UserError, match="no adapter"):
        session.account.compare("base", "v9", "thanks")
    with pytest.raises(UserError, match="type an input"):
        session.account.compare("base", "v1", "  ")


def test_a_card_says_data_people_figures_and_limits(session: Session) -> None:
    card = taught(session).account.card("v1")
    front = yaml.safe_load(card.split("---")[1])
    assert front["library_name"] == "peft" and front["version"] == "v1"
    held, report = len(session.bench.heldout), session.changes("v1")
    low, high = wilson((report.after or 0) * held, held)
    assert f"{100 * low:.1f} to {100 * high:.1f} % | {held} |" in card
    assert "1 person" in card and f"Only {held} examples are held out" in card and "One person's judgement" in card
    assert session.store.adapter(1, session.name).sha256 in card
    with pytest.raises(UserError):
        session.account.card("v7")


@pytest.mark.parametrize(("right", "of", "low", "high"), [(9, 11, 0.52, 0.95), (0, 10, 0.0, 0.28), (0, 0, 0.0, 1.0)])
def test_wilsons_interval(right: int, of: int, low: float, high: float) -> None:
    found = wilson(right, of)
    assert [round(end, 2) for end in found] == [low, high]


# --- as commands ---------------------------------------------------------------------------------------------


def test_the_commands_say_the_same(session: Session, tmp_path: Path) -> None:
    taught(session)
    home = ["--home", str(tmp_path / "home")]

    def run(*words: str) -> Any:
        done = CliRunner().invoke(app, [*words, *home])
        assert done.exit_code == 0, done.output
        return done.stdout

    assert "v1 answers" in run("learned")
    assert json.loads(run("learned", "--json"))["version"] == "v1"
    pair = json.loads(run("adapters", "compare", "base", "v1", "thanks", "--json"))[0]["versions"]
    assert [side["name"] for side in pair] == ["base", "v1"]
    assert run("adapters", "card", "v1").startswith("---")
    run("adapters", "card", "v1", "--out", str(tmp_path / "card.md"))
    assert (tmp_path / "card.md").read_text("utf-8").startswith("---")
    assert "v1" in run("adapters", "compare", "base", "v1", "thanks")
    done = CliRunner().invoke(app, ["feedback", "forget", "--about", "parcel", *home], input="n\n")
    assert done.exit_code == 1 and len(session.store.feedback(session.name, author="ann")) > 0
    forgotten = json.loads(run("feedback", "forget", "--author", "ann", "--yes", "--json"))
    assert forgotten["proof"]["left"] == 0 and forgotten["plan"]["learned_by"] == ["v1"]
    assert session.store.feedback(session.name) == []
