"""The tab Quality in a real browser: somebody's feedback waits, which the chat says, and a button releases it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from assistant.session import Session
from assistant.types import Critique, Label, Reading, new_id
from tests.browser.acts import turn_to
from tests.browser.conftest import Opener, Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(280)]


def others(home: Any) -> None:
    """What three other people said of some examples: ann and bob what is right, eve the opposite."""
    session = Session.open(home=home, author="ann", parser="scripted")
    values = session.labels()
    pool = [example for example in session.bench.examples.values() if example.split == "pool"][:24]
    for number, example in enumerate(pool):
        for who in ("ann", "bob", "eve"):
            talk = session.store.start_conversation(session.name, who)
            critique = Critique(conversation=talk, author=who, text="so")
            value = values[(number + (who == "eve")) % len(values)]
            made = Label(
                task=session.name, author=who, critique=critique.id, reading=new_id(), example_id=example.id,
                input=example.input, op="is", value=value,
            )  # fmt: skip
            session.store.record(critique, Reading(acts=(), confidence=1), "p", "1", [made])
    session.quality.watch([])
    session.close()


@pytest.fixture
def team(tmp_path: Any) -> Iterator[Server]:
    others(tmp_path)
    running = Server(tmp_path).start()
    yield running
    running.stop()


def test_what_waits_is_said_in_the_chat_and_released_on_the_tab(team: Server, window: Opener) -> None:
    page = window(team.url)
    page.wait_for_selector(".log .card.held")
    assert "eve" in page.locator(".log .card.held").inner_text()
    page.get_by_role("tab", name="Quality").click()
    page.wait_for_selector("#quality table")
    people = page.locator("#quality table").first.inner_text()
    assert "ann" in people and "eve" in people and "held" in people
    page.wait_for_timeout(300)
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("#quality [data-act=release]").click()
    page.wait_for_function("() => !document.querySelector('#quality [data-act=release]')")
    page.get_by_role("tab", name="Chat").click()
    assert "Released" in page.locator("#log").inner_text()


def test_it_fits_a_phone(team: Server, window: Opener) -> None:
    page = window(team.url, phone=True, dark=True)
    turn_to(page, "Quality")
    page.wait_for_selector("#quality table")
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
