"""Talks with help desks, from a generator: what the small language model that ships learns to write.

A notice tells facts about a place, a person asks, the desk answers by the notice; half the time a system message says
how to answer, and the answer keeps to it. All sentences were written for this project, see `data/helpdesk`.

Who learns from nothing begins with easy ones: notices of one fact, and notices that are only to be read out. To copy
from what was said is what a small model learns latest by itself.

>>> talk = next(talks(0))
>>> [message["role"] for message in talk.messages][-1]
'assistant'
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any, TypeAlias

from adapters.models._helpdesk_answers import Case, draw_style, write
from adapters.models._helpdesk_facts import Fact, draw_place, notice
from adapters.models._helpdesk_rules import draw_rules, instruct, kept, merged, said_of, told
from adapters.models._helpdesk_words import phrases, pick, sentence

__all__ = ["Talk", "talks"]

RULED, SECOND, SUMMARY, UNKNOWN, OVERVIEW, TWO = 0.5, 0.1, 0.1, 0.12, 0.1, 0.15
"""Shares of the talks: with a system message that says how, with a second turn, ..."""
READ = 0.5
"""The share of the easiest talks in which the notice is only to be read out."""
PASSED = re.compile(r"(Is|Are|Do|Can|May|Must) ")
"""Questions that want a yes or no."""
NEAR = ({"hours", "sunday", "closed"}, {"children", "discount"})
"""Topics of which one lets guess at another: who tells one can't say that nothing is known of the other."""
CLAUSES = ("how", "what", "when", "where", "whether", "who", "whom")
"""What begins with these is no question by itself: "How to pay?"."""
CHANGING = ("n", "from", "to", "amount", "time", "age", "phone", "date")
"""Slots that a person may correct."""


Turn: TypeAlias = tuple[list[dict[str, str]], dict[str, str], str]
"""Messages, the rules that they keep, and the register."""


@dataclass(frozen=True)
class Talk:
    """`messages`: as chat templates take them. `styles`: of the last answer, its register and the rules it keeps."""

    messages: list[dict[str, str]]
    styles: dict[str, Any]


def talks(seed: int, ease: float = 0.0) -> Iterator[Talk]:
    """Endless; the same for the same seed. `ease` in [0, 1]: how easy they are."""
    state = Random(seed)
    while True:
        yield _talk(state, ease)


def _talk(state: Random, ease: float) -> Talk:
    place = draw_place(state)
    least, most = 1 + round(3 * (1 - ease)), 1 + round(8 * (1 - ease))
    facts = state.sample(place.facts, least + int(state.random() * (most - least + 1)))
    absent = [fact for fact in place.facts if fact not in facts]
    head = notice(state, place.name, facts)
    if ease and state.random() < READ * ease:
        asked = f"{head}\n\n{pick(state, phrases('phrases', 'ask.read'))}"
        return Talk(
            [_said("user", asked), _said("assistant", head)], {"register": "", "rules": {}, "place": place.kind}
        )
    case = _case(state, place.name, facts, absent, TWO)
    rules = draw_rules(state, case) if state.random() < RULED else {}
    answer, rules, register = _answered(state, case, rules)
    messages = [_said("user", f"{head}\n\n{case.question}"), _said("assistant", answer)]
    system = pick(state, phrases("phrases", "rules.before")).replace("{name}", place.name)
    if rules:
        messages.insert(0, _said("system", system.replace("~", told(state, rules))))
    elif state.random() < 0.1 and system != "~":
        messages.insert(0, _said("system", system.replace("~", "").strip()))
    if state.random() < SECOND:
        more = _second(state, case, absent, answer, rules, register)
        if more is not None:
            messages, rules, register = [*messages, *more[0]], more[1], more[2]
    return Talk(messages, {"register": register, "rules": rules, "place": place.kind})


def _said(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _answered(
    state: Random, case: Case, rules: dict[str, str], register: str | None = None
) -> tuple[str, dict[str, str], str]:
    """An answer, the rules that it keeps, and its register; a rule that does not fit the case falls away."""
    while True:
        for _ in range(3):
            style = draw_style(state, register)
            if case.overview:
                style.extras = 0
            if case.summary:
                style = replace(style, form="text", most=1, thank=False, close=False, back=False)
            style = instruct(style, rules)
            text = write(state, case, style)
            found = said_of(state, rules, text)
            if found is not None:
                return text, found, style.register
        rules = dict(list(rules.items())[:-1])


# --- questions -----------------------------------------------------------------------------------------------


def _case(state: Random, name: str, facts: list[Fact], absent: list[Fact], two: float) -> Case:
    draw = state.random()
    if draw < SUMMARY:
        some = state.sample(facts, min(len(facts), 2 + int(state.random() * 3)))
        question = pick(state, phrases("phrases", "ask.summary"))
        return Case(name, facts, [one for one in facts if one in some], (), question, overview=True, summary=True)
    draw -= SUMMARY
    if draw < OVERVIEW:
        some = state.sample(facts, min(len(facts), 3 + int(state.random() * 2)))
        return Case(name, facts, some, (), pick(state, phrases("phrases", "ask.overview")), overview=True)
    draw -= OVERVIEW
    if draw < UNKNOWN:
        said = {fact.topic for fact in facts if fact.topic != "price"} | {"phone", "person"}
        said |= {topic for near in NEAR if said & near for topic in near}
        missing = [fact for fact in absent if fact.topic not in said]
        if missing:
            one = missing[int(state.random() * len(missing))]
            return Case(name, facts, (), (one,), _wrapped(state, _asked(state, one)))
    asked = state.sample(facts, min(len(facts), 2 if state.random() < two else 1))
    bare = _asked(state, asked[0])
    if len(asked) > 1:
        bare += " " + pick(state, phrases("phrases", "ask.and")).replace("~", _lowered(_asked(state, asked[1])))
    passed = bool(PASSED.match(bare))
    return Case(name, facts, asked, (), _wrapped(state, bare), passed)


def _asked(state: Random, fact: Fact) -> str:
    draw = state.random()
    if draw < 0.6:
        return fact.say(state, "q")
    about = fact.about(state, flipped=False)
    if draw < 0.7 and about.split(" ", 1)[0] not in CLAUSES:
        return sentence(about) + "?"
    return pick(state, phrases("phrases", "ask.about")).replace("{k}", about)


def _lowered(text: str) -> str:
    return text if text.startswith("I ") else text[:1].lower() + text[1:]


def _wrapped(state: Random, question: str) -> str:
    if state.random() < 0.35:
        before = pick(state, phrases("phrases", "ask.before"))
        before = "~" if before.startswith("Quick") and not question.endswith("?") else before
        question = before.replace("~", _lowered(question) if before.rstrip(" ~").endswith(",") else question)
    if state.random() < 0.2:
        question = pick(state, phrases("phrases", "ask.after")).replace("~", question)
    return question


# --- second turns --------------------------------------------------------------------------------------------


def _second(
    state: Random, case: Case, absent: list[Fact], answer: str, rules: dict[str, str], register: str
) -> Turn | None:
    """The person corrects a figure, wants it said in another way, or asks on; None where old rules forbid it."""
    draw = state.random()
    slots = [slot for fact in case.asked[:1] for slot in fact.slots if slot in CHANGING]
    if draw < 0.3 and slots and not case.overview and not rules:
        return _fixed(state, case, slots[int(state.random() * len(slots))], register)
    if draw < 0.7:
        return _again(state, case, answer, rules, register)
    on = _case(state, case.name, list(case.known), absent, 0.0)
    if "no_prices" in rules and any(fact.topic == "price" for fact in on.asked):
        return None
    text, found, register = _answered(state, on, rules, register)
    if found.keys() != rules.keys():
        return None
    return [_said("user", on.question), _said("assistant", text)], found, register


def _again(state: Random, case: Case, answer: str, rules: dict[str, str], register: str) -> Turn | None:
    """What was wrong with the answer, as a rule that it breaks, and one that keeps it."""
    for _ in range(8):
        new = draw_rules(state, case)
        wanted = merged(rules, new)
        loose = new.keys() & {"formal", "chatty"}
        text, found, tone = _answered(state, case, wanted, None if loose else register)
        if not new or found.keys() != wanted.keys():
            continue
        if any(not kept(rule, found[rule], answer) for rule in new) or (loose and tone != register):
            before = pick(state, phrases("phrases", "again.before"))
            said = before.replace("~", told(state, {rule: found[rule] for rule in new}))
            return [_said("user", said), _said("assistant", text)], found, tone
    return None


def _fixed(state: Random, case: Case, slot: str, register: str) -> Turn:
    fact = case.asked[0]
    old = new = fact.slots[slot]
    while new == old:
        new = pick(state, fact.kind.slots[slot])
    way = pick(state, phrases("phrases", "fix.ask"))
    now = replace(case, asked=(fact.with_(slot, new),), question="")
    key = {"formal": "f", "neutral": "a", "chatty": "c"}[register]
    before = pick(state, phrases("phrases", "fix.answer"))
    said = now.asked[0].say(state, key)
    said = said if before.rstrip(" ~")[-1] in ",:" else sentence(said)
    asked = way.replace("{new}", new).replace("{old}", old)
    return [_said("user", asked), _said("assistant", before.replace("~", said))], {}, register
