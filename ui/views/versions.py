"""The tab Versions: what each training changed, and the way back to any of them."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.errors import UserError
from assistant.session import Version
from assistant.types import Report
from ui.blind import VOTES, panel
from ui.compare import sides
from ui.curve import draw as draw_curve
from ui.desk import PRESS, Desk, Visit
from ui.draw import Shown
from ui.html import button, figure, percent, plain, since, tag
from ui.report import changes

__all__ = ["draw", "tab"]

BASE = "base"


def tab(desk: Desk, opened: gr.Tab) -> None:
    """Build the tab; it is drawn anew whenever it is opened."""
    table = gr.HTML(js_on_load=PRESS, apply_default_css=False, elem_id="versions")
    take = gr.DownloadButton("Download", visible=False, elem_id="take-card", scale=0)
    beside(desk, opened)

    def drawn(visit: Visit, shown: str | None = None, blind: str = "") -> dict[Any, Any]:
        opened = (visit.session.changes(shown), visit.session.compared(shown)) if shown else None
        curve = visit.session.curve
        points = curve.points()
        course = draw_curve(points, curve.forecast(points), curve.advice(points))
        return {table: draw(visit.session.versions(), shown, opened, blind, course)}

    def look(visit: Visit) -> dict[Any, Any]:
        visit.paint = False
        return {**drawn(visit), take: gr.DownloadButton(value=None, visible=False)}

    def press(visit: Visit) -> dict[Any, Any]:
        version, act = str(visit.press.get("version", "")), visit.press.get("act")
        known = {one.id: one.name for one in visit.session.versions()}
        if version not in {"", BASE, *known}:
            raise UserError("That version is not there any more", do="open the tab again")
        if act in ("changes", "trial", "vote", "card"):
            visit.paint = False
        if act == "changes":
            return drawn(visit, version or None)
        if act == "card":
            card = _card(visit, known[version])
            return {take: gr.DownloadButton(f"Download {card.name}", value=str(card), visible=True)}
        if act == "trial":
            return drawn(visit, blind=_next(visit, version, known[version]))
        if act == "vote":
            return drawn(visit, blind=_voted(visit, known))
        visit.session.use(version)
        return drawn(visit)

    desk.on(opened.select, look, also=[table, take], counted=False)
    desk.on(table.click, press, also=[table, take])


def beside(desk: Desk, opened: gr.Tab) -> None:
    """Ask any two versions about anything that is typed in."""
    with gr.Column(elem_id="beside"):
        gr.HTML(BESIDE, js_on_load=None, apply_default_css=False)
        with gr.Row(equal_height=True):
            text = gr.Textbox(
                placeholder="Type anything…", label="Input", show_label=False, lines=1, max_lines=6, container=False,
                elem_id="beside-text", max_length=4000, scale=4, min_width=240,
            )  # fmt: skip
            old, new = (
                gr.Dropdown([BASE], value=BASE, label=name, show_label=False, container=False, elem_id=id, min_width=90)
                for name, id in (("one version", "beside-old"), ("the other", "beside-new"))
            )
            ask = gr.Button("Ask both", elem_id="beside-ask", scale=0, min_width=110)
        said = gr.HTML(js_on_load=None, apply_default_css=False, elem_id="beside-said")

    def look(visit: Visit) -> dict[Any, Any]:
        visit.paint = False
        versions = visit.session.versions()
        names = [*(version.name for version in versions), BASE]
        live = next((version for version in versions if version.live), None)
        pair = (live.parent, live.name) if live else (BASE, names[0])
        return {part: gr.Dropdown(names, value=name) for part, name in zip((old, new), pair, strict=True)}

    def compare(visit: Visit, text: str, old: str, new: str) -> dict[Any, Any]:
        visit.paint = False
        return {said: sides(*visit.session.account.compare(str(old), str(new), text))}

    desk.on(opened.select, look, also=[old, new], counted=False)
    for event in (ask.click, text.submit):
        desk.on(event, compare, [text, old, new], [said], show_progress="minimal")


BESIDE = """<div class="page"><h2>Two versions beside each other</h2></div>"""


def _card(visit: Visit, name: str) -> Path:
    """The model card of a version, as a file that the page may serve; Gradio clears it."""
    path = Path(tempfile.mkdtemp(prefix="sayso-card-")) / f"{visit.session.name}-{name}.md".replace("/", "-")
    path.write_text(visit.session.account.card(name), encoding="utf-8")
    return path


def _voted(visit: Visit, known: dict[str, str]) -> str:
    """What was said of the two on screen is kept, and the next two are drawn."""
    version, outputs = visit.ids.get("trial") or (None, None)
    vote = visit.press.get("value")
    if outputs is None or version not in known or vote not in VOTES:
        raise UserError("That comparison is over", do="open it again")
    visit.session.judge(outputs, vote)
    return _next(visit, version, known[version])


def _next(visit: Visit, version: str, name: str) -> str:
    try:
        trial = visit.session.trial(version)
    except UserError:
        trial = None  # the panel says so, with how the comparisons stand
    # which is which stays on the server
    visit.ids["trial"] = (version, trial.outputs) if trial else None
    return panel(name, trial, visit.session.tally(version))


def draw(
    versions: Sequence[Version], shown: str | None = None, opened: Shown | None = None, blind: str = "", curve: str = ""
) -> str:
    """The versions, newest first as given, and the model as it came.

    Args:
        opened: what the version `shown` changed.
        blind: a comparison of two, as safe HTML.
        curve: what was learned from how much feedback, as safe HTML.
    """
    live = next((version for version in versions if version.live), None)
    rows = [_row(version, opened if version.id == shown else None) for version in versions]
    back = "" if live is None else tag("div", button("Go back to this", "use", version=BASE), class_="row")
    name = tag("div", tag("h3", BASE), "" if live else _badge("live", "good"), class_="top")
    about = tag("p", "The model as it came, before any feedback.", class_="effect")
    base = tag("li", name, about, back, class_=None if live else "live")
    lead = tag(
        "p",
        "Every training makes a new version. It answers only if it is no worse than the one before.",
        class_="effect",
    )
    return tag(
        "div", tag("h2", "Versions"), lead, blind, curve, tag("ul", *rows, base, class_="versions"), class_="page"
    )


def _row(version: Version, opened: Shown | None) -> str:
    badge = _badge("live", "good") if version.live else _badge("held back", "bad") if version.kept_back else ""
    pieces = "piece" if version.feedback == 1 else "pieces"
    made = escape(f"from {version.parent} · {version.feedback} {pieces} of feedback · {since(version.created_at)}")
    label = "Keep it anyway" if version.kept_back else "Go back to this"
    use = "" if version.live else button(label, "use", version=version.id)
    use += button(
        "Compare blindly", "trial", version=version.id, title="With the version before, not told which is which"
    )
    use += button("Model card", "card", version=version.id, title="Data, people, figures with intervals, limits")
    return tag(
        "li",
        tag("div", tag("h3", escape(version.name)), badge, tag("span", made, class_="effect"), class_="top"),
        _figures(version.report) if version.report else "",
        tag("div", use, class_="row"),
        changes(version.id, *(opened or (None, ""))) if version.report else "",
        class_="live" if version.live else None,
    )


def _badge(words: str, style: str) -> str:
    return tag("span", words, class_=f"badge {style}")


def _figures(report: Report) -> str:
    """What the gate measured, as small figures."""
    fixed = sum(one.fixed for one in report.asked)
    cells = []
    if report.before is not None and report.after is not None:
        # with measures, it is what the outputs are worth; else a share of the held-out examples
        name, say = (report.metric, figure) if report.measures else (f"held-out {report.metric}", _share)
        cells.append((name, f"{say(report.before)} → {tag('b', say(report.after))}"))
    if report.asked:
        cells.append(("asked again", f"{tag('b', str(fixed))} of {len(report.asked)} fixed"))
    moved, earlier = ("moved", "what you saw") if report.measures else ("changed", "earlier answers")
    cells.append((earlier, f"{tag('b', str(len(report.changed)))} of {report.checked} {moved}"))
    cells.append(("training", f"{report.seconds:.1f} s"))
    drawn = [tag("div", tag("dt", escape(name)), tag("dd", value)) for name, value in cells]
    why = "" if report.live else tag("p", plain(f"Held back: {report.why}"), class_="effect")
    return tag("dl", *drawn) + why


def _share(value: float) -> str:
    return percent(value, 1)
