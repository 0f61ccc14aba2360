"""Critiques as another person might have typed them: what is learned from ten thousand messages is not their letters.

    variant(row)      "That is spam."  ->  "that is spam", or "That is complaint" among the labels of another task
    joined(rows)      "yup, right" and "no emojis" of one screen  ->  "yup, right, and no emojis": two points

Nothing is written by template: words that people wrote are varied, their meaning stays.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import numpy as np

from assistant.parsers._rows import Row
from assistant.types import Reading

__all__ = ["joined", "variant"]


def variant(row: Row, rows: Sequence[Row], state: random.Random, share: float) -> Row:
    """The row as another person might have typed it, or about other labels."""
    if state.random() < share and row.critique.context.vocabulary.labels:
        other = state.choice(rows).critique.context.vocabulary.labels
        if len(other) >= len(row.critique.context.vocabulary.labels):
            row = _renamed(row, state.sample(other, len(row.critique.context.vocabulary.labels)))
    text = row.critique.text
    if state.random() < share:
        text = text.lower()
    if state.random() < share and len(text) > 1 and text[-1] in ".!":
        text = text[:-1]
    if len(text) != len(row.critique.text) and row.parts and row.parts[-1] >= len(text):
        return row
    return row._replace(critique=row.critique.model_copy(update={"text": text}))


def _renamed(row: Row, names: Sequence[str]) -> Row:
    """The same message about other labels, where it names its own outright; else the row itself."""
    context, gold = row.critique.context, row.gold
    old = context.vocabulary.labels
    text = row.critique.text
    assert gold is not None
    values = {a.label.value for a in gold.acts if a.label} | {
        a.constraint.value for a in gold.acts if a.constraint and a.constraint.property == "label"
    }
    wanted = [v for v in values if isinstance(v, str)]
    if not wanted or any(not re.search(rf"\b{re.escape(v)}\b", text, re.I) for v in wanted):
        return row
    if any(o.value is not None and not isinstance(o.value, str) for o in context.outputs):
        return row
    new = dict(zip(old, names, strict=True))
    pattern = re.compile(r"\b(" + "|".join(sorted(map(re.escape, old), key=len, reverse=True)) + r")\b", re.I)
    by_lower = {name.lower(): new[name] for name in old}

    def swap(said: str) -> str:
        return pattern.sub(lambda m: by_lower[m[0].lower()], said)

    starts = row.parts or (0,)
    pieces = [swap(text[a:b]) for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    lengths = np.cumsum([0, *map(len, pieces)])[:-1]
    outputs = tuple(o.model_copy(update={"value": new.get(o.value, o.value)}) for o in context.outputs)
    plain = gold.model_dump(mode="json")
    for act in plain["acts"]:
        if act.get("label"):
            act["label"]["value"] = new.get(act["label"]["value"], act["label"]["value"])
            act["label"]["candidates"] = [new.get(c, c) for c in act["label"]["candidates"]]
        if act.get("constraint"):
            rule = act["constraint"]
            if rule["property"] == "label":
                rule["value"] = new.get(rule["value"], rule["value"])
            rule["when"] = swap(rule["when"]) if rule["when"] else None
        act["reason"] = swap(act["reason"]) if act.get("reason") else None
    vocabulary = context.vocabulary.model_copy(update={"labels": tuple(names)})
    changed = context.model_copy(update={"vocabulary": vocabulary, "outputs": outputs})
    critique = row.critique.model_copy(update={"text": "".join(pieces), "context": changed})
    parts = tuple(int(n) for n in lengths) if row.parts else ()
    return row._replace(critique=critique, gold=Reading.model_validate(plain), parts=parts)


def joined(rows: Sequence[Row], share: float, state: random.Random) -> list[Row]:
    """The rows, and among them some pairs that were said of the same screen as one message of two points."""
    plain = [row for row in rows if row.gold and not row.gold.clarify and _standing(row)]
    by_screen: dict[str, list[Row]] = {}
    for row in plain:
        by_screen.setdefault(row.critique.context.model_dump_json(exclude={"turns"}), []).append(row)
    pairs = []
    for mates in by_screen.values():
        for row in mates:
            other = state.choice(mates)
            if other is not row and state.random() < share * len(rows) / len(plain):
                pairs.append(_pair(row, other, state.choice(BETWEEN)))
    return [*rows, *pairs]


BETWEEN = (". ", ", ", "; ", " and ", ", and ", ", but ", " also ", ". also ", " - ")


def _standing(row: Row) -> bool:
    """Whether a message of one act means the same after another one: its targets are not those left open."""
    assert row.gold is not None
    (act, *more) = row.gold.acts
    alone = len(row.critique.context.outputs) < 2 or act.targets == ("all",)
    named = act.targets and all(id in row.critique.text for id in act.targets)
    return not more and act.kind in JOINED and bool(alone or named) and len(row.critique.text) < 90


JOINED = ("label", "edit", "constraint", "preference", "command")


def _pair(row: Row, other: Row, between: str) -> Row:
    assert row.gold is not None and other.gold is not None
    first = row.critique.text.rstrip(" .!,;")
    said = other.critique.text
    low = between[0] != "." and said[:1].isupper() and said[1:2].islower()
    said = said[0].lower() + said[1:] if low else said
    text = first + between + said
    gold = row.gold.model_copy(update={"acts": (*row.gold.acts, *other.gold.acts)})
    critique = row.critique.model_copy(update={"text": text})
    start = len(first) + len(between.rstrip()) + (between[-1] == " ")
    return Row(critique, gold, (0, start), (0, 1), row.family)
