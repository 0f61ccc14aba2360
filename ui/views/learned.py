"""The tab What I learned: what the goal of the task is by now, and in words, what the feedback so far has changed; and
of each changed answer, on request, which feedback it came from."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import gradio as gr

from assistant.cards import show_value
from assistant.types import Changed
from ui.desk import PRESS, Desk, Visit
from ui.html import button, markdown, plain, tag

__all__ = ["draw", "draw_causes", "tab"]

MOST = 12
"""Changed answers that can be asked for their causes."""


def tab(desk: Desk, opened: gr.Tab) -> None:
    """Build the tab; it is drawn anew whenever it is opened."""
    text = gr.HTML(js_on_load=None, apply_default_css=False, elem_id="learned")
    causes = gr.HTML(js_on_load=PRESS, apply_default_css=False, elem_id="causes")

    def look(visit: Visit) -> dict[Any, Any]:
        visit.paint = False
        account = visit.session.account
        return {text: draw(account.learned(), visit.session.view()), causes: draw_causes(account.moved())}

    def press(visit: Visit) -> dict[Any, Any]:
        visit.paint = False
        account, example = visit.session.account, str(visit.press.get("example", ""))
        return {causes: draw_causes(account.moved(), example, account.because(example))}

    desk.on(opened.select, look, also=[text, causes], counted=False)
    desk.on(causes.click, press, also=[causes], show_progress="minimal")


def draw(words: str, view: str) -> str:
    """The words, which are Markdown, under the `view`, which is safe HTML, or "" where there is no goal."""
    wanted = tag("div", view, class_="wanted") if view else ""
    return tag("div", tag("h2", "What I learned"), wanted, markdown(words), class_="page prose")


def draw_causes(moved: Sequence[Changed], asked: str = "", said: str = "") -> str:
    """The answers that changed; under the one that was `asked` about, what is `said` of its causes."""
    if not moved:
        return ""
    rows = [_row(one, said if one.example_id == asked else "") for one in moved[:MOST]]
    lead = tag("p", "Which feedback did it come from? Estimated from how each pushes the version's own weights.")
    return tag("div", tag("h2", "Changed answers"), lead, tag("ul", *rows, class_="changed"), class_="page")


def _row(one: Changed, said: str) -> str:
    arrow = f"{escape(show_value(one.before))} → {tag('b', escape(show_value(one.after)))}"
    words = " ".join(str(one.input).split())
    short = words if len(words) <= 120 else words[:119] + "…"
    told = tag("p", plain(said), class_="effect", role="status", dir="auto") if said else ""
    title = tag(
        "div", tag("p", tag("span", arrow, class_="arrow"), " ", escape(short), dir="auto"), told, class_="title"
    )
    return tag("li", title, button("Which feedback?", "causes", example=one.example_id))
