"""Feedback in, from other tools: `importer(records) -> judgements`, joined by `@importer`.

    {"text": "It arrived broken", "label": "complaint", "answer": "accept", "_annotator_id": "ann"}      (Prodigy)
      -> Judgement(input="It arrived broken", op="is", value="complaint", author="ann")

A record is one object of a JSON list, one line of JSON Lines, or one row of a table; files are read for every format
alike (`assistant/imports/_read.py`), and so is what becomes of judgements (`assistant/imports/_take.py`). A format's
file holds `LOOKS`: sets of fields of which a record of this format has all of one. The format of a file is guessed by
the largest set that fits. On the command line, `label_studio` is `label-studio`.

What can't be used goes to `records.skip(why)`, and the command tells it. Fields that mean nothing to us go into
`Judgement.kept`: they are stored beside the judgement, and named to the person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Literal, TypeAlias

from pydantic import Field

from assistant.exports import Row
from assistant.registry import Registry
from assistant.types import Evidence, Record

__all__ = ["Importer", "Judgement", "Records", "importer"]


class Judgement(Record):
    """What somebody said of one input: that it is (or is not) `value`, or an `order` of answers.

    `order`: tiers of answers, best first. `output`: what a model had said;
    `thumb`: it was judged as a whole, up or down.
    `author` and `at` None: the file doesn't tell. `kept`: the fields of the record that have no place here.
    `own`: the row of feedback, where the record is one of our own exports and nobody changed it since.
    """

    line: int = 0
    input: Any = None
    op: Literal["is", "is_not"] = "is"
    value: Any = None
    order: tuple[tuple[Any, ...], ...] = ()
    aspect: str | None = None
    output: Any = None
    thumb: bool | None = None
    words: str = ""
    evidence: tuple[Evidence, ...] = ()
    author: str | None = None
    at: datetime | None = None
    kept: dict[str, Any] = Field(default_factory=dict)
    own: Row | None = None


class Records:
    """The records of a file as an importer meets them, with their lines; what it leaves out is counted.

    `labels`: those of the task, empty where its outputs are free: some formats mean by the same field the one or the
    other. `field`: what holds the input, where a person named it. `line`: where the record stands that was given last.
    """

    def __init__(
        self, records: Iterable[tuple[int, dict[str, Any]]], labels: tuple[str, ...] = (), field: str | None = None
    ) -> None:
        self._records, self.labels, self.field, self.line = records, labels, field, 0
        self.skipped: Counter[str] = Counter()
        self.first: dict[str, int] = {}

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for line, record in self._records:
            self.line = line
            yield record

    def skip(self, why: str) -> None:
        """Count a judgement as left out; `why` completes the sentence "Left out because ..."."""
        self.skipped[why] += 1
        self.first.setdefault(why, self.line)


Importer: TypeAlias = Callable[[Records], Iterator[Judgement]]
importer: Registry[Importer] = Registry("importer", "assistant.imports")
