"""The real server and a real browser: Debian's Chromium, driven by Playwright.

`server`: `sayso chat` on a free port with an empty home, for all tests of a file.
`page`: a new browser window on it; at its end nothing may have left this machine or complained in the console.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
START_SECONDS = 90
EXAMPLE = "#example [data-example]"


@dataclass
class Server:
    """`sayso chat` in a process of its own. `before`: Python that runs in it first."""

    home: Path
    options: tuple[str, ...] = ()
    before: str = ""
    url: str = ""
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> Server:
        """Start it, and wait until it answers."""
        command = f"{self.before}\nfrom assistant.cli import main; main()"
        self.home.mkdir(parents=True, exist_ok=True)
        # into a file: nobody reads a pipe once the address is known, and a full one would stop the server
        with self.log.open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-c", command, "chat", "--port", "0", "--home", str(self.home), *self.options],
                cwd=ROOT,
                env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1", "HF_HUB_OFFLINE": "1"},
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.url = self._address()
        RUNNING[self.url] = self
        return self

    @property
    def log(self) -> Path:
        """What the server said since it started."""
        return self.home / "said.log"

    def kill(self, worker: bool = True) -> None:
        """End it as a power cut does, the training worker included."""
        import psutil

        family = [psutil.Process(self.process.pid)]
        if worker:
            family += family[0].children(recursive=True)
        for one in family:
            one.send_signal(signal.SIGKILL)
        psutil.wait_procs(family, timeout=10)
        self.process.wait(10)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.kill()
        RUNNING.pop(self.url, None)

    def _address(self) -> str:
        """The address that the server prints."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            found = re.search(r"http://127\.0\.0\.1:\d+", self.log.read_text())
            if found:
                return found[0]
            time.sleep(0.1)
        raise AssertionError(f"the server did not start; it said:\n{self.log.read_text()}")


RUNNING: dict[str, Server] = {}
"""The servers of the file, by address."""
OPEN: list[Any] = []
"""The pages of the test."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A real browser beside two others on two cores, while trainings end when they end: what fails is tried once more,
    and the summary tells of it (-rR)."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Beside a failure: what the servers said, and what was to be seen."""
    report = yield
    if report.when == "call" and report.failed:
        for url, one in RUNNING.items():
            report.sections.append((f"what {url} said", one.log.read_text()[-3000:]))
        for page in OPEN:
            with suppress(playwright.Error):
                shown = page.evaluate("() => document.body.innerText")
                report.sections.append((f"what {page.url} showed", shown[-3000:]))
    return report


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """For one file: while a driver runs, nothing else in this process can start one."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed (Debian: apt install chromium)")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("home")).start()
    yield running
    running.stop()


@dataclass
class Watch:
    """What a page did that it must not do."""

    outside: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def over(self, page: Any) -> None:
        page.on("request", lambda request: self._request(request.url))
        page.on("console", lambda said: self.console.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.console.append(str(error)))
        page.on(
            "response",
            lambda given: self.refused.append(f"{given.status} {given.url}") if given.status >= 400 else None,
        )
        page.on("dialog", lambda dialog: (self.console.append(f"a dialog: {dialog.message}"), dialog.dismiss()))

    def _request(self, url: str) -> None:
        if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).hostname != "127.0.0.1":
            self.outside.append(url)


Opener = Callable[..., Any]


@pytest.fixture
def window(browser: Any) -> Iterator[Opener]:
    """Opens a page on an address: `window(url, dark=False, phone=False)`; checks at the end what it did."""
    watch, contexts = Watch(), []

    def open(url: str, *, dark: bool = False, phone: bool = False, ready: str = EXAMPLE) -> Any:
        size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 800}
        context = browser.new_context(
            viewport=size, has_touch=phone, is_mobile=phone, color_scheme="dark" if dark else "light"
        )
        contexts.append(context)
        page = context.new_page()
        OPEN.append(page)
        page.set_default_timeout(45_000)
        watch.over(page)
        page.goto(url)
        page.wait_for_selector(ready)
        return page

    yield open
    OPEN.clear()
    for context in contexts:
        context.close()
    assert watch.outside == [], "something was asked for from outside"
    assert watch.console == [] and watch.refused == []


@pytest.fixture
def page(server: Server, window: Opener) -> Any:
    return window(server.url)
