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

from assistant.cards import Card
from assistant.errors import UserError
from assistant.session import Message, Progress, Screen
from assistant.types import Act, Gesture, Label, Selection
from ui.attention import quick
from ui.cards import removable, said, waiting
from ui.correct import corrected
from ui.desk import PRESS, Desk, Handler, Visit, anchored
from ui.draw import progress
from ui.views import work
from ui.views.quality import decide

__all__ = ["ACTS", "begin", "poll", "tab"]

LONGEST = 4000
"""Characters of one message."""
MOST_PARTS = 1000
"""Marked in one output; nothing that can be drawn in a cell has more."""


def tab(desk: Desk) -> None:
    """Build the tab."""
    with gr.Row(elem_id="chat-row", equal_height=False):
        with gr.Column(scale=6, min_width=320, elem_id="talk"):
            desk.log.render()
            below = gr.HTML(quick(False), elem_id="quick", js_on_load=PRESS, apply_default_css=False)
            traces = gr.HTML(work.TRACES, elem_id="traces", js_on_load=PRESS, apply_default_css=False)
            with gr.Row(elem_id="composer", equal_height=True):
                box = gr.Textbox(
                    placeholder=work.PLACEHOLDERS[False], show_label=False, lines=1, max_lines=6,
                    container=False, elem_id="box", max_length=LONGEST, scale=1, label="Your message",
                )  # fmt: skip
                send = gr.Button("Send", variant="primary", elem_id="send", scale=0, min_width=84)
            marked = gr.Textbox(visible=False)
        with gr.Column(scale=5, min_width=320, elem_id="side"):
            desk.example.render()
            desk.progress.render()

    def hear(visit: Visit, text: str, marked: str) -> dict[Any, Any]:
        if work.on(visit):
            work.put_in(visit, text, LONGEST)
            return {box: "", below: work.below(visit)}
        say(visit, text, _selection(visit, marked))
        return {box: ""}

    def pressed(visit: Visit) -> dict[Any, Any]:
        press(visit)
        if visit.press["act"] not in work.ACTS:
            return {}
        return {below: work.below(visit), box: gr.Textbox(placeholder=work.PLACEHOLDERS[work.on(visit)])}

    for event in (send.click, box.submit):
        heard = desk.on(event, hear, [box, marked], [box, below], js="(ids, text) => [ids, text, sayso.marked()]")
        heard.success(None, js="() => sayso.sent()", api_visibility="private")
    for part in (desk.log, desk.example, below):
        desk.on(part.click, pressed, also=[box, below])
    desk.on(traces.click, work.notice, counted=False, queue=False)


def begin(visit: Visit) -> None:
    """The first example of a conversation that has none; loads the model where it is not loaded yet."""
    if visit.session.screen() is None:
        visit.session.next()


def poll(desk: Desk) -> Handler:
    """What happened meanwhile; nothing is painted, and nothing moves, where nothing did."""

    def look(visit: Visit) -> dict[Any, Any] | None:
        news = visit.session.poll(visit.ids.get("last") or 0).messages
        running = visit.session.progress()
        now = _told(running)
        before, visit.ids["training"] = visit.ids.get("training") or "", now
        visit.paint = bool(news) or bool(now) != bool(before)
        if visit.paint or now == before:
            return None
        return {desk.progress: progress(running)}

    return look


def _told(running: Progress | None) -> str:
    """What of a training is seen, so that it is painted only where that changed."""
    if running is None:
        return ""
    return f"{running.job} {running.state} {running.progress:.3f} {running.text} {len(running.figures)}"


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
    """What was marked: words of the example, and parts of outputs."""
    pieces = _pieces(marked)
    if not pieces:
        return []
    screen = visit.session.screen()
    words = anchored(screen.view.text if screen else None, [piece for piece in pieces if "target" not in piece])
    parts = [piece for piece in pieces if "target" in piece]
    return [*words, *(visit.session.marked(str(piece["target"]), _numbers(piece)) for piece in parts)]


def _pieces(marked: str) -> list[dict[str, Any]]:
    """As the browser sends it, which can be anything."""
    try:
        pieces = json.loads(marked) if marked else []
    except ValueError:
        pieces = None
    if not isinstance(pieces, list) or not all(isinstance(piece, dict) for piece in pieces):
        raise UserError("What was marked did not arrive whole", do="mark it again")
    return pieces


def _numbers(piece: dict[str, Any]) -> list[int]:
    parts = piece.get("parts")
    if not isinstance(parts, list) or not parts or not all(type(part) is int for part in parts):
        raise UserError(f"No parts are marked in {piece['target']}", do="mark them again")
    return parts[:MOST_PARTS]


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


def _card(visit: Visit) -> Card:
    id = str(_said(visit, "reading"))
    found = _message(visit, lambda message: message.card is not None and message.card.reading == id).card
    assert found is not None
    return found


def _point(visit: Visit, card: Card) -> int:
    """The number of the act that was meant."""
    sent = str(_said(visit, "point"))
    if not sent.isdecimal() or int(sent) >= len(card.acts):
        raise UserError(f"The page sent the point {sent!r}", f"there are {len(card.acts)}", "load the page again")
    return int(sent)


def _say(visit: Visit) -> None:
    """The words of a button, with what is marked where the button is about that."""
    say(visit, str(_said(visit, "value")), _selection(visit, str(visit.press.get("marked", ""))))


def _confirm(visit: Visit) -> None:
    card = _card(visit)
    if "point" in visit.press:
        visit.session.confirm(card.reading, _point(visit, card))
    else:
        visit.session.confirm(card.reading)


def _undo(visit: Visit) -> None:
    visit.session.undo(_card(visit).reading)


def _open_menus(visit: Visit) -> None:
    if not visit.press.get("reading"):
        visit.ids["correcting"] = None
        return
    card = _card(visit)
    visit.ids["correcting"] = (card.reading, _point(visit, card))


def _correct(visit: Visit) -> None:
    """One act said otherwise; the others stay as they are, those that wait for a yes go on waiting."""
    card = _card(visit)
    point = _point(visit, card)
    marked = _selection(visit, str(visit.press.get("marked", "")))
    act = corrected(card.acts[point], visit.press, marked, card)
    acts = [act if n == point else one for n, one in enumerate(card.acts)]
    _replace(visit, card, acts, [n for n in waiting(card) if n != point])
    visit.ids["correcting"] = None


def _remove(visit: Visit) -> None:
    """One act that was not meant; the others stay as they are. Without the last one, nothing is left to stand."""
    card = _card(visit)
    point = _point(visit, card)
    if not removable(card, point):
        raise UserError("What was taken back can't be put back", do="say it again")
    if said(card) == [point]:
        visit.session.undo(card.reading)
        return
    acts = [one for n, one in enumerate(card.acts) if n != point]
    _replace(visit, card, acts, [n - (n > point) for n in waiting(card) if n != point])
    visit.ids["correcting"] = None


def _replace(visit: Visit, card: Card, acts: list[Act], still: list[int]) -> None:
    if still:
        visit.session.correct(card.reading, acts, still)
    else:
        visit.session.correct(card.reading, acts)


def _edit(visit: Visit) -> None:
    value = str(_said(visit, "value")).strip()
    if not value:
        raise UserError("The answer is empty", do="choose or write one")
    visit.session.hear(gesture=Gesture(kind="edit", target=str(visit.press.get("target", "#1")), value=value))


def _thumb(visit: Visit) -> None:
    """A thumb on the answer on screen: a vote on the message that shows it, so that it is seen again later."""
    screen = visit.session.screen()
    shown = {output.id for output in screen.outputs} if screen else set()
    pressed, target = str(_said(visit, "value")), str(visit.press.get("target", "#1"))
    up = pressed == "1"
    if screen and len(shown) > 1 and not pressed:
        visit.session.retract([label.id for label in _labels_of(screen, target)])
        return
    if len(shown) > 1:
        visit.session.hear(gesture=Gesture(kind="thumb", target=target, value=up))
        return
    visit.session.vote(_message(visit, lambda message: message.output_id in shown).seq, up)


def _labels_of(screen: Screen, target: str) -> list[Label]:
    """What was said of the output `target` ("#2") in a word: what its thumb takes back."""
    places = {f"#{place}": label for place, label in enumerate(screen.labels, 1)}
    return [label for label in (places.get(target),) if label]


def _vote(visit: Visit) -> None:
    seq = str(_said(visit, "seq"))
    message = _message(visit, lambda message: str(message.seq) == seq)
    visit.session.vote(message.seq, {"1": True, "0": False}.get(str(_said(visit, "value"))))


def _earlier(visit: Visit) -> None:
    visit.ids["all"] = True


def _changes(visit: Visit) -> None:
    visit.ids["version"] = visit.press.get("version") or None


ACTS: dict[str, Callable[[Visit], Any]] = {
    "say": _say,
    "confirm": _confirm,
    "undo": _undo,
    "correct": _open_menus,
    "corrected": _correct,
    "remove": _remove,
    "edit": _edit,
    "thumb": _thumb,
    "vote": _vote,
    "earlier": _earlier,
    "changes": _changes,
    "next": lambda visit: visit.session.next(),
    "learn": lambda visit: visit.session.learn(wait=False),
    "undo-last": lambda visit: visit.session.undo(),
    "explain": lambda visit: visit.session.explain(),
    "why": lambda visit: visit.session.account.say_why(),
    "settle": decide,
    "release": decide,
    "take-back": decide,
    **work.ACTS,
}
