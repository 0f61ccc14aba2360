"""Right answers for TRL's SFTTrainer (TRL 1.16, prompt-completion, standard format).

    {"prompt": "My parcel arrived broken", "completion": " complaint", "source": "correction", ...}

Right is what a person said "it is" of, and what they wrote themselves in place of the model's answer.
"""

from __future__ import annotations

from pathlib import Path

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

SCHEMA = with_provenance(column("prompt", "the input"), column("completion", "the right answer"))
ABOUT = About(SCHEMA, tags=("trl", "sft"), notes=NOTES)


@exporter
def trl_sft(rows: Rows, out: Path) -> list[Path]:
    """Inputs and their right answers, for TRL's SFTTrainer."""
    return write(rows, out, SCHEMA, _right)


def _right(row: Row) -> Records:
    said = row.feedback
    if isinstance(said, Constraint):
        return "it is a rule, not an answer"
    if isinstance(said, Preference):
        if not edited(row):
            return "the better of two answers need not be right"
        answer, source = said.chosen, "correction"
    elif said.op == "is_not":
        return "it says what is wrong, but not what is right"
    else:
        answer = value_of(row)
        source = "thumb" if gesture(row) == "thumb" else "label"
        source = source if corrected(row) is None else "correction"
    if answer is None:
        return "it names no answer"
    return [{"prompt": prompt(said.input), "completion": completion(answer), "source": source}]
