"""Molecules from files and into them: bad records are set aside and listed, and what goes out comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import UserError
from assistant.molecules.chem import canonical, clean
from assistant.molecules.files import load, save

MOLS = [clean(smiles) for smiles in ("CC(=O)Oc1ccccc1C(=O)O", "C[C@H](N)C(=O)O", "CCO")]
FIELDS = [
    {"name": "aspirin", "pIC50": 5.5},
    {"name": "alanine", "pIC50": None},
    {"name": "ethanol", "pIC50": float("nan")},
]


@pytest.mark.parametrize("ending", [".smi", ".csv", ".sdf"])
def test_what_is_written_is_read_again(tmp_path: Path, ending: str) -> None:
    save(tmp_path / f"x{ending}", MOLS, FIELDS)
    loaded = load(tmp_path / f"x{ending}")
    assert [canonical(mol) for mol in loaded.mols] == [canonical(mol) for mol in MOLS]
    assert [fields["name"] for fields in loaded.fields] == ["aspirin", "alanine", "ethanol"]
    assert not loaded.aside
    if ending != ".smi":
        assert [fields.get("pIC50") for fields in loaded.fields] == ["5.5", None, None], "missing is not 0"


def test_bad_records_of_an_sdf_are_set_aside(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    save(tmp_path / "x.sdf", MOLS, FIELDS)
    text = (tmp_path / "x.sdf").read_text("utf-8")
    records = text.split("$$$$\n")
    records[1] = "broken\n\n\nthis is no count line\nM  END\n"
    (tmp_path / "x.sdf").write_text("$$$$\n".join(records), "utf-8")
    loaded = load(tmp_path / "x.sdf")
    assert [canonical(mol) for mol in loaded.mols] == [canonical(MOLS[0]), "CCO"]
    assert loaded.index == [0, 2]
    assert [(aside.index, aside.given) for aside in loaded.aside] == [(1, "broken")]
    assert loaded.aside[0].reason == "Record 2 of 'x.sdf' can't be read as a molecule."
    assert not capfd.readouterr().err


def test_an_sdf_keeps_its_fields_as_they_are_written(tmp_path: Path) -> None:
    save(tmp_path / "x.sdf", MOLS[:1], [{"name": "a", "batch": "007", "note": "5 \u00b5M"}])
    text = (tmp_path / "x.sdf").read_text("utf-8")
    (tmp_path / "x.sdf").write_bytes(text.encode("latin-1"))
    assert load(tmp_path / "x.sdf").fields == [{"name": "a", "batch": "007", "note": "5 \u00b5M"}]


def test_bad_lines_are_set_aside_and_salts_cleaned(tmp_path: Path) -> None:
    (tmp_path / "x.smi").write_text("[Na+].CC(=O)[O-]\tacetate\nCC(\n\nCCO\n", "utf-8")
    loaded = load(tmp_path / "x.smi")
    assert [canonical(mol) for mol in loaded.mols] == ["CC(=O)O", "CCO"]
    assert loaded.fields == [{"name": "acetate"}, {}]
    assert [aside.index for aside in loaded.aside] == [1]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("x.mol2", "", "The file 'x.mol2' ends in '.mol2'; one of: .smi, .csv, .sdf."),
        ("x.smi", "CC(\nC1C\n", "Not one of the 2 records of 'x.smi' can be taken; the first: The SMILES 'CC('"),
        ("x.smi", "", "Not one of the 0 records of 'x.smi' can be taken"),
        ("x.sdf", "", "Not one of the 0 records of 'x.sdf' can be taken"),
        ("x.csv", "name,value\na,1\n", "'x.csv' has no column 'smiles'; the columns are: name, value"),
        ("x.csv", "smiles\n", "has no lines below its header"),
    ],
)
def test_a_file_without_molecules_is_said(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(UserError) as wrong:
        load(tmp_path / name)
    assert said in str(wrong.value)


def test_a_file_that_can_not_be_read_or_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no file"):
        load(tmp_path / "x.smi")
    (tmp_path / "x.csv").write_bytes(b"smiles\n\xff\xfe\n")
    with pytest.raises(UserError, match="is not UTF-8"):
        load(tmp_path / "x.csv")
    with pytest.raises(UserError, match="can't be written"):
        save(tmp_path / "nowhere" / "x.smi", MOLS)
    with pytest.raises(UserError, match=r"ends in '\.xyz'"):
        save(tmp_path / "x.xyz", MOLS)
