"""What the formats of annotation tools share: they hold whole rows, of labels and of preferences apart.

    "labels": what is said about one text        Label(input="It arrived broken", op="is", value="complaint")
    "pairs": which of two answers is better      Preference(input="It arrived broken", chosen="Sorry!", ...)

Each item carries its row as the flat columns of jsonl, csv and parquet, so nothing is lost on the way there and back;
what was taken back or rejected is marked as the tool marks it (cancelled, discarded, ignored).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from assistant.exports import Row, Rows
from assistant.exports._rows import SCHEMA, flat, unflat
from assistant.exports._views import gesture, text, value_of
from assistant.types import Constraint, Preference

__all__ = ["NOTES", "Mark", "choice", "critique", "items", "marks", "restored", "sides", "whole"]

NOTES = """Labels and preferences are apart, since the tool shows them differently. Values that aren't text are written
as JSON. `sayso` holds each piece of feedback whole, as the columns of our jsonl export; missing values are left out.
`is` and `is_not`: what a person said it is, or is not; values too long for a choice are in `is_text` and
`is_not_text`. Evidence is marked where it stands in the input word for word, the first time; evidence that doesn't is
in `sayso` only. Which of two answers stands first is drawn by lot."""
LONGEST = 60


class Mark(NamedTuple):
    """Evidence in the input; offsets in code points."""

    start: int
    end: int
    text: str
    role: str


def items(rows: Rows) -> Iterator[tuple[str, Row]]:
    """Each row with its view; rows that have no place are counted."""
    for row in rows:
        if isinstance(row.feedback, Constraint):
            rows.skip(row, "it is a rule, not about one text")
        elif isinstance(row.feedback, Preference):
            yield "pairs", row
        elif value_of(row) is None:
            rows.skip(row, "it names no answer")
        else:
            yield "labels", row


def whole(row: Row) -> dict[str, Any]:
    """The row as flat columns, without those that are missing."""
    return {name: value for name, value in flat(row).items() if value is not None}


def restored(cells: Mapping[str, Any]) -> Row:
    """The row that `whole` made `cells` of."""
    return unflat({name: cells.get(name) for name in SCHEMA.names})


def marks(row: Row) -> list[Mark]:
    """The evidence that stands in the input."""
    assert not isinstance(row.feedback, Constraint)
    given = text(row.feedback.input)
    found = ((given.find(each.text), each) for each in row.feedback.evidence if each.text)
    return [Mark(at, at + len(each.text), each.text, each.role) for at, each in found if at >= 0]


def choice(value: Any) -> str | None:
    """The name of a value where a person could choose it from a list; None where it is too long or odd for one."""
    name = text(value)
    return name if name.isprintable() and 0 < len(name.strip()) == len(name) <= LONGEST else None


def critique(row: Row) -> str:
    """What the person said, or did."""
    return row.words or f"({gesture(row) or 'nothing said'})"


def sides(row: Row) -> tuple[str, str, bool]:
    """The two answers of a preference as they are shown, and whether the left one is better."""
    assert isinstance(row.feedback, Preference)
    chosen, rejected = text(row.feedback.chosen), text(row.feedback.rejected)
    first = blake2b(row.feedback.id.encode(), digest_size=1).digest()[0] % 2 == 0
    return (chosen, rejected, True) if first else (rejected, chosen, False)
