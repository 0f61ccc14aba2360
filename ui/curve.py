"""The learning curve: what every version reached, after how much feedback, and what more would bring.

    draw([Point(version="v1", feedback=93, accuracy=.82, heldout=120)], None, Advice(stop=False, text="It is too …"))
      -> '<section class="curve"><h3>Is more feedback worth it?</h3><p>It is too …</p><figure class="plot">…'

Inline SVG and no script. The band holds nine of ten; where the figures stand in words, the drawing says them again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from assistant.asking.curve import Advice, Forecast, Point
from ui.html import percent, tag

__all__ = ["draw"]

WIDTH, HEIGHT, EDGE = 560, 160, 8


def draw(points: Sequence[Point], forecast: Forecast | None, advice: Advice) -> str:
    """The advice in words and the curve; "" where no version was judged on held-out examples."""
    if not points:
        return ""
    words = tag("p", escape(advice.text), class_="advice stop" if advice.stop else "advice")
    return tag("section", tag("h3", "Is more feedback worth it?"), words, _plot(points, forecast), class_="curve")


def _plot(points: Sequence[Point], forecast: Forecast | None) -> str:
    course = forecast.course if forecast else ()
    amounts = [*(point.feedback for point in points), *(at for at, *_ in course)]
    shares = [*(point.accuracy for point in points), *(share for _, *sure in course for share in sure)]
    left, right = min(amounts), max(max(amounts), min(amounts) + 1)
    bottom, top = _bounds(shares)

    def place(feedback: float, share: float) -> str:
        x = EDGE + (WIDTH - 2 * EDGE) * (feedback - left) / (right - left)
        y = EDGE + (HEIGHT - 2 * EDGE) * (top - share) / (top - bottom)
        return f"{x:.1f} {y:.1f}"

    band = [place(at, high) for at, _, _, high in course] + [place(at, low) for at, low, _, _ in reversed(course)]
    dots = "".join(f"M{place(point.feedback, point.accuracy)}h0" for point in points)
    drawn = tag(
        "svg",
        tag("path", d=f"M{'L'.join(band)}Z", class_="band") if band else "",
        _line("line line-1 ahead", [place(at, middle) for at, _, middle, _ in course]),
        _line("line line-0", [place(point.feedback, point.accuracy) for point in points]),
        tag("path", d=dots, class_="line line-0 dot", vector_effect="non-scaling-stroke"),
        role="img", aria_label=_told(points, forecast), viewBox=f"0 0 {WIDTH} {HEIGHT}", preserveAspectRatio="none",
    )  # fmt: skip
    scale = tag("div", *(tag("span", percent(at)) for at in (top, (top + bottom) / 2, bottom)), class_="scale",
                aria_hidden="true")  # fmt: skip
    legend = f"held-out {points[-1].metric}, after {left} to {right} pieces of feedback"
    ahead = tag("span", '<i class="line-1"></i>', "forecast; the band holds nine of ten") if course else ""
    return tag(
        "figure", scale, drawn, tag("figcaption", tag("span", '<i class="line-0"></i>', escape(legend)), ahead),
        class_="plot",
    )  # fmt: skip


def _bounds(shares: Sequence[float]) -> tuple[float, float]:
    """The tenths around them, so that a curve fills its drawing."""
    bottom, top = math.floor(min(shares) * 10) / 10, math.ceil(max(shares) * 10) / 10
    return max(0.0, bottom), min(1.0, max(top, bottom + 0.1))


def _line(style: str, places: Sequence[str]) -> str:
    return tag("path", d=f"M{'L'.join(places)}", class_=style, vector_effect="non-scaling-stroke") if places else ""


def _told(points: Sequence[Point], forecast: Forecast | None) -> str:
    """The drawing in words, for those who can't see it."""
    first, last = points[0], points[-1]
    told = f"held-out {last.metric} {percent(first.accuracy, 1)} after {first.feedback} pieces of feedback"
    if len(points) > 1:
        told += f", {percent(last.accuracy, 1)} after {last.feedback}"
    if forecast:
        at, low, middle, high = forecast.course[-1]
        told += f"; {percent(middle, 1)} foreseen after {at}, between {percent(low, 1)} and {percent(high, 1)}"
    return told
