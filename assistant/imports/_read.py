"""A file or a folder as judgements: its rows are read, its format is guessed or checked, and what is odd is counted.

read(Path("project-7.json"), labels=("order", "complaint"))
  -> [File(path=..., format="label_studio", guessed=True, judgements=[Judgement(...)], skipped={...})]
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant._rows import READERS, Table, read_table
from assistant.errors import UserError
from assistant.imports import Judgement, Records, importer

__all__ = ["File", "read"]

SHOWN = 6


@dataclass(frozen=True)
class File:
    """`skipped` counts what was left out, by why; `first`: the line at which that was met first."""

    path: Path
    format: str
    guessed: bool
    judgements: list[Judgement]
    skipped: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read(path: Path, labels: tuple[str, ...] = (), format: str | None = None, field: str | None = None) -> list[File]:
    """The judgements of a file, or of every file in a folder (of an export, its `data`).

    Args:
        labels: those of the task; empty where its outputs are free.
        format: an importer's name; None: guessed, for each file.
        field: what holds the input; None: found by its name.

    Raises:
        UserError: a file can't be read, or is not of that format, or of none that is known.
    """
    if format is not None:
        importer.get(format)
    return [_read(file, labels, format, field) for file in _files(path)]


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    folder = path / "data" if (path / "data").is_dir() else path
    found = sorted(file for file in folder.rglob("*") if file.suffix.lower() in READERS and file.is_file())
    if not found:
        raise UserError(f"The folder {str(path)!r} has no file to import", f"files end in {', '.join(READERS)}")
    return found


def _read(path: Path, labels: tuple[str, ...], format: str | None, field: str | None) -> File:
    table = read_table(path)
    name = format or _guess(path, table, field)
    if format is not None and table.rows and not any(_fit(format, row.cells, field) for row in table.rows):
        wanted = ", or ".join(" and ".join(map(repr, sorted(some))) for some in _looks(format))
        raise UserError(
            f"The file {str(path)!r} is none of {_said(format)}: its records have {_fields(table)}",
            f"they should have {wanted}",
        )
    records = Records(((row.line, row.cells) for row in table.rows), labels, field)
    judgements = list(importer.get(name)(records))
    for line, _ in table.aside:
        records.line = line
        records.skip("it can't be read")
    reasons = [f"line {line} {why}" for line, why in table.aside[:3]]
    return File(path, name, format is None, judgements, records.skipped, records.first, (*table.notes, *reasons))


def _guess(path: Path, table: Table, field: str | None) -> str:
    """The format whose fields fit best, by the first record that fits any."""
    for row in table.rows:
        fits = {name: _fit(name, row.cells, field) for name in importer.names()}
        best = max(fits, key=lambda name: fits[name])
        if fits[best]:
            return best
    known = ", ".join(_said(name) for name in importer.names())
    if not table.rows:
        line, why = table.aside[0] if table.aside else (0, "is empty")
        raise UserError(f"The file {str(path)!r} has no record that can be read: line {line} {why}")
    raise UserError(
        f"The file {str(path)!r} holds no feedback that is known here: its records have {_fields(table)}",
        f"known are {known}; a table has columns such as input and label",
    )


def _fit(name: str, cells: dict[str, Any], field: str | None) -> int:
    """How many fields say that a record is of this format; 0: it is not."""
    there = {str(cell).strip().casefold() for cell in cells} | ({"input"} if field in cells else set())
    return max((len(some) for some in _looks(name) if some <= there), default=0)


def _looks(name: str) -> Sequence[set[str]]:
    looks: Sequence[set[str]] = getattr(sys.modules[importer.get(name).__module__], "LOOKS", ())
    return looks


def _fields(table: Table) -> str:
    names = [repr(name) for name in table.columns[:SHOWN]]
    return ", ".join(names) + (", …" if len(table.columns) > SHOWN else "") or "no fields"


def _said(format: str) -> str:
    return format.replace("_", "-")
