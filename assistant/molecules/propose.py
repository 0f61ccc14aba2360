"""Which molecules to show: some that are the best by what was said, some that teach most, none like another.

    found = batch(belief, x, fingerprints, worths, 12, rng)   ->  Batch(indices=(5, 80, ...), best=7, ask=Question(...))
    found.why(names)   ->  "7 are the best by what you said; 3 may be better, as I am least sure about polar surface
                            area; compare #2 and #9: that would tell me most about logP"

Six in ten exploit: the greatest worth. The rest explores. Two places go to the question whose answer is expected to
tell most about the belief: which of two is better, or whether one is good (mutual information of answer and
parameters; BALD, Houlsby et al. 2011). The others go by Thompson sampling (Thompson 1933; Russo et al. 2018): each
takes one draw of the posterior and the molecule that is best by it, so what is uncertain is shown as often as it may
be best. A molecule too much like one that was chosen is passed over, unless nothing else is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.molecules.belief import Belief
from assistant.molecules.components import Array
from assistant.molecules.components._table import PROPERTIES

__all__ = ["Batch", "Question", "batch", "question"]

Numbers: TypeAlias = NDArray[np.intp]
TOO_ALIKE = 0.65
EXPLORED = 0.4
"""The share of a batch that explores, once something was said."""
ASKED_AMONG = 60
"""Of so many molecules that are worth most a question is made: what nobody wants need not be understood."""
DRAWS = 64
SURE = 10.0
"""Logits for a score that is higher by 1: how surely people answer, as the belief takes it."""
LEAST_GAIN = 0.02
"""Nats; a question from which less is expected is not asked."""


@dataclass(frozen=True)
class Question:
    """Which of two molecules is better, or whether one is good.

    Args:
        of: the indices of the two, or of the one.
        property: the number of the property that the answer tells most about.
        gain: what the answer is expected to tell, in nats.
    """

    of: tuple[int, ...]
    property: int
    gain: float


@dataclass(frozen=True)
class Batch:
    """What is shown, and what it is there for.

    Args:
        indices: the best first.
        best: how many are the best by what was said.
        drawn: how many are the best by a draw of the posterior.
        unsure: the number of the property that is least known; None while nothing was said.
        ask: the question that would teach most.
    """

    indices: tuple[int, ...]
    best: int
    drawn: int
    unsure: int | None
    ask: Question | None = None

    def why(self, names: Sequence[str]) -> str:
        """A clause for the person; `#2` is the second of `indices`."""
        if self.unsure is None:
            return "different from each other, to begin with"
        said = ["the best by what you said"]
        if self.best < len(self.indices):
            said = [f"{self.best} are the best by what you said"]
        if self.drawn:
            said.append(f"{self.drawn} may be better, as I am least sure about {_title(names, self.unsure)}")
        return "; ".join([*said, *self._asked(names)])

    def _asked(self, names: Sequence[str]) -> list[str]:
        if not self.ask:
            return []
        places = sorted(self.indices.index(index) + 1 for index in self.ask.of)
        asked = f"compare #{places[0]} and #{places[1]}" if len(places) == 2 else f"say whether #{places[0]} is good"
        return [f"{asked}: that would tell me most about {_title(names, self.ask.property)}"]


def _title(names: Sequence[str], number: int) -> str:
    return PROPERTIES[names[number]].title


def batch(
    belief: Belief, x: Array, prints: Sequence[Any], worths: Array, count: int, rng: np.random.Generator
) -> Batch:
    """At most `count` of N molecules.

    Args:
        x: (N, P) values of the properties in play.
        prints: N fingerprints.
        worths: (N,) in [0, 1]; NaN counts as 0.
    """
    worths = np.nan_to_num(worths)
    by_worth = np.argsort(-worths, kind="stable")
    chosen: list[int] = []
    explored = round(EXPLORED * count) if belief.said else 0
    _take(chosen, by_worth, prints, count - explored)
    ask = None
    if explored >= 2:
        ask = question(belief, x, prints, _unlike(by_worth[:ASKED_AMONG], prints, chosen), rng)
        chosen += [index for index in (ask.of if ask else ()) if index not in chosen]
    drawn, before = count - len(chosen), len(chosen)
    if explored and drawn:
        prior_part = worths / np.maximum(belief.score(x), 1e-9)  # what is no property counts as it is
        for scores in belief.scores(belief.draws(drawn, rng), x) * prior_part:
            _take(chosen, np.argsort(-np.nan_to_num(scores), kind="stable"), prints, 1)
    order = sorted(chosen, key=lambda index: -worths[index])
    unsure = _unsure(belief) if belief.said else None
    return Batch(tuple(order), min(before, count - explored), len(chosen) - before, unsure, ask)


def _take(chosen: list[int], order: Iterable[Any], prints: Sequence[Any], count: int) -> None:
    """Add the first `count` of the order that are unlike all chosen; then whatever is left."""
    before, order = len(chosen), [at for at in map(int, order) if prints[at] is not None]
    for strict in (True, False):
        for index in order:
            if len(chosen) - before >= count:
                return
            if index not in chosen and not (strict and _alike(prints, index, chosen)):
                chosen.append(index)


def _unlike(order: Iterable[Any], prints: Sequence[Any], chosen: Sequence[int]) -> list[int]:
    """Those that are chosen, or unlike all that are."""
    known = [at for at in map(int, order) if prints[at] is not None]
    return [at for at in known if at in chosen or not _alike(prints, at, chosen)]


def _alike(prints: Sequence[Any], index: int, others: Sequence[int]) -> bool:
    from rdkit.DataStructs import BulkTanimotoSimilarity

    found = BulkTanimotoSimilarity(prints[index], [prints[other] for other in others]) if others else [0.0]
    return bool(max(found) >= TOO_ALIKE)


def _unsure(belief: Belief) -> int:
    """The property of which where its window ends is least known."""
    deviations = np.sqrt(np.diag(belief.covariance)).reshape(-1, 5)[:, :2].sum(axis=1)
    weights = np.exp(belief.mode.reshape(-1, 5)[:, 4])
    return int(np.argmax(deviations * weights))


# --- the question ------------------------------------------------------------------------------------------


def question(
    belief: Belief, x: Array, prints: Sequence[Any], among: Sequence[int], rng: np.random.Generator, draws: int = DRAWS
) -> Question | None:
    """The question about these molecules from whose answer most is expected; None where that is next to nothing.

    Args:
        x: (N, P) values of the properties in play.
        prints: N fingerprints: two that are much alike are not compared.
        among: the indices of those that may be asked about.
    """
    known = np.array([at for at in among if np.isfinite(x[at]).all()], dtype=int)
    if not known.size:
        return None
    costs = belief.losses(belief.draws(draws, rng), x[known]).sum(axis=3)  # (draws, M, P)
    gains, first, second = _gains(np.exp(-costs.sum(axis=2)), belief.misread)
    for number in np.argsort(-gains, kind="stable"):
        if gains[number] < LEAST_GAIN:
            break
        one, other = int(first[number]), int(second[number])
        if one == other:
            return Question((int(known[one]),), _about(costs[:, one]), float(gains[number]))
        if not _alike(prints, int(known[one]), [int(known[other])]):
            about = _about(costs[:, one] - costs[:, other])
            return Question((int(known[one]), int(known[other])), about, float(gains[number]))
    return None


def _gains(scores: Array, misread: float) -> tuple[Array, Numbers, Numbers]:
    """(draws, M) scores -> (Q,) nats that each question gains, and of which two it is; twice the same: of one alone."""
    count = scores.shape[1]
    first, second = np.triu_indices(count)
    other = np.where(first == second, 0.5, scores[:, second])  # good is: better than one half
    p = (1 - misread) / (1 + np.exp(-SURE * (scores[:, first] - other))) + misread / 2
    return np.asarray(_entropy(p.mean(axis=0)) - _entropy(p).mean(axis=0)), first, second


def _about(costs: Array) -> int:
    """(draws, P) costs in nats: in which property most of what the draws disagree about lies."""
    total = costs.sum(axis=1)
    shares = ((costs - costs.mean(axis=0)) * (total - total.mean())[:, None]).mean(axis=0)
    return int(np.argmax(shares))


def _entropy(p: Array) -> Array:
    p = np.clip(p, 1e-9, 1 - 1e-9)
    return np.asarray(-p * np.log(p) - (1 - p) * np.log(1 - p))
