"""What the three TRL formats share: prompts, completions, provenance, and which feedback they leave out.

Standard (not conversational) format of TRL 1.16: a completion begins with a space, and the prompt does not
end with one, so that tokens do not merge where they meet:

    {"prompt": "My parcel arrived broken", "completion": " complaint", "source": "label", "feedback_id": ...}

TRL's trainers drop the columns that they do not know, so provenance stays in the same file.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa

from assistant.exports import Row, Rows
from assistant.exports._rows import SCHEMA, Parquet, column, dumps, flat
from assistant.types import Label, Preference

__all__ = [
    "NOTES",
    "Records",
    "completion",
    "corrected",
    "edited",
    "gesture",
    "prompt",
    "value_of",
    "with_provenance",
    "write",
]

Records: TypeAlias = list[dict[str, Any]] | str
"""The records made of one row, or why there is none."""

_PROVENANCE = (
    "feedback_id", "critique_id", "reading_id", "task", "author", "created_at", "words", "gesture", "parser",
    "parser_version", "confidence", "confirmed", "adapter", "guideline", "example_id", "aspect", "evidence",
)  # fmt: skip

NOTES = """The prompt is the input, without white space at its end; a completion begins with a space, as TRL's
standard format has it. Values that aren't text are written as JSON. TRL's trainers take the data set as it is
and ignore the columns of provenance. Feedback that was taken back, or whose reading the person rejected, is
left out; so is a record that repeats another one of the same critique."""


def with_provenance(*fields: pa.Field) -> pa.Schema:
    """The schema of `fields`, `source`, and where the record came from."""
    source = column("source", "what it was made of: label, thumb, correction or preference")
    return pa.schema([*fields, source, *(SCHEMA.field(name) for name in _PROVENANCE)])


def prompt(value: Any) -> str:
    return _text(value).rstrip()


def completion(value: Any) -> str:
    text = _text(value)
    return text if text[:1].isspace() else f" {text}"


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else dumps(value)


def value_of(row: Row) -> Any:
    """What a label is about: its value, or the output that it was said of."""
    value = row.feedback.value if isinstance(row.feedback, Label) else None
    return row.output if value is None else value


def corrected(row: Row) -> Any:
    """The output that an "it is y" replaced; None where the model had said y, or nothing."""
    if not isinstance(row.feedback, Label) or row.feedback.op != "is" or row.output is None:
        return None
    return None if completion(row.output) == completion(value_of(row)) else row.output


def gesture(row: Row) -> str | None:
    """Its kind: thumb, edit or button."""
    return json.loads(row.gesture)["kind"] if row.gesture else None


def edited(row: Row) -> bool:
    """Whether the better answer of a preference was written by the person."""
    acts = row.reading.get("acts", ())
    return isinstance(row.feedback, Preference) and (
        gesture(row) == "edit" or any(act.get("kind") == "edit" for act in acts)
    )


def write(rows: Rows, out: Path, schema: pa.Schema, make: Callable[[Row], Records]) -> list[Path]:
    """Write the records that `make` makes of each row that stands, and count those that have none."""
    critique, seen = "", set[tuple[Any, ...]]()
    file = Parquet(out, schema)
    with file as put:
        for row in rows:
            records = _fallen(row) or make(row)
            if isinstance(records, str):
                rows.skip(row, records)
                continue
            # an edit is stored as a label and a preference, one after the other: they make the same records.
            # Remembering one critique at a time keeps the memory small
            if row.feedback.critique != critique:
                critique, seen = row.feedback.critique, set()
            fresh = {tuple(record[key] for key in record if key != "source"): record for record in records}
            for key, record in fresh.items():
                if key not in seen:
                    put(record | _provenance(row))
            if fresh.keys() <= seen:
                rows.skip(row, "it repeats other feedback of the same critique")
            seen |= fresh.keys()
    return [file.path]


def _fallen(row: Row) -> str:
    if row.retracted_at is not None:
        return "it was taken back"
    return "the person rejected this reading" if row.confirmed is False else ""


def _provenance(row: Row) -> dict[str, Any]:
    cells = flat(row)
    return {name: cells[name] for name in _PROVENANCE}
