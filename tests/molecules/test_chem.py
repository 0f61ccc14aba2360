"""A SMILES becomes one clean molecule, or a sentence that says why not; nothing is lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import UserError
from assistant.molecules.chem import Molecules, canonical, clean, clean_all, scaffold


@pytest.mark.parametrize(
    ("given_smiles", "parent"),
    [
        ("CC(=O)[O-].[Na+]", "CC(=O)O"),
        ("CCN.Cl", "CCN"),
        ("[NH3+]CC(=O)[O-]", "NCC(=O)O"),
        ("C[N+](=O)[O-]", "C[N+](=O)[O-]"),  # a nitro group's charges are its own
        ("C[N+](C)(C)C.[Cl-]", "C[N+](C)(C)C"),  # and a quaternary nitrogen keeps its
        ("OCC.O", "CCO"),
        ("c1ccccc1.c1ccccc1", "c1ccccc1"),  # the same twice is no mixture
        ("  OCC\n", "CCO"),
        ("CN1CCC[C@H]1c1cccnc1.OC(=O)C[C@](O)(CC(=O)O)C(=O)O", "CN1CCC[C@H]1c1cccnc1"),  # a citrate
        ("CC(C)NCC(O)COc1ccccc1.Cc1ccc(S(=O)(=O)[O-])cc1", "CC(C)NCC(O)COc1ccccc1"),  # a tosylate
        ("OC(=O)c1ccccc1.[Na+]", "O=C(O)c1ccccc1"),  # a counterion's name, but the compound here
        ("CN1CCC[C@H]1c1cccnc1.OC(=O)/C=C/C(=O)O", "CN1CCC[C@H]1c1cccnc1"),
    ],
)
def test_the_neutral_parent_is_left(given_smiles: str, parent: str) -> None:
    assert canonical(clean(given_smiles)) == parent


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("", "The SMILES is empty"),
        ("CC(", "The SMILES 'CC(' can't be read; its brackets, rings or atoms are not well formed"),
        ("CC(C)(C)(C)C", "Explicit valence for atom # 1 C, 5"),
        ("c1cccc1", "Can't kekulize mol"),
        ("CCO benzene", "it has a space in it"),
        ("[Fe]", "'[Fe]' has Fe in it"),
        ("*CC", "open attachment point"),
        ("COc1ccccc1.Cc1ccncc1", "is a mixture of 2 compounds"),
        ("[H][H]", "has no atom but hydrogen"),
        ("C" * 500, "has 500 heavy atoms; at most 100."),
        ("C" * 3000, "has 3,000 characters; at most 2,000."),
    ],
)
def test_what_is_no_molecule_is_said_in_a_sentence(bad: str, said: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UserError) as wrong:
        clean(bad)
    assert said in str(wrong.value)
    assert len(str(wrong.value)) < 300
    assert not capfd.readouterr().err, "RDKit's own log is silent"


def test_nothing_is_lost_in_a_list() -> None:
    cleaned = clean_all(["CCO", "CC(", "[Na+].CC(=O)[O-]", ""])
    assert [canonical(mol) for mol in cleaned.mols] == ["CCO", "CC(=O)O"]
    assert cleaned.index == [0, 2]
    assert [(aside.index, aside.given) for aside in cleaned.aside] == [(1, "CC("), (3, "")]
    assert "can't be read" in cleaned.aside[0].reason


@given(
    st.lists(st.one_of(st.sampled_from(["CCO", "c1ccccc1", "[Na+].[Cl-]", "C.C"]), st.text(max_size=12)), max_size=8)
)
def test_every_input_is_kept_or_set_aside(smiles: list[str]) -> None:
    cleaned = clean_all(smiles)
    assert sorted([*cleaned.index, *(aside.index for aside in cleaned.aside)]) == list(range(len(smiles)))
    assert [canonical(clean(canonical(mol))) for mol in cleaned.mols] == [canonical(mol) for mol in cleaned.mols]


def test_the_scaffold_is_the_rings_and_what_links_them() -> None:
    assert scaffold(clean("CCc1ccc(CN2CCOCC2)cc1F")) == "c1ccc(CN2CCOCC2)cc1"
    assert scaffold(clean("CCCO")) == ""


def test_what_several_need_is_made_once() -> None:
    molecules, made = Molecules([clean("CCO"), None]), []
    for _ in range(2):
        assert molecules.shared("size", lambda mols: made.append(len(mols)) or len(mols)) == 2
    assert made == [2]
    assert Molecules.of(molecules) is molecules
    assert len(molecules[:1]) == 1


def test_a_molecule_that_fails_is_nan_and_never_zero() -> None:
    def fails(mol: object) -> float:
        raise RuntimeError("Invariant violation")

    molecules = Molecules([clean("CCO"), None])
    assert np.isnan(molecules.each(fails)).all()
    assert molecules.each(lambda mol: 1.0).tolist()[0] == 1.0
    assert np.isnan(molecules.each(lambda mol: 1.0)[1])
