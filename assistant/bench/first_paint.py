"""How long is the page blank? From asking for it to its first contents, in a real Chromium, with the model loaded.

The figure is the browser's own First Contentful Paint, which never comes before its First Paint. Every time it is a
new window with an empty cache.
"""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.bench import Benchmark, Result, bench
from assistant.bench._desk import own_home
from assistant.errors import UserError, need

if TYPE_CHECKING:
    from playwright.sync_api import Browser

EXAMPLE = "#example [data-example]"
PAINTS = """() => Object.fromEntries(performance.getEntriesByType('paint').map(one => [one.name, one.startTime]))"""
NOW = "() => performance.now()"
PATIENCE_MS = 120_000


def run(folder: Path, windows: int = 5) -> Result:
    with browser() as chromium, served(folder) as address:
        look(chromium, address)  # loads the model
        found = [look(chromium, address) for _ in range(windows)]
    return Result({name: statistics.median(one[name] for one in found) for name in found[0]}, note=f"{windows} windows")


def look(chromium: Browser, address: str) -> dict[str, float]:
    """Seconds from asking for the page: to its first contents, its first paint, and the example with its answer."""
    with chromium.new_context(viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        page.goto(address, timeout=PATIENCE_MS)
        page.wait_for_selector(EXAMPLE, timeout=PATIENCE_MS)
        there, paints = page.evaluate(NOW), page.evaluate(PAINTS)
    return {
        "first contents": paints["first-contentful-paint"] / 1000,
        "first paint": paints["first-paint"] / 1000,
        "example on screen": there / 1000,
    }


@contextmanager
def browser() -> Iterator[Browser]:
    """Debian's Chromium or Google's Chrome.

    Raises:
        UserError: it or Playwright is not installed.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError as missing:
        raise need("playwright", "sayso[test]", "this benchmark") from missing
    found = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]
    program = next((each for each in found if each), None)
    if program is None:
        raise UserError("There is no Chromium on this machine", do="install it (Debian: apt install chromium)")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def served(home: Path) -> Iterator[str]:
    """`sayso chat` on the demo in a process of its own; gives its address.

    Raises:
        UserError: it does not start.
    """
    start: list[Any] = [sys.executable, "-c", "from assistant.cli import main; main()", "chat", "--port", "0"]
    with own_home(home), (home / "page.log").open("w") as log:
        process = subprocess.Popen([*start, "--home", home], stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert process.stdout is not None
        found = next((match for line in process.stdout if (match := re.search(r"http://127\.0\.0\.1:\d+", line))), None)
        if found is None:
            said = (home / "page.log").read_text(encoding="utf-8").strip().splitlines()
            raise UserError(f"The page did not start: {said[-1] if said else 'it said nothing'}")
        yield found[0]
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout:
            process.stdout.close()


@bench
def first_paint() -> Benchmark:
    """The page's first contents."""
    return Benchmark(
        what="the page on localhost, model loaded: first contents painted, median",
        data="made",
        people="none",
        reference="none",
        target=1.5,
        better="lower",
        run=run,
        unit="s",
    )
