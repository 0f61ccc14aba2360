"""Do several raters together say more of one who was left out, if reliable ones count more?

Chemists' votes on pairs of molecules (MolSkill, Choung et al. 2023, Nat. Commun. 14:6651: pre_r1 and pre_r2). Each
rater in turn is left out; of the others' votes the preferred molecule of each pair is taken, by majority and by
`molecules.raters`, and compared with the vote of the one left out. A split vote counts as half right.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from assistant.bench import Benchmark, Result, bench
from assistant.errors import UserError
from assistant.molecules.components import Array
from assistant.molecules.raters import agreement, alike, consensus, majority

FILES = ("pre_r1", "pre_r2")


def run(folder: Path) -> Result:
    """The first figure is the lesser of the two gains: it has to be above 0 on both."""
    found: dict[str, float] = {}
    for name in FILES:
        votes, shared = read(folder / "molskill" / f"{name}.csv")
        ways: dict[str, Callable[[Array], Array]] = {
            "majority": majority,
            "skills alone": lambda some: consensus(some).log_odds,
            "molecules alone": lambda some, shared=shared: consensus(some, shared, spread=0.0).log_odds,  # type: ignore[misc]
            "skills and molecules": lambda some, shared=shared: consensus(some, shared).log_odds,  # type: ignore[misc]
        }
        found[f"{name}, Fleiss' κ"] = agreement(votes)
        found |= {f"{name}, {way}": left_out(votes, believed) for way, believed in ways.items()}
    gains = [found[f"{name}, skills and molecules"] - found[f"{name}, majority"] for name in FILES]
    return Result({"the lesser gain over majority": min(gains), **found})


def left_out(votes: Array, believed: Callable[[Array], Array]) -> float:
    """The share of a left-out rater's votes that the others foretell; the mean of all raters."""
    shares = []
    for rater in range(votes.shape[1]):
        mine = votes[:, rater]
        others = believed(np.delete(votes, rater, axis=1))
        told = np.where(np.nan_to_num(np.round(others, 9)) == 0, 0.5, (others > 0) == (mine == 1))
        shares.append(float(told[np.isfinite(mine)].mean()))
    return float(np.mean(shares))


def read(path: Path) -> tuple[Array, Array]:
    """(P, R) votes, NaN where there is none, and the (P, P) covariance of the pairs."""
    from rdkit import rdBase
    from rdkit.Chem import MolFromSmiles

    if not path.is_file():
        raise UserError(f"The file {str(path)!r} is missing", do="set SAYSO_DATA to where it is")
    with path.open(encoding="utf-8", newline="") as lines:
        rows: list[dict[str, Any]] = list(csv.DictReader(lines))
    raters = [column for column in rows[0] if column.startswith("rater")]
    votes = np.array([[float(row[rater] or "nan") for rater in raters] for row in rows])
    with rdBase.BlockLogs():
        firsts, seconds = ([MolFromSmiles(row[side]) for row in rows] for side in ("smiles_i", "smiles_j"))
    return votes, alike(firsts, seconds)


@bench
def raters() -> Benchmark:
    """Votes weighted by reliability, against the majority."""
    return Benchmark(
        what="several raters: gain over the majority in foretelling a rater who was left out, lesser of two sets",
        data="molecules",
        people="real",
        reference="majority: .749 and .729 of a left-out chemist's votes",
        target=1e-9,
        better="higher",
        run=run,
    )
