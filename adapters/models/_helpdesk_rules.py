"""Sentences that say how to answer, what they change, and whether an answer keeps them.

>>> kept("sentences", "2", "We open at 9:00. Come in!")
True
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from adapters.models._helpdesk_answers import Case, Style, count_sentences
from adapters.models._helpdesk_words import phrases, pick

__all__ = ["AFTERWARDS", "FORCED", "draw_rules", "instruct", "kept", "merged", "said_of", "told"]

FORCED: dict[str, dict[str, Any]] = {
    "sentences": {"form": "text"},
    "one": {"form": "text", "most": 1, "thank": False, "close": False, "back": False, "extras": 0},
    "short": {"form": "text", "most": 2, "extras": 0, "thank": False, "close": False, "back": False, "greet": False},
    "long": {"extras": 3, "close": True, "form": "text"},
    "formal": {"register": "formal", "contract": False, "emoji": False, "exclaim": False},
    "chatty": {"register": "chatty"},
    "exclaim": {"exclaim": True},
    "no_exclaim": {"exclaim": False},
    "list": {"form": "list"},
    "numbered": {"form": "numbered"},
    "no_list": {"form": "text"},
    "phone": {"phone": True},
    "no_phone": {"phone": False},
    "name": {"name": True, "form": "text"},
    "lower": {"case": "lower"},
    "upper": {"case": "upper"},
    "no_prices": {"prices": False},
    "number": {"extras": 2},
    "greet": {"greet": True},
    "no_greet": {"greet": False},
    "thank": {"thank": True},
    "no_thank": {"thank": False},
    "emoji": {"emoji": True},
    "no_emoji": {"emoji": False},
    "ask_back": {"back": True},
    "no_ask": {"back": False},
    "contract": {"contract": True},
    "no_contract": {"contract": False},
    "hedge": {"hedge": True, "form": "text"},
    "no_hedge": {"hedge": False},
    "only": {"extras": 0, "form": "text", "close": False, "back": False},
    "end": {"form": "text"},
}
"""What a rule fixes in the style."""
AFTERWARDS = ("words", "contains", "without", "start")
"""Rules that are made to fit an answer that stands."""
GROUPS = (
    ("sentences", "one", "short", "long", "list", "numbered", "no_list", "only", "name", "number", "hedge", "no_hedge"),
    ("formal", "chatty"), ("exclaim", "no_exclaim"), ("phone", "no_phone"), ("lower", "upper"), ("no_prices",),
    ("greet", "no_greet"), ("thank", "no_thank"), ("emoji", "no_emoji"), ("ask_back", "no_ask", "end"),
    ("contract", "no_contract"), AFTERWARDS,
)  # fmt: skip
"""Of each, one at most is asked for at once."""
CLASHES = ({"formal", "emoji"}, {"formal", "exclaim"}, {"formal", "contract"})
NOT_ONE = {"sentences", "long", "list", "numbered", "number", "name", "ask_back", "end", "thank", "hedge", "phone"}
"""What a summary in one sentence has no room for."""
WEIGHTS = (6, 3, 3, 3, 1, 1, 2, 2, 2, 2, 1, 3)
ENDINGS = ("Have a nice day.", "See you soon.", "We hope this helps.", "You are always welcome.", "Take care.")
OTHERS = ("please", "sorry", "welcome", "open", "free", "unfortunately", "just", "hello", "thanks", "happy", "visit")
WORD = re.compile(r"[A-Za-z']+")
EMOJI = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")
CHECKS: dict[str, Callable[[str, str], bool]] = {
    "sentences": lambda text, value: count_sentences(text) <= int(value),
    "one": lambda text, _: count_sentences(text) == 1 and "\n" not in text,
    "short": lambda text, _: count_sentences(text) <= 2,
    "long": lambda text, _: count_sentences(text) >= 3,
    "exclaim": lambda text, _: "!" in text,
    "no_exclaim": lambda text, _: "!" not in text,
    "list": lambda text, _: text.count("\n- ") >= 2,
    "numbered": lambda text, _: "\n1. " in text and "\n2. " in text,
    "no_list": lambda text, _: "\n" not in text,
    "phone": lambda text, value: value in text,
    "no_phone": lambda text, value: value not in text,
    "name": lambda text, value: value.lower() in text.lower(),
    "lower": lambda text, _: text == text.lower(),
    "upper": lambda text, _: text == text.upper(),
    "no_prices": lambda text, _: "€" not in text,
    "number": lambda text, _: any(sign.isdigit() for sign in text),
    "greet": lambda text, _: bool(re.match(r"(hello|hi|hey|good|dear|welcome)\b", text.lower())),
    "no_greet": lambda text, _: not re.match(r"(hello|hi|hey|good (day|mor|aft)|dear|welcome)\b", text.lower()),
    "thank": lambda text, _: bool(re.search(r"thank|appreciate|nice of you", text.lower())),
    "no_thank": lambda text, _: not re.search(r"thank|appreciate", text.lower()),
    "emoji": lambda text, _: bool(EMOJI.search(text)),
    "no_emoji": lambda text, _: not EMOJI.search(text),
    "ask_back": lambda text, _: EMOJI.sub("", text).strip().endswith("?"),
    "no_ask": lambda text, _: "?" not in text,
    "contract": lambda text, _: "'" in text,
    "no_contract": lambda text, _: "'" not in text,
    "hedge": lambda text, _: bool(re.search(r"as far as|notice|nothing changes|mistaken|from what", text.lower())),
    "words": lambda text, value: len(text.split()) <= int(value),
    "contains": lambda text, value: value.lower() in [word.lower() for word in WORD.findall(text)],
    "without": lambda text, value: value.lower() not in [word.lower() for word in WORD.findall(text)],
    "start": lambda text, value: text.lower().startswith(value.lower()),
    "end": lambda text, value: EMOJI.sub("", text).strip().lower().rstrip("!.").endswith(value.lower().rstrip(".")),
}


def kept(rule: str, value: str, text: str) -> bool:
    """Whether code sees an answer keep a rule; tone, and what only the notice decides, it does not see."""
    return rule not in CHECKS or CHECKS[rule](text, value)


def draw_rules(state: Random, case: Case) -> dict[str, str]:
    """One to three rules that make sense for what is asked, each with its number, word or name."""
    rules: dict[str, str] = {}
    phone = next((fact.slots["phone"] for fact in case.known if fact.topic == "phone"), "")
    for _ in range((1, 1, 1, 2, 2, 3)[int(state.random() * 6)]):
        group = state.choices(GROUPS, WEIGHTS)[0]
        rule = group[int(state.random() * len(group))]
        topics = {fact.topic for fact in case.asked}
        if rules.keys() & set(group) or any(clash <= {rule, *rules} for clash in CLASHES):
            continue
        if case.summary and rule in NOT_ONE:
            continue
        if "phone" in rule and (not phone or "phone" in topics or (case.unknown and rule == "no_phone")):
            continue
        if rule == "no_prices" and (topics & {"price"} or case.unknown):
            continue
        rules[rule] = {
            "sentences": str(2 + int(state.random() * 3)), "phone": phone, "no_phone": phone, "name": case.name,
            "end": ENDINGS[int(state.random() * len(ENDINGS))],
        }.get(rule, "")  # fmt: skip
    return rules


def merged(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """The rules of before, as far as the new ones leave room for them, and the new."""
    gone = {rule for group in GROUPS if new.keys() & set(group) for rule in group}
    gone |= {rule for clash in CLASHES if new.keys() & clash for rule in clash}
    return {**{rule: value for rule, value in old.items() if rule not in gone}, **new}


def instruct(style: Style, rules: dict[str, str]) -> Style:
    """The style as the rules want it."""
    forced = {key: value for rule in rules for key, value in FORCED.get(rule, {}).items()}
    style = replace(style, **forced)
    if "sentences" in rules:
        style.most = int(rules["sentences"])
    style.end = rules.get("end", "")
    return style


def said_of(state: Random, rules: dict[str, str], text: str) -> dict[str, str] | None:
    """The rules with what fits the answer filled in where it is open, or None where the answer breaks one."""
    found = dict(rules)
    words = WORD.findall(text)
    for rule in rules:
        if found[rule]:
            continue
        if rule == "words":
            count = len(text.split())
            found[rule] = str(next(most for most in (8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 150) if most >= count))
        elif rule == "start":
            found[rule] = words[0]
        elif rule == "contains":
            found[rule] = state.choice([word for word in words if len(word) > 3] or words).lower()
        elif rule == "without":
            found[rule] = state.choice([word for word in OTHERS if kept("without", word, text)])
    return found if all(kept(rule, value, text) for rule, value in found.items()) else None


def told(state: Random, rules: dict[str, str]) -> str:
    """The rules in words."""
    ways = ((pick(state, phrases("instructions", rule)), value) for rule, value in rules.items())
    return " ".join(
        way.replace("{n}", value).replace("{word}", value).replace("{phrase}", value) for way, value in ways
    )
