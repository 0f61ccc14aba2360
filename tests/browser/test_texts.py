"""Summaries and replies in a real browser, on the models and the texts that come with the project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.acts import count, press, say, teach, wait_for_more
from tests.browser.conftest import Opener, Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(280)]
LIVE = "() => document.querySelector('#log').innerText.match(/v1 is (not )?live/)"


@pytest.fixture(scope="module", params=["summary", "dialogue"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("home"), ("--task", request.param)).start()
    yield running
    running.stop()


def answers(page: Any) -> list[str]:
    return list(page.locator(".cell .answer-text").all_inner_texts())


def edit(page: Any, words: str) -> None:
    """Write other words in the place of the first answer."""
    before = count(page)
    page.locator(".cell summary").first.click()
    page.locator(".cell .edit input").first.fill(words)
    page.locator(".cell .edit input").first.press("Enter")
    wait_for_more(page, before)


def learned(page: Any) -> str:
    """Train now, and what the chat says of it."""
    page.locator("#quick [data-act=learn]").click()
    page.wait_for_function(LIVE, timeout=200_000)
    return str(page.locator("#log").inner_text())


def test_two_are_shown_ruled_compared_corrected_and_learned_from(desk: Server, window: Opener) -> None:
    page = window(desk.url)
    page.wait_for_selector(".cell .answer-text")
    assert len(answers(page)) == 2 and answers(page)[0] != answers(page)[1]

    if "summary" in desk.options:
        # what the summaries quote is marked in the text
        assert page.locator("#view .text mark").count() >= 2
        teach(page, "never more than two sentences")
        assert page.locator(".cell .text-rules .against").count() == 0
        right = " ".join(answers(page)[1].split()).partition(". ")[0].rstrip(".") + "."
    else:
        # somebody sounds unhappy with a reply, and it is asked what should have been said
        assert "What should I have said?" in page.locator("#log").inner_text()
        right = "Every Tuesday at six, in the reading room."
        say(page, f"you should have said: {right}")
        assert answers(page)[0] == right
        right = "Every Tuesday at six."
    say(page, "the second is better")
    page.wait_for_function("() => document.querySelector('#log').innerText.includes('#2 > #1')")
    edit(page, right)
    assert " ".join(answers(page)[0].split()) == right
    assert ("keeps the rules" if "summary" in desk.options else "ritique") in learned(page)
    press(page, "#quick [data-act=next]")
    assert answers(page)
    page.get_by_role("tab", name="Versions").click()
    page.wait_for_selector("#versions [data-act=changes]")
