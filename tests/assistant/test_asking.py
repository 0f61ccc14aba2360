"""A session asks by any strategy, knows afterwards which one picked what, and rehearses by any rehearsal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.asking.gains import gain_of, gains
from assistant.parsers import parser
from assistant.rehearsals import rehearsal
from assistant.session import Session
from assistant.strategies import strategy
from tests.tiny import tiny_encoder, write_task

Open = Callable[..., Session]
SAID = {"acts": [{"kind": "label", "targets": ["#1"], "label": {"op": "is", "value": "praise"}}], "confidence": 0.95}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def open_session(tmp_path: Path, encoder: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    import torch

    torch.set_num_threads(1)
    opened: list[Session] = []
    path = write_task(tmp_path)

    def open(**settings: str) -> Session:
        for name, value in {"learn_after": "0", **settings}.items():
            monkeypatch.setenv(f"SAYSO_{name.upper()}", value)
        session = Session.open(data=str(path), base=encoder, rank=4, home=tmp_path / "home", author="ann")
        session.parser = parser.get("scripted")({"praise": {"clarify": None, **SAID}})
        opened.append(session)
        return session

    yield open
    for session in opened:
        session.close()


def teach(session: Session, pieces: int) -> list[str]:
    """Hear so many labels and train; the examples that were asked about."""
    asked = []
    for _ in range(pieces):
        screen = session.next().screen
        assert screen is not None
        asked.append(screen.example.id)
        session.hear("praise")
    session.learn()
    return asked


@pytest.mark.parametrize("name", strategy.names())
def test_every_strategy_works_in_a_session_and_its_picks_are_known(open_session: Open, name: str) -> None:
    session = open_session(strategy=name)
    asked = teach(session, 3)
    shown = session.next().screen
    assert shown is not None and shown.why
    by = session.store.picked_by(session.name, [*asked, "another"])
    assert set(by) == set(asked) and set(by.values()) <= set(strategy.names())
    if name not in ("herding", "learned"):
        assert set(by.values()) == {name}
    (found,) = gains(session.store, session.name)
    assert sum(found.picked.values()) == 3 and found.noise > 0


def test_what_was_typed_was_picked_by_nobody(open_session: Open) -> None:
    session = open_session()
    session.answer("it was perfect")
    session.hear("praise")
    session.learn()
    assert gains(session.store, session.name) == []


def test_a_gain_is_the_share_of_the_errors_that_went_away() -> None:
    found = gain_of({"margin": 3}, 0.6, 0.8, 100)
    assert found.gained == 0.5 and found.picked == {"margin": 3}
    assert gain_of({}, 0.8, 0.6, 100).gained == -1.0 and gain_of({}, 1, 1, 100).gained == 0
    assert gain_of({}, 0.6, 0.8, 25).noise == 2 * found.noise


@pytest.mark.parametrize("name", rehearsal.names())
def test_every_rehearsal_works_in_a_training(open_session: Open, name: str) -> None:
    session = open_session(rehearse=name, replay="2")
    for _ in range(2):
        teach(session, 3)
    assert [version.feedback for version in session.versions()] == [3, 3]


def test_a_version_tells_how_far_it_agrees_with_the_one_before(open_session: Open) -> None:
    session = open_session()
    teach(session, 2)
    report = session.versions()[0].report
    assert report is not None and report.kappa is not None and -1 <= report.kappa <= 1
    (point,) = session.curve.points()
    assert (point.kappa, point.feedback) == (report.kappa, 2 + len(session.bench.known))
