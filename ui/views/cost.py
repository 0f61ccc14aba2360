"""The tab Cost: people's minutes, compute and money, what was said when, how readings fared, and what it gained."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.cost import Sheet, table
from ui.chart import bars, line
from ui.desk import PRESS, Desk, Visit
from ui.html import button, figure, percent, tag

__all__ = ["charts", "draw", "files", "tab"]


def tab(desk: Desk, opened: gr.Tab) -> None:
    """Build the tab; it is drawn anew whenever it is opened."""
    shown = gr.HTML(js_on_load=PRESS, apply_default_css=False, elem_id="cost")
    take = gr.DownloadButton("Download", visible=False, elem_id="cost-take", scale=0)

    def look(visit: Visit) -> dict[Any, Any]:
        visit.paint = False
        return {shown: draw(visit.session.cost.sheet()), take: gr.DownloadButton(value=None, visible=False)}

    def press(visit: Visit) -> dict[Any, Any]:
        visit.paint = False
        archive = Path(tempfile.mkdtemp(prefix="sayso-export-")) / f"{visit.session.name.replace('/', '-')}-cost.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            for name, text in files(visit.session.cost.sheet()).items():
                file.writestr(name, text)
        return {take: gr.DownloadButton(f"Download {archive.name}", value=str(archive), visible=True)}

    desk.on(opened.select, look, also=[shown, take], counted=False)
    desk.on(shown.click, press, also=[take])


def files(sheet: Sheet) -> dict[str, str]:
    """What can be taken away: tables as CSV, charts as SVG."""
    tables = {"days.csv": sheet.days, "versions.csv": sheet.steps, "parsers.csv": sheet.parsers}
    drawn = {f"{name}.svg": chart for name, chart in charts(sheet).items()}
    return {name: table(rows) for name, rows in tables.items()} | drawn


def charts(sheet: Sheet) -> dict[str, str]:
    days = [f"{day.day:%d %b}" for day in sheet.days]
    kinds = {
        kind: [float(getattr(day, kind)) for day in sheet.days] for kind in ("labels", "preferences", "constraints")
    }
    versions = [step.version for step in sheet.steps]
    gains = [None if step.gain is None else 100 * step.gain for step in sheet.steps]
    return {
        "volume": bars("Pieces of feedback per day", days, kinds),
        "minutes": bars("People’s minutes per day", days, {"minutes": [day.minutes for day in sheet.days]}),
        "gain": line("Points gained by each version, held-out", versions, gains),
    }


def draw(sheet: Sheet) -> str:
    """The figures, the charts, and the parsers."""
    gain = "–" if sheet.gain is None else f"{100 * sheet.gain:+.1f} points"
    each = "–" if sheet.gain_per_minute is None else figure(sheet.gain_per_minute)
    money = "–" if sheet.money is None else figure(sheet.money)
    hundred = "–" if sheet.money_per_100 is None else figure(sheet.money_per_100)
    cells = (
        ("people’s time", f"{sheet.all_minutes:.1f} min"),
        ("feedback", str(sheet.feedback)),
        ("training", f"{sheet.compute_seconds:.0f} s"),
        ("gained by feedback", gain),
        ("points per minute", each),
        ("money", money),
        ("per 100 critiques", hundred),
        ("readings that wait", str(sheet.waiting)),
        ("not learned yet", str(sheet.unlearned)),
        ("jobs open", str(sheet.jobs)),
    )
    figures = tag(
        "dl", *(tag("div", tag("dt", name), tag("dd", escape(value))) for name, value in cells), class_="sums"
    )
    drawn = [tag("figure", chart, class_="taken") for chart in charts(sheet).values()]
    lead = (
        "A person’s time is from something being shown to their word about it, at most two minutes each; "
        "training is what the reports say. Money needs a parser whose server counts tokens, and its prices "
        "(settings parser_price_in and parser_price_out, per million tokens)."
    )
    return tag(
        "div", tag("h2", "Cost"), tag("p", lead, class_="effect"), figures, *drawn, _people(sheet), _parsers(sheet),
        tag("div", button("Make a file of it", "file", title="Tables as CSV, charts as SVG"), class_="row"),
        class_="page",
    )  # fmt: skip


def _people(sheet: Sheet) -> str:
    rows = [(escape(who), f"{minutes:.1f}") for who, minutes in sorted(sheet.minutes.items())]
    return _table("Minutes by person", ("person", "minutes"), rows)


def _parsers(sheet: Sheet) -> str:
    rows = [
        (
            escape(one.parser), str(one.readings), percent(one.accepted), str(one.corrected), str(one.rejected),
            "–" if one.tokens_in is None else f"{one.tokens_in:,} + {one.tokens_out or 0:,}",
            "–" if one.money_per_100 is None else figure(one.money_per_100),
        )
        for one in sheet.parsers
    ]  # fmt: skip
    heads = ("parser", "readings", "accepted", "corrected", "undone", "tokens in + out", "money per 100")
    return _table("Readings by parser", heads, rows)


def _table(title: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    top = tag("tr", *(tag("th", head, scope="col") for head in heads))
    body = [tag("tr", *(tag("td", cell) for cell in row)) for row in rows]
    inside = tag("table", tag("caption", title), tag("thead", top), tag("tbody", *body))
    return tag("div", inside, class_="wide", tabindex="0", role="region", aria_label=title)
