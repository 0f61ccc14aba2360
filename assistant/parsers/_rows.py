"""Written critiques with their gold readings, one JSON object a line, as `reading.examples.jsonl` shows them.

{"task": "mail", "context": {"labels": ["spam", ...], "properties": ["length"], "outputs": [...]},
 "message": "nope, complaint", "reading": {"acts": [...], "clarify": null, "confidence": 0.95}}
->  Row(critique=Critique(text="nope, complaint", ...), gold=Reading(...))
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from assistant.errors import UserError
from assistant.parsers._notation import parse
from assistant.types import Context, Critique, OnScreen, Property, Reading, Selection, Vocabulary

__all__ = ["CHEMISTS", "CRITIQUES", "TEST", "WRITTEN", "Row", "context_of", "read_rows"]

DATA = Path(__file__).with_name("data")
CRITIQUES, TEST, CHEMISTS = DATA / "critiques", DATA / "test.txt", DATA / "test_chemists.txt"
WRITTEN = "written"
"""The author of critiques that were written for training."""


class Row(NamedTuple):
    """A critique in its context; `gold` None: not annotated.

    `parts`: where in the message the words of an act begin; `act_parts`: the part of each act; (): not said.
    """

    critique: Critique
    gold: Reading | None
    parts: tuple[int, ...] = ()
    act_parts: tuple[int, ...] = ()
    family: str = ""


def context_of(plain: dict[str, Any], task: str = "") -> Context:
    """The context of the contract's JSON: `labels`, `properties` (names or records), `objects`, `outputs`."""
    properties = tuple(
        Property(name=item) if isinstance(item, str) else Property.model_validate(item)
        for item in plain.get("properties", ())
    )
    vocabulary = Vocabulary(
        labels=tuple(plain.get("labels", ())), properties=properties, objects=tuple(plain.get("objects", ()))
    )
    return Context(
        task=task,
        vocabulary=vocabulary,
        outputs=tuple(OnScreen.model_validate(output) for output in plain.get("outputs", ())),
        selection=tuple(Selection.model_validate(item) for item in plain.get("selection", ())),
        turns=tuple(plain.get("turns", ())),
    )


def read_rows(path: str | Path) -> list[Row]:
    """All rows of a file: .txt in the notation of `_notation`, else JSON as in the contract; or of a folder of them.

    Raises:
        UserError: the file is missing, or a line does not keep to the format; the line is named.
    """
    path = Path(path)
    if path.is_dir():
        return [row for file in sorted(path.glob("*.txt")) for row in read_rows(file)]
    if not path.is_file():
        raise UserError(f"There is no file {str(path)!r}", do="name a file with critiques, or a folder of .txt files")
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".txt":
        return [_row(plain, f"{path.stem}-{n}") for n, plain in enumerate(parse(text, path.name), start=1)]
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                rows.append(_row(json.loads(line), f"row-{number}"))
            except (ValueError, KeyError, TypeError, AttributeError, ValidationError) as wrong:
                raise UserError(
                    f"Line {number} of {path.name} is no critique", 'it has "context", "message" and "reading"'
                ) from wrong
    return rows


def _row(plain: dict[str, Any], name: str) -> Row:
    critique = Critique(
        id=name,
        conversation="written",
        author=WRITTEN,
        text=plain["message"],
        context=context_of(plain["context"], plain.get("task", "")),
    )
    gold = plain.get("reading")
    reading = None if gold is None else Reading.model_validate(gold)
    parts, owners = tuple(plain.get("parts", ())), tuple(plain.get("act_parts", ()))
    return Row(critique, reading, parts, owners, plain.get("family", ""))
