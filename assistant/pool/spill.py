"""Examples of files too large for memory: read once, kept as one Arrow file, and mapped from then on.

    stored(Path("million.csv"), reading, home / "pools")  ->  Source(examples=Stored(<1,000,000 on the disk>), …)

The file is written aside and renamed, so that it is there whole or not at all. It holds what `Source` says besides,
and of which file it was made; where that has changed since, it is made anew. The rows are those of `read_examples`,
in their order; see `assistant.pool.Stored` for the columns.
"""

from __future__ import annotations

import json
import os
import tempfile
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.data import Reading, Source, has_heldout, in_order, side, source, whole_numbers
from assistant.errors import UserError
from assistant.pool import BATCH, FORMAT, Stored, number_of
from assistant.pool.flow import flow
from assistant.pool.gather import Item, digest, gather, twice

if TYPE_CHECKING:
    import pyarrow

__all__ = ["stored"]


def stored(path: Path, reading: Reading, folder: Path) -> Source:
    """The examples of a file, from the pool in `folder`, which is made where it is missing or of an older file.

    Raises:
        UserError: as `read_examples`, or the disk is full.
    """
    stat = path.stat()
    made_of = json.dumps([FORMAT, str(path.resolve()), stat.st_size, stat.st_mtime_ns])
    name = digest(f"{path.resolve()} {reading.model_dump_json()}")[:12]
    pool = folder / f"{path.stem[:40]}-{name}.arrow"
    said = _said(pool, made_of)
    if said is None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _write(path, reading, pool, made_of)
        except OSError as wrong:
            raise UserError(f"The pool {str(pool)!r} can't be written: {wrong.strerror}", do="make room") from wrong
        said = _said(pool, made_of)
        assert said is not None
    return Source(examples=Stored(pool), **said)


def _said(pool: Path, made_of: str) -> dict[str, Any] | None:
    """What the source of the pool is besides its examples; None: there is no such pool."""
    import pyarrow

    if not pool.is_file():
        return None
    try:
        with pyarrow.memory_map(str(pool)) as file:
            kept = pyarrow.ipc.open_file(file).schema.metadata or {}
    except (pyarrow.ArrowException, OSError):
        return None
    if kept.get(b"made_of") != made_of.encode():
        return None
    said: dict[str, Any] = json.loads(kept[b"source"])
    return said


def _write(path: Path, reading: Reading, pool: Path, made_of: str) -> None:
    """Read the file, and write the pool: texts as they come, and what only all rows together tell after them."""
    with tempfile.TemporaryDirectory(dir=pool.parent) as aside:
        spill = _Spill(Path(aside) / "texts.arrow")
        read = flow(path)
        columns = reading.columns(path, read.table)
        gathered = gather(read.rows, columns, False, spill, read.table.aside)
        spill.close()
        splits = has_heldout(gathered)
        whole = whole_numbers(spill.codes)
        said = in_order(whole.values())
        unlabelled = spill.labels.count(_NONE)
        made = source(path, read.table, columns, gathered, range(len(spill)), said, unlabelled)  # type: ignore[arg-type]
        plain = json.dumps(made.model_dump(mode="json", exclude={"examples"}))
        new = Path(aside) / "pool.arrow"
        _finish(spill, whole, reading, splits, new, {"made_of": made_of, "source": plain})
        _sync(new)
        new.replace(pool)


_NONE = -1


class _Spill:
    """Items on the disk: ids and texts in a file, and about 40 bytes for each in memory."""

    def __init__(self, path: Path) -> None:
        import pyarrow

        self.path = path
        self.schema = pyarrow.schema([("id", pyarrow.string()), ("input", pyarrow.string())])
        self._writer = pyarrow.ipc.new_file(str(path), self.schema)
        self._ids: list[str] = []
        self._texts: list[str] = []
        self._place: dict[int, int] = {}
        self.codes: dict[str, int] = {}
        self._splits: dict[str, int] = {}
        self.labels, self.splits = array("i"), array("i")
        self.lines, self.id_numbers, self.text_numbers = array("q"), array("Q"), array("Q")

    def __len__(self) -> int:
        return len(self.labels)

    def find(self, text: str) -> int | None:
        return self._place.get(number_of(text))

    def label(self, place: int) -> str | None:
        code = self.labels[place]
        return None if code == _NONE else [*self.codes][code]

    def relabel(self, place: int, label: str | None) -> None:
        self.labels[place] = self._code(label)

    def add(self, item: Item) -> None:
        number = number_of(item.text)
        self._place[number] = len(self)
        self.labels.append(self._code(item.label))
        self.splits.append(self._splits.setdefault(item.split, len(self._splits)))
        self.lines.append(item.line)
        self.id_numbers.append(number_of(item.id))
        self.text_numbers.append(number)
        self._ids.append(item.id)
        self._texts.append(item.text)
        if len(self._ids) == BATCH:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()
        self._place.clear()

    def split_names(self) -> list[str]:
        return [*self._splits]

    def batches(self) -> Iterator[Any]:
        import pyarrow

        with pyarrow.memory_map(str(self.path)) as file:
            reader = pyarrow.ipc.open_file(file)
            for number in range(reader.num_record_batches):
                yield reader.get_batch(number)

    def _code(self, label: str | None) -> int:
        return _NONE if label is None else self.codes.setdefault(label, len(self.codes))

    def _flush(self) -> None:
        import pyarrow

        if self._ids:
            arrays = [pyarrow.array(self._ids), pyarrow.array(self._texts)]
            self._writer.write_batch(pyarrow.record_batch(arrays, schema=self.schema))
            self._ids, self._texts = [], []


def _finish(
    spill: _Spill, whole: dict[str, str], reading: Reading, splits: bool, new: Path, kept: dict[str, str]
) -> None:
    """The pool's file, from the texts and what all rows together tell."""
    import pyarrow

    id_numbers = np.frombuffer(spill.id_numbers, dtype=np.uint64)
    order = np.argsort(id_numbers, kind="stable")
    _unique(spill, id_numbers, order)
    texts = np.frombuffer(spill.text_numbers, dtype=np.uint64)
    by_code, names = [whole[label] for label in spill.codes], spill.split_names()
    schema = _schema(kept)
    with pyarrow.ipc.new_file(str(new), schema) as writer:
        at = 0
        for batch in spill.batches():
            here = slice(at, at + len(batch))
            labels = [None if code == _NONE else by_code[code] for code in spill.labels[here]]
            given = [names[code] if splits else None for code in spill.splits[here]]
            held = [
                side(id, split, label, reading) == "heldout"
                for id, split, label in zip(batch.column(0).to_pylist(), given, labels, strict=True)
            ]
            arrays = [
                *batch.columns, pyarrow.array(labels, pyarrow.string()), pyarrow.array(held),
                pyarrow.array(texts[here]),
                pyarrow.array(id_numbers[order[here]]), pyarrow.array(order[here].astype(np.int32)),
            ]  # fmt: skip
            writer.write_batch(pyarrow.record_batch(arrays, schema=schema))
            at += len(batch)


def _schema(kept: dict[str, str]) -> pyarrow.Schema:
    import pyarrow as pa

    columns = [
        ("id", pa.string()), ("input", pa.string()), ("label", pa.string()), ("heldout", pa.bool_()),
        ("text_number", pa.uint64()), ("sorted_number", pa.uint64()), ("sorted_row", pa.int32()),
    ]  # fmt: skip
    return pa.schema(columns, metadata=kept)


def _unique(spill: _Spill, numbers: Any, order: Any) -> None:
    """Raises UserError where an id stands for two texts."""
    ordered = numbers[order]
    again = np.flatnonzero(ordered[1:] == ordered[:-1]) + 1
    if len(again):
        # of several, the one that is met first in the file
        second = min(int(order[place]) for place in again)
        first = int(order[np.searchsorted(ordered, numbers[second])])
        batch = next(b for n, b in enumerate(spill.batches()) if n == second // BATCH)
        raise twice(batch.column(0)[second % BATCH].as_py(), spill.lines[first], spill.lines[second])


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
