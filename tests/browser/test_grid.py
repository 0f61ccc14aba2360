"""A grid of outputs on the real page: thumbs, parts marked by click and lasso, the obeyed batch, a training's plot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from assistant.store import Store
from assistant.types import Critique
from tests.browser.acts import count, lasso, press, say, wait_for_more
from tests.browser.conftest import ROOT, Opener, Server
from tests.browser.shapes import install
from tests.tiny_smiles import tiny_prior

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of the task `shapes`, with a model that was just trained."""
    folder = tmp_path_factory.mktemp("grid")
    options = ("--task", "shapes", "--base", tiny_prior(folder / "prior", 60), "--parser", "signs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{install(folder / 'plugins')}:{ROOT}")
        patch.setenv("SAYSO_LEARN_AFTER", "0")  # only the training that a test asks for
        running = Server(folder / "home", options).start()
        yield running
        running.stop()


@pytest.fixture
def page(grid: Server, window: Opener) -> Any:
    opened = window(grid.url)
    opened.wait_for_selector(".cell")
    before = opened.locator(".bar select").input_value()
    opened.get_by_role("button", name="New", exact=True).click()
    opened.wait_for_function("before => document.querySelector('.bar select').value !== before", arg=before)
    return opened


def cell(page: Any, place: int) -> Any:
    return page.locator(f".cell[data-output='#{place}']")


def chips(page: Any) -> list[str]:
    return [str(text) for text in page.locator("#evidence .piece").all_inner_texts()]


def swipe(page: Any, first: Any, last: Any) -> None:
    """Draw around the row of parts from the first to the last with a finger."""
    start, end = first.bounding_box(), last.bounding_box()
    left, right = start["x"] - 1, end["x"] + end["width"] + 1
    top, bottom = start["y"] - 1, start["y"] + start["height"] + 1
    finger = page.context.new_cdp_session(page)
    way = [(left + n * (right - left) / 8, top) for n in range(9)] + [(right, bottom), (left, bottom)]
    for n, (x, y) in enumerate(way):
        kind = "touchStart" if n == 0 else "touchMove"
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def newest(server: Server) -> Critique:
    """The critique that was kept last."""
    with Store.open(f"sqlite:///{server.home / 'sayso.db'}") as store:
        reading = store.last_effective(store.conversations("shapes", limit=1)[0].id)
        assert reading is not None
        found: Critique = store.reading_of(reading).critique
    return found


def test_outputs_stand_in_a_numbered_grid_without_an_empty_box(page: Any) -> None:
    assert page.locator(".cell").count() == 12
    assert page.locator(".cell .top strong").all_inner_texts() == [f"#{n}" for n in range(1, 13)]
    assert page.locator("#view").count() == 0
    assert page.locator(".cell input").first.is_hidden(), "values are no fields until they are to be edited"
    assert "Why these: the first that obey" in page.inner_text("#example")
    lefts = {round(box["x"]) for box in (one.bounding_box() for one in page.locator(".cell").all())}
    assert 2 <= len(lefts) <= 4
    talk, side = page.locator("#talk").bounding_box(), page.locator("#side").bounding_box()
    assert side["width"] > talk["width"] and side["y"] + side["height"] <= 800


def test_a_thumb_and_an_edit_are_about_their_own_output(grid: Server, page: Any) -> None:
    third = cell(page, 3).locator("input").input_value()
    press(page, ".cell[data-output='#3'] .thumb.up")
    card = page.locator(".log .card").last.inner_text()
    assert third in card and "#3" in card
    cell(page, 5).locator("summary").click()
    field = cell(page, 5).locator("input")
    field.fill("CCO")
    before = count(page)
    field.press("Enter")
    wait_for_more(page, before)
    page.wait_for_function("() => document.querySelector(\".cell[data-output='#5']\").innerText.includes('before:')")
    assert cell(page, 5).locator("input").input_value() == "CCO"
    assert cell(page, 3).locator("input").input_value() == third


def test_parts_are_marked_by_click_and_lasso_and_go_with_what_is_said(grid: Server, page: Any) -> None:
    second, third = (cell(page, place).locator("input").input_value() for place in (2, 3))
    atoms = cell(page, 2).locator("circle.atom")
    for number in (0, 2, 4, 4):
        atoms.nth(number).click()
    assert chips(page) == ["2 atoms of #2 ×"]
    lasso(page, cell(page, 3).locator("circle.atom").all()[1:4])
    assert chips(page) == ["2 atoms of #2 ×", "3 atoms of #3 ×"]
    assert cell(page, 3).locator("circle.marked").count() == 3
    page.locator("#evidence .piece").first.click()
    assert chips(page) == ["3 atoms of #3 ×"] and cell(page, 2).locator("circle.marked").count() == 0
    before = count(page)
    page.get_by_role("button", name="This must stay").click()
    wait_for_more(page, before)
    page.wait_for_function("() => !document.querySelector('#evidence .piece')")
    heard = newest(grid)
    [piece] = heard.context.selection
    assert heard.text == "This must stay" and second != piece.text
    assert (piece.target, piece.parts, piece.text) == ("#3", (1, 2, 3), third[1:4])
    assert page.locator("circle.marked").count() == 0


def test_marks_stay_with_their_output_and_go_with_it(page: Any) -> None:
    lasso(page, cell(page, 1).locator("circle.atom").all()[:2])
    press(page, ".cell[data-output='#4'] .thumb.up")
    assert chips(page) == ["2 atoms of #1 ×"], "painted anew, the same output is there"
    assert cell(page, 1).locator("circle.marked").count() == 2
    say_all = page.locator(".cell input").evaluate_all("all => all.map(one => one.value)")
    for _ in range(5):
        press(page, "#quick [data-act=next]")
        if page.locator(".cell input").first.input_value() != say_all[0]:
            break
    page.wait_for_function("() => !document.querySelector('#evidence .piece')")
    assert page.locator("circle.marked").count() == 0


def test_an_open_field_keeps_what_is_written_when_the_grid_is_painted_anew(page: Any) -> None:
    cell(page, 6).locator("summary").click()
    field = cell(page, 6).locator("input")
    field.fill("half wri")
    # one that was not called good before: pressing that again would take it back, and say nothing
    page.evaluate("document.querySelector('.cell .thumb.up[aria-pressed=false]').click()")
    page.wait_for_selector(".log .card")
    assert field.is_visible() and field.input_value() == "half wri"
    page.keyboard.type("tten")
    assert field.input_value() == "half written"


def test_what_must_not_be_is_gone_at_once(page: Any) -> None:
    for _ in range(8):
        if "Cl" in "".join(page.locator(".cell input").evaluate_all("all => all.map(one => one.value)")):
            break
        press(page, "#quick [data-act=next]")
    say(page, "no chlorine")
    values = page.locator(".cell input").evaluate_all("all => all.map(one => one.value)")
    assert values and not any("Cl" in value for value in values)
    press(page, "#quick [data-act=undo-last]")


def test_a_training_draws_its_plot_and_shows_before_and_after(page: Any) -> None:
    say(page, "2 is good")
    page.locator("#quick [data-act=learn]").click()
    page.wait_for_selector(".plot path.line", timeout=120_000)
    assert "score" in page.locator(".plot svg").get_attribute("aria-label")
    page.wait_for_selector("#progress .idle", state="attached", timeout=120_000)
    page.locator(".log [data-act=changes]").last.click()
    page.wait_for_selector(".log .changes .measures")
    assert "score" in page.inner_text(".log .measures") and "letters became fewer" in page.inner_text(".log .compared")
    page.get_by_role("tab", name="What I learned").click()
    page.wait_for_function("() => document.querySelector('#learned .wanted')?.innerText.includes('Short ones')")


def test_a_grid_on_a_phone_is_marked_by_tap_and_never_scrolls_sideways(grid: Server, window: Opener) -> None:
    page = window(grid.url, phone=True)
    page.wait_for_selector(".cell")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    lefts = {round(one.bounding_box()["x"]) for one in page.locator(".cell").all()}
    assert len(lefts) == 2
    large = page.locator(".cell", has=page.locator("[data-atom='2']")).first
    large.locator("[data-atom='0']").tap()
    large.locator("[data-atom='2']").tap()
    assert chips(page) == [f"2 atoms of {large.get_attribute('data-output')} ×"]
    page.locator("#evidence .piece").click()
    swipe(page, large.locator("[data-atom='0']"), large.locator("[data-atom='2']"))
    assert chips(page) == [f"3 atoms of {large.get_attribute('data-output')} ×"]
    field = page.locator("#composer").bounding_box()
    assert field["y"] + field["height"] <= 844
    quick = page.get_by_role("button", name="Lose this").bounding_box()
    assert quick["y"] + quick["height"] <= 844 - field["height"], "what can be said of it is in sight"
