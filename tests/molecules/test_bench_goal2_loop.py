"""The row goal2_loop with a tiny model: an interview, a training towards what was believed, and what is made then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.models.smiles import Smiles
from assistant.bench import _loop, bench, goal2_loop
from assistant.molecules._worth import read
from assistant.molecules.components import Array
from assistant.molecules.kernel import features
from assistant.molecules.liking import Liking
from tests.tiny_smiles import MOLECULES, tiny_prior


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_prior(tmp_path_factory.mktemp("prior"), epochs=60)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_loop, "DRAWS", 64)
    monkeypatch.setattr(_loop, "SAMPLED_AT_ONCE", 32)
    monkeypatch.setattr(goal2_loop, "MADE", 48)


@pytest.fixture(scope="module")
def known() -> tuple[list[str], Array]:
    """What has nitrogen is active."""
    smiles = [*MOLECULES, *("C" * n + end for n in range(1, 12) for end in ("O", "N", "F", "NC"))]
    return smiles, nitrogen(smiles)


def pool_of(smiles: list[str], true: Array) -> goal2_loop.Pool:
    return goal2_loop.Pool(smiles, features(read(smiles)), true)


def nitrogen(smiles: object) -> Array:
    assert isinstance(smiles, list)
    return np.array([0.95 if one and "N" in one.upper().replace("[N+]", "") else 0.02 for one in smiles])


def test_the_row_runs_both_arms_and_says_what_is_missed(
    known: tuple[list[str], Array], tiny: str, small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "\n".join(f"{one},{value}" for one, value in zip(*known, strict=True))
    (tmp_path / "drd2_scores.csv").write_text("canonical,activity\n" + rows, encoding="utf-8")
    monkeypatch.setattr(goal2_loop, "oracle", lambda folder: nitrogen)
    asked: list[tuple[str, int]] = []
    listened = goal2_loop.listened

    def noted(pool: goal2_loop.Pool, answer: str, seed: int, count: int) -> object:
        asked.append((answer, seed))
        return listened(pool, answer, seed, count)

    monkeypatch.setattr(goal2_loop, "listened", noted)
    row = bench.get("goal2_loop")()
    result = row.run(tmp_path, seeds=(1, 2), noise_seeds=(3,), base=tiny, asked=20)
    assert asked == [("score", 1), ("score", 2), ("noisy", 3)]
    assert next(iter(result.figures)) == "oracle" and (row.target, row.people) == (0.85, "simulated")
    for name in ("oracle", "noise .1, oracle", "QED", "valid", "diversity", "believed"):
        assert 0 <= result.figures[name] <= 1
    assert result.figures["lowest seed"] <= result.figures["oracle"]
    assert "missed: " in result.note and "scaffolds" in result.note, "48 molecules have no 100 scaffolds"


def test_what_was_answered_is_what_the_model_learns_to_make(
    known: tuple[list[str], Array], tiny: str, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_loop, "DRAWS", 256)
    smiles, true = known
    pool, model = pool_of(smiles, true), Smiles(tiny)
    before = nitrogen([one for one in goal2_loop.written(model, 48, 0) if one]).mean()
    found = goal2_loop.course(model, pool, nitrogen, "score", 0, 40)
    assert found["oracle"] > before + 0.15
    other = goal2_loop.course(model, pool_of(smiles, 1 - true), lambda some: 1 - nitrogen(some), "score", 0, 40)
    assert other["oracle"] > 1 - before - 0.05, "the opposite was wanted"


def test_the_goal_wants_what_is_liked_and_drug_like(known: tuple[list[str], Array]) -> None:
    smiles, true = known
    taste, good = goal2_loop.listened(pool_of(smiles, true), "score", 0, 40)
    assert 5 < len(good) < 40 and nitrogen(good).min() > 0.5
    liking = Liking(taste, weight=1.0)
    amine, aryl, chain = "Nc1ccccc1", "Cc1ccccc1", "CCCCCCCCCCCCCCCCCCN"
    worth = goal2_loop.towards(liking).score([amine, aryl, chain])
    assert worth[0] > worth[1], "it is what was scored high"
    liked = liking(read([amine, chain]))
    assert worth[0] / liked[0] > 2 * worth[1] / liked[1], "it is drug-like"


def test_valid_counts_what_was_written_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    class Writes:
        def sample(self, count: int) -> list[tuple[str | None, float]]:
            return [("OCC", -1.0), ("c1ccc", -1.0), (None, -1.0), ("", -1.0)]

    assert goal2_loop.written(Writes(), 4, 0) == ["CCO", None, None, None]


def test_what_was_called_good_is_rehearsed(
    known: tuple[list[str], Array], tiny: str, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Any] = []
    monkeypatch.setattr("adapters.fit.fit", lambda model, material, **how: given.append(material.reward))
    taste, good = goal2_loop.listened(pool_of(*known), "score", 0, 40)
    _loop.trained(Smiles(tiny), goal2_loop.towards(Liking(taste, weight=1.0)), 0, good)
    there = {value: score for _, value, score in given[0].known}
    assert set(good) < set(there)
    assert [there[one] for one in good] == pytest.approx(
        goal2_loop.towards(Liking(taste, weight=1.0)).score(good).tolist()
    )
