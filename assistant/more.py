"""Asking a model for further outputs of an example.

more = asking(model, example, adapter="base")
more(4)                                              -> up to four outputs; what failed is left out
more(4, "When do you open? In one sentence.")        -> the same of another input
more(1, among=("yes", "no"))                         -> the likelier of the two
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant.types import Example, Output, Prediction

if TYPE_CHECKING:
    from adapters.models import Model
    from assistant.tasks import More

__all__ = ["asking", "ranked"]


def asking(model: Model, example: Example, adapter: str) -> More:
    """What asks the model, whose outputs are those of the version `adapter`."""

    def more(n: int, input: Any = None, among: Sequence[Any] = ()) -> list[Output]:
        asked = example.input if input is None else input
        if among:
            said = [Prediction(value=value) for value in ranked(model, asked, among)[:n]]
        else:
            said = model.predict([asked] * n)
        return [
            Output(**one.model_dump(), example_id=example.id, adapter=adapter) for one in said if one.value is not None
        ]

    return more


def ranked(model: Model, input: Any, values: Sequence[Any]) -> list[Any]:
    """The values, the likeliest for the input first."""
    import torch

    with torch.no_grad():
        order = model.logp([input] * len(values), values).argsort(descending=True, stable=True)
    return [values[at] for at in order.tolist()]
