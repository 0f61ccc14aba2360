"""Steps 2, 3 and 4 of a newcomer, on the real page with the real model: critique, rule, commands, training."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.acts import BOX, answer, count, example, mark, press, say, teach, wait_for_more, wait_for_words
from tests.browser.conftest import Opener, Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def refunds(tmp_path: Path) -> Iterator[Server]:
    """A server on data of its own, in which every message mentions a refund."""
    told = ("I want my", "Where is the", "Thank you for the quick", "Nobody answers about the", "Please send the")
    rows = tmp_path / "mail.csv"
    rows.write_text("text\n" + "".join(f"{words} refund of order {n}\n" for n, words in enumerate(told * 4)))
    options = ("--data", str(rows), "--text", "text", "--labels", "complaint, order, praise")
    running = Server(tmp_path / "home", options).start()
    yield running
    running.stop()


def test_the_page_paints_fast_and_opens_on_an_example(server: Server, window: Opener) -> None:
    window(server.url).close()  # the first one loads the model
    page = window(server.url)
    first = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert first <= 1500
    assert page.title() == "Sayso"
    assert example(page) and answer(page)
    assert "%" in page.inner_text("section > .answer .sure")
    assert page.locator("#example [data-act=say]").count() == 3


def test_a_critique_is_understood_shown_and_confirmed(page: Any) -> None:
    other = _another(page)
    teach(page, f"no, that's a {other}")
    card = page.locator(".log .card").last
    assert "I understood" in card.inner_text() and other in card.inner_text()
    assert page.locator(".log").inner_text().count("Asked again") >= 1
    card.get_by_role("button", name="Confirm").click()
    page.wait_for_function("() => [...document.querySelectorAll('.log .card')].pop().matches('.confirmed')")


def test_marked_words_become_evidence(page: Any) -> None:
    words = " ".join(example(page).split()[1:4])
    mark(page, words)
    chip = page.locator("#evidence .piece")
    chip.wait_for()
    assert words in chip.inner_text()
    teach(page, f"it's a {_another(page)}")
    assert f"“{words}”" in page.locator(".log .card").last.inner_text()
    assert page.locator("#evidence .piece").count() == 0, "sent once, not with everything that follows"


def test_marked_words_can_be_taken_away_and_go_with_the_example(page: Any) -> None:
    words = " ".join(example(page).split()[:2])
    mark(page, words)
    page.locator("#evidence .piece").click()
    page.wait_for_function("() => !document.querySelector('#evidence .piece')")
    page.evaluate("document.getSelection().removeAllRanges()")
    mark(page, words)
    page.locator("#evidence .piece").wait_for()
    press(page, "#quick [data-act=next]")
    page.wait_for_function("() => !document.querySelector('#evidence .piece')")


def test_a_reading_is_corrected_with_menus(page: Any) -> None:
    words = " ".join(example(page).split()[1:4])
    mark(page, words)
    first = _another(page)
    teach(page, f"it's a {first}")
    page.locator(".log .card").last.get_by_role("button", name="Correct").click()
    menus = page.locator(".log .menus")
    menus.wait_for()
    labels = menus.locator("select[name=label] option").all_inner_texts()
    second = next(label for label in labels if label != first)
    menus.locator("select[name=label]").select_option(second)
    menus.locator("input[name=keep]").uncheck()
    before = count(page)
    menus.get_by_role("button", name="Apply").click()
    wait_for_more(page, before)
    corrected = page.locator(".log .card.corrected").last.inner_text()
    assert second in corrected and words not in corrected


def test_the_answer_is_edited_in_place(page: Any) -> None:
    other, before = _another(page), count(page)
    page.locator("#example .answer select").select_option(other)
    wait_for_more(page, before)
    assert other in page.locator(".log .card").last.inner_text()


def test_a_rule_acts_on_the_next_answer_and_can_be_switched_off(refunds: Server, window: Opener) -> None:
    page = window(refunds.url)
    told = _another(page)
    teach(page, f"whenever somebody mentions a refund it's a {told}")
    assert answer(page) == told
    assert "By your rule" in page.inner_text("#example .by-rule")
    page.get_by_role("tab", name="Rules").click()
    switch = page.get_by_role("switch").first
    switch.wait_for()
    switch.click()
    page.wait_for_selector("[role=switch][aria-checked=false]")
    page.get_by_role("tab", name="Chat").click()
    page.wait_for_function("() => !document.querySelector('#example .by-rule')")


def test_thumbs_survive_a_reload(page: Any) -> None:
    say(page, "what have you learned?")
    message = page.locator(".log .sayso").last
    seq = message.get_attribute("data-seq")
    message.locator(".thumb.up").click()
    pressed = f".log [data-seq='{seq}'] .thumb.up[aria-pressed=true]"
    page.wait_for_selector(pressed)
    page.reload()
    page.wait_for_selector(pressed)
    page.locator(pressed).click()
    page.wait_for_selector(f".log [data-seq='{seq}'] .thumb.up[aria-pressed=false]")


def test_commands_have_words_buttons_and_keys(page: Any) -> None:
    was = example(page)
    say(page, "next")
    assert example(page) != was
    was, before = example(page), count(page)
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    wait_for_more(page, before)
    assert example(page) != was
    teach(page, f"it's a {_another(page)}")
    press(page, "#quick [data-act=undo-last]")
    assert page.locator(".log .card").last.get_attribute("class") in ("card undone", "card rejected")
    say(page, "what have you learned?")
    wait_for_words(page, "pieces? of feedback")


def test_keys_rest_while_writing_and_are_listed(page: Any) -> None:
    before, was = count(page), example(page)
    page.keyboard.press("/")
    page.keyboard.type("next to nothing? +-ultn")
    assert page.input_value(BOX) == "next to nothing? +-ultn"
    page.wait_for_timeout(300)
    assert count(page) == before and example(page) == was
    page.fill(BOX, "")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    assert "next example" in page.inner_text("dialog")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog:not([open])", state="attached")


def test_a_training_shows_its_progress_and_its_report(page: Any) -> None:
    teach(page, f"no, that's a {_another(page)}")
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    page.wait_for_selector("#progress [role=progressbar]")
    page.wait_for_selector("#progress .idle", state="attached", timeout=90_000)
    page.wait_for_function("() => document.querySelector('#log').innerText.match(/v\\d+ is (not )?live/)")
    assert re.search(r"fixed", page.inner_text("#log"))
    page.locator(".log [data-act=changes]").last.click()
    page.wait_for_selector(".log .changes")
    page.get_by_role("tab", name="Versions").click()
    page.wait_for_selector("#versions .versions li h3")
    page.locator("#versions [data-act=changes]").first.click()
    page.wait_for_selector("#versions .changes")
    page.locator("#versions [data-act=use][data-version=base]").click()
    page.wait_for_function("() => document.querySelector('#adapter').innerText === 'base'")
    page.get_by_role("tab", name="What I learned").click()
    page.wait_for_function("() => document.querySelector('#learned').innerText.includes('feedback')")


def test_feedback_is_exported_as_a_file(page: Any) -> None:
    page.get_by_role("tab", name="Export").click()
    page.click("#make")
    page.wait_for_selector("#download:not([disabled])")
    with page.expect_download() as download:
        page.click("#download")
    assert download.value.suggested_filename.endswith(".zip")
    with zipfile.ZipFile(download.value.path()) as archive:
        names = {name.split("/", 1)[1] for name in archive.namelist() if not name.endswith("/")}
    assert {"README.md", "data/train.jsonl"} <= names
    assert "train.jsonl" in page.inner_text("#export-about")


def test_a_message_with_html_is_shown_and_never_run(page: Any) -> None:
    evil = (
        "<img src=https://example.org/x.png onerror=alert(1)><script>alert(2)</script> ![x](https://example.org/y.png)"
    )
    say(page, evil)
    assert evil in page.locator(".log .person").last.inner_text()
    assert page.locator(".log img, .log script").count() == 0


def test_conversations_can_be_begun_and_gone_back_to(page: Any) -> None:
    say(page, "it's a praise")
    said = page.locator(".log .person").count()
    first = page.locator(".bar select").input_value()
    page.get_by_role("button", name="New", exact=True).click()
    page.wait_for_function("() => !document.querySelector('.log .person')")
    page.locator(".bar select").select_option(first)
    page.wait_for_function("n => document.querySelectorAll('.log .person').length === n", arg=said)


def test_an_empty_message_is_answered_with_a_sentence(page: Any) -> None:
    page.click("#send")
    page.wait_for_selector("[data-testid=toast-body]")
    assert "There is no message yet" in page.inner_text("[data-testid=toast-body]")


def test_light_and_dark_follow_the_system_and_the_button(server: Server, window: Opener) -> None:
    page = window(server.url, dark=True)
    assert _paper(page) == "rgb(22, 22, 20)"
    page.get_by_role("button", name="Light or dark").click()
    assert _paper(page) == "rgb(246, 245, 241)"
    page.reload()
    page.wait_for_selector("#example [data-example]")
    page.wait_for_function("() => !document.body.classList.contains('dark')")


def test_a_phone_has_one_column_and_never_scrolls_sideways(server: Server, window: Opener) -> None:
    page = window(server.url, phone=True)
    for tab in ("Chat", "Rules"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("tab", name="Chat").click()
    card, talk = page.locator("#example").bounding_box(), page.locator("#talk").bounding_box()
    assert card["y"] + card["height"] <= talk["y"]
    assert card["width"] > 330 and talk["width"] > 330
    field = page.locator("#composer").bounding_box()
    assert field["y"] + field["height"] <= 844, "the message field is in reach without scrolling"


def _another(page: Any) -> str:
    """A label that is not the answer on screen."""
    labels = page.locator("#example .answer option").all_inner_texts()
    return str(next(label for label in labels if label != answer(page)))


def _paper(page: Any) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))
