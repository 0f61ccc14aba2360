"""Parquet: every piece of feedback with its whole provenance, typed columns, compressed with zstd.

feedback_id: string, kind: string, ..., confidence: double, confirmed: bool, input: string, ...
"""

from __future__ import annotations

from pathlib import Path

from assistant.exports import Rows, exporter
from assistant.exports._rows import NOTES, SCHEMA, About, Parquet, flat

ABOUT = About(SCHEMA, notes=NOTES)


@exporter
def parquet(rows: Rows, out: Path) -> list[Path]:
    """Every piece of feedback with its whole provenance, in typed columns."""
    file = Parquet(out, SCHEMA, rows.split)
    with file as write:
        for row in rows:
            write(flat(row))
    return [file.path]
