"""The tab Quality: how good the feedback is, whose waits, and what contradicts each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from assistant.errors import UserError
from assistant.quality import Finding
from assistant.quality._oversight import Held, Open
from assistant.session import Session
from ui.desk import PRESS, Desk, Visit
from ui.html import percent, plain, since, tag
from ui.notices import clash, held_buttons

__all__ = ["SETTLED", "decide", "draw", "tab"]

SETTLED = ("first", "second", "both")
TESTS = ("disagrees", "too fast", "always the same")
Findings = Mapping[str, Sequence[Finding]]


def tab(desk: Desk, opened: gr.Tab) -> None:
    """Build the tab; it is drawn anew whenever it is opened."""
    page = gr.HTML(js_on_load=PRESS, apply_default_css=False, elem_id="quality")

    def look(visit: Visit) -> dict[Any, Any]:
        visit.paint = False
        return {page: drawn(visit.session)}

    def press(visit: Visit) -> dict[Any, Any]:
        decide(visit)
        return {page: drawn(visit.session)}

    desk.on(opened.select, look, also=[page], counted=False)
    desk.on(page.click, press, also=[page])


def decide(visit: Visit) -> None:
    """What a button about a contradiction, or about what waits, says; the chat has the same ones."""
    act, quality = visit.press.get("act"), visit.session.quality
    if act == "settle":
        seq, value = str(visit.press.get("seq", "")), visit.press.get("value")
        if not seq.isdecimal() or value not in SETTLED:
            raise UserError("The page sent no decision", do="load the page again")
        quality.settle(int(seq), value)
    elif act == "release":
        quality.release(str(visit.press.get("person", "")))
    elif act == "take-back":
        quality.take_back(str(visit.press.get("person", "")))


def drawn(session: Session) -> str:
    quality = session.quality
    return draw(quality.findings(), quality.held(), quality.open())


def draw(findings: Findings, held: Sequence[Held], open: Sequence[Open]) -> str:
    """The whole tab."""
    people = [one.people[0] for one in findings.get("reliability", ())]
    lead = tag("p", _lead(people), class_="effect")
    parts = [_waiting(held), _open(open), _people(people, findings, {one.person for one in held}), _agreement(findings)]
    return tag("div", tag("h2", "Quality"), lead, *parts, class_="page quality")


def _lead(people: Sequence[str]) -> str:
    if len(people) < 2:
        return "As soon as two people have judged the same examples, you read here how far they agree."
    return "How far people agree, how often each is right, and what should be looked at."


def _waiting(held: Sequence[Held]) -> str:
    if not held:
        return ""
    rows = [
        tag(
            "li",
            tag("p", plain(f"**{one.person}** · {one.pieces} piece{'' if one.pieces == 1 else 's'} of feedback")),
            tag("p", plain(f"{one.why} · {since(one.since)}"), class_="effect", dir="auto"),
            held_buttons(one.person),
        )
        for one in held
    ]
    lead = tag("p", "Kept, but neither learned nor obeyed until somebody has looked at it.", class_="effect")
    return tag("h3", "Held") + lead + tag("ul", *rows, class_="held-list")


def _open(open: Sequence[Open]) -> str:
    cards = [clash(one.clash, one.seq) for one in open]
    return tag("h3", "Contradictions") + tag("div", *cards, class_="clashes") if cards else ""


def _people(people: Sequence[str], findings: Findings, held: set[str]) -> str:
    if not people:
        return ""
    tests = {(one.people[0], one.name): one for one in findings.get("careless", ())}
    reasons = {(one.people[0], one.name): one for one in findings.get("rationales", ())}
    right = {one.people[0]: one for one in findings.get("reliability", ())}
    rows = []
    for who in people:
        named = [one for name in TESTS if (one := tests.get((who, name))) and one.alarm]
        flag = tag("span", "held", class_="badge bad") if who in held else ""
        flag = flag or (tag("span", "flagged", class_="badge bad") if named else "")
        told = tag("p", plain("; ".join(one.text for one in named)), class_="effect", dir="auto") if named else ""
        rows.append(
            tag(
                "tr",
                tag("th", plain(who), " ", flag, told, scope="row", dir="auto"),
                _cell(right.get(who), "Right"),
                *(_cell(tests.get((who, name)), name.capitalize()) for name in TESTS),
                _cell(reasons.get((who, "with others")), "Reasons"),
            )
        )
    heads = ("Person", "Right", "Disagrees", "Too fast", "Always the same", "Reasons")
    table = _table("How good each person’s feedback is", heads, rows)
    note = "With 95 % intervals; a dash: too little can be compared. Right: by what all said, weighed by who is right."
    return tag("h3", "People") + table + tag("p", note, class_="effect")


def _agreement(findings: Findings) -> str:
    found = [one for one in findings.get("agreement", ()) if one.n]
    if not found:
        return ""
    rows = [
        tag(
            "tr",
            tag("th", plain(_about(one)), scope="row", dir="auto"),
            _figure(one),
            tag("td", str(one.n), data_name="Inputs"),
        )
        for one in found
    ]
    note = "Alpha (Krippendorff): 1 is always the same, 0 as often as by chance; .80 is what one can rely on."
    table = _table("How far people agree", ("Agreement", "Value", "Inputs"), rows)
    return tag("h3", "Agreement") + table + tag("p", note, class_="effect")


def _about(one: Finding) -> str:
    if one.label is not None:
        return f"{one.name}, “{one.label}” or not"
    return f"{one.people[0]} and {one.people[1]}" if len(one.people) == 2 else one.name


def _table(caption: str, heads: Sequence[str], rows: Sequence[str]) -> str:
    head = tag("thead", tag("tr", *(tag("th", name, scope="col") for name in heads)))
    table = tag("table", tag("caption", caption, class_="unseen"), head, tag("tbody", *rows))
    return tag("div", table, class_="sheet", tabindex=0, role="region", aria_label=caption)


def _cell(one: Finding | None, name: str) -> str:
    """A share, with its interval below; a dash where it can't be told."""
    if one is None or one.value is None:
        return tag("td", "–", title=one.text if one else None, data_name=name)
    low, high = one.interval or (None, None)
    between = tag("small", f"{percent(low)[:-2]}–{percent(high)}") if one.interval else ""
    return tag("td", tag("b", percent(one.value)), between, title=one.text, data_name=name)


def _figure(one: Finding) -> str:
    if one.value is None:
        return tag("td", "–", title=one.text, data_name="Value")
    between = tag("small", f"{one.interval[0]:.2f} to {one.interval[1]:.2f}") if one.interval else ""
    return tag("td", tag("b", f"{one.value:.2f}"), between, title=one.text, data_name="Value")
