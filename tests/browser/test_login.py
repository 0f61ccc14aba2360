"""A page with a login: nothing is seen before it, and what is said bears the name of who said it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.acts import say
from tests.browser.conftest import EXAMPLE, Opener, Server
from ui.auth import add_person

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PASSWORD = "correct horse battery"


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Server]:
    people = tmp_path / "people.txt"
    add_person(people, "ada", PASSWORD)
    running = Server(tmp_path / "home", ("--auth-file", str(people))).start()
    yield running
    running.stop()


def test_only_who_logs_in_sees_the_page_and_is_its_author(shared: Server, window: Opener) -> None:
    page = window(shared.url, ready="input[type=password]")
    assert page.locator(EXAMPLE).count() == 0
    page.get_by_label("username").fill("ada")
    page.get_by_label("password").fill(PASSWORD)
    page.get_by_role("button", name="Login").click()
    page.wait_for_selector(EXAMPLE)
    assert page.locator(".bar .out").get_attribute("title") == "Logged in as ada"
    say(page, "whenever somebody mentions a refund it's a complaint")
    page.get_by_role("tab", name="Rules").click()
    page.wait_for_selector("#rules [role=switch]")
    assert "ada, just now" in page.inner_text("#rules")
