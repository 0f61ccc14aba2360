"""The card of a message with several points, on the real page: each point is confirmed, corrected and removed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from assistant.store import Store
from tests.browser.acts import count, mark, say, wait_for_more
from tests.browser.conftest import Opener, Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that reads the sentences of `script`, on messages that all mention a refund."""
    folder = tmp_path_factory.mktemp("card")
    rows = folder / "mail.csv"
    told = ("I want my", "Where is the", "Thank you for the quick", "Nobody answers about the", "Please send the")
    rows.write_text("text\n" + "".join(f"{words} refund of order {n}\n" for n, words in enumerate(told * 4)))
    options = ("--data", str(rows), "--text", "text", "--labels", "complaint, order, praise", "--parser", "script")
    running = Server(folder / "home", options, before="import tests.browser.script").start()
    yield running
    running.stop()


@pytest.fixture
def page(scripted: Server, window: Opener) -> Any:
    return window(scripted.url)


def newest(page: Any) -> Any:
    return page.locator(".log .card:not(.clash)").last


def kept(server: Server) -> list[Any]:
    """The newest feedback that holds, as the store has it, by kind."""
    with Store.open(f"sqlite:///{server.home / 'sayso.db'}") as store:
        task = store.tasks()[0].name
        return [row.feedback for row in store.feedback(task)]


def clear(server: Server) -> None:
    with Store.open(f"sqlite:///{server.home / 'sayso.db'}") as store:
        store.retract([row.feedback.id for row in store.feedback(store.tasks()[0].name)], "the test")


def test_one_point_is_removed_and_the_others_value_corrected_by_menu(scripted: Server, page: Any) -> None:
    clear(scripted)
    say(page, "two points")
    points = newest(page).locator(".points > li")
    assert points.count() == 2
    assert "complaint" in points.nth(0).inner_text() and "next training" in points.nth(0).inner_text()
    assert "refund" in points.nth(1).inner_text() and "In force from now on" in points.nth(1).inner_text()
    assert [one.kind for one in kept(scripted)] == ["label", "constraint"]
    before = count(page)
    points.nth(0).get_by_role("button", name="Remove").click()
    wait_for_more(page, before)
    [rule] = kept(scripted)
    assert (rule.kind, rule.value) == ("constraint", "praise")
    newest(page).get_by_role("button", name="Correct").click()
    menus = page.locator(".log .menus")
    menus.wait_for()
    assert menus.locator("input[name=value]").is_hidden(), "a rule about the answer has a menu of labels"
    menus.locator("select[name=label]").select_option("order")
    menus.locator("select[name=scope]").select_option("session")
    before = count(page)
    menus.get_by_role("button", name="Apply").click()
    wait_for_more(page, before)
    [rule] = kept(scripted)
    assert (rule.value, rule.scope, rule.when) == ("order", "session", "mentions a refund")
    assert "order" in newest(page).inner_text()
    page.wait_for_function("() => !document.querySelector('.log .menus')")


def test_points_that_wait_hold_one_by_one(scripted: Server, page: Any) -> None:
    clear(scripted)
    say(page, "maybe two points")
    points = newest(page).locator(".points > li")
    assert kept(scripted) == []
    points.nth(0).get_by_role("button", name="Confirm").click()
    page.wait_for_selector(".log .card.waiting .points .yes")
    assert [one.kind for one in kept(scripted)] == ["label"]
    assert points.nth(0).get_by_role("button", name="Confirm").count() == 0
    newest(page).get_by_role("button", name="Yes, all right").click()
    page.wait_for_selector(".log .card.confirmed")
    assert [one.kind for one in kept(scripted)] == ["label", "constraint"]


def test_a_wrong_value_is_a_sentence_and_nothing_is_lost(scripted: Server, page: Any) -> None:
    clear(scripted)
    say(page, "two points")
    newest(page).locator(".points > li").nth(1).get_by_role("button", name="Correct").click()
    menus = page.locator(".log .menus")
    menus.wait_for()
    menus.locator("select[name=property]").select_option("length.words")
    menus.locator("select[name=operator]").select_option("le")
    value = menus.locator("input[name=value]")
    assert menus.locator("select[name=label]").is_hidden()
    value.fill("a few")
    mark(page, "refund")
    page.locator("#evidence .piece").wait_for()
    menus.get_by_role("button", name="Apply").click()
    page.wait_for_selector("[data-testid=toast-body]")
    assert "'a few' is not a number" in page.inner_text("[data-testid=toast-body]")
    assert value.input_value() == "a few" and page.locator("#evidence .piece").count() == 1
    value.fill("12")
    before = count(page)
    menus.get_by_role("button", name="Apply").click()
    wait_for_more(page, before)
    rule = kept(scripted)[-1]
    assert (rule.property, rule.operator, rule.value) == ("length.words", "le", 12)
    assert [piece.text for piece in rule.evidence] == ["refund"]
    page.wait_for_function("() => !document.querySelector('#evidence .piece')")


def test_what_is_written_in_open_menus_outlives_a_painting(scripted: Server, page: Any) -> None:
    clear(scripted)
    say(page, "two points")
    newest(page).locator(".points > li").nth(1).get_by_role("button", name="Correct").click()
    menus = page.locator(".log .menus")
    menus.wait_for()
    menus.locator("select[name=property]").select_option("length.words")
    value = menus.locator("input[name=value]")
    value.fill("1")
    page.evaluate("document.querySelector('.log .said .thumb.up').click()")
    page.wait_for_selector(".log .thumb.up[aria-pressed=true]")
    assert menus.locator("select[name=property]").input_value() == "length.words"
    page.keyboard.type("2")
    assert value.input_value() == "12", "it has the focus still, so that keys are no commands"
    menus.get_by_role("button", name="Cancel").click()
    page.wait_for_function("() => !document.querySelector('.log .menus')")
    newest(page).locator(".points > li").nth(1).get_by_role("button", name="Correct").click()
    menus.wait_for()
    assert menus.locator("select[name=property]").input_value() == "label", "what was cancelled is forgotten"


def test_new_and_next_at_once_do_not_mix_two_conversations(page: Any) -> None:
    say(page, "two points")
    before = page.locator(".bar select").input_value()
    page.evaluate(
        "() => { document.querySelector('.bar [data-act=new]').click();"
        " document.querySelector('#quick [data-act=next]').click(); }"
    )
    page.wait_for_function("before => document.querySelector('.bar select').value !== before", arg=before)
    answers = "[...document.querySelectorAll('.log .sayso')].filter(one => one.innerText.includes('I say')).length"
    page.wait_for_function(f"() => {answers} >= 1")
    page.wait_for_timeout(3000)
    there = page.locator(".bar select").input_value()
    assert there != before
    # whichever came first at the server: all of one conversation is shown, and nothing of the other
    shown = page.evaluate(answers)
    assert shown in (1, 2) and page.locator(".log .person").count() == 0
    page.locator(".bar select").select_option(before)
    page.wait_for_selector(".log .person")
    page.locator(".bar select").select_option(there)
    page.wait_for_selector(".log .person", state="detached")
    assert page.evaluate(answers) == shown
