"""Own assay data as a component: the fit is good and its spread honest; bad files are said, bad lines set aside."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.bench._run import data_folder
from assistant.errors import UserError
from assistant.molecules.chem import Molecules, clean
from assistant.molecules.components import fitted as module
from assistant.molecules.components import make
from assistant.molecules.components.fitted import Assay, learnt, read_assay


@pytest.fixture(autouse=True)
def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TREES", 30)


def written(path: Path, rows: Sequence[Sequence[object]], header: Sequence[str] = ("SMILES", "pIC50")) -> str:
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([header, *rows])
    return str(path)


def chains(count: int) -> list[tuple[str, float]]:
    return [("C" * n + end, n + bonus) for n in range(1, count // 2 + 1) for end, bonus in (("O", 0.0), ("N", 0.5))]


def test_a_file_becomes_a_component_with_a_spread(tmp_path: Path) -> None:
    assay = make("fitted", path=written(tmp_path / "assay.csv", chains(40)))
    assert assay.name == "pIC50, fitted on 40 molecules"
    assert not assay.apart
    values = assay([clean("CCCO"), clean("C" * 15 + "O"), None])
    assert values[0] == pytest.approx(3, abs=1.5)
    assert values[1] == pytest.approx(15, abs=1.5)
    assert np.isnan(values[2])
    assert assay.spread is not None
    spread = assay.spread(Molecules([clean("CCCO"), clean("O=C(Nc1ccccc1)c1ccncc1"), None]))
    assert (spread[:2] > 0).all()
    assert np.isnan(spread[2])


def test_bad_lines_are_set_aside_and_repeats_averaged(tmp_path: Path) -> None:
    rows: list[tuple[str, object]] = [*chains(30), ("CC(", 1.0), ("CCC", "n/a"), ("[Na+].[O-]CC", 4.0), ("CCBr", "")]
    assay = read_assay(Path(written(tmp_path / "assay.csv", rows)), value="pIC50")
    assert [(each.index, each.given) for each in assay.aside] == [(30, "CC(")]
    assert [(each.index, each.given) for each in assay.unused] == [(31, "n/a"), (33, "")]
    assert "'n/a' in 'pIC50' is no number." in assay.unused[0].reason
    assert len(assay.mols) == 30
    assert assay.values[2] == 3  # ethanol was given as 2.0 and as 4.0


def test_logarithms_are_modelled_where_they_are_asked_for(tmp_path: Path) -> None:
    rows: list[tuple[str, object]] = [*((smiles, 10**value) for smiles, value in chains(30)), ("CCC", 0), ("CCF", -3)]
    path = written(tmp_path / "assay.csv", [*rows, ("OCC", 1e4)])
    assay = read_assay(Path(path), value="pIC50", log=True)
    assert assay.values[0] == 1 and assay.values[2] == 3  # ethanol was 100 and 10,000: the mean of the logarithms
    assert [(each.index, each.given) for each in assay.unused] == [(30, "0"), (31, "-3")]
    assert assay.unused[0].reason == "'0' in 'pIC50' is no number above zero."
    made = make("fitted", path=path, value="pIC50", log=True)
    assert made.name == "log pIC50, fitted on 30 molecules"
    assert made([clean("C" * 12 + "O")])[0] == pytest.approx(12, abs=1.5)
    assert "log units" in learnt(path, None, "pIC50", True).said


def test_a_changed_file_is_fitted_anew(tmp_path: Path) -> None:
    path = tmp_path / "assay.csv"
    first = learnt(written(path, chains(30)), None, None)
    assert learnt(str(path), None, None) is first
    written(path, chains(40))
    os.utime(path, ns=(1, 1))
    assert len(learnt(str(path), None, None).assay.mols) == 40


@pytest.mark.parametrize(
    ("rows", "header", "said"),
    [
        (chains(10), ("SMILES", "pIC50"), "'assay.csv' has 10 molecules with a number in 'pIC50'; at least 20."),
        ([(s, 1.0) for s, _ in chains(30)], ("SMILES", "pIC50"), "All values of 'pIC50' in 'assay.csv' are 1"),
        (chains(30), ("structur", "pIC50"), "'assay.csv' has no column 'smiles'; the columns are: structur, pIC50"),
        ([(s, v, v) for s, v in chains(30)], ("SMILES", "a", "b"), "numbers are in: a, b; name one."),
        ([(s, "x") for s, _ in chains(30)], ("SMILES", "a"), "no column holds numbers alone"),
        ([], ("SMILES", "a"), "has no lines below its header"),
    ],
)
def test_a_file_that_can_not_be_fitted_is_said(
    tmp_path: Path, rows: Sequence[Sequence[object]], header: Sequence[str], said: str
) -> None:
    with pytest.raises(UserError) as wrong:
        make("fitted", path=written(tmp_path / "assay.csv", rows, header))
    assert said in str(wrong.value)


def test_an_unknown_column_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no column 'Ki'; the columns are: SMILES, pIC50"):
        make("fitted", path=written(tmp_path / "assay.csv", chains(30)), value="Ki")


def test_measured_solubility_is_learnt_and_the_spread_covers_the_errors() -> None:
    try:
        path = data_folder() / "molecules" / "ESOL_delaney-processed.csv"
    except UserError as wrong:
        pytest.skip(str(wrong))
    if not path.is_file():
        pytest.skip(f"{path.name} is not there")
    assay = read_assay(path, value="measured log solubility in mols per litre")
    order = np.random.default_rng(0).permutation(len(assay.mols))
    seen, unseen = order[:700], order[700:1100]
    fit = module._fit(Assay("logS", Molecules(assay.mols[int(i)] for i in seen), assay.values[seen]))
    mean, spread = fit.predict(Molecules(assay.mols[int(i)] for i in unseen))
    errors = mean - assay.values[unseen]
    assert 1 - errors.var() / assay.values[unseen].var() > 0.85
    assert fit.r2 > 0.8
    assert 0.55 < (np.abs(errors) < spread).mean() < 0.85  # a normal spread covers .68
    assert (np.abs(errors) < 2 * spread).mean() > 0.88  # and twice it .95
    assert np.corrcoef(np.abs(errors), spread)[0, 1] > 0.2
