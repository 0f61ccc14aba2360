"""The benchmark five_people: who is named, what quality control leaves, and how the figures are made."""

from __future__ import annotations

import random

import pytest

from assistant.bench import bench
from assistant.bench.five_people import Text, controlled, figures, simulate

TEXTS = [Text(f"text {n}", f"subject {n % 4}") for n in range(40)]


def test_control_leaves_what_is_right_of_nearly_every_text() -> None:
    given = simulate(TEXTS, random.Random(0))
    assert len(given.said) == 5 * len(TEXTS) and not any(who.startswith("good") for who in given.named)
    right = dict(TEXTS)
    kept = controlled(given)
    wrong = [label for label in kept if right[label.input] != label.value]  # type: ignore[union-attr]
    assert len(wrong) <= 0.05 * len(kept) and len({label.input for label in kept}) >= 38  # type: ignore[union-attr]


def test_recovered_is_the_share_of_the_loss() -> None:
    scores = {"clean": [0.8, 0.8], "as said": [0.6, 0.7], "with control": [0.8, 0.77]}
    found = figures(scores, [{"hostile": 30, "careless 1": 9}, {"good 1": 20}], (0, 1)).figures
    assert found["recovered"] == pytest.approx(0.9) and found["hostile named within 50"] == 0.5
    assert found["careless named"] == 0.25 and found["good named"] == 0.25
    assert bench.get("five_people")().people == "simulated"
