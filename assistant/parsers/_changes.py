"""A part that asks for something becomes constraints on properties, or an edit of what is on screen.

"never more than two sentences"  ->  length.sentences le 2, must, task
"it opens at 8, not 9"           ->  replace "9" by "8" in #1
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from assistant.parsers._layout import Layout, texts_of
from assistant.parsers._link import label_names
from assistant.parsers._numbers import in_unit
from assistant.parsers._pick import named_in
from assistant.parsers._questions import HEADS, SLOTS
from assistant.parsers._view import EDGE, Built, View, bare, on_screen, pointed, verbatim
from assistant.parsers._words import Span
from assistant.types import Act, ConstraintAct, EditAct, Evidence, OnScreen

__all__ = ["constraint", "edit"]

NOTHING = re.compile(r"\b(?:no|none|zero|without|never|not any|keine?|ohne|nada|sin|sans|pas de)\b", re.I)
OPENER = re.compile(
    r"^(?:(?:whenever|when|if|wenn|falls|sobald|cuando|si|quand)\s+)?"
    r"(?:(?:any(?:thing|one|body)|some(?:thing|one|body)|everything|whatever)\s+)?(?:(?:that|which|who)\s+)?",
    re.I,
)
"""What a condition is told without: "whenever somebody mentions a refund" is "mentions a refund"."""
LANGUAGES = {
    "deutsch": "German", "englisch": "English", "französisch": "French", "spanisch": "Spanish", "español": "Spanish",
    "inglés": "English", "francés": "French", "alemán": "German", "français": "French", "anglais": "English",
    "allemand": "German", "espagnol": "Spanish", "italienisch": "Italian", "italiano": "Italian",
}  # fmt: skip


def constraint(view: View) -> Built:
    layout = view.layout
    names = label_names(view.span.text)
    if names and not layout.labels:
        part = ConstraintAct(property="labels", operator="eq", value=names, strength="must", scope="task")
        return Built((Act(kind="constraint", targets=("all",), constraint=part),))
    prop, sure = _property(view)
    ids, p = view.targets
    (scope, q), (strength, r) = view.best("scope"), view.best("strength")
    when = view.said("when", needed=prop == "label")
    condition = OPENER.sub("", when.text.strip(" \t\n.,;:!?")) or None if when else None
    shared = {"property": prop, "strength": strength, "scope": scope, "when": condition}
    pairs, s, ask = _comparisons(view, prop)
    if prop == "label" and condition is None and not ask and "all" in ids:
        ask = f"When is it {pairs[0][1]}?" if pairs else None
    parts = [ConstraintAct.model_validate({**shared, "operator": op, "value": value}) for op, value in pairs]
    acts = tuple(Act(kind="constraint", targets=ids, constraint=part) for part in parts)
    return Built(acts, sure * p * q * r * s, ask)


def _property(view: View) -> tuple[str, float]:
    """The property, where the operator that is meant can be said of it: what a text contains is never "eq"."""
    names = view.layout.properties
    fits = [sum(view.chance("operator", op) for op in FITTING.get(name, HEADS["operator"])) for name in names]
    joint = view.pointers["property"] * np.array(fits)
    at = int(np.argmax(joint))
    return names[at], float(joint[at] / (joint.sum() or 1.0))


HELD = ("contains", "not_contains", "unchanged", "ignore")
FITTING = {"label": ("eq", "ne"), "labels": ("eq",), "contains": HELD, "substructure": HELD}
"""The operators of properties that take a few only."""


def _comparisons(view: View, prop: str) -> tuple[list[tuple[str, Any]], float, str | None]:
    """What a property is compared with: (operator, value), more than one for "between"."""
    layout = view.layout
    inside = [n for n in layout.numbers if view.span.start <= n.start < view.span.end]
    if prop == "label" and layout.labels:
        op, p = view.best("operator", ("eq", "ne"))
        value, q = pointed(view, "label", layout.labels)
        return [(op, value)], p * q, None
    if prop == "labels":
        names = label_names(view.span.text)
        return ([("eq", names)], 1.0, None) if names else ([], 0.3, "Which labels should there be?")
    barred = {"between"} if len(inside) < 2 else set[str]()
    op, p = view.best("operator", [op for op in FITTING.get(prop, HEADS["operator"]) if op not in barred])
    if op in ("true", "false"):
        return [("eq", op == "true")], p, None
    if op == "between":
        low, high = sorted(in_unit(n, prop) for n in inside[:2])
        return [("ge", low), ("le", high)], p, None
    ids = [id for _, named in named_in(layout, view.part) for id in named]
    possible = ["nothing"] + ["number"] * bool(inside) + ["output"] * bool(ids) + ["words"]
    worth, q = view.best("worth", possible)
    if worth == "number":
        chances = [float(view.slots[_rows(layout, n), SLOTS.index("value")].mean()) for n in inside]
        return [(op, in_unit(inside[int(np.argmax(chances))], prop))], p * q, None
    if worth == "output":
        return [(op, ids[0])], p * q, None
    if prop == "similarity" and len(view.targets[0]) == 1 and view.targets[0] != ("all",):
        return [(op, view.targets[0][0])], p, None
    said = view.said("value", needed=worth == "words")
    if op == "eq" and not view.said("value") and "count" in prop and NOTHING.search(view.span.text):
        return [("eq", 0)], p, None
    if worth == "words":
        wanted = _singular(bare(said.text)) if said else None
        if wanted and prop.endswith("language"):
            wanted = LANGUAGES.get(wanted.lower(), wanted)
        return ([(op, wanted)], p * q, None) if wanted else ([(op, None)], 0.3, "What exactly should it be?")
    return [(op, None)], p * q, None


def _singular(said: str) -> str:
    """ "anilines" as "aniline", which finds both."""
    return said[:-1] if re.search(r"[a-z]{3}[^siu\W]s$", said) else said


def _rows(layout: Layout, span: Span) -> list[int]:
    return [i for i, word in enumerate(layout.words) if word.overlaps(span)]


def edit(view: View) -> Built:
    layout = view.layout
    ids, sure = on_screen(view)
    if not ids:
        return Built((), 0.3, "There is nothing on screen to change; what do you mean?")
    op, p = view.best("edit")
    texts = [text for output in view.outputs(ids) for text in _all_texts(output)]
    old, new, where = (view.said(slot) for slot in ("old", "new", "where"))
    there = verbatim(old.text.strip(EDGE), texts) if old else None
    thing, q = view.best("thing", None if view.said("object") else ("listed",))
    named, r = pointed(view, "object", layout.objects)
    spoken = view.said("object")
    fresh = _fresh(view, op, there, new, spoken, texts)
    part = EditAct.model_validate(
        {
            "op": op, "object": bare(spoken.text) if thing == "words" and spoken else named,
            "old": there or (old.text.strip(EDGE) if old else None),
            "new": fresh,
            "where": where.text.strip(EDGE) or None if where else None,
        }
    )  # fmt: skip
    wrong = (Evidence(text=there, role="error"),) if there and op == "replace" else ()
    missing = op == "replace" and part.new is None and part.old is None
    act = Act(kind="edit", targets=ids, edit=part, evidence=wrong)
    return Built((act,), sure * p * q * (r if thing == "listed" else 1.0), "Into what?" if missing else None)


def _fresh(
    view: View, op: str, old: str | None, new: Span | None, thing: Span | None, texts: Sequence[str]
) -> str | None:
    """What is to stand there: "a link to the rules" with its thing; a span that grows with what it grows from."""
    if op == "insert" and thing is not None and (new is None or 0 <= new.start - thing.end <= 1):
        end = new.end if new else thing.end
        return bare(view.layout.text[thing.start : end]) or None
    said = new.text.strip(EDGE) or None if new else None
    if op == "replace" and said and old and old not in said:
        grown = (f"{old} {said}", f"{said} {old}")
        spans = any(isinstance(output.value, list | tuple) for output in view.layout.context.outputs)
        return next((one for one in grown if spans and any(one in text for text in texts)), said)
    return said


def _all_texts(output: OnScreen) -> list[str]:
    """The texts of an output, those within a list of spans too."""
    value = output.value
    inner = [str(one) for item in value for one in (item if isinstance(item, list | tuple) else [item])] if isinstance(
        value, list | tuple
    ) else []  # fmt: skip
    return [*inner, *texts_of(output)]
