"""SMILES in, one clean molecule out; what can't be cleaned is set aside with its reason.

A salt loses its counterion, charges are neutralised (a third of ZINC is written charged, and "carboxylic acid"
would match none of those), and the molecule gets the bounds within which it can be drawn and scored.

    clean("[Na+].CC(=O)[O-]")            ->  the Mol of CC(=O)O
    clean_all(["CCO", "CC("]).aside      ->  [Aside(index=1, given="CC(", reason="The SMILES 'CC(' can't be read ...")]
    scaffold(clean("CCc1ccccc1"))        ->  "c1ccccc1"
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from assistant.errors import UserError

__all__ = ["Aside", "Cleaned", "Mol", "Molecules", "canonical", "clean", "clean_all", "scaffold", "scaffold_atoms"]

Mol: TypeAlias = Any  # rdkit.Chem.Mol, whose types mypy does not follow
Array: TypeAlias = NDArray[np.float64]
T = TypeVar("T")

MOST_ATOMS = 100
LONGEST_SMILES = 2_000
SMALLEST_PARTNER = 5
"""A second fragment of this many heavy atoms makes a mixture; smaller ones are solvents."""
PARTNERS = (
    "OC(=O)CCC(=O)O", "OC(=O)CC(O)C(=O)O", "OC(=O)CC(O)(CC(=O)O)C(=O)O", "CC(O)C(=O)O", "OS(=O)(=O)c1ccccc1",
    "Cc1ccc(S(=O)(=O)O)cc1", "OC(=O)c1ccccc1", "OC(=O)c1ccccc1O", "OCC(O)C(O)C(O)C(O)C(=O)O", "OC(=O)CCCCC(=O)O",
    "OC(=O)C(O)C(O)C(=O)O", "OC(=O)C=CC(=O)O", "OC(=O)C(F)(F)F", "OC(=O)C(=O)O", "OC(=O)CC(=O)O", "CCS(=O)(=O)O",
    "OS(=O)(=O)C(F)(F)F", "OC(=O)C(O)c1ccccc1", "NC(CO)(CO)CO", "CNCC(O)C(O)C(O)C(O)CO", "CN(C)C=O", "CCOC(C)=O",
    "CCN(CC)CC", "F[P-](F)(F)(F)(F)F", "OCl(=O)(=O)=O",
)  # fmt: skip
"""Counterions and solvents of drugs, besides RDKit's list: succinate, malate, citrate, lactate, besylate ..."""
ELEMENTS = frozenset({1, 5, 6, 7, 8, 9, 14, 15, 16, 17, 34, 35, 53})
"""H, B, C, N, O, F, Si, P, S, Cl, Se, Br, I: what drug-like molecules are made of."""


@dataclass(frozen=True)
class Aside:
    """An input that was not taken: where it stood, what it was and why, in a sentence."""

    index: int
    given: str
    reason: str


@dataclass(frozen=True)
class Cleaned:
    """`mols[i]` was input number `index[i]`; every input is either there or in `aside`."""

    mols: list[Mol]
    index: list[int]
    aside: list[Aside]


def clean(smiles: str) -> Mol:
    """The neutral parent molecule of a SMILES.

    Raises:
        UserError: it can't be read, is a mixture, has a metal or an open attachment point, or more than 100
            heavy atoms.
    """
    text = smiles.strip()
    if not text:
        raise UserError("The SMILES is empty", do="write a molecule such as 'CC(=O)Oc1ccccc1C(=O)O'")
    if len(text) > LONGEST_SMILES:
        raise UserError(f"The SMILES '{text[:30]}…' has {len(text):,} characters", f"at most {LONGEST_SMILES:,}")
    mol = _parsed(text)
    if "." in text:
        mol = _parent(mol, text)
    _check(mol, text)
    return _neutral(mol) if "+" in text or "-" in text else mol


def clean_all(given: Iterable[str]) -> Cleaned:
    """Clean each SMILES; what can't be is set aside with its reason, in the order given."""
    cleaned = Cleaned([], [], [])
    for number, smiles in enumerate(given):
        try:
            cleaned.mols.append(clean(smiles))
            cleaned.index.append(number)
        except UserError as wrong:
            cleaned.aside.append(Aside(number, smiles, str(wrong)))
    return cleaned


def canonical(mol: Mol) -> str:
    """The canonical SMILES: equal for equal molecules."""
    from rdkit import Chem

    return str(Chem.MolToSmiles(mol))


def scaffold(mol: Mol) -> str:
    """The Murcko scaffold (rings and what links them) as canonical SMILES; "" where there is no ring.

    Bemis & Murcko 1996, J. Med. Chem. 39:2887.
    """
    from rdkit.Chem.Scaffolds.MurckoScaffold import GetScaffoldForMol

    return canonical(GetScaffoldForMol(mol))  # type: ignore[no-untyped-call]


def scaffold_atoms(smiles: str) -> tuple[int, ...]:
    """The numbers of the atoms that are the molecule's scaffold; () where it has no ring, or can't be read."""
    from rdkit import Chem, rdBase
    from rdkit.Chem.Scaffolds.MurckoScaffold import GetScaffoldForMol

    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
    if mol is None:
        return ()
    core = GetScaffoldForMol(mol)  # type: ignore[no-untyped-call]
    return tuple(mol.GetSubstructMatch(core)) if core.GetNumAtoms() else ()


class Molecules(Sequence[Mol]):
    """Molecules that are scored together, with what several components need of them computed once.

    An element may be None: a molecule that failed. Its values are NaN.
    """

    def __init__(self, mols: Iterable[Mol | None]) -> None:
        self._mols = list(mols)
        self._shared: dict[Hashable, Any] = {}

    @classmethod
    def of(cls, mols: Sequence[Mol | None]) -> Molecules:
        return mols if isinstance(mols, Molecules) else cls(mols)

    @overload
    def __getitem__(self, at: int) -> Mol: ...
    @overload
    def __getitem__(self, at: slice) -> Molecules: ...
    def __getitem__(self, at: int | slice) -> Any:
        return Molecules(self._mols[at]) if isinstance(at, slice) else self._mols[at]

    def __len__(self) -> int:
        return len(self._mols)

    def __iter__(self) -> Iterator[Mol]:
        return iter(self._mols)

    def shared(self, key: Hashable, make: Callable[[Molecules], T]) -> T:
        """What `make` gave for these molecules; made once for each `key`."""
        if key not in self._shared:
            self._shared[key] = make(self)
        return self._shared[key]  # type: ignore[no-any-return]

    def each(self, of: Callable[[Mol], float]) -> Array:
        """(N,) the function's values; NaN where there is no molecule or the function failed."""
        return np.fromiter((_value(of, mol) for mol in self._mols), np.float64, len(self._mols))


def _value(of: Callable[[Mol], float], mol: Mol | None) -> float:
    if mol is None:
        return np.nan
    try:
        return float(of(mol))
    except (ValueError, RuntimeError, ArithmeticError):  # RDKit's own errors are RuntimeErrors
        return np.nan


# --- the steps of cleaning -----------------------------------------------------------------------------------


def _parsed(text: str) -> Mol:
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():  # the reason is given below, in a sentence, instead
        mol = None if " " in text or "\t" in text else Chem.MolFromSmiles(text)
        if mol is not None and mol.GetNumAtoms():
            return mol
        raise UserError(f"The SMILES {_short(text)!r} can't be read", _trouble(text), "check it and write it again")


def _trouble(text: str) -> str:
    """What keeps RDKit from reading it."""
    from rdkit import Chem

    if len(text.split()) > 1:
        return "it has a space in it"
    raw = Chem.MolFromSmiles(text, sanitize=False)
    if raw is None:
        return "its brackets, rings or atoms are not well formed"
    problems = [str(problem.Message()) for problem in Chem.DetectChemistryProblems(raw)]
    return problems[0].rstrip(".").replace("  ", " ") if problems else "it has no atoms"


def _parent(mol: Mol, text: str) -> Mol:
    """The one fragment that is the compound; counterions and solvents go."""
    from rdkit import Chem

    stripped = _desalter().StripMol(mol, dontRemoveEverything=True)
    fragments = {canonical(_neutral(each)): each for each in Chem.GetMolFrags(stripped, asMols=True)}
    large = [each for each in fragments.values() if each.GetNumHeavyAtoms() >= SMALLEST_PARTNER]
    chief = [each for each in large if _flat(_neutral(each)) not in _partners()] or large
    if len(chief) > 1:
        raise UserError(f"{_short(text)!r} is a mixture of {len(chief)} compounds", do="give each of them by itself")
    parent = max(chief or fragments.values(), key=lambda each: each.GetNumHeavyAtoms())
    return Chem.MolFromSmiles(Chem.MolToSmiles(parent))


@cache
def _partners() -> frozenset[str]:
    from rdkit.Chem import MolFromSmiles

    return frozenset(_flat(MolFromSmiles(smiles)) for smiles in PARTNERS)


def _flat(mol: Mol) -> str:
    """Without stereo, which counterions are written with or without."""
    from rdkit.Chem import MolToSmiles

    return str(MolToSmiles(mol, isomericSmiles=False))


@cache
def _desalter() -> Any:
    from rdkit.Chem.SaltRemover import SaltRemover

    return SaltRemover()  # type: ignore[no-untyped-call]


def _check(mol: Mol, text: str) -> None:
    count = mol.GetNumHeavyAtoms()
    if not count:
        raise UserError(f"{_short(text)!r} has no atom but hydrogen", do="write a molecule with a heavier one")
    if count > MOST_ATOMS:
        raise UserError(f"{_short(text)!r} has {count} heavy atoms", f"at most {MOST_ATOMS}")
    numbers = {atom.GetAtomicNum() for atom in mol.GetAtoms()}
    if 0 in numbers:
        raise UserError(f"{_short(text)!r} has an open attachment point ('*')", do="close it with an atom")
    if strange := numbers - ELEMENTS:
        raise UserError(f"{_short(text)!r} has {_symbols(strange)} in it", "metals and rare elements are not scored")


def _symbols(numbers: Iterable[int]) -> str:
    from rdkit import Chem

    table = Chem.GetPeriodicTable()
    return ", ".join(table.GetElementSymbol(number) for number in sorted(numbers))


def _neutral(mol: Mol) -> Mol:
    if not any(atom.GetFormalCharge() for atom in mol.GetAtoms()):
        return mol
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        return Chem.MolFromSmiles(Chem.MolToSmiles(_uncharger().uncharge(mol))) or mol


@cache
def _uncharger() -> Any:
    from rdkit.Chem.MolStandardize import rdMolStandardize

    return rdMolStandardize.Uncharger()


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"
