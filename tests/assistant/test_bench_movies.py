"""The rows movies_100 and movies_400: what the simulated annotators say is what the real ones marked."""

from __future__ import annotations

import pytest

from assistant.bench import bench
from assistant.bench._movies import LABELS, chosen, critique

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
