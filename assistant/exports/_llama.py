"""What the two formats of LLaMA-Factory share: three views of the feedback, and the file that describes them.

    data/sft/train.jsonl             what is right                  --stage sft --dataset sayso_sft
    data/preference/train.jsonl      better and worse answers       --stage dpo --dataset sayso_preference
    data/kto/train.jsonl             answers, each good or not      --stage kto --dataset sayso_kto
    dataset_info.json                names files, columns and roles; the export is the `dataset_dir`

A view that holds nothing has no file. https://github.com/hiyouga/LLaMA-Factory/blob/main/data/README.md
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from assistant.exports import Row, Rows
from assistant.exports._lines import Views
from assistant.exports._rows import ORIGIN, About, column, origin
from assistant.exports._views import SOURCE, View, judged, messages, pairs, right, several
from assistant.types import Constraint

__all__ = ["SYSTEM", "Dialogue", "about", "dialogue", "write"]

NOTES = """For LLaMA-Factory: name this folder with `dataset_dir` and a view with `dataset`: `sayso_sft`,
`sayso_preference` or `sayso_kto` (`dataset_info.json` lists those that there are). Columns that it does not know,
which hold the provenance, it leaves aside. Values that aren't text are written as JSON. Feedback that was taken
back, or whose reading the person rejected, is left out; so is a record that repeats another one of the same
critique."""
# the last takes most, so it tells why feedback is in none of them
_VIEWS: dict[str, View] = {"sft": right, "preference": pairs, "kto": judged}
SYSTEM = column("system", "the system message, if the input had one")
Dialogue = tuple[str, list[str]]
"""The system message, and what user and assistant said in turn; the user first and last."""


def about(columns: Mapping[str, list[pa.Field]], *tags: str) -> About:
    """What the card says of the views with these columns."""
    rest = [column("source", SOURCE), *ORIGIN]
    return About({view: pa.schema([*fields, *rest]) for view, fields in columns.items()}, tags, notes=NOTES)


def write(
    rows: Rows, out: Path, make: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]], describe: Mapping[str, Any]
) -> list[Path]:
    """Write each view's records as `make` makes them, and `describe` of each view into dataset_info.json."""
    with Views(out, rows.split) as put:
        for row, view, record in several(rows, {name: _fitting(view) for name, view in _VIEWS.items()}):
            put(view, make[view](record) | {"source": record["source"], **origin(row)})
    info = out / "dataset_info.json"
    known = json.loads(info.read_text("utf-8")) if info.exists() else {}  # of another split
    for view, path in put.paths.items():
        name = f"sayso_{view}" if rows.split == "train" else f"sayso_{view}_{rows.split}"
        known[name] = {"file_name": path.relative_to(out).as_posix(), **describe[view]}
    info.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
    return [*put.paths.values(), info]


def _fitting(view: View) -> View:
    """The view, of rows whose input LLaMA-Factory can read."""

    def fitting(row: Row) -> Any:
        if not isinstance(row.feedback, Constraint) and dialogue(row.feedback.input) is None:
            return "in its conversation user and assistant don't take turns, as they must here"
        return view(row)

    return fitting


def dialogue(value: Any) -> Dialogue | None:
    """An input as a dialogue; None where user and assistant don't take turns."""
    said = messages(value)
    system = said.pop(0)["content"] if said[0]["role"] == "system" else ""
    roles = [each["role"] for each in said]
    if len(said) % 2 == 0 or roles != (["user", "assistant"] * len(said))[: len(said)]:
        return None
    return system, [each["content"] for each in said]
