"""One clause becomes acts, given the kind that the heads see in it. One function per kind.

    label(view, odds, state)  ->  Point(acts=(Act(kind="label", ...),), sure=0.93, ask=None)

Nothing here guesses in silence: what is missing or allows two readings becomes `ask`, a question back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from assistant.parsers import _rules
from assistant.parsers._edits import PARTS, find_edit
from assistant.parsers._evidence import locate
from assistant.parsers._link import Mention, nearest
from assistant.parsers._orders import find_order
from assistant.parsers._scene import Scene, View
from assistant.parsers._words import NEGATORS, Span, words
from assistant.types import Act, ConstraintAct, EditAct, Evidence, LabelAct, PreferenceAct, Property

__all__ = ["Odds", "Point", "State", "constraint", "edit", "label", "listed", "preference", "which"]

SEVERAL = re.compile(r"\b(?:these|they|them|those|all|both|each)\b", re.I)
OPEN = re.compile(r"\s*(?:,?\s*\bor\b|/)\s*(?:an?\s+|the\s+|maybe\s+)*", re.I)
ONLY = re.compile(r"\bonly\b", re.I)


@dataclass(frozen=True)
class Point:
    """What one clause says; `sure` in [0, 1] is how sure of its parts, given its kind."""

    acts: tuple[Act, ...] = ()
    sure: float = 1.0
    ask: str | None = None


@dataclass
class State:
    """What the clauses before have said: the ids they named, and those they were about."""

    used: list[str] = field(default_factory=list)
    current: tuple[str, ...] = ()


@dataclass(frozen=True)
class Odds:
    """The heads' best answers for a clause, with their probabilities; `polarity` per mention (None: no mention);
    `kinds` with all their probabilities."""

    best: dict[str, tuple[str, float]]
    polarity: dict[Mention | None, tuple[str, float]]
    kinds: dict[str, float]


def listed(names: Sequence[str], last: str = "or") -> str:
    """
    >>> listed(("spam", "order", "other"))
    'spam, order or other'
    """
    return f" {last} ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""


def which(view: View, state: State) -> tuple[tuple[str, ...], str | None]:
    """The outputs that a clause is about, and a question where that is open."""
    screen, found = view.scene.screen, view.scene.pointed(view.clause, state.used)
    if found.off and not found.ids:
        return (), f"That one is not on screen; do you mean {listed(screen)}?"
    if found.ids:
        state.used += found.ids
        state.current = found.ids
        return found.ids, None
    if state.current:
        return state.current, None
    if len(screen) == 1 or (screen and SEVERAL.search(view.clause.text)):
        return screen, None
    if not screen:
        return (), "There is nothing on screen to say that about; what do you mean?"
    return screen[:1], f"Which one do you mean: {listed(screen)}?"


def label(view: View, odds: Odds, state: State) -> Point:
    """ "#2 is not spam" -> {is_not, spam} of #2; "yep" -> {is, None}."""
    scene = view.scene
    targets, ask = which(view, state)
    if not targets:
        return Point((), 0.3, ask)
    named = scene.named(view.clause)
    pairs = [(m, *odds.polarity[m]) for m in named]
    yes = [pair for pair in pairs if pair[1] == "is"]
    doubtful = next((m for m, _, _ in pairs if len(m.values) > 1), None)
    if doubtful is not None:
        act = _label_act(targets, "is", None, candidates=doubtful.values)
        return Point((act,), 0.4, f"By {doubtful.text!r}, do you mean {listed(doubtful.values)}?")
    denied = any(word.text in NEGATORS for word in words(view.clause.text.split(",")[0]))
    if yes and not denied and _left_open(scene, pairs):
        values = tuple(dict.fromkeys(m.values[0] for m, _, _ in pairs))
        act = _label_act(targets, "is", None, candidates=values)
        return Point((act,), 0.5, f"Which is it: {listed(values)}?")
    if not pairs:
        op, sure = odds.polarity[None]
        return _verdict(view, targets, op, sure, ask)
    sure = 1.0
    acts: list[Act] = []
    if yes:
        yes.sort(key=lambda pair: -pair[2])
        pairs = yes[:1]
    for mention, op, p in pairs:
        span = _tagged(view, mention)
        acts += _widened(scene, targets, span) if op == "is" else ()
        acts.append(_label_act(targets, op, mention.values[0], span))
        sure *= p * min(1.0, 0.15 + mention.score)
    return Point(tuple(acts), sure if not ask else 0.4, ask)


def _verdict(view: View, targets: tuple[str, ...], op: str, sure: float, ask: str | None) -> Point:
    """A verdict on what is on screen, with what it implies of the others: "only 3 is right"."""
    found = view.scene.pointed(view.clause)
    if found.negative:
        op = "is_not"
    acts = [_label_act(targets, op, None)]
    others = found.excluded
    if ONLY.search(view.clause.text) and not others:
        others = tuple(id for id in view.scene.screen if id not in targets)
    if others and found.said:
        acts.append(_label_act(others, "is_not" if op == "is" else "is", None))
    return Point(tuple(acts), sure if not ask else 0.4, ask)


def _label_act(
    targets: tuple[str, ...], op: str, value: str | None, span: str | None = None, candidates: tuple[str, ...] = ()
) -> Act:
    part = LabelAct.model_validate({"op": op, "value": value, "span": span, "candidates": candidates})
    return Act(kind="label", targets=targets, label=part)


def _left_open(scene: Scene, pairs: Sequence[tuple[Mention, str, float]]) -> bool:
    places = [mention for mention, _, _ in pairs]
    gaps = [scene.text[a.end : b.start] for a, b in pairwise(places)]
    different = len({mention.values[0] for mention in places}) > 1
    return different and any(OPEN.fullmatch(gap) for gap in gaps)


def _tagged(view: View, mention: Mention) -> str | None:
    """For tagging, the words of the input that the label is about: "Paris Hilton" of "Paris Hilton is a PER"."""
    outputs = view.scene.context.outputs
    if not any(isinstance(output.value, list | tuple) for output in outputs):
        return None
    clause = view.clause
    rest = clause.text[: mention.start - clause.start] + " " + clause.text[mention.end - clause.start :]
    texts = [output.input for output in outputs if isinstance(output.input, str)]
    found = [hit for text in texts if (hit := locate(rest, text, 0.2))]
    return max(found, key=lambda hit: hit.score).text if found else None


def _widened(scene: Scene, targets: tuple[str, ...], span: str | None) -> list[Act]:
    """Where the tagger marked a part of the span only, the marked part is to become the whole."""
    tagged = [o.value for o in scene.context.outputs if o.id in targets and isinstance(o.value, list | tuple)]
    marked = [str(item[0]) for value in tagged for item in value if isinstance(item, list | tuple) and item]
    parts = [part for part in marked if span and part and part != span and part in span]
    edits = [EditAct(op="replace", object="span", old=part, new=span) for part in dict.fromkeys(parts)]
    return [Act(kind="edit", targets=targets, edit=part) for part in edits]


def constraint(view: View, odds: Odds, state: State) -> Point:
    """A rule about a label, a list of labels, a bound on a property, wanted or unwanted content."""
    scene, text = view.scene, view.clause.text
    strength, scope = odds.best["strength"], odds.best["scope"]
    names = _rules.label_names(text)
    if names:
        act = _constraint_act(("all",), _rules.constraint("labels", "eq", names, "must", "task"))
        return Point((act,), 1.0)
    named = scene.named(view.clause)
    properties = scene.context.vocabulary.properties
    if named:
        return _rule(view, odds, named, strength)
    prop = _rules.property_named(text, properties)
    found = _rules.bounds(text, prop)
    if prop is None:
        prop = next((p for p in properties if p.name in ("contains", "substructure")), None) if not found else None
    if prop is None:
        return Point((), 0.3, "I could not tell what that should hold for; can you say it in other words?")
    operators: list[tuple[str, float | str | bool | None]] = [*found]
    if not operators:
        operators = [_open_operator(view, odds, prop)]
    targets: tuple[str, ...] = ("all",)
    if scope[0] == "item" or any(value in scene.screen for _, value in operators):
        targets = which(view, state)[0] or targets
    must = bool(found) and not re.search(r"\b(?:ideally|if possible|prefer\w*|rather|try|nice)\b", text, re.I)
    hard = "must" if must else strength[0]
    acts = tuple(
        _constraint_act(targets, _rules.constraint(prop.name, operator, value, hard, scope[0]))
        for operator, value in operators
    )
    missing = any(value is None and op in ("contains", "not_contains", "eq", "ne") for op, value in operators)
    ask = "What exactly should it be?" if missing else None
    return Point(acts if not missing else (), (scope[1] * (1.0 if must else strength[1])) ** 0.5, ask)


def _rule(view: View, odds: Odds, named: list[Mention], strength: tuple[str, float]) -> Point:
    """ "anything with 'free iphone' is spam": the label that follows is the surest named one, mostly the last."""
    clause = view.clause
    candidates = [m for m in named if m.score >= 0.9] or named
    after = _rules.CONDITIONAL.search(clause.text)
    first = bool(after and after.start() > candidates[0].start - clause.start)
    mention = candidates[0] if first else candidates[-1]
    op, p = odds.polarity[mention]
    place = Span(mention.start - clause.start, mention.end - clause.start, mention.text)
    when = _rules.condition(clause.text, place)
    if len(mention.values) > 1:
        return Point((), 0.4, f"By {mention.text!r}, do you mean {listed(mention.values)}?")
    if when is None:
        return Point((), 0.4, f"When is it {mention.values[0]}?")
    operator = "eq" if op == "is" else "ne"
    act = _rules.constraint("label", operator, mention.values[0], strength[0], "task", when)
    return Point((_constraint_act(("all",), act),), p * strength[1] ** 0.5 * min(1.0, 0.1 + mention.score))


def _open_operator(view: View, odds: Odds, prop: Property) -> tuple[str, str | bool | None]:
    """The operator of a constraint that names no number, and its value where it has one."""
    scene, text = view.scene, view.clause.text
    found = scene.pointed(view.clause)
    if prop.name == "similarity" and found.ids:
        return "increase", found.ids[0]
    if prop.values == "flag" or prop.name.endswith("markdown"):
        return "eq", not re.search(r"\b(?:no|never|not|don't|without|avoid|drop)\b", text, re.I)
    operator = odds.best["operator"][0]
    content = prop.name in ("contains", "substructure")
    if operator in ("contains", "not_contains", "eq", "ne") and (content or operator in ("eq", "ne")):
        if content:
            denied = re.search(r"\b(?:no|never|not|don't|dont|without|avoid|stop)\b", text, re.I)
            operator = "not_contains" if denied else "contains"
        return operator, _rules.object_of(text, prop, scene.quoted(view.clause))
    if operator == "unchanged":
        return operator, None
    return _rules.direction(text, prop) or ("increase" if operator == "increase" else "decrease"), None


def _constraint_act(targets: tuple[str, ...], part: ConstraintAct) -> Act:
    return Act(kind="constraint", targets=targets, constraint=part)


def edit(view: View, odds: Odds, state: State) -> Point:
    """ "it opens at 8, not 9" -> replace "9" by "8" in what is on screen."""
    scene = view.scene
    op, sure = odds.best["edit"]
    targets, ask = which(view, state)
    chosen = [output for output in scene.context.outputs if output.id in targets]
    value = " ".join(str(output.value) for output in chosen)
    found = find_edit(view.clause.text, value, op)
    if found is None or not targets:
        return Point((), 0.3, ask or "What should I change, and into what?")
    merged = found.op == "merge" and len(targets) < 2
    if merged and len(scene.screen) > 1:
        targets, ask = scene.screen, f"Which ones: {listed(scene.screen, 'and')}?" if len(scene.screen) > 2 else None
    objects = scene.context.vocabulary.objects
    thing = found.part or _named_object(view, objects) or _usual_object(scene, objects)
    part = EditAct(op=found.op, object=thing, old=found.old, new=found.new, where=found.where)
    wrong = found.old if found.op == "replace" and found.fits == 1 else None
    evidence = (Evidence(text=wrong, role="error"),) if wrong else ()
    if found.op == "delete" and not found.old and not found.part:
        ask = ask or "Which words should I take out?"
    act = Act(kind="edit", targets=targets, edit=part, evidence=evidence)
    return Point((act,), found.fits * (sure if found.op == op else 0.8), ask)


def _named_object(view: View, objects: Sequence[str]) -> str | None:
    part = PARTS.search(view.clause.text)
    named = [name for name in objects if re.search(rf"\b{re.escape(name)}s?\b", view.clause.text, re.I)]
    return named[0] if named else part[0].lower() if part and part[0].lower() in objects else None


def _usual_object(scene: Scene, objects: Sequence[str]) -> str:
    if scene.context.vocabulary.labels:
        return "span" if any(isinstance(o.value, list | tuple) for o in scene.context.outputs) else "answer"
    if objects:
        return objects[0]
    prefixes = {p.name.split(".")[0] for p in scene.context.vocabulary.properties if "." in p.name}
    return "topic" if "topic" in prefixes else "text"


def preference(view: View, odds: Odds, state: State) -> Point:
    """ "B > A = C": tiers of ids, best first. A tie of all orders nothing, so it changes nothing."""
    scene, clause = view.scene, view.clause
    closed = [Span(q.start - clause.start, q.end - clause.start, q.text) for q in scene.quoted(clause)]
    order = find_order(clause.text, scene.screen, closed)
    if order is None:
        return Point((), 0.3, f"Which one is better: {listed(scene.screen)}?")
    if len(order.tiers) < 2:
        return Point((Act(kind="none", targets=(), reason=clause.text),), 1.0)
    ids = tuple(id for tier in order.tiers for id in tier)
    part = PreferenceAct(order=order.tiers, aspect=order.aspect)
    return Point((Act(kind="preference", targets=ids, preference=part),), 0.97)


def guess(view: View) -> str:
    """The question back where the words may mean a label that they do not name."""
    labels = view.scene.context.vocabulary.labels
    near = nearest(view.clause.text, labels)[:2]
    if near and near[0][0] >= 0.35:
        close = [name for score, name in near if score >= near[0][0] - 0.08]
        return f"Do you mean {listed(close)}?"
    return f"I did not get that; is it {listed(labels)}?" if 0 < len(labels) <= 6 else "What do you mean by that?"
