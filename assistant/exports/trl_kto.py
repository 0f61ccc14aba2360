"""Good and bad answers for TRL's KTOTrainer (TRL 1.16, unpaired preference, standard format).

    {"prompt": "My parcel arrived broken", "completion": " complaint", "label": True, "source": "correction"}
    {"prompt": "My parcel arrived broken", "completion": " order", "label": False, "source": "correction"}

Labels and thumbs are one record, preferences and corrections one for each side.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from assistant.exports import Row, Rows, exporter
from assistant.exports._rows import About, column
from assistant.exports._trl import (
    NOTES,
    Records,
    completion,
    corrected,
    edited,
    gesture,
    prompt,
    value_of,
    with_provenance,
    write,
)
from assistant.types import Constraint, Preference

SCHEMA = with_provenance(
    column("prompt", "the input"),
    column("completion", "an answer"),
    column("label", "whether the answer is good", pa.bool_()),
)
ABOUT = About(
    SCHEMA,
    tags=("trl", "kto"),
    notes=NOTES + "\n`source` = `correction`: what the person put right, and what the model had said.",
)


@exporter
def trl_kto(rows: Rows, out: Path) -> list[Path]:
    """Answers and whether each is good, for TRL's KTOTrainer."""
    return write(rows, out, SCHEMA, _judged)


def _judged(row: Row) -> Records:
    said = row.feedback
    if isinstance(said, Constraint):
        return "it is a rule, not an answer"
    if isinstance(said, Preference):
        if completion(said.chosen) == completion(said.rejected):
            return "both answers are the same"
        source = "correction" if edited(row) else "preference"
        sides = ((said.chosen, True), (said.rejected, False))
        return [_record(said.input, answer, good, source) for answer, good in sides]
    if value_of(row) is None:
        return "it names no answer"
    source = "thumb" if gesture(row) == "thumb" else "label"
    wrong = corrected(row)
    if wrong is None:
        return [_record(said.input, value_of(row), said.op == "is", source)]
    sides = ((value_of(row), True), (wrong, False))
    return [_record(said.input, answer, good, "correction") for answer, good in sides]


def _record(given: Any, answer: Any, good: bool, source: str) -> dict[str, Any]:
    return {"prompt": prompt(given), "completion": completion(answer), "label": good, "source": source}
