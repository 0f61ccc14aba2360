"""The row scoring_10000, on few molecules: both ways agree, and the figures are what they say."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from assistant.bench import bench
from assistant.bench import scoring_10000 as module
from assistant.errors import UserError
from assistant.molecules.values import Spec

SMILES = ["CC(=O)Oc1ccccc1C(=O)[O-]", "Cn1c(=O)c2c(ncn2C)n(C)c1=O", "C[NH+]1CCC[C@H]1c1cccnc1", "CCOC(=O)C#N"] * 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with gzip.open(tmp_path / "zinc250k.smi.gz", "wt", encoding="utf-8") as lines:
        lines.write("a line that is no molecule\n" + "\n".join(SMILES))
    return tmp_path


def test_the_row_measures(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "cores", lambda: 1)
    figures = module.run(folder, count=12, rounds=1).figures
    assert next(iter(figures)) == "times the plain loops"
    assert all(value > 0 for value in figures.values())
    assert figures["molecules/s"] / figures["molecules/s of the plain loops"] == pytest.approx(
        figures["times the plain loops"]
    )
    row = bench.get("scoring_10000")()
    assert (row.target, row.better, row.data) == (1.0, "higher", "molecules")


def test_both_ways_give_the_same_values(folder: Path) -> None:
    smiles = module._smiles(folder, 12)
    assert smiles[0] == "CC(=O)Oc1ccccc1C(=O)O", "neutralised"
    specs: list[Spec] = [("properties", {"name": name}) for name in module.PROPERTIES]
    specs += [("substructure", {"pattern": module.ONE_OF}), ("similarity", {"smiles": module.ASPIRIN})]
    module._agree(smiles, specs)
    assert module._plain(smiles).shape == (12, 12)
    specs[0], specs[1] = specs[1], specs[0]
    with pytest.raises(UserError, match="do not agree"):
        module._agree(smiles, specs)


def test_the_alerts_of_both_ways_are_the_same(folder: Path) -> None:
    values = module._plain(module._smiles(folder, 4))
    assert values[:, 10].tolist() == [1, 0, 0, 1]  # two esters and acids have C(=[O,S])[O,S]
    assert np.isfinite(values).all()


def test_missing_data_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="zinc250k"):
        module._smiles(tmp_path, 3)
