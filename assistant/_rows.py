"""Files to rows: what stands in a CSV, TSV, JSON or Parquet file or a dataset folder, and on which line.

    text,stars                  Table(columns=("text", "stars"),
    "Came late, again",1   ->         rows=[Row(2, {"text": "Came late, again", "stars": "1"}),
    Lovely shop,5                           Row(3, {"text": "Lovely shop", "stars": "5"})])

Nothing is interpreted here, and nothing is lost: a line that can't be read is set aside with its number and
reason. CSV and JSON are read with the standard library, because its line numbers are exact.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from assistant.errors import UserError

__all__ = ["FORMATS", "READERS", "Row", "Table", "columns_of", "read_table"]

FORMATS = "CSV, TSV, JSON Lines, JSON or Parquet, or a folder of them"


class Row(NamedTuple):
    """`line` is the first physical line of the row, from 1; in JSON lists, Parquet and Arrow files the row's
    number. `split` is what a dataset folder calls the part that the row is in."""

    line: int
    cells: dict[str, Any]
    split: str | None = None


@dataclass(frozen=True)
class Table:
    """`aside`: (line, reason) of what could not be read. `notes`: what a person should know, in sentences."""

    columns: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    aside: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_table(path: Path) -> Table:
    """All rows of the file or dataset folder `path`.

    Raises:
        UserError: there is no such file, its format is unknown, or it is empty or damaged.
    """
    try:
        if path.is_dir():
            from assistant._folders import read_folder

            return read_folder(path)
        if not path.exists():
            raise UserError(f"There is no file {str(path)!r}", do="check the path")
        reader = READERS.get(path.suffix.lower())
        if reader is None:
            raise UserError(f"The file {str(path)!r} has a format that can't be read", f"it can be {FORMATS}")
        if path.stat().st_size == 0:
            raise UserError(f"The file {str(path)!r} is empty", do="put a header and a row into it")
        return reader(path)
    except OSError as wrong:
        raise UserError(f"{str(path)!r} can't be read: {wrong.strerror or wrong}") from wrong


# --- encodings ----------------------------------------------------------------------------------------------


def _decode(path: Path) -> tuple[str, list[str]]:
    """The text of a file, and a note where it was not UTF-8."""
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", errors="replace")
        damaged = text.count("\ufffd")
        return text, [f"{damaged} characters of {path.name!r} are not valid UTF-16"] if damaged else []
    if raw.startswith((b"PK\x03\x04", b"PAR1", b"\x1f\x8b")) or raw[:4096].count(0) > len(raw[:4096]) // 4:
        raise UserError(f"The file {str(path)!r} is not a text file", f"it should be {FORMATS}")
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as wrong:
        line = raw.count(b"\n", 0, wrong.start) + 1
        note = (
            f"{path.name!r} is not UTF-8: line {line} has the byte 0x{raw[wrong.start]:02X}; "
            "it was read as Windows-1252"
        )
    return raw.decode("cp1252", errors="replace"), [note]


# --- CSV and TSV --------------------------------------------------------------------------------------------


def _csv(path: Path, delimiter: str = "") -> Table:
    text, notes = _decode(path)
    lines = list(io.StringIO(text, newline=""))  # keeps every line break as it stands inside quotes
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # an over-long cell is set aside later, not a crash
    delimiter = delimiter or delimiter_of(lines)
    if delimiter not in ",\t":
        notes.append(f"the columns of {path.name!r} are separated by {delimiter!r}")
    aside: list[tuple[int, str]] = []
    records = _records(lines, delimiter, aside)
    try:
        header = header_of(path, next(records)[1])
    except StopIteration:
        raise UserError(f"The file {str(path)!r} is empty", do="put a header and a row into it") from None
    rows = []
    for line, cells in records:
        if len(cells) == len(header):
            rows.append(Row(line, dict(zip(header, cells, strict=True))))
        else:
            aside.append((line, f"has {len(cells)} cells where the header has {len(header)}"))
    if looks_like_data(header, rows):
        notes.append(f"the first row of {path.name!r} looks like data, not like names; put the names above it")
    return Table(header, rows, aside, notes)


def looks_like_data(header: tuple[str, ...], rows: list[Row]) -> bool:
    """A name is short, and is no value of its own column."""
    sample = rows[:1000]
    return any(len(name) > 100 or any(row.cells[name] == name for row in sample) for name in header)


def _records(lines: list[str], delimiter: str, aside: list[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
    """(first line, cells) of every record; blank lines are none.

    A record with a stray quote may swallow what follows, so reading resumes on the line after its first.
    """
    start = 0
    while start < len(lines):
        reader = csv.reader(iter(lines[start:]), delimiter=delimiter, strict=True)
        done = 0
        try:
            for cells in reader:
                if cells:
                    yield start + done + 1, cells
                done = reader.line_num
            return
        except csv.Error as wrong:
            reason = "a quote is opened and never closed" if "end of data" in str(wrong) else str(wrong)
            aside.append((start + done + 1, reason))
            start += done + 1


def delimiter_of(lines: list[str]) -> str:
    """The one that splits the header into most columns; the comma where several do."""
    first = next((line for line in lines if line.strip()), "")
    return max(",;\t|", key=lambda mark: len(next(csv.reader([first], delimiter=mark))))


def header_of(path: Path, cells: list[str]) -> tuple[str, ...]:
    names = tuple(cell.strip() or f"column {number}" for number, cell in enumerate(cells, 1))
    for name in names:
        if names.count(name) > 1:
            raise UserError(
                f"The column {name!r} appears {names.count(name)} times in {path.name!r}",
                do="rename all but one",
            )
    return names


# --- JSON ---------------------------------------------------------------------------------------------------


def _jsonl(path: Path) -> Table:
    text, notes = _decode(path)
    return _table(path, _parsed_lines(text), notes)


def _json(path: Path) -> Table:
    """A list of objects or of texts; also the JSON Lines that some write into .json files."""
    text, notes = _decode(path)
    if not text.lstrip().startswith("["):
        return _table(path, _parsed_lines(text), notes)
    try:
        items = json.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise UserError(f"The file {str(path)!r} is not valid JSON: {_json_problem(wrong)}") from wrong
    return _table(path, enumerate(items, 1), notes)


def _parsed_lines(text: str) -> Iterator[tuple[int, Any]]:
    # not splitlines(): U+2028 and its like may stand inside JSON strings
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError) as wrong:
                yield number, wrong


def _table(path: Path, items: Any, notes: list[str]) -> Table:
    rows, aside = [], []
    for number, item in items:
        if isinstance(item, Exception):
            aside.append((number, f"is not valid JSON: {_json_problem(item)}"))
        elif isinstance(item, str):
            rows.append(Row(number, {"text": item}))
        elif isinstance(item, dict):
            rows.append(Row(number, item))
        else:
            aside.append((number, f"is a JSON {type(item).__name__}, not an object"))
    if not rows and not aside:
        raise UserError(f"The file {str(path)!r} has no rows", do="put one JSON object on each line")
    return Table(columns_of(rows), rows, aside, notes)


def _json_problem(wrong: Exception) -> str:
    if isinstance(wrong, json.JSONDecodeError):
        where = f"line {wrong.lineno}, " if wrong.lineno > 1 else ""
        return f"{wrong.msg} at {where}column {wrong.colno}"
    return "nested too deep" if isinstance(wrong, RecursionError) else "a number in it is too long"


def columns_of(rows: list[Row]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for row in rows for name in row.cells))


# --- Parquet --------------------------------------------------------------------------------------------------


def _parquet(path: Path) -> Table:
    import pyarrow
    import pyarrow.parquet

    try:
        # ParquetFile, not read_table: that would take folder names such as `a=b` for columns
        with pyarrow.parquet.ParquetFile(path) as file:
            table = file.read()
    except pyarrow.ArrowException as wrong:
        raise UserError(f"The file {str(path)!r} is not valid Parquet: {_first_line(wrong)}") from wrong
    rows = [Row(number, cells) for number, cells in enumerate(table.to_pylist(), 1)]
    return Table(tuple(table.column_names), rows)


def _first_line(wrong: Exception) -> str:
    return (str(wrong).splitlines() or ["damaged"])[0]


READERS: dict[str, Callable[[Path], Table]] = {
    ".csv": _csv,
    ".tsv": lambda path: _csv(path, "\t"),
    ".tab": lambda path: _csv(path, "\t"),
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
    ".json": _json,
    ".parquet": _parquet,
}
