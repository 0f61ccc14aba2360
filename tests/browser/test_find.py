"""Find on the real page: search, tick, label in one go, undo in one, take the ids; and Cost, in a file."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import ROOT, Opener, Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1500)]


def search(page: Any, words: str) -> None:
    page.get_by_role("tab", name="Find").click()
    page.locator("#find-box :is(input, textarea)").fill(words)
    page.locator("#find-go").click()
    page.wait_for_selector("#found .hits li", timeout=900_000)


def test_a_selection_is_labelled_and_undone_in_one_go(server: Server, window: Opener, tmp_path: Path) -> None:
    page = window(server.url)
    search(page, "my parcel is late")
    boxes = page.locator("#found input[name=pick]:enabled")
    page.get_by_role("button", name="Tick all").click()
    assert f"{boxes.count()} ticked" in page.inner_text("#found .ticked")
    page.get_by_role("button", name="Tick none").click()
    for place in range(3):
        boxes.nth(place).check()
    page.wait_for_function("() => document.querySelector('#found .ticked').innerText === '3 ticked'")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Take their ids").click()
        page.locator("#find-take").click()
    taken.value.save_as(tmp_path / "ids.txt")
    assert len((tmp_path / "ids.txt").read_text("utf-8").split()) == 3
    page.locator("#found [name=label]").select_option("complaint")
    page.get_by_role("button", name="Label them").click()
    page.wait_for_function("() => document.querySelectorAll('#found .badge.good').length === 3")
    shoot(page, "find")
    page.locator("#found [data-act=undo-last]").click()
    page.wait_for_function("() => document.querySelectorAll('#found .badge.good').length === 0")
    page.get_by_role("tab", name="Cost").click()
    page.wait_for_selector("#cost .sums")
    shoot(page, "cost")
    with page.expect_download() as made:
        page.get_by_role("button", name="Make a file of it").click()
        page.locator("#cost-take").click()
    made.value.save_as(tmp_path / "cost.zip")
    assert "days.csv" in zipfile.ZipFile(tmp_path / "cost.zip").namelist()
    for dark, phone, name in ((True, False, "dark"), (False, True, "phone")):
        other = window(server.url, dark=dark, phone=phone)
        search(other, "my parcel is late")
        shoot(other, f"find-{name}")
        other.close()


def shoot(page: Any, name: str) -> None:
    """A picture for the documentation, where SAYSO_SCREENSHOTS=1 asks for it."""
    if os.environ.get("SAYSO_SCREENSHOTS") == "1":
        page.wait_for_timeout(500)
        page.screenshot(path=ROOT / "docs" / "screenshots" / f"{name}.png")
