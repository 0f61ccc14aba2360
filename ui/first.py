"""The first paint: the page's frame stands in the HTML itself, before any script of Gradio's has run.

Gradio draws everything by script, which takes a second or two. So the start page gets a title, an icon, and a
still picture of the page's frame, which gives way when the real page is there. Headers that keep the browser
from loading anything from elsewhere are added on the way.
"""

from __future__ import annotations

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

HEAD = """<title>Sayso</title><link rel="icon" type="image/svg+xml" href="/favicon.svg"><style>
#first { position: fixed; inset: 0; z-index: 99; background: #f6f5f1; color: #1f1e1b; font: 16px/1.5 system-ui, sans-serif; --paper: #f6f5f1; transition: opacity .15s; }
#first > div { max-width: 1312px; margin: 0 auto; padding: 0 24px; height: 100%; box-sizing: border-box; }
#first p { display: flex; gap: 9px; align-items: center; height: 60px; margin: 0; color: #0f766e; }
#first b { color: #1f1e1b; font-size: 20px; font-weight: 600; }
#first i { display: block; height: min(420px, 50vh); margin-top: 52px; border: 1px solid #e3e0d8; border-radius: 16px; background: #fff; }
@media (min-width: 900px) { #first i { margin-left: 55%; } }
@media (prefers-color-scheme: dark) {
  #first { background: #161614; --paper: #161614; } #first p { color: #56bdae; } #first b { color: #ecebe5; }
  #first i { border-color: #37362f; background: #1f1f1c; }
}
</style>"""

FIRST = f"""<div id="first" aria-hidden="true"><div><p>{MARK}<b>Sayso</b></p><i></i></div></div><script>
(() => {{
  const first = document.getElementById("first");
  const over = () => {{ first.remove(); watching.disconnect(); }};
  const watching = new MutationObserver(() => {{ if (document.querySelector("gradio-app .bar, gradio-app form, gradio-app input")) over(); }});
  watching.observe(document.querySelector("gradio-app") ?? document.body, {{childList: true, subtree: true}});
  setTimeout(over, 15000);
}})();
</script>"""


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
    return before + FIRST.encode() + b"</body>" + after


def _headed(message: Message) -> Message:
    if message["type"] != "http.response.start":
        return message
    given = [pair for pair in message.get("headers", []) if pair[0].lower() not in HEADERS]
    return {**message, "headers": [*given, *HEADERS.items()]}
