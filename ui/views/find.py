"""The tab Find: search over all examples, by meaning or by words, and one word about all that are ticked."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.cards import show_value
from assistant.errors import UserError
from assistant.pool.find import Hit, Reach
from ui.desk import PRESS, Desk, Visit
from ui.html import button, tag
from ui.menus import value_field

__all__ = ["draw", "tab"]

BY = {"By meaning": "meaning", "By words": "words"}
LONGEST = 300
"""Characters of a text that are shown."""
SHOWN = 50


def tab(desk: Desk, opened: gr.Tab) -> None:
    """Build the tab."""
    gr.HTML(LEAD, js_on_load=None, apply_default_css=False)
    with gr.Row(elem_id="find-row", equal_height=True):
        box = gr.Textbox(
            placeholder="late parcels", show_label=False, container=False, elem_id="find-box", max_length=500,
            scale=1, label="What to look for",
        )  # fmt: skip
        go = gr.Button("Find", variant="primary", elem_id="find-go", scale=0, min_width=84)
    with gr.Row(elem_id="find-how"):
        by = gr.Radio([*BY], value="By meaning", show_label=False, container=False, elem_id="find-by", label="How")
        unsaid = gr.Checkbox(label="Only what nobody judged yet", container=False, elem_id="find-unsaid")
    found = gr.HTML(js_on_load=PRESS, apply_default_css=False, elem_id="found")
    take = gr.DownloadButton("Download", visible=False, elem_id="find-take", scale=0)

    def look(visit: Visit) -> dict[Any, Any]:
        visit.paint = False
        hidden = gr.DownloadButton(value=None, visible=False)
        return {found: _drawn(visit) if visit.ids.get("find") else draw_reach(visit.session.find.reach()), take: hidden}

    def find(visit: Visit, text: str, by: str, unsaid: bool) -> dict[Any, Any]:
        visit.paint = False
        asked = {"text": text, "by": BY.get(by, "meaning"), "unsaid": bool(unsaid)}
        hits = visit.session.find.search(text, asked["by"], SHOWN, asked["unsaid"])  # type: ignore[arg-type]
        visit.ids = {**visit.ids, "find": asked}
        drawn = draw(hits, visit.session.labels(), visit.session.find.reach(), asked)
        return {found: drawn, take: gr.DownloadButton(value=None, visible=False)}

    def press(visit: Visit) -> dict[Any, Any]:
        act, picks = visit.press.get("act"), _picks(visit.press.get("picks"))
        if act == "read":
            visit.session.find.read()
            return look(visit)
        if act == "label":
            asked = visit.ids.get("find") or {}
            visit.session.find.label(picks, str(visit.press.get("label", "")), why=asked.get("text", ""))
            return {found: _drawn(visit, f"{_examples(len(picks))} labelled; Undo takes it back for all.")}
        if act == "undo-last":
            visit.session.undo()
            return {found: _drawn(visit, "Undone.")}
        visit.paint = False
        if not picks:
            raise UserError("Nothing is chosen", do="tick what you mean")
        file = Path(tempfile.mkdtemp(prefix="sayso-export-")) / f"{visit.session.name.replace('/', '-')}-ids.txt"
        file.write_text("".join(f"{id}\n" for id in picks), encoding="utf-8")
        return {take: gr.DownloadButton(f"Download {_examples(len(picks))}’ ids", value=str(file), visible=True)}

    desk.on(opened.select, look, also=[found, take], counted=False)
    for event in (go.click, box.submit):
        desk.on(event, find, [box, by, unsaid], [found, take], show_progress="minimal")
    desk.on(found.click, press, also=[found, take])


def _picks(sent: Any) -> list[str]:
    """The ids that the browser sent, which can be anything."""
    if not isinstance(sent, list) or not all(isinstance(one, str) for one in sent):
        return []
    return list(dict.fromkeys(sent))


def _drawn(visit: Visit, told: str = "") -> str:
    """What was found, as it is by now."""
    asked, find = visit.ids.get("find"), visit.session.find
    if not asked:
        raise UserError("Nothing was looked for yet", do="look for something first")
    hits = find.search(asked["text"], asked["by"], SHOWN, asked["unsaid"])
    return draw(hits, visit.session.labels(), find.reach(), asked, told)


LEAD = """<div class="page"><h2>Find</h2><p class="effect">Look through all examples, tick what you mean, and say it of
all at once. It is feedback like any other: learned, exported, and taken back by one Undo.</p></div>"""


def draw(hits: Sequence[Hit], labels: Sequence[str], reach: Reach, asked: dict[str, Any], told: str = "") -> str:
    """What was found, with boxes to tick."""
    status = told or (f"{_examples(len(hits))} for “{asked['text']}”." if hits else f"Nothing for “{asked['text']}”.")
    head = tag("p", escape(status), class_="status", role="status")
    if not hits:
        return tag("div", head, _reach(reach), class_="page")
    tools = tag(
        "div",
        tag("button", "All", type="button", data_here="tick-all", aria_label="Tick all"),
        tag("button", "None", type="button", data_here="tick-none", aria_label="Tick none"),
        tag("span", "none ticked", class_="effect ticked", aria_live="polite"),
        tag("span", value_field("label", labels[0] if labels else "", labels, "Label"), class_="as"),
        button("Label them", "label", style="main", picks=""),
        button("Undo", "undo-last"),
        button("Take their ids", "ids", picks=""),
        class_="row tools", role="toolbar", aria_label="What is ticked",
    )  # fmt: skip
    rows = tag("ul", *(_row(hit) for hit in hits), class_="hits", aria_label="What was found")
    return tag("div", head, tools, rows, _reach(reach), class_="page")


def draw_reach(reach: Reach) -> str:
    """What a search by meaning looks at, before anything is asked."""
    return tag("div", _reach(reach), class_="page")


def _row(hit: Hit) -> str:
    text = hit.text if len(hit.text) <= LONGEST else f"{hit.text[:LONGEST].rstrip()}…"
    marks = [tag("span", f"{hit.score:.2f}", class_="effect", title="Cosine to what was asked")] if hit.score else []
    if hit.said is not None:
        marks.append(tag("span", escape(show_value(hit.said)), class_="badge good", title="Said by people"))
    elif hit.label is not None:
        marks.append(tag("span", escape(show_value(hit.label)), class_="badge known", title="Came with the data"))
    if hit.heldout:
        marks.append(tag("span", "held out", class_="badge known", title="Judges versions, and never teaches"))
    box = f'<input type="checkbox" name="pick" value="{escape(hit.id)}"{" disabled" if hit.heldout else ""}>'
    return tag("li", tag("label", box, tag("span", escape(text), class_="text", dir="auto")), *marks)


def _reach(reach: Reach) -> str:
    """How much was read, and what to do about the rest."""
    if reach.read >= reach.total or reach.few:
        return ""
    share = f"By meaning, {reach.read:,} of {reach.total:,} texts can be searched."
    if reach.job:
        return tag("p", escape(f"{share} The others are being read, beside the chat: {reach.job}."), class_="effect")
    more = " To read the others once takes some minutes for 100,000 short texts, hours for a million."
    return tag("div", tag("p", escape(share + more), class_="effect"), button("Read them all", "read"), class_="reach")


def _examples(number: int) -> str:
    return f"{number} example{'' if number == 1 else 's'}"
