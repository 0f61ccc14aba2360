"""A reading in plain words: what was understood, what it will change, what is asked back.

Reading(label is complaint, evidence "want my money back")
  -> 'I understood: this is **complaint**, because of “want my money back”.'

A reading of several acts has a `Line` for each: what was understood, and what that one act changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from assistant.parsers._forgetting import ME, wish_of
from assistant.types import Act, Constraint, ConstraintAct, Context, Reading, Record, Vocabulary

__all__ = ["OPERATORS", "Card", "Line", "State", "called", "card", "say_act", "say_rule", "show_value"]

State = Literal["applied", "waiting", "asking", "confirmed", "corrected", "replaced", "rejected", "undone"]

OPERATORS = {
    "eq": "is", "ne": "is not", "lt": "is below", "le": "is at most", "gt": "is above", "ge": "is at least",
    "contains": "contains", "not_contains": "does not contain", "increase": "goes up", "decrease": "goes down",
    "unchanged": "stays as it is", "ignore": "is ignored", "must_link": "belongs with",
    "cannot_link": "does not belong with",
}  # fmt: skip


EDGES = {"start": ("starts", "start"), "end": ("ends", "end")}
COUNT = "number of "
COUNTED = {"eq": "exactly", "lt": "fewer than", "le": "at most", "gt": "more than", "ge": "at least"}
PLURAL = {"is": "are", "goes": "go", "stays": "stay", "contains": "contain", "does": "do", "belongs": "belong"}


class Line(Record):
    """One act of a card. `said` "": it changes nothing; `confirmed`: the person said yes to this one alone.

    `picture`: how it was understood, drawn by the task, as safe HTML.
    """

    said: str
    effect: str = ""
    confirmed: bool = False
    picture: str = ""


class Card(Record):
    """What a chat message shows of a reading. `choices`: short answers to the question, if one is asked.

    `state` "corrected": these acts are the person's; "replaced": others stand in their place.
    """

    kind: Literal["reading"] = "reading"
    reading: str
    title: str
    effect: str
    state: State
    choices: tuple[str, ...] = ()
    words: str = ""
    acts: tuple[Act, ...] = ()
    """As understood: what the menus of "correct" start from."""
    lines: tuple[Line, ...] = ()
    """One for each of `acts`; none in cards of before there were lines."""
    outputs: tuple[str, ...] = ()
    """The ids that were on screen: what an act can be about."""
    properties: dict[str, str] = Field(default_factory=dict)
    """What a rule can be about, and what its values are: {"label": "label", "length.words": "number"}."""
    titles: dict[str, str] = Field(default_factory=dict)
    """What people call those properties."""


def card(
    reading_id: str, reading: Reading, context: Context, words: str, state: State, pictures: Sequence[str] = ()
) -> Card:
    """The card of a reading.

    Args:
        state: "applied", "waiting" (for a confirmation) or "asking" (the reading's question is the title).
        pictures: of the acts, in their order, as safe HTML; "" where there is none.
    """
    drawn = pictures or [""] * len(reading.acts)
    said = "; ".join(filter(None, (say_act(act, context) for act in reading.acts)))
    stop = "" if said.rstrip("*”").endswith((".", "!", "?", "…")) else "."
    understood = f"I understood: {said}{stop}" if said else "I understood nothing that I could learn from."
    title = f"{understood} {reading.clarify}" if state == "asking" and said else reading.clarify or understood
    return Card(
        reading=reading_id,
        title=title if state == "asking" else understood,
        effect=_effect(reading.acts, state),
        state=state,
        choices=_choices(reading, context) if state == "asking" else (),
        words=words,
        acts=reading.acts,
        lines=tuple(_line(act, context, picture) for act, picture in zip(reading.acts, drawn, strict=True)),
        outputs=tuple(output.id for output in context.outputs),
        properties={known.name: known.values for known in context.vocabulary.properties},
        titles={known.name: called(known.name, context.vocabulary) for known in context.vocabulary.properties},
    )


def _line(act: Act, context: Context, picture: str) -> Line:
    said = say_act(act, context)
    return Line(said=said, effect=_changes((act,)) if said else "", picture=picture)


def say_act(act: Act, context: Context) -> str:
    """One act as a clause without a full stop; "" for what changes nothing."""
    who = _who(act.targets, context)
    because = _because(act)
    if act.label:
        value = act.label.value if act.label.value is not None else _on_screen(act.targets, context)
        verb = "is" if act.label.op == "is" else "is not"
        span = f"“{act.label.span}” in " if act.label.span else ""
        return f"{span}{who} {verb} **{show_value(value)}**{because}"
    if act.edit:
        old, new = act.edit.old, act.edit.new
        change = f" “{old}”" if old else ""
        change += f" by “{show_value(new)}”" if new is not None else ""
        return f"{act.edit.op} {act.edit.object}{change} in {who}"
    if act.constraint:
        return say_rule(act.constraint, context.vocabulary) + _said_of(act, context) + because
    if act.preference:
        tiers = [" = ".join(tier) for tier in act.preference.order]
        aspect = f" ({called(act.preference.aspect, context.vocabulary)})" if act.preference.aspect else ""
        return "better first: " + " > ".join(tiers) + aspect + because
    if act.kind == "retract" and (wish := wish_of(act)):
        whose = {None: "everybody", ME: "you"}.get(wish.get("by"), f"**{wish.get('by')}**")
        return f"forget what {whose} said" + (f" about **{wish['about']}**" if "about" in wish else "")
    if act.kind == "retract":
        return f"you take back what you said about {who}"
    return ""


def called(name: str, vocabulary: Vocabulary) -> str:
    """What people call a property: "length.words" is the length in words."""
    title = next((known.title for known in vocabulary.properties if known.name == name), "")
    return title or name.replace(".", " in ")


def say_rule(rule: ConstraintAct | Constraint, vocabulary: Vocabulary = Vocabulary()) -> str:
    """A constraint in words; takes the act or the feedback made of it."""
    value = show_value(rule.value)
    if rule.property == "labels":
        return f"the labels are **{value}**"
    if rule.property == "label" and rule.operator == "ignore":
        body = "no label is learned"
    elif rule.property == "label":
        body = f"it is {'' if rule.operator == 'eq' else 'not '}**{value}**"
    elif rule.property in EDGES and rule.operator in ("contains", "not_contains"):
        begins, begin = EDGES[rule.property]
        body = f"it {begins if rule.operator == 'contains' else f'does not {begin}'} with **{value}**"
    elif rule.property == "options" and rule.operator in ("eq", "contains"):
        body = f"the answer is {_either(rule.value)}"
    elif isinstance(rule.value, bool) and rule.operator in ("eq", "ne"):
        name = called(rule.property, vocabulary)
        wanted = rule.value == (rule.operator == "eq")
        body = f"**{name}**" if wanted else f"no **{name.removeprefix('a ')}**"
    else:
        known = next((each for each in vocabulary.properties if each.name == rule.property and each.title), None)
        unit = f" {known.unit}" if known and known.unit else ""
        name, shown = called(rule.property, vocabulary), f"**{value}**{unit}" if rule.value is not None else ""
        towards = f" to {shown}" if shown and rule.operator in ("increase", "decrease") else ""
        several = known is not None and name.endswith("s") and not name.endswith("ss") and not name.startswith(COUNT)
        body = f"{name}{towards} {_verb(rule.operator, several)}{'' if towards else ' ' + shown}".rstrip()
        if name.startswith(COUNT) and rule.operator in COUNTED:  # the unit says what is counted
            body = f"{COUNTED[rule.operator]} {shown}"
            if rule.value == 1 and unit.endswith("s"):
                body = body.removesuffix("s")
            elif rule.value == 0 and rule.operator in ("eq", "le"):
                body = f"no {unit.strip()}"
    scope = {"item": "for this one", "session": "in this conversation", "task": "always"}[rule.scope]
    when = f"whenever it {_third_person(rule.when)}" if rule.when else scope
    strength = "" if rule.strength == "must" or rule.when else ", if possible"
    return f"{when}, {body}{strength}"


def _verb(operator: str, several: bool) -> str:
    """
    >>> _verb("decrease", several=True), _verb("not_contains", several=False)
    ('go down', 'does not contain')
    """
    first, *rest = OPERATORS[operator].split()
    return " ".join([PLURAL.get(first, first) if several else first, *rest])


def _either(value: Any) -> str:
    """
    >>> _either(("yes", "no", "maybe"))
    '**yes**, **no** or **maybe**'
    """
    *some, last = [f"**{part}**" for part in (value if isinstance(value, list | tuple) else str(value).split("|"))]
    return f"{', '.join(some)} or {last}" if some else last


def show_value(value: Any) -> str:
    """A value as a person would write it."""
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _third_person(when: str) -> str:
    """A condition as it goes on after "whenever it": "it's short" as "is short", "with x" as "comes with x"."""
    when = when.strip()
    for short, long in (("it's ", "is "), ("it is ", "is "), ("it ", ""), ("with ", "comes with "), ("in ", "is in ")):
        if when.lower().startswith(short):
            return long + when[len(short) :]
    return when


def _who(targets: Sequence[str], context: Context) -> str:
    if list(targets) == ["all"]:
        return "all of them"
    if not targets or len(context.outputs) <= 1:
        return "this"
    return " and ".join(targets)


def _said_of(act: Act, context: Context) -> str:
    """Which of several outputs a rule was said of, where it holds for more than those."""
    some = [seen.id for seen in context.outputs if seen.id in act.targets]
    return f" (said of {' and '.join(some)})" if 0 < len(some) < len(context.outputs) else ""


def _on_screen(targets: Sequence[str], context: Context) -> Any:
    values = [output.value for output in context.outputs if output.id in targets or not targets]
    return values[0] if values else "the value shown"


def _because(act: Act) -> str:
    reasons = [f"“{piece.text}”" for piece in act.evidence if piece.role == "for"]
    against = [f"“{piece.text}”" for piece in act.evidence if piece.role in ("against", "ignore")]
    text = f", because of {' and '.join(reasons)}" if reasons else ""
    return text + (f", despite {' and '.join(against)}" if against else "")


def _effect(acts: Sequence[Act], state: State) -> str:
    if state == "waiting" and any(wish_of(act) for act in acts):
        return "Nothing is taken back until you say yes."
    if state == "waiting":
        return "I am not sure enough to go ahead: is that what you meant?"
    if state == "asking":
        return "Nothing is changed until you answer."
    return _changes(acts)


def _changes(acts: Sequence[Act]) -> str:
    """What becomes of the acts once they hold."""
    kinds = {act.kind for act in acts}
    effects = []
    if any(act.constraint and act.constraint.operator == "ignore" for act in acts):
        effects.append("It is left out of the next training.")
    elif "constraint" in kinds:
        effects.append("In force from now on, before any training; see Rules.")
    if kinds & {"label", "preference", "edit"}:
        effects.append("It is learned at the next training.")
    if "retract" in kinds:
        effects.append("It is not used any more.")
    return " ".join(effects)


def _choices(reading: Reading, context: Context) -> tuple[str, ...]:
    """Short answers to the question: the labels left open, else those that were not denied."""
    for act in reading.acts:
        if act.label and act.label.candidates:
            return act.label.candidates
    denied = {act.label.value for act in reading.acts if act.label and act.label.op == "is_not"}
    labels = tuple(label for label in context.vocabulary.labels if label not in denied)
    return labels if len(labels) <= 8 else ()
