"""What a person does on the page, for the browser tests."""

from __future__ import annotations

from typing import Any

import pytest

TimeoutError = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").TimeoutError

NEWEST = "Math.max(0, ...[...document.querySelectorAll('.log > [data-seq]')].map(one => Number(one.dataset.seq)))"
BOX = "#box textarea"
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""The parts of the page are painted one after the other; two frames later all are."""
WHERE = """words => {
  const walker = document.createTreeWalker(document.querySelector("#view .text"), NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  const nodes = [];
  let all = "";
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    nodes.push([all.length, node]);
    all += node.data;
  }
  const place = offset => {
    const [from, node] = nodes.findLast(([start]) => start <= offset);
    return [node, offset - from];
  };
  const at = all.indexOf(words);
  range.setStart(...place(at));
  range.setEnd(...place(at + words.length));
  const rects = [...range.getClientRects()];
  const first = rects[0], last = rects[rects.length - 1];
  return [first.left, first.top + first.height / 2, last.right, last.top + last.height / 2];
}"""


def count(page: Any) -> int:
    """The number of the newest message."""
    return int(page.evaluate(NEWEST))


def wait_for_more(page: Any, before: int, timeout: int = 45_000) -> None:
    """Wait until a newer message than `before` is shown, and what came with it is drawn."""
    page.wait_for_function(f"n => {NEWEST} > n", arg=before, timeout=timeout)
    page.evaluate(DRAWN)


def wait_for_words(page: Any, pattern: str) -> None:
    """Wait until a message has these words; a training that ends meanwhile may say something after it."""
    some = "pattern => [...document.querySelectorAll('.log .said')].some(one => RegExp(pattern).test(one.innerText))"
    page.wait_for_function(some, arg=pattern)


def say(page: Any, words: str) -> None:
    """Type a message and wait until it was answered."""
    before = count(page)
    page.fill(BOX, words)
    page.click("#send")
    wait_for_more(page, before)
    page.wait_for_function("box => !document.querySelector(box).value", arg=BOX)


def teach(page: Any, words: str) -> None:
    """Say it, and say yes where the page asks whether that was meant."""
    say(page, words)
    card = page.locator(".log .card:not(.clash)").last
    if "waiting" in (card.get_attribute("class") or ""):
        before = count(page)
        card.get_by_role("button", name="Yes, right").click()
        wait_for_more(page, before)


def press(page: Any, selector: str) -> None:
    """Press a button of the page and wait until something was said about it."""
    before = count(page)
    page.locator(selector).last.click()
    wait_for_more(page, before)


def turn_to(page: Any, name: str) -> None:
    """Open a tab; on a narrow page it may be in the menu of those that have no room."""
    tab = page.get_by_role("tab", name=name, exact=True)
    if tab.count() and tab.first.is_visible():
        tab.first.click()
        return
    page.locator(".overflow-menu > button").first.click()
    page.locator(".overflow-dropdown button", has_text=name).first.click()


def example(page: Any) -> str:
    """The text of the example on screen."""
    return str(page.locator("#example section").get_attribute("data-text"))


def answer(page: Any) -> str:
    """The answer on screen."""
    return str(page.locator("#example .answer select").first.input_value())


def mark(page: Any, words: str) -> None:
    """Drag over these words of the example, as a mouse does; once more where the page moved under the mouse."""
    for _ in range(5):
        box = page.evaluate(WHERE, words)
        page.mouse.move(box[0] + 1, box[1])
        page.mouse.down()
        page.mouse.move((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, steps=3)
        page.mouse.move(box[2] - 1, box[3], steps=3)
        page.mouse.up()
        if page.evaluate("() => document.getSelection().toString().trim()") == words and _noticed(page):
            return
        page.evaluate("() => document.getSelection().removeAllRanges()")
    raise AssertionError(f"the words {words!r} could not be marked")


def _noticed(page: Any) -> bool:
    """Whether the page shows what was marked; what is drawn anew just then takes the mark away."""
    try:
        page.locator("#evidence .piece").first.wait_for(timeout=3000)
    except TimeoutError:
        return False
    return True


def lasso(page: Any, parts: list[Any]) -> None:
    """Draw around these parts of an output, as a mouse does."""
    boxes = [part.bounding_box() for part in parts]
    left, top = (min(box[side] for box in boxes) - 1 for side in ("x", "y"))
    right = max(box["x"] + box["width"] for box in boxes) + 1
    bottom = max(box["y"] + box["height"] for box in boxes) + 1
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top + 1)):
        page.mouse.move(x, y, steps=5)
    page.mouse.up()
