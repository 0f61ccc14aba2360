"""The page: what all tabs share, put together, and how it is kept up to date."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import gradio as gr

from ui.desk import IDLE_SECONDS, PRESS, Desk, Visit
from ui.people import People
from ui.views import chat, cost, export, find, learned, quality, review, rules, team, versions

__all__ = ["STATIC", "blocks", "theme"]

STATIC = Path(__file__).parent / "static"
TABS: tuple[tuple[str, ModuleType], ...] = (
    ("Find", find), ("Rules", rules), ("Review", review), ("What I learned", learned), ("Versions", versions),
    ("Team", team), ("Quality", quality), ("Cost", cost), ("Export", export),
)  # fmt: skip
"""Each file of `views` is a tab: `tab(desk, opened)` builds it."""
KEEP_SECONDS = 3600
"""How long a file made for download is kept."""


def theme() -> gr.themes.Base:
    """Warm paper, one green; the fonts come with Gradio, so that nothing is fetched from elsewhere."""
    text = (gr.themes.LocalFont("Source Sans Pro", weights=(400, 700)), "system-ui", "sans-serif")
    return gr.themes.Base(
        primary_hue="teal", neutral_hue="stone", font=text, font_mono=("ui-monospace", "monospace"), radius_size="md"
    )


def blocks(people: People, author: str, queue_size: int = 64) -> gr.Blocks:
    """The whole page, ready to be mounted.

    Args:
        author: who speaks where nobody logs in.
        queue_size: events that may wait at once; more are turned away.
    """
    with gr.Blocks(
        title="Sayso", analytics_enabled=False, fill_width=True, delete_cache=(KEEP_SECONDS, KEEP_SECONDS)
    ) as page:
        desk = Desk(
            people, author,
            ids=gr.State({}, time_to_live=24 * KEEP_SECONDS),
            bar=_html("bar", BAR),
            log=_html("log", LOG, render=False, autoscroll=False),
            example=_html("example", EXAMPLE, render=False),
            progress=_html("progress", PROGRESS, render=False),
            timer=gr.Timer(IDLE_SECONDS),
        )  # fmt: skip
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Chat", id="chat"):
                chat.tab(desk)
            for title, view in TABS:
                with gr.Tab(title, id=view.__name__.rpartition(".")[2]) as opened:
                    view.tab(desk, opened)
        gr.HTML((STATIC / "keys.html").read_text("utf-8"), js_on_load=None, apply_default_css=False)
        desk.on(desk.bar.click, _bar(people))
        loaded = desk.on(page.load, lambda visit: None, counted=False)
        desk.on(loaded.then, chat.begin, counted=False)
        desk.on(desk.timer.tick, chat.poll(desk), counted=False, queue=False)
    page.queue(api_open=False, max_size=queue_size, default_concurrency_limit=8)
    return page


def _html(id: str, value: str, **given: Any) -> gr.HTML:
    return gr.HTML(value, elem_id=id, js_on_load=PRESS, apply_default_css=False, **given)


def _bar(people: People) -> Any:
    def press(visit: Visit) -> None:
        """A new conversation, or an earlier one of the same person."""
        if visit.press.get("act") == "new":
            visit.ids = {"conversation": people.start(visit.author)}
            with people.session(visit.author, visit.ids["conversation"]) as session:
                session.next()
        elif visit.press.get("value") in {id for id, _ in visit.session.conversations()}:
            visit.ids = {"conversation": visit.press["value"]}

    return press


# what stands there until the first answer of the server: the same boxes, so that nothing jumps
BAR = '<header class="bar"><span class="brand"><strong>Sayso</strong></span></header>'
LOG = '<div class="log" role="log"></div>'
EXAMPLE = '<section class="example waiting"><h2>Example</h2><p class="effect">One moment…</p></section>'
PROGRESS = '<div class="progress idle"><p></p></div>'
