"""The tab Export: the files that a task can make are offered as the task names them, made, and taken."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from assistant.downloads import Made
from assistant.tasks import Download
from tests.ui.fake import FakeSession
from ui.desk import Visit
from ui.views import export

OFFERED = (Download("best.abc", "The best <ones>"), Download("wish.toml", "What you want", of="goal"))


class Wires:
    """Keeps the handlers by the event that they hang on."""

    def __init__(self) -> None:
        self.handlers: dict[str, Any] = {}

    def on(self, event: Any, handler: Any, *given: Any, also: Any = (), **_: Any) -> None:
        self.handlers[handler.__name__] = handler


@pytest.fixture
def handlers() -> dict[str, Any]:
    wires = Wires()
    with gr.Blocks():
        export.tab(wires, SimpleNamespace(select=None))  # type: ignore[arg-type]
    return wires.handlers


def visit(downloads: tuple[Download, ...], **press: Any) -> Visit:
    session = FakeSession("ada")
    session.task = replace(session.task, downloads=downloads)

    def download(name: str, folder: Path) -> Made:
        session.calls.append(("download", name))
        path = folder / f"classify-{name}"
        path.write_text("made", encoding="utf-8")
        return Made(path, "7 by v2 & more")

    session.download = download  # type: ignore[attr-defined]
    return Visit(session, {}, press, "ada")  # type: ignore[arg-type]


def painted(updates: dict[Any, Any]) -> tuple[str, gr.DownloadButton]:
    """The list of files, and the button that gives the one that was made."""
    by_id = {part.elem_id: update for part, update in updates.items()}
    return by_id["files"], by_id["take"]


def test_what_the_task_can_make_is_offered_with_a_button_each(handlers: dict[str, Any]) -> None:
    html, take = painted(handlers["look"](visit(OFFERED)))
    assert html.count("<button") == 2 and "The best &lt;ones&gt;" in html
    assert 'data-act="file" data-file="best.abc"' in html and "takes some seconds" in html
    assert "takes some seconds" not in export.draw_files(OFFERED[1:])
    assert take.visible is False


def test_a_task_that_makes_no_files_offers_none(handlers: dict[str, Any]) -> None:
    html, take = painted(handlers["look"](visit(())))
    assert html == "" and take.visible is False


def test_a_press_makes_the_file_says_what_it_holds_and_gives_it(handlers: dict[str, Any]) -> None:
    there = visit(OFFERED, act="file", file="wish.toml")
    html, take = painted(handlers["press"](there))
    assert there.session.calls == [("download", "wish.toml")]  # type: ignore[attr-defined]
    assert "wish.toml: 7 by v2 &amp; more." in html and html.count('role="status"') == 1
    assert take.visible is True
    assert "Download classify-wish.toml" in str(take.label)
