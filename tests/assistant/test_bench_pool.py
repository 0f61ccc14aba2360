"""The benchmark pool_million, small: what it makes, and what it tells."""

from __future__ import annotations

import numpy as np

from assistant.bench import bench
from assistant.bench import pool_million as million


def test_texts_differ_and_the_first_have_labels() -> None:
    rows = list(million._texts(300))
    assert len({text for _, text, _ in rows}) == len({id for id, _, _ in rows}) == 300
    assert {label for _, _, label in rows[: million.LABELLED]} == set(million.LABELS) and rows[-1][2] == ""


def test_made_vectors_are_unit_vectors_in_clusters() -> None:
    found = million.Made()(["x"] * 64)
    assert found.shape == (64, million.WIDTH) and np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_the_slower_of_both_decides() -> None:
    row = bench.get("pool_million")()
    assert row.target == 1.0 and row.better == "lower"
    told = million._timed("search", [lambda: None] * 4)
    assert set(told) == {"search, warm", "search, cold", "search, longest", "search, CPU"}
