"""What several people mean together, who agree to differing degrees: a vote counts as much as its rater is reliable.

    votes = [[1, 1, 0], [1, nan, 1], [0, 0, 1]]       pairs x raters: 1 where the first of the pair is preferred
    found = consensus(votes)
    found.log_odds      ->  (P,): above 0 where the first is preferred, by all votes
    found.skill         ->  (R,): 1 is a rater as expected, 0 is one who tosses a coin

Rater r prefers the first of pair p with probability sigmoid(skill_r x g_p): a hard pair is one whose g is near 0 (GLAD,
Whitehill et al. 2009, NeurIPS 22). The g are a Gaussian process, so what was said of alike pairs counts, too (Raykar et
al. 2010, J. Mach. Learn. Res. 11:1297), with a part of each pair's own. Skills and g are found in turn: g by Laplace's
approximation, then each skill by what is expected of its votes under g.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from assistant.errors import UserError
from assistant.molecules.component_gp import Likelihood, laplace
from assistant.molecules.components import Array
from assistant.molecules.kernel import LIKING, covariance, features

__all__ = ["Consensus", "agreement", "alike", "consensus", "majority"]

Mols: TypeAlias = Sequence[Any]
OWN = 1.0
"""The variance of what is a pair's own, in log-odds."""
SPREAD = 0.5
"""Of the logarithm of a skill: two of three raters are within a factor of 1.6 of what is expected."""
ROUNDS, CLOSE = 30, 1e-3
NODES = 9


@dataclass(frozen=True)
class Consensus:
    """`log_odds` (P,) and `deviation` (P,) of the pairs; `skill` (R,) of the raters."""

    log_odds: Array
    deviation: Array
    skill: Array


def consensus(votes: Any, shared: Array | None = None, spread: float = SPREAD) -> Consensus:
    """What all raters mean of each pair.

    Args:
        votes: (P, R) 1 the first, 0 the second, NaN no vote.
        shared: (P, P) covariance of the pairs by what they are (`alike`); None: a pair tells nothing of another.
        spread: of the logarithm of a skill, by prior; 0: all raters are taken to be equal.

    Raises:
        UserError: there are no votes, or one is not 0, 1 or NaN.
    """
    table = _checked(votes)
    known, yes = np.isfinite(table), np.nan_to_num(table)
    prior = OWN * np.eye(len(table)) + (0.0 if shared is None else shared)
    skill = np.ones(table.shape[1])
    for _ in range(ROUNDS):
        pull, root = laplace(prior, _votes(yes, known, skill))
        mean = prior @ pull
        deviation = np.sqrt(np.maximum(np.diag(prior) - ((prior @ root) ** 2).sum(axis=1), 1e-9))
        before, skill = skill, _skills(yes, known, mean, deviation, spread)
        if np.abs(np.log(skill / before)).max() < CLOSE:
            break
    return Consensus(mean, deviation, skill)


def majority(votes: Any) -> Array:
    """(P,) the share of votes for the first, less a half: 0 where they are split, NaN where there is none."""
    table = _checked(votes)
    known = np.isfinite(table)
    total = known.sum(axis=1)
    ones = np.nan_to_num(table).sum(axis=1)
    return np.asarray(np.divide(ones, total, out=np.full(len(table), np.nan), where=total > 0) - 0.5)


def agreement(votes: Any) -> float:
    """Fleiss' κ (1971), of pairs that have at least two votes: 1 all agree, 0 as by chance."""
    table = _checked(votes)
    total = np.isfinite(table).sum(axis=1)
    ones, total = np.nansum(table, axis=1)[total > 1], total[total > 1]
    if not total.size:
        return float("nan")
    seen = ((ones * (ones - 1) + (total - ones) * (total - ones - 1)) / (total * (total - 1))).mean()
    share = ones.sum() / total.sum()
    chance = share**2 + (1 - share) ** 2
    return float((seen - chance) / (1 - chance)) if chance < 1 else float("nan")


def alike(firsts: Mols, seconds: Mols, weights: Mapping[str, float] = LIKING) -> Array:
    """(P, P) covariance of f(first) - f(second), by the kernel from which likings are learned.

    A pair with a molecule that could not be read (None) is alike to none: its votes still count for itself.
    """
    read = np.array([one is not None and other is not None for one, other in zip(firsts, seconds, strict=True)])
    total = np.zeros((len(read), len(read)))
    there = np.flatnonzero(read)
    if there.size:
        numbers = there.tolist()
        some = features([firsts[at] for at in numbers] + [seconds[at] for at in numbers], weights)
        table = covariance(some, weights)
        a, b = slice(None, there.size), slice(there.size, None)
        total[np.ix_(there, there)] = table[a, a] - table[a, b] - table[b, a] + table[b, b]
    return total


def _votes(yes: Array, known: Any, skill: Array) -> Likelihood:
    def at(g: Array) -> tuple[Array, Array]:
        p = 1 / (1 + np.exp(-np.clip(g[:, None] * skill, -30, 30)))
        slope = ((yes - p) * known * skill).sum(axis=1)
        return slope, np.maximum((p * (1 - p) * known * skill**2).sum(axis=1), 1e-9)

    return at


def _skills(yes: Array, known: Any, mean: Array, deviation: Array, spread: float) -> Array:
    """(R,) the most likely ones; g is integrated out by Gauss-Hermite nodes."""
    if not spread:
        return np.ones(yes.shape[1])
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    g = mean[:, None] + deviation[:, None] * nodes
    grid = np.exp(np.linspace(-3, 1.5, 91))
    found = []
    for rater in range(yes.shape[1]):
        mine = known[:, rater]
        signed = (2 * yes[mine, rater] - 1)[:, None] * g[mine]
        loss = [(np.logaddexp(0, -skill * signed) * weights).sum() / weights.sum() for skill in grid]
        found.append(grid[int(np.argmin(np.array(loss) + np.log(grid) ** 2 / (2 * spread**2)))])
    return np.array(found)


def _checked(votes: Any) -> Array:
    table = np.asarray(votes, np.float64)
    if table.ndim != 2 or not np.isfinite(table).any():
        raise UserError("There are no votes", "a table of pairs and raters, with at least one vote")
    strange = table[np.isfinite(table) & (table != 0) & (table != 1)]
    if strange.size:
        raise UserError(f"A vote is {strange[0]:g}", "1 for the first of the pair, 0 for the second, or none")
    return table
