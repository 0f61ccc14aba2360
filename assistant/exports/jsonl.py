"""JSON Lines: every piece of feedback with its whole provenance, one object a line, UTF-8.

{"feedback_id": "019...", "kind": "label", "words": "no, a complaint", "op": "is", "value": "complaint", ...}
"""

from __future__ import annotations

import json
from pathlib import Path

from assistant.exports import Rows, exporter
from assistant.exports._rows import NOTES, SCHEMA, About, flat

ABOUT = About(SCHEMA, notes=NOTES)
# JSON may hold these bare, but many tools take them for the end of the line
_LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}


@exporter
def jsonl(rows: Rows, out: Path) -> list[Path]:
    """Every piece of feedback with its whole provenance, one JSON object a line."""
    path = out / "data" / "train.jsonl"
    path.parent.mkdir()
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            line = json.dumps(flat(row), ensure_ascii=False)
            file.write(line.translate(_LINE_ENDS) + "\n")
    return [path]
