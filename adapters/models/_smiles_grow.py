"""Molecules grown from a scaffold: what stands at an open place `*` is written by the model, the rest stays.

    "*c1ccnc(*)c1"  ->  "c1c(*)nccc1" + what the model writes on  ->  "c1c(*)nccc1C(=O)NC"  ->  the other place

A scaffold is written as one of its SMILES that ends in an open place (randomised SMILES, Arús-Pous et al. 2020, J.
Cheminform. 12:38), so the model sees all of it, and goes on as with any SMILES that was begun: no ring or branch is
open there, so nothing that follows can change what stands before. One place after the other; the places that are
still open look to the model as if they had hydrogen.

>>> shown("c1c(*)nccc1")
'c1cnccc1'
"""

from __future__ import annotations

import random
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from adapters.models._smiles_tokens import split
from assistant.errors import UserError

__all__ = ["PLACE", "begun", "checked", "contains", "fragment", "is_atom", "joined", "places", "shown"]

PLACE = "*"
BONDS = frozenset("-=#/\\$:")
TRIES = 400
"""How many random SMILES are looked at for one that ends in an open place; half of all molecules need four."""
WITH_HYDROGEN = {
    "n": "[nH]", "[n+]": "[nH+]", "[N+]": "[NH+]", "[C@H]": "C", "[C@@H]": "C", "[C@]": "[C@H]", "[C@@]": "[C@@H]",
}  # fmt: skip
"""How an atom is written whose place has hydrogen instead; the other atoms need no other word."""


@lru_cache(maxsize=10_000)
def checked(scaffold: str) -> str:
    """The scaffold in canonical form, each open place a `*`.

    Raises:
        UserError: it is no molecule, or a place is not bound to exactly one atom.
    """
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(scaffold)
    if mol is None or not mol.GetNumAtoms():
        raise UserError(f"The scaffold {scaffold!r} is no molecule", "a SMILES with open places, as c1ccc(*)nc1")
    open_ = [atom for atom in mol.GetAtoms() if atom.GetAtomicNum() == 0]
    if "." in scaffold or any(atom.GetDegree() != 1 or not atom.GetNeighbors()[0].GetAtomicNum() for atom in open_):
        raise UserError(f"An open place of {scaffold!r} is not bound to one atom", "a `*` stands where a group may be")
    for atom in open_:
        atom.SetIsotope(0)
        atom.SetAtomMapNum(0)
    return str(Chem.MolToSmiles(mol))


def places(scaffold: str, state: random.Random | None = None, most: int = 3) -> str:
    """The scaffold with one to `most` of the atoms opened that have hydrogen, chosen at random; one that has open
    places stays.

    Raises:
        UserError: it is no molecule, or no atom has hydrogen.
    """
    from rdkit import Chem

    state = state or random.Random()
    known = checked(scaffold)
    if PLACE in known:
        return known
    mol = Chem.RWMol(Chem.MolFromSmiles(known))
    free = [atom.GetIdx() for atom in mol.GetAtoms() if atom.GetTotalNumHs() and not atom.GetFormalCharge()]
    if not free:
        raise UserError(f"On {scaffold!r} nothing can grow", "a scaffold has an atom with hydrogen")
    for index in state.sample(free, state.randint(1, min(most, len(free)))):
        atom = mol.GetAtomWithIdx(index)
        atom.SetNumExplicitHs(max(0, atom.GetNumExplicitHs() - 1))
        mol.AddBond(index, mol.AddAtom(Chem.Atom(0)), Chem.BondType.SINGLE)
    return str(Chem.MolToSmiles(mol))


def fragment(smiles: str, atoms: Collection[int]) -> str:
    """These atoms of a molecule, with an open place at each bond to the others: what has to be in it, as a scaffold.

    Only single bonds outside of rings, and not between charges, are cut; for the others more is taken.
    fragment("CC(=O)NC", (1, 2, 3)) -> "*NC(*)=O"

    Raises:
        UserError: it is no molecule.
    """
    from rdkit import Chem

    mol = Chem.MolFromSmiles(checked(smiles) and smiles)
    pairs = [{bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()} for bond in mol.GetBonds() if _tied(bond)]
    kept = set(atoms)
    while more := {atom for pair in pairs if kept & pair for atom in pair} - kept:
        kept |= more
    cut = [bond.GetIdx() for bond in mol.GetBonds() if len(kept & {bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()}) == 1]
    apart = Chem.FragmentOnBonds(mol, cut, dummyLabels=[(0, 0)] * len(cut)) if cut else mol
    parts = Chem.GetMolFrags(apart)
    found = [Chem.MolFragmentToSmiles(apart, part) for part in parts if kept.intersection(part)]
    return checked(found[0]) if len(found) == 1 else ""


def _tied(bond: Any) -> bool:
    charged = bond.GetBeginAtom().GetFormalCharge() and bond.GetEndAtom().GetFormalCharge()
    return bool(bond.IsInRing() or bond.GetBondTypeAsDouble() != 1 or charged)


def joined(scaffold: str, other: str, state: random.Random) -> str:
    """Both scaffolds as one: an open place of each, chosen at random, becomes the bond between them.

    joined("*c1ccccc1", "*C#N", state) -> "N#Cc1ccccc1"
    """
    from rdkit import Chem

    mols = [Chem.MolFromSmiles(places(one, state)) for one in (scaffold, other)]
    for mol in mols:
        open_ = [atom for atom in mol.GetAtoms() if atom.GetAtomicNum() == 0]
        state.choice(open_).SetAtomMapNum(1)
    return str(Chem.MolToSmiles(Chem.molzip(*mols)))


def begun(scaffold: str, state: random.Random) -> str | None:
    """A random SMILES of it up to one of its open places, chosen at random; None where it is no molecule.

    Bound otherwise than by a single bond, the place's bond is the last token.
    """
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(scaffold)
    if mol is None:
        return None
    open_ = [atom for atom in mol.GetAtoms() if atom.GetAtomicNum() == 0]
    state.choice(open_).SetAtomMapNum(1)
    ending = f"[{PLACE}:1]"
    for count in (8, 32, TRIES):
        for text in Chem.MolToRandomSmilesVect(mol, count, randomSeed=state.getrandbits(30)):
            if text.endswith(ending):
                return str(text.removesuffix(ending))
    return None


def shown(text: str) -> str:
    """What the model sees of a SMILES with open places: hydrogen stands there."""
    if PLACE not in text:
        return text
    tokens = split(text)
    gone: set[int] = set()
    atom: list[int] = []
    """The atom that a token is bound to, in each open branch."""
    bound = -1
    for at, token in enumerate(tokens):
        if token == "(":
            atom.append(bound)
        elif token == ")":
            bound = atom.pop()
        elif token == PLACE:
            gone |= _place(tokens, at)
            parent = bound if bound >= 0 else next(i for i in range(at + 1, len(tokens)) if is_atom(tokens[i]))
            tokens[parent] = WITH_HYDROGEN.get(tokens[parent], tokens[parent])
        elif is_atom(token):
            bound = at
    return "".join(token for at, token in enumerate(tokens) if at not in gone)


def _place(tokens: list[str], at: int) -> set[int]:
    """The tokens that go with a place: itself, its bond, and the branch that it alone is in."""
    first, last = at, at
    if at == 0 and len(tokens) > 1 and tokens[1] in BONDS:
        last += 1
    if first and tokens[first - 1] in BONDS:
        first -= 1
    if first and tokens[first - 1] == "(" and tokens[last + 1 : last + 2] == [")"]:
        first, last = first - 1, last + 1
    return set(range(first, last + 1))


def is_atom(token: str) -> bool:
    """Whether a chemical token is an atom."""
    return token.isalpha() or token[0] == "["


def contains(scaffold: str, smiles: str) -> bool:
    """Whether the molecule has the scaffold in it, with something at each open place."""
    from rdkit import Chem

    mol = Chem.MolFromSmiles(smiles)
    return mol is not None and bool(mol.HasSubstructMatch(_query(scaffold)))


@lru_cache(maxsize=10_000)
def _query(scaffold: str) -> Any:
    from rdkit import Chem

    options: Any = Chem.AdjustQueryParameters.NoAdjustments()
    options.makeDummiesQueries = True
    return Chem.AdjustQueryProperties(Chem.MolFromSmiles(scaffold), options)
