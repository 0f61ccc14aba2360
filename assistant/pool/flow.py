"""Rows of large files, read as they are needed: what `_rows` reads, without having all of it in memory.

    flow(Path("million.csv"))  ->  Flow(table=Table(columns=("id", "text"), rows=[the first 1,000]), rows=<iterator>)

A file that is odd (not UTF-8, a stray quote) is read by `_rows` as a whole, which knows how to go on after that; so
both give the same rows.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

from assistant import _rows
from assistant._rows import Row, Table, read_table
from assistant.errors import UserError

__all__ = ["Flow", "flow"]

HEAD = 1000
"""Rows that are looked at to understand the columns."""
BATCH = 4096


@dataclass(frozen=True)
class Flow:
    """`table` holds the first rows only; its `aside` grows while `rows`, which are all of them, are read once."""

    table: Table
    rows: Iterable[Row]


class _Odd(Exception):
    """This file needs the reader that has all of it in memory."""


def flow(path: Path) -> Flow:
    """The rows of a file.

    Raises:
        UserError: as `read_table`.
    """
    open_it = FLOWS.get(path.suffix.lower())
    try:
        if open_it is not None:
            return _headed(open_it(path))
    except (_Odd, UnicodeDecodeError, csv.Error):
        pass
    table = read_table(path)
    return Flow(table, table.rows)


def _headed(opened: tuple[Table, Iterator[Row]]) -> Flow:
    table, rows = opened
    head = list(islice(rows, HEAD))
    if table.columns and _rows.looks_like_data(table.columns, head):
        raise _Odd  # rare, and the other reader says so
    return Flow(replace(table, rows=head), chain(head, rows))


def _csv(path: Path, delimiter: str = "") -> tuple[Table, Iterator[Row]]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    with path.open("rb") as raw:
        if raw.read(4).startswith((b"\xff\xfe", b"\xfe\xff", b"PK\x03\x04", b"PAR1", b"\x1f\x8b")):
            raise _Odd
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = next((line for line in file if line.strip()), "")
    delimiter = delimiter or _rows.delimiter_of([first])
    records = _records(path, delimiter)
    if sum(1 for _ in records) == 0:  # read through once: an error half-way would come too late
        raise _Odd
    notes = [] if delimiter in ",\t" else [f"the columns of {path.name!r} are separated by {delimiter!r}"]
    records = _records(path, delimiter)
    header = _rows.header_of(path, next(records)[1])
    table = Table(header, notes=notes)

    def rows() -> Iterator[Row]:
        for line, cells in records:
            if len(cells) == len(header):
                yield Row(line, dict(zip(header, cells, strict=True)))
            else:
                table.aside.append((line, f"has {len(cells)} cells where the header has {len(header)}"))

    return table, rows()


def _records(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(first line, cells) of every record; blank lines are none."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        done = 0
        for cells in reader:
            if cells:
                yield done + 1, cells
            done = reader.line_num


def _jsonl(path: Path) -> tuple[Table, Iterator[Row]]:
    columns: dict[str, None] = {}
    for _, item in _lines(path):
        if not isinstance(item, dict):
            raise _Odd
        columns |= dict.fromkeys(item)
    return Table(tuple(columns)), (Row(number, item) for number, item in _lines(path))


def _lines(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                try:
                    yield number, json.loads(line)
                except (ValueError, RecursionError) as wrong:
                    raise _Odd from wrong


def _parquet(path: Path) -> tuple[Table, Iterator[Row]]:
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(path)
    except pyarrow.ArrowException as wrong:
        raise _Odd from wrong

    def rows() -> Iterator[Row]:
        number = 0
        try:
            with file:
                for batch in file.iter_batches(BATCH):
                    for cells in batch.to_pylist():
                        number += 1
                        yield Row(number, cells)
        except pyarrow.ArrowException as wrong:
            raise UserError(f"The file {str(path)!r} is not valid Parquet after row {number}") from wrong

    return Table(tuple(file.schema_arrow.names)), rows()


FLOWS: dict[str, Callable[[Path], tuple[Table, Iterator[Row]]]] = {
    ".csv": _csv,
    ".tsv": lambda path: _csv(path, "\t"),
    ".tab": lambda path: _csv(path, "\t"),
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
    ".parquet": _parquet,
}
