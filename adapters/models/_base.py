"""Frozen weights: what names them, and loading them without noise.

>>> fingerprint(model)                                      # doctest: +SKIP
'1f0c9a3e'
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import torch
from torch import nn

from assistant.errors import UserError

__all__ = ["fingerprint", "not_loaded", "quiet"]


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


def quiet() -> None:
    """Load without a progress bar, and without notes that are meant for developers."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()


def not_loaded(place: object, kind: str, wrong: Exception) -> UserError:
    """What to say where a base model can't be loaded. `kind`: what a base is, as "an encoder's folder or …"."""
    return UserError(
        f"The base model {str(place)!r} can't be loaded",
        f"a base is {kind}",
        f"check the name and the network ({str(wrong).splitlines()[0][:120]})",
    )
