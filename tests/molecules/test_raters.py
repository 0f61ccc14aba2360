"""Several raters: who is reliable is found from votes alone; the bench rows on few pairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.bench import bench
from assistant.bench import molskill as pairs
from assistant.bench import raters as rows
from assistant.errors import UserError
from assistant.molecules.components import Array
from assistant.molecules.raters import agreement, alike, consensus, majority

SMILES = ["CCO", "CCN", "CCCl", "c1ccccc1", "Cc1ccccc1", "CC(=O)O", "CCC(=O)O", "CCCCCC"]


def made(right: list[float], count: int = 300, seed: int = 0) -> tuple[Array, Array]:
    """Truth (P,), and votes (P, R) of raters who are right so often."""
    rng = np.random.default_rng(seed)
    truth = rng.random(count) < 0.5
    return truth, np.where(rng.random((count, len(right))) < right, truth[:, None], ~truth[:, None]).astype(float)


def test_who_is_reliable_counts_more_than_who_guesses() -> None:
    truth, votes = made([0.95, 0.9, 0.5, 0.5, 0.5])
    found = consensus(votes)
    assert min(found.skill[:2]) > max(found.skill[2:])
    assert ((found.log_odds > 0) == truth).mean() > ((majority(votes) > 0) == truth).mean() + 0.05


def test_equal_raters_are_a_majority() -> None:
    _, votes = made([0.8, 0.8, 0.8])
    assert ((consensus(votes, spread=0.0).log_odds > 0) == (majority(votes) > 0)).all()


def test_what_was_said_of_alike_pairs_decides_where_there_is_no_vote() -> None:
    votes = [[1, 1], [np.nan, np.nan], [np.nan, np.nan]]
    shared = np.array([[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1.0]])
    first, likened, alone = consensus(votes, shared).log_odds
    assert first > likened > 0
    assert alone == pytest.approx(0, abs=1e-6)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.lists(st.sampled_from([0.0, 1.0, np.nan]), min_size=3, max_size=3), min_size=1, max_size=8))
def test_turning_all_votes_turns_the_consensus(votes: list[list[float]]) -> None:
    table = np.array(votes)
    if np.isfinite(table).any():
        one, other = consensus(table), consensus(1 - table)
        assert np.allclose(one.log_odds, -other.log_odds, atol=1e-5)
        assert np.allclose(one.skill, other.skill)


def test_agreement_is_fleiss_kappa() -> None:
    assert agreement([[1, 1, 1], [0, 0, 0]]) == pytest.approx(1.0)
    assert agreement([[1, 0], [0, 1]]) == pytest.approx(-1.0)
    assert agreement([[1, 1, 0], [0, 0, 0], [1, np.nan, np.nan]]) == pytest.approx((2 / 3 - 5 / 9) / (4 / 9))
    assert np.isnan(agreement([[1, np.nan]]))
    assert majority([[1, 0], [np.nan, 1], [np.nan, np.nan]]) == pytest.approx([0, 0.5, np.nan], nan_ok=True)


def test_alike_pairs_are_those_whose_molecules_are() -> None:
    from rdkit.Chem import MolFromSmiles

    mols = [MolFromSmiles(each) for each in SMILES]
    shared = alike([mols[0], mols[1], mols[0], None], [mols[3], mols[4], mols[0], mols[3]])
    assert shared[0, 0] > shared[0, 1] > 0
    assert np.allclose(shared[2], 0, atol=1e-6), "the same molecule on both sides"
    assert np.allclose(shared[3], 0), "could not be read"


def test_wrong_votes_are_said() -> None:
    with pytest.raises(UserError, match="no votes"):
        consensus([[np.nan]])
    with pytest.raises(UserError, match=r"0\.5"):
        consensus([[0.5, 1]])


def test_the_row_of_raters_measures(tmp_path: Path) -> None:
    (tmp_path / "molskill").mkdir()
    _, votes = made([0.95, 0.95, 0.9, 0.8], 40)
    for name in rows.FILES:
        lines = ["smiles_i,smiles_j,rater_0,rater_1,rater_2,rater_3"]
        lines += [f"{SMILES[n % 8]},{SMILES[(n + 3) % 8]}," + ",".join(map(str, row)) for n, row in enumerate(votes)]
        lines[1] = "no molecule,CCO,1.0,,0.0,1.0"
        (tmp_path / "molskill" / f"{name}.csv").write_text("\n".join(lines))
    found = rows.run(tmp_path).figures
    assert found["pre_r1, skills alone"] > 0.5
    assert all(0 <= value <= 1 for name, value in found.items() if "lesser" not in name)
    assert rows.left_out(np.array([[1.0, 1], [0, 0]]), majority) == 1
    assert rows.left_out(np.array([[1.0, 1, 0], [1, 1, 0]]), majority) == pytest.approx(1 / 3), "split: half right"
    assert bench.get("raters")().people == "real"


def test_the_row_of_preferences_measures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "molskill").mkdir()
    lines = ["smiles_i,smiles_j,chembl_id_i,chembl_id_j,label"]
    pool = ["C" * n for n in range(1, 13)]
    rng = np.random.default_rng(0)
    for a, b in rng.integers(12, size=(80, 2)):
        if a != b:
            lines.append(f"{pool[a]},{pool[b]},x,y,{int(a > b)}")
    (tmp_path / "molskill" / "production_public.csv").write_text("\n".join(lines))
    monkeypatch.setattr(pairs, "FEW", 30)
    found = pairs.run(tmp_path, seeds=(0,)).figures
    assert list(found) == ["AUROC, 5-fold", "AUROC, from 30 pairs"]
    assert min(found.values()) > 0.9, "the longer chain is preferred: a trend"
