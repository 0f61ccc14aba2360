"""What each strategy's picks were worth, from the reports of the versions that learned from them.

The card of an answer in the chat names the strategy that picked the example; a version names its feedback, and
feedback its example. So nothing has to be kept besides.

    gains(store, "classify")  ->  [Gain(picked={"margin": 7, "random": 1}, gained=0.12, noise=0.19), ...]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from assistant.strategies import Gain
from assistant.types import Report

if TYPE_CHECKING:
    from assistant.store import Store

__all__ = ["gain_of", "gains"]

VERSIONS = 50
"""How many of the newest versions are looked at."""
LEAST_ERRORS = 0.01
"""A share of errors below which what is gained can't be told."""


def gains(store: Store, task: str) -> list[Gain]:
    """Oldest first; of versions that were judged on held-out examples and learned from a picked one."""
    found = []
    for row in store.adapters(task)[-VERSIONS:]:
        report = Report.model_validate(row.report) if row.report else None
        if report is None or report.before is None or report.after is None or report.measures:
            continue
        learned = store.feedback(task, ids=store.learned(row.id), active=False)
        ids = {one.feedback.example_id for one in learned if one.feedback.example_id is not None}
        picked = Counter(store.picked_by(task, ids).values())
        if picked:
            found.append(gain_of(picked, report.before, report.after, report.heldout))
    return found


def gain_of(picked: Mapping[str, int], before: float, after: float, heldout: int) -> Gain:
    """`before` and `after`: accuracies on so many held-out examples.

    >>> gain_of({"margin": 5}, .8, .9, 400).gained
    0.5
    """
    errors = max(1 - before, LEAST_ERRORS)
    spread = max(after * (1 - after), LEAST_ERRORS)
    return Gain(dict(picked), round((after - before) / errors, 6), (2 * spread / heldout) ** 0.5 / errors)
