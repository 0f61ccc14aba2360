"""One temperature for all logits, by which probabilities become honest (Guo et al. 2017).

It changes no answer, only how sure the model says it is, so the held-out part may fit it and still judge.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = ["temperature"]

RANGE = (0.25, 8.0)


def temperature(logits: Tensor, columns: Sequence[int]) -> float:
    """The temperature in `RANGE` with the least negative log-likelihood; 1.0 for fewer than 10 examples.

    Args:
        logits: (N, C).
        columns: the right one of each row.
    """
    if len(columns) < 10:
        return 1.0
    right = torch.tensor(columns, device=logits.device)
    low, high = (math.log10(end) for end in RANGE)
    grid = torch.logspace(low, high, steps=61, device=logits.device)
    losses = torch.stack([torch.nn.functional.cross_entropy(logits / t, right) for t in grid])
    return float(grid[losses.argmin()])
