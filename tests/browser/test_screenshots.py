"""The pictures of the README, taken of the real page where SAYSO_SCREENSHOTS=1 asks for them."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from tests.browser.acts import answer, count, example, mark, say, teach, wait_for_more
from tests.browser.conftest import ROOT, Opener, Server

SHOTS = os.environ.get("SAYSO_SCREENSHOTS") == "1"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(280),
    pytest.mark.skipif(not SHOTS, reason="SAYSO_SCREENSHOTS=1 takes them"),
]
FOLDER = ROOT / "docs" / "screenshots"
LARGEST_BYTES = 250_000
WORDS = {
    "complaint": "no, that's a complaint: they are angry about it",
    "question": "no, that's a question: they want to know something",
    "order": "no, that's an order: they want to buy something",
    "praise": "no, that's praise: they are happy with it",
}


def shoot(page: Any, name: str) -> None:
    page.wait_for_timeout(500)
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png")
    assert (FOLDER / f"{name}.png").stat().st_size < LARGEST_BYTES


def test_the_readme_has_its_pictures(server: Server, window: Opener) -> None:
    page = window(server.url)
    told = _told(page)
    mark(page, " ".join(example(page).split()[-3:]).rstrip("."))
    teach(page, WORDS[told])
    _trained(page)
    teach(page, "whenever somebody mentions a refund it's a complaint")
    shoot(page, "chat")
    for tab, name in (("Rules", "rules"), ("Versions", "versions")):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_selector(f"#{name} li")
        if name == "versions":
            page.locator("#versions [data-act=changes]").first.click()
            page.wait_for_selector("#versions .changes")
        shoot(page, name)
    shoot(window(server.url, dark=True), "chat-dark")
    shoot(window(server.url, phone=True), "phone")


def _told(page: Any) -> str:
    """Go on to an example whose answer is wrong. Returns what is right, as the demo's authors know it."""
    demo = (ROOT / "assistant" / "tasks" / "demo" / "messages.jsonl").read_text("utf-8").splitlines()
    gold = {row["id"]: row["label"] or row.get("gold") for row in map(json.loads, demo)}
    for _ in range(60):
        right = gold[page.locator("#example section").get_attribute("data-example")]
        if right != answer(page):
            return str(right)
        say(page, "next")
    raise AssertionError("the model was right sixty times")


def _trained(page: Any) -> None:
    """Train, and wait for the report."""
    before = count(page)
    page.locator("#quick [data-act=learn]").click()
    page.wait_for_selector("#progress [role=progressbar]")
    wait_for_more(page, before, timeout=120_000)
    page.wait_for_selector("#progress .idle", state="attached", timeout=120_000)
    page.wait_for_function("() => document.querySelector('#log').innerText.match(/v\\d+ is (not )?live/)")
