"""The rows about the SMILES model, on a tiny one, and the command train-prior."""

from __future__ import annotations

import json
import math
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from rdkit import Chem
from typer.testing import CliRunner

from adapters.models.smiles import Smiles
from assistant.bench import _drd2, bench, reward_steps, wishes
from assistant.bench.smiles_prior import run as run_prior
from assistant.bench.smiles_speed import run as run_speed
from assistant.bench.wishes import Wish
from assistant.cli import app
from tests.tiny_smiles import MOLECULES, tiny_plan, tiny_prior

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_prior(tmp_path_factory.mktemp("prior"))


def test_smiles_prior_counts_the_targets_that_are_missed(base: str, tmp_path: Path) -> None:
    (tmp_path / "zinc250k.smi.gz").write_text("\n".join(MOLECULES), encoding="utf-8")
    result = run_prior(tmp_path, seeds=(0, 1), count=50, base=base)
    assert result.seeds == (0, 1)
    assert 0.5 < result.figures["valid"] <= 1
    assert result.figures["unique"] < 0.999, "so few molecules come again"
    assert result.figures["missed"] >= 1
    assert bench.get("smiles_prior")().data == "molecules"


def test_smiles_speed_compares_with_generate(base: str, tmp_path: Path) -> None:
    result = run_speed(tmp_path, count=64, base=base)
    assert len(result.figures) == 7
    assert all(math.isfinite(value) and value > 0 for value in result.figures.values())
    best = max(value for name, value in result.figures.items() if name.startswith("generate"))
    assert result.figures["ratio"] == pytest.approx(result.figures["ours"] / best)
    assert bench.get("smiles_speed")().target == 2.5


def test_train_prior_writes_a_model_that_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from adapters.models import _smiles_prior

    plan = tiny_plan()
    monkeypatch.setattr(_smiles_prior, "Plan", lambda **given: replace(plan, **given))
    (tmp_path / "own.smi").write_text("\n".join(MOLECULES), encoding="utf-8")
    words = ["train-prior", str(tmp_path / "own.smi"), "--out", str(tmp_path / "out"), "--epochs", "2", "--json"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["folder"] == str(tmp_path / "out") and said["figures"]["loss"] > 0
    assert "epoch 2.00/2" in done.stderr
    assert len(Smiles(said["folder"]).sample(3)) == 3
    gone = CliRunner().invoke(app, ["train-prior", str(tmp_path / "absent.smi"), "--out", str(tmp_path / "out")])
    assert gone.exit_code == 2 and "There is no file" in gone.stderr


SMALL = Wish(keep="c1ccccc1", never=("nitro",))


def test_wishes_are_obeyed_and_what_was_drawn_is_counted(base: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(wishes, "BATCH", 5)
    few = (SMALL, Wish(need=("nitrile",)), Wish(keep="*c1ccccc1", alerts="BRENK"), Wish(never=("halogen",)))
    result = wishes.run(tmp_path, base=base, asked=few)
    assert result.figures["obey"] == 1 and result.figures["wishes with fewer"] == 0
    assert 0 < result.figures["lowest valid"] <= result.figures["valid"] <= 1
    assert result.figures["missed"] == float(result.figures["valid"] < 0.95)
    assert result.figures["drawn for each shown"] >= 1
    monkeypatch.setattr(wishes, "MOST", 60)
    none = wishes.run(tmp_path, base=base, asked=(Wish(need=("steroid",), never=("steroid",)),))
    assert none.figures["obey"] == 0 and none.figures["missed"] >= 1


def test_a_wish_says_where_decoding_begins() -> None:
    state = random.Random(0)
    assert len(wishes.WISHES) == 52
    assert wishes.starts(Wish(never=("nitro",)), state) == [""]
    assert wishes.starts(Wish(need=("nitrile",)), state) == ["*C#N", ""]
    assert wishes.starts(Wish(keep="*c1ccc(*)nc1"), state) == ["*c1ccc(*)nc1"]
    both = wishes.starts(Wish(keep="*c1ccc(*)nc1", need=("nitrile",)), state)
    assert both[0] in ("*c1ccc(C#N)nc1", "*c1ccc(C#N)cn1")
    opened = wishes.starts(SMALL, state)
    assert len(opened) == wishes.STARTS and all("*" in one for one in opened)
    for wish in wishes.WISHES:
        assert all(Chem.MolFromSmiles(one) is not None for one in wishes.starts(wish, state))


def test_obeying_is_judged_apart_from_decoding() -> None:
    smiles = ["c1ccccc1", "O=[N+]([O-])c1ccccc1", "CCO", "c1ccc2ccccc2c1"]
    assert wishes._obey(SMALL, smiles) == [True, False, False, True]
    assert wishes._obey(Wish(keep="*c1ccccc1"), ["c1ccccc1", "Cc1ccccc1"]) == [False, True]
    assert wishes._obey(Wish(need=("nitro",), alerts="BRENK"), smiles[:2]) == [False, False]


def test_reward_steps_counts_until_the_mean_has_passed(base: str, monkeypatch: Any) -> None:
    model = Smiles(base, rank=8)
    found = reward_steps.learned(model, lambda values: [float("N" in one or "n" in one) for one in values], 12, seed=0)
    assert 2 <= found["steps"] <= 12 and found["highest mean"] >= 0.8
    assert 0 < found["valid"] <= 1 and 0 < found["unique"] <= 1 and 0 < found["QED"] < 1
    assert 0 < found["diversity"] < 1
    never = reward_steps.learned(model, lambda values: [0.1] * len(values), 2, seed=0)
    assert math.isnan(never["steps"]) and never["highest mean"] == pytest.approx(0.1)


def test_reward_steps_knows_the_property_limits() -> None:
    within, heavy = "CC(=O)Nc1ccc(OC(F)F)cc1C(=O)OC", "CCCCCCCCCCCCCCCCCCCCCCCCCCCCCC"
    scores = reward_steps.limits()([within, heavy])
    assert scores[0] > 0.85 and scores[1] < 0.01
    row = bench.get("reward_steps")()
    assert row.data == "molecules" and row.target == 0


def test_the_drd2_oracle_learns_what_it_is_shown(tmp_path: Path, monkeypatch: Any) -> None:
    """Amines are active here; the fit is kept and not made again."""
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(_drd2, "BATCH", 8)
    rests = [f"{'C' * n}{end}" for n in range(1, 30) for end in ("N", "O", "F", "Cl", "CN", "C=O")]
    lines = [f"{one},{0.95 if one.endswith('N') else 0.02}" for one in rests]
    (tmp_path / "drd2_scores.csv").write_text("\n".join(["canonical,activity", *lines]) + "\n", encoding="utf-8")
    scored = _drd2.oracle(tmp_path)(["CCCCCN", "CCCCCO", None, "no molecule"])
    assert scored[0] > 0.6 > 0.3 > scored[1]
    assert math.isnan(scored[2]) and math.isnan(scored[3])
    assert _drd2.figures(tmp_path)["AUC"] > 0.95
    monkeypatch.setattr(_drd2, "_fit", lambda told: pytest.fail("it is kept"))
    assert _drd2.oracle(tmp_path)(["CCCCCN"])[0] == pytest.approx(scored[0])
    assert _drd2.oracle(tmp_path)([]).shape == (0,)
