"""What the person means: a posterior over the windows and weights of a multi-parameter objective.

Each of P properties has a window (low, high, a steepness at each end) and a weight; the score is the weighted geometric
mean. Every kind of feedback is one log-likelihood of the same parameters, mixed with the chance that it was misread.
After Sundin et al. 2022 (J. Cheminform. 14:86), goal 1, whose chemist could only score; here a person names what is
worst. The posterior is its mode (L-BFGS, scipy) and the curvature there (Laplace; MacKay 1992).

    belief = Belief.around(pool).hear(Worst(x=pool[3], property=1, up=False))   # "the worst is logP: too high"
    belief.score(pool)         ->  (N,) mean score in [0, 1]
    belief.draws(8, rng)       ->  (8, 5 P) for Thompson sampling
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

__all__ = ["Belief", "Direction", "Preference", "Range", "Ranking", "Said", "Score", "Worst", "YesNo"]

Array: TypeAlias = NDArray[np.float64]
SPREAD = np.array([1.2, 1.2, 0.5, 0.5, 0.3])  # of the prior: low, high (in the pool's sd), log slopes, log weight
START_SLOPE = 2.5  # nats per standard deviation of the pool
LEAST_WIDTH = 0.5  # of a window, in standard deviations
AIMED = 0.5  # by how much a property should change that "too much" is said of, in standard deviations
SAID_ENDS = 0.15  # how exactly people mean the ends that they name, in standard deviations


@dataclass(frozen=True)
class Worst:
    """Property number `property` of the molecule with values `x` (P,) is the worst and should go up, or down."""

    x: Array
    property: int
    up: bool


@dataclass(frozen=True)
class Score:
    """The molecule with values `x` (P,) deserves `value` in [0, 1]."""

    x: Array
    value: float


@dataclass(frozen=True)
class YesNo:
    """The molecule with values `x` (P,) is good, or is not."""

    x: Array
    good: bool


@dataclass(frozen=True)
class Direction:
    """Property number `property` should be more (`up`), or less, than it is in molecules with values `x` (P,)."""

    x: Array
    property: int
    up: bool


@dataclass(frozen=True)
class Range:
    """Property number `property` should be from `low` to `high`, in its unit; None leaves an end as it is."""

    property: int
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Preference:
    """The molecule `better` (P,) over the molecule `worse` (P,); in property number `property` alone, where given."""

    better: Array
    worse: Array
    property: int | None = None


@dataclass(frozen=True)
class Ranking:
    """Molecules (K, P), the best first (Plackett-Luce)."""

    order: Array


Said: TypeAlias = Worst | Direction | Range | Score | YesNo | Preference | Ranking


@dataclass(frozen=True)
class Belief:
    """A posterior; immutable. Parameters are (5 P,): P times low, high, log slopes, log weight, standardised.

    Args:
        centre, scale: (P,) mean and standard deviation of the pool, in each property's unit.
        prior: (P, 5) the prior's mean.
        misread: the share of feedback that is taken to be misread, in [0, 1).
    """

    centre: Array
    scale: Array
    prior: Array
    said: tuple[Said, ...] = ()
    misread: float = 0.1
    start: Array | None = field(default=None, compare=False)

    @classmethod
    def around(cls, pool: Array, misread: float = 0.1) -> Belief:
        """Knowing nothing but the pool (N, P): windows about as wide as its middle four fifths."""
        pool = np.asarray(pool, np.float64)
        centre, scale = np.nanmean(pool, axis=0), np.maximum(np.nanstd(pool, axis=0), 1e-9)
        ends = (np.nanquantile(pool, [0.1, 0.9], axis=0) - centre) / scale
        slope = np.full(pool.shape[1], np.log(START_SLOPE))
        return cls(centre, scale, np.stack([*ends, slope, slope, np.zeros_like(slope)], axis=1), misread=misread)

    def hear(self, *said: Said) -> Belief:
        """The belief after more feedback; its mode is sought from the present one."""
        return replace(self, said=self.said + said, start=self.mode)

    def losses(self, theta: Array, x: Array) -> Array:
        """(K, 5 P) and (N, P) -> (K, N, P, 2): how much, in nats, each end lowers the log score."""
        t = theta.reshape(len(theta), 1, -1, 5)
        z = (np.asarray(x, np.float64) - self.centre) / self.scale
        below = np.exp(t[..., 2]) * (t[..., 0] - z)
        above = np.exp(t[..., 3]) * (z - t[..., 1])
        weight = np.exp(t[..., 4])
        share = weight / weight.sum(axis=2, keepdims=True)
        with np.errstate(invalid="ignore"):  # of what is no molecule nothing can be told: NaN
            return np.asarray(np.logaddexp(0.0, np.stack([below, above], axis=-1)) * share[..., None])

    def scores(self, theta: Array, x: Array) -> Array:
        """(K, 5 P) and (N, P) -> (K, N) scores in [0, 1]."""
        return np.asarray(np.exp(-self.losses(theta, x).sum(axis=(2, 3))))

    def log_posterior(self, theta: Array) -> Array:
        """(K, 5 P) -> (K,) in nats, up to a constant."""
        off = (theta.reshape(len(theta), -1, 5) - self.prior) / SPREAD
        total = -0.5 * (off**2).sum(axis=(1, 2)) + self._width(theta)
        worst = [s for s in self.said if isinstance(s, Worst)]
        total = total + (self._worst(theta, worst) if worst else 0.0)
        moved = [s for s in self.said if isinstance(s, Direction)]
        total = total + (self._directions(theta, moved) if moved else 0.0)
        for s in self.said:
            if not isinstance(s, Worst | Direction):
                total = total + self._one(theta, s)
        return np.asarray(total)

    def _width(self, theta: Array) -> Array:
        """(K,): a window ends after it begins, also where a person spoke of one end alone."""
        t = theta.reshape(len(theta), -1, 5)
        return -np.asarray(np.logaddexp(0.0, 8.0 * (LEAST_WIDTH - (t[:, :, 1] - t[:, :, 0]))).sum(axis=1))

    def _worst(self, theta: Array, said: list[Worst]) -> Array:
        """A choice among the 2 P ends by what each costs; 20 logits a nat of the log score."""
        logits = 20.0 * self.losses(theta, np.stack([s.x for s in said])).reshape(len(theta), len(said), -1)
        chosen = np.array([2 * s.property + (not s.up) for s in said])
        top = logits.max(axis=2, keepdims=True)
        p = np.exp(logits - top)
        p = p[:, np.arange(len(said)), chosen] / p.sum(axis=2)
        return np.asarray(np.log((1 - self.misread) * p + self.misread / logits.shape[2]).sum(axis=1))

    def _one(self, theta: Array, s: Range | Score | YesNo | Preference | Ranking) -> Array:
        if isinstance(s, Range):
            return self._range(theta.reshape(len(theta), -1, 5)[:, s.property], s)
        if isinstance(s, Preference) and s.property is not None:
            cost = self.losses(theta, np.stack([s.better, s.worse]))[:, :, s.property].sum(axis=2)
            return self._mixed(_logistic(20.0 * (cost[:, 1] - cost[:, 0])), 0.5)
        if isinstance(s, Score):
            off = (self.scores(theta, s.x[None])[:, 0] - s.value) / 0.1
            return self._mixed(np.exp(-0.5 * off**2), 0.1 * np.sqrt(2 * np.pi))
        if isinstance(s, YesNo):
            margin = (self.scores(theta, s.x[None])[:, 0] - 0.5) / 0.1
            return self._mixed(_logistic(margin if s.good else -margin), 0.5)
        order = np.stack([s.better, s.worse]) if isinstance(s, Preference) else s.order
        value = self.scores(theta, order) / 0.1
        logs = [value[:, i] - np.logaddexp.reduce(value[:, i:], axis=1) for i in range(len(order) - 1)]
        return np.asarray(sum(self._mixed(np.exp(log), 1 / (len(order) - i)) for i, log in enumerate(logs)))

    def _range(self, t: Array, s: Range) -> Array:
        """(K, 5) parameters of the property -> (K,): its window ends where it was said to."""
        centre, scale = self.centre[s.property], self.scale[s.property]
        named = [(t[:, at], end) for at, end in enumerate((s.low, s.high)) if end is not None]
        return np.asarray(sum(-0.5 * ((at - (end - centre) / scale) / SAID_ENDS) ** 2 for at, end in named))

    def _directions(self, theta: Array, said: list[Direction]) -> Array:
        """Each end has to be beyond the value by as much as is worth speaking of; the tail is linear, so one that was
        misread pulls no harder the farther off it is."""
        return -np.asarray(np.logaddexp(0.0, -4.0 * self._beyond(theta, said)).sum(axis=1))

    def _beyond(self, theta: Array, said: list[Direction]) -> Array:
        """(K, 5 P) -> (K, N): how far the end is where it should at least be, in standard deviations."""
        number, up = np.array([s.property for s in said]), np.array([s.up for s in said])
        z = (np.array([s.x[s.property] for s in said]) - self.centre[number]) / self.scale[number]
        ends = theta.reshape(len(theta), -1, 5)[:, number, :2]
        return np.asarray(np.where(up, ends[..., 0] - z, z - ends[..., 1]) - AIMED)

    def _mixed(self, p: Array, by_chance: float) -> Array:
        return np.asarray(np.log((1 - self.misread) * p + self.misread * by_chance))

    @cached_property
    def mode(self) -> Array:
        """(5 P,) the most probable parameters."""
        start = self.prior.ravel() if self.start is None else self.start
        if not self.said:
            return np.asarray(start)
        return np.asarray(minimize(self._downhill, start, jac=True, method="L-BFGS-B", options={"maxiter": 60}).x)

    def _downhill(self, theta: Array) -> tuple[float, Array]:
        """Minus log posterior and its gradient: exact for what is said most, by central differences for the rest."""
        frequent = replace(self, said=tuple(s for s in self.said if isinstance(s, Worst | Direction)))
        rest = [s for s in self.said if not isinstance(s, Worst | Direction)]
        value, slope = -frequent.log_posterior(theta[None])[0], frequent._slope(theta)
        if rest:
            step = 1e-4 * np.eye(len(theta))
            at = np.concatenate([theta[None], theta + step, theta - step])
            told = -np.asarray(sum(self._one(at, s) for s in rest))
            value, slope = value + told[0], slope + (told[1 : len(theta) + 1] - told[len(theta) + 1 :]) / 2e-4
        return float(value), slope

    def _slope(self, theta: Array) -> Array:
        """(5 P,) gradient of minus the log posterior, where all that was said is `Worst` or `Direction`."""
        t = theta.reshape(-1, 5)
        slope = (t - self.prior) / SPREAD**2
        narrow = 8.0 * _logistic(8.0 * (LEAST_WIDTH - (t[:, 1] - t[:, 0])))
        slope[:, 0] += narrow
        slope[:, 1] -= narrow
        if worst := [s for s in self.said if isinstance(s, Worst)]:
            slope += self._worst_slope(theta, worst)
        if moved := [s for s in self.said if isinstance(s, Direction)]:
            number, side = np.array([s.property for s in moved]), np.array([int(not s.up) for s in moved])
            pull = np.where(side, 4.0, -4.0) * _logistic(-4.0 * self._beyond(theta[None], moved)[0])
            np.add.at(slope, (number, side), pull)
        return np.asarray(slope.ravel())

    def _worst_slope(self, theta: Array, said: list[Worst]) -> Array:
        """(P, 5) by the chain rule: log p of the choice <- logits <- losses <- ends, slopes, weights."""
        t, x = theta.reshape(-1, 5), np.stack([s.x for s in said])
        loss = self.losses(theta[None], x)[0]  # (N, P, 2)
        chosen = (np.arange(len(said)), [s.property for s in said], [int(not s.up) for s in said])
        p = np.exp(20.0 * (loss - loss.max(axis=(1, 2), keepdims=True)))
        p /= p.sum(axis=(1, 2), keepdims=True)
        sure = (1 - self.misread) * p[chosen]
        by = p.copy()
        by[chosen] -= 1.0  # of minus the log
        by *= 20.0 * (sure / (sure + self.misread / (2 * len(t))))[:, None, None]
        share = np.exp(t[:, 4]) / np.exp(t[:, 4]).sum()
        z, steep = (x - self.centre) / self.scale, np.exp(t[:, 2:4])
        u = steep * np.stack([t[:, 0] - z, z - t[:, 1]], axis=-1)
        by_u = by * _logistic(u) * share[:, None]
        ends = (by_u * steep * np.array([1.0, -1.0])).sum(axis=0)
        weight = (by * loss).sum(axis=(0, 2))
        return np.column_stack([ends, (by_u * u).sum(axis=0), weight - share * weight.sum()])

    @cached_property
    def covariance(self) -> Array:
        """(5 P, 5 P) of the Laplace approximation; curvature that is not positive is the prior's."""
        step, n = 1e-3, len(self.mode)
        steps = step * np.eye(n)
        rows = [(self._downhill(self.mode + d)[1] - self._downhill(self.mode - d)[1]) / (2 * step) for d in steps]
        spread = np.tile(SPREAD, n // 5)
        whitened = spread[:, None] * np.stack(rows) * spread
        values, vectors = np.linalg.eigh((whitened + whitened.T) / 2)
        inverse = (vectors / np.maximum(values, 1.0)) @ vectors.T
        return np.asarray(spread[:, None] * inverse * spread)

    def draws(self, count: int, rng: np.random.Generator) -> Array:
        """(count, 5 P) samples of the posterior."""
        return rng.multivariate_normal(self.mode, self.covariance, size=count, method="eigh")

    def score(self, x: Array) -> Array:
        """(N, P) -> (N,) the score by the most probable parameters, in [0, 1]."""
        return np.asarray(self.scores(self.mode[None], x)[0])


def _logistic(x: Array) -> Array:
    return np.asarray(0.5 * (1 + np.tanh(x / 2)))
