"""The gate of tasks with a goal: what the candidate makes against what its parent makes, both by the goal as it is now.

    before, after = sample(parent, ...), sample(candidate, ...)
    compare(before, after, guards, critiques)   ->  Report(live=True, measures=(Measure("score", .41, .72), …))

It may go live if what it makes is not worth less beyond noise (a one-sided Welch test of the means), and no guard is
broken: a model that learns a score alone finds what the score forgot, so validity, diversity and the like are bounded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from adapters.gate import ALPHA
from adapters.models import Model
from assistant.types import Asked, Label, Measure, Preference, Report

__all__ = ["Sampled", "compare", "sample"]

SHOWN = 64
"""How many of each sample a report keeps, the best first."""


class Bound(Protocol):
    """The least value of a measure, and how far it may fall or rise; None leaves that open."""

    @property
    def least(self) -> float | None: ...
    @property
    def falls(self) -> float | None: ...
    @property
    def rises(self) -> float | None: ...


@dataclass(frozen=True)
class Sampled:
    """Outputs of one version.

    Args:
        values: None is an output that failed.
        scores: of those that did not fail, in [0, 1]; NaN where it can't be told.
        measures: of all, by name.
        margins: nats by which each critique is met; more is better.
    """

    values: list[Any]
    scores: NDArray[np.float64]
    measures: dict[str, float]
    margins: list[float]


def sample(
    model: Model,
    inputs: Sequence[Any],
    critiques: Sequence[Label | Preference],
    score: Callable[[Sequence[Any], Sequence[Any]], NDArray[np.float64]],
    measures: Callable[[Sequence[Any], Sequence[Any]], dict[str, float]],
) -> Sampled:
    """What the adapter that the model holds makes of the inputs."""
    values = [said.value for said in model.predict(inputs)]
    there = [(input, value) for input, value in zip(inputs, values, strict=True) if value is not None]
    with torch.no_grad():
        margins = [float(margin) for margin in _margins(model, critiques)]
    scores = score([value for _, value in there], [input for input, _ in there])
    return Sampled(values, scores, measures(values, inputs), margins)


def _margins(model: Model, critiques: Sequence[Label | Preference]) -> list[float]:
    good = [(f.input, f.value if isinstance(f, Label) else f.chosen) for f in critiques]
    bad = [(f.input, f.rejected) for f in critiques if isinstance(f, Preference)]
    first = model.logp([x for x, _ in good], [y for _, y in good]).tolist()
    second = iter(model.logp([x for x, _ in bad], [y for _, y in bad]).tolist())
    signs = [-1.0 if isinstance(f, Label) and f.op == "is_not" else 1.0 for f in critiques]
    return [
        sign * logp - (next(second) if isinstance(f, Preference) else 0.0)
        for f, sign, logp in zip(critiques, signs, first, strict=True)
    ]


def compare(
    parent: Sampled,
    candidate: Sampled,
    guards: Mapping[str, Bound],
    critiques: Sequence[tuple[str, Label | Preference]],
    metric: str,
) -> Report:
    """The report on the candidate; `live` says whether the gate lets it through."""
    p_worse = _p_worse(parent.scores, candidate.scores)
    measures = tuple(
        _measure(name, parent.measures[name], after, guards.get(name)) for name, after in candidate.measures.items()
    )
    broken = [measure for measure in measures if measure.broken]
    worse = p_worse is not None and p_worse <= ALPHA
    return Report(
        live=not worse and not broken,
        why=_why(parent, candidate, p_worse, broken),
        metric=metric,
        before=_mean(parent.scores),
        after=_mean(candidate.scores),
        heldout=len(candidate.values),
        p_worse=p_worse,
        asked=tuple(
            Asked(critique=f.critique, text=words, fixed=after > before, before=round(before, 1), after=round(after, 1))
            for (words, f), before, after in zip(critiques, parent.margins, candidate.margins, strict=True)
        ),
        measures=measures,
        samples=(_best(parent), _best(candidate)),
    )


def _measure(name: str, before: float, after: float, guard: Bound | None) -> Measure:
    if guard is None:
        return Measure(name=name, before=before, after=after)
    bounds = [(guard.least, f"at least {guard.least:g}")] if guard.least is not None else []
    bounds += [(before - guard.falls, f"no more than {guard.falls:g} lower")] if guard.falls is not None else []
    least = max((bound for bound, _ in bounds), default=-math.inf)
    most = math.inf if guard.rises is None else before + guard.rises
    said = [words for _, words in bounds]
    said += [f"no more than {guard.rises:g} higher"] if guard.rises is not None else []
    # what the parent breaks already is no fault of the candidate, unless it is worse
    broken = (after < least and after < before) or (after > most and after > before) or math.isnan(after)
    return Measure(name=name, before=before, after=after, bound=" and ".join(said), broken=broken)


def _p_worse(parent: NDArray[np.float64], candidate: NDArray[np.float64]) -> float | None:
    """P(a mean at least so much lower | the two are equally good); None where one made nothing that has a score."""
    a, b = parent[~np.isnan(parent)], candidate[~np.isnan(candidate)]
    if len(a) < 2 or len(b) < 2:
        return None
    error = math.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    z = (b.mean() - a.mean()) / (error or 1e-12)
    # with a hundred outputs or more, Student's distribution is the normal one
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))


def _why(parent: Sampled, candidate: Sampled, p_worse: float | None, broken: Sequence[Measure]) -> str:
    if p_worse is None:
        return "too little of what was made could be scored, so nothing could be compared"
    if broken:
        said = "; ".join(f"{one.name} went from {one.before:.3g} to {one.after:.3g}, and {one.bound}" for one in broken)
        return f"a guard is broken: {said} is allowed"
    before, after = _mean(parent.scores), _mean(candidate.scores)
    kind = "worth less than before" if p_worse <= ALPHA else "not worth less than before"
    return (
        f"{kind}: the mean of {len(candidate.values)} outputs went from {before:.3f} to {after:.3f} (p = {p_worse:.2f})"
    )


def _mean(scores: NDArray[np.float64]) -> float | None:
    known = scores[~np.isnan(scores)]
    return float(known.mean()) if len(known) else None


def _best(made: Sampled) -> tuple[tuple[Any, float], ...]:
    there = [value for value in made.values if value is not None]
    told = [(value, float(score)) for value, score in zip(there, made.scores, strict=True) if not math.isnan(score)]
    return tuple(sorted(told, key=lambda pair: -pair[1])[:SHOWN])
