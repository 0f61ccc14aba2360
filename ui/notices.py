"""What several people bring about, as the chat and the tab Quality show it: contradictions, and feedback that waits.

clash(Clash(first=Side(who="ben", said="this is **order**"), second=Side(who="ann", said="this is **praise**")), seq=7)
  -> '<article class="card clash" …>… <button … data-act="settle" data-seq="7" data-value="first">…</button>…'
"""

from __future__ import annotations

from assistant.quality._oversight import Clash
from assistant.session import Message
from ui.html import button, plain, tag

__all__ = ["clash", "held", "held_buttons", "notice"]

TITLES = {
    "labels": "Two people disagree",
    "rule": "A label against a rule",
    "rules": "Two rules that can’t both hold",
    "cycle": "These preferences go round in a circle",
}
KEPT = {"first": "Settled: the first was kept.", "second": "Settled: the second was kept.", "both": "Both stay."}


def notice(said: Message) -> str:
    """A message that tells of a contradiction or of what waits; "" for any other."""
    if said.clash:
        return clash(said.clash, said.seq)
    return held(said.text, said.held, said.seq) if said.held else ""


def clash(shown: Clash, seq: int) -> str:
    """The two side by side, with who said them, and buttons to settle it."""
    sides = [
        tag(
            "div",
            tag("p", plain(f"{name} · {side.who}"), class_="who"),
            tag("p", plain(side.said), class_="point", dir="auto"),
            class_="side",
        )
        for name, side in (("First", shown.first), ("Second", shown.second))
    ]
    buttons = [
        button("The first is right", "settle", seq=seq, value="first", title="The second is taken back"),
        button("The second is right", "settle", seq=seq, value="second", title="The first is taken back"),
        button("Both stay", "settle", style="quiet", seq=seq, value="both"),
    ]
    about = tag("p", plain(f"“{shown.about}”"), class_="effect", dir="auto") if shown.about else ""
    return tag(
        "article",
        tag("div", tag("span", TITLES[shown.kind], class_="state"), class_="top"),
        about,
        tag("div", *sides, class_="sides"),
        tag("p", KEPT[shown.settled], class_="effect") if shown.settled else tag("div", *buttons, class_="row"),
        class_=f"card clash {'settled' if shown.settled else 'waiting'}",
        data_seq=seq,
    )


def held(text: str, person: str, seq: int) -> str:
    """Whose feedback waits and why, with what can be done about it."""
    return tag(
        "article",
        tag("div", tag("span", "Held", class_="state"), class_="top"),
        tag("p", plain(text), class_="title", dir="auto"),
        held_buttons(person),
        class_="card held waiting",
        data_seq=seq,
    )


def held_buttons(person: str) -> str:
    return tag(
        "div",
        button("Release", "release", person=person, title=f"What {person} said counts again"),
        button("Take it back", "take-back", person=person, title=f"What waits of {person} is not used any more"),
        class_="row",
    )
