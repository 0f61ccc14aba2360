"""The first paint: the page's frame stands in the HTML itself, before any script of Gradio's has run.

Gradio draws everything by script, which takes a second or two. So the start page gets a title, an icon, and a
still picture of the page's frame, which gives way when the real page is there. Headers that keep the browser
from loading anything from elsewhere are added on the way.
"""

from __future__ import annotations

from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.draw import MARK

__all__ = ["Front"]

POLICY = "; ".join([
    "default-src 'self'", "script-src 'self' 'unsafe-inline' 'unsafe-eval'", "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:", "font-src 'self' data:", "connect-src 'self'", "object-src 'none'",
    "base-uri 'self'", "form-action 'self'", "frame-ancestors 'self'",
])  # fmt: skip
"""What a browser may load: only from here. Gradio needs inline scripts and eval for its own templates."""

HEADERS = {
    b"content-security-policy": POLICY.encode(),
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
}

HEAD = '<title>Sayso</title><link rel="icon" type="image/svg+xml" href="/favicon.svg">'
FRAME = (Path(__file__).parent / "static" / "first.html").read_text("utf-8").replace("<!-- mark -->", MARK)


class Front:
    """Plain ASGI around the app, so that event streams stay streams; only the start page is held and changed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["path"] == "/" and scope["method"] == "GET":
            await self._start_page(scope, receive, send)
        else:
            await self.app(scope, receive, lambda message: send(_headed(message)))

    async def _start_page(self, scope: Scope, receive: Receive, send: Send) -> None:
        # asked for uncompressed, because it is changed here
        asked = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
        start: Message = {}
        body = b""

        async def held(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = dict(message)
                return
            if message["type"] != "http.response.body":
                await send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            page = _with_frame(body)
            others = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
            start["headers"] = [*others, (b"content-length", str(len(page)).encode())]
            await send(_headed(start))
            await send({"type": "http.response.body", "body": page})

        await self.app({**scope, "headers": asked}, receive, held)


def _with_frame(page: bytes) -> bytes:
    """The start page with its frame; a page that looks otherwise is left as it is."""
    if b"<gradio-app" not in page or b"</head>" not in page or b"</body>" not in page:
        return page
    page = page.replace(b"</head>", HEAD.encode() + b"</head>", 1)
    before, after = page.rsplit(b"</body>", 1)
    return before + FRAME.encode() + b"</body>" + after


def _headed(message: Message) -> Message:
    if message["type"] != "http.response.start":
        return message
    given = [pair for pair in message.get("headers", []) if pair[0].lower() not in HEADERS]
    return {**message, "headers": [*given, *HEADERS.items()]}
