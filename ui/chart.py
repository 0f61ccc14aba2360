"""Small charts that can be taken away: bars over days, and a line over versions, as SVG that needs no style sheet.

bars("Said per day", ["Mon", "Tue"], {"labels": [12, 3], "rules": [1, 0]}) -> '<svg xmlns=… role="img" aria-label="…"'

Colours are from Okabe & Ito 2008, which people who see fewer colours tell apart. Text takes the page's colour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from ui.html import figure, tag

__all__ = ["bars", "line"]

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 560, 180, 44, 22, 26
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
MOST = 60
"""Bars or points: the newest."""


def bars(title: str, names: Sequence[str], parts: Mapping[str, Sequence[float]]) -> str:
    """Stacked bars, one for each name."""
    names = names[-MOST:]
    parts = {part: values[-MOST:] for part, values in parts.items() if any(values)}
    totals = [sum(values[n] for values in parts.values()) for n in range(len(names))]
    top = max(totals, default=0.0) or 1.0
    step = (WIDTH - LEFT) / max(1, len(names))
    drawn, under = [], [0.0] * len(names)
    for colour, values in zip(COLOURS, parts.values(), strict=False):
        for n, value in enumerate(values):
            low, high = _y(under[n], 0.0, top), _y(under[n] + value, 0.0, top)
            under[n] += value
            if value:
                x, wide = LEFT + n * step + step * 0.1, min(step * 0.8, 60)
                drawn.append(
                    f'<rect x="{x:.1f}" y="{high:.1f}" width="{wide:.1f}" height="{low - high:.1f}" fill="{colour}"/>'
                )
    told = ", ".join(f"{name} {figure(total)}" for name, total in zip(names, totals, strict=True))
    return _svg(title, f"{title}: {told or 'nothing yet'}", [*_levels(0.0, top), *drawn], names, [*parts])


def line(title: str, names: Sequence[str], values: Sequence[float | None]) -> str:
    """A line over names; what is not known leaves a gap."""
    names, values = names[-MOST:], values[-MOST:]
    known = [value for value in values if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    high = high if high > low else low + 1.0
    step = (WIDTH - LEFT) / max(1, len(names))
    points = [(LEFT + (n + 0.5) * step, _y(v, low, high)) for n, v in enumerate(values) if v is not None]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    drawn = [f'<polyline points="{path}" fill="none" stroke="{COLOURS[0]}" stroke-width="2"/>'] if path else []
    drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{COLOURS[0]}"/>' for x, y in points]
    told = ", ".join(f"{n} {'not known' if v is None else figure(v)}" for n, v in zip(names, values, strict=True))
    return _svg(title, f"{title}: {told or 'nothing yet'}", [*_levels(low, high), *drawn], names, [])


def _svg(title: str, told: str, drawn: Sequence[str], names: Sequence[str], parts: Sequence[str]) -> str:
    step = (WIDTH - LEFT) / max(1, len(names))
    every = max(1, len(names) // 8)
    below = [
        _text(LEFT + (n + 0.5) * step, HEIGHT - 8, name, "middle") for n, name in enumerate(names) if n % every == 0
    ]
    head, at = [_text(0, 12, title, "start", "600")], float(WIDTH)
    for colour, name in reversed(list(zip(COLOURS, parts, strict=False))):
        at -= 7 * len(name) + 20
        head += [
            f'<rect x="{at:.0f}" y="3" width="10" height="10" fill="{colour}"/>',
            _text(at + 14, 12, name, "start"),
        ]
    return tag(
        "svg", *head, *drawn, *below, xmlns="http://www.w3.org/2000/svg", role="img", aria_label=told,
        viewBox=f"0 0 {WIDTH} {HEIGHT}", font_family="sans-serif", font_size="12", class_="chart",
    )  # fmt: skip


def _levels(low: float, high: float) -> list[str]:
    lines = []
    for value in (low, (low + high) / 2, high):
        y = _y(value, low, high)
        rule = f'<path d="M{LEFT} {y:.1f}H{WIDTH}" stroke="#888" stroke-opacity=".35" fill="none"/>'
        lines += [rule, _text(LEFT - 6, y + 4, figure(value), "end")]
    return lines


def _y(value: float, low: float, high: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - low) / (high - low))


def _text(x: float, y: float, words: str, anchor: str, weight: str = "400") -> str:
    given = f'text-anchor="{anchor}" font-weight="{weight}" fill="currentColor"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {given}>{escape(words)}</text>'
