"""What feedback asks of molecules: hard limits, soft wishes, and what it tells about the person's taste.

    Constraint(mw le 400, must)                 ->  Limit(mw, high=400)
    Constraint(logp decrease, about=(greasy,))  ->  Worst(logp of `greasy`, up=False)
    Constraint(profile eq CNS, prefer)          ->  a Range for each of its limits
    Label(is, smiles), Preference(a over b)     ->  YesNo, Preference

Where two hard limits can't both hold the newer counts, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from assistant.errors import UserError
from assistant.molecules.belief import Direction, Preference, Range, Said, Worst, YesNo
from assistant.molecules.chem import canonical, clean, scaffold
from assistant.molecules.components._table import PROPERTIES
from assistant.molecules.objective import Limit
from assistant.molecules.profiles import profile
from assistant.types import Constraint, Feedback, Label
from assistant.types import Preference as Pair

__all__ = ["Soft", "Wishes", "mentioned", "wishes"]

Values: TypeAlias = Callable[[str], Any]
"""(P,) values of a SMILES in the properties in play; None where one of them can't be told."""
STRICT = {"lt", "gt"}


@dataclass(frozen=True)
class Soft:
    """A wish for something that is no property: what breaks it is worth half. `more`: the greater the better."""

    kind: str
    options: dict[str, Any]
    more: bool
    source: str


@dataclass(frozen=True)
class Wishes:
    """All that was asked.

    Args:
        limits: hard ones; `source` is the id of the feedback.
        soft: wishes about structure and similarity.
        said: evidence about the windows and weights of the properties in play.
        scaffolds: SMILES that must stay, the newest last.
        notes: what could not be kept, in sentences.
    """

    limits: tuple[Limit, ...] = ()
    soft: tuple[Soft, ...] = ()
    said: tuple[Said, ...] = ()
    scaffolds: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


def mentioned(feedback: Iterable[Feedback]) -> tuple[str, ...]:
    """The names of the properties that feedback is about, in the order in which they came up."""
    names: dict[str, None] = {}
    for one in feedback:
        if isinstance(one, Constraint) and one.property in PROPERTIES:
            names[one.property] = None
        elif isinstance(one, Constraint) and one.property == "profile":
            names.update((name, None) for name, _, _ in _profile(one))
        elif isinstance(one, Pair) and one.aspect and one.aspect in PROPERTIES:
            names[one.aspect] = None
    return tuple(names)


def wishes(feedback: Sequence[Feedback], names: Sequence[str], values: Values) -> Wishes:
    """What the feedback asks, oldest first.

    Args:
        names: of the P properties in play.
        values: (P,) of a SMILES.
    """
    place = {name: number for number, name in enumerate(names)}
    feedback = _together(feedback)
    kept, gone, notes = _agreeing([limit for one in feedback if isinstance(one, Constraint) for limit in _limits(one)])
    soft, said, scaffolds = list[Soft](), list[Said](), list[str]()
    for one in feedback:
        if isinstance(one, Constraint) and one.id in gone:
            continue
        if isinstance(one, Constraint):
            soft += _soft(one)
            said += _about_properties(one, place, values)
            if one.property == "scaffold" and one.strength == "must":
                scaffolds += _scaffolds(one)
        elif isinstance(one, Label):
            x = values(one.value)
            said += [YesNo(x, one.op == "is")] if x is not None else []
        else:
            better, worse = values(one.chosen), values(one.rejected)
            known = better is not None and worse is not None
            said += [Preference(better, worse, place.get(one.aspect or ""))] if known else []
    return Wishes(tuple(kept), tuple(soft), tuple(said), tuple(dict.fromkeys(scaffolds)), tuple(notes))


def _together(feedback: Sequence[Feedback]) -> list[Feedback]:
    """What one message says of several molecules is one wish about all of them, not as many."""
    found: dict[Any, Feedback] = {}
    for one in feedback:
        key: Any = one.id
        if isinstance(one, Constraint) and one.about:
            key = (one.reading, one.property, one.operator, str(one.value))
            first = found.get(key, one.model_copy(update={"about": ()}))
            assert isinstance(first, Constraint)
            one = first.model_copy(update={"about": (*first.about, *one.about)})
        found[key] = one
    return list(found.values())


# --- hard limits -----------------------------------------------------------------------------------------------


def _limits(wish: Constraint) -> Iterator[Limit]:
    if wish.strength != "must":
        return
    if wish.property in PROPERTIES:
        low, high = _ends(wish)
        if low is not None or high is not None:
            yield Limit("properties", {"name": wish.property}, low, high, source=wish.id)
    elif wish.property == "profile" and wish.operator in ("eq", "contains"):
        for name, low, high in _profile(wish):
            yield Limit("properties", {"name": name}, low, high, source=wish.id)
    elif wish.property in ("substructure", "alerts"):
        wanted = wish.operator in ("contains", "eq", "unchanged")
        key = "pattern" if wish.property == "substructure" else "catalogue"
        for value in _texts(wish.value):
            yield Limit(wish.property, {key: value}, 1 if wanted else None, None if wanted else 0, source=wish.id)
    elif wish.property == "scaffold":
        for core in _scaffolds(wish):
            yield Limit("substructure", {"pattern": core}, 1, None, name="scaffold", source=wish.id)


def _ends(wish: Constraint) -> tuple[float | None, float | None]:
    """The least and the greatest value that a comparison allows; a count "under 3" is at most 2."""
    if not isinstance(wish.value, int | float) or isinstance(wish.value, bool):
        return None, None
    value, whole = float(wish.value), PROPERTIES[wish.property].whole
    step = 1.0 if whole and value.is_integer() and wish.operator in STRICT else 0.0
    if wish.operator in ("le", "lt"):
        return None, value - step
    if wish.operator in ("ge", "gt"):
        return value + step, None
    return (value, value) if wish.operator == "eq" else (None, None)


def _profile(wish: Constraint) -> tuple[tuple[str, float | None, float | None], ...]:
    try:
        return profile(str(wish.value)).ranges
    except UserError:
        return ()


def _scaffolds(wish: Constraint) -> list[str]:
    """The Murcko scaffolds of the molecules that a wish names, or was said of; one without rings is its own."""
    if wish.operator not in ("eq", "unchanged", "contains"):
        return []
    named = _texts(wish.value) or [value for value in wish.about if isinstance(value, str)]
    found = []
    for smiles in named[:1]:  # two cores at once are rarely one molecule
        try:
            mol = clean(smiles)
        except UserError:
            continue
        found.append(scaffold(mol) or canonical(mol))
    return found


def _agreeing(limits: Sequence[Limit]) -> tuple[list[Limit], set[str], list[str]]:
    """The limits that can all hold, the newer before the older; whose had to go, and a sentence for each."""
    kept: list[Limit] = []
    gone, notes = set[str](), list[str]()
    for limit in reversed(limits):
        against = next((other for other in kept if _clash(limit, other)), None)
        if against is None:
            kept.append(limit)
        else:
            gone.add(limit.source)
            notes.append(f"“{limit.said}” and “{against.said}” can't both hold; the newer counts: “{against.said}”.")
    return kept[::-1], gone, notes[::-1]


def _clash(old: Limit, new: Limit) -> bool:
    if (old.kind, dict(old.options)) != (new.kind, dict(new.options)):
        return False
    low = max((each.low for each in (old, new) if each.low is not None), default=-np.inf)
    return bool(low > min((each.high for each in (old, new) if each.high is not None), default=np.inf))


# --- soft wishes and evidence ----------------------------------------------------------------------------------


def _soft(wish: Constraint) -> Iterator[Soft]:
    if wish.property == "similarity":
        near = [value for value in (*_texts(wish.value), *wish.about) if isinstance(value, str) and _readable(value)]
        if near:
            more = wish.operator not in ("decrease", "ne", "not_contains", "lt", "le")
            yield Soft("similarity", {"smiles": list(dict.fromkeys(near))}, more, wish.id)
    elif wish.strength == "prefer" and wish.property in ("substructure", "alerts"):
        key = "pattern" if wish.property == "substructure" else "catalogue"
        more = wish.operator in ("contains", "eq", "increase", "unchanged")
        for value in _texts(wish.value):
            yield Soft(wish.property, {key: value}, more, wish.id)
    elif wish.strength == "prefer" and wish.property == "scaffold":
        for core in _scaffolds(wish):
            yield Soft("substructure", {"pattern": core}, True, wish.id)


def _about_properties(wish: Constraint, place: dict[str, int], values: Values) -> Iterator[Said]:
    if wish.property == "profile" and wish.operator in ("eq", "contains"):
        for name, low, high in _profile(wish):
            yield Range(place[name], low, high)
    if wish.property not in place:
        return
    low, high = _ends(wish)
    if low is not None or high is not None:
        yield Range(place[wish.property], low, high)
    elif wish.operator in ("increase", "decrease"):
        known = [x for x in (values(value) for value in wish.about) if x is not None]
        up, number = wish.operator == "increase", place[wish.property]
        if len(known) == 1:
            # of one molecule people name what is worst
            yield Worst(known[0], number, up)
        if known:
            yield Direction(np.median(np.stack(known), axis=0), number, up)


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    return [one for one in values if isinstance(one, str) and one.strip()]


def _readable(smiles: str) -> bool:
    try:
        clean(smiles)
    except UserError:
        return False
    return True
