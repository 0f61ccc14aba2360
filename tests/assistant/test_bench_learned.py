"""The rows influence and forgetting: on a tiny model they measure what they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from adapters.models.classifier import classifier
from assistant.bench import bench
from assistant.bench import forgetting as forgetting_row
from assistant.bench import influence as influence_row
from tests.tiny import EXAMPLES, LABELS, tiny_encoder, write_task


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    torch.set_num_threads(1)
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.mark.parametrize(("id", "target"), [("influence", 0.6), ("forgetting", 1.0)])
def test_the_rows_name_their_people(id: str, target: float) -> None:
    row = bench.get(id)()
    assert (row.people, row.data, row.better, row.target) == ("simulated", "made", "higher", target)


def test_influence_is_compared_with_leaving_out(encoder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in (("CRITIQUES", 6), ("QUERIES", 3), ("KNOWN", 8), ("REHEARSED", 4)):
        monkeypatch.setattr(influence_row, name, size)
    result = influence_row.run(Path(), model=classifier(LABELS, base=encoder, rank=4), examples=EXAMPLES)
    assert set(result.figures) == {
        "influence", "TracIn", "influence, messages at random", "largest effect, median (nats)",
    }  # fmt: skip
    assert all(-1 <= result.figures[name] <= 1 for name in ("influence", "TracIn"))
    assert result.figures["largest effect, median (nats)"] > 0


def test_ranks_are_compared_query_by_query() -> None:
    true = np.array([[0.1, 0.2, 0.3], [3.0, 2.0, 1.0]])
    assert influence_row._ranked(true * 7, true) == pytest.approx(1)
    assert influence_row._ranked(-true, true) == pytest.approx(-1)


@pytest.mark.slow  # tests/assistant/test_forget.py has the same for one home
def test_a_forgotten_person_leaves_no_bit(encoder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting_row, "EACH", 2)
    data = write_task(tmp_path, labelled=True)
    right = {e.input: e.label for e in EXAMPLES if e.split == "pool"}
    result = forgetting_row.run(
        tmp_path / "homes", right=right, data=str(data), base=encoder, rank=4, parser="scripted"
    )
    assert result.figures == {"equal": 1.0, "all along": 1.0, "joined late": 1.0, "proofs that hold": 1.0}
