"""How right a parser is on written critiques with gold readings.

evaluate("assistant/parsers/data/test")
->  {"rows": 131, "kinds": 0.93, "targets": 0.95, "labels": 0.94, "evidence": 0.88, "whole": 0.85, ...}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.parsers import Parser
from assistant.parsers._encoder import encode
from assistant.parsers._rows import Row, read_rows
from assistant.parsers._words import stem, words
from assistant.types import Act, Reading

__all__ = ["evaluate", "is_right", "score", "token_f1"]

FEEDBACK = {"label", "edit", "constraint", "preference"}
ARTICLES = frozenset(["the", "a", "an"])
ALIKE = 0.5  # F1 of stems, or cosine, from which two wordings of a condition, a place or an aspect say the same


def evaluate(path: str | Path, parser: Parser | None = None) -> dict[str, float]:
    """The figures of `score` for all annotated rows of a file; `parser` None: the embedded one."""
    if parser is None:
        from assistant.parsers.embedded import embedded

        parser = embedded()
    rows = [row for row in read_rows(path) if row.gold is not None]
    return score(rows, [parser(row.critique) for row in rows])


def score(rows: Sequence[Row], readings: Sequence[Reading]) -> dict[str, float]:
    """Fractions of rows in [0, 1], NaN where no row is concerned.

    kinds: the set of kinds is exactly right. targets: of acts whose kind is right, those of the same targets.
    labels: of rows that name a label, those with the right ops and values. evidence: mean token F1 of rows that
    have some or were given some. constraints: of gold constraints, those whose property, operator and value are
    right. whole: kinds, targets, values and operators all right. mistaken: of rows without feedback, those taken for
    feedback (lower is better). asks: of rows that need a question back, those that get one; asks_needlessly: of the
    others. ece: expected calibration error of the confidence, 10 bins.
    """
    pairs = [(row.gold, reading) for row, reading in zip(rows, readings, strict=True) if row.gold is not None]
    right = [is_right(gold, reading) for gold, reading in pairs]
    idle = [(gold, reading) for gold, reading in pairs if not _kinds(gold) & FEEDBACK]
    named = [(gold, reading) for gold, reading in pairs if _labels(gold)]
    argued = [(g, r) for g, r in pairs if _evidence(g) or _evidence(r)]
    needed = [bool(r.clarify) for g, r in pairs if g.clarify]
    needless = [bool(r.clarify) for g, r in pairs if not g.clarify]
    return {
        "rows": float(len(pairs)),
        "kinds": _mean([_kinds(gold) == _kinds(reading) for gold, reading in pairs]),
        "targets": _mean([_targets(g) == _targets(r) for g, r in pairs if _kinds(g) == _kinds(r)]),
        "labels": _mean([_labels(gold) == _labels(reading) for gold, reading in named]),
        "evidence": _mean([token_f1(_evidence(gold), _evidence(reading)) for gold, reading in argued]),
        "constraints": _mean([hit for gold, reading in pairs for hit in _bounds_hit(gold, reading)]),
        "whole": _mean(right),
        "mistaken": _mean([bool(_kinds(reading) & FEEDBACK) for _, reading in idle]),
        "asks": _mean(needed),
        "asks_needlessly": _mean(needless),
        "ece": _ece([reading.confidence for _, reading in pairs], right),
    }


def is_right(gold: Reading, reading: Reading) -> bool:
    """Whether kinds, targets, values and operators agree; conditions and aspects may be worded differently."""
    left = list(reading.acts)
    for act in gold.acts:
        match = next((other for other in left if _same(act, other)), None)
        if match is None:
            return False
        left.remove(match)
    return not left


def token_f1(gold: str, said: str) -> float:
    """F1 of two bags of words, in [0, 1]; 1 where both are empty."""
    one, two = (Counter(word.text for word in words(text)) for text in (gold, said))
    if not one and not two:
        return 1.0
    shared = sum((one & two).values())
    return 2 * shared / (sum(one.values()) + sum(two.values()))


def _same(one: Act, two: Act) -> bool:
    if one.kind != two.kind or set(one.targets) != set(two.targets) or one.command != two.command:
        return False
    return _parts(one) == _parts(two) and all(_alike(a, b) for a, b in zip(_wordings(one), _wordings(two), strict=True))


def _parts(act: Act) -> Any:
    """What must agree exactly; words that were said are compared by their stems."""
    if act.label:
        return act.label.op, act.label.value, _said(act.label.span), frozenset(act.label.candidates)
    if act.constraint:
        c = act.constraint
        return c.property, c.operator, _value(c.value), c.strength, c.scope
    if act.edit:
        new = act.edit.new if isinstance(act.edit.new, tuple) else (act.edit.new,)
        return act.edit.op, _said(act.edit.object), _said(act.edit.old), tuple(map(_said, new))
    return tuple(frozenset(tier) for tier in act.preference.order) if act.preference else None


def _said(text: str | None) -> str:
    return " ".join(stem(word.text).rstrip("e") for word in words(text or "") if word.text not in ARTICLES)


def _value(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_value, value))
    if isinstance(value, str) and not value.startswith("#"):
        return _said(value) or value
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _bounds_hit(gold: Reading, reading: Reading) -> list[bool]:
    """For every gold constraint, whether the reading has one of the same property, operator and value."""
    had = [(c.property, c.operator, _value(c.value)) for act in reading.acts if (c := act.constraint)]
    return [(c.property, c.operator, _value(c.value)) in had for act in gold.acts if (c := act.constraint)]


def _wordings(act: Act) -> tuple[str, ...]:
    """What may be said in other words."""
    when = (act.constraint.when or "") if act.constraint else ""
    aspect = (act.preference.aspect or "") if act.preference else ""
    where = (act.edit.where or "") if act.edit else ""
    return when, aspect, where


def _alike(one: str, two: str) -> bool:
    """Whether two wordings say the same: by their stems, else by the cosine of their sentence vectors."""
    if not one or not two:
        return one == two
    a, b = (" ".join(stem(word.text) for word in words(text)) for text in (one, two))
    if token_f1(a, b) >= ALIKE:
        return True
    vectors = encode([one, two])
    return float(vectors[0] @ vectors[1]) >= ALIKE


def _kinds(reading: Reading) -> set[str]:
    return {act.kind for act in reading.acts}


def _targets(reading: Reading) -> Counter[tuple[str, frozenset[str]]]:
    return Counter((act.kind, frozenset(act.targets)) for act in reading.acts)


def _labels(reading: Reading) -> set[tuple[str, str]]:
    """The labels that are named, with "is" or "is_not" (of rules: "eq" or "ne")."""
    said = {(a.label.op, a.label.value) for a in reading.acts if a.label and a.label.value}
    rules = {
        (a.constraint.operator, str(a.constraint.value))
        for a in reading.acts
        if a.constraint and a.constraint.property == "label"
    }
    return {*said, *rules}


def _evidence(reading: Reading) -> str:
    return " ".join(spot.text for act in reading.acts if act.kind == "label" for spot in act.evidence)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _ece(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Mean gap between confidence and accuracy over equal bins, weighted by their rows (Naeini et al. 2015)."""
    if not right:
        return float("nan")
    p, y = np.array(confidences), np.array(right, float)
    place = np.minimum((p * bins).astype(int), bins - 1)
    gaps = [abs(p[place == b].mean() - y[place == b].mean()) * (place == b).mean() for b in set(place.tolist())]
    return float(sum(gaps))
