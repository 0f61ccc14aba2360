"""Who trains: TRL's trainers for language models, asked for by name, and only there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant import learn
from assistant.session import Session
from assistant.types import Gesture
from tests.tiny import tiny_encoder, write_task
from tests.tiny_lm import taught_lm

pytest.importorskip("trl", reason="TRL is not installed")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return taught_lm(tmp_path_factory.mktemp("lm"), "We open at 9. Do come by!", asked="?")


def test_an_answer_is_learned_by_trl_and_judged_as_ever(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "asked.csv"
    data.write_text("question\n" + "".join(f"When do you open on day {n}?\n" for n in range(8)))
    monkeypatch.setattr("assistant.tasks._generated.SAMPLE", 8)
    lessons: list[str] = []
    kept = learn._keep

    def keep(*given: object) -> None:
        lessons.extend(path.read_text() for path in tmp_path.glob("home/jobs/*/lesson.json"))
        kept(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(learn, "_keep", keep)
    session = Session.open(
        "answer", data=str(data), text="question", base=base, home=tmp_path / "home", parser="scripted"
    )
    session.next()
    session.hear(gesture=Gesture(kind="edit", target="#1", value="At eight."))
    session.learn(trainer="trl")
    (version,) = session.versions()
    assert version.report is not None and {"supervised", "pairwise"} <= version.report.signals.keys()
    assert [json.loads(lesson)["trainer"] for lesson in lessons] == ["trl"]


def test_where_there_is_no_language_model_that_is_said(tmp_path: Path) -> None:
    data, model = str(write_task(tmp_path, labelled=True)), tiny_encoder(tmp_path / "encoder")
    session = Session.open(data=data, base=model, home=tmp_path / "home", parser="scripted")
    turn = session.learn(trainer="trl")
    assert any("teach language models" in message.text for message in turn.messages)
    assert not session.versions()
