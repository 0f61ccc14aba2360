"""Work mode: a question that is asked quietly, in the chat, and what asking has cost and brought.

question(Question(id="m1", text="Is this **order** or **complaint**?", why="I'm torn …", choices=(…)), seq=7)
  -> '<article class="card asked open" …>…<button … data-act="ask-answer" data-value="order">order</button>…'
"""

from __future__ import annotations

from html import escape

from assistant.attention.say import standing as told
from assistant.attention.shown import Question, Standing
from ui.html import button, percent, plain, tag

__all__ = ["question", "quick", "standing"]

STATES = {
    "open": "If you have a moment", "answered": "Answered", "dismissed": "Not now",
    "never": "Not asked any more", "again": "Not now",
}  # fmt: skip


def question(asked: Question, seq: int) -> str:
    """The card of a question; once it is settled, only what it was."""
    buttons = [button(value, "ask-answer", style="choice", question=asked.id, value=value) for value in asked.choices]
    given = {"question": asked.id, "style": "quiet"}
    away = [
        button("Not now", "ask-dismiss", title="Nothing is lost; it is not asked again", **given),
        button("Don't ask such things", "ask-never", title="Nothing more about the same two answers", **given),
    ]
    open = asked.state == "open"
    return tag(
        "article",
        tag("div", tag("span", STATES[asked.state], class_="state"), class_="top"),
        tag("p", plain(asked.text), class_="title", dir="auto"),
        tag("p", plain(asked.why), class_="effect") if open else "",
        tag("div", *buttons, class_="row") + tag("div", *away, class_="row") if open else "",
        class_=f"card asked {asked.state}",
        data_seq=seq,
    )


def quick(working: bool, now: Standing | None = None) -> str:
    """The row of buttons under the conversation. `working`: what is typed is the person's own work, not a critique.

    Args:
        now: what asking has cost and brought, shown while working.
    """
    mode = tag(
        "button", "Ask me only when it's worth it ", tag("kbd", "w"), type="button", data_act="work",
        aria_pressed=str(working).lower(), class_="mode",
        title="What you type is answered as work of your own; a question comes only where it pays (key w)",
    )  # fmt: skip
    keyed = (
        ("Next", "next", "n"), ("Train now", "learn", "t"), ("Undo", "undo-last", "u"),
        ("What have you learned?", "explain", "l"),
    )  # fmt: skip
    drawn = [
        tag("button", f"{label} ", tag("kbd", key), type="button", data_act=act, title=f"Key {key}")
        for label, act, key in keyed
    ]
    return tag(
        "div",
        tag("div", id="evidence", class_="evidence", aria_live="polite"),
        tag("div", drawn[0], mode, *drawn[1:], class_="row"),
        standing(now) if working and now else "",
        class_="quick",
    )


def standing(now: Standing) -> str:
    """What asking has cost and brought, what is not asked any more, and whether traces are kept."""
    again = [button(f"Ask again: {about}", "ask-again", style="quiet", about=about) for about in now.muted]
    traces = (
        "What you copy and how long you look is kept apart from feedback; implicit = false switches that off."
        if now.implicit
        else "Nothing is kept of what you don't say: implicit is off."
    )
    chance = f" A question now would be answered with {percent(now.ready)}."
    return tag("p", escape(told(now) + chance), class_="effect") + tag("p", escape(traces), *again, class_="effect")
