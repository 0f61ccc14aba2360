"""What a model is: anything that predicts, and gives the log-probability of a value, with a LoRA adapter.

`logp` is the hinge: a model that has it can learn from every signal, and a signal made of it can teach every
model. Families are files here, joined by `@family`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeAlias

import numpy as np
from torch import Tensor, nn

from assistant.registry import Registry
from assistant.types import Evidence, Highlight, Prediction

__all__ = ["Model", "family"]


class Model(Protocol):
    """A task model whose adapter can be trained, saved, swapped and switched off.

    Two methods more a family may have, for strategies: `draws(inputs) -> (K, N, C)` probabilities by adapters like the
    one it holds (`bald`), and `gradients(inputs) -> (N, P)` of -logp of the likeliest value by its head (`badge`). One
    that writes may have `surprise(inputs, values)`: how unlikely they are to its base, in bits per token (the gate).
    """

    base_id: str
    """Names the frozen weights: an adapter fits only the base that it was trained on."""

    def predict(self, inputs: Sequence[Any]) -> list[Prediction]:
        """One prediction per input; a generator asked for the same input n times gives n samples."""

    def logp(self, inputs: Sequence[Any], values: Sequence[Any]) -> Tensor:
        """(B,) log-probability in nats of each value given its input, with gradients."""

    def base(self) -> AbstractContextManager[None]:
        """Inside it the adapter is off: the model as it was before any feedback."""

    def explain(self, input: Any, value: Any) -> tuple[Highlight, ...]:
        """The parts of the input that mattered for `value`."""

    def without(self, input: Any, evidence: Sequence[Evidence]) -> Any:
        """The input with the parts taken out that the evidence names."""

    def only(self, input: Any, evidence: Sequence[Evidence]) -> Any:
        """What the evidence names, alone, as an input; None if it is not found in the input."""

    def values(self) -> tuple[str, ...]:
        """All values that can be said, where they can be listed; else ()."""

    def relabel(self, labels: Sequence[str]) -> None:
        """Answer with these values from now on; a model whose values can't be listed ignores it."""

    def embed(self, inputs: Sequence[Any]) -> np.ndarray[Any, Any]:
        """(B, D) vectors of length 1: inputs that mean the same are near each other."""

    def trainable(self) -> list[tuple[str, nn.Parameter]]:
        """The adapter's parameters: the only ones that a training changes."""

    def state(self) -> dict[str, Tensor]:
        """The adapter as named tensors, on the CPU."""

    def load(self, state: dict[str, Tensor] | None) -> None:
        """Swap the adapter in place, without reloading the base; None: a fresh one, that changes nothing yet.

        Raises:
            UserError: the tensors do not fit this base.
        """

    def calibrate(self, inputs: Sequence[Any], values: Sequence[Any]) -> None:
        """Make the scores honest on these examples, without changing any answer."""

    def train(self, deep: bool) -> None:
        """Whether gradients should reach the adapter inside the base (deep), or its head alone, which is cheap."""

    def logp_evidence(self, inputs: Sequence[Any], evidence: Sequence[Sequence[Evidence]]) -> Tensor:
        """(B,) log-probability in nats, per part of the input, that a person points at just this evidence.

        With `logp` it makes the joint p(value, evidence | input) of Zaidan & Eisner 2008.
        """


Family: TypeAlias = Callable[..., Model]
family: Registry[Family] = Registry("model family", "adapters.models")
Parameters: TypeAlias = Iterable[tuple[str, nn.Parameter]]
