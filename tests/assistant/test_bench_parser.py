"""The rows `parser`, which counts missed targets, and `image_requests`, which learns what words ask for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.bench import _run, image_requests, parser
from assistant.parsers._rows import TEST, read_rows
from assistant.types import Act, Critique, Reading


def test_parser_measures_every_target_and_writes_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = read_rows(TEST)[:40]
    report = tmp_path / "parser.md"
    marks = ("<!-- figures: sayso bench parser -->", "<!-- end of figures -->")
    report.write_text(f"# The parser\n\n{marks[0]}\nan earlier run\n{marks[1]}\n", encoding="utf-8")
    monkeypatch.setattr(parser, "read_rows", lambda path: rows)
    monkeypatch.setattr(parser, "FUZZED", 8)
    monkeypatch.setattr(parser, "TIMED", 3)
    monkeypatch.setattr(_run, "_docs", lambda: tmp_path)
    result = parser.run(tmp_path)
    assert set(parser.TARGETS) <= set(result.figures)
    assert result.figures["rows"] == 40 and 0 <= result.figures["kinds"] <= 1
    missed = [name for name in parser.TARGETS if not parser._met(name, result.figures[name])]
    assert result.figures["missed"] == len(missed)
    written = report.read_text(encoding="utf-8")
    assert written.startswith("# The parser") and "an earlier run" not in written
    assert "What is taken for what" in written


def test_what_breaks_the_contract_is_counted() -> None:
    def broken(critique: Critique) -> Reading:
        if "a" in critique.text:
            raise ValueError("no")
        return Reading(acts=(Act(kind="none", targets=()),), confidence=1.0)

    share = parser._valid(broken, read_rows(TEST)[:40], count=60)  # type: ignore[arg-type]
    assert 0 < share < 1


def test_image_requests_learns_which_words_ask_for_which_operator(tmp_path: Path) -> None:
    said = {
        "brighter please, it is dark": ["brightness"], "make it bright": ["brightness"],
        "remove the man": ["inpaint"], "please remove this person": ["inpaint"],
        "more contrast": ["contrast"], "contrast is too low, and too dark": ["brightness", "contrast"],
    }  # fmt: skip
    for part, times in (("train", 6), ("val", 1)):
        lines = [json.dumps({"request": text, "operators": used}) for text, used in said.items()] * times
        (tmp_path / f"{part}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    figures = image_requests.run(tmp_path).figures
    assert figures["micro-F1"] > 0.8
    assert set(figures) == {"micro-F1", "precision", "recall"}
