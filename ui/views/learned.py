"""The tab What I learned: what the goal of the task is by now, and in words, what the feedback so far has changed."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui.desk import Desk, Visit
from ui.html import markdown, tag

__all__ = ["draw", "tab"]


def tab(desk: Desk, opened: gr.Tab) -> None:
    """Build the tab; it is drawn anew whenever it is opened."""
    text = gr.HTML(js_on_load=None, apply_default_css=False, elem_id="learned")

    def look(visit: Visit) -> dict[Any, Any]:
        visit.paint = False
        return {text: draw(visit.session.learned(), visit.session.view())}

    desk.on(opened.select, look, also=[text], counted=False)


def draw(words: str, view: str) -> str:
    """The words, which are Markdown, under the `view`, which is safe HTML, or "" where there is no goal."""
    wanted = tag("div", view, class_="wanted") if view else ""
    return tag("div", tag("h2", "What I learned"), wanted, markdown(words), class_="page prose")
