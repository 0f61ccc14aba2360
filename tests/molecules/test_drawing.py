"""Drawings of molecules and curves: safe, with atoms that can be marked."""

from __future__ import annotations

import xml.etree.ElementTree as tree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem

from assistant.errors import UserError
from assistant.molecules.cells import cell, compared
from assistant.molecules.drawing import curve_svg, fragment, histogram_svg, molecule_svg
from assistant.molecules.groups import resolve
from assistant.types import Highlight, Output, Report

MOLECULES = (
    "Cc1ccncc1C(=O)NC1CCOC1", "O=[N+]([O-])c1ccc2[nH]ccc2c1", "CC(=O)Oc1ccccc1C(=O)O", "C[C@H](N)C(=O)N1CCCC1",
    "N#Cc1ccc(S(=O)(=O)N2CCN(C)CC2)cc1", "C1CC12CCNCC2", "FC(F)(F)c1nnc(-c2cccs2)o1",
)  # fmt: skip


def test_every_atom_has_a_place_that_can_be_marked() -> None:
    svg = tree.fromstring(molecule_svg(MOLECULES[0], place="#2"))
    atoms = [one.get("data-atom") for one in svg.iter() if one.get("class") == "atom"]
    assert atoms == [str(number) for number in range(Chem.MolFromSmiles(MOLECULES[0]).GetNumAtoms())]
    assert svg.get("data-output") == "#2" and svg.get("role") == "img"
    assert "data-atom" not in molecule_svg(MOLECULES[0])


def test_what_is_no_molecule_is_shown_as_text_and_never_run() -> None:
    assert molecule_svg("<script>alert(1)</script>") == (
        '<p class="mol-unread">&lt;script&gt;alert(1)&lt;/script&gt;</p>'
    )


@given(st.sampled_from(MOLECULES), st.data())
def test_a_fragment_is_found_again_where_it_was_marked(smiles: str, data: st.DataObject) -> None:
    mol = Chem.MolFromSmiles(smiles)
    first = data.draw(st.integers(0, mol.GetNumAtoms() - 1))
    reach = data.draw(st.integers(0, 3))
    chosen = {first} | {
        atom.GetIdx() for atom in mol.GetAtoms() if Chem.GetDistanceMatrix(mol)[first][atom.GetIdx()] <= reach
    }
    query = resolve(fragment(smiles, sorted(chosen))).query()
    assert any(set(match) == chosen for match in mol.GetSubstructMatches(query, uniquify=False, maxMatches=10_000))


def test_a_ring_is_named_as_a_chemist_writes_it() -> None:
    assert fragment("Cc1ccncc1C(=O)NC1CCOC1", (1, 2, 3, 4, 5, 6)) == "c1ccncc1"
    assert fragment("Cc1ccncc1C(=O)NC1CCOC1", (10, 11, 12, 13, 14)) == "C1CCOC1"
    assert fragment("c1ccccc1", range(6)) == "c1ccccc1"


@pytest.mark.parametrize("atoms", [(), (99,), (-1,)])
def test_atoms_that_are_not_there_are_refused(atoms: tuple[int, ...]) -> None:
    with pytest.raises(UserError, match="are not all in"):
        fragment("CCO", atoms)


def test_curves_and_distributions_are_well_formed_and_escaped() -> None:
    x = np.linspace(0, 5, 20)
    one = np.linspace(0, 1, 20)
    svg = tree.fromstring(curve_svg(x, one, one * 0.8, np.minimum(1, one * 1.2), title="a <b>", unit="Å²", now=[1, 9]))
    assert svg.get("aria-label") == "a <b>: how desirable its values are"
    assert len([node for node in svg.iter() if node.get("class") == "now"]) == 1, "what is off the axis is not marked"
    bars = tree.fromstring(histogram_svg(np.array([0.1, 0.2]), np.array([0.9]), title="worth"))
    assert {node.get("class") for node in bars.iter("rect")} == {"before", "after"}


def test_a_cell_has_the_drawing_the_properties_and_the_reasons() -> None:
    output = Output(
        value=MOLECULES[0], example_id="any", score=0.5, said="CCO",
        highlights=(Highlight(text="logP 0.9 <", start=0, end=0, weight=-0.4),),
    )  # fmt: skip
    shown = cell(output, 3)
    assert 'data-output="#3"' in shown and "MW <b>206</b>" in shown and "edited" in shown
    assert '<li class="against"><span aria-hidden="true">▼</span> logP 0.9 &lt;</li>' in shown


def test_a_report_shows_both_samples() -> None:
    samples = ((("CCO", 0.2), ("CCN", 0.1)), (("c1ccncc1", 0.9),))
    shown = compared(Report(live=True, why="", samples=samples))
    assert "The best before" in shown and "The best now" in shown and shown.count('class="mol"') == 3
    assert compared(Report(live=True, why="")) == ""
