"""The server around the page: what it answers to whom, without a browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.errors import UserError
from assistant.settings import Settings, settings
from assistant.store import Store
from tests.ui.fake import FakeSession
from ui import app as page
from ui.app import build
from ui.auth import Door, add_person
from ui.page import blocks
from ui.people import People

PASSWORD = "correct horse battery"
BEHIND_THE_LOGIN = [
    ("GET", "/config"), ("GET", "/gradio_api/info"), ("GET", "/gradio_api/queue/data?session_hash=x"),
    ("POST", "/gradio_api/queue/join"), ("POST", "/gradio_api/run/predict"), ("POST", "/gradio_api/call/predict"),
    ("POST", "/gradio_api/upload"), ("GET", "/gradio_api/file=/etc/passwd"), ("GET", "/monitoring"),
    ("GET", "/gradio_api/openapi.json"),
]  # fmt: skip


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    return settings(home=tmp_path / "home")


def opener(author: str, conversation: str | None) -> Any:
    return FakeSession(author, conversation)


@pytest.fixture
def client(chosen: Settings) -> TestClient:
    return TestClient(build(opener, chosen), base_url="http://127.0.0.1")


@pytest.fixture
def locked(chosen: Settings, tmp_path: Path) -> TestClient:
    add_person(tmp_path / "people.txt", "ada", PASSWORD)
    door = Door(tmp_path / "people.txt")
    return TestClient(build(opener, chosen, enter=door.enter, local_only=False), base_url="http://127.0.0.1")


def test_the_start_page_has_its_frame_before_any_script(client: TestClient) -> None:
    answer = client.get("/", headers={"accept-encoding": "gzip, br"})
    assert answer.status_code == 200 and "<title>Sayso</title>" in answer.text
    assert '<div id="first"' in answer.text and "content-encoding" not in answer.headers
    assert int(answer.headers["content-length"]) == len(answer.content)


@pytest.mark.parametrize("path", ["/", "/config", "/favicon.svg", "/health"])
def test_every_answer_keeps_the_browser_from_loading_from_elsewhere(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"


def test_the_icon_is_ours(client: TestClient) -> None:
    for path in ("/favicon.ico", "/favicon.svg"):
        answer = client.get(path)
        assert answer.headers["content-type"] == "image/svg+xml" and b"<svg" in answer.content


def test_another_name_for_this_machine_is_refused(client: TestClient) -> None:
    assert client.get("/health", headers={"host": "evil.example"}).status_code == 400
    assert client.get("/health", headers={"host": "localhost:7860"}).status_code == 200


def test_there_is_no_open_api(client: TestClient) -> None:
    info = client.get("/gradio_api/info").json()
    assert info == {"named_endpoints": {}, "unnamed_endpoints": {}}
    for path in ("/docs", "/redoc", "/openapi.json", "/gradio_api/mcp/"):
        assert client.get(path).status_code in (404, 405), path


def test_every_event_of_the_page_is_private_and_waits_in_a_bounded_queue(chosen: Settings) -> None:
    page = blocks(People(opener), "me")
    events = page.fns.values()
    assert events and {event.api_visibility for event in events} == {"private"}
    assert page._queue.max_size == 64


def test_files_of_the_home_and_of_the_machine_are_not_served(client: TestClient, chosen: Settings) -> None:
    chosen.folder.mkdir()
    (chosen.folder / "sayso.db").write_text("secret")
    for path in (chosen.folder / "sayso.db", Path("/etc/passwd"), Path.cwd() / "pyproject.toml"):
        assert client.get(f"/gradio_api/file={path}").status_code in (403, 404), path


def test_too_large_an_upload_is_refused(tmp_path: Path) -> None:
    small = TestClient(build(opener, settings(home=tmp_path, max_upload_mb=0.001)), base_url="http://127.0.0.1")
    answer = small.post("/gradio_api/upload", files={"files": ("a.csv", b"x" * 5000)})
    assert answer.status_code == 413


@pytest.mark.parametrize(("method", "path"), BEHIND_THE_LOGIN)
def test_nothing_is_reached_without_a_login(locked: TestClient, method: str, path: str) -> None:
    assert locked.request(method, path).status_code == 401


def test_the_page_without_a_login_tells_nothing_of_the_task(locked: TestClient) -> None:
    answer = locked.get("/")
    assert "auth_required" in answer.text and "want my money back" not in answer.text and "desk" not in answer.text


def test_a_person_logs_in_and_out(locked: TestClient) -> None:
    assert locked.post("/login", data={"username": "ada", "password": "wrong password"}).status_code == 400
    assert locked.get("/config").status_code == 401
    assert locked.post("/login", data={"username": "ada", "password": PASSWORD}).status_code == 200
    answer = locked.get("/config")
    assert answer.status_code == 200 and answer.json()["username"] == "ada"
    locked.get("/logout")
    assert locked.get("/config").status_code == 401


def test_guessing_is_locked_out(locked: TestClient) -> None:
    for _ in range(5):
        locked.post("/login", data={"username": "ada", "password": "wrong password"})
    assert locked.post("/login", data={"username": "ada", "password": PASSWORD}).status_code == 400


def test_a_second_server_on_one_database_is_refused(chosen: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    served = []

    class Worker:
        def terminate(self) -> None:
            served.append("worker ended")

    def serve(*_: Any) -> None:
        served.append("first")
        with pytest.raises(UserError, match=f"Another Sayso server has the database .* process {os.getpid()}"):
            page.run({"home": chosen.folder, "parser": "scripted"}, port=0)

    monkeypatch.setattr(page, "_serve", serve)
    monkeypatch.setattr(page, "_warm_up", lambda session: None)
    monkeypatch.setattr("assistant.jobs.start_worker", lambda settings: Worker())
    page.run({"home": chosen.folder, "parser": "scripted"}, port=0)
    assert served == ["first", "worker ended"]
    with Store.open(chosen.database_url) as store:
        store.lock_server()  # the first has let go of it
