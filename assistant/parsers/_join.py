"""Acts of single clauses become one reading: reasons find their act, repetitions go, doubts become a question.

"wrong. he was charged twice, so complaint"
{is_not, None} + reason + {is, complaint}  ->  {is, complaint} because of "charged twice"
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from assistant.parsers._points import listed
from assistant.parsers._reasons import evidence_of, on_screen, said
from assistant.parsers._scene import Scene, View
from assistant.types import Act, Evidence, Reading

__all__ = ["Reason", "join"]

MAX_ACTS = 8


class Reason(NamedTuple):
    """A clause that says why; `at` acts were read before it."""

    view: View
    at: int


def join(scene: Scene, acts: list[Act], reasons: Sequence[Reason], asks: list[str], sure: float) -> Reading:
    """One reading of what the clauses said; `sure` in [0, 1]."""
    for reason in reasons:
        place = _reason_for(acts, reason.at)
        if place is not None:
            acts[place] = _explained(scene, acts[place], reason.view)
    acts = _without_repetition(acts, scene)
    acts = [_with_selection(scene, act) for act in acts]
    if len(acts) > MAX_ACTS:
        asks.append(f"That was a lot: I kept the first {MAX_ACTS} points. Can you say the rest in a new message?")
    denied = _denied(acts, scene)
    if asks or denied:
        sure = min(sure, 0.5 if asks else 0.7)
    kept = tuple(acts[:MAX_ACTS]) or (Act(kind="none", targets=()),)
    return Reading(acts=kept, clarify=next(iter([*asks, *denied]), None), confidence=round(sure, 4))


def _reason_for(acts: Sequence[Act], at: int) -> int | None:
    """The act that a reason belongs to: the one before it, unless that is a bare verdict that the next act names."""
    able = [i for i, act in enumerate(acts) if act.kind in ("label", "preference")]
    before, after = [i for i in able if i < at], [i for i in able if i >= at]
    if before and after and _is_verdict(acts[before[-1]]) and acts[after[0]].targets == acts[before[-1]].targets:
        return after[0]
    return before[-1] if before else after[0] if after else None


def _explained(scene: Scene, act: Act, view: View) -> Act:
    quoted = [quote.text for quote in scene.quoted(view.clause)]
    found = evidence_of(view.clause.text, quoted, on_screen(scene, act.targets)) if act.kind == "label" else []
    if not found:
        return act.model_copy(update={"reason": act.reason or said(view) or None})
    return act.model_copy(update={"evidence": _distinct([*act.evidence, *found])})


def _distinct(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Each spot once; a spot within another of the same role is dropped."""
    kept = [
        one for one in evidence
        if not any(one.text != o.text and one.text in o.text and one.role == o.role for o in evidence)
    ]  # fmt: skip
    return tuple(dict.fromkeys(kept))


def _is_verdict(act: Act) -> bool:
    return act.label is not None and act.label.value is None and not act.label.candidates


def _without_repetition(acts: Sequence[Act], scene: Scene) -> list[Act]:
    """What is said outright replaces what it implies: "not spam, an order" is {is, order}."""
    final = [act for act in acts if act.label and act.label.op == "is" and act.label.value and not act.label.span]
    winners = {target: act for act in final for target in act.targets}  # the last word counts
    kept: list[Act] = []
    carried: dict[int, list[Evidence]] = {}
    for index, act in enumerate(acts):
        winner = next((winners[target] for target in act.targets if target in winners), None)
        if act.label and not act.label.span and winner is not None and act != winner:
            carried.setdefault(id(winner), []).extend(act.evidence)
            continue
        # "how is that low? critical!" asks nothing
        answered = any(later.label and later.label.value for later in acts[index + 1 :])
        if act.kind == "question" and answered:
            continue
        if act not in kept:
            kept.append(act)
    kept = [_with_evidence(act, carried.get(id(act), ())) for act in kept]
    return [act for act in kept if act.kind != "none"] or kept[:1]


def _with_evidence(act: Act, more: Sequence[Evidence]) -> Act:
    return act.model_copy(update={"evidence": _distinct([*act.evidence, *more])}) if more else act


def _with_selection(scene: Scene, act: Act) -> Act:
    """What the person marked in the input is evidence for the label that they give."""
    if act.kind != "label" or not scene.context.selection:
        return act
    texts = [o.input for o in on_screen(scene, act.targets) if isinstance(o.input, str)]
    marked = [
        Evidence(text=selected.text, role="for")
        for selected in scene.context.selection
        if selected.text.strip() and any(selected.text in text for text in texts)
    ]
    return act.model_copy(update={"evidence": tuple(dict.fromkeys([*marked, *act.evidence]))})


def _denied(acts: Sequence[Act], scene: Scene) -> list[str]:
    """A named label was denied and more than one is left: then which is it?"""
    labels = scene.context.vocabulary.labels
    denied = {act.label.value for act in acts if act.label and act.label.op == "is_not" and act.label.value}
    left = [label for label in labels if label not in denied]
    if not denied or len(left) < 2:
        return []
    if len(left) > 6:
        return ["What is it then?"]
    return [f"Then is it {listed(['something else' if name == 'other' else name for name in left])}?"]
