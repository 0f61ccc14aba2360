"""The benchmark's runner: what it measures, keeps and writes; and the committed table is the one that the runs give."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.bench import Benchmark, Result, _run, bench
from assistant.errors import UserError

ROOT = Path(__file__).resolve().parents[2]


def row(run: Any, **over: Any) -> Benchmark:
    plain: dict[str, Any] = {
        "what": "how often | it is right",
        "data": "made",
        "people": "simulated",
        "reference": "chance .5",
        "target": 0.8,
        "better": "higher",
        "run": run,
    }
    return Benchmark(**{**plain, **over})


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty checkout with data beside it, as the working directory, and no rows but the test's own."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "pyproject.toml").write_text('[project]\nname = "sayso"\n')
    (tmp_path / "shared" / "data" / "reviews").mkdir(parents=True)
    monkeypatch.chdir(root)
    monkeypatch.delenv("SAYSO_DATA", raising=False)
    monkeypatch.setattr(bench, "_files", list)
    monkeypatch.setattr(bench, "_found", {})
    monkeypatch.setenv("SAYSO_DEVICE", "cpu")
    yield root


def register(name: str, made: Benchmark) -> None:
    bench._found[name] = lambda: made


def test_a_run_is_kept_and_the_table_written(checkout: Path) -> None:
    register("guess", row(lambda folder: Result({"accuracy": 0.9, "spread": 0.01}, seeds=(0, 1), note="small")))
    register("never", row(lambda folder: Result({}), what="a thing nobody ran"))
    record = _run.run("guess")
    assert (record["figure"], record["met"], record["seeds"]) == (0.9, True, [0, 1])
    assert set(record) == {
        "id", "figure", "unit", "reference", "target", "met", "figures", "seeds", "seconds", "date", "device", "note",
    }  # fmt: skip
    assert json.loads((checkout / "docs" / "benchmarks.json").read_text()) == [record]
    text = (checkout / "docs" / "benchmarks.md").read_text()
    ran, unrun = (line for line in text.splitlines() if line.startswith(("| how", "| a thing")))
    assert "| 0.9 | yes |" in ran
    assert "how often \\| it is right" in ran
    assert "`sayso bench guess`" in ran
    assert "not yet run" in unrun


def test_the_newest_run_is_shown_and_older_ones_stay(checkout: Path) -> None:
    figures = iter([0.9, 0.7])
    register("guess", row(lambda folder: Result({"accuracy": next(figures)})))
    _run.run("guess")
    assert _run.run("guess")["met"] is False
    assert [record["figure"] for record in _run.records()] == [0.9, 0.7]
    text = (checkout / "docs" / "benchmarks.md").read_text()
    assert "| 0.7 | no |" in text
    assert "| 0.9 |" not in text
    assert text == _run.table(_run.rows(), _run.records()) == _run.table(_run.rows(), _run.records())


@pytest.mark.parametrize(
    ("figure", "better", "met"), [(0.3, "lower", True), (0.9, "lower", False), (0.8, "higher", True)]
)
def test_the_target_is_a_bound_from_the_better_side(checkout: Path, figure: float, better: str, met: bool) -> None:
    register("guess", row(lambda folder: Result({"seconds": figure}), better=better))
    assert _run.run("guess")["met"] is met


def test_what_could_not_be_measured_is_none_and_not_met(checkout: Path) -> None:
    register("guess", row(lambda folder: Result({"accuracy": float("nan")})))
    record = _run.run("guess")
    assert (record["figure"], record["met"]) == (None, False)
    assert "not measurable" in (checkout / "docs" / "benchmarks.md").read_text()


def test_seeds_go_to_rows_that_take_them(checkout: Path) -> None:
    def takes(folder: Path, seeds: tuple[int, ...] = (7,)) -> Result:
        return Result({"n": len(seeds)}, seeds=seeds)

    register("takes", row(takes))
    register("fixed", row(lambda folder: Result({"n": 1})))
    assert _run.run("takes")["seeds"] == [7]
    assert _run.run("takes", 3)["seeds"] == [0, 1, 2]
    with pytest.raises(UserError, match="takes no seeds"):
        _run.run("fixed", 3)


def test_data_is_found_beside_the_project_or_where_the_environment_says(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[Path] = []

    def look(folder: Path) -> Result:
        seen.append(folder)
        return Result({"n": float(folder.is_dir())})

    register("real", row(look, data="reviews"))
    register("made", row(look))
    assert _run.run("real")["figure"] == 1
    assert _run.run("made")["figure"] == 1
    assert not seen[1].exists(), "the folder of made data is taken away again"
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "reviews").mkdir(parents=True)
    monkeypatch.setenv("SAYSO_DATA", str(elsewhere))
    _run.run("real")
    assert seen[0] == tmp_path / "shared" / "data" / "reviews"
    assert seen[2] == elsewhere / "reviews"


def test_absent_data_is_said(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register("real", row(lambda folder: Result({}), data="absent"))
    with pytest.raises(UserError, match="absent' is missing; set SAYSO_DATA"):
        _run.run("real")
    monkeypatch.setenv("SAYSO_DATA", str(checkout / "nowhere"))
    with pytest.raises(UserError, match="no folder"):
        _run.run("real")
    assert _run.records() == []


def test_a_damaged_file_of_records_is_not_overwritten(checkout: Path) -> None:
    register("guess", row(lambda folder: Result({"accuracy": 0.9})))
    (checkout / "docs").mkdir()
    (checkout / "docs" / "benchmarks.json").write_text("[{")
    with pytest.raises(UserError, match="can't be read"):
        _run.run("guess")
    assert (checkout / "docs" / "benchmarks.json").read_text() == "[{"


def test_the_listing_has_every_row(checkout: Path) -> None:
    register("guess", row(lambda folder: Result({}), unit="s", better="lower"))
    head, line = _run.listing(_run.rows()).splitlines()
    assert head.split() == ["id", "what", "data", "people", "reference", "target"]
    assert line.startswith("guess  how often | it is right  made  simulated  chance .5  ≤ 0.8 s")


def test_the_committed_table_is_what_the_committed_runs_give(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
    assert text == _run.table(_run.rows(), _run.records()), "run: sayso bench --table"


@pytest.mark.parametrize("name", bench.names())
def test_a_row_says_what_it_measures(name: str) -> None:
    made = bench.get(name)()
    assert made.better in ("higher", "lower")
    assert made.people in ("simulated", "real", "none")
    assert made.what and made.data and made.reference
