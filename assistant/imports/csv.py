"""People's judgements in a table: CSV, TSV, JSON Lines, JSON or Parquet; and what our own csv, jsonl and parquet hold.

    input,label                     the right label or answer
    input,chosen,rejected           which of two answers is better
    input,value,correct             an answer, and whether it is right (yes or no, 1 or -1)

"text" or "prompt" for "input" and "completion" for "value" will do. Beside them may stand who said it (`author`), when
(`created_at`), in which words (`comment`), in what respect (`aspect`) and what a model had answered (`output`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assistant.exports.csv import from_cell
from assistant.imports import Judgement, Records, importer
from assistant.imports._fields import flag, given, moment, of_own, own_row
from assistant.types import Constraint

INPUT = ("input", "text", "prompt")
VALUE = ("value", "completion")
AUTHOR = ("author", "annotator", "user")
WHEN = ("created_at", "at", "time", "timestamp")
SAID = ("comment", "words", "critique", "reason")
BESIDE = {"aspect", "output", "id"}
LOOKS = (
    *({name, "label"} for name in INPUT),
    *({name, "chosen", "rejected"} for name in INPUT),
    *({name, value, "correct"} for name in INPUT for value in VALUE),
    {"feedback_id", "kind", "critique_id", "reading_id"},
)
KNOWN = {*INPUT, *VALUE, *AUTHOR, *WHEN, *SAID, *BESIDE, "label", "chosen", "rejected", "correct"}


@importer
def csv(records: Records) -> Iterator[Judgement]:
    """Tables of people's judgements, and our own csv, jsonl and parquet."""
    for record in records:
        if "feedback_id" in record:
            yield from _own(record, records)
        else:
            yield from _judged(record, records)


def _own(record: dict[str, Any], records: Records) -> Iterator[Judgement]:
    row = own_row(record) or own_row(_from_cells(record))
    if row is None:
        records.skip("it is no whole row of our own export")
    elif isinstance(row.feedback, Constraint) and row.feedback.scope == "session":
        records.skip("it is a rule of one conversation, which is not here")
    elif judgement := of_own(row, records):
        yield judgement


def _from_cells(record: dict[str, Any]) -> dict[str, Any]:
    """The cells of a CSV file, which knows only text."""
    try:
        return {name: from_cell(name, cell) for name, cell in record.items() if isinstance(cell, str)}
    except ValueError:
        return {}


def _judged(record: dict[str, Any], records: Records) -> Iterator[Judgement]:
    cells = {name.strip().casefold(): value for name, value in record.items() if given(value)}
    named = records.field.strip().casefold() if records.field else None
    asked = _first(cells, (named,) if named else INPUT)
    if asked is None:
        records.skip("it has no input")
        return
    shared = {
        "line": records.line,
        "input": asked,
        "author": _text(_first(cells, AUTHOR)),
        "at": moment(_first(cells, WHEN)),
        "words": _text(_first(cells, SAID)) or "",
        "output": cells.get("output"),
        "kept": {name: value for name, value in record.items() if name.strip().casefold() not in {*KNOWN, named}},
    }
    if not {"label", "chosen", "rejected", *VALUE} & cells.keys():
        records.skip("it has no judgement")
    yield from _label(cells, shared)
    yield from _pair(cells, shared, records)
    yield from _answer(cells, shared, records)


def _label(cells: dict[str, Any], shared: dict[str, Any]) -> Iterator[Judgement]:
    if "label" in cells:
        yield Judgement(value=cells["label"], **shared)


def _pair(cells: dict[str, Any], shared: dict[str, Any], records: Records) -> Iterator[Judgement]:
    if "chosen" in cells and "rejected" in cells:
        order = ((cells["chosen"],), (cells["rejected"],))
        yield Judgement(order=order, aspect=_text(cells.get("aspect")), **shared)
    elif "chosen" in cells or "rejected" in cells:
        records.skip("it has only one of two answers")


def _answer(cells: dict[str, Any], shared: dict[str, Any], records: Records) -> Iterator[Judgement]:
    value = _first(cells, VALUE)
    if value is None:
        return
    right = flag(cells.get("correct"))
    if right is None:
        records.skip("its 'correct' is neither yes nor no")
    else:
        yield Judgement(op="is" if right else "is_not", value=value, **{**shared, "output": value}, thumb=right)


def _first(cells: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((cells[name] for name in names if name in cells), None)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
