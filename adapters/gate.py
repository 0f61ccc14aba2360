"""The gate: what a candidate changed against its parent, and whether it may go live.

It may, if on the held-out examples it is not worse than its parent beyond noise: a one-sided sign test on the
examples where just one of the two is better (for right-or-wrong answers the exact McNemar test). Every critique
is asked again, and the answer said openly, fixed or not.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.models import Model
from assistant.types import Asked, Changed, Example, Label, Preference, Report

__all__ = ["Exam", "Sheet", "compare", "sit"]

ALPHA = 0.05
Judge = Callable[[Any, Any], float]


@dataclass(frozen=True)
class Exam:
    """What a version is asked: held-out examples with their labels, critiques, and earlier answers."""

    heldout: Sequence[Example]
    critiques: Sequence[tuple[str, Label | Preference]]
    """(the words as said, what they came to)"""
    earlier: Sequence[Example]


@dataclass(frozen=True)
class Sheet:
    """A version's answers to an exam. `critiques`: the value, and whether it obeys, one per critique; `answers`: the
    values on held-out examples."""

    scores: list[float]
    critiques: list[tuple[Any, bool]]
    earlier: list[Any]
    answers: list[Any] = field(default_factory=list)


def sit(model: Model, exam: Exam, judge: Judge) -> Sheet:
    """Ask everything of the adapter that the model holds now."""
    answers = model.predict([example.input for example in exam.heldout])
    return Sheet(
        scores=[judge(e.label, a.value) for e, a in zip(exam.heldout, answers, strict=True)],
        critiques=_ask(model, [feedback for _, feedback in exam.critiques]),
        earlier=[answer.value for answer in model.predict([example.input for example in exam.earlier])],
        answers=[answer.value for answer in answers],
    )


def _ask(model: Model, critiques: Sequence[Label | Preference]) -> list[tuple[Any, bool]]:
    """What the model says now of each criticised input, and whether the critique is met."""
    answers = [prediction.value for prediction in model.predict([f.input for f in critiques])]
    pairs = [f for f in critiques if isinstance(f, Preference)]
    inputs = [pair.input for pair in pairs]
    chosen = model.logp(inputs, [pair.chosen for pair in pairs]).tolist()
    rejected = model.logp(inputs, [pair.rejected for pair in pairs]).tolist()
    better = dict(zip((pair.id for pair in pairs), zip(chosen, rejected, strict=True), strict=True))
    return [
        (answer, (answer == f.value) == (f.op == "is"))
        if isinstance(f, Label)
        else (answer, better[f.id][0] > better[f.id][1])
        for f, answer in zip(critiques, answers, strict=True)
    ]


def compare(exam: Exam, parent: Sheet, candidate: Sheet, metric: str) -> Report:
    """The report on the candidate; `live` says whether the gate lets it through."""
    p_worse = _p_worse(parent.scores, candidate.scores)
    live = p_worse is None or p_worse > ALPHA
    return Report(
        live=live,
        why=_why(parent, candidate, p_worse, live),
        metric=metric,
        before=_mean(parent.scores),
        after=_mean(candidate.scores),
        heldout=len(exam.heldout),
        p_worse=p_worse,
        kappa=_kappa([*parent.answers, *parent.earlier], [*candidate.answers, *candidate.earlier]),
        asked=tuple(
            Asked(critique=f.critique, text=words, fixed=after[1], before=before[0], after=after[0])
            for (words, f), before, after in zip(exam.critiques, parent.critiques, candidate.critiques, strict=True)
        ),
        changed=tuple(
            Changed(example_id=e.id, input=e.input, before=before, after=after)
            for e, before, after in zip(exam.earlier, parent.earlier, candidate.earlier, strict=True)
            if before != after
        ),
        checked=len(exam.earlier),
    )


def _p_worse(parent: Sequence[float], candidate: Sequence[float]) -> float | None:
    """P(at least that many losses | the two are equally good); None if nothing was held out."""
    if not parent:
        return None
    losses = sum(a > b for a, b in zip(parent, candidate, strict=True))
    gains = sum(a < b for a, b in zip(parent, candidate, strict=True))
    # scipy's binomtest says the same, a second later: its import takes that long
    n = losses + gains
    return float(sum(math.comb(n, k) for k in range(losses, n + 1)) / 2**n)


def _why(parent: Sheet, candidate: Sheet, p_worse: float | None, live: bool) -> str:
    if p_worse is None:
        return "nothing is held out, so nothing could be compared"
    if live:
        return f"not worse than before on {len(parent.scores)} held-out examples (p = {p_worse:.2f})"
    worse = sum(a > b for a, b in zip(parent.scores, candidate.scores, strict=True))
    better = sum(a < b for a, b in zip(parent.scores, candidate.scores, strict=True))
    return (
        f"worse than before: of {len(parent.scores)} held-out examples {worse} became wrong "
        f"and {better} right (p = {p_worse:.3f})"
    )


def _kappa(before: Sequence[Any], after: Sequence[Any]) -> float | None:
    """Cohen 1960: agreement beyond chance, at most 1; None where nothing was asked.

    >>> _kappa(["a", "a", "b", "b"], ["a", "a", "b", "a"])
    0.5
    """
    if not before:
        return None
    n = len(before)
    same = sum(bool(a == b) for a, b in zip(before, after, strict=True)) / n
    if same == 1:
        return 1.0
    first, second = (Counter(map(repr, some)) for some in (before, after))
    chance = sum(first[value] * second[value] for value in first) / n**2
    return float((same - chance) / (1 - chance))


def _mean(scores: Sequence[float]) -> float | None:
    return sum(scores) / len(scores) if scores else None
