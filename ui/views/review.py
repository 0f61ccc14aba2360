"""The tab Review: labels that are probably wrong, one at a time, each with one key to keep, correct or drop it."""

from __future__ import annotations

from html import escape
from typing import Any

import gradio as gr

from assistant.cards import show_value
from assistant.errors import UserError
from assistant.review.desk import Doubt, Queue
from ui.desk import PRESS, Desk, Visit
from ui.html import percent, plain, tag

__all__ = ["draw", "tab"]

SECONDS = 1.0
NEXT = 8
"""How many of those that come after are named."""
MOST_LABELS = 9
"""Labels that have a key of their own."""


def tab(desk: Desk, opened: gr.Tab) -> None:
    """Build the tab; a search runs beside the chat, and the tab looks after it until it is done."""
    table = gr.HTML(js_on_load=PRESS, apply_default_css=False, elem_id="review")
    timer = gr.Timer(SECONDS, active=False)

    def drawn(visit: Visit) -> dict[Any, Any]:
        queue = visit.session.review.queue()
        html = draw(queue, visit.session.labels(), visit.ids.get("passed") or [], visit.ids.get("reviewed"))
        return {table: html, timer: gr.Timer(SECONDS, active=queue.searching is not None)}

    def look(visit: Visit) -> dict[Any, Any]:
        visit.paint = False
        queue = visit.session.review.queue()
        try:
            if queue.stale and queue.searching is None:
                visit.session.review.look(wait=False)
        except UserError as wrong:
            return {table: _page(tag("p", escape(str(wrong)))), timer: gr.Timer(SECONDS, active=False)}
        return drawn(visit)

    def watch(visit: Visit) -> dict[Any, Any]:
        visit.paint = False
        return drawn(visit)

    def press(visit: Visit) -> dict[Any, Any]:
        act, id = str(visit.press.get("act", "")), str(visit.press.get("id", ""))
        _pressed(visit, act, id)
        return drawn(visit)

    desk.on(opened.select, look, also=[table, timer], counted=False)
    desk.on(timer.tick, watch, also=[table, timer], counted=False)
    desk.on(table.click, press, also=[table, timer])


def _pressed(visit: Visit, act: str, id: str) -> None:
    """One call to the session; what was decided last can be undone, what was passed over waits."""
    review = visit.session.review
    if act == "pass":
        visit.ids["passed"] = [*(visit.ids.get("passed") or []), id]
    elif act == "again":
        visit.ids["passed"] = []
        review.look(wait=False)
    elif act == "undo":
        visit.session.undo(str(visit.press.get("reading", "")))
        visit.ids["reviewed"] = None
    elif act in ("keep", "correct", "drop"):
        value = str(visit.press.get("value", ""))
        turn = review.keep(id) if act == "keep" else review.drop(id) if act == "drop" else review.correct(id, value)
        visit.ids["reviewed"] = next((message.card.reading for message in turn.messages if message.card), None)
    else:
        raise UserError(f"The page sent {act!r}, which means nothing here", do="load the page again")


def draw(queue: Queue, labels: tuple[str, ...], passed: list[str], reviewed: str | None = None) -> str:
    """The first doubt in full, the next ones by a line.

    Args:
        passed: ids of those that come last, because the person passed them over.
        reviewed: the reading of the latest decision, which can be undone.
    """
    order = {id: place for place, id in enumerate(passed, 1)}
    doubts = sorted(queue.doubts, key=lambda doubt: order.get(doubt.id, 0))
    undo = _key("Undo", "u", "undo", style="quiet", reading=reviewed) if reviewed else ""
    again = _key("Look again", "", "again", style="quiet") if queue.looked and queue.searching is None else ""
    first = _doubt(doubts[0], labels) if doubts else ""
    after = [_line(doubt) for doubt in doubts[1 : 1 + NEXT]]
    more = len(doubts) - 1 - len(after)
    rest = tag("p", f"and {more} more", class_="effect") if more > 0 else ""
    return _page(
        tag("p", escape(_status(queue)), class_="status", role="status"),
        first,
        tag("div", undo, again, class_="row after") if undo or again else "",
        tag("h3", "Then") + tag("ul", *after, class_="then") + rest if after else "",
    )


def _page(*inside: str) -> str:
    lead = "Labels that models trained without them find wrong. What you decide is feedback: it can be undone."
    return tag("div", tag("h2", "Review"), tag("p", lead, class_="effect"), *inside, class_="page")


def _status(queue: Queue) -> str:
    if queue.searching is not None:
        return f"Looking through the labels: {percent(queue.searching)}"
    if queue.wrong:
        return queue.wrong
    if not queue.looked:
        return "No labels were looked at yet."
    looked = f"{queue.looked:,} labels" if queue.looked == queue.of else f"{queue.looked:,} of {queue.of:,} labels"
    left = len(queue.doubts)
    if not left:
        return f"Nothing left: of {looked}, no other looks wrong."
    return f"{left} to review, of {looked}" + (". Something has changed since." if queue.stale else "")


def _doubt(doubt: Doubt, labels: tuple[str, ...]) -> str:
    """One question: the text, what is given and by whom, what is probably right and why, and the answers."""
    by = escape(doubt.by) if doubt.by else "the data"
    given, instead = escape(show_value(doubt.given)), escape(show_value(doubt.instead))
    others = [label for label in labels if label not in (doubt.given, doubt.instead)]
    keys = {label: str(place) for place, label in enumerate(labels[:MOST_LABELS], 1)}
    about = {"id": doubt.id}
    named = [_key(show_value(label), keys.get(label, ""), "correct", value=label, **about) for label in others]
    return tag(
        "section",
        tag("div", escape(show_value(doubt.input)), class_="view", dir="auto"),
        tag(
            "p", f"Given by {by}: ", tag("b", given, class_="bad"), " · probably ", tag("b", instead, class_="good"),
            class_="given",
        ),
        tag("p", plain(f"Why: {doubt.reason}."), class_="why"),
        tag(
            "div",
            _key(f"Keep {show_value(doubt.given)}", "k", "keep", **about),
            _key(f"It is {show_value(doubt.instead)}", "c", "correct", style="main", value=doubt.instead, **about),
            _key("Drop", "d", "drop", title="No label is right: nothing is learned from it", **about),
            _key("Later", "s", "pass", style="quiet", title="Ask me about the others first", **about),
            class_="row",
        ),
        tag("div", tag("span", "Or it is", class_="effect"), *named, class_="row others") if named else "",
        class_="doubt", aria_label="A label to review", data_doubt=doubt.id,
    )  # fmt: skip


def _line(doubt: Doubt) -> str:
    said = f"{escape(show_value(doubt.given))} → {tag('b', escape(show_value(doubt.instead)))}"
    text = " ".join(show_value(doubt.input).split())
    return tag("li", tag("span", said, class_="arrow"), " ", tag("span", escape(text[:140]), dir="auto"))


def _key(label: str, key: str, act: str, *, style: str = "", title: str | None = None, **data: Any) -> str:
    """A button with the key that presses it."""
    given = {f"data_{name}": value for name, value in data.items()}
    shown = f" {tag('kbd', escape(key))}" if key else ""
    return tag(
        "button", escape(label), shown, type="button", class_=style or None, title=title, data_act=act,
        data_key=key or None, aria_keyshortcuts=key or None, **given,
    )  # fmt: skip
