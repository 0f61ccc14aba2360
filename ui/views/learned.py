"""The tab What I learned: in words, what the feedback so far has changed."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui.desk import Desk, Visit
from ui.html import markdown, tag

__all__ = ["tab"]


def tab(desk: Desk, opened: gr.Tab) -> None:
    """Build the tab; it is drawn anew whenever it is opened."""
    text = gr.HTML(js_on_load=None, apply_default_css=False, elem_id="learned")

    def look(visit: Visit) -> dict[Any, Any]:
        visit.paint = False
        return {text: tag("div", tag("h2", "What I learned"), markdown(visit.session.learned()), class_="page prose")}

    desk.on(opened.select, look, also=[text], counted=False)
