"""Work mode on the real page: own texts are answered, a card asks quietly, and an answer, a no and traces are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from assistant.store import Store
from tests.browser.acts import BOX, count, press, wait_for_more
from tests.browser.conftest import Opener, Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SETTINGS = {
    "SAYSO_ASK_MINUTE": "0",
    "SAYSO_ASK_SHARE": "1",
    "SAYSO_LEARN_AFTER": "0",
    "SAYSO_TURNS_PER_MINUTE": "600",
}
TEXTS = [
    f"where is the {thing} that I ordered"
    for thing in (
        "lamp",
        "chair",
        "book",
        "rug",
        "pan",
        "clock",
        "desk",
        "bed",
        "cup",
        "mat",
        "bowl",
        "vase",
        "fan",
        "sofa",
    )
]


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that thinks little of people's time, and lets them be as fast as a test is."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SETTINGS.items():
            patch.setenv(name, value)
        running = Server(tmp_path_factory.mktemp("home")).start()
        yield running
        running.stop()


def work(page: Any, text: str) -> None:
    before = count(page)
    page.fill(BOX, text)
    page.click("#send")
    wait_for_more(page, before)
    page.wait_for_function("box => !document.querySelector(box).value", arg=BOX)


def until_asked(page: Any, texts: Iterator[str]) -> Any:
    open = page.locator(".log .card.asked.open")
    while not open.count():
        work(page, next(texts))
    return open.last


def test_a_person_works_is_asked_answers_and_says_no(asking: Server, window: Opener) -> None:
    page = window(asking.url)
    page.click("#quick [data-act=work]")
    page.wait_for_selector("#quick .mode[aria-pressed=true]")
    assert "Nothing was asked yet" in page.inner_text("#quick")
    texts = iter(TEXTS)
    card = until_asked(page, texts)
    assert "right" in card.inner_text()
    press(page, ".log .card.asked.open [data-act=ask-answer]")
    page.wait_for_selector(".log .card.asked.answered")
    assert "1 answered" in page.inner_text("#quick")
    until_asked(page, texts)
    page.locator(".log .card.asked.open [data-act=ask-dismiss]").last.click()
    page.wait_for_selector(".log .card.asked.dismissed")
    page.wait_for_function("() => document.querySelector('#quick').innerText.includes('1 dismissed')")
    with Store.open(f"sqlite:///{asking.home / 'sayso.db'}") as store:
        assert store.feedback("classify")[0].feedback.kind == "label"
        assert len(store.moments("classify", "me", asked=True)) == 2


def test_what_is_copied_and_how_long_is_kept_and_teaches_nothing(asking: Server, window: Opener) -> None:
    page = window(asking.url)
    page.evaluate("document.querySelector('#view .text').dispatchEvent(new Event('copy', {bubbles: true}))")
    press(page, "#quick [data-act=next]")
    with Store.open(f"sqlite:///{asking.home / 'sayso.db'}") as store:
        said = len(store.feedback("classify"))
        for _ in range(50):
            if {row.kind for row in store.implicit("classify")} >= {"copied", "seconds"}:
                break
            page.wait_for_timeout(200)
        assert {row.kind for row in store.implicit("classify")} >= {"copied", "seconds"}
        assert len(store.feedback("classify")) == said
