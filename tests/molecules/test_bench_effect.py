"""The row effect, with a tiny model and a parser that knows what it will hear; the training is done here and now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from assistant.bench import _desk, bench, effect
from assistant.errors import UserError
from assistant.parsers import parser
from assistant.session import Session
from tests.tiny_smiles import tiny_prior


@pytest.fixture(scope="module")
def prior(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_prior(tmp_path_factory.mktemp("prior"), epochs=60)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every sentence is understood, those on properties after a yes; sessions train where they are, on a few."""
    monkeypatch.setattr("assistant.session.open_parser", lambda name: parser.get("scripted")(sentences()))
    monkeypatch.setattr(effect, "worker", lambda session: nullcontext())
    monkeypatch.setattr(effect, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr("assistant.tasks.molecule.SAMPLE", 24)
    monkeypatch.setattr("adapters.signals.reward.UPDATES", 1)
    learn = Session.learn
    monkeypatch.setattr(Session, "learn", lambda session, wait=True: learn(session))


def sentences() -> dict[str, Any]:
    def wish(target: str, property: str, operator: str, value: str | None, strength: str) -> dict[str, Any]:
        constraint = {"property": property, "operator": operator, "value": value, "strength": strength, "scope": "task"}
        return {"kind": "constraint", "targets": [target], "constraint": constraint}

    found: dict[str, Any] = {
        f"no {group} groups": {"acts": [wish("all", "substructure", "not_contains", group, "must")]}
        for group in effect.FORBIDDEN
    }
    for property, said in effect.WORDS.items():
        for number in range(1, 7):
            for way, operator in (("higher", "increase"), ("lower", "decrease")):
                act = wish(f"#{number}", property, operator, None, "prefer")
                found[f"the {said} of {number} should be {way}"] = {"acts": [act], "confidence": 0.5}
    return found


@pytest.fixture
def session(prior: str, heard: None, tmp_path: Path) -> Iterator[Session]:
    with _desk.desk(tmp_path, task="molecule", base=prior) as session:
        yield session


def test_the_row_measures_until_the_new_molecules_are_there(prior: str, heard: None, tmp_path: Path) -> None:
    row = bench.get("effect")()
    found = row.run(tmp_path, rounds=2, count=3, base=prior).figures
    assert next(iter(found)) == "median" and (row.unit, row.better, row.people) == ("s", "lower", "simulated")
    assert found["longest"] >= found["median"] > found["training"] > 0
    assert found["critiques that hold"] >= 4, "a group in each round, and a property of some molecule"
    assert 0 <= found["score before"] <= 1 and 0 <= found["score after"] <= 1


def test_what_is_said_is_what_costs_most(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effect, "worst", lambda smiles: ("tpsa", True))
    effect.criticise(session, "nitro", 3)
    told = [row.feedback for row in session.store.feedback(session.name)]
    assert [(one.property, one.operator) for one in told] == [  # type: ignore[union-attr]
        ("substructure", "not_contains"), ("tpsa", "increase"), ("tpsa", "increase"),
    ]  # fmt: skip
    assert [len(one.about) for one in told] == [0, 1, 1]  # type: ignore[union-attr]


def test_what_the_gate_holds_back_is_kept_by_hand_and_counted(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    from adapters import guards

    compare = guards.compare
    monkeypatch.setattr(
        guards, "compare", lambda *given: compare(*given).model_copy(update={"live": False, "why": "of a test"})
    )
    effect.criticise(session, "nitro", 2)
    seconds, held_back = effect.train_now(session)
    screen = session.screen()
    assert held_back and seconds > 0 and screen is not None
    assert screen.adapter == session.bench.live_name() == "v1"


def test_a_training_that_brings_nothing_is_an_error(session: Session) -> None:
    session.next()
    with pytest.raises(UserError, match="No version"):
        effect.train_now(session)  # nothing was said
