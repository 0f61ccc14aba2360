"""The rows of goal 1: a simulated chemist who names what is worst."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adapters.models.smiles import Smiles
from assistant.bench import _loop, bench, drift, goal1_loop, goal1_qed
from assistant.bench._chemist import Chemist
from assistant.bench._run import data_folder
from assistant.errors import UserError
from assistant.molecules.belief import Belief, Direction, Worst
from assistant.molecules.desirability import window
from assistant.molecules.objective import Objective, Part
from tests.tiny_smiles import tiny_prior

TRUE = Objective(
    (
        Part("properties", {"name": "mw"}, window(200, 300, soft=20)),
        Part("properties", {"name": "logp"}, window(1, 2, soft=0.3)),
    )
)


def test_the_chemist_names_the_worst_property_and_where_it_should_go() -> None:
    chemist = Chemist(TRUE, misread=0.0)
    worst, direction = chemist.answer(np.array([250.0, 6.0]), np.random.default_rng(0))
    assert worst == Worst(worst.x, 1, up=False) and direction == Direction(worst.x, 1, up=False)
    worst, _ = chemist.answer(np.array([100.0, 1.5]), np.random.default_rng(0))
    assert (worst.property, worst.up) == (0, True)


def test_answers_teach_what_is_truly_wanted() -> None:
    rng = np.random.default_rng(0)
    values = np.stack([rng.normal(350, 80, 500), rng.normal(3, 1.5, 500)], axis=1)
    chemist = Chemist(TRUE)
    before = Belief.around(values)
    after = chemist.teach(before, values, 20, rng)
    truth = chemist.scores(values)
    best = [truth[np.argsort(-belief.score(values))[:20]].mean() for belief in (before, after)]
    assert best[1] > best[0] + 0.2


def test_the_row_runs_on_a_few_molecules() -> None:
    try:
        folder = data_folder() / "molecules"
    except UserError as wrong:
        pytest.skip(str(wrong))
    row = bench.get("goal1_ranking")()
    result = row.run(folder, seeds=(0,), count=1000)
    assert next(iter(result.figures)) == "110 answers"
    assert result.figures["110 answers"] <= result.figures["possible"] + 1e-9
    assert row.people == "simulated"


@pytest.mark.parametrize("name", ["goal1_ranking", "goal1_loop"])
def test_its_data_missing_is_said(name: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is missing"):
        bench.get(name)().run(tmp_path)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_prior(tmp_path_factory.mktemp("prior"))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_loop, "DRAWS", 64)
    monkeypatch.setattr(_loop, "MADE", 16)
    monkeypatch.setattr(_loop, "SAMPLED_AT_ONCE", 32)
    for module in (goal1_loop, goal1_qed):
        monkeypatch.setattr(module, "MADE", 24)
    monkeypatch.setattr(drift, "MADE", 32)


def test_the_loop_is_measured_before_and_after(tiny: str, small: None) -> None:
    model = Smiles(tiny)
    found = goal1_loop.course(model, goal1_loop.Truth(Chemist(TRUE)), 0, (6, 8))
    for name in ("untaught", "6 answers", "8 answers", "true parameters"):
        assert 0 < found[f"{name}, score"] <= 1 and 0 <= found[f"{name}, diversity"] <= 1


def test_what_the_loop_hears_is_what_the_critic_says_of_what_was_shown(tiny: str, small: None) -> None:
    def critic(smiles: str, rng: np.random.Generator) -> tuple[str, bool]:
        return "logp", False

    loop = _loop.Loop(Smiles(tiny), critic)
    loop.ask(5)
    assert len(loop.said) == len(loop.shown) > 0
    assert {value for one in loop.said for value in one.about} == loop.shown  # type: ignore[union-attr]
    assert {(one.property, one.operator) for one in loop.said} == {("logp", "decrease")}  # type: ignore[union-attr]


def test_the_chemist_who_wants_qed_names_what_costs_most() -> None:
    assert goal1_qed.worst("CCCCCCCCCCCCCCCCCC") == ("rotatable_bonds", False)
    assert goal1_qed.worst("OCC(O)C(O)C(O)C(O)CO") == ("hbd", False)
    assert goal1_qed.druglike(["CC(=O)Nc1ccc(O)cc1"])[0] == pytest.approx(0.595, abs=0.005)


def test_qed_is_measured_after_each_round(tiny: str, small: None) -> None:
    found = goal1_qed.course(Smiles(tiny), 0, 2)
    assert [name for name in found if name.startswith("QED")] == [
        "QED untaught",
        "QED after 2",
        "QED after 4",
        "QED after 6",
    ]
    assert 0 < found["QED after 6"] < 1


@pytest.mark.parametrize("asks", [False, True])
def test_drift_compares_the_component_with_the_oracle(tiny: str, small: None, asks: bool) -> None:
    def oracle(smiles: list[str]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.array([float("N" in one.upper()) for one in smiles])

    component = drift.Component(["c1ccccc1C", "CCN", "CCO", "CCCN"], [0.0, 1.0, 0.0, 1.0])
    found = drift.course(Smiles(tiny), component, oracle, asks, 0, 32)
    assert found["gap"] == pytest.approx(found["component"] - found["oracle"])
    assert (len(component.smiles) > 4) == asks == (len(component.scores) > 4)
