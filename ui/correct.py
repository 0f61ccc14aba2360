"""What the menus of `ui.menus` sent, as the act that it says; a wrong value is one clear sentence, and changes nothing.

corrected(act of "this is bug", {"op": "is", "label": "wish", "keep": ["0"]}, marked=[], shown=card)
  -> Act(kind="label", label=LabelAct(op="is", value="wish"), evidence=the first piece)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.cards import OPERATORS, Card
from assistant.errors import UserError
from assistant.rules import condition
from assistant.types import Act, ConstraintAct, EditAct, Evidence, LabelAct, PreferenceAct, Selection
from ui.menus import ALL, EDITS, SCOPES, STRENGTHS, order_text

__all__ = ["corrected"]

Menus = Mapping[str, Any]
NO_VALUE = ("increase", "decrease", "unchanged", "ignore")
"""Operators that say all by themselves."""
COMPARED = ("lt", "le", "gt", "ge")


def corrected(act: Act, menus: Menus, marked: Sequence[Selection], shown: Card) -> Act:
    """The act as the menus say it.

    Args:
        menus: the fields of the form by name; of checkboxes the list of those that are on.
        marked: the words that are marked in the example.

    Raises:
        UserError: a field can't be what it says; the sentence names it.
    """
    said: dict[str, Any] = {}
    used = False
    if act.label:
        used = act.label.span is not None and bool(menus.get("respan"))
        said["label"] = _label(act.label, menus, marked if used else None)
    elif act.constraint:
        said["constraint"] = _rule(act.constraint, menus, shown)
        said["targets"] = (ALL,) if said["constraint"].scope != "item" else act.targets
    elif act.preference:
        said["preference"] = _order(act.preference, menus, shown)
    elif act.edit:
        used = bool(marked)
        said["edit"] = _edit(act.edit, menus, marked)
    else:
        raise UserError("This can't be corrected with menus", do="remove it, and say it in other words")
    if (act.label or act.edit) and len(shown.outputs) > 1:
        said["targets"] = _targets(menus, shown)
    kept = {str(number) for number in menus.get("keep", [])}
    evidence = [piece for number, piece in enumerate(act.evidence) if str(number) in kept]
    added = [] if used else [Evidence(text=piece.text) for piece in marked]
    return act.model_copy(update=said | {"evidence": (*evidence, *added)})


def _text(menus: Menus, name: str) -> str:
    return str(menus.get(name, "")).strip()


def _one_of(menus: Menus, name: str, known: Sequence[str], now: str) -> str:
    """What a menu says; the browser can send anything."""
    chosen = _text(menus, name) or now
    if chosen not in known:
        raise UserError(f"{chosen!r} is not in the menu", f"there is: {', '.join(known)}", "load the page again")
    return chosen


def _targets(menus: Menus, shown: Card) -> tuple[str, ...]:
    ticked = [str(id) for id in menus.get("target", [])]
    targets = tuple(id for id in shown.outputs if id in ticked)
    if not targets:
        raise UserError("It is about none of the answers", f"on screen were: {', '.join(shown.outputs)}", "tick one")
    return targets


def _label(said: LabelAct, menus: Menus, span: Sequence[Selection] | None) -> LabelAct:
    value = _text(menus, "label")
    if not value and said.value is not None:
        raise UserError("The label is empty", do="choose or write one")
    if span is not None and len(span) != 1:
        raise UserError(f"{len(span) or 'No'} places are marked in the example", "the span is one", "mark its words")
    op = _one_of(menus, "op", ("is", "is_not"), said.op)
    return LabelAct(op=op, value=value or None, span=span[0].text if span else said.span)


def _edit(said: EditAct, menus: Menus, marked: Sequence[Selection]) -> EditAct:
    object, new = _text(menus, "object"), _text(menus, "new")
    if not object:
        raise UserError("What is changed is empty", do=f"write for example {said.object!r}")
    old = " ".join(piece.text for piece in marked) or _text(menus, "old") or None
    several = isinstance(said.new, tuple) and "," in new
    changed = {
        "op": _one_of(menus, "op", EDITS, said.op),
        "object": object,
        "old": old,
        "new": tuple(_listed(new)) if several else new or None,
        "where": said.where,
    }
    return EditAct(**changed)


# --- rules -------------------------------------------------------------------------------------------------


def _rule(said: ConstraintAct, menus: Menus, shown: Card) -> ConstraintAct:
    property = _one_of(menus, "property", [*shown.properties, said.property], said.property)
    operator = _one_of(menus, "operator", list(OPERATORS), said.operator)
    when = _text(menus, "when") or None
    if when and when != said.when and not condition(when).understood:
        raise UserError(f"I can't check whether an input “{when}”: {condition(when).problem}", do="say which words")
    return ConstraintAct(
        property=property,
        operator=operator,
        value=_value(menus, property, operator, said, shown),
        strength=_one_of(menus, "strength", list(STRENGTHS), said.strength),
        scope=_one_of(menus, "scope", list(SCOPES), said.scope),
        when=when,
    )


def _value(menus: Menus, property: str, operator: str, said: ConstraintAct, shown: Card) -> Any:
    """The value in the kind that the property has: a number, a list of labels, or words."""
    text = _text(menus, "label" if property == "label" else "value")
    if not text:
        if operator in NO_VALUE or (said.value is None and operator == said.operator):
            return None
        raise UserError(f"The value of {property!r} is empty", do="write one")
    kind = shown.properties.get(property)
    if kind == "number" or operator in COMPARED:
        return _number(text, property)
    if property == "labels" or (isinstance(said.value, tuple) and property == said.property):
        return tuple(_listed(text))
    if kind == "flag" or (isinstance(said.value, bool) and property == said.property):
        return _flag(text, property)
    return text


def _number(text: str, property: str) -> int | float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UserError(f"{text!r} is not a number", f"{property!r} is counted in numbers, like 20 or 2.5")
    return int(number) if number.is_integer() else number


def _flag(text: str, property: str) -> bool:
    known = {"true": True, "yes": True, "false": False, "no": False}
    if text.casefold() not in known:
        raise UserError(f"{text!r} is neither yes nor no", f"{property!r} is one of these")
    return known[text.casefold()]


def _listed(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


# --- rankings ----------------------------------------------------------------------------------------------


def _order(said: PreferenceAct, menus: Menus, shown: Card) -> PreferenceAct:
    """ "#2 > #1 = #3" as tiers, best first."""
    text = _text(menus, "order")
    tiers = [[id.strip() for id in tier.split("=")] for tier in text.split(">")]
    ids = [id for tier in tiers for id in tier]
    known = shown.outputs or tuple(id for tier in said.order for id in tier)
    for id in ids:
        if id not in known:
            raise UserError(f"{id!r} in the order {text!r} was not on screen", f"there was: {', '.join(known)}")
    if len(tiers) < 2 or len(set(ids)) < len(ids):
        raise UserError(
            f"The order {text!r} ranks nothing", "each answer stands once", f"write like {order_text(said)!r}"
        )
    return PreferenceAct(order=tuple(tuple(tier) for tier in tiers), aspect=_text(menus, "aspect") or None)
