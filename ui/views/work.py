"""Work mode of the tab Chat: what is typed is the person's own work, and a question comes only where it is worth it.

{"act": "work"}                                             -> the mode is on; ids["working"]
{"act": "ask-answer", "question": "m1", "value": "order"}   -> session.attention.answer("m1", "order")
{"act": "notice", "kind": "copied", "output": "01a2…"}      -> session.attention.notice("01a2…", "copied")
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assistant.errors import UserError
from ui.attention import quick
from ui.desk import Visit

__all__ = ["ACTS", "PLACEHOLDERS", "TRACES", "below", "notice", "on", "put_in"]

PLACEHOLDERS = {False: "Say what is wrong…", True: "Put in a text of yours…"}
TRACES = '<button type="button" data-act="notice" hidden></button>'
"""What the page presses by itself, to tell what was copied and how long an answer was looked at."""
MOST_SECONDS = 3600.0


def on(visit: Visit) -> bool:
    return bool(visit.ids.get("working"))


def put_in(visit: Visit, text: str, longest: int) -> None:
    """An input of the person's own work."""
    if not text.strip():
        raise UserError("There is no text yet", do="put in what you want answered")
    if len(text) > longest:
        raise UserError(f"The text has {len(text)} characters", f"at most {longest} can be read at once")
    visit.session.attention.use(text.strip())


def below(visit: Visit) -> str:
    """What stands under the conversation: the buttons, and while working, what asking cost and brought."""
    return quick(on(visit), visit.session.attention.standing() if on(visit) else None)


def notice(visit: Visit) -> None:
    """A trace of what the person did with an answer that they saw; nothing is painted, whatever the browser sends."""
    visit.paint = False
    kind, output, value = (str(visit.press.get(name, "")) for name in ("kind", "output", "value"))
    first = 0 if visit.ids.get("all") else visit.ids.get("first") or 0
    if not any(message.output_id == output for message in visit.session.messages(first) if output):
        return
    if kind == "copied":
        visit.session.attention.notice(output, "copied")
    elif kind == "seconds" and value.isdecimal():
        visit.session.attention.notice(output, "seconds", min(float(value), MOST_SECONDS))


def _work(visit: Visit) -> None:
    visit.ids["working"] = not on(visit)


def _of(visit: Visit, name: str) -> str:
    if name not in visit.press:
        raise UserError("Something was missing in what the page sent", do="load the page again")
    return str(visit.press[name])


ACTS: dict[str, Callable[[Visit], Any]] = {
    "work": _work,
    "ask-answer": lambda visit: visit.session.attention.answer(_of(visit, "question"), _of(visit, "value")),
    "ask-dismiss": lambda visit: visit.session.attention.dismiss(_of(visit, "question")),
    "ask-never": lambda visit: visit.session.attention.dismiss(_of(visit, "question"), never=True),
    "ask-again": lambda visit: visit.session.attention.again(_of(visit, "about")),
}
