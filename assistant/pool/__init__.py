"""The examples of a task, by id and by row, whether they are in memory or too many for that.

    pool = Pool(task.examples())           # a few: records in a list; a million: an Arrow file that is mapped
    pool["m014"].input                     -> "My parcel is late."
    len(pool.unknown), pool.unknown[7]     -> (999000, Example(...)), read from the disk when it is asked for

`Stored` is such a file: a column each for id, input, label (null: none) and whether it is held out; a number for each
text, by which texts are found and an index of them is checked; and the ids' numbers in their order, by which ids are
found. Records are made when they are touched, so opening costs milliseconds, and memory is the system's page cache.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final, overload

import numpy as np

from assistant.store.columns import canonical
from assistant.types import Example

__all__ = ["BATCH", "FORMAT", "Part", "Pool", "Stored", "number_of"]

FORMAT: Final = 1
BATCH: Final = 8192
"""Rows of each part of the file but the last."""
Numbers = np.ndarray[Any, np.dtype[Any]]


def number_of(text: str) -> int:
    """64 bits of a hash, below 2^64: two of a million texts share one with a chance of 3 in 10^8."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "little")


class Part(Sequence[Example]):
    """Some rows of a sequence, made into records when they are touched; a slice is a list."""

    def __init__(self, of: Sequence[Example], rows: Numbers) -> None:
        self.of, self.rows = of, rows

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, at: int) -> Example: ...
    @overload
    def __getitem__(self, at: slice) -> list[Example]: ...
    def __getitem__(self, at: int | slice) -> Example | list[Example]:
        if isinstance(at, slice):
            return [self.of[int(row)] for row in self.rows[at]]
        return self.of[int(self.rows[at])]


class Stored(Sequence[Example]):
    """A pool's file; see the module, and `assistant.pool.spill`, which writes it."""

    def __init__(self, path: Path) -> None:
        import pyarrow

        self.path = path
        reader = pyarrow.ipc.open_file(pyarrow.memory_map(str(path)))
        self.batches = [reader.get_batch(number) for number in range(reader.num_record_batches)]
        self._length = sum(len(batch) for batch in self.batches)

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, at: int) -> Example: ...
    @overload
    def __getitem__(self, at: slice) -> list[Example]: ...
    def __getitem__(self, at: int | slice) -> Example | list[Example]:
        if isinstance(at, slice):
            return [self[row] for row in range(*at.indices(len(self)))]
        row = at + len(self) if at < 0 else at
        if not 0 <= row < len(self):
            raise IndexError(at)
        batch, place = self.batches[row // BATCH], row % BATCH
        id, input, label, heldout = (batch.column(number)[place].as_py() for number in range(4))
        # checked when they were written
        return Example.model_construct(id=id, input=input, label=label, split="heldout" if heldout else "pool")

    def inputs(self, rows: Iterable[int]) -> list[str]:
        return [self.batches[row // BATCH].column(1)[row % BATCH].as_py() for row in rows]

    def column(self, name: str) -> Numbers:
        """A column of numbers or flags, as one array."""
        parts = [batch.column(name).to_numpy(zero_copy_only=False) for batch in self.batches]
        return np.concatenate(parts)

    @cached_property
    def labelled(self) -> Numbers:
        return np.concatenate([b.column("label").is_valid().to_numpy(zero_copy_only=False) for b in self.batches])

    @cached_property
    def heldout(self) -> Numbers:
        return self.column("heldout")

    @cached_property
    def _ids(self) -> tuple[Numbers, Numbers]:
        return self.column("sorted_number"), self.column("sorted_row")

    @cached_property
    def text_numbers(self) -> Numbers:
        return self.column("text_number")

    @cached_property
    def _by_text(self) -> Numbers:
        return np.argsort(self.text_numbers, kind="stable")

    def row(self, id: str) -> int | None:
        """The row of an id."""
        numbers, rows = self._ids
        return self._look(numbers, rows, number_of(id), 0, id)

    def row_of(self, input: Any) -> int | None:
        """The row of a text."""
        if not isinstance(input, str):
            return None
        return self._look(self.text_numbers[self._by_text], self._by_text, number_of(input), 1, input)

    def _look(self, numbers: Numbers, rows: Numbers, number: int, column: int, wanted: str) -> int | None:
        at = int(np.searchsorted(numbers, np.uint64(number)))
        while at < len(numbers) and numbers[at] == number:
            row = int(rows[at])
            if self.batches[row // BATCH].column(column)[row % BATCH].as_py() == wanted:
                return row
            at += 1
        return None


class Pool(Mapping[str, Example]):
    """All examples of a task, and what was typed in besides, which is in no part.

    `heldout`: what adapters are judged on, held out and of a known label. `known`: the others that came with a label.
    `unknown`: those worth asking about, without a label and not held out; all but the held-out ones where all have one.
    `rows`: all, in their order.
    """

    rows: Sequence[Example]

    def __init__(self, examples: Sequence[Example]) -> None:
        self._typed: dict[str, Example] = {}
        self._place: dict[str, int] | None = None
        if isinstance(examples, Stored):
            self.rows = examples
        else:
            self.rows = [*{example.id: example for example in examples}.values()]
            self._place = {example.id: row for row, example in enumerate(self.rows)}

    @property
    def stored(self) -> Stored | None:
        """The file that they are in; None: they are in memory."""
        return self.rows if isinstance(self.rows, Stored) else None

    # --- as a mapping of ids ----------------------------------------------------------------------------

    def __getitem__(self, id: str) -> Example:
        row = self.row(id)
        return self._typed[id] if row is None else self.rows[row]

    def __iter__(self) -> Iterator[str]:
        yield from (example.id for example in self.rows)
        yield from self._typed

    def __len__(self) -> int:
        return len(self.rows) + len(self._typed)

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and (id in self._typed or self.row(id) is not None)

    def values(self) -> Any:
        """In their order; the typed ones last."""
        return [*self.rows, *self._typed.values()] if self.stored is None else _All(self)

    def setdefault(self, id: str, example: Example) -> Example:
        """Take in what somebody typed, if it is not there."""
        return self[id] if id in self else self._typed.setdefault(id, example)

    # --- by row and by text -----------------------------------------------------------------------------

    def row(self, id: str) -> int | None:
        """The row of an example; None: there is none, or it was typed in."""
        return self._place.get(id) if self._place is not None else self.rows.row(id)  # type: ignore[attr-defined]

    def id_of(self, input: Any) -> str | None:
        """The id of the example with this input."""
        if self.stored is not None:
            row = self.stored.row_of(input)
            return None if row is None else self.stored[row].id
        return self._by_input.get(canonical(input))

    @cached_property
    def _by_input(self) -> dict[str, str]:
        return {canonical(example.input): example.id for example in self.rows}

    def matching(self, words: Sequence[str]) -> Iterator[tuple[int, Numbers]]:
        """(first row, flags) of some rows at a time: which of them have all the words, in any case."""
        if self.stored is None:
            said = (str(example.input).lower() for example in self.rows)
            yield 0, np.fromiter((all(word in one for word in words) for one in said), bool, len(self.rows))
            return
        import pyarrow.compute as pc

        start = 0
        for batch in self.stored.batches:
            texts, flags = batch.column("input"), np.ones(len(batch), dtype=bool)
            # the longest word is the rarest, and the others are looked for only where it is
            for word in sorted(words, key=len, reverse=True):
                at = np.flatnonzero(flags)
                some = texts if len(at) == len(flags) else texts.take(at)
                flags[at] = pc.match_substring(some, word, ignore_case=True).to_numpy(zero_copy_only=False)
            yield start, flags
            start += len(batch)

    @cached_property
    def text_numbers(self) -> Numbers:
        """(N,) 64 bits of a hash of each input."""
        if self.stored is not None:
            return self.stored.text_numbers
        said = (e.input if isinstance(e.input, str) else canonical(e.input) for e in self.rows)
        return np.asarray([number_of(text) for text in said], dtype=np.uint64)

    # --- parts ------------------------------------------------------------------------------------------

    @cached_property
    def heldout(self) -> Sequence[Example]:
        return self._part(True, True)

    @cached_property
    def known(self) -> Sequence[Example]:
        return self._part(False, True)

    @cached_property
    def unknown(self) -> Sequence[Example]:
        unlabelled = self._part(False, False)
        return unlabelled if len(unlabelled) else self.known

    def _part(self, heldout: bool, labelled: bool) -> Sequence[Example]:
        rows = self._rows(heldout, labelled)
        return Part(self.rows, rows) if self.stored is not None else [self.rows[row] for row in rows]

    def _rows(self, heldout: bool, labelled: bool) -> Numbers:
        if self.stored is not None:
            return np.flatnonzero((self.stored.heldout == heldout) & (self.stored.labelled == labelled))
        wanted = ((e.split == "heldout", e.label is not None) == (heldout, labelled) for e in self.rows)
        return np.flatnonzero(np.fromiter(wanted, dtype=bool, count=len(self.rows)))

    @cached_property
    def askable(self) -> Numbers:
        """The rows of `unknown`, ascending."""
        rows = self._rows(False, False)
        return rows if len(rows) else self._rows(False, True)


class _All:
    """All values of a large pool, one at a time."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def __len__(self) -> int:
        return len(self._pool)

    def __iter__(self) -> Iterator[Example]:
        yield from self._pool.rows
        yield from self._pool._typed.values()
