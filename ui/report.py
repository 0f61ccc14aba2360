"""What a version changed, as the chat and the tab Versions show it: figures, samples, what was said, what moved.

changes("v2", Report(measures=(Measure(name="QED", before=.74, after=.71, bound="falls by .05 at most"),), ...))
  -> '<div class="changes"><table class="measures">…<td>0.74</td><td>0.71</td>…</table>…'
"""

from __future__ import annotations

from html import escape
from typing import Any

from assistant.cards import show_value
from assistant.types import Asked, Changed, Measure, Report
from ui.html import button, figure, tag

__all__ = ["changes", "measures"]

MOST_CHANGES = 20


def changes(version: str, report: Report | None, compared: str = "") -> str:
    """The button that shows what a version changed, and, where `report` is given, that.

    Args:
        compared: what it makes against what its parent makes, as safe HTML; "" where answers are right or wrong.
    """
    if report is None:
        return tag("div", button("Show what changed", "changes", style="quiet", version=version), class_="row")
    return tag(
        "div",
        tag("h4", "What it makes, before and now") + measures(report.measures) if report.measures else "",
        tag("div", compared, class_="compared") if compared else "",
        _list("What you said, asked again", [_asked(one) for one in report.asked]),
        _moved(report),
        button("Hide", "changes", style="quiet", version=""),
        class_="changes",
    )


def measures(found: tuple[Measure, ...]) -> str:
    """A row for each figure: its name, before and after, and how the gate bounds it."""
    bounded = any(one.bound for one in found)
    names = "".join(tag("th", name, scope="col") for name in ("", "before", "now", *(["allowed"] * bounded)))
    rows = "".join(
        tag(
            "tr",
            tag("th", escape(one.name), scope="row"),
            tag("td", figure(one.before)),
            tag("td", tag("b", figure(one.after))),
            tag("td", escape(one.bound), " " + tag("b", "broken") if one.broken else "", class_="bound")
            if bounded
            else "",
            class_="bad" if one.broken else None,
        )
        for one in found
    )
    return tag("table", tag("thead", tag("tr", names)), tag("tbody", rows), class_="measures")


def _moved(report: Report) -> str:
    """The earlier answers that changed: of outputs with a worth, those whose rank moved."""
    shown = [_changed(one) for one in report.changed[:MOST_CHANGES]]
    if not shown:
        return "" if report.measures else tag("p", "No earlier answer changed.")
    more = len(report.changed) - len(shown)
    title = "What you saw, ranked anew" if report.measures else "Earlier answers that changed"
    return _list(title, shown) + (tag("p", f"and {more} more") if more > 0 else "")


def _list(title: str, rows: list[str]) -> str:
    return tag("h4", title) + tag("ul", *rows) if rows else ""


def _asked(one: Asked) -> str:
    state = tag("b", "fixed" if one.fixed else "NOT fixed", class_="good" if one.fixed else "bad")
    return tag("li", state, f" {escape(_short(one.text))}", dir="auto")


def _changed(one: Changed) -> str:
    verdict = {True: "good", False: "bad", None: ""}[one.right]
    arrow = f"{escape(show_value(one.before))} → {tag('b', escape(show_value(one.after)), class_=verdict or None)}"
    return tag("li", tag("span", arrow, class_="arrow"), " ", tag("span", escape(_short(one.input))), dir="auto")


def _short(text: Any, width: int = 140) -> str:
    words = " ".join(str(text).split())
    return words if len(words) <= width else words[: width - 1] + "…"
