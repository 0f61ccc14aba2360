"""The course of a training as a small plot: a line for each figure that its steps tell, from 0 to 1.

plot([{"score": .31, "valid": .98}, {"score": .44, "valid": .97}])
  -> '<figure class="plot"><svg role="img" aria-label="score 0.31 to 0.44, valid 0.98 to 0.97, in 2 steps" …'

Inline SVG and no script, so that it can be painted anew every second.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from ui.html import figure, tag

__all__ = ["plot"]

WIDTH, HEIGHT = 560, 120
EDGE = 6
MOST_POINTS = 200
"""Of one line: a long training costs no more to paint."""
STYLES = 6
"""Colours and dashes in the style sheet; names beyond these begin again."""

Figures = Sequence[Mapping[str, float]]


def plot(figures: Figures) -> str:
    """The figures of a training's steps, oldest first; "" where it told none yet.

    Args:
        figures: one mapping of name -> value in [0, 1] a step; what is missing or NaN in a step leaves a gap.
    """
    # a step's figures are told until the next one's are there
    figures = [step for n, step in enumerate(figures) if n == 0 or step != figures[n - 1]]
    names = sorted(dict.fromkeys(name for step in figures for name in step), key=lambda name: name != "score")
    if not names:
        return ""
    lines = [_line([step.get(name, math.nan) for step in figures], n % STYLES) for n, name in enumerate(names)]
    drawn = tag(
        "svg", *(_rule(share) for share in (0.0, 0.5, 1.0)), *lines, role="img", aria_label=_told(figures, names),
        viewBox=f"0 0 {WIDTH} {HEIGHT}", preserveAspectRatio="none",
    )  # fmt: skip
    # not in the drawing, which is stretched to the width there is
    scale = tag("div", *(tag("span", said) for said in ("1", "0.5", "0")), class_="scale", aria_hidden="true")
    newest = [_known(figures, name)[-1:] for name in names]
    legend = [
        tag("span", f'<i class="line-{n % STYLES}"></i>', escape(name), " ", tag("b", figure(*last) if last else "–"))
        for n, (name, last) in enumerate(zip(names, newest, strict=True))
    ]
    return tag("figure", scale, drawn, tag("figcaption", *legend), class_="plot")


def _line(values: Sequence[float], style: int) -> str:
    """One line, broken where a value is missing; a step that stands alone is a dot."""
    every = max(1, math.ceil(len(values) / MOST_POINTS))
    kept = [n for n in range(len(values)) if n % every == 0 or n == len(values) - 1]
    runs: list[list[str]] = [[]]
    for n in kept:
        if math.isfinite(values[n]):
            runs[-1].append(f"{_x(n, len(values)):.1f} {_y(values[n]):.1f}")
        elif runs[-1]:
            runs.append([])
    # a line of no length has a round end, and so is a dot
    path = "".join("M" + "L".join(run if len(run) > 1 else run * 2) for run in runs if run)
    dot = " dot" if all(len(run) < 2 for run in runs) else ""
    return tag("path", d=path, class_=f"line line-{style}{dot}", vector_effect="non-scaling-stroke")


def _x(n: int, of: int) -> float:
    return EDGE + (WIDTH - 2 * EDGE) * (n / (of - 1) if of > 1 else 0.5)


def _y(share: float) -> float:
    return EDGE + (HEIGHT - 2 * EDGE) * (1 - min(1.0, max(0.0, share)))


def _rule(share: float) -> str:
    """A level of the scale."""
    return tag("path", d=f"M0 {_y(share):.1f}H{WIDTH}", class_="level", vector_effect="non-scaling-stroke")


def _known(figures: Figures, name: str) -> list[float]:
    return [step[name] for step in figures if name in step and math.isfinite(step[name])]


def _told(figures: Figures, names: Sequence[str]) -> str:
    """The plot in words, for those who can't see it."""
    told = []
    for name in names:
        known = _known(figures, name)
        told.append(f"{name} {figure(known[0])} to {figure(known[-1])}" if known else f"{name} not known")
    return f"{', '.join(told)}, in {len(figures)} step{'' if len(figures) == 1 else 's'}"
