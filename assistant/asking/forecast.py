"""What more feedback would bring: the learning curve as a power law, with an interval.

    error(n) = a + b n^-c,    a, b >= 0 and c in [.05, 1.5]

after Figueroa et al. 2012, "Predicting sample size required for classification performance" (weighted least squares,
later points count more) and Hestness et al. 2017, "Deep learning scaling is predictable, empirically". For a given c
it is linear in a and b, so a grid over c finds the best fit without a starting point that could be wrong. The
interval is a bootstrap's: noise of the size of the residuals is laid over the fitted curve, and it is fitted again.

>>> curve = fit([20, 40, 80, 160], [.60, .70, .78, .84])
>>> [round(x, 2) for x in curve.at(320)]
[0.86, 0.88, 0.89]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["NEEDED", "Law", "fit"]

NEEDED = 4
"""Different amounts of feedback that a forecast needs: one more than the law has parameters."""
EXPONENTS = np.linspace(0.05, 1.5, 30)
DRAWS = 400
SURE = (5, 95)
"""Percentiles: the interval holds nine of ten."""
LEAST_NOISE = 0.005
"""Of an accuracy: what no curve is smoother than."""


@dataclass(frozen=True)
class Law:
    """`best`: (3,) a, b, c; `draws`: (K, 3) as they may be too; `noise`: of one measurement, a standard deviation."""

    best: Any
    draws: Any
    noise: float

    def at(self, feedback: float) -> tuple[float, float, float]:
        """Accuracy that would be measured after so much feedback: low, middle, high."""
        noise = np.random.default_rng(0).normal(0, self.noise, len(self.draws))
        return self._sure(1 - _errors(self.draws, feedback) + noise, 1 - _errors(self.best[None], feedback)[0])

    def gain(self, feedback: float, more: float) -> tuple[float, float, float]:
        """What `more` feedback would bring on top: low, middle, high."""
        gains = _errors(self.draws, feedback) - _errors(self.draws, feedback + more)
        best = _errors(self.best[None], feedback) - _errors(self.best[None], feedback + more)
        return self._sure(gains, best[0])

    @staticmethod
    def _sure(values: Any, best: float) -> tuple[float, float, float]:
        low, high = np.percentile(np.clip(values, 0, 1), SURE)
        best = float(np.clip(best, 0, 1))
        return min(float(low), best), best, max(float(high), best)


def fit(feedback: Sequence[float], accuracy: Sequence[float]) -> Law | None:
    """The law of a curve, oldest first; None where fewer than `NEEDED` different amounts of feedback are known."""
    amounts, errors = np.asarray(feedback, dtype=float), 1 - np.asarray(accuracy, dtype=float)
    amounts, errors = amounts[amounts > 0], errors[amounts > 0]
    if len(set(amounts.tolist())) < NEEDED:
        return None
    weights = np.arange(1, len(amounts) + 1) / len(amounts)
    best = _laws(amounts, errors[None], weights)[0]
    fitted = _errors(best[None], amounts[:, None])[:, 0]
    freedom = len(amounts) - 3
    noise = max(LEAST_NOISE, float(np.sqrt(((errors - fitted) ** 2).sum() / freedom)))
    rng = np.random.default_rng(0)
    again = np.clip(fitted + rng.normal(0, noise, (DRAWS, len(amounts))), 0, 1)
    return Law(best, _laws(amounts, again, weights), noise)


def _errors(laws: Any, feedback: Any) -> Any:
    """(..., K) errors by K laws after so much feedback."""
    return laws[:, 0] + laws[:, 1] * np.asarray(feedback, dtype=float) ** -laws[:, 2]


def _laws(amounts: Any, errors: Any, weights: Any) -> Any:
    """(K, 3) the best law of each of the (K, N) curves, by weighted least squares."""
    best = np.zeros((len(errors), 3))
    least = np.full(len(errors), np.inf)
    share = weights / weights.sum()
    for exponent in EXPONENTS:
        shape = amounts**-exponent
        mean, middle = float(share @ shape), errors @ share
        spread = float(share @ (shape - mean) ** 2)
        b = np.maximum(((errors - middle[:, None]) * (shape - mean)) @ share / spread, 0)
        a = middle - b * mean
        # below zero no error can stay: then the curve is b n^-c alone
        b = np.where(a < 0, (errors * shape) @ share / float(share @ shape**2), b)
        a = np.maximum(a, 0)
        missed = ((errors - a[:, None] - b[:, None] * shape) ** 2) @ share
        found = missed < least
        best[found] = np.stack([a, b, np.full(len(a), exponent)], axis=1)[found]
        least = np.minimum(least, missed)
    return best
