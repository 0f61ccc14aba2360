"""The rows movies_100 and movies_400: what the simulated annotators say is what the real ones marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.bench import bench, movies_asked
from assistant.bench._movies import LABELS, chosen, critique
from assistant.bench.movies_asked import asked, labelled, needed
from tests.tiny import tiny_encoder

TEXT = "the plot is thin .\nan awful , awful film\nskip it !"


def document(index: int, label: str) -> dict[str, object]:
    spans = [{"start": 5, "end": 10}, {"start": 10, "end": 99}, {"start": 20, "end": 22}]
    return {"id": str(index), "label": label, "text": TEXT, "rationales": spans}


def test_evidence_is_verbatim_and_ends_with_the_text() -> None:
    said = critique(document(0, "negative"))
    assert [piece.text for piece in said.evidence] == ["an awful , awful film", "skip it !"]
    assert all(piece.text in TEXT for piece in said.evidence)
    assert (said.op, said.value, said.input) == ("is", "negative", TEXT)


def test_half_of_each_label_is_chosen_and_the_seed_decides() -> None:
    documents = [document(index, LABELS[index % 2]) for index in range(40)]
    found = chosen(documents, 10, seed=1)
    assert [d["label"] for d in found] == ["negative"] * 5 + ["positive"] * 5
    assert found == chosen(documents, 10, seed=1) != chosen(documents, 10, seed=2)


@pytest.mark.parametrize("id", ["movies_100", "movies_400"])
def test_the_rows_name_their_people(id: str) -> None:
    row = bench.get(id)()
    assert (row.people, row.data, row.better) == ("simulated", "movie_rationales", "higher")


def test_items_are_counted_along_the_line_between_two_measurements() -> None:
    assert needed((10, 20, 40), (0.5, 0.7, 0.8), 0.6) == 15
    assert needed((10, 20), (0.5, 0.7), 0.4) == 10, "the first measurement is the least that can be told"
    assert needed((10, 20), (0.5, 0.7), 0.9) != needed((10, 20), (0.5, 0.7), 0.9), "never reached: NaN"


def test_both_ways_are_judged_after_as_many_items(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from adapters.models.classifier import classifier

    monkeypatch.setattr(movies_asked, "ASKED", (2, 4))
    monkeypatch.setattr(movies_asked, "RANDOM", (3,))
    model = classifier(LABELS, base=tiny_encoder(tmp_path / "encoder"), rank=2)
    pool = [document(index, LABELS[index % 2]) for index in range(12)]
    found = asked(model, pool, pool[:4], seed=1)
    assert len(found) == 2 and all(0 <= one <= 1 for one in found)
    assert found == asked(model, pool, pool[:4], seed=1)
    assert len(labelled(model, pool, pool[:4], seed=1)) == 1
