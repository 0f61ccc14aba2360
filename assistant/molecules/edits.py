"""A change to a molecule as a chemist says it, carried out: "put a fluorine on the phenyl", "swap ester for amide".

    edit("Cc1ccccc1", EditAct(op="insert", object="group", new="fluorine", where="para"))        ->  "Cc1ccc(F)cc1"
    edit("CCOC(=O)c1ccccc1", EditAct(op="replace", object="group", old="ester", new="amide"))    ->  "CCNC(=O)c1ccccc1"
    edit("O=[N+]([O-])c1ccccc1", EditAct(op="delete", object="group", old="nitro"))              ->  "c1ccccc1"

Where several places would do, the one that makes the easiest molecule is taken (synthetic accessibility, Ertl &
Schuffenhauer 2009), and of equals the first in canonical order, so the same words give the same molecule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assistant.errors import UserError
from assistant.molecules.chem import Mol, Molecules, canonical, clean
from assistant.molecules.components._table import PROPERTIES
from assistant.molecules.groups import Group, resolve
from assistant.types import EditAct

__all__ = ["SUBSTITUENTS", "edit"]

SUBSTITUENTS = {
    "F": "fluorine fluoro fluoride f", "Cl": "chlorine chloro chloride cl", "Br": "bromine bromo bromide br",
    "I": "iodine iodo iodide", "C": "methyl me ch3 methylate", "CC": "ethyl et", "CCC": "propyl n-propyl",
    "C(C)C": "isopropyl ipr i-propyl", "C(C)(C)C": "tert-butyl t-butyl tbu tertbutyl", "C1CC1": "cyclopropyl",
    "C1CCC1": "cyclobutyl", "C1CCCC1": "cyclopentyl", "C1CCCCC1": "cyclohexyl cyclohexane",
    "O": "hydroxyl hydroxy oh alcohol phenol hydroxide", "OC": "methoxy ome", "OCC": "ethoxy oet",
    "OC(F)(F)F": "trifluoromethoxy ocf3", "N": "amino amine nh2 primary-amine", "NC": "methylamino nhme methylamine",
    "N(C)C": "dimethylamino nme2 dimethylamine", "C#N": "cyano nitrile cn", "[N+](=O)[O-]": "nitro no2",
    "C(F)(F)F": "trifluoromethyl cf3", "C(F)F": "difluoromethyl chf2",
    "C(=O)O": "carboxylic-acid acid carboxyl cooh co2h",
    "C(N)=O": "amide carboxamide primary-amide conh2", "C(=O)OC": "methyl-ester ester", "C(C)=O": "acetyl ketone",
    "NC(C)=O": "acetamide acetamido", "S(N)(=O)=O": "sulfonamide sulphonamide",
    "S(C)(=O)=O": "mesyl sulfone methylsulfonyl",
    "S": "thiol", "SC": "methylthio thioether sme", "C#C": "alkyne ethynyl", "C=C": "vinyl", "C=O": "aldehyde formyl",
    "c1ccccc1": "phenyl benzene phenyl-ring ph", "c1ccccn1": "2-pyridyl pyridyl pyridine", "c1cccnc1": "3-pyridyl",
    "c1ccncc1": "4-pyridyl", "N1CCOCC1": "morpholine morpholino morpholinyl", "N1CCNCC1": "piperazine piperazinyl",
    "N1CCN(C)CC1": "methylpiperazine n-methylpiperazine", "N1CCCCC1": "piperidine piperidinyl",
    "N1CCCC1": "pyrrolidine pyrrolidinyl", "c1nnn[nH]1": "tetrazole", "[nH]1ccnc1": "imidazole",
    "[nH]1cccn1": "pyrazole",
    "Cc1ccccc1": "benzyl bn", "c1cccs1": "thiophene thienyl", "c1ccco1": "furan furyl",
}  # fmt: skip
"""What can be put on a molecule by name; the first atom of each is bound."""
SWAPS = {
    ("ester", "amide"): "[C:1](=[O:2])[OX2:3][#6:4]>>[C:1](=[O:2])[NH:3][#6:4]",
    ("amide", "ester"): "[C:1](=[O:2])[NX3;H1:3][#6:4]>>[C:1](=[O:2])[O:3][#6:4]",
    ("amide", "sulfonamide"): "[C:1](=[O:2])[NX3:3]>>[S:1](=[O:2])(=O)[N:3]",
    ("sulfonamide", "amide"): "[S:1](=[O:2])(=O)[NX3:3]>>[C:1](=[O:2])[N:3]",
    ("amide", "amine"): "[C:1](=[O:2])[NX3:3]>>[CH2:1][N:3]",
    ("amide", "urea"): "[#6:4][C:1](=[O:2])[NX3:3]>>[#6:4]N[C:1](=[O:2])[N:3]",
    ("amide", "thioamide"): "[C:1](=[O:2])[NX3:3]>>[C:1](=[S:2])[N:3]",
    ("ketone", "alcohol"): "[#6:4][C:1](=[O:2])[#6:5]>>[#6:4][C:1]([OH:2])[#6:5]",
    ("alcohol", "ketone"): "[#6:4][CH1:1]([OH:2])[#6:5]>>[#6:4][C:1](=[O:2])[#6:5]",
    ("ether", "amine"): "[#6;!$(C=O):1][OX2;!$(OC=O):2][#6;!$(C=O):3]>>[#6:1][NH:2][#6:3]",
    ("ether", "thioether"): "[#6;!$(C=O):1][OX2;!$(OC=O):2][#6;!$(C=O):3]>>[#6:1][S:2][#6:3]",
    ("amine", "ether"): "[#6;!$(C=O):1][NX3;H1:2][#6;!$(C=O):3]>>[#6:1][O:2][#6:3]",
    ("phenyl", "pyridine"): "[cH:1]1[c:2][c:3][c:4][c:5][c:6]1>>[n:1]1[c:2][c:3][c:4][c:5][c:6]1",
    ("phenyl", "cyclohexane"): "[c:1]1[c:2][c:3][c:4][c:5][c:6]1>>[C:1]1[C:2][C:3][C:4][C:5][C:6]1",
    ("pyridine", "phenyl"): "[n:1]1[c:2][c:3][c:4][c:5][c:6]1>>[cH:1]1[c:2][c:3][c:4][c:5][c:6]1",
    ("phenyl", "pyrimidine"): "[cH:1]1[c:2][cH:3][c:4][c:5][c:6]1>>[n:1]1[c:2][n:3][c:4][c:5][c:6]1",
    ("piperidine", "piperazine"): "[NX3:1]1[CH2:2][CH2:3][CH2:4][CH2:5][CH2:6]1>>[N:1]1[C:2][C:3][NH:4][C:5][C:6]1",
    ("piperidine", "morpholine"): "[NX3:1]1[CH2:2][CH2:3][CH2:4][CH2:5][CH2:6]1>>[N:1]1[C:2][C:3][O:4][C:5][C:6]1",
    ("piperazine", "morpholine"): "[NX3:1]1[CH2:2][CH2:3][NH:4][CH2:5][CH2:6]1>>[N:1]1[C:2][C:3][O:4][C:5][C:6]1",
    ("morpholine", "piperidine"): "[NX3:1]1[CH2:2][CH2:3][O:4][CH2:5][CH2:6]1>>[N:1]1[C:2][C:3][CH2:4][C:5][C:6]1",
    ("carboxylic acid", "tetrazole"): "[#6:1][CX3](=O)[OX2H1]>>[#6:1]c1nnn[nH]1",
}
"""Groups within a molecule, each swapped for one that takes its bonds."""
CHAIN = {
    "shorter": "[!#1:1][CH2;!R:2][CH2;!R:3][!#1:4]>>[*:1][CH2:2][*:4]",
    "longer": "[!#1:1][CH2;!R:2][!#1:4]>>[*:1][CH2:2]C[*:4]",
}
ALIKE = {
    "benzene": "phenyl",
    "phenyl ring": "phenyl",
    "arene": "phenyl",
    "pyridyl": "pyridine",
    "cyclohexyl": "cyclohexane",
}
PLACES = {"ortho": 1, "meta": 2, "para": 3}
MOST_TRIED = 200


def edit(smiles: str, act: EditAct) -> str:
    """The molecule after the change, canonical and neutral.

    Raises:
        UserError: what is to be changed is not there or is not known, or nothing valid comes of it.
    """
    mol = clean(smiles)
    made = list(dict.fromkeys(canonical(one) for one in _tried(mol, act)))
    other = [one for one in made if one != canonical(mol)]
    if not other:
        raise UserError(f"I can't carry that out on {canonical(mol)}", do="say it otherwise, or write the molecule")
    ease = PROPERTIES["sa"].of(Molecules([clean(one) for one in other]))
    return min(zip(ease.tolist(), other, strict=True))[1]


def _tried(mol: Mol, act: EditAct) -> Iterator[Mol]:
    new = _text(act.new)
    if act.op == "insert":
        yield from _put(mol, _substituent(new), act.where or act.old or "")
    elif act.op == "delete":
        yield from _cut(mol, _group(act.old or new or act.where or act.object))
    elif act.op in ("replace", "rename") and act.old:
        yield from _swapped(mol, act.old, new, act.where or "")
    elif act.op == "resize" or act.object == "chain":
        yield from _run(CHAIN["longer" if re.search(r"long|extend|more", f"{new} {act.where}") else "shorter"], mol)
    else:
        raise UserError("I can't tell what should be changed", do="name the group and what takes its place")


# --- the ways to change a molecule -----------------------------------------------------------------------------


def _put(mol: Mol, smiles: str, where: str) -> Iterator[Mol]:
    """The substituent on each atom with hydrogen that `where` allows."""
    from rdkit import Chem

    part = Chem.MolFromSmiles(smiles)
    for atom in _places(mol, where):
        whole = Chem.RWMol(Chem.CombineMols(mol, part))
        whole.AddBond(atom, mol.GetNumAtoms(), Chem.BondType.SINGLE)
        for bound in (whole.GetAtomWithIdx(atom), whole.GetAtomWithIdx(mol.GetNumAtoms())):
            if bound.GetNumExplicitHs():  # of [nH]
                bound.SetNumExplicitHs(bound.GetNumExplicitHs() - 1)
        yield from _valid([whole])


def _places(mol: Mol, where: str) -> list[int]:
    """Atoms with hydrogen: within the group that is named, at the position that is named, any where nothing is."""
    free = [atom.GetIdx() for atom in mol.GetAtoms() if atom.GetTotalNumHs()]
    words = where.casefold()
    position = next((name for name in PLACES if name in words), None)
    rest = re.sub(
        r"\b(on|at|in|to|of|the|a|an|its|position|ring's|ortho|meta|para|atom|side|end|\d+)\b", " ", words
    ).strip()
    group = _known(rest) if rest else None
    if rest and group is None and position is None:
        raise UserError(f"I don't know the place {where!r}", do="name a group or a ring, or ortho, meta or para")
    inside: set[int] = set()
    if group is not None:
        inside = {atom for match in mol.GetSubstructMatches(group.query()) for atom in match}
        if not inside:
            raise UserError(f"There is no {group.name} in {canonical(mol)}", do="name a group that is there")
        # "para to the methyl" is seen from it, "on the phenyl" is within it
        free = free if position else [atom for atom in free if atom in inside]
    aromatic = [atom for atom in free if mol.GetAtomWithIdx(atom).GetIsAromatic()]
    return _at(mol, aromatic, PLACES[position], inside) if position else free


def _at(mol: Mol, free: Iterable[int], bonds: int, seen_from: set[int]) -> list[int]:
    """Ring atoms so many bonds from one that has a substituent; from the one that is meant, where one is named."""
    taken = [
        atom.GetIdx()
        for atom in mol.GetAtoms()
        if atom.GetIsAromatic() and any(not bond.IsInRing() for bond in atom.GetBonds())
    ]
    near = {one.GetIdx() for atom in seen_from for one in mol.GetAtomWithIdx(atom).GetNeighbors()} | seen_from
    taken = [atom for atom in taken if not seen_from or atom in near]
    ring = mol.GetRingInfo()
    apart = _distances(mol)
    return [
        one for one in free
        if any(ring.AreAtomsInSameRing(one, other) and apart[one][other] == bonds for other in taken if other != one)
    ]  # fmt: skip


def _distances(mol: Mol) -> list[list[float]]:
    from rdkit.Chem import GetDistanceMatrix

    return GetDistanceMatrix(mol).tolist()  # type: ignore[no-any-return]


def _cut(mol: Mol, group: Group) -> Iterator[Mol]:
    """The molecule without one of the group's matches, and without what hung on it alone."""
    from rdkit import Chem

    matches = mol.GetSubstructMatches(group.query())
    if not matches:
        raise UserError(f"There is no {group.name} in {canonical(mol)}", do="name a group that is there")
    for match in matches:
        inside = _own_atoms(mol, set(match))
        rest = Chem.RWMol(mol)
        for atom in sorted(inside, reverse=True):
            _free_hydrogens(rest, atom)
            rest.RemoveAtom(atom)
        yield from _valid([rest])


def _own_atoms(mol: Mol, match: set[int]) -> set[int]:
    """Of a match those that are the group itself: a carbon that only says where it hangs is left."""
    anchors = {
        atom
        for atom in match
        if mol.GetAtomWithIdx(atom).GetSymbol() == "C"
        and any(neighbour.GetIdx() not in match for neighbour in mol.GetAtomWithIdx(atom).GetNeighbors())
        and all(bond.GetBondTypeAsDouble() in (1.0, 1.5) for bond in mol.GetAtomWithIdx(atom).GetBonds())
    }
    hetero = {atom for atom in match if mol.GetAtomWithIdx(atom).GetSymbol() != "C"}
    own = match - anchors if hetero and match - anchors else set(match)
    # some patterns name one atom of a group, as the nitrogen of a nitro group: its oxygens are its own, too
    ends = (neighbour for atom in own for neighbour in mol.GetAtomWithIdx(atom).GetNeighbors())
    return own | {one.GetIdx() for one in ends if one.GetDegree() == 1 and one.GetSymbol() != "C"}


def _free_hydrogens(rest: Mol, atom: int) -> None:
    """Neighbours of an atom that goes take hydrogen in its place."""
    for neighbour in rest.GetAtomWithIdx(atom).GetNeighbors():
        if neighbour.GetIsAromatic() and neighbour.GetSymbol() == "N":
            neighbour.SetNumExplicitHs(1)
        neighbour.SetChiralTag(neighbour.GetChiralTag().CHI_UNSPECIFIED)


def _swapped(mol: Mol, old: str, new: str, where: str) -> Iterator[Mol]:
    names = _name(old), _name(new)
    found = list(_run(SWAPS[names], mol)) if names in SWAPS else []
    yield from found
    if found:
        return
    from rdkit import Chem

    group, part = _group(old), Chem.MolFromSmiles(_substituent(new))
    if not mol.HasSubstructMatch(group.query()):
        raise UserError(f"There is no {group.name} in {canonical(mol)}", do="name a group that is there")
    for match in mol.GetSubstructMatches(group.query()):
        inside = _own_atoms(mol, set(match))
        bonds = [
            (neighbour.GetIdx(), atom)
            for atom in inside
            for neighbour in mol.GetAtomWithIdx(atom).GetNeighbors()
            if neighbour.GetIdx() not in inside
        ]
        if len(bonds) == 1:  # a group at an end
            yield from _in_place(mol, inside, bonds[0][0], part)


def _in_place(mol: Mol, inside: set[int], anchor: int, part: Mol) -> Iterator[Mol]:
    from rdkit import Chem

    whole = Chem.RWMol(Chem.CombineMols(mol, part))
    whole.AddBond(anchor, mol.GetNumAtoms(), Chem.BondType.SINGLE)
    for atom in sorted(inside, reverse=True):
        whole.RemoveAtom(atom)
    yield from _valid([whole])


def _run(smarts: str, mol: Mol) -> Iterator[Mol]:
    from rdkit.Chem import rdChemReactions

    reaction = rdChemReactions.ReactionFromSmarts(smarts)
    for number, products in enumerate(reaction.RunReactants((mol,))):
        if number >= MOST_TRIED:
            return
        yield from _valid(products[:1])


def _valid(mols: Iterable[Mol]) -> Iterator[Mol]:
    """Those that are molecules, neutral and readable."""
    from rdkit import Chem, rdBase

    for mol in mols:
        with rdBase.BlockLogs():
            try:
                one = Chem.Mol(mol)
                Chem.SanitizeMol(one)
                # what hung on the part that went goes with it
                largest = max(Chem.GetMolFrags(one, asMols=True), key=lambda part: part.GetNumHeavyAtoms())
                yield clean(str(Chem.MolToSmiles(largest)))
            except (ValueError, UserError, RuntimeError):
                continue


# --- names -----------------------------------------------------------------------------------------------------


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")


def _plain(name: str) -> str:
    words = re.sub(r"\b(a|an|the|one|another|group|ring|atom|moiety|small|substituent)\b", " ", name.casefold())
    return " ".join(words.split())


def _name(text: str) -> str:
    """The name by which the tables know a group."""
    plain = _plain(text) or text.casefold()
    plain = ALIKE.get(plain, plain)
    group = _known(plain)
    return ALIKE.get(group.name, group.name) if group is not None and (plain not in _tables()) else plain


def _tables() -> set[str]:
    return {name for pair in SWAPS for name in pair}


def _known(text: str) -> Group | None:
    for form in (text, _plain(text)):
        try:
            return resolve(ALIKE.get(form, form)) if form else None
        except UserError:
            continue
    return None


def _group(text: str) -> Group:
    found = _known(text)
    return found if found is not None else resolve(text)


def _substituent(text: str) -> str:
    """The SMILES of what is to be put on. Raises UserError where it is not known."""
    from rdkit import Chem, rdBase

    name = _plain(text).replace(" ", "-")
    for smiles, names in SUBSTITUENTS.items():
        if name in names.split() or name.rstrip("s") in names.split():
            return smiles
    with rdBase.BlockLogs():
        if text and Chem.MolFromSmiles(text) is not None and re.search(r"[A-Z]", text):
            return text
    raise UserError(
        f"I don't know how to put {text or 'nothing'!r} on a molecule", do="name a small group, or write a SMILES"
    )
