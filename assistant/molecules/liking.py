"""What no property explains: which patterns of atoms a chemist likes, by the molecules they called good or poor.

    liking = learned(feedback)           None while it predicts no better than chance
    liking(molecules)                    ->  (N,) in [0, 1], a factor of the worth; NaN for what is no molecule

Labels and preferences feed the Gaussian process of `component_gp`. How much it counts is what it has shown: each
answer is predicted by a process that was not told of it (five folds, quicker than leaving one out), and the gain over
chance in nats, less its standard error, is the weight: 0 says nothing, 1 is sure of every answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.errors import UserError
from assistant.molecules.chem import Mol, Molecules, clean
from assistant.molecules.component_gp import Said, Taste, learn
from assistant.molecules.components import Array
from assistant.molecules.kernel import Features, features
from assistant.types import Feedback, Label, Preference

__all__ = ["Liking", "learned"]

PATTERNS = {"morgan": 4.0, "roles": 4.0}
"""Properties are the belief's."""
LEAST, FOLDS = 8, 5
LEAST_WEIGHT = 0.05


@dataclass(frozen=True)
class Liking:
    """`weight`: in [0, 1], how much it counts, by how well it predicted what it was not told."""

    taste: Taste
    weight: float

    def __call__(self, mols: Molecules) -> Array:
        """(N,) in [0, 1]."""
        there = [at for at, mol in enumerate(mols) if mol is not None]
        found = np.full(len(mols), np.nan)
        if there:
            some = features([mols[at] for at in there], PATTERNS)
            found[there] = self.taste.score(some) ** self.weight
        return found


def learned(feedback: Sequence[Feedback]) -> Liking | None:
    """What labels and preferences teach about patterns; None where that is nothing."""
    mols, said = _answers(feedback)
    if len(said) < LEAST or not _differ(said):
        return None
    some = features(mols, PATTERNS)
    gains = _gains(some, said)
    weight = float((gains.mean() - gains.std() / np.sqrt(len(gains))) / np.log(2))
    if weight < LEAST_WEIGHT:
        return None
    return Liking(learn(some, said, PATTERNS), min(weight, 1.0))


def _answers(feedback: Sequence[Feedback]) -> tuple[Molecules, list[Said]]:
    """The molecules that were judged, and the judgements; what was said in one respect is about a property."""
    place: dict[str, int] = {}
    mols, said = list[Mol](), list[Said]()

    def at(smiles: object) -> int | None:
        try:
            mol = clean(str(smiles))
        except UserError:
            return None
        if str(smiles) not in place:
            place[str(smiles)] = len(mols)
            mols.append(mol)
        return place[str(smiles)]

    for one in feedback:
        if isinstance(one, Label) and (number := at(one.value)) is not None:
            said.append(Said(number, float(one.op == "is")))
        elif isinstance(one, Preference) and one.aspect is None:
            better, worse = at(one.chosen), at(one.rejected)
            if better is not None and worse is not None and better != worse:
                said.append(Said(better, 1.0, over=worse))
    return Molecules(mols), said


def _differ(said: Sequence[Said]) -> bool:
    """Praise alone tells nothing of what is poor."""
    return any(one.over is not None for one in said) or len({one.value for one in said}) > 1


def _gains(some: Features, said: Sequence[Said]) -> Array:
    """(A,) nats by which each answer was likelier, by what the others taught, than by chance."""
    gains = np.zeros(len(said))
    for fold in range(FOLDS):
        held = range(fold, len(said), FOLDS)
        rest = [one for at, one in enumerate(said) if at % FOLDS != fold]
        worth = learn(some, rest, PATTERNS).mean(some)
        share = _share(rest)
        for at in held:
            one = said[at]
            by_chance = 0.5 if one.over is not None else share if one.value else 1 - share
            logit = worth[one.at] - (worth[one.over] if one.over is not None else 0.0)
            gains[at] = -np.logaddexp(0.0, -logit if one.value else logit) - np.log(by_chance)
    return gains


def _share(said: Sequence[Said]) -> float:
    """Of the molecules that were labelled, how many are good; one answer of each kind is imagined."""
    labels = [one.value for one in said if one.over is None]
    return (sum(labels) + 1) / (len(labels) + 2)
