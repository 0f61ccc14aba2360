"""Where and how tensors are computed: the one place that looks for a GPU."""

from __future__ import annotations

import os
from functools import cache

import torch

__all__ = ["autocast", "device", "fast_type", "on_gpu"]


@cache
def device() -> torch.device:
    """The first NVIDIA GPU, else the CPU; SAYSO_DEVICE=cpu keeps off the GPU."""
    wanted = os.environ.get("SAYSO_DEVICE", "")
    if wanted:
        return torch.device(wanted)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def on_gpu() -> bool:
    return device().type == "cuda"


def autocast() -> torch.autocast:
    """bfloat16 where the GPU has it; on a CPU float32 is the faster and the exact one."""
    enabled = on_gpu() and torch.cuda.is_bf16_supported()
    return torch.autocast(device().type, dtype=torch.bfloat16, enabled=enabled)


def fast_type() -> torch.dtype:
    """bfloat16 where it is multiplied faster than float32."""
    fast = torch.cuda.is_bf16_supported() if on_gpu() else torch.cpu._is_avx512_bf16_supported()
    return torch.bfloat16 if fast else torch.float32
