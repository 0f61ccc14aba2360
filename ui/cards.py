"""How a reading looks in the chat: what was understood, what it changes, and the menus that correct it.

card(Card(reading="r1", title="I understood: this is **complaint**.", state="applied", ...), labels, open=False, seq=7)
  -> '<article class="card applied" …><button … data-act="confirm" data-reading="r1">Confirm</button>…'
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from assistant.cards import Card, show_value
from assistant.types import Act
from ui.html import button, plain, tag

__all__ = ["card", "correctable", "value_field"]

STATES = {
    "applied": "Understood", "waiting": "Waiting for you", "asking": "A question", "confirmed": "Confirmed",
    "corrected": "Corrected", "rejected": "Not meant", "undone": "Undone",
}  # fmt: skip


def card(shown: Card, labels: Sequence[str], *, open: bool, seq: int) -> str:
    """What was understood, what it changes, and what can be done about it."""
    return tag(
        "article",
        tag("div", tag("span", STATES[shown.state], class_="state"), class_="top"),
        tag("p", plain(shown.title), class_="title", dir="auto"),
        tag("p", plain(shown.effect), class_="effect") if shown.effect else "",
        _menus(shown, labels) if open else tag("div", *_buttons(shown), class_="row"),
        class_=f"card {shown.state}",
        data_seq=seq,
        data_reading=shown.reading,
    )


def _buttons(shown: Card) -> list[str]:
    id, state = shown.reading, shown.state
    choices = [button(choice, "say", style="choice", value=choice) for choice in shown.choices]
    confirm = button("Yes, right" if state == "waiting" else "Confirm", "confirm", style="main", reading=id)
    correct = button("Correct", "correct", reading=id) if correctable(shown) else ""
    undo = button("No, forget it" if state == "waiting" else "Undo", "undo", reading=id)
    return {
        "asking": choices, "applied": [confirm, correct, undo], "waiting": [confirm, correct, undo],
        "confirmed": [correct, undo], "corrected": [correct, undo],
    }.get(state, [])  # fmt: skip


def correctable(shown: Card) -> Act | None:
    """The act that menus can correct: the first label, or the first rule about the label."""
    for act in shown.acts:
        if act.label or (act.constraint and act.constraint.property == "label"):
            return act
    return None


def _menus(shown: Card, labels: Sequence[str]) -> str:
    act = correctable(shown)
    if act is None:
        return ""
    what = act.label or act.constraint
    assert what is not None
    op = act.label.op if act.label else {"eq": "is", "ne": "is_not"}.get(act.constraint.operator, "is")  # type: ignore[union-attr]
    fields = [
        _menu("op", [("is", "it is"), ("is_not", "it is not")], op, "Is it or is it not"),
        value_field("label", show_value(what.value) if what.value is not None else "", labels, "Label"),
    ]
    when = act.constraint.when if act.constraint else None
    if act.constraint:
        asked = tag("span", "whenever it")
        fields = [asked, f'<input name="when" aria-label="Whenever it" value="{escape(when or "")}">', *fields]
    kept = [
        f'<label class="piece"><input type="checkbox" name="keep" value="{index}" checked> '
        f"“{escape(piece.text)}”</label>"
        for index, piece in enumerate(act.evidence)
    ]
    because = tag("div", tag("span", "because of"), *kept, class_="row") if kept else ""
    hint = "Words that you mark in the example are added as evidence." if act.label else ""
    done = [
        button("Apply", "corrected", style="main", reading=shown.reading),
        button("Cancel", "correct", reading=""),
    ]
    return tag(
        "div", tag("div", *fields, class_="row"), because, tag("p", hint, class_="effect") if hint else "",
        tag("div", *done, class_="row"), class_="menus", data_form=True,
    )  # fmt: skip


def _menu(name: str, options: Sequence[tuple[str, str]], chosen: str, says: str, **data: Any) -> str:
    drawn = (tag("option", escape(shown), value=value, selected=value == chosen) for value, shown in options)
    return tag("select", *drawn, name=name, aria_label=says, data_value=chosen, **data)


def value_field(name: str, value: str, choices: Sequence[str], says: str, **data: Any) -> str:
    """A menu of the choices, or a free field where there are none."""
    if not choices:
        return tag("input", name=name, value=value, aria_label=says, dir="auto", data_value=value, **data)
    known = choices if value in choices or not value else (value, *choices)
    return _menu(name, [(choice, choice) for choice in known], value, says, **data)
