"""The benchmark export_rows measures what it says."""

from __future__ import annotations

from pathlib import Path

from assistant.bench import bench


def test_export_rows_counts_both_formats_and_the_store(tmp_path: Path) -> None:
    row = bench.get("export_rows")()
    found = row.run(tmp_path, count=300, stored=120)
    first, parquet, trl, peak, stored = found.figures.values()
    assert first == min(parquet, trl) > 0 and stored > 0
    assert 50 < peak < 500  # MB: the bound that is promised
    assert (row.target, row.better, row.unit) == (50_000, "higher", "rows/s")
