"""CSV (RFC 4180, UTF-8): every piece of feedback with its whole provenance, for spreadsheets and pandas.

    feedback_id,kind,...,words,...,value,...
    019...,label,...,"no, that's a complaint",...,complaint,...

The words `=1+1 is wrong` become the cell `json:"=1+1 is wrong"`. CSV knows only text, so a cell is one of
three: empty is missing; `json:` and what follows is JSON; else it stands for itself. Text that a spreadsheet
would run as a formula (OWASP, "CSV injection") or that a reader would take for a number, a truth value or a
missing one is written as JSON: nothing is run and nothing is lost.
"""

from __future__ import annotations

import re
from csv import writer
from pathlib import Path
from typing import Any

import pyarrow as pa

from assistant.exports import Rows, exporter
from assistant.exports._rows import MARK, SCHEMA, VALUES, About, column, decode, dumps, encode, flat

NOTES = """CSV knows only text, so **every** cell is one of three: an empty cell is a missing value; a cell
that begins with `json:` holds JSON (`json:3` is the number 3, `json:""` the empty text); any other cell
stands for itself. To read one: `None if cell == "" else json.loads(cell[5:]) if cell.startswith("json:") else
cell`, with pandas after `read_csv(..., dtype=str, keep_default_na=False)`.

Safe to open in a spreadsheet: text that begins with `=`, `+`, `-`, `@`, a tab or a line end, which a
spreadsheet would run as a formula, is written as `json:"=..."`, and so is text that readers would take for
something else (`01`, `1e5`, `true`, `NA`, control characters). Nothing is changed: the JSON holds the text as
it was. The file is UTF-8."""
# `datasets` reads an empty cell as empty text, which is no truth value
_COLUMNS = SCHEMA.set(
    SCHEMA.get_field_index("confirmed"),
    column("confirmed", "true: confirmed or corrected; false: rejected; empty: not asked"),
)
ABOUT = About(_COLUMNS, read={"na_filter": False}, notes=NOTES)

# the second four are the full-width forms, which some spreadsheets take for the first four
_FORMULA = tuple("=+-@＝＋－＠\t\r\n")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_INTEGER = re.compile(r"0|[1-9][0-9]{0,14}")  # at most 15 digits: a spreadsheet rounds what is longer
# what pandas takes for something else, besides what `float` accepts (nan and inf, for example)
_OTHER = (
    "true",
    "false",
    "na",
    "n/a",
    "#n/a",
    "#n/a n/a",
    "#na",
    "<na>",
    "null",
    "none",
    "1.#ind",
    "1.#qnan",
)
_TEXT = {field.name for field in SCHEMA if pa.types.is_string(field.type)}


@exporter
def csv(rows: Rows, out: Path) -> list[Path]:
    """Every piece of feedback with its whole provenance, for spreadsheets and pandas."""
    path = out / "data" / f"{rows.split}.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = writer(file, lineterminator="\n")
        lines.writerow(SCHEMA.names)
        for row in rows:
            lines.writerow(to_cell(name, value) for name, value in flat(row).items())
    return [path]


def to_cell(name: str, value: Any) -> str:
    """The flat value of column `name` as a cell."""
    if value is None:
        return ""
    if name not in _TEXT:
        return dumps(value)  # true, 3, 0.5: as JSON writes them
    if name in VALUES and value.startswith(MARK):
        return str(value)
    return MARK + dumps(value) if _would_be_misread(value) else str(value)


def from_cell(name: str, cell: str) -> Any:
    """The flat value that `to_cell` made `cell` of."""
    if cell == "":
        return None
    value = decode(cell if name in _TEXT else MARK + cell)
    return encode(value) if name in VALUES else value


def _would_be_misread(text: str) -> bool:
    if text == "" or text.startswith((MARK, *_FORMULA)) or _CONTROL.search(text) or text.lower() in _OTHER:
        return True
    return not _INTEGER.fullmatch(text) and _is_number(text)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
