"""Annotated tasks for Prodigy, one JSON object a line: `prodigy db-in NAME data/labels/train.jsonl`.

    {"text": "It arrived broken", "label": "complaint", "answer": "accept", "_view_id": "classification",
     "spans": [{"start": 11, "end": 17, "label": "for"}], "meta": {"words": "no, a complaint", "author": ...},
     "sayso": {...}, "_annotator_id": "author-1f...", "_timestamp": 1764000000}
    {"text": "It arrived broken", "options": [{"id": "a", "text": "Sorry!"}, {"id": "b", "text": "No."}],
     "accept": ["a"], "answer": "accept", "_view_id": "choice", ...}

"It is not" is a rejected label. Prodigy adds hashes and tokens itself. https://prodi.gy/docs/api-interfaces
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assistant.exports import Row, Rows, exporter
from assistant.exports._annotate import NOTES, critique, items, marks, sides, whole
from assistant.exports._lines import Views
from assistant.exports._rows import About
from assistant.exports._views import fallen, text, value_of
from assistant.types import Label, Preference

ABOUT = About(
    tags=("prodigy",),
    read=None,
    notes=f"""For Prodigy: load each view into a data set of its own, by `prodigy db-in NAME data/labels/train.jsonl`. A
label that a person said it is not is a rejected one; what was taken back, or was read wrongly, is ignored. Prodigy
keeps `sayso`, a key that it does not know, and shows `meta`. {NOTES}""",
)


@exporter
def prodigy(rows: Rows, out: Path) -> list[Path]:
    """Labels, evidence and preferences as annotated tasks, for Prodigy."""
    with Views(out, rows.split) as put:
        for view, row in items(rows):
            put(view, (_labelled if view == "labels" else _compared)(row) | _about(row))
    return list(put.paths.values())


def _labelled(row: Row) -> dict[str, Any]:
    said = row.feedback
    assert isinstance(said, Label)
    return {
        "text": text(said.input),
        "label": text(value_of(row)),
        "spans": [{"start": mark.start, "end": mark.end, "text": mark.text, "label": mark.role} for mark in marks(row)],
        "answer": _answer(row, "accept" if said.op == "is" else "reject"),
        "_view_id": "classification",
    }


def _compared(row: Row) -> dict[str, Any]:
    left, right, left_is_better = sides(row)
    assert isinstance(row.feedback, Preference)
    return {
        "text": text(row.feedback.input),
        "options": [{"id": "a", "text": left}, {"id": "b", "text": right}],
        "accept": ["a" if left_is_better else "b"],
        "answer": _answer(row, "accept"),
        "_view_id": "choice",
    }


def _answer(row: Row, answer: str) -> str:
    return "ignore" if fallen(row) else answer


def _about(row: Row) -> dict[str, Any]:
    said = row.feedback
    return {
        "meta": {"words": critique(row), "author": said.author, "adapter": said.adapter},
        "sayso": whole(row),
        "_annotator_id": said.author,
        "_session_id": f"sayso-{said.author}",
        "_timestamp": int(said.created_at.timestamp()),
    }
