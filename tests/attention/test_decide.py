"""Whether to interrupt now: never in quiet hours, never beyond the budget, and only at the best moments of a stream."""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.attention.cost import Met, minutes_for, net, ready
from assistant.attention.decide import Bounds, Day, decide, quiet_hours, threshold
from assistant.errors import UserError

NOON = datetime(2026, 3, 2, 12)
BOUNDS = Bounds(per_day=10, share=0.2)
WORTHS = st.lists(st.floats(-5, 50), max_size=80)


def test_only_the_best_moments_are_taken() -> None:
    seen, day = [float(n) for n in range(1, 20)], Day(asked=0, past=19, ahead=31)
    assert decide(20.0, seen, BOUNDS, NOON, day).ask
    refused = decide(5.0, seen, BOUNDS, NOON, day)
    assert not refused.ask and refused.bar == 14 and "better moment" in refused.why


def test_at_first_it_only_watches() -> None:
    assert not decide(9.0, [], BOUNDS, NOON, Day(0, 0, 50)).ask
    assert decide(9.0, [1.0, 1.0, 2.0, 1.0], BOUNDS, NOON, Day(0, 4, 46)).ask


def test_what_is_left_of_the_budget_lowers_the_bar_towards_the_evening() -> None:
    seen = [float(n) for n in range(40)]
    early, late = (decide(0.5, seen, BOUNDS, NOON, Day(2, 40, ahead)).bar for ahead in (40, 10))
    assert early is not None and late is not None and late < early


@pytest.mark.parametrize(
    ("worth", "day", "why"),
    [
        (None, Day(0, 9, 40), "nothing worth asking"),
        (-0.1, Day(0, 9, 40), "your time is worth more"),
        (9.0, Day(10, 9, 40), "asked 10 times today"),
    ],
)
def test_what_speaks_against_it_is_said(worth: float | None, day: Day, why: str) -> None:
    assert why in decide(worth, [1.0] * 9, BOUNDS, NOON, day).why


@settings(deadline=None)
@given(st.lists(st.floats(-5, 50), min_size=1, max_size=120), st.integers(0, 6), st.floats(0, 1), st.integers(0, 23))
def test_never_beyond_the_budget_and_never_in_quiet_hours(
    worths: list[float], per_day: int, share: float, start: int
) -> None:
    bounds = Bounds(per_day, share, (time(start), time((start + 7) % 24)))
    asked: dict[object, int] = {}
    for n, worth in enumerate(worths):
        now = NOON + timedelta(minutes=37 * n)
        here = asked.get(now.date(), 0)
        if decide(worth, worths[:n], bounds, now, Day(here, n % 30, 30 - n % 30)).ask:
            asked[now.date()] = here + 1
            assert (now.hour - start) % 24 >= 7
    assert max(asked.values(), default=0) <= min(per_day, share * 60)


@settings(deadline=None)
@given(WORTHS, st.floats(0, 1))
def test_so_large_a_share_lies_above_the_threshold_and_no_larger(seen: list[float], share: float) -> None:
    bar = threshold(seen, share)
    if bar is not None and seen:
        lately = seen[-50:]
        assert sum(one > bar for one in lately) <= share * (len(lately) + 1) + 1e-6


def test_of_a_stream_without_order_no_more_than_the_share_is_taken() -> None:
    rng, taken = random.Random(0), 0
    for _ in range(200):
        worths = [rng.random() for _ in range(30)]
        taken += sum((bar := threshold(worths[:n], 0.2)) is not None and worths[n] > bar for n in range(30))
    assert 0.12 < taken / (200 * 30) < 0.21


@pytest.mark.parametrize(
    ("text", "hours"),
    [("", None), ("22:00-07:30", (time(22), time(7, 30))), ("18-9", (time(18), time(9))), ("0-24", (time(0), time(0)))],
)
def test_quiet_hours_are_read(text: str, hours: tuple[time, time] | None) -> None:
    assert quiet_hours(text) == hours


@pytest.mark.parametrize("text", ["noon", "22", "25-7", "7-8-9", "22:00-"])
def test_quiet_hours_that_are_none(text: str) -> None:
    with pytest.raises(UserError, match="can't be read"):
        quiet_hours(text)


def test_quiet_all_day() -> None:
    bounds = Bounds(10, 1.0, quiet_hours("0-24"))
    assert not decide(9.0, [1.0] * 9, bounds, NOON, Day(0, 9, 40)).ask


# --- readiness -------------------------------------------------------------------------------------------------


def test_the_hour_and_the_last_interruption_are_learned() -> None:
    met = [Met(9.0, 120, 1.0)] * 8 + [Met(15.0, 120, 0.0)] * 8 + [Met(9.0, 2, 0.0)] * 8
    assert ready(met, 9.2, 110).mean > 0.75
    assert ready(met, 15.2, 110).mean < 0.25
    assert ready(met, 9.2, 2).mean < 0.35
    assert ready([], 9, None).mean == 0.5
    assert ready([], 9, None).hopeful - 0.5 > ready(met, 9.2, 110).hopeful - ready(met, 9.2, 110).mean > 0


def test_hours_go_round_and_old_answers_fade() -> None:
    assert ready([Met(23.9, 100, 0.0)] * 5, 0.1, 100).mean < ready([Met(20.0, 100, 0.0)] * 5, 0.1, 100).mean
    fresh, old = ([Met(9.0, 100, 0.0, days=days)] * 5 for days in (0, 120))
    assert ready(fresh, 9, 100).mean < ready(old, 9, 100).mean


@settings(deadline=None)
@given(
    st.lists(st.builds(Met, st.floats(0, 23.99), st.none() | st.floats(0, 9999), st.sampled_from([0.0, 1.0]),
                       st.floats(0, 1), st.floats(0, 400)), max_size=30),
    st.floats(0, 23.99), st.none() | st.floats(0, 9999),
)  # fmt: skip
def test_readiness_is_a_probability(met: list[Met], hour: float, since: float | None) -> None:
    assert 0 < ready(met, hour, since).mean < 1


def test_a_bad_moment_and_a_long_text_cost() -> None:
    assert net(3, 0.9, 0.2, 1) > net(3, 0.3, 0.2, 1) > net(0.1, 0.3, 0.2, 1)
    assert net(3, 0.9, minutes_for(500), 1) < net(3, 0.9, minutes_for(0), 1)
    assert minutes_for(0, [2.0] * 20) > 1.5, "a person who takes long is interrupted less"
