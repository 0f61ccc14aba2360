"""One pass through the labels to review, by keys alone, on the real page."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import ROOT, Opener, Server
from tests.tiny import tiny_encoder

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
TURNED = {"order": "praise", "praise": "order", "question": "complaint", "complaint": "question"}
FOLDER = Path(os.environ.get("SAYSO_SHOTS", ROOT / "docs" / "screenshots"))


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on the demo's labelled messages, every ninth of them with a wrong label, and a model made here."""
    folder = tmp_path_factory.mktemp("review")
    lines = (ROOT / "assistant" / "tasks" / "demo" / "messages.jsonl").read_text("utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["label"] is not None]
    for row in rows[::9]:
        row["label"] = TURNED[row["label"]]
    data = folder / "messages.jsonl"
    plain = [{"id": row["id"], "text": row["text"], "label": row["label"], "split": "train"} for row in rows]
    data.write_text("\n".join(map(json.dumps, plain)), encoding="utf-8")
    running = Server(folder / "home", ("--data", str(data), "--base", tiny_encoder(folder / "encoder"))).start()
    yield running
    running.stop()


def doubt(page: Any) -> str:
    return str(page.locator("#review .doubt").get_attribute("data-doubt"))


def press(page: Any, key: str) -> str:
    """Press a key, and wait until another label is asked about. Returns which."""
    before = doubt(page)
    page.keyboard.press(key)
    page.wait_for_function(
        "id => (document.querySelector('#review .doubt')?.dataset.doubt ?? id) != id",
        arg=before,
    )
    return doubt(page)


def opened(page: Any) -> Any:
    page.get_by_role("tab", name="Review").click()
    page.wait_for_selector("#review .doubt", timeout=240_000)
    return page


def test_labels_are_kept_corrected_dropped_and_put_off_by_one_key_each(wrong: Server, window: Opener) -> None:
    page = opened(window(wrong.url))
    first, given = doubt(page), page.inner_text("#review .given b.bad")
    assert "models trained without it say" in page.inner_text("#review .why")
    assert page.locator("#review .status").get_attribute("role") == "status"
    second = press(page, "c")
    assert second != first
    page.keyboard.press("u")
    page.wait_for_function("id => document.querySelector('#review .doubt').dataset.doubt == id", arg=first)
    assert page.inner_text("#review .given b.bad") == given, "as it was"
    assert press(page, "k") == second
    third = press(page, "d")
    assert press(page, "s") not in (first, second, third)
    page.get_by_role("tab", name="Chat").click()
    said = page.locator(".log").inner_text()
    assert f"{given} is right" in said and "no label is learned" in said and "Undone" in said


@pytest.mark.skipif(os.environ.get("SAYSO_SCREENSHOTS") != "1", reason="SAYSO_SCREENSHOTS=1 takes them")
@pytest.mark.parametrize("name", ["review", "review-dark", "review-phone"])
def test_pictures_of_it(wrong: Server, window: Opener, name: str) -> None:
    page = opened(window(wrong.url, dark="dark" in name, phone="phone" in name))
    page.wait_for_timeout(800)
    page.screenshot(path=FOLDER / f"{name}.png")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, "nothing is wider than the page"
