"""The network's answers about a part of a message become acts that can be carried out. One function per kind.

    build("label", view)  ->  Built(acts=(Act(kind="label", ...),), sure=0.93, ask=None)

Answers that can't be carried out here are struck out before the best is taken. Nothing is guessed in silence: what
is missing becomes `ask`, a question back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from assistant.parsers._changes import constraint, edit
from assistant.parsers._link import nearest
from assistant.parsers._orders import ASPECT_OF
from assistant.parsers._pick import named_in, orders
from assistant.parsers._view import EDGE, Built, View, listed, on_screen, pointed, verbatim, why
from assistant.parsers._words import COMMON
from assistant.types import Act, EditAct, LabelAct, OnScreen, PreferenceAct

__all__ = ["FEEDBACK", "build"]


def build(kind: str, view: View) -> Built:
    """The acts of a part of this kind."""
    places = named_in(view.layout, view.part)
    if kind in FEEDBACK and places and not any(ids for _, ids in places):
        return Built((), 0.3, f"That one is not on screen; do you mean {listed(view.layout.screen)}?")
    maker = MAKERS.get(kind)
    if maker:
        return maker(view)
    ids, sure = view.targets
    if kind == "retract" and ALL.search(view.span.text) and not any(len(named) == 1 for _, named in places):
        ids, sure = ("all",), 1.0
    return Built((Act.model_validate({"kind": kind, "targets": ids}),), sure)


ALL = re.compile(
    r"\b(?:all (?:of (?:it|that|this|them|my)|my|I|that|the|back)|everything|start over|from (?:zero|scratch)|the whole"
    r"|alles|todo|tout)\b(?!.*\b(?:about|regarding|were|re)\b)",
    re.I,
)
"""How everything that was said is taken back."""


def _label(view: View) -> Built:
    layout = view.layout
    ids, sure = on_screen(view)
    if not ids:
        return Built((), 0.3, "There is nothing on screen to say that about; what do you mean?")
    op, p = view.best("polarity")
    naming, q = view.best("naming", None if layout.labels else ("shown",))
    sure *= p * q
    value, candidates, ask = None, tuple[str, ...](), None
    if naming == "named":
        value, r = pointed(view, "label", layout.labels)
        sure *= r
    elif naming == "open":
        candidates = _open(view)
        ask = f"Which is it: {listed(candidates)}?"
    span = _tagged(view, ids, op)
    part = LabelAct.model_validate({"op": op, "value": value, "span": span, "candidates": candidates})
    evidence, reason = why(view, ids)
    act = Act(kind="label", targets=ids, label=part, evidence=evidence, reason=reason)
    return Built((*_widened(view, ids, span, op), act), sure, ask)


def _open(view: View) -> tuple[str, ...]:
    """The labels between which a person leaves it open."""
    inside = [m for m in view.layout.mentions if view.span.start <= m.start < view.span.end]
    values = tuple(dict.fromkeys(m.values[0] for m in inside))
    ranked = np.argsort(-view.pointers["label"])[:2]
    return values if len(values) > 1 else tuple(view.layout.labels[i] for i in ranked)


def _tagged(view: View, ids: Sequence[str], op: str) -> str | None:
    """For tagging, the words of the input that the label is about."""
    outputs = [o for o in view.outputs(ids) if isinstance(o.value, list | tuple)]
    said = view.said("value") if outputs else None
    if said is None:
        return _only_span(view, outputs)
    texts = [o.input for o in outputs if isinstance(o.input, str)]
    return verbatim(said.text.strip(EDGE), texts) or said.text.strip(EDGE)


def _only_span(view: View, outputs: Sequence[OnScreen]) -> str | None:
    """The one span that can be meant where none is named: that of the label which the words deny ("no IBAN")."""
    pairs = [item for o in outputs for item in o.value if isinstance(item, list | tuple) and len(item) == 2]
    named = {v for m in view.layout.mentions if view.span.start <= m.start < view.span.end for v in m.values}
    meant = [item for item in pairs if item[1] in named] if named else []
    return str(meant[0][0]) if len(meant) == 1 else None


def _widened(view: View, ids: Sequence[str], span: str | None, op: str) -> tuple[Act, ...]:
    """Where the tagger marked a part of the span only, the marked part is to become the whole."""
    values = [o.value for o in view.outputs(ids) if isinstance(o.value, list | tuple)]
    marked = [str(item[0]) for value in values for item in value if isinstance(item, list | tuple) and item]
    if not span or op == "is_not" or span in marked:
        return ()
    parts = [part for part in marked if part and part in span]
    edits = [EditAct(op="replace", object="span", old=part, new=span) for part in dict.fromkeys(parts)]
    return tuple(Act(kind="edit", targets=tuple(ids), edit=part) for part in edits[:1])


def _preference(view: View) -> Built:
    made = orders(view.layout, view.part, view.described)
    # patterns that give the same order speak for each other
    chances: dict[Any, float] = {}
    for name, tiers in made.items():
        key = tuple(frozenset(tier) for tier in tiers)
        chances[key] = chances.get(key, 0.0) + view.chance("order", name)
    key = max(chances, key=lambda one: chances[one])
    tiers = next(t for t in made.values() if tuple(frozenset(tier) for tier in t) == key)
    spoken = [word.text for word in view.layout.words[view.part.start : view.part.end]]
    said = view.said("aspect")
    known = next((ASPECT_OF[word] for word in spoken if word in ASPECT_OF), None)
    spoken_of = said.text.strip(EDGE) if said else None
    aspect = known or (spoken_of if spoken_of not in VERBS else _compared(view.span.text))
    part = PreferenceAct(order=tiers, aspect=aspect)
    evidence, reason = why(view, [id for tier in tiers for id in tier])
    ids = tuple(id for tier in tiers for id in tier)
    act = Act(kind="preference", targets=ids, preference=part, evidence=evidence, reason=reason)
    return Built((act,), chances[key] / (sum(chances.values()) or 1.0))


VERBS = (None, "", "beat", "beats", "over", "wins", "win", "best", "worst", "better", "worse", "first", "last")
PLAIN = COMMON | {"better", "other", "rather", "ever", "never", "either", "neither", "like", "than"}
COMPARED = re.compile(
    r"\b(?:more|less|too|most|least)\s+([a-z-]{4,})"
    r"|\b(?:is|it's|are|looks?|sounds?|reads?|feels?|much|way|bit|far|,)\s*([a-z]{3,}er)\b",
    re.I,
)


def _compared(text: str) -> str | None:
    """The quality in which outputs are compared: "more concrete", "closer"."""
    said = (match[1] or match[2] for match in COMPARED.finditer(text))
    return next((word.lower() for word in said if word.lower() not in PLAIN), None)


def _command(view: View) -> Built:
    command, sure = view.best("command")
    return Built((Act.model_validate({"kind": "command", "targets": (), "command": command}),), sure)


def _none(view: View) -> Built:
    return Built((Act(kind="none", targets=()),))


def _unclear(view: View) -> Built:
    """The question back where the words may mean a label that they do not name."""
    labels, text = view.layout.labels, view.span.text
    content = [word for word in text.lower().split() if word.strip(EDGE) not in COMMON]
    near = nearest(text, labels)[:2] if content else []
    if near and near[0][0] >= 0.35:
        close = [name for score, name in near if score >= near[0][0] - 0.08]
        ask = f"Do you mean {listed(close)}?"
    elif 0 < len(labels) <= 6:
        ask = f"I did not get that; is it {listed(labels)}?"
    else:
        ask = "What do you mean by that?"
    return Built((Act(kind="none", targets=()),), 1.0, ask)


MAKERS: dict[str, Callable[[View], Built]] = {
    "label": _label, "constraint": constraint, "edit": edit, "preference": _preference, "command": _command,
    "none": _none, "unclear": _unclear,
}  # fmt: skip
FEEDBACK = ("label", "constraint", "edit", "preference")
