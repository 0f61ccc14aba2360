"""The task `summary`: sentences are picked, rules are obeyed at once, and what is liked is learned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.parsers import parser
from assistant.session import Session, Turn
from assistant.specs import open_task
from assistant.texts.segment import sentences
from assistant.types import Act, Context, Critique, Evidence, LabelAct, OnScreen, Output, TaskSpec
from tests.tiny_lm import taught_lm

SHORT = {"property": "length.sentences", "operator": "le", "value": 1, "strength": "must", "scope": "task"}
QUIET = {"property": "contains", "operator": "not_contains", "value": "“", "strength": "must", "scope": "task"}


def obeying(rule: dict[str, Any]) -> dict[str, Any]:
    return {"acts": [{"kind": "constraint", "targets": ["all"], "constraint": rule}], "confidence": 1.0}


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    better = {"kind": "preference", "targets": ["#1", "#2"], "preference": {"order": [["#2"], ["#1"]]}}
    said = {
        "one sentence, please": obeying(SHORT),
        "never quote anybody": obeying(QUIET),
        "2 is better": {"acts": [better], "confidence": 1.0},
    }
    monkeypatch.setattr("assistant.session.open_parser", lambda name: parser.get("scripted")(said))
    monkeypatch.setattr("assistant.tasks._generated.SAMPLE", 8)
    return Session.open("summary", home=tmp_path / "home")


def answers(turn: Turn) -> list[str]:
    assert turn.screen is not None
    return [str(output.value) for output in turn.screen.outputs]


def test_a_summary_is_criticised_obeys_and_is_learned(session: Session) -> None:
    first = session.next()
    assert len(answers(first)) == 2
    short = answers(session.hear("one sentence, please"))
    assert all(len(sentences(text)) == 1 for text in short)
    assert len(set(short)) == 2, "two that were cut to the same would leave nothing to compare"
    session.undo()
    assert not any("“" in text for text in answers(session.hear("never quote anybody")))
    for _ in range(3):
        session.next()
        session.hear("2 is better")
    learned = session.learn()
    (version,) = session.versions()
    assert version.report is not None and version.report.measures
    assert "keeps the rules" in " ".join(message.text for message in learned.messages)


def test_the_article_is_marked_where_summaries_quote_it_and_nothing_runs() -> None:
    from assistant.types import Example

    task = open_task(TaskSpec(task="summary"))
    text = "It is <b>late</b>. The shop is closed. Go home."
    view = task.render(Example(id="1", input=text), [Output(value="The shop is closed.", example_id="1")])
    assert 'title="in #1">The shop is closed.</mark>' in view.html
    assert "&lt;b&gt;late" in view.html and view.html.count("<mark") == 1 and view.text == text


def test_words_of_a_bad_summary_speak_against_and_those_it_lacks_for() -> None:
    task = open_task(TaskSpec(task="summary"))
    seen = (OnScreen(id="#1", value="It rained. The mayor spoke."),)
    said = Critique(conversation="c", author="a", text="", context=Context(outputs=seen))
    why = (Evidence(text="It rained"), Evidence(text="costs 4 euros"))
    bad = Act(kind="label", targets=("#1",), label=LabelAct(op="is_not", value=None), evidence=why)
    assert [piece.role for piece in task.normal(bad, said).evidence] == ["against", "for"]


def test_a_language_model_is_told_to_summarise(tmp_path: Path) -> None:
    base = taught_lm(tmp_path / "lm", "A short one.", asked="?")
    model = open_task(TaskSpec(task="summary", base=base)).model()
    told = model._prompt("The bridge is closed.")  # type: ignore[attr-defined]
    assert "Summarise the following text" in model.tokenizer.decode(told)  # type: ignore[attr-defined]
