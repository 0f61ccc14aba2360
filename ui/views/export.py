"""The tab Export: all feedback with its provenance, in the formats that training tools read, as one zip file; and the
files for other tools that the task itself can make (`Task.downloads`)."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.errors import UserError
from assistant.exports import exporter
from assistant.tasks import Download
from ui.desk import PRESS, Desk, Visit
from ui.html import button, tag

__all__ = ["draw", "draw_files", "tab"]


def tab(desk: Desk, opened: gr.Tab) -> None:
    """Build the tab."""
    gr.HTML(LEAD, js_on_load=None, apply_default_css=False)
    names = exporter.names()
    format = gr.Radio(
        names, value="jsonl" if "jsonl" in names else None, label="Format", elem_id="format", container=False
    )
    with gr.Row(elem_id="export-row"):
        make = gr.Button("Make the file", variant="primary", elem_id="make", scale=0, min_width=150)
        file = gr.DownloadButton("Download", interactive=False, elem_id="download", scale=0, min_width=150)
    about = gr.HTML(js_on_load=None, apply_default_css=False, elem_id="export-about")

    def export(visit: Visit, format: str) -> dict[Any, Any]:
        visit.paint = False
        if format not in exporter.names():
            raise UserError(f"There is no format {format!r}", f"there is: {', '.join(exporter.names())}")
        out = _folder()
        folder = f"{visit.session.name}-{format}".replace("/", "-")
        manifest = visit.session.export(format, out / folder)
        archive = Path(shutil.make_archive(str(out / folder), "zip", out, folder))
        shutil.rmtree(out / folder)
        return {file: gr.DownloadButton("Download", value=str(archive), interactive=True), about: draw(manifest)}

    desk.on(make.click, export, [format], [file, about], show_progress="minimal")
    format.change(
        lambda: (gr.DownloadButton("Download", value=None, interactive=False), ""), None, [file, about],
        api_visibility="private", show_progress="hidden",
    )  # fmt: skip
    _task_files(desk, opened)


def _task_files(desk: Desk, opened: gr.Tab) -> None:
    """What the task can make, one button each; the last one made can be taken."""
    files = gr.HTML(js_on_load=PRESS, apply_default_css=False, elem_id="files")
    take = gr.DownloadButton("Download", visible=False, elem_id="take", scale=0)

    def look(visit: Visit) -> dict[Any, Any]:
        visit.paint = False
        return {files: draw_files(visit.session.task.downloads), take: gr.DownloadButton(value=None, visible=False)}

    def press(visit: Visit) -> dict[Any, Any]:
        visit.paint = False
        name = str(visit.press.get("file", ""))
        made = visit.session.download(name, _folder())
        shown = gr.DownloadButton(f"Download {made.path.name}", value=str(made.path), visible=True)
        return {files: draw_files(visit.session.task.downloads, name, made.said), take: shown}

    desk.on(opened.select, look, also=[files, take], counted=False)
    desk.on(files.click, press, also=[files, take], show_progress="minimal")


def _folder() -> Path:
    """A new folder each time, under the temporary folder that the page serves from; Gradio clears it."""
    return Path(tempfile.mkdtemp(prefix="sayso-export-"))


LEAD = """<div class="page"><h2>Export</h2><p class="effect">Everything you said, with who said it, when, about which
answer of which version, and how it was understood. A dataset card and a manifest come with it.</p></div>"""


def draw(manifest: Any) -> str:
    """What the file holds."""
    files = "".join(tag("li", escape(one.path)) for one in manifest.files)
    pieces = "piece" if manifest.feedback == 1 else "pieces"
    held = f"{manifest.feedback} {pieces} of feedback, as {manifest.format}"
    return tag("div", tag("p", escape(held)), tag("ul", files), class_="page")


def draw_files(offered: Sequence[Download], made: str = "", said: str = "") -> str:
    """The task's files; of the one called `made` what is `said` of it. "" where the task has none."""
    if not offered:
        return ""
    rows = (_file(one, said if one.name == made else "") for one in offered)
    slow = " The best are made anew, which takes some seconds." if any(one.of == "outputs" for one in offered) else ""
    lead = tag("p", f"By all that you said so far.{slow}", class_="effect")
    return tag("div", tag("h2", "For other tools"), lead, tag("ul", *rows, class_="files"), class_="page")


def _file(one: Download, said: str) -> str:
    about = tag("p", escape(f"{one.name}: {said}."), class_="effect", role="status") if said else ""
    title = tag("div", tag("p", escape(one.title)), about, class_="title")
    return tag("li", title, button(f"Make {one.name}", "file", file=one.name))
