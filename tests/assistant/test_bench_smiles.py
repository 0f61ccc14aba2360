"""The rows smiles_prior and smiles_speed, on a tiny model, and the command train-prior."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from assistant.bench import bench
from assistant.bench.smiles_prior import run as run_prior
from assistant.bench.smiles_speed import run as run_speed
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
    from adapters.models.smiles import smiles

    plan = tiny_plan()
    monkeypatch.setattr(_smiles_prior, "Plan", lambda **given: replace(plan, **given))
    (tmp_path / "own.smi").write_text("\n".join(MOLECULES), encoding="utf-8")
    words = ["train-prior", str(tmp_path / "own.smi"), "--out", str(tmp_path / "out"), "--epochs", "2", "--json"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["folder"] == str(tmp_path / "out") and said["figures"]["loss"] > 0
    assert "epoch 2.00/2" in done.stderr
    assert len(smiles(base=said["folder"]).sample(3)) == 3
    gone = CliRunner().invoke(app, ["train-prior", str(tmp_path / "absent.smi"), "--out", str(tmp_path / "out")])
    assert gone.exit_code == 2 and "There is no file" in gone.stderr
