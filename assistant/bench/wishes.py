"""Does the next batch obey? 52 structural wishes, each asked of the untaught model: 64 different molecules that obey.

    Wish(keep="c1ccc2[nH]ccc2c1", never=("nitro",))      an indole that stays, no nitro group
    Wish(need=("nitrile",))                              a nitrile in each

A scaffold that stays, or a group that is required, is where decoding begins (`adapters/models/_smiles_grow.py`); the
rest is filtered, and more is drawn until there are 64. Obeying is judged by RDKit alone, apart from both. Valid is
the share of all samples that were drawn on the way, before any filter, that are molecules.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.bench import Benchmark, Result, bench

BATCH, MOST = 64, 4096
"""How many that obey are wanted, and how many are drawn for a wish at most."""
STARTS = 8
"""In how many ways a scaffold is opened at once."""
LEAST_VALID = 0.95


@dataclass(frozen=True)
class Wish:
    """`keep`: a scaffold, with open places or without; `need` and `never`: groups by name; `alerts`: a catalogue."""

    keep: str = ""
    need: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    alerts: str = ""


KEPT = (
    "c1ccc2[nH]ccc2c1", "c1ccc2ncccc2c1", "c1ccc(N2CCNCC2)cc1", "c1ccc2[nH]cnc2c1", "O=C(Nc1ccccc1)c1ccccc1",
    "c1ccc(-c2ccccc2)cc1", "c1ccc2c(c1)CCNC2", "c1cnc2[nH]ccc2c1", "O=C1CCCN1c1ccccc1", "C1CC2(CCN1)CCOC2",
)  # fmt: skip
OPENED = (
    "*c1ccc(*)nc1", "*Nc1ncnc2ccccc12", "*C(=O)N1CCC(*)CC1", "*c1nnc(*)o1", "*c1ccc(S(=O)(=O)N*)cc1",
    "COc1ccc(*)cc1C(*)=O", "*N1CCN(*)CC1", "*c1cc(F)ccc1O*",
)  # fmt: skip
NEVER = (
    "nitro", "ester", "aldehyde", "halogen", "carboxylic acid", "amide", "sulfonamide", "thiophene", "primary amine",
    "nitrile", "alkene", "phenol",
)  # fmt: skip
NEEDED = (
    "nitrile", "trifluoromethyl", "morpholine", "pyridine", "sulfonamide", "carboxylic acid", "tetrazole",
    "primary amide", "cyclopropane", "hydroxyl", "aryl fluoride", "urea",
)  # fmt: skip
MIXED = (
    Wish(keep="c1ccc2[nH]ccc2c1", never=("nitro", "ester")),
    Wish(keep="*c1ccc(*)nc1", need=("sulfonamide",)),
    Wish(keep="c1ccc(N2CCNCC2)cc1", need=("nitrile",), never=("halogen",)),
    Wish(keep="O=C(Nc1ccccc1)c1ccccc1", need=("morpholine",)),
    Wish(need=("pyridine", "amide"), never=("halogen",)),
    Wish(need=("trifluoromethyl", "piperidine")),
    Wish(need=("benzimidazole",), never=("ester", "nitro", "thioether")),
    Wish(alerts="PAINS"),
    Wish(alerts="BRENK"),
    Wish(keep="*Nc1ncnc2ccccc12", alerts="BRENK"),
)
WISHES = (
    *(Wish(keep=one) for one in (*KEPT, *OPENED)),
    *(Wish(never=(one,)) for one in NEVER),
    *(Wish(need=(one,)) for one in NEEDED),
    *MIXED,
)


@dataclass(frozen=True)
class Batch:
    """`obey`: how many different molecules came that obey, of `BATCH`; samples that were drawn, and were molecules."""

    obey: int
    drawn: int
    valid: int
    seconds: float


def run(folder: Path, seeds: tuple[int, ...] = (0,), base: str | None = None, asked: Sequence[Wish] = WISHES) -> Result:
    import torch

    from adapters.models.smiles import Smiles

    model = Smiles(base)
    found: list[Batch] = []
    for seed in seeds:
        torch.manual_seed(seed)
        found += [batch(model, wish, random.Random(seed)) for wish in asked]
    shares = [one.obey / BATCH for one in found]
    valid = sum(one.valid for one in found) / sum(one.drawn for one in found)
    lowest = min(one.valid / one.drawn for one in found)
    obey = sum(shares) / len(shares)
    figures = {
        "missed": float((obey < 1) + (valid < LEAST_VALID)), "obey": obey, "valid": valid, "lowest valid": lowest,
        "wishes with fewer": float(sum(share < 1 for share in shares)),
        "drawn for each shown": sum(one.drawn for one in found) / max(1, sum(one.obey for one in found)),
        "seconds a wish": sum(one.seconds for one in found) / len(found),
    }  # fmt: skip
    return Result(figures, seeds, note=f"{len(asked)} wishes, {BATCH} different molecules each")


def batch(model: Any, wish: Wish, state: random.Random) -> Batch:
    """The next molecules under this wish."""
    started = time.perf_counter()
    kept: set[str] = set()
    drawn = valid = 0
    while len(kept) < BATCH and drawn < MOST:
        missing = BATCH - len(kept)
        count = min(512, math.ceil(1.2 * missing * drawn / len(kept)) if kept else 2 * drawn or BATCH)
        begins = starts(wish, state)
        made = [said for said, _ in model.write(begins * math.ceil(count / len(begins)))]
        molecules = _molecules(made)
        drawn, valid = drawn + len(made), valid + len(molecules)
        kept |= {one for one, obeys in zip(molecules, _obey(wish, molecules), strict=True) if obeys}
    return Batch(min(BATCH, len(kept)), drawn, valid, time.perf_counter() - started)


def starts(wish: Wish, state: random.Random) -> list[str]:
    """What the model is asked: the scaffold with places opened at random, with what is required on one of them; or
    what is required, and anything, which may have it, too."""
    from adapters.models._smiles_grow import joined, places

    parts = [part for name in wish.need if (part := _part(name))]
    if wish.keep:
        opened = [places(wish.keep, state) for _ in range(1 if "*" in wish.keep else STARTS)]
        return [places(joined(one, state.choice(parts), state), state) for one in opened] if parts else opened
    return [*(places(part, state) for part in parts), ""]


def _part(group: str) -> str:
    """The group as a scaffold: cut out of the molecule that the table of groups has it by."""
    from adapters.models._smiles_grow import fragment
    from assistant.molecules.chem import clean
    from assistant.molecules.groups import resolve

    found = resolve(group)
    mol = clean(found.has)
    return fragment(found.has, mol.GetSubstructMatch(found.query()))


def _molecules(made: Sequence[str | None]) -> list[str]:
    """The valid ones, in canonical form."""
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        mols = [Chem.MolFromSmiles(one) if one else None for one in made]
    return [str(Chem.MolToSmiles(mol)) for mol in mols if mol is not None]


def _obey(wish: Wish, smiles: Sequence[str]) -> list[bool]:
    from rdkit import Chem

    from assistant.molecules.components.alerts import raised
    from assistant.molecules.groups import resolve

    query = Chem.MolFromSmarts(wish.keep.replace("*", "[!#1]").replace("[nH]", "n")) if wish.keep else None
    need, never = ([resolve(name).query() for name in names] for names in (wish.need, wish.never))
    return [
        (query is None or mol.HasSubstructMatch(query))
        and all(mol.HasSubstructMatch(one) for one in need)
        and not any(mol.HasSubstructMatch(one) for one in never)
        and not (wish.alerts and raised(mol, wish.alerts))
        for mol in map(Chem.MolFromSmiles, smiles)
    ]


@bench
def wishes() -> Benchmark:
    """Structural wishes, obeyed by the next batch."""
    return Benchmark(
        what=f"{len(WISHES)} structural wishes: how many of 2 targets are missed (all 64 next obey, valid .95)",
        data="made",
        people="simulated",
        reference="none",
        target=0,
        better="lower",
        run=run,
    )
