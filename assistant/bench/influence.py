"""Does the estimate of who taught an answer agree with training again without them?

50 critiques of the demo's messages (a simulated person who says what is right) are learned, and then 50 times all but
one (leave one out). For each message whose answer gained most, the 50 true effects on the log-probability of its answer
are compared with the 50 estimates of `adapters.influence` (Spearman's rank correlation). The same of TracIn, the
product of gradients without the curvature, and of messages drawn at random, whose effects are small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.bench import Benchmark, Result, bench
from assistant.types import Example, Label

if TYPE_CHECKING:
    from adapters.fit import Fit
    from adapters.models import Model
    from adapters.signals import Material

CRITIQUES, QUERIES, KNOWN, REHEARSED = 50, 20, 64, 32


def run(folder: Path, seeds: Sequence[int] = (0,), model: Any = None, examples: Sequence[Example] = ()) -> Result:
    """Measure.

    Args:
        model: a classifier, instead of the embedded one; with its `examples`, all with labels.
    """
    examples = examples or _demo()
    if model is None:
        from adapters.models.classifier import classifier

        model = classifier(labels=sorted({str(example.label) for example in examples}))
    found: dict[str, list[float]] = {}
    for seed in seeds:
        for name, value in _measured(model, examples, seed).items():
            found.setdefault(name, []).append(value)
    figures = {name: float(np.mean(some)) for name, some in found.items()}
    return Result(figures, tuple(seeds), f"{CRITIQUES} critiques, {QUERIES} messages")


def _measured(model: Model, examples: Sequence[Example], seed: int) -> dict[str, float]:
    from adapters.fit import Recipe
    from adapters.influence import influence
    from adapters.signals import Material

    order = [examples[n] for n in np.random.default_rng(seed).permutation(len(examples))]
    known, rest = order[:KNOWN], order[KNOWN:]
    said, others = [_label(one) for one in rest[:CRITIQUES]], rest[CRITIQUES:]
    rehearsed = [one.input for one in others[:REHEARSED]]
    model.load(None)
    _train(model, Material(known=known), seed)
    parent = model.state()
    before = _answers(model, others)
    material = Material(new=said, known=known, rehearsed=rehearsed)
    fitted = _train(model, material, seed)
    queries = _gained(model, others, before)
    drawn = [(one.input, one.label) for one in others[-QUERIES:]]
    asked = [*queries, *drawn]
    by_influence = influence(model, said, asked, known=[(one.input, one.label) for one in known], items=fitted.items)
    by_gradients = influence(model, said, asked, items=fitted.items, recipe=Recipe(ridge=1e9))
    true = _left_out(model, parent, material, asked, seed)
    first = slice(0, len(queries))
    return {
        "influence": _ranked(by_influence[first], true[first]),
        "TracIn": _ranked(by_gradients[first], true[first]),
        "influence, messages at random": _ranked(by_influence[len(queries) :], true[len(queries) :]),
        "largest effect, median (nats)": float(np.median(np.abs(true[first]).max(1))),
    }


def _left_out(
    model: Model, parent: dict[str, Any], material: Material, asked: Sequence[tuple[Any, Any]], seed: int
) -> np.ndarray[Any, Any]:
    """(Q, N) nats that each query loses where one critique was never said."""
    whole, without = _logp(model, asked), []
    for n in range(len(material.new)):
        model.load(parent)
        _train(model, replace(material, new=[*material.new[:n], *material.new[n + 1 :]]), seed)
        without.append(whole - _logp(model, asked))
    return np.array(without).T


def _train(model: Model, material: Material, seed: int) -> Fit:
    from adapters.fit import fit

    return fit(model, material, seed=seed)


def _answers(model: Model, some: Sequence[Example]) -> np.ndarray[Any, Any]:
    """(N, C) log-probabilities."""
    values = model.values()
    pairs = [(one.input, value) for one in some for value in values]
    return _logp(model, pairs).reshape(len(some), len(values))


def _gained(model: Model, others: Sequence[Example], before: np.ndarray[Any, Any]) -> list[tuple[Any, Any]]:
    """The inputs whose answer, as it is now, gained most with the training, and that answer."""
    now = _answers(model, others)
    best = now.argmax(1)
    rows = np.arange(len(others))
    gain = now[rows, best] - before[rows, best]
    return [(others[n].input, model.values()[best[n]]) for n in np.argsort(-gain, kind="stable")[:QUERIES]]


def _logp(model: Model, pairs: Sequence[tuple[Any, Any]]) -> np.ndarray[Any, Any]:
    import torch

    with torch.no_grad():
        return np.asarray(model.logp([x for x, _ in pairs], [y for _, y in pairs]).double().cpu().numpy())


def _ranked(estimates: np.ndarray[Any, Any], true: np.ndarray[Any, Any]) -> float:
    """The mean over queries of Spearman's rank correlation."""
    from scipy.stats import spearmanr

    return float(np.mean([spearmanr(one, other).statistic for one, other in zip(estimates, true, strict=True)]))


def _demo() -> list[Example]:
    """The demo's messages with the labels that its authors know."""
    import json

    from assistant.tasks._text import DEMO

    rows = map(json.loads, (DEMO / "messages.jsonl").read_text(encoding="utf-8").splitlines())
    return [Example(id=row["id"], input=row["text"], label=row["label"] or row.get("gold")) for row in rows]


def _label(one: Example) -> Label:
    return Label(
        id=one.id, task="demo", author="simulated", critique=one.id, reading=one.id,
        input=one.input, op="is", value=one.label,
    )  # fmt: skip


@bench
def influence() -> Benchmark:
    """Who taught an answer, against training again without them."""
    return Benchmark(
        what="influence of 50 critiques on the answers that changed most: rank correlation with leave-one-out training",
        data="made",
        people="simulated",
        reference="none",
        target=0.6,
        better="higher",
        run=run,
    )
