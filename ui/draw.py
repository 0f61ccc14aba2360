"""How a conversation, an example and a training look: records of the session in, safe HTML out.

log([Message(role="person", text="no, it's a bug")], labels=("bug", "wish"), ids={})
  -> '<div class="log" role="log">…<article class="said person" …>no, it&#x27;s a bug</article></div>'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, TypeAlias

from assistant.cards import show_value
from assistant.session import Message, Progress, Screen, Session
from assistant.types import Output, Report
from ui.attention import question
from ui.cards import card
from ui.grid import acted, grid
from ui.html import button, percent, plain, tag, thumbs
from ui.menus import value_field
from ui.notices import notice
from ui.plot import plot
from ui.report import changes

__all__ = ["MARK", "Shown", "bar", "busy", "example", "log", "progress"]

Shown: TypeAlias = tuple[Report, str]
"""The report of the version whose changes are shown, and what it makes against its parent, as safe HTML."""


# --- the bar above ----------------------------------------------------------------------------------------


def bar(session: Session, screen: Screen | None, user: str | None) -> str:
    """Name, task, adapter in force, conversations, and the buttons of the page itself."""
    adapter = screen.adapter if screen else None
    says = "The model as it came answers" if adapter == "base" else f"{adapter} answers"
    options = "".join(
        tag("option", escape(title), value=id, selected=id == session.conversation)
        for id, title in session.conversations()
    )
    menu = tag("select", options, data_act="conversation", data_value=session.conversation, aria_label="Conversation")
    return tag(
        "header",
        tag("span", MARK, tag("strong", "Sayso"), class_="brand"),
        tag("span", escape(session.name), class_="task"),
        tag("span", escape(adapter), class_="chip", id="adapter", title=says) if adapter else "",
        tag("span", class_="stretch"),
        menu,
        button("New", "new", title="Start a new conversation"),
        _round("◐", "theme", "Light or dark"),
        _round("?", "keys", "Keys (?)"),
        tag("a", "Log out", href="/logout", class_="out", title=f"Logged in as {user}") if user else "",
        class_="bar",
    )


def _round(sign: str, here: str, says: str) -> str:
    """A button of the page itself, which the server never hears of."""
    return tag("button", sign, type="button", class_="round", data_here=here, aria_label=says, title=says)


MARK = (
    '<svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true"><path fill="currentColor" d="M7 4h18a5 5 0 0 1 '
    '5 5v10a5 5 0 0 1-5 5h-9l-7 5.5V24H7a5 5 0 0 1-5-5V9a5 5 0 0 1 5-5z"/><path fill="none" stroke="var(--paper)" '
    'stroke-width="3" stroke-linecap="round" stroke-linejoin="round" d="m10.500 14.200 4 4 7.500-8"/></svg>'
)


# --- the conversation -------------------------------------------------------------------------------------


def log(
    messages: Sequence[Message],
    labels: Sequence[str],
    ids: Mapping[str, Any],
    shown: Shown | None = None,
    several: bool = False,
) -> str:
    """The conversation, oldest first.

    Args:
        shown: of the version whose changes are shown.
        several: many outputs are shown at once, so that a thumb on the message that tells of them would be about none.
    """
    earlier = tag("div", button("Show earlier messages", "earlier", style="quiet"), class_="earlier")
    drawn = [message(one, labels, ids, shown, voted=not (several and one.output_id)) for one in messages]
    held_back = bool(ids.get("first")) and not ids.get("all")
    return tag("div", earlier if held_back else "", *drawn, class_="log", role="log", aria_live="polite")


def message(
    said: Message, labels: Sequence[str], ids: Mapping[str, Any], shown: Shown | None = None, voted: bool = True
) -> str:
    """One message; `voted`: whether it has thumbs."""
    if said.card:
        reading, point = ids.get("correcting") or ("", 0)
        return card(said.card, labels, open=point if said.card.reading == reading else None, seq=said.seq)
    if drawn := notice(said):
        return drawn
    if said.question:
        return question(said.question, seq=said.seq)
    body = tag("div", plain(said.text), class_="words", dir="auto")
    after = ""
    if said.adapter:
        opened = shown if shown and said.adapter == ids.get("version") else (None, "")
        after = changes(said.adapter, *opened)
    votes = thumbs("vote", said.vote, seq=said.seq) if voted and said.role != "person" else ""
    return tag("article", body, after, votes, class_=f"said {said.role}", data_seq=said.seq)


# --- the example ------------------------------------------------------------------------------------------


def example(screen: Screen | None, suggestions: Sequence[str], rules: Mapping[str, str], traced: bool = False) -> str:
    """The example with its highlights, what the model says, and fields to say otherwise.

    Args:
        suggestions: what a newcomer could say.
        rules: the words of the rules by id, for the answers that a rule made.
        traced: the page may tell what is done with the answer, beside what is said of it.
    """
    if screen is None:
        waiting = tag("p", "The model is being loaded; the first example comes in a moment.", class_="effect")
        return tag("section", tag("h2", "Example"), waiting, class_="example waiting")
    view = screen.view
    if view.cells:
        title, answers, these = view.said or "To look at", [grid(screen), acted(screen.outputs, rules)], "these"
    else:
        several = len(screen.outputs) > 1
        answers = [
            answer(output, view.choices, f"#{place}", several, rules) for place, output in enumerate(screen.outputs, 1)
        ]
        title, these = "Example", "this one"
    tries = [button(words, "say", style="try", value=words) for words in suggestions[:3]]
    head = tag("div", tag("h2", plain(title)), tag("span", escape(screen.position), class_="position"), class_="top")
    return tag(
        "section",
        head,
        tag("div", view.html, class_="view", id="view", dir="auto") if view.html else "",
        *answers,
        tag("p", plain(f"Why {these}: {screen.why}"), class_="why") if screen.why else "",
        tag("div", tag("span", "You could say"), *tries, class_="tries") if tries else "",
        class_="example several" if view.cells else "example",
        data_example=screen.example_id,
        data_text=view.text,
        data_output=screen.outputs[0].id if traced and screen.outputs else None,
    )


def answer(output: Output, choices: Sequence[str], place: str, several: bool, rules: Mapping[str, str]) -> str:
    """One answer: its value in a field that corrects it, how sure the model is, thumbs."""
    value = show_value(output.value) if output.value is not None else ""
    sure = f"{percent(output.score)} sure" if output.score is not None else ""
    meter = (
        f'<span class="meter" aria-hidden="true"><i style="width:{output.score * 100:.0f}%"></i></span>'
        if output.score is not None
        else ""
    )
    field = value_field(
        "answer", value, choices, "The answer; change it to correct it", data_act="edit", data_target=place
    )
    by_rule = ""
    if output.rules:
        words = "; ".join(rules.get(id, "a rule") for id in output.rules)
        alone = f" · the model alone: {show_value(output.said)}" if output.said not in (None, output.value) else ""
        by_rule = tag("p", plain(f"By your rule: {words}{alone}"), class_="by-rule")
    return tag(
        "div",
        tag(
            "div",
            tag("span", place if several else "Sayso says", class_="says"),
            field,
            thumbs("thumb", None, target=place),
            "" if several else button("Why?", "why", title="The words, the rule, and the feedback that taught it"),
            class_="row",
        ),
        tag("div", meter, tag("span", sure), class_="sure"),
        by_rule,
        class_="answer",
    )


# --- a training -------------------------------------------------------------------------------------------


def busy(running: Progress | None) -> bool:
    return running is not None and running.state in ("queued", "running")


def progress(running: Progress | None) -> str:
    """The training that waits or runs; its place is kept where there is none, so that nothing jumps."""
    if running is None or not busy(running):
        said = running.text if running is not None and running.state == "failed" else ""
        return tag("div", tag("p", plain(said)), class_="progress idle")
    share = max(0.0, min(1.0, running.progress))
    says = running.text or running.state
    if running.figures:
        says = says.partition(":")[0]  # the plot tells the figures
    return tag(
        "div",
        tag("p", tag("span", plain(f"Training · {says}")), tag("span", percent(share))),
        tag(
            "div", f'<i style="width:{share * 100:.0f}%"></i>', class_="track", role="progressbar",
            aria_valuenow=round(share * 100), aria_valuemin=0, aria_valuemax=100, aria_label="Training",
        ),
        plot(running.figures),
        class_=f"progress {running.state}",
    )  # fmt: skip
