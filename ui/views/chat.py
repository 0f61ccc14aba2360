"""The tab Chat: the conversation on the left, the example on the right, and all that can be said about it.

Every button and field of the conversation and of the example reports an act and its data:

    {"act": "edit", "target": "#1", "value": "complaint"}   -> session.hear(gesture=Gesture(kind="edit", ...))
    {"act": "confirm", "reading": "018f…"}                  -> session.confirm("018f…")

and `ACTS` says which one call to the session that is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import gradio as gr

from assistant.errors import UserError
from assistant.session import Message
from assistant.types import Act, ConstraintAct, Evidence, Gesture, LabelAct, Selection
from ui.cards import correctable
from ui.desk import PRESS, Desk, Handler, Visit, anchored
from ui.draw import progress

__all__ = ["ACTS", "begin", "poll", "tab"]

LONGEST = 4000
"""Characters of one message."""


def tab(desk: Desk) -> None:
    """Build the tab."""
    with gr.Row(elem_id="chat-row", equal_height=False):
        with gr.Column(scale=6, min_width=320, elem_id="talk"):
            desk.log.render()
            quick = gr.HTML(QUICK, elem_id="quick", js_on_load=PRESS, apply_default_css=False)
            with gr.Row(elem_id="composer", equal_height=True):
                box = gr.Textbox(
                    placeholder="Say what is wrong…", show_label=False, lines=1, max_lines=6,
                    container=False, elem_id="box", max_length=LONGEST, scale=1, label="Your message",
                )  # fmt: skip
                send = gr.Button("Send", variant="primary", elem_id="send", scale=0, min_width=84)
            marked = gr.Textbox(visible=False)
        with gr.Column(scale=5, min_width=320, elem_id="side"):
            desk.example.render()
            desk.progress.render()

    def hear(visit: Visit, text: str, marked: str) -> dict[Any, Any]:
        say(visit, text, _selection(visit, marked))
        return {box: ""}

    for event in (send.click, box.submit):
        heard = desk.on(event, hear, [box, marked], [box], js="(ids, text) => [ids, text, sayso.marked()]")
        heard.success(None, js="() => sayso.sent()", api_visibility="private")
    for part in (desk.log, desk.example, quick):
        desk.on(part.click, press, also=[box])


QUICK = """
<div class="quick">
  <div id="evidence" class="evidence" aria-live="polite"></div>
  <div class="row">
    <button type="button" data-act="next" title="Key n">Next <kbd>n</kbd></button>
    <button type="button" data-act="learn" title="Key t">Train now <kbd>t</kbd></button>
    <button type="button" data-act="undo-last" title="Key u">Undo <kbd>u</kbd></button>
    <button type="button" data-act="explain" title="Key l">What have you learned? <kbd>l</kbd></button>
  </div>
</div>
"""


def begin(visit: Visit) -> None:
    """The first example of a conversation that has none; loads the model where it is not loaded yet."""
    if visit.session.screen() is None:
        visit.session.next()


def poll(desk: Desk) -> Handler:
    """What happened meanwhile; nothing is painted, and nothing moves, where nothing did."""

    def look(visit: Visit) -> dict[Any, Any] | None:
        news = visit.session.poll(visit.ids.get("last") or 0).messages
        running = visit.session.progress()
        now = f"{running.job} {running.state} {running.progress:.3f} {running.text}" if running else ""
        before, visit.ids["training"] = visit.ids.get("training") or "", now
        visit.paint = bool(news) or bool(now) != bool(before)
        if visit.paint or now == before:
            return None
        return {desk.progress: progress(running), desk.ids: visit.ids}

    return look


def say(visit: Visit, text: str, selection: list[Selection] | None = None) -> None:
    """What was typed, with the words that were marked."""
    if not text.strip() and not selection:
        raise UserError("There is no message yet", do="write what is wrong with the answer")
    if len(text) > LONGEST:
        raise UserError(f"The message has {len(text)} characters", f"at most {LONGEST} can be read at once")
    visit.session.hear(text.strip() or "because of this", selection=selection or ())


def press(visit: Visit) -> None:
    """Whatever was pressed in the conversation or the example."""
    act = str(visit.press.get("act", ""))
    if act not in ACTS:
        raise UserError(f"The page sent {act!r}, which means nothing here", do="load the page again")
    ACTS[act](visit)


# --- what buttons mean --------------------------------------------------------------------------------------


def _selection(visit: Visit, marked: str) -> list[Selection]:
    pieces = json.loads(marked) if marked else []
    screen = visit.session.screen()
    return anchored(screen.view.text if screen else None, pieces)


def _said(visit: Visit, act: str) -> Any:
    """The part of an event that the act needs. Raises UserError where the browser did not send it."""
    if act not in visit.press:
        raise UserError("Something was missing in what the page sent", do="load the page again")
    return visit.press[act]


def _message(visit: Visit, wanted: Callable[[Message], bool]) -> Message:
    """The message of this person's own conversation; ids that the browser sends are not to be trusted."""
    first = 0 if visit.ids.get("all") else visit.ids.get("first") or 0
    for message in visit.session.messages(first):
        if wanted(message):
            return message
    raise UserError("That message is not in this conversation", do="load the page again")


def _reading(visit: Visit) -> Message:
    id = str(_said(visit, "reading"))
    return _message(visit, lambda message: message.card is not None and message.card.reading == id)


def _confirm(visit: Visit) -> None:
    card = _reading(visit).card
    assert card is not None
    visit.session.confirm(card.reading)


def _undo(visit: Visit) -> None:
    card = _reading(visit).card
    assert card is not None
    visit.session.undo(card.reading)


def _open_menus(visit: Visit) -> None:
    visit.ids["correcting"] = visit.press.get("reading") or None


def _correct(visit: Visit) -> None:
    card = _reading(visit).card
    act = correctable(card) if card else None
    if card is None or act is None:
        raise UserError("This can't be corrected with menus", do="undo it, and say it in other words")
    added = [Evidence(text=piece.text) for piece in _selection(visit, str(visit.press.get("marked", "")))]
    visit.session.correct(
        card.reading, [one if one is not act else corrected(act, visit.press, added) for one in card.acts]
    )
    visit.ids["correcting"] = None


def corrected(act: Act, menus: dict[str, Any], added: list[Evidence]) -> Act:
    """The act as the menus say it: `label`, `op` ("is" or "is_not"), `keep` (indices of evidence), `when`."""
    value = str(menus.get("label", "")).strip()
    op = "is_not" if menus.get("op") == "is_not" else "is"
    if not value:
        raise UserError("The label is empty", do="choose or write one")
    kept = {int(index) for index in menus.get("keep", []) if str(index).isdigit()}
    evidence = (*(piece for index, piece in enumerate(act.evidence) if index in kept), *added)
    if act.constraint:
        when = str(menus.get("when", "")).strip() or None
        changed = act.constraint.model_dump() | {"operator": "eq" if op == "is" else "ne", "value": value, "when": when}
        return act.model_copy(update={"constraint": ConstraintAct(**changed), "evidence": evidence})
    return act.model_copy(update={"label": LabelAct(op=op, value=value), "evidence": evidence})


def _edit(visit: Visit) -> None:
    value = str(_said(visit, "value")).strip()
    if not value:
        raise UserError("The answer is empty", do="choose or write one")
    visit.session.hear(gesture=Gesture(kind="edit", target=str(visit.press.get("target", "#1")), value=value))


def _thumb(visit: Visit) -> None:
    """A thumb on the answer on screen: a vote on the message that shows it, so that it is seen again later."""
    screen = visit.session.screen()
    shown = {output.id for output in screen.outputs} if screen else set()
    up = _said(visit, "value") == "1"
    if len(shown) > 1:
        visit.session.hear(gesture=Gesture(kind="thumb", target=str(visit.press.get("target", "#1")), value=up))
        return
    visit.session.vote(_message(visit, lambda message: message.output_id in shown).seq, up)


def _vote(visit: Visit) -> None:
    seq = str(_said(visit, "seq"))
    message = _message(visit, lambda message: str(message.seq) == seq)
    visit.session.vote(message.seq, {"1": True, "0": False}.get(str(_said(visit, "value"))))


def _earlier(visit: Visit) -> None:
    visit.ids["all"] = True


def _changes(visit: Visit) -> None:
    visit.ids["version"] = visit.press.get("version") or None


ACTS: dict[str, Callable[[Visit], Any]] = {
    "say": lambda visit: say(visit, str(_said(visit, "value"))),
    "confirm": _confirm,
    "undo": _undo,
    "correct": _open_menus,
    "corrected": _correct,
    "edit": _edit,
    "thumb": _thumb,
    "vote": _vote,
    "earlier": _earlier,
    "changes": _changes,
    "next": lambda visit: visit.session.next(),
    "learn": lambda visit: visit.session.learn(wait=False),
    "undo-last": lambda visit: visit.session.undo(),
    "explain": lambda visit: visit.session.explain(),
}
