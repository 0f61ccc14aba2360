"""The interval of a share that was counted: Wilson's (1927), which holds for few and for extreme counts, too."""

from __future__ import annotations

import math

__all__ = ["wilson"]

Z = 1.959964
"""Standard errors of 95 %."""


def wilson(right: float, of: int) -> tuple[float, float]:
    """The 95 % interval of the share right / of; all of [0, 1] where nothing was counted.

    >>> [round(end, 2) for end in wilson(9, 11)]
    [0.52, 0.95]
    """
    if not of:
        return 0.0, 1.0
    p, square = right / of, Z * Z
    middle = (p + square / (2 * of)) / (1 + square / of)
    half = Z / (1 + square / of) * math.sqrt(p * (1 - p) / of + square / (4 * of * of))
    return max(0.0, min(p, middle - half)), min(1.0, max(p, middle + half))
