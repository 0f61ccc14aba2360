"""JSON Lines, one object a line, UTF-8: what the formats on it share, and provenance beside a strict one.

    with lines(out / "data" / "train.jsonl") as put:
        put({"messages": [...]})

Some readers refuse a key that they do not know. `strict` then writes a second file, line by line the provenance
of the first: data/train.jsonl and provenance/train.jsonl.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.exports import Rows
from assistant.exports._rows import dumps
from assistant.exports._views import View, provenance, records

__all__ = ["STRICT", "lines", "strict"]

# JSON may hold these bare, but many tools take them for the end of the line
_LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}
STRICT = """Who reads this refuses keys that it does not know. So who said it, when, in which words and how it was
understood stand beside the data, in `provenance/`: the first line there belongs to the first line of the data.
Values that aren't text are written as JSON. Feedback that was taken back, or whose reading the person rejected,
is left out; so is a record that repeats another one of the same critique."""


@contextmanager
def lines(path: Path) -> Iterator[Callable[[dict[str, Any]], None]]:
    """A function that adds a record to the new file `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:

        def put(record: dict[str, Any]) -> None:
            file.write(dumps(record).translate(_LINE_ENDS) + "\n")

        yield put


def strict(rows: Rows, out: Path, view: View, make: Callable[[dict[str, Any]], dict[str, Any]]) -> list[Path]:
    """Write what `make` makes of each record of the view, and its provenance beside it."""
    data, beside = out / "data" / f"{rows.split}.jsonl", out / "provenance" / f"{rows.split}.jsonl"
    with lines(data) as put, lines(beside) as note:
        for row, record in records(rows, view):
            put(make(record))
            note({"source": record["source"], **provenance(row)})
    return [data, beside]
