"""Every component knows the right values of known molecules, shares its work, and has NaN where it failed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.errors import UserError
from assistant.molecules.chem import Molecules, clean
from assistant.molecules.components import component, make
from assistant.molecules.components._table import PROPERTIES, find
from assistant.molecules.components.alerts import CATALOGUES, raised
from assistant.molecules.values import raw_values

ASPIRIN, CAFFEINE, PENICILLIN = (
    "CC(=O)Oc1ccccc1C(=O)O",
    "Cn1c(=O)c2c(ncn2C)n(C)c1=O",
    "CC1(C)S[C@@H]2[C@H](NC(=O)Cc3ccccc3)C(=O)N2[C@H]1C(=O)O",
)
NICOTINE, SPIRO, HEXYNE = "CN1CCC[C@H]1c1cccnc1", "C1CCC2(C1)CCCC2", "CCCCC#C"

KNOWN: dict[str, dict[str, float]] = {
    # from PubChem or counted by hand, where that can be; logP, QED and SA are RDKit's own
    "mw": {ASPIRIN: 180.16, CAFFEINE: 194.19, PENICILLIN: 334.39},
    "exact_mass": {ASPIRIN: 180.0423, CAFFEINE: 194.0804},
    "logp": {ASPIRIN: 1.310, CAFFEINE: -1.029},
    "molar_refractivity": {ASPIRIN: 44.71},
    "tpsa": {ASPIRIN: 63.6, CAFFEINE: 61.82, NICOTINE: 16.13},
    "hbd": {ASPIRIN: 1, CAFFEINE: 0, PENICILLIN: 2},
    "hba": {ASPIRIN: 3, CAFFEINE: 3, NICOTINE: 2},
    "nhoh": {ASPIRIN: 1, PENICILLIN: 2},
    "no": {ASPIRIN: 4, CAFFEINE: 6},
    "rotatable_bonds": {ASPIRIN: 2, CAFFEINE: 0, NICOTINE: 1},
    "rings": {ASPIRIN: 1, CAFFEINE: 2, PENICILLIN: 3},
    "aromatic_rings": {ASPIRIN: 1, CAFFEINE: 2, NICOTINE: 1},
    "aliphatic_rings": {ASPIRIN: 0, NICOTINE: 1, PENICILLIN: 2},
    "saturated_rings": {NICOTINE: 1, SPIRO: 2},
    "heterocycles": {NICOTINE: 2, ASPIRIN: 0},
    "carbocycles": {NICOTINE: 0, ASPIRIN: 1, SPIRO: 2},
    "largest_ring": {NICOTINE: 6, HEXYNE: 0},
    "spiro_atoms": {SPIRO: 1, ASPIRIN: 0},
    "bridgehead_atoms": {"C1CC2CCC1C2": 2, ASPIRIN: 0},
    "fsp3": {ASPIRIN: 1 / 9, CAFFEINE: 3 / 8, NICOTINE: 0.5},
    "aromatic_share": {ASPIRIN: 6 / 13, HEXYNE: 0},
    "stereocentres": {PENICILLIN: 3, NICOTINE: 1, ASPIRIN: 0},
    "unassigned_stereocentres": {"CC(N)C(=O)O": 1, "C[C@H](N)C(=O)O": 0},
    "qed": {ASPIRIN: 0.5501, CAFFEINE: 0.5385},
    "sa": {ASPIRIN: 1.580, CAFFEINE: 2.298},
    "solubility": {ASPIRIN: 0.16 - 0.63 * 1.3101 - 0.0062 * 180.159 + 0.066 * 2 - 0.74 * 6 / 13},
    "charge": {ASPIRIN: 0, "C[N+](C)(C)C": 1},
    "heavy_atoms": {ASPIRIN: 13, CAFFEINE: 14},
    "atoms": {ASPIRIN: 21, CAFFEINE: 24},
    "heteroatoms": {ASPIRIN: 4, CAFFEINE: 6},
    "carbons": {ASPIRIN: 9, CAFFEINE: 8},
    "nitrogens": {CAFFEINE: 4, ASPIRIN: 0},
    "oxygens": {ASPIRIN: 4, CAFFEINE: 2},
    "sulfurs": {PENICILLIN: 1, ASPIRIN: 0},
    "fluorines": {"FC(F)(F)c1ccccc1": 3, ASPIRIN: 0},
    "halogens": {"Clc1ccccc1Br": 2, ASPIRIN: 0},
    "amide_bonds": {PENICILLIN: 2, ASPIRIN: 0},
    "graph_length": {HEXYNE: 5, "C1CCCCC1": 3},
    "sp_atoms": {HEXYNE: 2, ASPIRIN: 0},
    "sp2_atoms": {"c1ccccc1C": 6, HEXYNE: 0},
    "sp3_atoms": {HEXYNE: 4, "c1ccccc1C": 1},
    "surface_area": {ASPIRIN: 74.76},
    "complexity": {ASPIRIN: 343.2},
}


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_property_has_its_known_values(name: str) -> None:
    known = KNOWN[name]
    found = make("properties", name=name)([clean(smiles) for smiles in known])
    assert found == pytest.approx(list(known.values()), rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_property_is_found_by_its_words_within_its_bounds_and_nan_for_nothing(name: str) -> None:
    found = PROPERTIES[name]
    assert all(find(word) is found for word in (name, found.title, *found.synonyms, name.upper()))
    assert found.low < found.high
    assert found.bounds[0] <= found.low
    assert found.high <= found.bounds[1]
    made = make("properties", name=name)
    values = made([clean(ASPIRIN), None])
    assert made.bounds[0] <= values[0] <= made.bounds[1]
    assert np.isnan(values[1])
    assert made([]).shape == (0,)


def test_qed_is_exactly_rdkits() -> None:
    from rdkit.Chem import QED

    smiles = [ASPIRIN, CAFFEINE, PENICILLIN, NICOTINE, SPIRO, HEXYNE, "CC(C)C1=CC2=C(C)C=CC2=C(C)C=C1", "O=CC=CN=NCl"]
    mols = [clean(each) for each in smiles]
    assert make("properties", name="qed")(mols) == pytest.approx([QED.qed(mol) for mol in mols], abs=1e-12)


def test_solubility_is_about_right_for_measured_molecules() -> None:
    measured = {  # caffeine, aspirin, benzene, naphthalene, biphenyl, paracetamol, ibuprofen
        CAFFEINE: -0.88, ASPIRIN: -1.72, "c1ccccc1": -1.64, "c1ccc2ccccc2c1": -3.60, "c1ccc(-c2ccccc2)cc1": -4.35,
        "CC(=O)Nc1ccc(O)cc1": -1.03, "CC(C)Cc1ccc(C(C)C(=O)O)cc1": -3.76,
    }  # fmt: skip
    found = make("properties", name="esol")([clean(smiles) for smiles in measured])
    assert np.abs(found - list(measured.values())).max() < 1.0
    assert make("properties", name="esol").unit == "log10 mol/l"


def test_substructures_are_counted_by_name_or_smarts() -> None:
    mols = [clean(ASPIRIN), clean("OC(=O)CC(=O)O"), clean("CCO"), None]
    for pattern in ("carboxylic acid", "[CX3](=O)[OX2H1]"):
        counts = make("substructure", pattern=pattern)(mols)
        assert counts[:3].tolist() == [1, 2, 0]
        assert np.isnan(counts[3])
    assert make("substructure", pattern="acid").name == "carboxylic acid"


def test_alerts_are_counted_and_named() -> None:
    rhodanine, nitro = clean("O=C1/C(=C/c2ccccc2)SC(=S)N1"), clean("O=[N+]([O-])c1ccccc1")
    assert make("alerts", catalogue="PAINS")([rhodanine, clean(ASPIRIN), None])[:2].tolist() == [1, 0]
    assert make("alerts", catalogue="brenk")([nitro, clean("CCO")]).tolist() == [2, 0]
    assert "nitro_group" in raised(nitro, "BRENK")
    assert raised(rhodanine, "PAINS")[0].startswith("ene_rhod")
    assert make("alerts", catalogue="NIH")([clean("CC(=O)Cl"), clean(CAFFEINE)]).tolist()[0] >= 1
    assert make("alerts", catalogue="ZINC")([clean("COOC"), clean(CAFFEINE)]).tolist() == [1, 0]
    for catalogue in CATALOGUES:
        assert np.isnan(make("alerts", catalogue=catalogue)([None])).all()


def test_similarity_is_to_the_nearest_reference() -> None:
    mols = [clean(ASPIRIN), clean("O=C(O)c1ccccc1O"), clean("CCCCCC"), None]
    found = make("similarity", smiles=ASPIRIN)(mols)
    assert found[0] == 1
    assert 0.4 < found[1] < 1
    assert found[2] < 0.1
    assert np.isnan(found[3])
    both = make("similarity", smiles=[ASPIRIN, "CCCCCC"])(mols)
    assert both[[0, 2]].tolist() == [1, 1]
    for options in ({"radius": 3}, {"counts": False}, {"features": True}):
        assert make("similarity", smiles=ASPIRIN, **options)(mols[:2])[0] == 1


def test_fingerprints_are_made_once_for_components_that_share_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.molecules.components import similarity as module

    made: list[Any] = []
    real = module._generator
    monkeypatch.setattr(module, "_generator", lambda *settings: made.append(settings) or real(*settings))
    molecules = Molecules([clean(ASPIRIN), clean("CCO")])
    components = [make("similarity", smiles="CCO"), make("similarity", smiles="CCN")]
    made.clear()
    assert [each(molecules).shape for each in components] == [(2,), (2,)]
    assert len(made) == 1


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        (
            "propertis",
            {},
            "There is no scoring component 'propertis'; there is: alerts, fitted, properties, similarity",
        ),
        ("properties", {"nam": "mw"}, "has no option 'nam'; it has: name"),
        ("properties", {}, "is not complete"),
        ("properties", {"name": "solubillity"}, "There is no property 'solubillity'; did you mean 'solubility'"),
        ("substructure", {"pattern": "nitrro"}, "did you mean 'nitro'"),
        ("substructure", {"pattern": "[C"}, "The SMARTS '[C' does not compile"),
        ("alerts", {"catalogue": "PAIN"}, "There is no catalogue of alerts 'PAIN'; there is: PAINS, BRENK"),
        ("similarity", {"smiles": "C1CC"}, "The SMILES 'C1CC' can't be read"),
        ("similarity", {"smiles": []}, "has no reference molecule"),
        ("similarity", {"smiles": "CC", "radius": 9}, "The radius is 9; a whole number from 0 to 6"),
        ("fitted", {"path": "nowhere.csv"}, "The file 'nowhere.csv' can't be read"),
    ],
)
def test_bad_options_are_said(kind: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError) as wrong:
        make(kind, **options)
    assert said in str(wrong.value)


def test_a_new_component_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import assistant.molecules.components as package

    (tmp_path / "carbon_share.py").write_text(
        '"""Share of carbons."""\n'
        "from assistant.molecules.components import Component, component\n"
        "@component\n"
        "def carbon_share() -> Component:\n"
        '    """Carbons over heavy atoms."""\n'
        "    def share(mol):\n"
        "        return sum(a.GetAtomicNum() == 6 for a in mol.GetAtoms()) / mol.GetNumAtoms()\n"
        '    return Component("share of carbon", "", lambda molecules: molecules.each(share))\n',
        encoding="utf-8",
    )
    folders = [*package.__path__, str(tmp_path)]
    monkeypatch.setattr(package, "__path__", folders)
    monkeypatch.setattr(package.__spec__, "submodule_search_locations", folders)
    try:
        assert "carbon_share" in component.names()
        assert make("carbon_share")([clean("CCO")])[0] == pytest.approx(2 / 3)
    finally:
        component._found.pop("carbon_share", None)
        sys.modules.pop("assistant.molecules.components.carbon_share", None)


def test_several_processes_give_the_values_of_one() -> None:
    mols = [clean(smiles) for smiles in (ASPIRIN, CAFFEINE, NICOTINE)] * 4 + [None]
    specs = [("properties", {"name": "logp"}), ("substructure", {"pattern": "carboxylic acid"})]
    one, two = raw_values(specs, mols, processes=1), raw_values(specs, mols, processes=2)
    assert one.shape == (13, 2)
    np.testing.assert_array_equal(one, two)
    assert np.isnan(two[12]).all()
