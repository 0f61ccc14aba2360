"""Two things that people said and that can't both hold, found when the second arrives.

    ann: “it's praise”, of a text for which ben's rule says complaint
      -> Clash(kind="rule", first=Side(who="ben", said="whenever it mentions a refund, it is complaint", ids=("r1",)),
               second=Side(who="ann", said="this is praise", ids=("f7",)), about="My parcel ...")

`first` is what was there, `second` what came. Kinds: two people's labels of one input ("labels"), a label and a rule
("rule"), two rules ("rules"), a cycle of preferences ("cycle"). Only what is sure is told, so silence is no proof.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from assistant.cards import say_rule, show_value
from assistant.quality._votes import question_of
from assistant.rules import fires
from assistant.types import Constraint, Example, Feedback, Label, Preference, Record, Vocabulary

if TYPE_CHECKING:
    from assistant.workbench import Workbench

__all__ = ["Clash", "Settled", "Side", "clashes"]

Settled = Literal["", "first", "second", "both"]
Kind = Literal["labels", "rule", "rules", "cycle"]
LOOKED_AT = 500
"""Labels that a new rule is held against, and examples on which two rules are tried."""
TOLD = 3
"""Contradictions told about one piece of feedback, at most."""


class Side(Record):
    """What one of the two is: who said it, in plain words, and which feedback that is."""

    who: str
    said: str
    ids: tuple[str, ...]


class Clash(Record):
    """Two that can't both hold. `about`: the input. `settled`: which was kept, "" while that is open."""

    kind: Kind
    first: Side
    second: Side
    about: str = ""
    settled: Settled = ""

    def kept(self, standing: Collection[str]) -> Settled:
        """Which of the two is kept, where one is not among the feedback `standing` any more."""
        first, second = (all(id in standing for id in side.ids) for side in (self.first, self.second))
        return "" if first and second else "first" if first else "second"


def clashes(bench: Workbench, new: Sequence[Feedback], conversation: str | None = None) -> list[Clash]:
    """What contradicts any of `new`, which is in the store already."""
    found: list[Clash] = []
    for one in new:
        if isinstance(one, Constraint):
            some = [*_against_rules(bench, one, conversation), *_labels_against(bench, one)]
        elif isinstance(one, Label):
            some = [*_against_labels(bench, one), *_rules_against(bench, one, conversation)]
        else:
            some = list(_cycle(bench, one))
        found += some[:TOLD]
    return found


# --- a label, and other people's labels or rules ------------------------------------------------------------------


def _against_labels(bench: Workbench, label: Label) -> Iterator[Clash]:
    """The newest word of each other person on the same input."""
    said: dict[str, Label] = {}
    for row in bench.store.about(bench.task.name, [label.example_id] if label.example_id else []):
        if isinstance(row.feedback, Label) and row.feedback.input == label.input:
            said[row.feedback.author] = row.feedback
    if bench.task.goal is not None:
        return  # where outputs have no one right answer, people may like different ones
    for author, other in said.items():
        if author != label.author and _differ(label, other):
            yield Clash(kind="labels", first=_label(other), second=_label(label), about=_short(label.input))


def _differ(one: Label, other: Label) -> bool:
    if one.op == other.op == "is":
        return bool(one.value != other.value)
    return one.op != other.op and bool(one.value == other.value)


def _rules_against(bench: Workbench, label: Label, conversation: str | None) -> Iterator[Clash]:
    for rule in bench.rules(conversation, label.example_id or ""):
        if _denies(bench, rule, label):
            first = _rule(rule, bench.task.vocabulary)
            yield Clash(kind="rule", first=first, second=_label(label), about=_short(label.input))


def _labels_against(bench: Workbench, rule: Constraint) -> Iterator[Clash]:
    if rule.property != "label":
        return
    rows = bench.store.feedback(bench.task.name, newest=LOOKED_AT, kinds=["label"])
    for row in reversed(rows):
        label = row.feedback
        if isinstance(label, Label) and not row.held and _denies(bench, rule, label):
            second = _rule(rule, bench.task.vocabulary)
            yield Clash(kind="rule", first=_label(label), second=second, about=_short(label.input))


def _denies(bench: Workbench, rule: Constraint, label: Label) -> bool:
    """Whether the rule says that the label is wrong."""
    if rule.property != "label" or (rule.scope == "item" and rule.example_id != label.example_id):
        return False
    if not fires(rule, label.input):
        return False
    if rule.operator == "ne":
        return label.op == "is" and bool(label.value == rule.value)
    implied = bench.task.implies(rule, label.input)
    return implied is not None and (implied == label.value) != (label.op == "is")


# --- two rules -------------------------------------------------------------------------------------------------------


def _against_rules(bench: Workbench, rule: Constraint, conversation: str | None) -> Iterator[Clash]:
    for other in reversed(bench.rules(conversation, rule.example_id or "")):
        if other.id != rule.id and _same_place(rule, other) and _exclude(bench, other, rule):
            first, second = (_rule(one, bench.task.vocabulary) for one in (other, rule))
            about = _both_fire(bench, other, rule)
            yield Clash(kind="rules", first=first, second=second, about=_short(about.input) if about else "")


def _same_place(one: Constraint, other: Constraint) -> bool:
    return "item" not in (one.scope, other.scope) or one.example_id == other.example_id


def _exclude(bench: Workbench, one: Constraint, other: Constraint) -> bool:
    if one.property == other.property == "label":
        same = one.value == other.value
        kinds = {one.operator, other.operator}
        apart = (kinds == {"eq"} and not same) or (kinds == {"eq", "ne"} and same)
        return apart and (one.when == other.when or _both_fire(bench, one, other) is not None)
    if one.when != other.when or "prefer" in (one.strength, other.strength):
        return False
    return _written(one, other) or (one.property == other.property and _apart(one, other))


def _written(one: Constraint, other: Constraint) -> bool:
    """Two rules about how a text is written, of which `texts` knows more than numbers."""
    from assistant.texts.checks import CHECKS
    from assistant.texts.clash import clashes as of_texts

    return one.property in CHECKS and other.property in CHECKS and bool(of_texts([one, other]))


def _apart(one: Constraint, other: Constraint) -> bool:
    operators = {one.operator, other.operator}
    if operators in ({"eq", "ne"}, {"contains", "not_contains"}):
        return bool(one.value == other.value)
    if operators == {"eq"} and isinstance(one.value, bool):
        return bool(one.value != other.value)
    first, second = _range(one), _range(other)
    return bool(first and second) and (first[0] > second[1] or second[0] > first[1])  # type: ignore[index]


def _range(rule: Constraint) -> tuple[float, float] | None:
    """The least and the most that the rule lets be."""
    value = rule.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    up, down = math.nextafter(value, math.inf), math.nextafter(value, -math.inf)
    return {
        "eq": (value, value), "ge": (value, math.inf), "gt": (up, math.inf), "le": (-math.inf, value),
        "lt": (-math.inf, down),
    }.get(rule.operator)  # fmt: skip


def _both_fire(bench: Workbench, one: Constraint, other: Constraint) -> Example | None:
    """An example for which both rules hold."""
    if not one.when and not other.when:
        return None
    some = bench.sample(LOOKED_AT, 0)
    return next((e for e in some if fires(one, e.input) and fires(other, e.input)), None)


# --- preferences ------------------------------------------------------------------------------------------------------


def _cycle(bench: Workbench, new: Preference) -> Iterator[Clash]:
    """The shortest way by which what was said before puts the rejected one above the chosen one."""
    rows = bench.store.about(bench.task.name, [new.example_id] if new.example_id else [])
    better: dict[str, list[Preference]] = {}
    for row in rows:
        one = row.feedback
        if isinstance(one, Preference) and one.id != new.id and one.aspect == new.aspect and one.input == new.input:
            better.setdefault(question_of(one.chosen), []).append(one)
    start, goal = question_of(new.rejected), question_of(new.chosen)
    ways: deque[tuple[str, tuple[Preference, ...]]] = deque([(start, ())])
    seen = {start}
    while ways:
        at, way = ways.popleft()
        for step in better.get(at, ()):
            to = question_of(step.rejected)
            if to == goal:
                yield _circle((*way, step), new)
                return
            if to not in seen:
                seen.add(to)
                ways.append((to, (*way, step)))


def _circle(way: Sequence[Preference], new: Preference) -> Clash:
    """The oldest step of the way gives way, if the new one is right: it is the longest ago that it was said."""
    who = ", ".join(dict.fromkeys(step.author for step in way))
    said = " > ".join(_brief(value) for value in [*(step.chosen for step in way), way[-1].rejected])
    oldest = min(way, key=lambda step: step.created_at)
    first = Side(who=who, said=f"better first: {said}", ids=(oldest.id,))
    told = f"better first: {_brief(new.chosen)} > {_brief(new.rejected)}"
    return Clash(
        kind="cycle", first=first, second=Side(who=new.author, said=told, ids=(new.id,)), about=_short(new.input)
    )


# --- in words ---------------------------------------------------------------------------------------------------------


def _label(label: Label) -> Side:
    said = f"this {'is' if label.op == 'is' else 'is not'} **{show_value(label.value)}**"
    return Side(who=label.author, said=said, ids=(label.id,))


def _rule(rule: Constraint, vocabulary: Vocabulary) -> Side:
    return Side(who=rule.author, said=say_rule(rule, vocabulary), ids=(rule.id,))


def _short(value: Any, width: int = 160) -> str:
    text = " ".join(show_value(value).split())
    return text if len(text) <= width else text[: width - 1] + "…"


def _brief(value: Any) -> str:
    return f"“{_short(value, 60)}”"
