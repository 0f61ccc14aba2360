"""The named substructures: each matches its molecule and not the other; names are found as people say them."""

from __future__ import annotations

import pytest

from assistant.errors import UserError
from assistant.molecules.chem import canonical, clean
from assistant.molecules.groups import KINDS, Group, groups, highlighted, resolve

ALL = list(groups().values())


def test_there_are_enough_of_each_kind() -> None:
    assert len(ALL) >= 200
    counts = {kind: sum(group.kind == kind for group in ALL) for kind in KINDS}
    assert all(count >= 50 for count in counts.values()), counts
    assert {group.kind for group in ALL} == set(KINDS)


@pytest.mark.parametrize("group", ALL, ids=lambda group: group.name)
def test_a_group_matches_its_molecule_and_not_the_other(group: Group) -> None:
    has, lacks = clean(group.has), clean(group.lacks)
    assert canonical(has), "both are given in their neutral form"
    assert has.HasSubstructMatch(group.query())
    assert not lacks.HasSubstructMatch(group.query())


@pytest.mark.parametrize("group", ALL, ids=lambda group: group.name)
def test_a_group_is_found_by_each_of_its_words(group: Group) -> None:
    for word in (group.name, *group.synonyms):
        assert resolve(word) == group
        assert resolve(word.upper()) == group


def test_no_word_means_two_groups() -> None:
    words = [word.casefold() for group in ALL for word in (group.name, *group.synonyms)]
    assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("nitro groups", "nitro"),
        ("a carboxylic acid", "carboxylic acid"),
        ("Carboxylic Acids", "carboxylic acid"),
        ("any pyridine rings", "pyridine"),
        ("phenyl", "benzene"),
        ("t-Bu", "tert-butyl"),
        ("β-lactams", "beta-lactam"),
        ("trifluoro-methyl", "trifluoromethyl"),
        ("CN", "nitrile"),
        ("CF3", "trifluoromethyl"),
        ("Michael acceptors", "michael acceptor"),
        ("morpholines", "morpholine"),
    ],
)
def test_groups_are_found_as_people_say_them(said: str, name: str) -> None:
    assert resolve(said).name == name


@pytest.mark.parametrize("smarts", ["[OH]", "C#N", "CCO", "c1ccccc1", "[NX3;H2]c", "C(=O)O", "[#6]~[#7]"])
def test_a_smarts_is_itself(smarts: str) -> None:
    assert resolve(smarts) == Group(smarts, smarts)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("nitrro", "There is no group 'nitrro'; did you mean 'nitro'"),
        ("pyridin", "did you mean 'pyridine'"),
        ("carboxilic acid", "did you mean 'carboxylic acid'"),
        ("hoops", "There is no group 'hoops'"),
        ("[#6", "The SMARTS '[#6' does not compile"),
        ("C(=O", "The SMARTS 'C(=O' does not compile"),
        ("", "The group has no name"),
        ("[#6]" * 300, "has 1,200 characters; at most 1,000"),
    ],
)
def test_an_unknown_group_is_said_with_what_was_meant(said: str, message: str) -> None:
    with pytest.raises(UserError) as wrong:
        resolve(said)
    assert message in str(wrong.value)


def test_the_atoms_of_a_group_can_be_highlighted() -> None:
    aspirin = clean("CC(=O)Oc1ccccc1C(=O)O")
    acid = highlighted(aspirin, resolve("carboxylic acid"))
    assert [aspirin.GetAtomWithIdx(atom).GetSymbol() for atom in acid] == ["C", "O", "O"]
    assert highlighted(aspirin, resolve("nitro")) == ()


def test_a_charged_acid_is_found_once_it_is_neutral() -> None:
    query = resolve("carboxylic acid").query()
    assert clean("CC(=O)[O-].[K+]").HasSubstructMatch(query)
    assert clean("[NH3+][C@@H](C)C(=O)[O-]").HasSubstructMatch(query)
