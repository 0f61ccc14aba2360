"""The words become one reading: clauses are judged, turned into acts, and joined.

read("3 is fine, the rest are wrong", context, heads)
->  Reading(acts=(label {is, None} of #3, label {is_not, None} of #1 #2), confidence=0.9)
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.parsers import _points
from assistant.parsers._encoder import Array
from assistant.parsers._heads import HEADS, Heads
from assistant.parsers._join import Reason, join
from assistant.parsers._points import Odds, Point, State
from assistant.parsers._reasons import given_in, is_explaining
from assistant.parsers._scene import Scene, View, features
from assistant.parsers._words import Span
from assistant.types import Act, Context, Reading

__all__ = ["judge", "read"]

MAX_CLAUSES = 12
WHOLE = ("preference", "edit", "retract")  # their parts may stand in several clauses


def read(text: str, context: Context, heads: Heads) -> Reading:
    """The reading of `text` (not empty) in its context; never raises for any words."""
    scene = Scene.of(text, context)
    pieces = list(scene.clauses)[:MAX_CLAUSES] or [Span(0, len(text), text)]
    views, odds = judge(scene, pieces, heads)
    state = State()
    acts: list[Act] = []
    reasons: list[Reason] = []
    asks: list[str] = []
    sure = 1.0
    for view, odd in zip(views, odds, strict=True):
        kind, p = odd.best["kind"]
        others = len(views) > 1
        if others and (kind == "reason" or (kind in ("none", "unclear", "retract") and is_explaining(view))):
            reasons.append(Reason(view, len(acts)))
            sure *= p**0.25
            continue
        point = _point(kind, view, odd, state)
        if kind == "label":
            point = given_in(view, point)
        acts += point.acts
        asks += [point.ask] if point.ask else []
        sure *= p * point.sure if kind != "none" or not others else p**0.5
    return join(scene, acts, reasons, asks, heads.calibrated(sure))


def judge(scene: Scene, pieces: Sequence[Span], heads: Heads) -> tuple[list[View], list[Odds]]:
    """The views to read, with what the heads say of each: the clauses, or the whole message as one."""
    whole = View(scene, Span(0, len(scene.text), scene.text))
    views = [whole, *(View(scene, piece) for piece in pieces)]
    focused = [View(scene, view.clause, m) for view in views[1:] for m in scene.named(view.clause)]
    chances = heads.probabilities(features([*views, *focused]))
    odds = [_odds(chances, row, scene) for row in range(len(views))]
    for row, view in enumerate(focused, start=len(views)):
        best = _best(HEADS["polarity"], chances["polarity"][row])
        for odd in odds:
            odd.polarity[view.focus] = best
    kind, p = odds[0].best["kind"]
    if len(pieces) > 1 and kind in WHOLE and p > 0.5:
        kinds = {odd.best["kind"][0] for odd in odds[1:]} - {"none", "reason", "unclear", "label"}
        if kinds <= {kind} or p > 0.85:
            return views[:1], odds[:1]
    return views[1:], odds[1:]


def _best(answers: Sequence[str], chances: Array) -> tuple[str, float]:
    return max(zip(answers, chances.tolist(), strict=True), key=lambda pair: pair[1])


def _odds(chances: dict[str, Array], row: int, scene: Scene) -> Odds:
    """What the heads say of one view. Kinds that can't be carried out here are struck out."""
    best = {head: _best(answers, chances[head][row]) for head, answers in HEADS.items()}
    struck = {kind for kind, possible in _possible(scene).items() if not possible}
    kinds = dict(zip(HEADS["kind"], chances["kind"][row].tolist(), strict=True))
    left = {kind: p for kind, p in kinds.items() if kind not in struck}
    total = sum(left.values()) or 1.0
    kind = max(left, key=lambda name: left[name])
    best["kind"] = (kind, left[kind] / total)
    return Odds(best, {None: best["polarity"]}, left)


def _possible(scene: Scene) -> dict[str, bool]:
    return {"preference": len(scene.screen) > 1, "edit": bool(scene.screen)}


def _point(kind: str, view: View, odds: Odds, state: State) -> Point:
    if kind == "label":
        return _points.label(view, odds, state)
    if kind == "constraint":
        return _points.constraint(view, odds, state)
    if kind == "edit":
        return _points.edit(view, odds, state)
    if kind == "preference":
        return _points.preference(view, odds, state)
    if kind == "command":
        command, sure = odds.best["command"]
        return Point((Act.model_validate({"kind": kind, "targets": (), "command": command}),), sure)
    if kind in ("question", "retract"):
        return Point((Act.model_validate({"kind": kind, "targets": _concerned(view, state)}),))
    if kind == "unclear":
        return Point((), 0.5, _points.guess(view))
    return Point((Act(kind="none", targets=()),))


def _concerned(view: View, state: State) -> tuple[str, ...]:
    """The outputs that a question or a retraction names, else the only one on screen."""
    named = view.scene.pointed(view.clause, state.used).ids
    return named or (view.scene.screen if len(view.scene.screen) == 1 else ())
