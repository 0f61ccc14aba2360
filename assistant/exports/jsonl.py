"""JSON Lines: every piece of feedback with its whole provenance, one object a line, UTF-8.

{"feedback_id": "019...", "kind": "label", "words": "no, a complaint", "op": "is", "value": "complaint", ...}
"""

from __future__ import annotations

from pathlib import Path

from assistant.exports import Rows, exporter
from assistant.exports._lines import lines
from assistant.exports._rows import NOTES, SCHEMA, About, flat

ABOUT = About(SCHEMA, notes=NOTES)


@exporter
def jsonl(rows: Rows, out: Path) -> list[Path]:
    """Every piece of feedback with its whole provenance, one JSON object a line."""
    path = out / "data" / f"{rows.split}.jsonl"
    with lines(path) as put:
        for row in rows:
            put(flat(row))
    return [path]
