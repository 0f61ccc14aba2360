"""How a team looks: its people and how far they are, its guidelines, what they disagree on, what they remarked.

people([Person(name="ada", role="owner", pieces=12, …)], owner=True)
  -> a table with a menu of roles for each, and a form to add somebody
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from assistant.cards import show_value
from assistant.session import Comment, Dispute, Guideline, Person, Plan, Saying
from ui.html import button, markdown, percent, plain, since, tag

__all__ = ["comments", "disputes", "guidelines", "people", "plan"]

ROLES = ("owner", "reviewer", "annotator", "viewer")
SHOWN = 30
"""Disagreements drawn at once."""


def people(team: Sequence[Person], closed: bool, owner: bool, author: str) -> str:
    """Everybody, with what they are and how far; `owner`: with what an owner may change."""
    lead = (
        "Owners decide who is in the team; reviewers settle what annotators disagree on; viewers look."
        if closed
        else f"Everybody may do everything here. Make somebody, {author} say, an owner, and only members may."
    )
    rights = any(one.right for one in team)
    head = ["", "Is", "Said", "Examples", "Given", "Last"] + ["Known answers right"] * rights
    rows = [_row(one, owner, rights) for one in team]
    table = tag("table", tag("tr", *(tag("th", escape(name)) for name in head)), *rows) if team else ""
    add = _form(
        _field("person", "Name", size=14),
        _menu("role", "annotator" if closed else "owner", "Role"),
        button("Add to the team", "add", fields=""),
    )
    return _section("Team", lead, table, add if owner else "")


def _row(one: Person, owner: bool, rights: bool) -> str:
    role: str = escape(one.role or "not a member")
    if owner and one.role:
        role = _menu("role", one.role, f"What {one.name} is", act="role", person=one.name)
        role += button("Remove", "remove", style="quiet", person=one.name)
    right = f"{one.right.right} of {one.right.asked} ({percent(one.right.share)})" if one.right else ""
    cells = [role, str(one.pieces), str(one.examples), str(one.given), escape(since(one.last)) if one.last else "–"]
    return tag("tr", tag("th", escape(one.name), dir="auto"), *(tag("td", cell) for cell in cells + [right] * rights))


def guidelines(newest: Guideline, earlier: Sequence[Guideline], owner: bool) -> str:
    """What to go by, its history, and, for an owner, the field to write it."""
    by = f"Version {newest.version}, {newest.author}, {since(newest.created_at)}" if newest.created_at else ""
    lead = f"{by}. Every answer names the version that it was given under." if by else "None are written yet."
    text = tag("div", markdown(newest.text), class_="prose", dir="auto") if newest.version else ""
    old = "".join(
        tag("details", tag("summary", escape(f"Version {one.version}, {one.author}")), markdown(one.text))
        for one in earlier
    )
    edit = ""
    if owner:
        area = tag("textarea", escape(newest.text), name="text", rows=8, aria_label="Guidelines", dir="auto")
        write = _form(area, button("Save as a new version", "guideline", fields=""))
        edit = tag("details", tag("summary", "Write"), write, class_="write")
    return _section("Guidelines", lead, text, old, edit)


def disputes(found: Sequence[Dispute], labels: Sequence[str], reviewer: bool, author: str) -> str:
    """What people disagree on, each with who said what and why."""
    lead = (
        "Say what it is, and why: that is learned and exported, and what contradicts it no longer is. "
        "Undo it in the chat, and it stands again."
        if reviewer
        else "A reviewer settles these."
    )
    if not found:
        return _section("Disagreements", "People agree on everything that several of them answered.")
    more = tag("p", f"and {len(found) - SHOWN} more", class_="effect") if len(found) > SHOWN else ""
    rows = [_dispute(one, labels, reviewer) for one in found[:SHOWN]]
    return _section("Disagreements", lead, tag("ul", *rows, class_="disputes"), more)


def _dispute(one: Dispute, labels: Sequence[str], reviewer: bool) -> str:
    settle = ""
    if reviewer:
        others = [label for label in labels if label not in one.values][:8]
        choices = [
            button(show_value(value), "settle", style=style, example=one.example_id, answer=value, fields="")
            for values, style in ((one.values, ""), (others, "quiet"))
            for value in values
        ]
        settle = _form(_field("why", "Why (for the record)", size=40), tag("span", "It is"), *choices)
    sides = tag("div", *(_saying(each) for each in one.sayings), class_="sides")
    remark = _form(_field("text", "Remark something for the others", size=40),
                   button("Remark", "comment", example=one.example_id, fields=""))  # fmt: skip
    return tag(
        "li", tag("p", plain(str(one.input)), class_="input", dir="auto"), sides, settle,
        *(_comment(each) for each in one.comments), remark, data_example=one.example_id,
    )  # fmt: skip


def _saying(one: Saying) -> str:
    said = f"{'is' if one.op == 'is' else 'is not'} {show_value(one.value)}"
    why = f"“{one.words}”" + (f", because of {', '.join(f'“{each}”' for each in one.because)}" if one.because else "")
    under = f" · guidelines {one.guideline}" if one.guideline else ""
    settled = " · settled it before" if one.settled else ""
    about = f"{since(one.created_at)}{under}{settled}"
    return tag(
        "div", tag("strong", escape(one.author), dir="auto"), tag("p", escape(said), class_="said", dir="auto"),
        tag("p", escape(why), dir="auto"), tag("p", escape(about), class_="effect"), class_="saying",
    )  # fmt: skip


def comments(newest: Sequence[Comment], on_screen: str | None) -> str:
    """The newest remarks of all, and a field for one about what is on screen."""
    form = ""
    if on_screen:
        form = _form(_field("text", "Remark something of the example on screen", size=40),
                     button("Remark", "comment", example=on_screen, fields=""))  # fmt: skip
    drawn = "".join(_comment(one) for one in reversed(newest)) or tag("p", "None yet.", class_="effect")
    return _section("Remarks", "Seen by the team; whoever gets the same example is told of them.", form, drawn)


def _comment(one: Comment) -> str:
    head = f"{one.author}, {since(one.created_at)}, of {one.example_id}"
    return tag("p", tag("span", escape(head), class_="effect"), "<br>", plain(one.text), class_="comment", dir="auto")


def plan(now: Plan, gold: int | None, owner: bool) -> str:
    """How the work is shared out; for an owner, with the fields to change it. `gold`: how many answers are known."""
    who = "one person" if now.overlap == 1 else f"{now.overlap} people"
    lead = f"Each example is wanted from {who}, and kept for the one it was given to for {now.minutes:g} minutes."
    if now.qualify_answers:
        lead += (
            f" Feedback teaches once its author answered {now.qualify_answers} questions whose answer is known, "
            f"{percent(now.qualify_right)} of them right."
        )
    known = "" if gold is None else tag("p", escape(f"Questions whose answer is known: {gold}."), class_="effect")
    if not owner:
        return _section("How work is shared out", lead, known)
    fields = _form(
        _field("overlap", "People each", str(now.overlap), size=4, label=True),
        _field("minutes", "Minutes each", f"{now.minutes:g}", size=5, label=True),
        _field("qualify_answers", "Known answers to qualify", str(now.qualify_answers), size=4, label=True),
        _field("qualify_right", "Share right", f"{now.qualify_right:g}", size=4, label=True),
        button("Share out so", "assign", fields=""),
    )
    draw = _form(
        _field("draw", "More questions whose answer is known", "10", size=4, label=True),
        button("Choose them at random", "gold", fields=""),
    )
    return _section("How work is shared out", lead, known, fields, draw)


# --- pieces -------------------------------------------------------------------------------------------------


def _section(title: str, lead: str, *inside: str) -> str:
    return tag("section", tag("h2", escape(title)), tag("p", escape(lead), class_="effect"), *inside)


def _form(*inside: str) -> str:
    """Fields, and a button with `fields` that sends what is in them."""
    return tag("div", *inside, class_="row form", data_form="")


def _field(name: str, says: str, value: str = "", *, size: int, label: bool = False) -> str:
    field = tag(
        "input", type="text", name=name, value=value, size=size, aria_label=says, dir="auto",
        placeholder=None if label else says, maxlength=4000,
    ).removesuffix("</input>")  # fmt: skip
    return tag("label", tag("span", escape(says)), field) if label else field


def _menu(name: str, value: str, says: str, act: str | None = None, person: str | None = None) -> str:
    options = "".join(tag("option", role, value=role, selected=role == value) for role in ROLES)
    given = {"data_act": act, "data_person": person, "data_value": value} if act else {}
    return tag("select", options, name=name, aria_label=says, **given)
