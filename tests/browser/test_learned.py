"""What was learned, on the real page with a tiny model: why, which feedback, two versions, a card, and forgetting."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.acts import count, press, say, wait_for_more, wait_for_words
from tests.browser.conftest import Opener, Server
from tests.tiny import tiny_encoder, write_task

pytestmark = [pytest.mark.browser, pytest.mark.timeout(280)]
SHOTS = os.environ.get("SAYSO_LOOK")
"""A folder for pictures to look at."""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("tiny")
    options = ("--data", str(write_task(folder)), "--base", tiny_encoder(folder / "encoder"), "--rank", "4")
    running = Server(folder / "home", (*options, "--parser", "scripted", "--author", "ann")).start()
    yield running
    running.stop()


def look(page: Any, name: str) -> None:
    if SHOTS:
        page.wait_for_timeout(400)
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def tab(page: Any, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def trained(page: Any, version: str) -> None:
    page.wait_for_function(
        f"() => document.querySelector('#log').innerText.match(/{version} is (not )?live/)", timeout=120_000
    )


def test_what_was_learned_is_told_asked_about_and_forgotten(tiny: Server, window: Opener) -> None:
    page = window(tiny.url)
    for _ in range(3):
        options = page.locator("#example .answer select option").all_inner_texts()
        other = next(one for one in options if one != page.locator("#example .answer select").input_value())
        before = count(page)
        page.locator("#example .answer select").select_option(other)
        wait_for_more(page, before)
        press(page, "#quick [data-act=next]")
    trained(page, "v1")

    press(page, "#example [data-act=why]")
    wait_for_words(page, "^I say ")
    look(page, "why")

    tab(page, "Versions")
    page.wait_for_selector("#versions [data-act=card]")
    page.locator("#versions [data-act=card]").last.click()
    page.wait_for_selector("#take-card")
    with page.expect_download() as taken:
        page.locator("#take-card").click()
    assert Path(taken.value.path()).read_text("utf-8").startswith("---")
    if page.locator("#versions li.live h3").inner_text() == "base":  # the gate held it back
        page.locator("#versions [data-act=use]").first.click()
        page.wait_for_function("() => document.querySelector('#versions li.live h3').innerText !== 'base'")
    page.fill("#beside-text textarea, #beside-text input", "it was late <b>& rude</b>")
    page.locator("#beside-ask").click()
    page.wait_for_selector("#beside-said .side")
    assert page.locator("#beside-said .side").count() == 2
    look(page, "versions")

    tab(page, "What I learned")
    page.wait_for_selector("#learned h2")
    assert "answers; it learned from" in page.locator("#learned").inner_text()
    if page.locator("#causes [data-act=causes]").count():
        page.locator("#causes [data-act=causes]").first.click()
        page.wait_for_selector("#causes [role=status]")
        assert "now." in page.locator("#causes [role=status]").inner_text()
    look(page, "learned")

    tab(page, "Chat")
    say(page, "forget everything from Ann")
    card = page.locator(".log .card").last
    assert "Nothing is taken back until you say yes" in card.inner_text()
    look(page, "forget")
    card.get_by_role("button", name="Yes, right").click()
    page.wait_for_function("() => document.querySelector('#log').innerText.match(/Gone: /)", timeout=120_000)
    look(page, "gone")
    if SHOTS:
        for name, more in (("dark", {"dark": True}), ("phone", {"phone": True})):
            other_page = window(tiny.url, **more)
            look(other_page, f"chat-{name}")
            for which in ("What I learned", "Versions"):
                tab(other_page, which)
                other_page.wait_for_timeout(1500)
                look(other_page, f"{which.split()[-1].lower()}-{name}")
