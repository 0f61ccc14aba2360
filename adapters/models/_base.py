"""Frozen weights: what names them.

>>> fingerprint(model)                                      # doctest: +SKIP
'1f0c9a3e'
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import torch
from torch import nn

__all__ = ["fingerprint"]


def fingerprint(model: nn.Module, rounded: bool = False, without: Collection[str] = ()) -> str:
    """Eight hexadecimal digits that change with the weights.

    Args:
        rounded: the same in half and in full precision.
        without: names of weights that don't count.
    """
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        if name in without:
            continue
        digest.update(name.encode())
        first = tensor.detach().flatten()[:64]
        first = first.to(torch.bfloat16) if rounded and first.is_floating_point() else first
        digest.update(first.float().cpu().numpy().tobytes())
    return digest.hexdigest()[:8]
