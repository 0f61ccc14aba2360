"""How a reading looks in the chat: what was understood, what it changes, and what can be done about it.

card(Card(reading="r1", title="I understood: this is **complaint**.", state="applied", ...), labels, open=None, seq=7)
  -> '<article class="card applied" …><button … data-act="confirm" data-reading="r1">Confirm</button>…'

A reading of one act is one sentence; one of several is a list with a line for each act, and each line its own
buttons. What a button is about: `data-reading`, and the number of the act, `data-point`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.cards import Card
from ui.html import button, plain, tag
from ui.menus import has_menus, menus

__all__ = ["card", "removable", "waiting"]

STATES = {
    "applied": "Understood", "waiting": "Waiting for you", "asking": "A question", "confirmed": "Confirmed",
    "corrected": "Corrected", "replaced": "Corrected, see below", "rejected": "Not meant", "undone": "Undone",
}  # fmt: skip
PICTURED = ("applied", "waiting", "asking", "confirmed", "corrected")
"""The states in which what was understood is worth looking at."""
OPEN = ("applied", "waiting", "confirmed", "corrected")
"""The states in which something can still be done."""


def card(shown: Card, labels: Sequence[str], *, open: int | None, seq: int) -> str:
    """What was understood, what it changes, and what can be done about it; `open`: the act with its menus open."""
    several = len(said(shown)) > 1 and shown.state != "asking"
    return tag(
        "article",
        tag("div", tag("span", STATES[shown.state], class_="state"), class_="top"),
        *(_lines(shown, labels, open) if several else _sentence(shown, labels, open)),
        class_=f"card {shown.state}",
        data_seq=seq,
        data_reading=shown.reading,
    )


def said(shown: Card) -> list[int]:
    """The numbers of the acts that say something; all that were kept in cards of before there were lines."""
    return [n for n in range(len(shown.acts)) if n >= len(shown.lines) or shown.lines[n].said]


def waiting(shown: Card) -> list[int]:
    """The numbers of the acts that wait for a yes."""
    return [n for n in said(shown) if not _confirmed(shown, n)] if shown.state == "waiting" else []


def removable(shown: Card, point: int) -> bool:
    """What was taken back can't be put back, so removing that is offered only before it happened."""
    return shown.acts[point].kind != "retract" or point in waiting(shown)


def _confirmed(shown: Card, point: int) -> bool:
    return point < len(shown.lines) and shown.lines[point].confirmed


# --- a reading of one act: a sentence ----------------------------------------------------------------------


def _sentence(shown: Card, labels: Sequence[str], open: int | None) -> list[str]:
    effect = shown.effect
    if shown.lines and shown.state in ("confirmed", "corrected"):
        effect = " ".join(line.effect for line in shown.lines if line.effect)  # it may have waited before
    return [
        tag("p", plain(shown.title), class_="title", dir="auto"),
        tag("p", plain(effect), class_="effect") if effect else "",
        *(line.picture for line in shown.lines if shown.state in PICTURED),
        _open(shown, labels, open) or tag("div", *_buttons(shown), class_="row"),
    ]


def _open(shown: Card, labels: Sequence[str], open: int | None) -> str:
    """The menus of the act that is being corrected; "" for none."""
    if open is None or shown.state not in OPEN or open >= len(shown.acts) or not has_menus(shown.acts[open]):
        return ""
    return menus(shown, open, labels)


def _buttons(shown: Card) -> list[str]:
    id, state = shown.reading, shown.state
    choices = [button(choice, "say", style="choice", value=choice) for choice in shown.choices]
    point = next((n for n in said(shown) if has_menus(shown.acts[n])), None)
    confirm = button("Yes, right" if state == "waiting" else "Confirm", "confirm", style="main", reading=id)
    correct = button("Correct", "correct", reading=id, point=point) if point is not None else ""
    undo = button("No, forget it" if state == "waiting" else "Undo", "undo", reading=id)
    return {
        "asking": choices, "applied": [confirm, correct, undo], "waiting": [confirm, correct, undo],
        "confirmed": [correct, undo], "corrected": [correct, undo],
    }.get(state, [])  # fmt: skip


# --- a reading of several acts: a list ---------------------------------------------------------------------


def _lines(shown: Card, labels: Sequence[str], open: int | None) -> list[str]:
    points = said(shown)
    question = tag("p", plain(shown.effect), class_="effect") if shown.state == "waiting" else ""
    drawn = [_line(shown, point, labels, open) for point in points]
    return [
        tag("p", f"I understood {len(points)} points:", class_="title"),
        tag("ol", *drawn, class_="points"),
        question,
        tag("div", *_all(shown), class_="row"),
    ]


def _line(shown: Card, point: int, labels: Sequence[str], open: int | None) -> str:
    line = shown.lines[point] if point < len(shown.lines) else None
    text = line.said if line else str(shown.acts[point].kind)
    confirmed = tag("span", "confirmed", class_="yes") if _confirmed(shown, point) else ""
    effect = line.effect if line and shown.state in OPEN else ""
    if effect and point in waiting(shown):
        effect = f"Once you say yes: {effect[0].lower()}{effect[1:]}"
    drawn = tag("p", plain(effect), class_="effect") if effect else ""
    drawn += line.picture if line and shown.state in PICTURED else ""
    below = (_open(shown, labels, open) if open == point else "") or _line_buttons(shown, point)
    return tag("li", tag("p", plain(text), " ", confirmed, class_="point", dir="auto"), drawn, below)


def _line_buttons(shown: Card, point: int) -> str:
    if shown.state not in OPEN:
        return ""
    given: dict[str, Any] = {"reading": shown.reading, "point": point, "style": "small"}
    asks = shown.state in ("applied", "waiting") and not _confirmed(shown, point)
    drawn = [
        button("Confirm", "confirm", title="Yes to this point", **given) if asks else "",
        button("Correct", "correct", title="Say this point otherwise", **given) if has_menus(shown.acts[point]) else "",
        button("Remove", "remove", title="This point was not meant", **given) if removable(shown, point) else "",
    ]
    return tag("div", *drawn, class_="row")


def _all(shown: Card) -> list[str]:
    id, waits = shown.reading, shown.state == "waiting"
    confirm = button("Yes, all right" if waits else "Confirm all", "confirm", style="main", reading=id)
    undo = button("No, forget all" if waits else "Undo", "undo", reading=id)
    if shown.state not in OPEN:
        return []
    return [confirm, undo] if shown.state in ("applied", "waiting") else [undo]
