"""A row of feedback as flat columns, and back: what jsonl, csv and parquet share.

    Row(feedback=Label(input="Broken, I want my money back", op="is", value="complaint", ...), words="no")
      <-> {"feedback_id": "...", "kind": "label", "input": "Broken, I want my money back", "op": "is",
           "value": "complaint", "chosen": None, ...}

Five columns hold values of any type (`VALUES`). A string stands for itself; anything else is `json:` and its
JSON (3 is `json:3`), as is a string that begins with `json:` or that UTF-8 can't hold: none is mistaken.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic_core import to_json

from assistant.errors import UserError
from assistant.exports import Row
from assistant.types import Constraint, Label, Preference, Record, feedback_from_json

__all__ = [
    "MARK", "NOTES", "ORIGIN", "SCHEMA", "VALUES", "About", "Parquet", "column", "decode", "dumps", "encode", "flat",
    "is_utf8", "origin", "unflat",
]  # fmt: skip

MARK = "json:"
VALUES = ("input", "value", "chosen", "rejected", "output")


@dataclass(frozen=True)
class About:
    """What the dataset card says of a format besides the counts.

    `schema`: the columns, each with its meaning (see `column`), or those of each view; `tags`: for search on the
    hub; `read`: settings with which `datasets` reads the files, None where it can't; `notes`: paragraphs of Markdown.
    """

    schema: pa.Schema | dict[str, pa.Schema] | None = None
    tags: tuple[str, ...] = ()
    read: dict[str, Any] | None = field(default_factory=dict)
    notes: str = ""

    def of(self, view: str) -> pa.Schema:
        """The columns of a view; of the whole format where it has but one."""
        return self.schema[view] if isinstance(self.schema, dict) else self.schema


def column(name: str, meaning: str, type: pa.DataType | None = None) -> pa.Field:
    """A column and its meaning; text where no type is given."""
    return pa.field(name, type or pa.string(), metadata={"meaning": meaning})


SCHEMA = pa.schema(
    [
        column("feedback_id", "id of this piece of feedback"),
        column("kind", "label, preference or constraint"),
        column("task", "the task it is about"),
        column("author", "who said it; by default a pseudonym"),
        column("created_at", "when, ISO 8601 in UTC"),
        column("words", "the critique as said, never edited"),
        column("gesture", "what was done instead of words (a thumb, an edit, a button), JSON"),
        column("reading", "what the parser understood, JSON"),
        column("parser", "which parser read the words"),
        column("parser_version", "and its version"),
        column("confidence", "the parser's probability in [0, 1] that it understood", pa.float64()),
        column("confirmed", "true: confirmed or corrected; false: rejected; null: not asked", pa.bool_()),
        column("adapter", "which version of the model had said the output"),
        column("guideline", "version of the guideline in force", pa.int64()),
        column("example_id", "which example"),
        column("input", "what the model was given (labels, preferences)"),
        column("op", "is or is_not (labels)"),
        column("value", "what it is or is not (labels); what the property must be (constraints)"),
        column("chosen", "the better answer (preferences)"),
        column("rejected", "the worse answer (preferences)"),
        column("property", "what the rule is about (constraints)"),
        column("operator", "eq, ne, lt, le, gt, ge, contains ... (constraints)"),
        column("strength", "must or prefer (constraints)"),
        column("scope", "item, session or task (constraints)"),
        column("when", "the condition under which it holds, as said (constraints)"),
        column("about", "the values on screen that it was said of, a JSON list (constraints)"),
        column("aspect", "in what respect it is better (preferences)"),
        column("evidence", "the words that say why, JSON list of text and role"),
        column("output", "what the model had said"),
        column("conversation", "in which conversation"),
        column("constraint_conversation", "the one conversation in which the rule holds (constraints)"),
        column("critique_id", "id of the critique"),
        column("reading_id", "id of the reading"),
        column("retracted_at", "when it was taken back, ISO 8601 in UTC; null: it stands"),
    ]
)

NOTES = """The columns `input`, `value`, `chosen`, `rejected` and `output` hold values of any type. A string
stands for itself; anything else is written as `json:` followed by its JSON (the number 3 is `json:3`), and so
is a string that itself begins with `json:`. To read one: `json.loads(cell[5:]) if cell.startswith("json:")
else cell`.
A missing value is null. Retracted feedback is in here too: see `retracted_at`."""

# columns whose name differs from the field of the feedback that they hold
_RENAMED = {"feedback_id": "id", "critique_id": "critique", "reading_id": "reading",
            "constraint_conversation": "conversation"}  # fmt: skip
_OF_FEEDBACK = (
    "feedback_id", "kind", "task", "author", "adapter", "guideline", "example_id", "input", "op", "value",
    "chosen", "rejected", "property", "operator", "strength", "scope", "when", "aspect", "critique_id",
    "reading_id", "constraint_conversation",
)  # fmt: skip
_OF_ROW = (
    "words",
    "gesture",
    "parser",
    "parser_version",
    "confidence",
    "confirmed",
    "output",
    "conversation",
)
_EMPTY = dict.fromkeys(SCHEMA.names)
ORIGIN = [
    SCHEMA.field(name)
    for name in (
        "feedback_id", "critique_id", "reading_id", "task", "author", "created_at", "words", "gesture", "parser",
        "parser_version", "confidence", "confirmed", "adapter", "guideline", "example_id", "aspect", "evidence",
    )
]  # fmt: skip
_ENCODER = json.JSONEncoder(ensure_ascii=False)


def dumps(value: Any) -> str:
    """JSON on one line, readable in any script; escaped where the value has code points that UTF-8 lacks."""
    try:
        text = _ENCODER.encode(value)
    except (TypeError, ValueError) as wrong:
        raise UserError(f"The value {str(value)[:80]!r} has no JSON form", str(wrong)) from wrong
    return text if is_utf8(text) else json.dumps(value)


def _fast_dumps(value: Any) -> str:
    """JSON of what came from JSON, in a quarter of the time."""
    try:
        return to_json(value).decode()
    except ValueError:  # half a surrogate pair
        return dumps(value)


def is_utf8(text: str) -> bool:
    """Whether UTF-8 can hold `text`: a lone half of a surrogate pair it can't."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def encode(value: Any) -> str | None:
    """A value of any JSON type as text; None stays None."""
    if value is None:
        return None
    if isinstance(value, str) and not value.startswith(MARK) and is_utf8(value):
        return value
    return MARK + dumps(value)


def decode(cell: str | None) -> Any:
    """The value that `encode` made `cell` of."""
    return json.loads(cell[len(MARK) :]) if cell is not None and cell.startswith(MARK) else cell


def flat(row: Row) -> dict[str, Any]:
    """`row` as the columns of `SCHEMA`, in their order."""
    # the records' dictionaries: a million rows are asked 34 times each, and each kind lacks some fields
    said, around = vars(row.feedback).get, vars(row)
    retracted_at, about = around["retracted_at"], said("about")
    cells = _EMPTY | origin(row)
    return cells | {
        "kind": said("kind"),
        "reading": _fast_dumps(around["reading"]),
        "input": encode(said("input")),
        "op": said("op"),
        "value": encode(said("value")),
        "chosen": encode(said("chosen")),
        "rejected": encode(said("rejected")),
        "property": said("property"),
        "operator": said("operator"),
        "strength": said("strength"),
        "scope": said("scope"),
        "when": said("when"),
        "about": dumps(list(about)) if about else "[]",
        "output": encode(around["output"]),
        "conversation": around["conversation"],
        "constraint_conversation": said("conversation"),
        "retracted_at": _utc(retracted_at) if retracted_at else None,
    }


def origin(row: Row) -> dict[str, Any]:
    """Where a record comes from: the columns `ORIGIN`."""
    said, around = vars(row.feedback), vars(row)
    evidence = said["evidence"]
    return {
        "feedback_id": said["id"],
        "critique_id": said["critique"],
        "reading_id": said["reading"],
        "task": said["task"],
        "author": said["author"],
        "created_at": _utc(said["created_at"]),
        "words": around["words"],
        "gesture": around["gesture"],
        "parser": around["parser"],
        "parser_version": around["parser_version"],
        "confidence": around["confidence"],
        "confirmed": around["confirmed"],
        "adapter": said["adapter"],
        "guideline": said["guideline"],
        "example_id": said["example_id"],
        "aspect": said.get("aspect"),
        "evidence": _fast_dumps([*map(vars, evidence)]) if evidence else "[]",
    }


def unflat(cells: dict[str, Any]) -> Row:
    """The row that `flat` made `cells` of."""
    cells = cells | {name: decode(cells[name]) for name in VALUES}
    kinds: dict[str, type[Record]] = {"label": Label, "preference": Preference, "constraint": Constraint}
    known = kinds[cells["kind"]].model_fields
    feedback = {_RENAMED.get(name, name): cells[name] for name in _OF_FEEDBACK}
    feedback |= {"created_at": cells["created_at"]}
    feedback |= {name: json.loads(cells[name]) for name in ("evidence", "about")}
    return Row(
        feedback=feedback_from_json({name: feedback[name] for name in known}),
        reading=json.loads(cells["reading"]),
        retracted_at=cells["retracted_at"],
        **{name: cells[name] for name in _OF_ROW},
    )


def _utc(moment: datetime) -> str:
    # a time without a zone is one that the database gave back without it: those are UTC
    if moment.tzinfo is not UTC:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds")


class Parquet:
    """Writes records to `folder`/data/train-00000-of-00001.parquet, or of another `split`, in batches of bounded size.

    >>> with Parquet(folder, SCHEMA) as file:          # doctest: +SKIP
    ...     file.write({"feedback_id": "f1", ...})
    """

    ROWS, CHARACTERS = 10_000, 16_000_000  # a batch ends at either: one cell may hold 10 MB

    def __init__(self, folder: Path, schema: pa.Schema, split: str = "train") -> None:
        self.path = folder / "data" / f"{split}-00000-of-00001.parquet"
        self.path.parent.mkdir(exist_ok=True)
        self._schema, self._batch, self._characters = schema, list[tuple[Any, ...]](), 0
        self._cells = itemgetter(*schema.names)
        texts = [number for number, field in enumerate(schema) if pa.types.is_string(field.type)]
        self._texts = itemgetter(*texts, texts[0])  # twice the first: of one alone, it would give no tuple
        self._writer = pq.ParquetWriter(self.path, schema, compression="zstd")
        # compression needs no interpreter: the next batch is made meanwhile
        self._thread, self._written = ThreadPoolExecutor(1), Future[None]()
        self._written.set_result(None)

    def write(self, record: dict[str, Any]) -> None:
        cells = self._cells(record)
        self._batch.append(cells)
        self._characters += sum(map(len, filter(None, self._texts(cells))))
        if len(self._batch) >= self.ROWS or self._characters >= self.CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        if self._batch:
            columns = zip(zip(*self._batch, strict=True), self._schema, strict=True)
            arrays = [pa.array(column, type=field.type) for column, field in columns]
            table = pa.Table.from_arrays(arrays, schema=self._schema)
            self._written.result()
            self._written = self._thread.submit(self._writer.write_table, table)
        self._batch, self._characters = [], 0

    def __enter__(self) -> Callable[[dict[str, Any]], None]:
        return self.write

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        with self._writer, self._thread:
            if kind is None:
                self._flush()
                self._written.result()
