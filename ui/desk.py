"""What all tabs share: the components that every turn repaints, and the one way in which handlers are wired.

    desk.on(send.click, hear, inputs=[box])      # hear(session, ids, text) -> extra updates or None

A handler makes one call to the session; then the desk paints the chat, the example, the bar and the progress.
A `UserError` becomes a toast with its sentence; anything else is logged under a short number, and the person
reads that number and no traceback.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from assistant.errors import UserError
from assistant.session import Session
from assistant.types import Selection
from ui import draw
from ui.people import People

__all__ = ["PRESS", "Desk", "Handler", "Ids", "Visit", "anchored"]

log = logging.getLogger("sayso.page")
Ids = dict[str, Any]
"""What a browser tab remembers, on the server: ids only. `conversation`; `first` and `last`: of the messages
shown, first < seq <= last; `all`: none is held back; `correcting`: the reading and the number of its act whose
menus are open; `version`: the one whose changed answers are shown; `training`: the progress that is shown; `working`:
what is typed is work of the person's own."""

WINDOW = 60
"""Messages shown at once, so that a turn costs the same in a long conversation."""
BUSY_SECONDS, IDLE_SECONDS = 1.0, 8.0

PRESS = """
element.addEventListener('click', event => {
  const pressed = event.target.closest('button[data-act]');
  if (pressed) trigger('click', {...pressed.dataset, ...sayso.form(pressed)});
});
element.addEventListener('change', event => {
  const field = event.target.closest('select[data-act], input[data-act]');
  if (field) trigger('click', {...field.dataset, value: field.value});
});
watch('value', () => sayso.painted(element));
sayso.painted(element);
"""
"""Makes a `gr.HTML` report its buttons, menus and fields as a click with their data."""


@dataclass
class Visit:
    """One event of one tab: the session it is about, what was pressed, and whether to paint afterwards."""

    session: Session
    ids: Ids
    press: dict[str, Any]
    author: str
    paint: bool = True


Handler = Callable[..., "dict[Any, Any] | None"]


@dataclass
class Desk:
    """The shared components and the people behind them. `author`: who speaks where nobody logs in."""

    people: People
    author: str
    ids: gr.State
    bar: gr.HTML
    log: gr.HTML
    example: gr.HTML
    progress: gr.HTML
    timer: gr.Timer

    def on(
        self,
        event: Callable[..., Any],
        handler: Handler,
        inputs: Sequence[Any] = (),
        also: Sequence[Any] = (),
        *,
        counted: bool = True,
        **over: Any,
    ) -> Any:
        """Wire `handler(visit, *inputs)` to an event; then everything shared is painted.

        Args:
            also: further components that the handler may update, by returning {component: update}.
            counted: whether it is a turn for the rate limit.
            over: further arguments of the Gradio event.
        """

        def run(request: gr.Request, data: gr.EventData, ids: Ids, *values: Any) -> Any:
            def turn() -> Any:
                # the logged-in person, never a component's value: those are the browser's to set
                author = request.username or self.author
                if counted:
                    self.people.admit(author)
                press = dict(data._data) if isinstance(data._data, dict) else {}
                with self.people.tab(author, getattr(request, "session_hash", None), dict(ids or {})) as tab:
                    before = tab.ids or {}
                    painted = self._turn(handler, author, dict(before), press, values, request.username)
                    tab.ids = painted[self.ids]
                return gr.skip() if painted == {self.ids: before} else painted

            return kindly(turn)

        painted = [self.ids, self.bar, self.log, self.example, self.progress, self.timer]
        settled = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": 16} | over
        return event(run, inputs=[self.ids, *inputs], outputs=[*painted, *also], **settled)

    def _turn(
        self, handler: Handler, author: str, ids: Ids, press: dict[str, Any], values: Sequence[Any], user: str | None
    ) -> dict[Any, Any]:
        with self.people.session(author, ids.get("conversation")) as session:
            ids["conversation"] = session.conversation
            visit = Visit(session, ids, press, author)
            extra = handler(visit, *values) or {}
        if not visit.paint:
            return {self.ids: visit.ids} | extra  # what the tab remembers is kept all the same
        # opened anew, because the handler may have gone to another conversation
        with self.people.session(author, visit.ids["conversation"]) as session:
            return self.painting(session, visit.ids, user) | extra

    def painting(self, session: Session, ids: Ids, user: str | None) -> dict[Any, Any]:
        """Everything shared, as it is now."""
        messages = session.messages(0 if ids.get("all") else ids.get("first") or 0)
        if len(messages) > WINDOW and not ids.get("all"):
            messages = messages[-WINDOW:]
            ids = ids | {"first": messages[0].seq - 1}
        screen, running = session.screen(), session.progress()
        ruled = screen is not None and any(output.rules for output in screen.outputs)
        rules = {rule.id: rule.text for rule in session.rules()} if ruled else {}
        version = ids.get("version")
        shown = (session.changes(version), session.compared(version)) if version else None
        return {
            self.ids: ids | {"last": messages[-1].seq if messages else 0},
            self.bar: draw.bar(session, screen, user),
            self.log: draw.log(messages, session.labels(), ids, shown, several=session.task.outputs > 1),
            self.example: draw.example(screen, session.task.help, rules, traced=session.attention.traced),
            self.progress: draw.progress(running),
            self.timer: gr.Timer(BUSY_SECONDS if draw.busy(running) else IDLE_SECONDS),
        }


def kindly(turn: Callable[[], Any]) -> Any:
    """What `turn` returns; where it fails, a toast with a sentence, and the page stays as it is."""
    try:
        return turn()
    except UserError as wrong:
        gr.Warning(escape(str(wrong)), title="Not done", duration=8)
    except Exception:
        number = secrets.token_hex(3)
        log.exception("error %s", number)
        gr.Warning(f"Something went wrong here; the log has it under {number}.", title="Sorry", duration=8)
    return gr.skip()


def anchored(text: str | None, marked: Sequence[dict[str, Any]]) -> list[Selection]:
    """The words that were marked on the page, where they really stand in `text`.

    Args:
        text: the plain input on screen.
        marked: each with `text`, `start` and `end` in code points, as the browser counted them.

    Raises:
        UserError: the words are not in the text, for example because another example has come meanwhile.
    """
    found = []
    for piece in marked:
        words, start = str(piece.get("text", "")).strip(), int(piece.get("start", 0))
        places = [match.start() for match in re.finditer(re.escape(words), text or "")] if words else []
        if not places:
            raise UserError(f"“{words[:60]}” is not in the example on screen", do="mark the words again")
        # the browser may count line ends and outer blanks differently: the nearest place is the one meant
        at = min(places, key=lambda place: abs(place - start))
        found.append(Selection(text=words, start=at, end=at + len(words)))
    return found
