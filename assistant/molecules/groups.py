"""Substructures by the names that chemists say: functional groups, ring systems and liabilities, each a SMARTS.

    resolve("carboxylic acids").smarts   ->  "[CX3](=O)[OX2H1]"
    resolve("[NX3;H2]c").name            ->  "[NX3;H2]c"
    resolve("nitrro")                    ->  UserError: There is no group 'nitrro'; did you mean 'nitro', ...

The table is data/groups.tsv: kind, name, synonyms separated by |, SMARTS, a molecule that has the group and one that
has not. A SMARTS is meant for neutralised molecules, in which an acid bears its hydrogen and an amine no charge.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.errors import UserError
from assistant.molecules.chem import Mol

__all__ = ["Group", "groups", "highlighted", "resolve"]

TABLE = Path(__file__).parent / "data" / "groups.tsv"
LONGEST_SMARTS = 1_000
KINDS = ("group", "ring", "liability")


@dataclass(frozen=True)
class Group:
    """`has` and `lacks`: a molecule that matches, and a similar one that does not; empty for a SMARTS of a person."""

    name: str
    smarts: str
    kind: str = "group"
    synonyms: tuple[str, ...] = ()
    has: str = ""
    lacks: str = ""

    def query(self) -> Mol:
        """The compiled SMARTS."""
        return _compiled(self.smarts)


@cache
def groups() -> dict[str, Group]:
    """All named groups, by name, in the order of the table."""
    with TABLE.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["name"]: _group(row) for row in rows}


def _group(row: dict[str, str]) -> Group:
    synonyms = tuple(word for word in row["synonyms"].split("|") if word)
    return Group(row["name"], row["smarts"], row["kind"], synonyms, row["has"], row["lacks"])


def resolve(text: str) -> Group:
    """The group of this name, synonym or plural, or the SMARTS itself. "CN" is the nitrile; "[C][N]" is a SMARTS.

    Raises:
        UserError: it is neither; with the nearest names, or with the SMARTS that does not compile.
    """
    text = " ".join(text.split())
    if found := _exactly().get(text.casefold()):
        return found
    if not re.search(r"[][()=#@~$*%/\\;&!]", text):
        for form in _forms(text):
            if found := _loosely().get(form):
                return found
        if not _is_chain(text):
            raise _unknown(text)
    _compiled(text)
    return Group(text, text)


def _unknown(text: str) -> UserError:
    if not text:
        return UserError("The group has no name", do="name one, or write a SMARTS")
    from rapidfuzz import fuzz, process

    words = _loosely()
    near = process.extract(_plain(text), list(words), scorer=fuzz.ratio, limit=8)
    names = ", ".join(repr(name) for name in list(dict.fromkeys(words[word].name for word, _, _ in near))[:3])
    return UserError(f"There is no group {text!r}", f"did you mean {names}", "or write it as a SMARTS")


def highlighted(mol: Mol, group: Group) -> tuple[int, ...]:
    """The indices of the molecule's atoms that belong to any match, in order."""
    return tuple(sorted({atom for match in mol.GetSubstructMatches(group.query()) for atom in match}))


@cache
def _exactly() -> dict[str, Group]:
    """By every word as it is written in the table, in small letters."""
    return {word.casefold(): group for group in groups().values() for word in (*group.synonyms, group.name)}


@cache
def _loosely() -> dict[str, Group]:
    """By every word without its punctuation."""
    return {_plain(word): group for word, group in _exactly().items()}


def _plain(text: str) -> str:
    for letter, name in (("α", "alpha"), ("β", "beta"), ("γ", "gamma")):
        text = text.replace(letter, name)
    return re.sub(r"[^a-z0-9]+", "", text.casefold())


def _forms(text: str) -> list[str]:
    """How the table may have it: as said, or without its article, "group", "ring" and plural."""
    around = r"^(an?|the|any)\s+|\s+(groups?|rings?|moiety|moieties|motifs?|substructures?)$"
    bare = re.sub(around, "", text, flags=re.IGNORECASE)
    endings = ((r"", ""), (r"s$", ""), (r"es$", ""), (r"ies$", "y"))
    return [_plain(re.sub(end, other, said)) for said in (text, bare) for end, other in endings]


def _is_chain(text: str) -> bool:
    """A SMARTS without brackets or bonds, such as "CCO" or "c1ccccc1"; "hoops" and "nitrro" are words."""
    return bool(re.fullmatch(r"(Cl|Br|[BCNOPSFIbcnops]|\d|[.-])+", text) and re.search(r"[A-Z\d]", text))


@cache
def _compiled(smarts: str) -> Mol:
    from rdkit import Chem, rdBase

    if len(smarts) > LONGEST_SMARTS:  # a search for it could take hours
        raise UserError(f"The SMARTS '{smarts[:30]}…' has {len(smarts):,} characters", f"at most {LONGEST_SMARTS:,}")
    with rdBase.BlockLogs():
        query = Chem.MolFromSmarts(smarts)
    if query is None or not query.GetNumAtoms():
        raise UserError(f"The SMARTS {smarts!r} does not compile", do="check its brackets, or name the group")
    return query
