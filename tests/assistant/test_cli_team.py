"""`sayso team`: members, sharing out, guidelines and known answers by command, for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.commands import quiet
from assistant.parsers import parser
from assistant.store import Store
from assistant.types import TaskSpec
from tests.tiny import tiny_encoder, write_task

Sayso = Callable[..., Any]


@pytest.fixture
def sayso(tmp_path: Path) -> Sayso:
    """Runs `sayso team` on a home with one task; gives what it printed, or what is wrong."""
    with Store.open(f"sqlite:///{tmp_path / 'home' / 'sayso.db'}") as store:
        store.save_task(TaskSpec(task="classify", name="mail", data=str(write_task(tmp_path, labelled=True))))

    def run(*words: str, code: int = 0) -> Any:
        done = CliRunner().invoke(app, ["team", *words, "--home", str(tmp_path / "home")])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.output
        return done.stderr if code else json.loads(done.stdout) if "--json" in words else done.stdout

    return run


def test_a_team_is_formed_by_command(sayso: Sayso) -> None:
    assert "is open" in sayso("list")
    assert "has no owner yet" in sayso("add", "ben", code=2)
    said = sayso("add", "ada", "--role", "owner", "--author", "ada")
    assert said == "ada is owner of mail. Only members may use it from now on.\n"
    assert "'me' is not in the team of 'mail'; ask an owner: ada." in sayso("add", "ben", code=2)
    assert sayso("add", "ben", "--author", "ada", "--json") == {"task": "mail", "person": "ben", "role": "annotator"}
    found = sayso("list", "--author", "ben", "--json")
    assert found["closed"] and [(one["name"], one["role"]) for one in found["people"]] == [
        ("ada", "owner"), ("ben", "annotator")
    ]  # fmt: skip
    assert "may not change who is in the team" in sayso("remove", "ada", "--author", "ben", code=2)
    assert "not in the team of mail any more.\n" in sayso("remove", "ben", "--author", "ada")
    assert "open to everybody again" in sayso("remove", "ada", "--author", "ada")


def test_work_is_shared_out_by_command(sayso: Sayso) -> None:
    assert "wanted from 1" in sayso("assign")
    plan = sayso("assign", "--overlap", "3", "--qualify", "5", "--json")
    assert (plan["overlap"], plan["qualify_answers"], plan["minutes"]) == (3, 5, 30)
    assert "feedback teaches after 5 known answers, 80% right" in sayso("assign", "--minutes", "10")
    assert "overlap = 0 can't be used" in sayso("assign", "--overlap", "0", code=2)


def test_guidelines_are_written_and_read_by_command(sayso: Sayso, tmp_path: Path) -> None:
    assert "No guidelines" in sayso("guideline")
    assert sayso("guideline", "--json") is None
    sayso("guideline", "be kind")
    (tmp_path / "new.md").write_text("be **fair**\n", encoding="utf-8")
    assert sayso("guideline", "--file", str(tmp_path / "new.md")) == "Version 2, me:\nbe **fair**\n"
    assert [one["version"] for one in sayso("guideline", "--all", "--json")] == [2, 1]


def test_known_answers_are_chosen_by_command(sayso: Sayso) -> None:
    assert "No question" in sayso("gold")
    assert sayso("gold", "praise-1", "--json") == {"praise-1": "praise"}
    assert len(sayso("gold", "--random", "2", "--json")) == 3
    assert "praise-1" not in sayso("gold", "praise-1", "--off", "--json")
    assert "not in the data" in sayso("gold", "nowhere", code=2)


def test_disagreements_are_listed_and_settled_by_command(
    sayso: Sayso, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAYSO_LEARN_AFTER", "0")
    with Store.open(f"sqlite:///{tmp_path / 'home' / 'sayso.db'}") as store:
        store.save_task(store.tasks()[0].model_copy(update={"base": tiny_encoder(tmp_path / "encoder")}))
    assert sayso("disputes") == "Nobody contradicts anybody.\n"
    for author, value in (("ann", "complaint"), ("ben", "praise")):
        act = {"kind": "label", "targets": ["#1"], "label": {"op": "is", "value": value}}
        with quiet(None, tmp_path / "home", author) as session:
            session.parser = parser.get("scripted")({value: {"acts": [act], "confidence": 0.95}})
            session._show(session.bench.example("praise-1"), "to look at")
            session.hear(value)
    said = sayso("disputes")
    assert said.startswith("praise-1: “") and "  ann: complaint: “complaint”\n  ben: praise: “praise”\n" in said
    assert [one["example_id"] for one in sayso("disputes", "--json")] == ["praise-1"]
    assert "has no label 'nonsense'" in sayso("settle", "praise-1", "nonsense", code=2)
    told = sayso("settle", "praise-1", "praise", "--why", "ben is right", "--author", "rex")
    assert told.startswith("Settled: “") and told.endswith(
        "is praise. Overruled, and no longer used: ann (“is complaint”). 0 left.\n"
    )
    assert sayso("disputes") == "Nobody contradicts anybody.\n"
