"""What people did with answers as weak signs of what is right, for a training; none unless the settings ask for it.

weak(bench, until) -> [Weak(input="where is my parcel", value="order", weight=.3), …]

A copied answer may have been right; what it was edited to, too. The other traces say nothing of which answer is right.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapters.signals import Weak
    from assistant.workbench import Workbench

__all__ = ["weak"]

MOST = 64
"""Of the newest, so that a training never gets slower."""


def weak(bench: Workbench, until: datetime | None) -> list[Weak]:
    """The signs up to a time, so that a training that is done again has the same ones; None: there is no such time."""
    weight = bench.settings.implicit_weight if bench.settings.implicit else 0.0
    if not weight or until is None:
        return []
    from adapters.signals import Weak

    found = []
    for example, input, value in bench.store.signs(bench.task.name, until, MOST):
        if input is None and example in bench.examples:
            input = bench.examples[example].input
        heldout = example in bench.examples and bench.examples[example].split == "heldout"
        if input is not None and not heldout:
            found.append(Weak(input, value, weight))
    return found
