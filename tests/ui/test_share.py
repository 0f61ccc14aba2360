"""Who may reach the page: what is refused, and in which words."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from assistant.errors import UserError
from ui.app import run
from ui.share import check, is_local, listen, open_tunnel


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("example.org", False),
    ],
)
def test_what_is_local(host: str, local: bool) -> None:
    assert is_local(host) is local


def test_sharing_needs_a_login() -> None:
    with pytest.raises(UserError, match=r"share link without a login.*--auth-file.*sayso passwd"):
        check(share=True, host="127.0.0.1", auth_file=None)
    with pytest.raises(UserError, match=r"'0\.0\.0\.0' without a login"):
        check(share=False, host="0.0.0.0", auth_file=None)
    check(share=False, host="127.0.0.1", auth_file=None)
    check(share=True, host="0.0.0.0", auth_file=Path("people.txt"))


def test_nothing_is_opened_where_sharing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="without a login"):
        run({"task": "classify", "home": tmp_path / "home"}, share=True)
    with pytest.raises(UserError, match="can't be read"):
        run({"task": "classify", "home": tmp_path / "home"}, share=True, auth_file=tmp_path / "none.txt")
    assert not (tmp_path / "home").exists()


def test_a_port_in_use_is_named_with_the_next_step(tmp_path: Path) -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=rf"port {port} is in use.*--port {port + 1}"):
            run({"task": "classify", "home": tmp_path / "home"}, port=port)
    assert not (tmp_path / "home").exists()


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(UserError, match=r"203\.0\.113\.1"):
        listen("203.0.113.1", 0)


def test_a_free_port_listens_at_once() -> None:
    with listen("127.0.0.1", 0) as ours, socket.create_connection(ours.getsockname(), timeout=2):
        pass


def test_a_share_service_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object) -> str:
        raise RuntimeError("Could not get share link from Gradio API Server.")

    monkeypatch.setattr("gradio.networking.setup_tunnel", unreachable)
    with pytest.raises(UserError, match=r"share link could not be made.*--auth-file"):
        open_tunnel("127.0.0.1", 7860)


def test_a_share_link_is_https_and_its_token_is_new_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[object, ...]] = []

    def tunnel(*args: object) -> str:
        given.append(args)
        return "http://abc.gradio.live"

    monkeypatch.setattr("gradio.networking.setup_tunnel", tunnel)
    assert open_tunnel("127.0.0.1", 7860) == open_tunnel("127.0.0.1", 7860) == "https://abc.gradio.live"
    assert given[0][:2] == ("127.0.0.1", 7860)
    assert given[0][2] != given[1][2] and len(str(given[0][2])) >= 32
