"""The learning curve: a law that is known is found again, advice follows from it, and a session's versions make one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from assistant.asking.curve import Curve, Point, settled
from assistant.asking.forecast import NEEDED, fit
from assistant.session import Session
from assistant.store.rows import AdapterRow
from assistant.types import Report
from tests.tiny import tiny_encoder, write_task


def points(*found: tuple[int, float], kappa: float | None = 0.995) -> list[Point]:
    return [
        Point(version=f"v{n}", feedback=feedback, accuracy=accuracy, heldout=200, kappa=kappa)
        for n, (feedback, accuracy) in enumerate(found, start=1)
    ]


def law(amounts: Sequence[int], a: float = 0.1, b: float = 1.0, c: float = 0.5) -> list[float]:
    return [1 - (a + b * n**-c) for n in amounts]


def test_a_power_law_is_found_again() -> None:
    amounts = [20, 40, 80, 160, 320]
    found = fit(amounts, law(amounts))
    assert found is not None
    low, middle, high = found.at(1280)
    assert middle == pytest.approx(law([1280])[0], abs=0.01) and low < middle < high
    assert found.gain(320, 320)[1] == pytest.approx(law([640])[0] - law([320])[0], abs=0.01)


def test_a_forecast_needs_four_different_amounts_above_nothing() -> None:
    assert fit([0, 20, 40, 60], [0.5, 0.6, 0.7, 0.8]) is None
    assert fit([20, 20, 40, 60], [0.6, 0.6, 0.7, 0.8]) is None
    assert fit([20, 30, 40, 60], [0.6, 0.65, 0.7, 0.8]) is not None


def test_noise_makes_the_interval_wide_and_a_curve_that_falls_is_flat() -> None:
    amounts = [20, 40, 80, 160, 320]
    smooth, rough = fit(amounts, law(amounts)), fit(amounts, [0.6, 0.8, 0.7, 0.85, 0.8])
    assert smooth is not None and rough is not None
    width = [found.at(400)[2] - found.at(400)[0] for found in (smooth, rough)]
    assert width[1] > 3 * width[0]
    falling = fit(amounts, [0.8, 0.79, 0.78, 0.77, 0.76])
    assert falling is not None and falling.gain(320, 100)[1] == pytest.approx(0, abs=1e-3)


@settings(deadline=None, max_examples=30)
@given(
    some.lists(some.floats(0, 1), min_size=NEEDED, max_size=12),
    some.integers(1, 50),
    some.integers(1, 1000),
)
def test_a_forecast_is_an_accuracy_that_never_falls(accuracies: list[float], step: int, more: int) -> None:
    amounts = [step * (n + 1) for n in range(len(accuracies))]
    found = fit(amounts, accuracies)
    assert found is not None
    low, middle, high = found.at(amounts[-1] + more)
    assert 0 <= low <= middle <= high <= 1
    gains = found.gain(amounts[-1], more)
    assert 0 <= gains[0] <= gains[1] <= gains[2] <= 1
    assert middle >= found.at(amounts[-1])[1] - 1e-9


def test_the_interval_holds_about_nine_of_ten() -> None:
    rng, held = np.random.default_rng(0), 0
    amounts = [20, 40, 60, 80, 100, 120, 140, 160]
    for _ in range(100):
        measured = np.array(law(amounts)) + rng.normal(0, 0.02, len(amounts))
        found = fit(amounts, measured.tolist())
        assert found is not None
        low, _, high = found.at(240)
        held += low <= law([240])[0] + rng.normal(0, 0.02) <= high
    assert held >= 80


def test_rounds_are_of_twenty_pieces_and_their_disagreements_add_up() -> None:
    steady = points((10, 0.8), (20, 0.8), (30, 0.8), (40, 0.8), (50, 0.8), (60, 0.8), (70, 0.8), kappa=0.99)
    assert settled(steady) == pytest.approx(0.98)
    assert settled(steady[1:]) is None, "two rounds are too few"
    assert settled([*steady[:-1], steady[-1].model_copy(update={"kappa": None})]) is None
    assert settled([]) is None


def test_with_rounds_of_one_version_it_is_small_texts_criterion() -> None:
    small_text = pytest.importorskip("small_text")
    from adapters.gate import _kappa

    rng = np.random.default_rng(0)
    answers = [rng.integers(3, size=50)]
    for changed in (9, 4, 2, 0, 0, 0):
        again = answers[-1].copy()
        again[:changed] = (again[:changed] + 1) % 3
        answers.append(again)
    theirs = small_text.KappaAverage(3)
    said = [bool(theirs.stop(predictions=one)) for one in answers]
    kappas = [None, *(_kappa(a.tolist(), b.tolist()) for a, b in pairwise(answers))]
    course = [
        Point(version="v", feedback=20 * n, accuracy=0.5, heldout=50, kappa=kappa) for n, kappa in enumerate(kappas)
    ]
    ours = [(settled(course[: n + 1]) or 0) >= 0.99 for n in range(len(course))]
    assert ours == said and any(said) and not all(said)


class FakeBench:
    """For advice alone."""

    known = ()


def advice(found: list[Point]) -> tuple[bool, str]:
    said = Curve(FakeBench()).advice(found)  # type: ignore[arg-type]
    return said.stop, said.text


def test_advice_is_to_go_on_to_stop_or_that_it_is_too_early() -> None:
    stop, text = advice(points((20, 0.6), (40, 0.7)))
    assert not stop and "there are 2" in text
    flat = points(*((n, 0.9) for n in range(20, 181, 20)))
    stop, text = advice(flat)
    assert stop and text.startswith("I would stop here: 50 more pieces of feedback would bring about 0.0 points")
    stop, text = advice([point.model_copy(update={"kappa": 0.8}) for point in flat])
    assert not stop and "but my answers still change (agreement κ = 0.800" in text
    amounts = [20, 40, 60, 80, 100]
    stop, text = advice(points(*zip(amounts, law(amounts, b=2), strict=True)))
    assert not stop and text.startswith("Go on: ") and "but my answers have settled" in text


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setenv("SAYSO_LEARN_AFTER", "0")
    encoder = tiny_encoder(tmp_path / "encoder")
    return Session.open(data=str(write_task(tmp_path, labelled=True)), base=encoder, rank=4, home=tmp_path / "home",
                        author="ann", parser="scripted")  # fmt: skip


def version(session: Session, number: int, parent: str | None, **report: float) -> AdapterRow:
    told = Report(live=True, why="", **{"heldout": 12, **report})  # type: ignore[arg-type]
    row = AdapterRow(
        task=session.name, number=number, parent=parent, folder=f"f{number}", sha256=str(number),
        report=told.model_dump(mode="json"),
    )  # fmt: skip
    return session.store.add_adapter(row, (), live=("ann", ""))


def test_points_are_the_line_of_the_live_version(session: Session) -> None:
    assert session.curve.points() == [] and not session.curve.advice().stop and session.curve.forecast() is None
    first = version(session, 1, None, before=0.5, after=0.7, kappa=0.4)
    version(session, 2, first.id, before=0.7, after=0.8)
    third = version(session, 3, first.id, before=0.7, after=0.75)
    version(session, 4, third.id)
    found = session.curve.points()
    assert [(one.version, one.accuracy, one.kappa) for one in found] == [("v1", 0.7, 0.4), ("v3", 0.75, None)]
    assert found[0].feedback == len(session.bench.known) == 24
    session.close()


def test_the_command_shows_the_curve(session: Session) -> None:
    from typer.testing import CliRunner

    from assistant.cli import app

    parent = None
    for number, after in enumerate((0.6, 0.7, 0.75), start=1):
        parent = version(session, number, parent, before=0.5, after=after).id
    session.close()
    home = str(session.bench.settings.folder)
    said = CliRunner().invoke(app, ["curve", "--home", home])
    assert said.exit_code == 0 and "v3" in said.output and "held-out accuracy 75.0 %" in said.output
    plain = json.loads(CliRunner().invoke(app, ["curve", "--home", home, "--json"]).output)
    assert [one["accuracy"] for one in plain["points"]] == [0.6, 0.7, 0.75] and plain["advice"]["stop"] is False
