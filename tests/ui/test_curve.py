"""The learning curve on the page: words first, then a drawing that fits its figures."""

from __future__ import annotations

import re

from assistant.asking.curve import Advice, Forecast, Point
from ui.curve import draw

POINTS = [
    Point(version=f"v{n}", feedback=feedback, accuracy=accuracy, heldout=120, metric="<accuracy>")
    for n, (feedback, accuracy) in enumerate(((20, 0.61), (40, 0.72), (80, 0.78)), start=1)
]
ADVICE = Advice(stop=False, text="Go on: <b>more</b> would help.")


def test_nothing_is_drawn_where_nothing_was_judged() -> None:
    assert draw([], None, ADVICE) == ""


def test_the_advice_and_every_point_are_shown_and_escaped() -> None:
    drawn = draw(POINTS, None, ADVICE)
    assert "Go on: &lt;b&gt;more" in drawn and "&lt;accuracy&gt;" in drawn and "<b>" not in drawn
    assert drawn.count("h0") == 3 and "band" not in drawn
    assert "61.0 % after 20 pieces of feedback, 78.0 % after 80" in drawn
    assert 'class="advice stop"' in draw(POINTS, None, Advice(stop=True, text="Stop."))


def test_a_forecast_has_a_band_inside_the_drawing() -> None:
    course = ((20, 0.55, 0.6, 0.66), (160, 0.79, 0.83, 0.88))
    drawn = draw(POINTS, Forecast(course=course, more=50, gain=(0.01, 0.02, 0.03)), ADVICE)
    assert 'class="band"' in drawn and "83.0 % foreseen after 160, between 79.0 % and 88.0 %" in drawn
    places = [float(y) for path in re.findall(r' d="([^"]+)"', drawn) for y in re.findall(r"[\d.]+ ([\d.]+)", path)]
    assert places and all(8 <= y <= 152 for y in places)


def test_one_version_is_a_dot() -> None:
    assert "after 20 to 21 pieces" in draw(POINTS[:1], None, ADVICE)
