"""Places and what is known of them: facts of the help-desk texts, drawn at random.

>>> place = draw_place(Random(1))
>>> place.name, len(place.facts) >= 15
('Morning Bakery', True)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from adapters.models._helpdesk_words import Lines, expand, inner, pick, sections, sentence

__all__ = ["Fact", "Place", "draw_place", "notice"]

PERSPECTIVE = re.compile(r"\b(your|call you|bring my|you|I|my)\b")
FLIPPED = {"your": "our", "call you": "call us", "bring my": "bring your", "you": "we", "I": "you", "my": "your"}


@dataclass(frozen=True)
class Kind:
    """What can be said of one topic: ways to say it by key (n, q, k, a, f, c, i, v; see facts.txt)."""

    topic: str
    says: Mapping[str, Lines]
    slots: Mapping[str, Lines]
    polar: str


@dataclass(frozen=True)
class Fact:
    """One thing that is so. `slots`: its figures and names."""

    kind: Kind
    slots: Mapping[str, str]

    @property
    def topic(self) -> str:
        return self.kind.topic

    def say(self, state: Random, key: str) -> str:
        """One way, as it stands within a sentence."""
        way = pick(state, self.kind.says[key])
        filled = way.format_map(self.slots) if "{" in way else way
        return filled if way.startswith("{") or key in "nq" else inner(filled)

    def about(self, state: Random, flipped: bool) -> str:
        """What it is about; flipped, as who answers says it: "your hours" are "our hours"."""
        text = self.say(state, "k")
        return PERSPECTIVE.sub(lambda found: FLIPPED[found[0]], text) if flipped else text

    def with_(self, slot: str, value: str) -> Fact:
        return replace(self, slots={**self.slots, slot: value})


@dataclass(frozen=True)
class Place:
    """One place and all that is so there; a notice tells a part of it."""

    kind: str
    name: str
    facts: tuple[Fact, ...]


def draw_place(state: Random) -> Place:
    """A place of a random kind, with one fact of each topic, and two prices."""
    shelf = _kinds()
    kind = list(shelf)[int(state.random() * len(shelf))]
    pools, topics = shelf[kind]
    facts = []
    for variants in topics:
        one = variants[int(state.random() * len(variants))]
        facts.append(Fact(one, {slot: pick(state, ways) for slot, ways in one.slots.items()}))
    price = next(fact for fact in facts if fact.topic == "price")
    other = {slot: pick(state, ways) for slot, ways in price.kind.slots.items()}
    if other["item"] != price.slots["item"]:
        facts.append(Fact(price.kind, other))
    return Place(kind, pick(state, pools["name"]), tuple(facts))


def notice(state: Random, name: str, facts: list[Fact]) -> str:
    """The facts, in their order, as a text that hangs on a door."""
    said = [sentence(fact.say(state, "n")) for fact in facts]
    layout = state.random()
    if layout < 0.5:
        return f"{name}{'.' if layout < 0.3 else ':'} " + " ".join(said)
    if layout < 0.75:
        return "\n".join([name, *said])
    return "\n".join([name, *(f"- {one}" for one in said)])


# --- reading -------------------------------------------------------------------------------------------------


@cache
def _kinds() -> dict[str, tuple[dict[str, Lines], list[list[Kind]]]]:
    """Of each kind of place, its names and things, and the variants of each topic."""
    shelf: dict[str, tuple[dict[str, Lines], list[list[Kind]]]] = {}
    for kind, lines in sections("places").items():
        pools = {key: _values(text) for key, text in (line.split(": ", 1) for line in lines)}
        shelf[kind] = pools, _topics(kind, pools)
    return shelf


def _topics(kind: str, pools: Mapping[str, Lines]) -> list[list[Kind]]:
    general = sections("facts")
    topics: dict[str, list[Kind]] = {}
    for heading, lines in general.items():
        name, polar = _polar(heading)
        topic = name.split(".")[0]
        if any(line.startswith("n: ") for line in lines):
            shared = general.get(topic, ()) if topic != name else ()
            topics.setdefault(topic, []).append(_kind(topic, (*shared, *lines), pools, polar))
    for heading, lines in sections("own").items():
        place, topic = heading.split(": ")
        if place == kind:
            topics[topic] = [_kind(topic, lines, pools, "")]
    return list(topics.values())


def _polar(heading: str) -> tuple[str, str]:
    name, _, mark = heading.partition(" ")
    return name, {"+": "yes", "-": "no", "": ""}[mark]


def _kind(topic: str, lines: tuple[str, ...], pools: Mapping[str, Lines], polar: str) -> Kind:
    says: dict[str, list[tuple[str, ...]]] = {}
    slots: dict[str, Lines] = {}
    for line in lines:
        key, text = line.split(": ", 1)
        if key == "place":
            slots[text] = pools[text]
        elif key.startswith("slot "):
            slots[key[5:]] = _values(text)
        elif key == "k":
            says.setdefault(key, []).extend(expand(one) for one in text.split(" | "))
        else:
            says.setdefault(key, []).append(expand(text))
    return Kind(topic, {key: tuple(ways) for key, ways in says.items()}, slots, polar)


def _values(text: str) -> Lines:
    return tuple(expand(one) for one in text.split(" | "))
