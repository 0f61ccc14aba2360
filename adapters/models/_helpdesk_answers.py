"""Answers of a help desk: what is so, said in a style.

`Style(register="chatty", greet=True, exclaim=True)` of a fact on dogs: "Hi! Your dog is welcome!"
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from adapters.models._helpdesk_facts import Fact
from adapters.models._helpdesk_words import inner, phrases, pick, sentence

__all__ = ["Case", "Style", "count_sentences", "draw_style", "write"]

ENDS = re.compile(r"[.!?]+(?=\s|$)")
LONG = {
    "we are": "we're", "do not": "don't", "does not": "doesn't", "cannot": "can't", "there is": "there's",
    "it is": "it's", "that is": "that's", "you are": "you're", "you will": "you'll", "I am": "I'm", "is not": "isn't",
}  # fmt: skip
SHORTENED = re.compile(rf"\b({'|'.join(LONG)})\b(?= [\w€])", re.IGNORECASE)
ORDERS = re.compile(r"(please|just|do|come|bring|give|take|ring|ask|look|kindly|may|leave|pay|save|jump|sit|be|save)\b")
"""Sentences that begin like this can't stand after "as far as I know"."""


@dataclass
class Style:
    """How to answer. `most`: sentences. `phone`, `prices`: None says nothing of them. `case`: "", "lower", "upper"."""

    register: str = "neutral"
    greet: bool = False
    thank: bool = False
    hedge: bool = False
    extras: int = 0
    close: bool = False
    back: bool = False
    exclaim: bool = False
    emoji: bool = False
    form: str = "text"
    contract: bool = False
    case: str = ""
    most: int = 6
    phone: bool | None = None
    prices: bool = True
    name: bool = False
    end: str = ""


@dataclass(frozen=True)
class Case:
    """What is asked: facts that the notice has, `asked`, and such that it does not have, `unknown`.

    `passed`: the question wants a yes or no. `overview`: it asks for no single fact; `summary`: for all in a sentence.
    """

    name: str
    known: Sequence[Fact]
    asked: Sequence[Fact]
    unknown: Sequence[Fact] = ()
    question: str = ""
    passed: bool = False
    overview: bool = False
    summary: bool = False


def draw_style(state: Random, register: str | None = None) -> Style:
    draw = state.random
    register = register or ("formal", "neutral", "neutral", "chatty")[int(draw() * 4)]
    chatty, formal = register == "chatty", register == "formal"
    return Style(
        register=register,
        greet=draw() < 0.3,
        thank=draw() < 0.2,
        hedge=draw() < 0.1,
        extras=(0, 0, 0, 1, 1, 2)[int(draw() * 6)],
        close=draw() < 0.25,
        back=draw() < 0.15,
        exclaim=draw() < (0.5 if chatty else 0.05 if formal else 0.15),
        emoji=draw() < (0.3 if chatty else 0.03),
        form="text" if draw() < 0.85 else "list" if draw() < 0.6 else "numbered",
        contract=not formal and draw() < (0.8 if chatty else 0.4),
    )


def count_sentences(text: str) -> int:
    return len(ENDS.findall(text))


def write(state: Random, case: Case, style: Style) -> str:
    """The answer."""
    facts = _facts(state, case, style)
    core = _listed(state, facts, style) if style.form != "text" and len(facts) > 1 else None
    core = core or _told(state, case, facts, style)
    text = _finished(_around(state, core, case, style), state, style)
    return text.lower() if style.case == "lower" else text.upper() if style.case == "upper" else text


# --- what is said --------------------------------------------------------------------------------------------


def _facts(state: Random, case: Case, style: Style) -> list[Fact]:
    """What was asked first, then what nobody asked for."""
    facts = list(case.asked)
    wanted = style.extras if style.form == "text" else max(2 - len(facts), style.extras, 0 if facts else 2)
    if case.unknown:
        wanted = 0
    others = [fact for fact in case.known if fact not in facts and _allowed(fact, style)]
    facts += state.sample(others, min(wanted, len(others), max(0, style.most - len(facts))))
    if case.overview:
        facts = [fact for fact in facts if _allowed(fact, style)]
    if style.phone and not any(fact.topic == "phone" for fact in facts) and not case.unknown:
        facts += [fact for fact in case.known if fact.topic == "phone"]
    return facts


def _allowed(fact: Fact, style: Style) -> bool:
    return not (fact.topic == "phone" and style.phone is False) and not (fact.topic == "price" and not style.prices)


def _listed(state: Random, facts: Sequence[Fact], style: Style) -> list[str]:
    items = [sentence(fact.say(state, "i")) for fact in facts]
    marks = [f"{at + 1}. " if style.form == "numbered" else "- " for at in range(len(items))]
    return [
        inner(pick(state, phrases("phrases", "list.intro"))),
        *(f"\n{mark}{item}" for mark, item in zip(marks, items, strict=True)),
    ]


def _told(state: Random, case: Case, facts: Sequence[Fact], style: Style) -> list[str]:
    """Sentences, without a large letter at their beginning."""
    unknown = _unknown(state, case, style)
    if (len(facts) > style.most - bool(unknown) and len(facts) > 1) or (style.name and facts):
        told = [f"{case.name} {_joined([fact.say(state, 'v') for fact in facts])}."]
    else:
        key = {"formal": "f", "neutral": "a", "chatty": "c"}[style.register]
        told = [fact.say(state, key) for fact in facts]
        told[: len(case.asked)] = _led(state, told[: len(case.asked)], case, style)
        linked = 0 < len(case.asked) < len(told) and not ORDERS.match(told[len(case.asked)])
        if linked and state.random() < 0.5:
            way = pick(state, phrases("phrases", "link.formal" if style.register == "formal" else "link"))
            told[len(case.asked)] = way.replace("~", told[len(case.asked)])
    return [*told, *unknown]


def _led(state: Random, told: list[str], case: Case, style: Style) -> list[str]:
    """With yes or no, or with care, in front."""
    if not told or case.overview:
        return told
    first = told[0]
    polar = case.asked[0].kind.polar
    if style.hedge and not ORDERS.match(first):
        first = f"{inner(pick(state, phrases('phrases', 'hedge')))} {first}"
    elif polar and case.passed and state.random() < 0.6:
        first = f"{polar}, {first}"
    return [first, *told[1:]]


def _unknown(state: Random, case: Case, style: Style) -> list[str]:
    if not case.unknown:
        return []
    about = case.unknown[0].about(state, flipped=True)
    said = inner(pick(state, phrases("phrases", f"unknown.{style.register}"))).replace("{k}", about)
    slots = {slot: value for fact in case.known for slot, value in fact.slots.items() if slot in ("phone", "person")}
    if style.phone is False:
        slots.pop("phone", None)
    if "phone" in slots:
        heading = "contact.phone" + ("" if style.register == "neutral" else f".{style.register}")
    else:
        heading = "contact.person" if "person" in slots else "contact.desk"
    if style.most - len(case.asked) < 2:
        way = {"contact.person": "{person} may know", "contact.desk": "please ask at the desk"}
        return [f"{said[:-1]}, but {way.get(heading, 'you can call us on {phone}').format_map(slots)}."]
    way_ = pick(state, phrases("phrases", heading))
    return [said, way_.format_map(slots) if way_.startswith("{") else inner(way_.format_map(slots))]


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


# --- around it -----------------------------------------------------------------------------------------------


def _around(state: Random, core: list[str], case: Case, style: Style) -> list[str]:
    """With greeting, thanks and an end, as far as there is room."""
    room = style.most - count_sentences(" ".join(core))
    lines = {name: phrases("phrases", f"{name}.{style.register}") for name in ("greet", "thank", "close", "back")}
    before, after = [], []
    if style.end:
        after.append(inner(style.end))
    elif style.back and room > 0:
        after.append(inner(pick(state, lines["back"])))
    elif style.close and room > 0:
        after.append(inner(pick(state, lines["close"])))
    room -= len(after)
    if style.thank and room > 0:
        before.append(inner(pick(state, lines["thank"])))
    parts = [*before, *core, *after]
    if style.greet:
        hello = pick(state, lines["greet"])
        alone = style.exclaim and room - len(before) > 0
        parts = [f"{hello}!", *parts] if alone else [f"{hello}, {parts[0]}", *parts[1:]]
    return parts


def _finished(parts: list[str], state: Random, style: Style) -> str:
    parts = [one if one.startswith("\n") else sentence(one) for one in parts]
    plain = [at for at, one in enumerate(parts) if one.endswith(".") and not one.startswith("\n")]
    if style.exclaim and plain:
        for at in {plain[int(state.random() * len(plain))] for _ in range(2)}:
            parts[at] = parts[at][:-1] + "!"
    if style.contract:
        parts = [SHORTENED.sub(_short, one) for one in parts]
    listed = any(one.startswith("\n") for one in parts)
    if style.emoji:
        at = len(parts) - 1 if listed else int(state.random() * len(parts))
        parts[at] += " " + pick(state, phrases("phrases", "emoji"))
    text = ""
    for at, one in enumerate(parts):
        gap = "" if not text or one.startswith("\n") else "\n" if parts[at - 1].startswith("\n") else " "
        text += gap + one
    return text


def _short(found: re.Match[str]) -> str:
    short = LONG.get(found[0]) or LONG[found[0].lower()]
    return sentence(short) if found[0][0].isupper() else short
