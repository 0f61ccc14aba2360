"""docs/parser.md's tables: what the parser takes for what, and its surest errors."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from assistant.bench import _run
from assistant.parsers._rows import Row
from assistant.parsers._score import is_right, score
from assistant.types import Reading

__all__ = ["write_report"]

KINDS = ("label", "edit", "constraint", "preference", "retract", "question", "command", "none", "several", "asked")
BEGIN, END, WORST = "<!-- figures: sayso bench parser -->", "<!-- end of figures -->", 30


def write_report(rows: Sequence[Row], readings: Sequence[Reading], name: str, version: str) -> Path:
    """Replaces the part of docs/parser.md between its two marks, by which the rest stays as people wrote it."""
    path = _run._docs() / "parser.md"
    text = path.read_text(encoding="utf-8") if path.is_file() else f"# The parser\n\n{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    body = "\n".join([f"Parser `{name}`, version `{version}`, on {len(rows)} messages of the test set.", "",
                      _families(rows, readings), _confusion(rows, readings), _worst(rows, readings)])  # fmt: skip
    _run._write(path, f"{before}{BEGIN}\n{body}\n{END}{after}")
    return path


def _families(rows: Sequence[Row], readings: Sequence[Reading]) -> str:
    lines = ["| family | messages | kinds | whole | mistaken |", "| --- | --- | --- | --- | --- |"]
    for family in sorted({row.family for row in rows}):
        chosen = [(row, reading) for row, reading in zip(rows, readings, strict=True) if row.family == family]
        figures = score([row for row, _ in chosen], [reading for _, reading in chosen])
        shown = (f"{figures[one]:.2f}" for one in ("kinds", "whole", "mistaken"))
        lines.append(f"| {family} | {len(chosen)} | {' | '.join(shown)} |")
    return "\n".join(["## By family", "", *lines, ""])


def _kind(reading: Reading) -> str:
    kinds = {act.kind for act in reading.acts}
    if kinds == {"none"} and reading.clarify:
        return "asked"
    return next(iter(kinds)) if len(kinds) == 1 else "several"


def _confusion(rows: Sequence[Row], readings: Sequence[Reading]) -> str:
    counts = Counter((_kind(row.gold), _kind(read)) for row, read in zip(rows, readings, strict=True) if row.gold)
    head = f"| meant \\ read | {' | '.join(KINDS)} |"
    lines = [f"| {one} | {' | '.join(str(counts[one, two] or '') for two in KINDS)} |" for one in KINDS]
    return "\n".join(["## What is taken for what", "", head, "| --- " * (len(KINDS) + 1) + "|", *lines, ""])


def _worst(rows: Sequence[Row], readings: Sequence[Reading]) -> str:
    """The errors of which the parser was surest."""
    wrong = [(row, read) for row, read in zip(rows, readings, strict=True) if row.gold and not is_right(row.gold, read)]
    wrong.sort(key=lambda pair: -pair[1].confidence)
    lines = ["| sure | message | meant | read |", "| --- | --- | --- | --- |"]
    for row, read in wrong[:WORST]:
        assert row.gold is not None
        cells = (f"{read.confidence:.2f}", row.critique.text, _acts(row.gold), _acts(read))
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join([f"## The {len(wrong[:WORST])} errors of which it is surest", "", *lines, ""])


def _acts(reading: Reading) -> str:
    said = []
    for act in reading.contract()["acts"]:
        parts = {key: value for key, value in act.items() if key not in ("kind", "targets") and value not in (None, [])}
        bare = {
            k: {i: j for i, j in v.items() if j is not None} if isinstance(v, dict) else v for k, v in parts.items()
        }
        inner = json.dumps(list(bare.values()), ensure_ascii=False)[1:-1]
        said.append(f"{act['kind']} {','.join(act['targets'])} {inner}".strip())
    return "; ".join(said) + (" ?" if reading.clarify else "")
