"""Replay: what people said before, and what came with the data, rehearsed.  -log p(y | x)

A bounded sample (Robins 1995), so that old lessons stay and a training costs the same after 10,000 critiques.
"""

from __future__ import annotations

from adapters.models import Model
from adapters.signals import Material, Signal, key, signal
from adapters.signals.supervised import Item, loss
from assistant.types import Label


def prepare(model: Model, material: Material) -> list[Item]:
    corrected = {key(f.input) for f in material.new if isinstance(f, Label)}
    said = [Item(f.input, f.value) for f in material.replay if isinstance(f, Label) and f.op == "is"]
    old = {key(item.input): item for item in [*(Item(e.input, e.label) for e in material.known), *said]}
    return [item for at, item in old.items() if at not in corrected]


@signal
def replay() -> Signal:
    """Keep what was learned before."""
    return Signal(prepare, loss, weight=0.5, batch=8, rehearses=True)
