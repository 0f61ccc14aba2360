"""How fast are molecules scored? Twelve components on 10,000 ZINC molecules, against RDKit's functions in plain loops.

The components are those of REINVENT 4's own example: eight properties, QED, synthetic accessibility, its 14 alerts and
the similarity to aspirin. The reference calls the same RDKit functions in one loop for each component, on molecules
parsed once, in one process, which is how REINVENT 4 does it with its cache of molecules. Both start from the same
SMILES; the values must agree. The two take turns, and the median counts.
"""

from __future__ import annotations

import gzip
import itertools
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.bench import Benchmark, Result, bench
from assistant.errors import UserError
from assistant.molecules.chem import Mol, Molecules, canonical, clean_all
from assistant.molecules.components import Array
from assistant.molecules.values import Spec, cores, raw_values

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
ALERTS = (
    "[*;r{8-17}]", "[#8][#8]", "[#6;+]", "[#16][#16]", "[#7;!n][S;!$(S(=O)=O)]", "[#7;!n][#7;!n]", "C#C",
    "C(=[O,S])[O,S]", "[#7;!n][C;!$(C(=[O,N])[N,O])][#16;!s]", "[#7;!n][C;!$(C(=[O,N])[N,O])][#7;!n]",
    "[#7;!n][C;!$(C(=[O,N])[N,O])][#8;!o]", "[#8;!o][C;!$(C(=[O,N])[N,O])][#16;!s]",
    "[#8;!o][C;!$(C(=[O,N])[N,O])][#8;!o]", "[#16;!s][C;!$(C(=[O,N])[N,O])][#16;!s]",
)  # fmt: skip
ONE_OF = "[" + ",".join(f"$({smarts})" for smarts in ALERTS) + "]"
PROPERTIES = ("mw", "logp", "tpsa", "hbd", "hba", "rotatable_bonds", "aromatic_rings", "fsp3", "qed", "sa")


def run(folder: Path, count: int = 10_000, rounds: int = 3) -> Result:
    smiles = _smiles(folder, count)
    specs: list[Spec] = [("properties", {"name": name}) for name in PROPERTIES]
    specs += [("substructure", {"pattern": ONE_OF}), ("similarity", {"smiles": ASPIRIN})]
    _ours(smiles[:2000], specs, cores()), _plain(smiles[:200])  # processes started, tables read: before the clock
    timed = [(_seconds(_ours, smiles, specs, None), _seconds(_ours, smiles, specs, 1), _seconds(_plain, smiles))
             for _ in range(rounds)]  # fmt: skip
    ours, alone, plain = (statistics.median(each) for each in zip(*timed, strict=True))
    _agree(smiles[:1000], specs)
    figures = {
        "times the plain loops": plain / ours,
        "in one process": plain / alone,
        "molecules/s": count / ours,
        "molecules/s of the plain loops": count / plain,
    }
    return Result(figures, note=f"{count:,} molecules, {len(specs)} components, median of {rounds}")


def _smiles(folder: Path, count: int) -> list[str]:
    """Neutralised, canonical."""
    path = folder / "zinc250k.smi.gz"
    if not path.is_file():
        raise UserError(f"The file {str(path)!r} is missing", do="set SAYSO_DATA to where it is")
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as lines:
        given = [line.split()[0] for line in itertools.islice(lines, 1, count + 1)]  # the first line is no molecule
    return [canonical(mol) for mol in clean_all(given).mols]


def _ours(smiles: Sequence[str], specs: Sequence[Spec], processes: int | None) -> Array:
    from rdkit.Chem import MolFromSmiles

    return raw_values(specs, Molecules(map(MolFromSmiles, smiles)), processes)


def _plain(smiles: Sequence[str]) -> Array:
    """The same values, component by component."""
    from rdkit.Chem import MolFromSmiles

    mols = [MolFromSmiles(each) for each in smiles]
    return np.array([[function(mol) for mol in mols] for function in _functions()], np.float64).T


def _functions() -> list[Callable[[Mol], float]]:
    from rdkit.Chem import Descriptors, MolFromSmarts, MolFromSmiles, rdFingerprintGenerator
    from rdkit.Chem import rdMolDescriptors as rd
    from rdkit.Contrib.SA_Score.sascorer import calculateScore
    from rdkit.DataStructs import TanimotoSimilarity

    fingerprint = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048).GetCountFingerprint
    aspirin = fingerprint(MolFromSmiles(ASPIRIN))
    alerts = [MolFromSmarts(smarts) for smarts in ALERTS]
    known: Any = Descriptors  # RDKit fills this module as it is imported, which mypy can't see
    functions: list[Any] = [
        known.MolWt, known.MolLogP, known.TPSA, rd.CalcNumHBD, rd.CalcNumHBA,
        rd.CalcNumRotatableBonds, rd.CalcNumAromaticRings, rd.CalcFractionCSP3, known.qed, calculateScore,
        lambda mol: any(mol.HasSubstructMatch(alert) for alert in alerts),
        lambda mol: TanimotoSimilarity(aspirin, fingerprint(mol)),
    ]  # fmt: skip
    return functions


def _seconds(function: Callable[..., Array], *given: Any) -> float:
    started = time.perf_counter()
    function(*given)
    return time.perf_counter() - started


def _agree(smiles: Sequence[str], specs: Sequence[Spec]) -> None:
    """A quick wrong answer is no answer."""
    ours, plain = _ours(smiles, specs, 1), _plain(smiles)
    ours[:, PROPERTIES.index("sa") + 1] = ours[:, PROPERTIES.index("sa") + 1] > 0  # alerts: whether, not how many
    if not np.allclose(ours, plain, rtol=0, atol=1e-6):
        raise UserError("The two ways do not agree on the values", do="look at assistant/molecules/components")


@bench
def scoring_10000() -> Benchmark:
    """Molecules scored per second, against plain loops."""
    return Benchmark(
        what="scoring 10,000 molecules on 12 components, against RDKit's functions in plain loops",
        data="molecules",
        people="none",
        reference="REINVENT 4's components as plain loops over molecules parsed once, one process",
        target=1.0,
        better="higher",
        run=run,
        unit="×",
    )
