"""The server: the page mounted in FastAPI, behind a login where others can reach it.

    run({"task": "classify", "data": "reviews.csv"}, port=7860)
    Sayso is on http://127.0.0.1:7860

`run` opens the task, starts the training worker beside it, and serves until it is stopped.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import tempfile
import threading
import webbrowser
from collections.abc import Awaitable, Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

# before Gradio is imported: it reports home otherwise, and shares one temporary folder among all people
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
if "GRADIO_TEMP_DIR" not in os.environ:
    os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp(prefix="sayso-page-")

import gradio as gr
import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import FileResponse
from starlette.middleware.trustedhost import TrustedHostMiddleware

from assistant.session import Session
from assistant.settings import Settings, settings
from ui import share as sharing
from ui.auth import Door
from ui.first import Front
from ui.page import STATIC, blocks, theme
from ui.people import Opener, People

__all__ = ["build", "run"]

log = logging.getLogger("sayso.page")
STYLES = ("page.css", "grid.css", "mol.css", "text.css", "find.css")
SCRIPTS = ("parts.js", "page.js")


def build(
    open: Opener,
    chosen: Settings,
    *,
    enter: Callable[[str, str], Awaitable[bool]] | None = None,
    local_only: bool = True,
) -> FastAPI:
    """The page as an application.

    Args:
        open: opens the session of an author and a conversation.
        enter: whether a name and a password may come in; None: nobody has to log in.
        local_only: answer only to the names of this machine, so that no other page can reach it by its own.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/favicon.ico", include_in_schema=False)
    @app.get("/favicon.svg", include_in_schema=False)
    def favicon() -> Response:
        return FileResponse(STATIC / "favicon.svg", media_type="image/svg+xml")

    @app.get("/health", include_in_schema=False)
    def health() -> dict[str, str]:
        return {"status": "ok"}

    app.add_middleware(Front)
    if local_only:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "::1"])
    page = blocks(People(open, chosen.turns_per_minute), chosen.author)
    mounted: FastAPI = gr.mount_gradio_app(
        app, page, path="/", app_kwargs={"openapi_url": None},
        auth=enter, auth_message="Log in to talk to Sayso." if enter else None,
        show_error=False, enable_monitoring=False, run_history=False, footer_links=[], ssr_mode=False, pwa=False,
        mcp_server=False, max_file_size=int(chosen.max_upload_mb * 2**20),
        allowed_paths=[], blocked_paths=[str(chosen.folder)],
        theme=theme(), css_paths=[STATIC / name for name in STYLES],
        head="".join(f"<script>{(STATIC / name).read_text('utf-8')}</script>" for name in SCRIPTS),
    )  # fmt: skip
    return mounted


def run(
    session_options: dict[str, Any],
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    share: bool = False,
    auth_file: Path | str | None = None,
    open_browser: bool = False,
) -> None:
    """Serve the page until it is stopped.

    Args:
        session_options: arguments of `Session.open`.
        port: 0 takes any that is free.
        share: make a public link through Gradio's service; needs `auth_file`.

    Raises:
        UserError: the task, the port, the auth file or the share link can't be had, or another server has the
            database; nothing is left running.
    """
    from assistant.jobs import start_worker

    file = Path(auth_file) if auth_file else None
    sharing.check(share=share, host=host, auth_file=file)
    door = Door(file) if file else None
    listening = sharing.listen(host, port)
    with contextlib.ExitStack() as closing:
        closing.callback(listening.close)
        chosen = settings(home=session_options.get("home"), author=session_options.get("author"))
        first = Session.open(**session_options)
        closing.callback(first.close)
        first.store.lock_server()
        _log_to(chosen.folder / "page.log")

        def opened(author: str, conversation: str | None) -> Session:
            return Session.beside(first.bench, author, conversation)

        local = sharing.is_local(host) and not share
        app = build(opened, chosen, enter=door.enter if door else None, local_only=local)
        worker = start_worker(chosen)
        closing.callback(worker.terminate)
        threading.Thread(target=_warm_up, args=(first,), daemon=True).start()
        _serve(app, listening, host, share, open_browser)


def _serve(app: FastAPI, listening: socket.socket, host: str, share: bool, open_browser: bool) -> None:
    port = listening.getsockname()[1]
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    address = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
    public = sharing.open_tunnel(shown, port) if share else None
    print(f"Sayso is on {address}", flush=True)
    if public:
        print(f"and, for those who can log in, on {public}", flush=True)
    if open_browser:
        threading.Timer(1.0, webbrowser.open, [address]).start()
    # Ctrl+C is how it is stopped; open event streams must not hold it up
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2))
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listening])


def _warm_up(session: Session) -> None:
    """Load the model before somebody asks, so that the first answer comes at once."""
    try:
        with session.bench.model():
            pass
    except Exception:
        # the person who asks first gets the sentence; here it is only kept
        log.exception("warming up")


def _log_to(path: Path) -> None:
    handler = RotatingFileHandler(path, maxBytes=2**20, backupCount=2, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    log.propagate = False
