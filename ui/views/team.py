"""The tab Team: people and progress, guidelines, disagreements to settle, remarks, how the work is shared out.

Every button and menu reports an act, and `ACTS` says which one call to the session that is; who may not is told so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from assistant.errors import UserError
from ui import team as drawn
from ui.desk import PRESS, Desk, Visit
from ui.html import tag

__all__ = ["ACTS", "draw", "tab"]


def tab(desk: Desk, opened: gr.Tab) -> None:
    """Build the tab; it is drawn anew whenever it is opened."""
    page = gr.HTML(js_on_load=PRESS, apply_default_css=False, elem_id="team")

    def look(visit: Visit) -> dict[Any, Any]:
        visit.paint = False
        return {page: draw(visit)}

    def press(visit: Visit) -> dict[Any, Any]:
        act = str(visit.press.get("act", ""))
        if act not in ACTS:
            raise UserError(f"The page sent {act!r}, which means nothing here", do="load the page again")
        visit.paint = act == "settle"  # the chat shows it, too
        ACTS[act](visit)
        return {page: draw(visit)}

    desk.on(opened.select, look, also=[page], counted=False)
    desk.on(page.click, press, also=[page])


def draw(visit: Visit) -> str:
    """All of it, with what this person may change."""
    session, team = visit.session, visit.session.team
    newest, *earlier = team.guidelines() or [team.guideline()]
    screen = session.screen()
    return tag(
        "div",
        drawn.disputes(session.disputes.list(), session.labels(), team.may("settle"), session.author),
        drawn.guidelines(newest, earlier, team.may("guideline")),
        drawn.people(team.people(), team.closed, team.may("people"), session.author),
        drawn.plan(team.plan(), len(team.gold()) if team.may("review") else None, team.may("assign")),
        drawn.comments(team.comments(), screen.example_id if screen and team.may("comment") else None),
        class_="page team",
    )


def _said(visit: Visit, name: str) -> str:
    """A field of the form, or what the button is about. Raises UserError where the browser did not send it."""
    if name not in visit.press:
        raise UserError("Something was missing in what the page sent", do="load the page again")
    return str(visit.press[name]).strip()


def _number(visit: Visit, name: str) -> float:
    try:
        return float(_said(visit, name).replace(",", "."))
    except ValueError:
        raise UserError(f"{visit.press[name]!r} is no number") from None


def _settle(visit: Visit) -> None:
    visit.session.disputes.settle(_said(visit, "example"), _said(visit, "answer"), _said(visit, "why"))


def _assign(visit: Visit) -> None:
    numbers = {name: _number(visit, name) for name in ("overlap", "minutes", "qualify_answers", "qualify_right")}
    visit.session.team.assign(**numbers)


ACTS: dict[str, Callable[[Visit], Any]] = {
    "add": lambda visit: visit.session.team.add(_said(visit, "person"), _said(visit, "role")),
    "role": lambda visit: visit.session.team.add(_said(visit, "person"), _said(visit, "value")),
    "remove": lambda visit: visit.session.team.remove(_said(visit, "person")),
    "guideline": lambda visit: visit.session.team.write(_said(visit, "text")),
    "comment": lambda visit: visit.session.team.comment(_said(visit, "text"), _said(visit, "example")),
    "settle": _settle,
    "assign": _assign,
    "gold": lambda visit: visit.session.team.mark_gold(draw=int(_number(visit, "draw"))),
}
