"""Preference pairs for TRL's DPOTrainer (TRL 1.16, standard format, explicit prompt).

    {"prompt": "It arrived broken", "chosen": " complaint", "rejected": " order", "source": "correction"}

A preference is a pair as it stands. "It is y" where the model had said z is one too: y, corrected, over z.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assistant.exports import Row, Rows, exporter
from assistant.exports._rows import About, column
from assistant.exports._trl import (
    NOTES,
    Records,
    completion,
    corrected,
    edited,
    prompt,
    value_of,
    with_provenance,
    write,
)
from assistant.types import Constraint, Preference

SCHEMA = with_provenance(
    column("prompt", "the input"),
    column("chosen", "the better answer"),
    column("rejected", "the worse answer"),
)
ABOUT = About(
    SCHEMA,
    tags=("trl", "dpo"),
    notes=NOTES + "\n`source` = `correction`: the person's answer over the one that the model had given.",
)


@exporter
def trl_preference(rows: Rows, out: Path) -> list[Path]:
    """Pairs of a better and a worse answer, for TRL's DPOTrainer."""
    return write(rows, out, SCHEMA, _pairs)


def _pairs(row: Row) -> Records:
    said = row.feedback
    if isinstance(said, Constraint):
        return "it is a rule, not a pair of answers"
    if isinstance(said, Preference):
        pair = _pair(said.input, said.chosen, said.rejected, "correction" if edited(row) else "preference")
        return [pair] if pair["chosen"] != pair["rejected"] else "both answers are the same"
    if said.op == "is_not":
        return "it says what is wrong, but not what is right"
    wrong = corrected(row)
    if wrong is None:
        return "no other answer was on screen that it is better than"
    return [_pair(said.input, value_of(row), wrong, "correction")]


def _pair(given: Any, chosen: Any, rejected: Any, source: str) -> dict[str, Any]:
    pair = {"prompt": prompt(given), "chosen": completion(chosen), "rejected": completion(rejected)}
    return pair | {"source": source}
