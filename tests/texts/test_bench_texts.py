"""Benchmarks of texts, on small data of known answers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.bench import realsumm
from assistant.errors import UserError


def test_realsumm_learns_that_what_covers_the_article_is_better(tmp_path: Path) -> None:
    words = np.random.default_rng(0)
    abstractive, extractive = [], []
    for doc in range(10):
        said = [" ".join(f"word{n}" for n in words.integers(0, 500, 12)) for _ in range(6)]
        extractive.append({"doc": str(doc), "summary": " ".join(f"<t> {one} . </t>" for one in said)})
        for kept in range(1, 6):  # all are of the same length: only what they cover tells them apart
            text = [*said[:kept], *(" ".join(f"other{n}" for n in range(12)) for _ in range(6 - kept))]
            abstractive.append({"doc": str(doc), "summary": f"<t> {' . '.join(text)} </t>", "human_recall": kept / 6})
    for name, rows in (("abs", abstractive), ("ext", extractive)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    figures = realsumm.run(tmp_path, seeds=(0,)).figures
    assert figures["pair accuracy, 5-fold by article"] > 0.95
    assert figures["longer wins"] == 0.5


def test_realsumm_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"ext\.jsonl.*missing"):
        realsumm.run(tmp_path)
