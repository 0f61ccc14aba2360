"""Two answers of a language model in a real browser: which is better, what is wrong, and what must never be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.acts import count, press, teach, wait_for_more
from tests.browser.conftest import Opener, Server
from tests.tiny_lm import taught_lm

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
SAID = "We open at 9 o'clock. Do come by! Bring a friend. See you."


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of the task `answer`, on a tiny model that has learned one answer by heart."""
    folder = tmp_path_factory.mktemp("answers")
    (folder / "asked.csv").write_text("question\n" + "".join(f"When do you open on day {n}?\n" for n in range(9)))
    base = taught_lm(folder / "lm", SAID, steps=60, asked="?")  # not quite by heart: two answers differ
    options = ("--task", "answer", "--data", str(folder / "asked.csv"), "--text", "question", "--base", base)
    running = Server(folder / "home", options).start()
    yield running
    running.stop()


def answers(page: Any) -> list[str]:
    return list(page.locator(".cell .answer-text").all_inner_texts())


def test_answers_are_ruled_corrected_compared_and_learned_from(desk: Server, window: Opener) -> None:
    page = window(desk.url)
    page.wait_for_selector(".cell .answer-text")
    assert 1 <= len(answers(page)) <= 2
    assert page.inner_text("#view .text").startswith("When do you open on day")

    teach(page, "never more than two sentences")
    assert page.locator(".cell .text-rules .against").count() == 0
    assert all("Answer in at most two sentences." in rules for rules in page.locator(".text-rules").all_inner_texts())

    # corrected in its place
    before = count(page)
    page.locator(".cell summary").first.click()
    page.locator(".cell .edit input").first.fill("We open at 8 o'clock.")
    page.locator(".cell .edit input").first.press("Enter")
    wait_for_more(page, before)
    assert answers(page)[0] == "We open at 8 o'clock."
    assert "edited" in page.locator(".cell .text-facts").first.inner_text()

    if len(answers(page)) == 2:
        teach(page, "the first is better")
        assert "#1 > #2" in page.locator(".log .card").last.inner_text()
    press(page, ".cell[data-output='#1'] .thumb.up")

    page.locator("#quick [data-act=learn]").click()
    page.wait_for_function("() => document.querySelector('#log').innerText.match(/v1 is (not )?live/)", timeout=150_000)
    page.get_by_role("tab", name="Versions").click()
    page.locator("#versions [data-act=changes]").first.click()
    page.wait_for_selector("#versions .measures")

    # the version against the one before, not knowing which is which
    page.get_by_role("button", name="Compare blindly").first.click()
    page.wait_for_selector(".blind .standing")
    if page.locator(".blind .pair .cell").count():
        assert page.locator(".blind .pair .cell strong").all_inner_texts() == ["A", "B"]
        page.get_by_role("button", name="B is better").click()
        page.wait_for_function(
            "() => /won \\d and lost \\d/.test(document.querySelector('.blind .standing').innerText)"
        )
    page.get_by_role("tab", name="What I learned").click()
    page.wait_for_function("() => document.querySelector('#learned').innerText.includes('at most two sentences')")
