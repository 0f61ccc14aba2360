"""The rows of goal 1: a simulated chemist who names what is worst."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.bench import bench
from assistant.bench._chemist import Chemist
from assistant.bench._run import data_folder
from assistant.errors import UserError
from assistant.molecules.belief import Belief, Direction, Worst
from assistant.molecules.desirability import window
from assistant.molecules.objective import Objective, Part

TRUE = Objective(
    (
        Part("properties", {"name": "mw"}, window(200, 300, soft=20)),
        Part("properties", {"name": "logp"}, window(1, 2, soft=0.3)),
    )
)


def test_the_chemist_names_the_worst_property_and_where_it_should_go() -> None:
    chemist = Chemist(TRUE, misread=0.0)
    worst, direction = chemist.answer(np.array([250.0, 6.0]), np.random.default_rng(0))
    assert worst == Worst(worst.x, 1, up=False) and direction == Direction(worst.x, 1, up=False)
    worst, _ = chemist.answer(np.array([100.0, 1.5]), np.random.default_rng(0))
    assert (worst.property, worst.up) == (0, True)


def test_answers_teach_what_is_truly_wanted() -> None:
    rng = np.random.default_rng(0)
    values = np.stack([rng.normal(350, 80, 500), rng.normal(3, 1.5, 500)], axis=1)
    chemist = Chemist(TRUE)
    before = Belief.around(values)
    after = chemist.teach(before, values, 20, rng)
    truth = chemist.scores(values)
    best = [truth[np.argsort(-belief.score(values))[:20]].mean() for belief in (before, after)]
    assert best[1] > best[0] + 0.2


def test_the_row_runs_on_a_few_molecules() -> None:
    try:
        folder = data_folder() / "molecules"
    except UserError as wrong:
        pytest.skip(str(wrong))
    row = bench.get("goal1_ranking")()
    result = row.run(folder, seeds=(0,), count=1000)
    assert next(iter(result.figures)) == "110 answers"
    assert result.figures["110 answers"] <= result.figures["possible"] + 1e-9
    assert row.people == "simulated"


@pytest.mark.parametrize("name", ["goal1_ranking"])
def test_its_data_missing_is_said(name: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is missing"):
        bench.get(name)().run(tmp_path)
