"""What a training reports: measured at its time, and kept with the version for ever.

    Report(live=True, before=.713, after=.749, heldout=120,
           learned=Learned(looked=160, moved=14, behaviours=(Behaviour(words=("refund",), before="question",
                                                                      after="complaint", count=9, ...),), ...))

Reports of earlier versions lack what came later; what is missing is None or empty, and then nothing is said of it.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from assistant._record import Record

__all__ = ["Asked", "Behaviour", "Changed", "Counts", "Learned", "Lost", "Measure", "Report"]


class Asked(Record):
    """One critique, asked again of the candidate."""

    critique: str
    text: str
    fixed: bool
    before: Any = None
    after: Any = None


class Changed(Record):
    """An earlier answer that the candidate gives differently."""

    example_id: str
    input: Any
    before: Any
    after: Any
    right: bool | None = None


class Measure(Record):
    """A figure of what a model makes, of its parent and of the candidate; `bound`: how the gate bounds it, in words."""

    name: str
    before: float
    after: float
    bound: str = ""
    broken: bool = False


class Behaviour(Record):
    """Answers that changed alike: those about `words`, which set them apart from the others looked at ("" for none).

    `count` of them changed; `typical`: the most like all of them.
    """

    words: tuple[str, ...]
    before: Any
    after: Any
    count: int
    typical: tuple[Changed, ...]


class Counts(Record):
    """How much a word counts for a value: what log p(value) loses without it, in nats, the mean over `texts` texts."""

    word: str
    value: Any
    before: float
    after: float
    texts: int


class Lost(Record):
    """A held-out example that got worse. `causes`: the ids of the new feedback that pushed it there most."""

    example_id: str
    input: Any
    right: Any
    before: Any
    after: Any
    causes: tuple[str, ...] = ()


class Learned(Record):
    """What changed, from evidence: answers to `looked` examples, of which `moved` are others now; words
    that count (`words`: how many were tried); and held-out examples that became worse, at most some (`worse`: how many
    in all)."""

    looked: int
    moved: int
    behaviours: tuple[Behaviour, ...] = ()
    words: int = 0
    counts: tuple[Counts, ...] = ()
    worse: int = 0
    lost: tuple[Lost, ...] = ()


class Report(Record):
    """What a training changed, against the parent. Accuracies in [0, 1]; None: nothing held out to measure.

    `p_worse`: one-sided p-value of a test that the candidate is worse on the held-out examples, or, where outputs have
    no one right answer, that what it makes is worth less. `measures` and `samples` are then of outputs of both, the
    parent's first: (value, worth), the best first. `notes`: what could not be learned, and why. `kappa`: how far both
    agree on all that they were asked beside the critiques, by Cohen's kappa.
    `learned`: what changed in more than figures; None: it was not looked for, as in reports of before there was this.
    """

    live: bool
    why: str
    metric: str = "accuracy"
    before: float | None = None
    after: float | None = None
    heldout: int = 0
    p_worse: float | None = None
    kappa: float | None = None
    asked: tuple[Asked, ...] = ()
    changed: tuple[Changed, ...] = ()
    checked: int = 0
    seconds: float = 0.0
    device: str = "cpu"
    signals: dict[str, float] = Field(default_factory=dict)
    measures: tuple[Measure, ...] = ()
    samples: tuple[tuple[tuple[Any, float], ...], ...] = ()
    notes: tuple[str, ...] = ()
    learned: Learned | None = None
