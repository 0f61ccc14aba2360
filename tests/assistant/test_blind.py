"""Blind comparisons: who won is counted by version, not by place, and looking often does not make it sure."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.blind import tally
from assistant.errors import UserError
from assistant.parsers import parser
from assistant.session import Session
from assistant.store import Store
from assistant.store.rows import TrialRow
from assistant.types import Output, now

VOTES = ("first", "second", "alike", "bad")


def row(first: str, vote: Any, second: str | None = None) -> TrialRow:
    other = second or ("base" if first == "v2" else "v2")
    return TrialRow(author="ann", vote=vote, first=first, second=other, example_id="1", created_at=now())


def test_wins_are_counted_by_version_wherever_it_stood() -> None:
    said = [row("v2", "first"), row("base", "second"), row("base", "first"), row("v2", "alike"), row("v2", "bad")]
    found = tally([*said, row("v1", "first", "v2")], "v2", "base")
    assert (found.won, found.lost, found.alike, found.bad) == (2, 1, 1, 1)
    assert found.rate == pytest.approx(2 / 3) and found.low < 2 / 3 < found.high


def test_what_was_not_compared_is_not_told() -> None:
    assert tally([], "v2", "base").rate is None
    assert tally([], "v2", "base").advice == "Nothing was compared yet."


def test_enough_is_said_when_it_is() -> None:
    assert tally([row("v2", "first")] * 5, "v2", "base").advice == "Not enough yet to tell."
    assert tally([row("v2", "first")] * 9, "v2", "base").advice == "Enough: the newer one is better."
    assert tally([row("base", "first")] * 9, "v2", "base").advice == "Enough: the older one is better."
    even = [row("v2", "first"), row("v2", "second")] * 30
    assert "so much alike" in tally(even, "v2", "base").advice


def test_of_two_equals_one_is_rarely_called_better_however_often_one_looks() -> None:
    state, wrong = random.Random(0), 0
    for _ in range(300):
        said: list[TrialRow] = []
        for _ in range(60):
            said.append(row("v2", state.choice(("first", "second"))))
            if tally(said, "v2", "base").advice.startswith("Enough"):
                wrong += 1
                break
    assert wrong / 300 < 0.05


@given(st.lists(st.sampled_from(VOTES), max_size=40))
def test_the_interval_holds_the_rate(votes: list[Any]) -> None:
    found = tally([row("v2", vote) for vote in votes], "v2", "base")
    assert found.won + found.lost + found.alike + found.bad == len(votes)
    assert 0 <= found.low <= (0.5 if found.rate is None else found.rate) <= found.high <= 1


def test_comparisons_are_kept(store: Store) -> None:
    one, other = Output(value="a", example_id="1", adapter="v1"), Output(value="b", example_id="1")
    store.save_outputs("t", [one, other])
    store.add_trial("t", "ann", one.id, other.id, "second")
    (kept,) = store.trials("t")
    assert (kept.first, kept.second, kept.vote, kept.example_id) == ("v1", "base", "second", "1")
    assert store.trials("other") == [] and store.verify() == []
    with pytest.raises(UserError):
        store.add_trial("t", "ann", "nothing", other.id, "first")


def test_a_version_is_compared_with_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.session.open_parser", lambda name: parser.get("scripted")({}))
    session = Session.open("classify", home=tmp_path)
    session.next()
    session.learn()
    (version,) = session.versions()
    seen = set()
    for vote in ("first", "alike"):
        trial = session.trial("v1")
        assert trial.version == version.id and trial.view.html not in seen
        seen.add(trial.view.html)
        assert {session.store.output(id).adapter for id in trial.outputs} == {version.id, "base"}
        session.judge(trial.outputs, vote)  # type: ignore[arg-type]
    found = session.tally("v1")
    assert found.won + found.lost == 1 and found.alike == 1
    assert session.bench.live_name() == "v1", "asking the base changed nothing"
