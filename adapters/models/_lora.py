"""A causal language model with LoRA beside every matrix: what all families of generators share.

class Causal(Lora): ...
with model.base(): model.logp(...)       the adapter is off
model.load(state)                        another adapter, in place
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from adapters.device import device
from adapters.loading import loading
from adapters.models._base import fingerprint
from assistant.errors import UserError

__all__ = ["Lora"]


class Lora:
    """See the module.

    Args:
        model: a causal model of transformers; its own weights stay as they are.
        name: what the weights are called; their fingerprint is added.
        rank: of the LoRA matrices.
        last: beside the last matrix, too, which says the tokens: one that the model never says looks to it like any
            other of those, and without this it can't learn to say one and not another.
    """

    def __init__(self, model: Any, name: str, rank: int, last: bool = False) -> None:
        from peft import LoraConfig, get_peft_model

        self.base_id = f"{name}#{fingerprint(model)}"
        targets = _linear(model) if last else "all-linear"
        config = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=targets, task_type="CAUSAL_LM")
        with loading(), torch.random.fork_rng(devices=[]), warnings.catch_warnings():
            torch.manual_seed(0)  # a fresh adapter is the same one everywhere
            # peft 0.21 asks transformers 5 by a name that is going away; nothing of ours depends on it
            warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing", category=FutureWarning)
            warnings.filterwarnings("ignore", message="fan_in_fan_out", category=UserWarning)  # it sets that itself
            warnings.filterwarnings("ignore", message=".*tie_word_embeddings", category=UserWarning)  # never merged
            self.peft = get_peft_model(model, config).to(device()).eval()
        self.adapted = True
        self.fresh = self.state()

    @contextmanager
    def base(self) -> Iterator[None]:
        before, self.adapted = self.adapted, False
        try:
            with self.peft.disable_adapter():
                yield
        finally:
            self.adapted = before

    def trainable(self) -> list[tuple[str, nn.Parameter]]:
        return [(name, p) for name, p in self.peft.named_parameters() if "lora_" in name]

    def state(self) -> dict[str, Tensor]:
        return {name: p.detach().cpu().clone() for name, p in self.trainable()}

    def load(self, state: dict[str, Tensor] | None) -> None:
        state = self.fresh if state is None else state
        for name, parameter in self.trainable():
            if name not in state or state[name].shape != parameter.shape:
                raise UserError(
                    f"The adapter does not fit the base {self.base_id!r} at {name!r}",
                    "an adapter needs the base and the rank that it was trained with",
                )
        with torch.no_grad():
            for name, parameter in self.trainable():
                parameter.copy_(state[name])


def _linear(model: Any) -> list[str]:
    """What the model's matrices are called, the last one among them, which peft's "all-linear" leaves out."""
    return sorted({path.rpartition(".")[2] for path, part in model.named_modules() if isinstance(part, nn.Linear)})
