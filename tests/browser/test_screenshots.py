"""The pictures of the README, taken of the real page where SAYSO_SCREENSHOTS=1 asks for them."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.browser.acts import answer, count, next_until, say, wait_for_more
from tests.browser.conftest import ROOT, Opener, Server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(280),
    pytest.mark.skipif(os.environ.get("SAYSO_SCREENSHOTS") != "1", reason="SAYSO_SCREENSHOTS=1 takes them"),
]
FOLDER = ROOT / "docs" / "screenshots"
LARGEST_BYTES = 250_000


def shoot(page: Any, name: str) -> None:
    page.wait_for_timeout(500)
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png")
    assert (FOLDER / f"{name}.png").stat().st_size < LARGEST_BYTES


def test_the_readme_has_its_pictures(server: Server, window: Opener) -> None:
    page = window(server.url)
    _wrong_about(page, "money back")
    say(page, "no, that's a complaint: they want their money back")
    page.locator(".log .card .main").last.click()
    page.wait_for_selector(".log .card.confirmed")
    shoot(page, "chat")
    say(page, "whenever somebody mentions a refund it's a complaint")
    _trained(page)
    for tab, name in (("Rules", "rules"), ("Versions", "versions")):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_selector(f"#{name} li")
        if name == "versions":
            page.locator("#versions [data-act=changes]").first.click()
            page.wait_for_selector("#versions .changes")
        shoot(page, name)
    shoot(window(server.url, dark=True), "chat-dark")
    shoot(window(server.url, phone=True), "phone")


def _wrong_about(page: Any, words: str) -> None:
    """Go on to an example with these words whose answer is no complaint; to one with these words, if all are right."""
    for _ in range(20):
        next_until(page, words, tries=60)
        if answer(page) != "complaint":
            return
        say(page, "next")
    next_until(page, words, tries=60)


def _trained(page: Any) -> None:
    """Train, and wait for the report."""
    before = count(page)
    page.locator("#quick [data-act=learn]").click()
    page.wait_for_selector("#progress [role=progressbar]")
    wait_for_more(page, before, timeout=120_000)
    page.wait_for_selector("#progress .idle", state="attached", timeout=120_000)
    page.wait_for_function("() => document.querySelector('#log').innerText.match(/v\\d+ is (not )?live/)")
