"""Changes to molecules, as chemists say them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import UserError
from assistant.molecules.chem import canonical, clean
from assistant.molecules.edits import SUBSTITUENTS, SWAPS, edit
from assistant.types import EditAct


def act(op: str, object: str = "group", **parts: str) -> EditAct:
    return EditAct.model_validate({"op": op, "object": object, **parts})


@pytest.mark.parametrize(
    ("smiles", "change", "after"),
    [
        ("Cc1ccccc1", act("insert", new="fluorine", where="para"), "Cc1ccc(F)cc1"),
        ("Cc1ccccc1", act("insert", new="a chlorine", where="meta to the methyl"), "Cc1cccc(Cl)c1"),
        ("Cc1ccccc1", act("insert", new="fluoro", where="ortho position"), "Cc1ccccc1F"),
        ("O=C(NC1CC1)c1ccccc1", act("insert", new="fluorine", where="on the phenyl"), "O=C(NC1CC1)c1ccc(F)cc1"),
        ("CN1CCNCC1", act("insert", new="methyl", where="the amine"), "CN1CCN(C)CC1"),
        ("c1ccc2[nH]ccc2c1", act("insert", new="methyl", where="the indole"), "Cn1ccc2ccccc21"),
        ("OCc1ccccc1", act("insert", new="CF3", where="para"), "OCc1ccc(C(F)(F)F)cc1"),
        ("CC1CCNCC1", act("insert", new="acetyl", where="piperidine"), None),
        ("O=[N+]([O-])c1ccccc1", act("delete", old="nitro"), "c1ccccc1"),
        ("O=[N+]([O-])c1ccc(NC(=O)C2CCOCC2)cc1", act("delete", old="the nitro group"), "O=C(Nc1ccccc1)C1CCOCC1"),
        ("Clc1ccccc1CN", act("delete", old="chlorine"), "NCc1ccccc1"),
        ("CC(=O)Nc1ccc(OC)cc1", act("delete", old="methoxy"), "CC(=O)Nc1ccccc1"),
        ("N#Cc1ccccc1", act("delete", old="nitrile"), "c1ccccc1"),
        ("CCOC(=O)c1ccccc1", act("replace", old="ester", new="amide"), "CCNC(=O)c1ccccc1"),
        ("CCNC(=O)c1ccccc1", act("replace", old="amide", new="ester"), "CCOC(=O)c1ccccc1"),
        ("CCNC(=O)c1ccccc1", act("replace", old="the amide", new="a sulfonamide"), "CCNS(=O)(=O)c1ccccc1"),
        ("CCNC(=O)c1ccccc1", act("replace", old="amide", new="urea"), "CCNC(=O)Nc1ccccc1"),
        ("COc1ccccc1", act("replace", old="ether", new="amine"), "CNc1ccccc1"),
        ("O=[N+]([O-])c1ccccc1", act("replace", old="nitro", new="cyano"), "N#Cc1ccccc1"),
        ("O=[N+]([O-])c1ccccc1", act("replace", old="nitro", new="fluorine"), "Fc1ccccc1"),
        ("Clc1ccccc1CN", act("replace", old="chloro", new="CF3"), "NCc1ccccc1C(F)(F)F"),
        ("CC(=O)Nc1ccc(OC)cc1", act("replace", old="methoxy", new="fluoro"), "CC(=O)Nc1ccc(F)cc1"),
        ("O=C(O)c1ccccc1", act("replace", old="carboxylic acid", new="tetrazole"), "c1ccc(-c2nnn[nH]2)cc1"),
        ("O=C(O)c1ccccc1", act("replace", old="acid", new="nitrile"), "N#Cc1ccccc1"),
        ("Cc1ccccc1", act("replace", "ring", old="phenyl", new="pyridine"), None),
        ("Cc1ccccc1", act("replace", "ring", old="benzene", new="cyclohexane"), "CC1CCCCC1"),
        ("Cc1ccncc1", act("replace", "ring", old="pyridine", new="phenyl"), "Cc1ccccc1"),
        ("CN1CCCCC1", act("replace", "ring", old="piperidine", new="morpholine"), "CN1CCOCC1"),
        ("CN1CCCCC1", act("replace", "ring", old="piperidine", new="piperazine"), "CN1CCNCC1"),
        ("CN1CCOCC1", act("replace", "ring", old="morpholine", new="piperidine"), "CN1CCCCC1"),
        ("CCCCOc1ccccc1", act("resize", "chain", new="shorter"), "CCCOc1ccccc1"),
        ("CCCOc1ccccc1", act("resize", "chain", new="longer"), "CCCCOc1ccccc1"),
    ],
    ids=str,
)
def test_what_was_said_is_carried_out(smiles: str, change: EditAct, after: str | None) -> None:
    made = edit(smiles, change)
    assert made == canonical(clean(made)) != canonical(clean(smiles))
    if after is not None:
        assert made == canonical(clean(after))
    assert edit(smiles, change) == made, "the same words give the same molecule"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (act("delete", old="nitro"), "There is no nitro in CCO"),
        (act("delete", old="unobtainium"), "There is no group 'unobtainium'"),
        (act("insert", new="unobtainium"), "I don't know how to put 'unobtainium' on a molecule"),
        (act("insert", new="fluorine", where="on the phenyl"), "There is no"),
        (act("insert", new="fluorine", where="behind the moon"), "I don't know the place 'behind the moon'"),
        (act("merge", new="x"), "I can't tell what should be changed"),
        (act("resize", "chain", new="shorter"), "I can't carry that out on CCO"),
    ],
)
def test_what_cannot_be_carried_out_is_said(change: EditAct, said: str) -> None:
    with pytest.raises(UserError) as wrong:
        edit("CCO", change)
    assert said in str(wrong.value)


@pytest.mark.parametrize("smiles", SUBSTITUENTS)
def test_every_substituent_can_be_put_on_a_ring(smiles: str) -> None:
    name = SUBSTITUENTS[smiles].split()[0].replace("-", " ")
    made = edit("c1ccccc1", act("insert", new=name))
    assert clean(made).GetNumHeavyAtoms() > 6


@pytest.mark.parametrize("names", SWAPS, ids=" to ".join)
def test_every_swap_is_a_reaction(names: tuple[str, str]) -> None:
    from rdkit.Chem import rdChemReactions

    reaction = rdChemReactions.ReactionFromSmarts(SWAPS[names])
    assert reaction.GetNumReactantTemplates() == 1 == reaction.GetNumProductTemplates()


@given(
    st.sampled_from(["insert", "delete", "replace", "resize", "move", "merge"]),
    st.text(max_size=12),
    st.text(max_size=12),
    st.text(max_size=12),
)
def test_nothing_that_is_said_breaks_it(op: str, old: str, new: str, where: str) -> None:
    try:
        made = edit("COC(=O)c1ccc(N)cc1", act(op, old=old, new=new, where=where))
    except UserError:
        return
    assert canonical(clean(made)) == made
