"""What a gold reading teaches the network: for every part of a message, which answers are right.

    Lesson.of(row)  ->  parts [0, 4) and [4, 9), begins, slots of every word, and answers of each part

Gold readings say what a message means, seldom which words mean it. Where several answers would give the gold
act, all of them are right, and the loss is -log of their probability together (partial labels: Cour et al. 2011).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from assistant.parsers._evidence import exact, locate
from assistant.parsers._layout import Layout, words_within
from assistant.parsers._numbers import in_unit
from assistant.parsers._pick import orders, targets_of
from assistant.parsers._questions import HEADS, SLOTS, Part
from assistant.parsers._rows import Row
from assistant.parsers._words import stem
from assistant.types import Act

__all__ = ["Answers", "Lesson"]

Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass
class Answers:
    """For one part: the indices of the right answers of a head or a pointer; heads not in it learn nothing."""

    part: Part
    heads: dict[str, set[int]] = field(default_factory=dict)
    pointers: dict[str, set[int]] = field(default_factory=dict)

    def may(self, head: str, *names: str) -> None:
        if names:
            self.heads[head] = {HEADS[head].index(name) for name in names}


@dataclass
class Lesson:
    """`slots` (W, len(SLOTS)): which slots each word may have; `begins` (W,): 1, 0, or -1 for unknown."""

    layout: Layout
    answers: list[Answers]
    slots: Mask
    begins: Any

    @classmethod
    def of(cls, row: Row) -> Lesson | None:
        """None where the message has no words, or where it isn't known which of its words say which act."""
        layout = Layout.of(row.critique.text, row.critique.context)
        gold = row.gold
        if gold is None or not layout.words:
            return None
        starts, owners = row.parts or (0,), row.act_parts or (0,) * len(gold.acts)
        if not row.parts and not _together(gold.acts):
            # not said where each act begins: where grammar sees as many clauses as there are acts, with the clauses
            starts, owners = tuple(sorted(layout.starts)), tuple(range(len(gold.acts)))
            if len(starts) != len(gold.acts):
                return None
            starts = (0, *starts[1:])
        bounds = [words_within(layout.words, a, b) for a, b in zip(starts, [*starts[1:], 10**6], strict=True)]
        bounds = [pair for pair in bounds if pair[0] < pair[1]]
        slots = np.ones((len(layout.words), len(SLOTS)), np.bool_)
        begins = np.zeros(len(layout.words), np.float32)
        answers, used, before = [], list[str](), tuple[str, ...]()
        for number, (start, end) in enumerate(bounds):
            begins[start] = 1.0
            acts = [act for act, owner in zip(gold.acts, owners, strict=False) if owner == number]
            if acts and not _together(acts):
                begins[start + 1 : end] = -1.0  # several acts, and it is not said where each begins
            part = Part(start, end, number == 0, number == len(bounds) - 1)
            if not acts:
                continue
            answers.append(_answers(layout, part, acts, bool(gold.clarify), used, before))
            slots[start:end] = _slots(layout, part, acts)
            used += [id for act in acts for id in act.targets]
            before = acts[-1].targets
        return cls(layout, answers, slots, begins)


def _answers(
    layout: Layout, part: Part, acts: Sequence[Act], asks: bool, used: Sequence[str], before: tuple[str, ...]
) -> Answers:
    found = Answers(part)
    act = next((one for one in acts if one.kind != "edit"), acts[0]) if _widens(acts) else acts[0]
    found.may("kind", "unclear" if act.kind == "none" and asks else act.kind)
    found.may("ask", "yes" if asks else "no")
    modes = _modes(layout, part, act, used, before)
    if not modes and len(act.targets) == 1 and act.targets[0] in layout.screen:
        modes = ["described"]
        _point(found, "output", layout.screen, act.targets[0])
    found.may("targets", *modes)
    roles = {spot.role for spot in act.evidence}
    found.may("role", *roles)
    if act.command:
        found.may("command", act.command)
    if act.label:
        found.may("polarity", act.label.op)
        found.may("naming", "open" if act.label.candidates else "named" if act.label.value is not None else "shown")
        _point(found, "label", layout.labels, act.label.value)
    if act.constraint:
        _constraint(found, layout, part, acts)
    if act.edit:
        found.may("edit", act.edit.op)
        listed = act.edit.object in layout.objects
        found.may("thing", "listed" if listed else "words")
        _point(found, "object", layout.objects, act.edit.object)
    if act.preference:
        gold = tuple(frozenset(tier) for tier in act.preference.order)
        made = orders(layout, part)
        same = [n for n, tiers in made.items() if tuple(frozenset(t) for t in tiers) == gold]
        if not same and len(gold) == 2 and 1 in map(len, gold):
            same = ["described" if len(gold[0]) == 1 else "undescribed"]
            _point(found, "output", layout.screen, next(iter(gold[0] if len(gold[0]) == 1 else gold[1])))
        found.may("order", *same)
    return found


def _together(acts: Sequence[Act]) -> bool:
    """Whether the same words say all of the acts: "between 1 and 3", "Paris Hilton is one person"."""
    rules = [act.constraint for act in acts if act.constraint]
    between = len(rules) == len(acts) == 2 and rules[0].property == rules[1].property
    return len(acts) == 1 or between or _widens(acts)


def _widens(acts: Sequence[Act]) -> bool:
    """A span that grows and gets its label: "Paris Hilton is one person"."""
    return len(acts) == 2 and acts[0].kind == "edit" and acts[1].kind == "label"


def _point(found: Answers, pointer: str, names: Sequence[str], wanted: Any) -> None:
    if wanted in names:
        found.pointers[pointer] = {names.index(wanted)}


def _modes(layout: Layout, part: Part, act: Act, used: Sequence[str], before: tuple[str, ...]) -> list[str]:
    made = targets_of(layout, part, used, before)
    return [name for name, ids in made.items() if ids is not None and set(ids) == set(act.targets)]


def _constraint(found: Answers, layout: Layout, part: Part, acts: Sequence[Act]) -> None:
    rule = acts[0].constraint
    assert rule is not None
    bounds = {act.constraint.operator for act in acts if act.constraint}
    flag = {True: "true", False: "false"}.get(rule.value) if isinstance(rule.value, bool) else None
    found.may("operator", "between" if bounds in ({"ge", "le"}, {"gt", "lt"}) else flag or rule.operator)
    found.may("strength", rule.strength)
    found.may("scope", rule.scope)
    _point(found, "property", layout.properties, rule.property)
    if rule.property == "label":
        _point(found, "label", layout.labels, rule.value)
    elif flag is None:
        value = rule.value
        screen = isinstance(value, str) and value in layout.screen
        number = isinstance(value, int | float)
        found.may("worth", "nothing" if value is None else "output" if screen else "number" if number else "words")


def _slots(layout: Layout, part: Part, acts: Sequence[Act]) -> Mask:
    """(words of the part, SLOTS): what each word may be; what is not found in the words leaves them open."""
    start, end = layout.words[part.start].start, layout.words[part.end - 1].end
    text = layout.text[start:end]
    allowed = np.zeros((part.end - part.start, len(SLOTS)), np.bool_)
    allowed[:, 0] = True
    lost: set[str] = set()
    for act in acts:
        for slot, said in _spoken(layout, act):
            place = _place(layout, part, slot, said, text, start)
            if place is None:
                lost.add(slot)
            else:
                allowed[place] = False
                allowed[place, SLOTS.index(slot)] = True
    free = allowed[:, 0]
    for slot in lost | {"property", "aspect"}:
        allowed[free, SLOTS.index(slot)] = True
    return allowed


def _spoken(layout: Layout, act: Act) -> list[tuple[str, Any]]:
    """The slots that an act fills, with what stands in them."""
    said: list[tuple[str, Any]] = [("why", spot.text) for spot in act.evidence if spot.role != "missing"]
    said += [("why", act.reason)] if act.reason else []
    if act.label:
        said += [("label", value) for value in (act.label.value, *act.label.candidates) if value]
        said += [("value", act.label.span)] if act.label.span else []
    if act.edit:
        new = act.edit.new if isinstance(act.edit.new, tuple) else [act.edit.new]
        said += [("new", one) for one in new if one]
        said += [(slot, s) for slot, s in (("old", act.edit.old), ("where", act.edit.where)) if s]
        said += [("object", act.edit.object)]
    if act.constraint:
        rule = act.constraint
        said += [("when", rule.when)] if rule.when else []
        values = rule.value if isinstance(rule.value, tuple) else [rule.value]
        slot = "label" if rule.property == "label" else "value"
        said += [(slot, value) for value in values if value is not None and not isinstance(value, bool)]
    if act.preference and act.preference.aspect:
        said += [("aspect", act.preference.aspect)]
    # what comes later covers what came before: the words of an edit are its words, not its reason or its thing
    return sorted(said, key=lambda pair: {"why": 0, "object": 1}.get(pair[0], 2))


def _place(layout: Layout, part: Part, slot: str, said: Any, text: str, offset: int) -> slice | None:
    """The words of the part where something is said."""
    span: tuple[int, int] | None = None
    if isinstance(said, int | float):
        here = [n for n in layout.numbers if offset <= n.start < offset + len(text)]
        number = next((n for n in here if said in _readings(n)), None)
        span = (number.start, number.end) if number else None
    elif slot == "label":
        named = [m for m in layout.mentions if said in m.values and offset <= m.start < offset + len(text)]
        span = (named[-1].start, named[-1].end) if named else None
    if span is None and isinstance(said, str):
        span = _find(said, text, offset, loose=slot in ("why", "value", "object", "old"))
    if span is None:
        return None
    first, last = words_within(layout.words, *span)
    return slice(max(first, part.start) - part.start, min(last, part.end) - part.start) if first < last else None


def _readings(number: Any) -> set[float]:
    return {number.value, -number.value, *(in_unit(number, name) for name in ("minutes", "seconds", "days", "da"))}


def _find(said: str, text: str, offset: int, loose: bool) -> tuple[int, int] | None:
    found = exact(said, text)
    if found is None and loose:
        hit = locate(said, text, 0.45)
        found = hit.text if hit else None
        if found is None and " " not in said:
            same = [word for word in text.split() if stem(word.strip(".,!?").lower()) == stem(said.lower())]
            found = same[0].strip(".,!?") if same else None
    if not found:
        return None
    at = text.rfind(found) if not loose else text.find(found)
    return (offset + at, offset + at + len(found)) if at >= 0 else None
