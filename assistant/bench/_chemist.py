"""A simulated chemist, for benchmarks only: knows the true objective, and says what is worst about a molecule.

Goal 1 of Sundin et al. 2022 (J. Cheminform. 14:86): the desirabilities of a multi-parameter objective, seven properties
with double sigmoids (`modified_qed_parameters.json`). Their chemist says how good a molecule is; this one names the
property that lowers the true score most, and whether it should go up or down. A share of the answers is misread:
another property and direction, at random.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.bench._molecules import smiles_of
from assistant.errors import UserError
from assistant.molecules import reinvent
from assistant.molecules.belief import Belief, Direction, Said, Worst
from assistant.molecules.chem import Molecules
from assistant.molecules.components import Array
from assistant.molecules.objective import Objective
from assistant.molecules.values import raw_values

__all__ = ["Chemist", "pool", "truth"]


def truth(folder: Path) -> Objective:
    """The true objective. Raises UserError where the file is missing."""
    path = folder / "modified_qed_parameters.json"
    if not path.is_file():
        raise UserError(f"The file {str(path)!r} is missing", do="set SAYSO_DATA to where it is")
    return reinvent.read(path).objective


def pool(folder: Path, objective: Objective, count: int, seed: int = 0) -> tuple[list[str], Array]:
    """`count` molecules of ZINC as SMILES, and their (N, P) raw values."""
    from rdkit.Chem import MolFromSmiles

    smiles = smiles_of(folder)
    random.Random(seed).shuffle(smiles)
    values = raw_values([part.spec for part in objective.parts], Molecules(map(MolFromSmiles, smiles[:count])))
    known = np.flatnonzero(np.isfinite(values).all(axis=1))
    return [smiles[i] for i in known], values[known]


@dataclass(frozen=True)
class Chemist:
    """See the module.

    Args:
        objective: the true one.
        misread: the share of the answers that are understood wrongly.
    """

    objective: Objective
    misread: float = 0.1

    def desirabilities(self, values: Array) -> Array:
        """(N, P) raw values -> (N, P) true desirabilities."""
        return np.stack([part.desirability(values[:, i]) for i, part in enumerate(self.objective.parts)], axis=1)

    def scores(self, values: Array) -> Array:
        """(N,) true scores, in [0, 1]."""
        weights = np.array([part.weight for part in self.objective.parts])
        logs = np.log(np.maximum(self.desirabilities(values), 1e-12))
        return np.asarray(np.exp((logs * weights).sum(axis=1) / weights.sum()))

    def answer(self, x: Array, rng: np.random.Generator) -> tuple[Worst, Direction]:
        """What is worst about the molecule with values `x` (P,), as it was understood."""
        worst = int(self.desirabilities(x[None])[0].argmin())
        shape = self.objective.parts[worst].desirability
        up = bool(x[worst] < (shape.low + shape.high) / 2)  # type: ignore[attr-defined]
        if rng.random() < self.misread:
            worst, up = int(rng.integers(len(x))), bool(rng.integers(2))
        return Worst(x, worst, up), Direction(x, worst, up)

    def teach(self, belief: Belief, values: Array, answers: int, rng: np.random.Generator, round: int = 10) -> Belief:
        """The belief after `answers` more, each about a molecule that Thompson sampling chose from the pool."""
        asked: set[int] = set()
        for begun in range(0, answers, round):
            some: list[Said] = []
            for scores in belief.scores(belief.draws(min(round, answers - begun), rng), values):
                order = np.argsort(-scores, kind="stable")
                index = next(int(i) for i in order if int(i) not in asked)
                asked.add(index)
                some += self.answer(values[index], rng)
            belief = belief.hear(*some)
        return belief
