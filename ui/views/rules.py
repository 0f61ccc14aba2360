"""The tab Rules: what is in force from now on, in words, each with a switch."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import gradio as gr

from assistant.errors import UserError
from assistant.session import Rule
from ui.desk import PRESS, Desk, Visit
from ui.html import plain, since, tag

__all__ = ["draw", "tab"]


def tab(desk: Desk, opened: gr.Tab) -> None:
    """Build the tab; it is drawn anew whenever it is opened."""
    table = gr.HTML(js_on_load=PRESS, apply_default_css=False, elem_id="rules")

    def look(visit: Visit) -> dict[Any, Any]:
        visit.paint = False
        return {table: draw(visit.session.rules())}

    def switch(visit: Visit) -> dict[Any, Any]:
        rule, on = str(visit.press.get("rule", "")), visit.press.get("value") == "1"
        if rule not in {known.id for known in visit.session.rules()}:
            raise UserError("That rule is not there any more", do="open the tab again")
        visit.session.switch(rule, on)
        return {table: draw(visit.session.rules())}

    desk.on(opened.select, look, also=[table], counted=False)
    desk.on(table.click, switch, also=[table])


def draw(rules: Sequence[Rule]) -> str:
    """The rules, newest first as given."""
    if not rules:
        empty = tag(
            "p", plain("No rules yet. Say, for example: **whenever somebody mentions a refund it's a complaint**.")
        )
        return tag("div", tag("h2", "Rules"), empty, class_="page")
    rows = [_row(rule) for rule in rules]
    lead = tag(
        "p", "A rule acts on the very next answer, and is taught to the model at the next training.", class_="effect"
    )
    return tag("div", tag("h2", "Rules"), lead, tag("ul", *rows, class_="rules"), class_="page")


def _row(rule: Rule) -> str:
    switch = tag(
        "button", "<i></i>", type="button", role="switch", class_="switch", aria_checked=str(rule.on).lower(),
        aria_label=f"In force: {rule.text}", data_act="switch", data_rule=rule.id, data_value=int(not rule.on),
    )  # fmt: skip
    words = f"“{rule.words}” · " if rule.words else ""
    waits = " · held: not obeyed until somebody has looked at it, under Quality" if rule.held else ""
    said = escape(f"{words}{rule.author}, {since(rule.created_at)}{waits}")
    text = tag("p", plain(rule.text), class_="rule-text", dir="auto")
    return tag(
        "li", switch, tag("div", text, tag("p", said, class_="effect", dir="auto")), class_="on" if rule.on else "off"
    )
