"""Which molecules to ask about next, by what a Gaussian process believes of them, in batches without near-twins.

    wanted = ACQUISITIONS["ucb"](taste, pool, rng)  ->  (N,), the greater the more it is wanted
    choose(pool, wanted, 10)                        ->  [812, 40, ...], the most wanted first

greedy: the mean. ucb: the mean and half a deviation (Srinivas et al. 2010). thompson: one draw of the posterior
(Thompson 1933). improvement: expected above the best that was seen (Jones et al. 1998). Batches that may not hold
near-twins learn more from as many answers: twins have one answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from assistant.errors import UserError
from assistant.molecules.component_gp import Taste
from assistant.molecules.components import Array
from assistant.molecules.kernel import Features, tanimoto

__all__ = ["ACQUISITIONS", "choose"]

Acquisition: TypeAlias = Callable[[Taste, Features, np.random.Generator], Array]
DRAWN_TOGETHER = 1_000
"""Of how many molecules a function is drawn; the rest, whose upper bound is lower, is not wanted."""
DEVIATIONS = 0.5
TOO_ALIKE = 0.6


def greedy(taste: Taste, pool: Features, rng: np.random.Generator) -> Array:
    return taste.mean(pool)


def ucb(taste: Taste, pool: Features, rng: np.random.Generator) -> Array:
    mean, deviation = taste.moments(pool)
    return np.asarray(mean + DEVIATIONS * deviation)


def thompson(taste: Taste, pool: Features, rng: np.random.Generator) -> Array:
    mean, deviation = taste.moments(pool)
    likely = np.argsort(-(mean + 2 * deviation), kind="stable")[:DRAWN_TOGETHER]
    wanted = np.full(len(pool), -np.inf)
    wanted[likely] = taste.draws(pool[likely], 1, rng)[0]
    return wanted


def improvement(taste: Taste, pool: Features, rng: np.random.Generator) -> Array:
    from scipy.stats import norm

    mean, deviation = taste.moments(pool)
    z = (mean - taste.mean(taste.known).max()) / deviation
    return np.asarray(deviation * (z * norm.cdf(z) + norm.pdf(z)))


ACQUISITIONS: dict[str, Acquisition] = {
    "greedy": greedy, "ucb": ucb, "thompson": thompson, "improvement": improvement,
}  # fmt: skip


def choose(
    pool: Features, wanted: Array, count: int, without: Sequence[int] = (), alike: float = TOO_ALIKE
) -> list[int]:
    """At most `count` molecules, the most wanted first; none as similar as `alike` to another, while there are such.

    Args:
        wanted: (N,); NaN and -inf are not taken.
        without: numbers of molecules that are not to be chosen: those that were asked about.
    """
    if len(wanted) != len(pool):
        raise UserError(f"There are {len(wanted)} values for {len(pool)} molecules", "one for each")
    out = set(without)
    order = [at for at in np.argsort(-wanted, kind="stable").tolist() if at not in out and np.isfinite(wanted[at])]
    chosen: list[int] = []
    for at in order[: 100 * count]:
        if len(chosen) < count and (not chosen or _nearest(pool, at, chosen) < alike):
            chosen.append(at)
    chosen += [at for at in order if at not in chosen][: count - len(chosen)] if len(chosen) < count else []
    return chosen


def _nearest(pool: Features, at: int, others: Sequence[int]) -> float:
    bins: Any = next(iter(pool.prints.values()))
    return float(tanimoto(bins[[at]], bins[others]).max())
