"""What people made of the parser's readings: a team's own confirmations, to measure the parser and to teach it.

    read as label #1 is order, corrected to label #1 is complaint
    ->  Judged(critique, reading, "embedded", "1-ab12", verdict="corrected", gold=label #1 is complaint)
    ->  for `bench parser --mine`: one label, wrong;  for `train-parser --mine`: Row(critique, gold)

Only what somebody confirmed, corrected or rejected counts; a reading that was left alone says nothing, right or wrong.
People look twice at what seems odd, so the precision here is that of the judged readings, not of all.
Thumbs and buttons are no words, and are left out.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import select

from assistant.parsers._forgetting import wish_of
from assistant.parsers._rows import Row
from assistant.parsers._score import _ece, is_right
from assistant.store import Store
from assistant.store import tables as t
from assistant.store.rows import Decision
from assistant.types import Act, Critique, Reading

__all__ = ["Judged", "figures", "gold_rows", "judged", "mixed", "told"]

FEWEST = 200
"""Critiques of ours that a team's few are mixed with: too few could neither be kept in mind nor calibrated on."""
NOTHING = Act(kind="none", targets=())


class Judged(NamedTuple):
    """A parser's reading and the newest verdict on it; `gold`: what was meant, None where nobody said."""

    critique: Critique
    reading: Reading
    parser: str
    version: str
    verdict: Decision
    gold: Reading | None

    @property
    def right(self) -> bool:
        """Whether kinds, targets, values and operators are as meant, even if a reason's span was selected anew."""
        return self.gold is not None and is_right(self.gold, self.reading)


def judged(store: Store, task: str | None = None) -> list[Judged]:
    """The readings of people's words that somebody gave a verdict on, oldest first; `task` None: of all tasks."""
    with store.reading() as connection:
        found = connection.execute(_query(task)).all()
    rows = {row.id: row for row in found}
    # a correction names what it replaces; the newest is the one that stands
    newer = {row.replaces: row.id for row in found if row.replaces is not None}
    kept = []
    for row in found:
        critique = Critique.model_validate(row.critique)
        if row.replaces is not None or critique.gesture is not None or not critique.text.strip():
            continue
        if any(wish_of(act) for act in Reading.model_validate(row.body).acts):
            continue  # read alike for all parsers, and about no output: nothing that one could learn
        verdict: Decision = row.decision or "corrected"
        reading = Reading.model_validate(row.body)
        kept.append(Judged(critique, reading, row.parser, row.parser_version, verdict, _gold(row.id, rows, newer)))
    return kept


def _query(task: str | None) -> sa.Select[Any]:
    r, c, d = t.readings.c, t.critiques.c, t.decisions.c
    decision = select(d.decision).where(d.reading == r.id).order_by(d.seq.desc()).limit(1).scalar_subquery()
    replaced = select(r.replaces).where(r.replaces.is_not(None))
    query = (
        select(
            r.id, r.parser, r.parser_version, r.body, r.replaces, c.body.label("critique"), decision.label("decision")
        )
        .join(t.critiques, c.id == r.critique)
        .where(r.id.in_(select(d.reading)) | r.id.in_(replaced.correlate(None)) | r.replaces.is_not(None))
        .order_by(r.created_at, r.id)
    )
    if task is None:
        return query
    return query.join(t.conversations, t.conversations.c.id == c.conversation).where(t.conversations.c.task == task)


def _gold(id: str, rows: Mapping[str, Any], newer: Mapping[str, str]) -> Reading | None:
    """What was meant: the reading itself, the last correction of it, or None where that was taken back."""
    decision = rows[id].decision
    if decision == "rejected":
        return None
    if id in newer and decision != "confirmed":
        return _gold(newer[id], rows, newer)
    if decision == "corrected":
        return None
    reading = Reading.model_validate(rows[id].body)
    return reading.model_copy(update={"acts": reading.acts or (NOTHING,), "confidence": 1.0})


def gold_rows(found: Iterable[Judged]) -> list[Row]:
    """What was confirmed, and what others were corrected to, as critiques with gold readings."""
    return [Row(one.critique, one.gold) for one in found if one.gold is not None]


def mixed(mine: Sequence[Row], ours: Sequence[Row], seed: int = 0) -> list[Row]:
    """A team's rows with as many of ours, drawn at random, so that nothing is forgotten (at least FEWEST of ours)."""
    count = min(len(ours), max(len(mine), FEWEST))
    return [*mine, *random.Random(seed).sample(list(ours), count)]


# --- figures -------------------------------------------------------------------------------------------------


def figures(found: Sequence[Judged]) -> dict[str, Any]:
    """Counts and precision of readings that were judged, at least one.

    precision: the share of readings that were right as a whole, in [0, 1]. kinds: of the acts of each kind, how many
    were meant. ece: of the confidence (see `_score.score`). parsers: the same of each parser and version.
    """
    verdicts = Counter(one.verdict for one in found)
    names = sorted({(one.parser, one.version) for one in found})
    return {
        **_summary(found),
        **{verdict: verdicts[verdict] for verdict in ("confirmed", "corrected", "rejected")},
        "kinds": _kinds(found),
        "parsers": [
            {"parser": name, "version": version}
            | _summary([one for one in found if (one.parser, one.version) == (name, version)])
            for name, version in names
        ],
    }


def _summary(found: Sequence[Judged]) -> dict[str, float]:
    right = [one.right for one in found]
    sure = [one.reading.confidence for one in found]
    return {
        "readings": len(found), "right": sum(right), "precision": sum(right) / len(right),
        "confidence": sum(sure) / len(sure), "ece": _ece(sure, right),
    }  # fmt: skip


def _kinds(found: Sequence[Judged]) -> dict[str, dict[str, float]]:
    acts = Counter(act.kind for one in found for act in one.reading.acts)
    meant = Counter(act.kind for one in found for act in _meant(one))
    return {
        kind: {"acts": count, "right": meant[kind], "precision": meant[kind] / count}
        for kind, count in acts.most_common()
    }


def _meant(one: Judged) -> list[Act]:
    """The acts of a reading that are in what was meant, each counted once."""
    left = list(one.gold.acts) if one.gold else []
    kept = []
    for act in one.reading.acts:
        match = next((other for other in left if is_right(_alone(other), _alone(act))), None)
        if match is not None:
            left.remove(match)
            kept.append(act)
    return kept


def _alone(act: Act) -> Reading:
    return Reading(acts=(act,), confidence=1.0)


def told(plain: Mapping[str, Any]) -> str:
    """`figures` as people read them."""
    readings = "1 reading was" if plain["readings"] == 1 else f"{plain['readings']} readings were"
    lines = [
        f"{readings} judged: {plain['confirmed']} confirmed, {plain['corrected']} corrected, "
        f"{plain['rejected']} rejected.",
        f"Right: {plain['right']}, precision {plain['precision']:.3f}; mean confidence {plain['confidence']:.3f}, "
        f"ECE {plain['ece']:.3f}.",
        "",
        f"{'kind':12} {'acts':>8} {'right':>8} {'precision':>10}",
    ]
    for kind, one in plain["kinds"].items():
        lines.append(f"{kind:12} {one['acts']:8} {one['right']:8} {one['precision']:10.3f}")
    names = [f"{one['parser']} {one['version']}" for one in plain["parsers"]]
    width = max(map(len, names), default=0)
    lines += ["", f"{'parser':{width}} {'readings':>8} {'precision':>10} {'confidence':>10} {'ECE':>6}"]
    for name, one in zip(names, plain["parsers"], strict=True):
        sure = f"{one['confidence']:10.3f} {one['ece']:6.3f}"
        lines.append(f"{name:{width}} {one['readings']:8} {one['precision']:10.3f} {sure}")
    return "\n".join(lines)
