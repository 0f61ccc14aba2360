"""The menus that correct one act of a reading: a form for each kind of act, which begins with what was understood.

menus(card, point=0, labels=("bug", "wish"))  of "this is **bug**"
  -> '<div class="menus" data-form …><select name="op">…<select name="label">…<button data-act="corrected" …>Apply'

What the form sends comes back in `ui.correct`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, get_args

from assistant.cards import OPERATORS, Card, show_value
from assistant.types import Act, ConstraintAct, EditAct, LabelAct, PreferenceAct
from ui.html import attributes, button, tag

__all__ = ["SCOPES", "STRENGTHS", "has_menus", "menu", "menus", "order_text", "value_field"]

SCOPES = {"item": "for this one", "session": "in this conversation", "task": "always"}
STRENGTHS = {"must": "must be so", "prefer": "if possible"}
EDITS = get_args(EditAct.model_fields["op"].annotation)
ALL = "all"


def has_menus(act: Act) -> bool:
    return bool(act.label or act.constraint or act.preference or act.edit)


def menus(shown: Card, point: int, labels: Sequence[str]) -> str:
    """The form that corrects act number `point`."""
    act = shown.acts[point]
    rows: list[str] = []
    if act.label:
        rows = [*_label(act.label, labels), _targets(act, shown), _evidence(act)]
    elif act.constraint:
        rows = [*_rule(act.constraint, shown, labels), _evidence(act)]
    elif act.preference:
        rows = [*_order(act.preference, shown), _evidence(act)]
    elif act.edit:
        rows = [*_edit(act.edit), _targets(act, shown), _evidence(act)]
    done = [
        button("Apply", "corrected", style="main", reading=shown.reading, point=point),
        button("Cancel", "correct", reading=""),
    ]
    return tag("div", *rows, _row(*done), class_="menus", data_form=True)


# --- one form for each kind of act -------------------------------------------------------------------------


def _label(said: LabelAct, labels: Sequence[str]) -> list[str]:
    value = show_value(said.value) if said.value is not None else ""
    rows = [
        _row(
            menu("op", [("is", "it is"), ("is_not", "it is not")], said.op, "Is it or is it not"),
            value_field("label", value, labels, "Label"),
        ),
    ]
    if said.span is not None:
        rows.append(_row(_check("respan", "1", f"about the words I mark now, instead of “{said.span}”", False)))
    return [*rows, _hint("Words that you mark in the example are added as evidence.")]


def _rule(said: ConstraintAct, shown: Card, labels: Sequence[str]) -> list[str]:
    names = list(dict.fromkeys([*shown.properties, said.property]))
    titles = {"label": "the answer"} | shown.titles
    properties = [(name, titles.get(name) or name.replace(".", " in ")) for name in names]
    value = show_value(said.value) if said.value is not None else ""
    label = value if said.property == "label" else next(iter(labels), "")
    return [
        _row(tag("span", "whenever it"), _field("when", said.when or "", "Whenever it", placeholder="(no condition)")),
        _row(
            menu("property", properties, said.property, "What the rule is about"),
            menu("operator", list(OPERATORS.items()), said.operator, "How it compares"),
            tag("span", value_field("label", label, labels, "Label"), class_="as-label"),
            tag("span", _field("value", value, "Value", placeholder="a number or words"), class_="as-value"),
        ),
        _row(
            menu("strength", list(STRENGTHS.items()), said.strength, "How strict"),
            menu("scope", list(SCOPES.items()), said.scope, "How long it holds"),
        ),
    ]


def _order(said: PreferenceAct, shown: Card) -> list[str]:
    better = tag("span", "better first")
    on_screen = f" On screen: {', '.join(shown.outputs)}." if shown.outputs else ""
    return [
        _row(better, _field("order", order_text(said), "Better first", placeholder="#2 > #1 = #3")),
        _row(tag("span", "in respect of"), _field("aspect", said.aspect or "", "Aspect", placeholder="(altogether)")),
        _hint(f"“>” is better than, “=” is as good as.{on_screen}"),
    ]


def _edit(said: EditAct) -> list[str]:
    new = show_value(said.new) if said.new is not None else ""
    return [
        _row(
            menu("op", [(op, op) for op in EDITS], said.op, "What to do"),
            _field("object", said.object, "What is changed"),
        ),
        _row(tag("span", "old"), _field("old", said.old or "", "Old words")),
        _row(tag("span", "new"), _field("new", new, "New words")),
        _hint("Words that you mark in the example take the place of the old ones."),
    ]


def order_text(said: PreferenceAct) -> str:
    """A ranking as the field shows it: "#2 > #1 = #3"."""
    return " > ".join(" = ".join(tier) for tier in said.order)


# --- parts of all forms ------------------------------------------------------------------------------------


def _targets(act: Act, shown: Card) -> str:
    """Which outputs it is about, where there are several."""
    if len(shown.outputs) < 2:
        return ""
    about = shown.outputs if ALL in act.targets else act.targets
    return _row(tag("span", "about"), *(_check("target", id, id, id in about) for id in shown.outputs))


def _evidence(act: Act) -> str:
    if not act.evidence:
        return ""
    kept = (_check("keep", str(n), f"“{piece.text}”", True) for n, piece in enumerate(act.evidence))
    return _row(tag("span", "because of"), *kept)


def _row(*inside: str) -> str:
    return tag("div", *inside, class_="row")


def _hint(text: str) -> str:
    return tag("p", escape(text), class_="effect")


def _check(name: str, value: str, says: str, on: bool) -> str:
    box = f'<input type="checkbox" name="{name}" value="{escape(value)}"{" checked" if on else ""}>'
    return f'<label class="piece">{box} {escape(says)}</label>'


def _field(name: str, value: str, says: str, **more: Any) -> str:
    return f"<input{attributes(name=name, value=value, aria_label=says, dir='auto', data_value=value, **more)}>"


def menu(name: str, options: Iterable[tuple[str, str]], chosen: str, says: str, **data: Any) -> str:
    drawn = (tag("option", escape(shown), value=value, selected=value == chosen) for value, shown in options)
    return tag("select", *drawn, name=name, aria_label=says, data_value=chosen, **data)


def value_field(name: str, value: str, choices: Sequence[str], says: str, **data: Any) -> str:
    """A menu of the choices, or a free field where there are none."""
    if not choices:
        return _field(name, value, says, **data)
    known = choices if value in choices or not value else (value, *choices)
    return menu(name, [(choice, choice) for choice in known], value, says, **data)
