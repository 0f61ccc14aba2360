"""The row goal2_ranking, on few molecules: what is ranked was never asked about, and more answers find more."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.bench import bench
from assistant.bench import goal2_ranking as module
from assistant.molecules.kernel import features


@pytest.fixture(scope="module")
def table() -> list[tuple[str, float]]:
    """Chains with a piperazine are active."""
    chains = ["C" * n + end for n in range(1, 16) for end in ("O", "N", "F", "C(=O)O")]
    return [(one, 0.02) for one in chains] + [("C" * n + f"N1CCN({end})CC1", 0.95) for n in range(1, 9) for end in "CO"]


def test_the_row_measures(table: list[tuple[str, float]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "drd2_scores.csv").write_text("canonical,activity\n" + "\n".join(f"{s},{v}" for s, v in table))
    monkeypatch.setattr(module, "RUNS", {"score": ("score", "greedy", 2.0), "drawn": ("drawn", "thompson", 0.6)})
    found = module.run(tmp_path, seeds=(0,), asked=(10, 20))
    assert list(found.figures) == ["score, 10 answers", "score, 20 answers", "drawn, 10 answers", "drawn, 20 answers"]
    assert all(0 <= value <= 1 for value in found.figures.values())
    row = bench.get("goal2_ranking")()
    assert (row.target, row.people, row.data) == (0.60, "simulated", "molecules")


def test_nothing_of_the_ranked_half_is_asked(table: list[tuple[str, float]], monkeypatch: pytest.MonkeyPatch) -> None:
    from rdkit.Chem import MolFromSmiles

    monkeypatch.setattr(module, "BEST", 5)
    pool, true = features([MolFromSmiles(s) for s, _ in table]), np.arange(len(table)) / 100
    asked: list[float] = []

    def answer(at: int, value: float, rng: np.random.Generator) -> module.Said:
        asked.append(value)
        return module.Said(at, value, spread=0.9)

    module.course(pool, true, answer, "greedy", 0.6, 3, (30,))
    mine = np.random.default_rng(3).permutation(len(true))[: len(true) // 2]
    assert len(asked) == len(set(asked)) == 30
    assert set(asked) <= set(true[mine])


def test_answers_are_what_they_say() -> None:
    rng = np.random.default_rng(0)
    assert module.score(3, 0.4, rng) == module.Said(3, 0.4, spread=module.SPREAD)
    assert [module.above_half(0, value, rng).value for value in (0.2, 0.7)] == [0.0, 1.0]
    assert np.mean([module.drawn(0, 0.3, rng).value for _ in range(2000)]) == pytest.approx(0.3, abs=0.05)
    noisy = [module.noisy(0, 0.5, rng).value for _ in range(2000)]
    assert np.std(noisy) == pytest.approx(0.1, rel=0.1)
    assert module.best(np.array([3.0, 1.0, 2.0]), np.array([0.1, 0.9, 0.3]), 2) == pytest.approx(0.2)
