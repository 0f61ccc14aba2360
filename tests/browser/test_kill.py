"""Step 7: the server and its worker are killed in the middle of a training, and everything is still there."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.acts import count, say, teach
from tests.browser.conftest import Opener, Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

EVIL = '<img src=x onerror="document.title=1"><script>alert(1)</script> ${alert(2)} {{x}} 😀 עברית'
TOPICS = {
    "complaint": "my parcel came broken and I want my money back",
    "praise": "the staff was friendly and quick, many thanks",
}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A server on data of one's own, whose texts hold HTML, script, emoji and right-to-left words."""
    data = tmp_path / "own.csv"
    with data.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["review", "kind"])
        for number in range(40):
            label = tuple(TOPICS)[number % 2]
            writer.writerow([f"{EVIL} {TOPICS[label]} {number}", label if number < 24 else ""])
    running = Server(tmp_path / "home", ("--data", str(data), "--text", "review", "--label", "kind")).start()
    yield running
    running.stop()


def test_a_kill_in_the_middle_of_a_training_loses_nothing(own: Server, window: Opener) -> None:
    page = window(own.url)
    assert page.title() == "Sayso"
    assert EVIL in page.inner_text("#view .text")
    assert page.locator("#view img, #view script").count() == 0
    teach(page, "it's a complaint")
    teach(page, "whenever somebody mentions a refund it's a complaint")
    _in_training(page)
    said, example = _seen(page), page.locator("#example section").get_attribute("data-example")
    page.close()
    own.kill()
    own.start()
    page = window(own.url)
    assert _seen(page)[: len(said)] == said
    assert page.locator("#example section").get_attribute("data-example") == example
    # the half-done training goes on by itself, and ends
    page.wait_for_function(
        "() => document.querySelector('#log').innerText.match(/v\\d+ is (not )?live/)", timeout=120_000
    )
    page.get_by_role("tab", name="Rules").click()
    page.wait_for_selector("#rules [role=switch][aria-checked=true]")
    page.get_by_role("tab", name="Chat").click()
    before = count(page)
    say(page, "next")
    assert count(page) > before


def _in_training(page: Any) -> None:
    """Say more until a training runs: on so few texts, one can be over before the page was asked to show it."""
    for _ in range(5):
        if page.locator("#progress [role=progressbar]").count():
            return
        say(page, "next")
        teach(page, "it's a complaint")
    raise AssertionError("no training was seen")


def _seen(page: Any) -> list[str]:
    """What the person said, and what was understood, in its order."""
    return [str(text) for text in page.locator(".log .person, .log .card .title").all_inner_texts()]
