"""Own assay data with a direction: guessed from the column's name, said, and told otherwise behind a colon."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.errors import UserError
from assistant.molecules.assay import left_out, measured, way
from assistant.molecules.chem import Aside
from assistant.molecules.components import fitted as module
from assistant.molecules.desirability import ReverseSigmoid, Sigmoid

FEW, MANY = [4.0, 7.0, 9.0], [0.5, 40.0, 9000.0]
"""Values within a decade, and over four."""


@pytest.fixture(autouse=True)
def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TREES", 30)


@pytest.mark.parametrize(
    ("column", "more", "log"),
    [
        ("pIC50", True, False), ("pKi", True, False), ("pEC50_mean", True, False), ("-logIC50", True, False),
        ("neg_log_Kd", True, False), ("activity", True, False), ("% inhibition", True, False), ("logS", True, False),
        ("IC50", False, True), ("IC50_nM", False, True), ("EC50 (µM)", False, True), ("IC50nM", False, True),
        ("DRD2_Ki", False, True), ("K_d", False, True), ("MIC (µg/mL)", False, True), ("potency_uM", False, True),
        ("logIC50", False, False), ("log10(Ki)", False, False), ("clearance", False, False),
        ("hERG", False, False), ("hERG_pIC50", False, False), ("hERGIC50_uM", True, True), ("CC50", True, True),
        ("pCC50", False, False), ("solubility_uM", True, False), ("kinase", True, False), ("wiki", True, False),
    ],
)  # fmt: skip
def test_a_name_tells_which_way_is_better(column: str, more: bool, log: bool) -> None:
    found = way(column, [column], FEW)
    assert (found.more, found.log) == (more, log)


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("pIC50", "More pIC50 is better; say otherwise with `--label pIC50:less`."),
        ("IC50_nM", "Less IC50_nM is better, on a log scale; say otherwise with `--label IC50_nM:more`, or `:linear`."),
        ("IC50_nM:more", "More IC50_nM is better, on a log scale; say otherwise with `--label IC50_nM:linear`."),
        ("IC50_nM:linear", "Less IC50_nM is better; say otherwise with `--label IC50_nM:more`."),
        ("IC50_nM:LESS:log", "Less IC50_nM is better, on a log scale."),
        ("y", "More y is better, on a log scale (its name does not tell, and its values span 4.3 decades); "
         "say otherwise with `--label y:less`, or `:linear`."),
        ("y:less:linear", "Less y is better."),
        ("my Ki", "Less my Ki is better, on a log scale; say otherwise with `--label 'my Ki:more'`, or `:linear`."),
        ("a:b:less", "Less a:b is better, on a log scale (its values span 4.3 decades); "
         "say otherwise with `--label a:b:linear`."),
        ("c:more", "More c:more is better, on a log scale (its name does not tell, and its values span 4.3 decades); "
         "say otherwise with `--label c:more:less`, or `:linear`."),
    ],
)  # fmt: skip
def test_what_is_guessed_is_said_with_how_to_say_otherwise(label: str, said: str) -> None:
    assert way(label, ["pIC50", "IC50_nM", "y", "my Ki", "a:b", "c:more"], MANY).said == said


@pytest.mark.parametrize(
    ("values", "log"),
    [(MANY, True), (FEW, False), ([0.0, 9000.0], False), ([-1.0, 9000.0], False), ([1.0, 1000.0], False), ([], False)],
)
def test_positive_values_of_more_than_three_decades_are_taken_as_logarithms(values: list[float], log: bool) -> None:
    assert way("y", ["y"], values).log is log


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("pIC50:les", "Behind 'pIC50' stands 'les'; one of: more, less, log, linear; did you mean 'pIC50:less'?"),
        ("pIC50:", "Behind 'pIC50' stands ''; one of: more, less, log, linear."),
        ("pIC50:more:less", "'pIC50:more:less' says both 'more' and 'less'; say one of them."),
        ("Ki:less", "There is no column 'Ki'; the columns are: SMILES, pIC50."),
    ],
)
def test_a_direction_that_is_none_is_said(label: str, said: str) -> None:
    with pytest.raises(UserError) as wrong:
        way(label, ["SMILES", "pIC50"])
    assert said in str(wrong.value)


def written(path: Path, *odd: str) -> str:
    rows = [f"{'C' * n}{end},{10 ** (n / 5 + bonus)}" for n in range(1, 16) for end, bonus in (("O", 0), ("N", 0.3))]
    path.write_text("\n".join(["SMILES,IC50_nM", *rows, *odd]), encoding="utf-8")
    return str(path)


def test_a_column_becomes_a_part_of_the_goal(tmp_path: Path) -> None:
    path = written(tmp_path / "assay.csv", "CCC,> 10000", "CCF,n.d.", "CC(,3", "CCCl,")
    found = measured(path, "IC50_nM")
    assert isinstance(found.part.desirability, ReverseSigmoid)
    assert found.part.options == {"path": path, "value": "IC50_nM", "log": True}
    assert 0 < found.part.desirability.low < found.part.desirability.high < 3.5, "in logarithms"
    assert found.said.startswith("A model was fitted to IC50_nM (R²") and "30 molecules). Less IC50_nM" in found.said
    assert found.left_out == (
        "3 values are no numbers above zero and were left out of the fit: '> 10000' (number 31), 'n.d.' (number 32), "
        "1 empty; their molecules are shown all the same."
    )


def test_the_same_column_the_other_way_round(tmp_path: Path) -> None:
    found = measured(written(tmp_path / "assay.csv"), "IC50_nM:more:linear")
    assert isinstance(found.part.desirability, Sigmoid) and found.part.desirability.high > 100
    assert not found.left_out and "on a log scale" not in found.said


def test_too_few_values_above_zero_are_said_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "assay.csv"
    path.write_text("\n".join(["SMILES,Ki", *(f"{'C' * n}O,-{n}" for n in range(1, 30))]), encoding="utf-8")
    with pytest.raises(UserError) as wrong:
        measured(str(path), "Ki")
    assert "has 0 molecules with a number above zero in 'Ki'; at least 20; or model it as it is" in str(wrong.value)
    found = measured(str(path), "Ki:linear")
    assert np.isfinite(found.part.desirability([-3.0])).all()


def test_many_values_that_are_none_are_counted() -> None:
    unused = [Aside(n, "n.d.", "") for n in range(7)]
    assert "'n.d.' (number 5), 2 more; their molecules" in left_out(unused)
    assert left_out(unused[:1]) == (
        "1 value is no number and was left out of the fit: 'n.d.' (number 1); its molecule is shown all the same."
    )
    assert left_out([]) == ""
