"""Feedback out, in one format: `exporter(rows, out) -> list of files written`, joined by `@exporter`.

A row is one piece of feedback with its whole provenance. Rows come as a stream, so that a million of them need
little memory; an exporter writes into the folder `out`, which exists and is empty. The dataset card and the
manifest with the files' hashes are written by `export()` in `assistant/exports/_card.py`, for every format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from assistant.registry import Registry
from assistant.types import Constraint, Label, Preference, Record

__all__ = ["Exporter", "Row", "exporter"]


class Row(Record):
    """One piece of feedback and where it came from.

    `words`: the critique as said; `reading`: as understood (the contract's JSON); `confirmed`: True where the
    person confirmed or corrected it, False where they rejected it, None where it was applied without a word.
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


Exporter: TypeAlias = Callable[[Iterable[Row], Path], list[Path]]
exporter: Registry[Exporter] = Registry("exporter", "assistant.exports")
