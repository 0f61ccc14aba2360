"""Where and how tensors are computed: the one place that looks for a GPU and sets the number of threads.

Two processes with spinning threads on two cores slow each other down twenty times, so the waiting policy is
passive and the training worker leaves a core to the chat (see `docs/log.md`).
"""

from __future__ import annotations

import os
from functools import cache

import torch

__all__ = ["autocast", "device", "on_gpu", "set_threads"]


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


def set_threads(leave: int = 0) -> None:
    """Use all cores but `leave`, at least one."""
    torch.set_num_threads(max(1, (os.cpu_count() or 1) - leave))
