"""`sayso work` and `sayso attention`: own inputs from a file, questions that stay open, and traces on request only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.store import Store
from assistant.types import TaskSpec
from tests.tiny import EXAMPLES, tiny_encoder, write_task


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in {"ASK_MINUTE": "0", "ASK_SHARE": "1", "ASK_PER_DAY": "2", "LEARN_AFTER": "0"}.items():
        monkeypatch.setenv(f"SAYSO_{name}", value)
    monkeypatch.setattr("assistant.attention.history.FIRST_DAY", 1)  # no moment is expected after the one at hand
    spec = TaskSpec(name="mail", data=str(write_task(tmp_path)), base=tiny_encoder(tmp_path / "encoder"))
    with Store.open(f"sqlite:///{tmp_path / 'home' / 'sayso.db'}") as store:
        store.save_task(spec)
    return tmp_path / "home"


def sayso(home: Path, *words: str, code: int = 0, **given: Any) -> Any:
    done = CliRunner().invoke(app, [*words, "--home", str(home)], **given)
    assert done.exit_code == code, done.output
    return done


def inbox(folder: Path) -> str:
    path = folder / "inbox.txt"
    known = [example.input for example in EXAMPLES if example.split == "pool"]  # what others like it can gain from
    path.write_text("\n".join(f"{text} indeed" for text in known[:6]), encoding="utf-8")
    return str(path)


def test_inputs_are_answered_and_questions_stay_open(home: Path, tmp_path: Path) -> None:
    done = sayso(home, "work", inbox(tmp_path), "--json")
    rows = json.loads(done.stdout)
    assert len(rows) == 6 and all(row["value"] in ("complaint", "praise") for row in rows)
    assert sum(row["question"] is not None for row in rows) == 2
    shown = json.loads(sayso(home, "attention", "show", "--json").stdout)
    assert (shown["asked"], shown["answered"], shown["per_day"]) == (2, 0, 2)
    assert "2 asked" in sayso(home, "attention", "show").stdout
    assert "? " not in sayso(home, "work", "--input", "it was late").stdout, "the budget is spent"


def test_somebody_at_a_terminal_answers(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.commands.work._somebody", lambda: True)
    sayso(home, "work", inbox(tmp_path), input="praise\nnever\n")
    shown = json.loads(sayso(home, "attention", "show", "--json").stdout)
    assert (shown["answered"], shown["dismissed"], shown["muted"]) == (1, 1, ["complaint | praise"])
    with Store.open(f"sqlite:///{home / 'sayso.db'}") as store:
        assert store.feedback("mail")[0].feedback.value == "praise"  # type: ignore[union-attr]
    sayso(home, "attention", "again", "complaint | praise")
    assert json.loads(sayso(home, "attention", "show", "--json").stdout)["muted"] == []


def test_traces_are_written_on_request(home: Path, tmp_path: Path) -> None:
    sayso(home, "work", "--input", "it was late", "--input", "it was late")
    out = tmp_path / "traces.jsonl"
    assert "1 traces; they are no feedback" in sayso(home, "attention", "export", str(out)).stdout
    (row,) = map(json.loads, out.read_text(encoding="utf-8").splitlines())
    assert (row["kind"], row["author"]) == ("regenerated", "me")
    assert "there already" in sayso(home, "attention", "export", str(out), code=2).stderr


@pytest.mark.parametrize("words", [["work"], ["attention", "again", "a | b"]])
def test_mistakes_are_one_line(home: Path, words: list[str]) -> None:
    said = sayso(home, *words, code=2).stderr
    assert said.count("\n") == 1
