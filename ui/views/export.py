"""The tab Export: all feedback with its provenance, in the formats that training tools read, as one zip file."""

from __future__ import annotations

import shutil
import tempfile
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.errors import UserError
from assistant.exports import exporter
from ui.desk import Desk, Visit
from ui.html import tag

__all__ = ["tab"]


def tab(desk: Desk) -> None:
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
        # a new folder each time, under the temporary folder that the page serves from; Gradio clears it
        out = Path(tempfile.mkdtemp(prefix="sayso-export-"))
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


LEAD = """<div class="page"><h2>Export</h2><p class="effect">Everything you said, with who said it, when, about which
answer of which version, and how it was understood. A dataset card and a manifest come with it.</p></div>"""


def draw(manifest: Any) -> str:
    """What the file holds."""
    files = "".join(tag("li", escape(one.path)) for one in manifest.files)
    pieces = "piece" if manifest.feedback == 1 else "pieces"
    held = f"{manifest.feedback} {pieces} of feedback, as {manifest.format}"
    return tag("div", tag("p", escape(held)), tag("ul", files), class_="page")
