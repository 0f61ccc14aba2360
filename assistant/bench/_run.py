"""Runs a row of the benchmark, keeps what came out, and writes the table that people read.

    run("movies_100")  ->  {"id": "movies_100", "figure": 0.874, "target": 0.87, "met": true, "seeds": [0, 1], ...}

Each run is appended to docs/benchmarks.json, which is the truth; docs/benchmarks.md is made of it and of the rows
that are registered. A row is called as `row.run(folder)`, or `row.run(folder, seeds=(0, 1, ...))` where a number
of seeds was asked for: `folder` is the row's own below the data directory, or an empty one where the data is "made".
"""

from __future__ import annotations

import inspect
import json
import math
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.bench import Benchmark, Result, bench
from assistant.errors import UserError
from assistant.types import now

__all__ = ["data_folder", "listing", "records", "rows", "run", "table", "told", "write_table"]

MADE = "made"


def run(id: str, seeds: int | None = None) -> dict[str, Any]:
    """Run a row and keep the record.

    Args:
        seeds: how many, instead of the row's own.

    Returns:
        id, figure, unit, reference, target, met, figures, seeds, seconds, date, device, note.

    Raises:
        UserError: there is no such row, its data is absent, or it takes no seeds.
    """
    row = bench.get(id)()
    options = _seeds(id, row, seeds)
    with _data(row) as folder:
        started = time.perf_counter()
        result = row.run(folder, **options)
        seconds = time.perf_counter() - started
    record = _record(id, row, result, seconds)
    write_table(_append(record))
    return record


def _seeds(id: str, row: Benchmark, seeds: int | None) -> dict[str, tuple[int, ...]]:
    if seeds is None:
        return {}
    if "seeds" not in inspect.signature(row.run).parameters:
        raise UserError(f"The benchmark {id!r} takes no seeds", do="leave --seeds out")
    return {"seeds": tuple(range(seeds))}


@contextmanager
def _data(row: Benchmark) -> Iterator[Path]:
    if row.data == MADE:
        with tempfile.TemporaryDirectory(prefix="sayso-bench-") as folder:
            yield Path(folder)
        return
    folder_of_row = data_folder() / row.data
    if not folder_of_row.is_dir():
        raise UserError(f"The data folder {str(folder_of_row)!r} is missing", do="set SAYSO_DATA to where it is")
    yield folder_of_row


def _record(id: str, row: Benchmark, result: Result, seconds: float) -> dict[str, Any]:
    figure = next(iter(result.figures.values()), math.nan)
    met = figure >= row.target if row.better == "higher" else figure <= row.target
    return {
        "id": id,
        "figure": _number(figure),
        "unit": row.unit,
        "reference": row.reference,
        "target": row.target,
        "met": met,
        "figures": {name: _number(value) for name, value in result.figures.items()},
        "seeds": list(result.seeds),
        "seconds": round(seconds, 1),
        "date": now().isoformat(timespec="seconds"),
        "device": _device(),
        "note": result.note,
    }


def _number(value: float) -> float | None:
    """Six digits; what could not be measured is None, never zero."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


def _device() -> str:
    import torch

    from adapters.device import device

    where = device()
    return torch.cuda.get_device_name(where) if where.type == "cuda" else f"cpu, {os.cpu_count()} cores"


# --- where things are ----------------------------------------------------------------------------------------


def project_root() -> Path | None:
    """The checkout that the working directory or this package is in; None where there is none."""
    for start in (Path.cwd(), Path(__file__).parent):
        for folder in (start, *start.parents):
            project = folder / "pyproject.toml"
            if project.is_file() and 'name = "sayso"' in project.read_text(encoding="utf-8"):
                return folder
    return None


def data_folder() -> Path:
    """The directory of the benchmark data: SAYSO_DATA, or shared/data beside the project.

    Raises:
        UserError: there is none.
    """
    stated, root = os.environ.get("SAYSO_DATA"), project_root()
    if stated:
        folder = Path(stated).expanduser()
        if not folder.is_dir():
            raise UserError(f"SAYSO_DATA is {stated!r}, which is no folder", do="set it to the benchmark data")
        return folder
    if root is not None and (root.parent / "shared" / "data").is_dir():
        return root.parent / "shared" / "data"
    raise UserError("The benchmark data is not on this machine", do="set SAYSO_DATA to its folder")


def _docs() -> Path:
    return (project_root() or Path.cwd()) / "docs"


# --- what is kept --------------------------------------------------------------------------------------------


def records() -> list[dict[str, Any]]:
    """All runs so far, oldest first.

    Raises:
        UserError: docs/benchmarks.json is not what we wrote.
    """
    path = _docs() / "benchmarks.json"
    if not path.exists():
        return []
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return [dict(record) for record in found]
    except (OSError, ValueError, TypeError) as wrong:
        raise UserError(f"{str(path)!r} can't be read", str(wrong), "mend it, or bring back an older one") from wrong


def _append(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The records with this one; a record is a line, so that differences are easy to read."""
    kept = [*records(), record]
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in kept)
    _write(_docs() / "benchmarks.json", f"[\n{lines}\n]\n")
    return kept


def write_table(kept: Sequence[dict[str, Any]]) -> Path:
    """Write docs/benchmarks.md; returns its path."""
    path = _docs() / "benchmarks.md"
    _write(path, table(rows(), kept))
    return path


def _write(path: Path, text: str) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(text, encoding="utf-8")
        aside.replace(path)
    except OSError as wrong:
        raise UserError(f"{str(path)!r} can't be written: {wrong.strerror}") from wrong


# --- what is shown -------------------------------------------------------------------------------------------


def rows() -> list[dict[str, Any]]:
    """Every registered row, without what it runs."""
    plain = []
    for id in bench.names():
        row = bench.get(id)()
        shown = ("what", "data", "people", "reference", "target", "better", "unit")
        plain.append({"id": id, **{name: getattr(row, name) for name in shown}})
    return plain


def listing(found: Sequence[dict[str, Any]]) -> str:
    """The rows as a table for a terminal."""
    head = ("id", "what", "data", "people", "reference", "target")
    lines = [head, *((r["id"], r["what"], r["data"], r["people"], r["reference"], _target(r)) for r in found)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    text = ("  ".join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join(line.rstrip() for line in text)


def table(found: Sequence[dict[str, Any]], kept: Sequence[dict[str, Any]]) -> str:
    """docs/benchmarks.md: each row with its newest run. The same input gives the same text."""
    newest = {record["id"]: record for record in kept}
    head = ("what", "data", "people", "reference", "target", "figure", "met", "date", "device", "command")
    lines = [HEAD, _cells(head), _cells(["---"] * len(head))]
    for row in found:
        about = (row["what"], row["data"], row["people"], row["reference"], _target(row))
        lines.append(_cells([*about, *_measured(newest.get(row["id"])), f"`sayso bench {row['id']}`"]))
    details = [_detail(newest[row["id"]]) for row in found if row["id"] in newest]
    return "\n".join([*lines, *(["", "## All figures of these runs", "", *details] if details else [])]) + "\n"


HEAD = """# Benchmarks

Written by `sayso bench` from [benchmarks.json](benchmarks.json), which keeps every run; do not edit it by hand.
"Simulated" people are programs that answer from gold labels and rationales.
"""


def _measured(record: dict[str, Any] | None) -> tuple[str, ...]:
    if record is None:
        return ("not yet run", "", "", "")
    return (
        _shown(record["figure"], record["unit"]),
        "yes" if record["met"] else "no",
        record["date"][:10],
        record["device"],
    )


def _detail(record: dict[str, Any]) -> str:
    figures = ", ".join(f"{name} {_shown(value, '')}" for name, value in record["figures"].items())
    seeds = f"; seeds {', '.join(map(str, record['seeds']))}" if record["seeds"] else ""
    note = f". {record['note']}" if record["note"] else ""
    return f"- `{record['id']}`: {figures}{seeds}; {record['seconds']:.0f} s{note}"


def _target(row: dict[str, Any]) -> str:
    return f"{'≥' if row['better'] == 'higher' else '≤'} {_shown(row['target'], row['unit'])}"


def _shown(value: float | None, unit: str) -> str:
    if value is None:
        return "not measurable"
    return f"{value:.4g} {unit}".strip()


def _cells(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def told(record: dict[str, Any]) -> str:
    """A run in a few lines for a terminal."""
    figure, target = _shown(record["figure"], record["unit"]), _shown(record["target"], record["unit"])
    verdict = "met" if record["met"] else "NOT met"
    return "\n".join([
        f"{record['id']}: {figure}; target {target}: {verdict}",
        f"  reference: {record['reference']}",
        "  " + _detail(record).removeprefix("- "),
    ])  # fmt: skip
