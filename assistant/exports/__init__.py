"""Feedback out, in one format: `exporter(rows, out) -> list of files written`, joined by `@exporter`.

A row is one piece of feedback with its whole provenance. Rows come as a stream, so that a million of them
need little memory; an exporter writes into the folder `out`, which exists and is empty. The dataset card and
the manifest with the files' hashes are written by `export()` in `assistant/exports/_card.py`, for every
format.

Data goes into the folder `data`, in files that bear `rows.split` (or into one folder of it for each view); what
stands outside of it is no data: the provenance that a format has no place for, a description for its reader.

What has no place in a format is passed to `rows.skip(row, why)`, and the card tells it. A format's file may
hold `ABOUT`, an `About` of `assistant/exports/_rows.py`: columns and their meaning, tags and notes for the
card; and `CONVERSATIONAL`, another, where it can write conversations. On the command line, `trl_preference` is
`trl-preference`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from assistant.registry import Registry
from assistant.types import Constraint, Label, Preference, Record

__all__ = ["Exporter", "Row", "Rows", "exporter"]


class Row(Record):
    """One piece of feedback and where it came from.

    `words`: the critique as said; `gesture`: the JSON of its `Gesture`; `reading`: as understood (the
    contract's JSON); `confirmed`: True where the person confirmed or corrected it, False where they rejected
    it, None where it was applied without a word.
    `output`: what the model had said.
    """

    feedback: Label | Constraint | Preference
    words: str
    gesture: str | None = None
    reading: dict[str, Any]
    parser: str
    parser_version: str
    confidence: float
    confirmed: bool | None = None
    output: Any = None
    conversation: str
    retracted_at: datetime | None = None


class Rows:
    """A stream of rows, counted as it passes.

    `kinds` and `authors` count the rows that came; `skipped` counts (kind, why) of those that were left out. `refuse`
    says why a row does not pass at all, or nothing.
    `split` names the files: an export with splits calls the exporter once for each, in one folder.
    `conversational`: prompts and answers as lists of messages, where the format has both forms.
    """

    def __init__(
        self,
        rows: Iterable[Row],
        *,
        split: str = "train",
        conversational: bool = False,
        refuse: Callable[[Row], str] = lambda _: "",
    ) -> None:
        self._rows, self._refuse = rows, refuse
        self.split, self.conversational = split, conversational
        self.kinds: Counter[str] = Counter()
        self.authors: Counter[str] = Counter()
        self.skipped: Counter[tuple[str, str]] = Counter()

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.kinds[row.feedback.kind] += 1
            self.authors[row.feedback.author] += 1
            if why := self._refuse(row):
                self.skip(row, why)
            else:
                yield row

    def skip(self, row: Row, why: str) -> None:
        """Count `row` as left out; `why` completes the sentence "Left out because ..."."""
        self.skipped[row.feedback.kind, why] += 1


Exporter: TypeAlias = Callable[[Rows, Path], list[Path]]
exporter: Registry[Exporter] = Registry("exporter", "assistant.exports")
