"""JSON Lines, one object a line, UTF-8: what the formats on it share, and provenance beside a strict one.

    with lines(out / "data" / "train.jsonl") as put:
        put({"messages": [...]})

Some readers refuse a key that they do not know. `strict` then writes a second file, line by line the provenance
of the first: data/train.jsonl and provenance/train.jsonl.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from assistant.exports import Rows
from assistant.exports._rows import dumps, origin
from assistant.exports._views import View, records

__all__ = ["STRICT", "Views", "array", "lines", "strict"]

_Put: TypeAlias = Callable[[dict[str, Any]], None]
# JSON may hold these bare, but many tools take them for the end of the line
_LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}
STRICT = """Who reads this refuses keys that it does not know. So who said it, when, in which words and how it was
understood stand beside the data, in `provenance/`: the first line there belongs to the first line of the data.
Values that aren't text are written as JSON. Feedback that was taken back, or whose reading the person rejected,
is left out; so is a record that repeats another one of the same critique."""


@contextmanager
def lines(path: Path) -> Iterator[_Put]:
    """A function that adds a record to the new file `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:

        def put(record: dict[str, Any]) -> None:
            file.write(dumps(record).translate(_LINE_ENDS) + "\n")

        yield put


@contextmanager
def array(path: Path) -> Iterator[_Put]:
    """The same, of one JSON array; each record still has a line of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        between = "[\n"

        def put(record: dict[str, Any]) -> None:
            nonlocal between
            file.write(between + dumps(record).translate(_LINE_ENDS))
            between = ",\n"

        yield put
        file.write("\n]\n" if between == ",\n" else "[]\n")


class Views:
    """A file for each view, opened when its first record comes: data/VIEW/SPLIT.jsonl.

    >>> with Views(out, "train") as put:          # doctest: +SKIP
    ...     put("sft", {"messages": [...]})
    >>> put.paths                                 # doctest: +SKIP
    {"sft": out / "data" / "sft" / "train.jsonl"}

    With `whole`, each file is one JSON array, and ends in .json.
    """

    def __init__(self, out: Path, split: str, whole: bool = False) -> None:
        self.paths: dict[str, Path] = {}
        self._data, self._name = out / "data", f"{split}.json" if whole else f"{split}.jsonl"
        self._open, self._stack, self._put = array if whole else lines, ExitStack(), dict[str, _Put]()

    def __call__(self, view: str, record: dict[str, Any]) -> None:
        if view not in self._put:
            self.paths[view] = self._data / view / self._name
            self._put[view] = self._stack.enter_context(self._open(self.paths[view]))
        self._put[view](record)

    def __enter__(self) -> Views:
        return self

    def __exit__(self, *wrong: Any) -> None:
        self._stack.__exit__(*wrong)


def strict(rows: Rows, out: Path, view: View, make: Callable[[dict[str, Any]], dict[str, Any]]) -> list[Path]:
    """Write what `make` makes of each record of the view, and its provenance beside it."""
    data, beside = out / "data" / f"{rows.split}.jsonl", out / "provenance" / f"{rows.split}.jsonl"
    with lines(data) as put, lines(beside) as note:
        for row, record in records(rows, view):
            put(make(record))
            note({"source": record["source"], **origin(row)})
    return [data, beside]
