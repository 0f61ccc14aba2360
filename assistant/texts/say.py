"""A rule as a sentence for a model's prompt.

>>> two = ConstraintAct(property="length.sentences", operator="le", value=2, strength="must", scope="task")
>>> instruction(two)
'Answer in at most two sentences.'
>>> instruction(two.model_copy(update={"property": "tone.formality", "operator": "decrease", "value": None}))
'Be less formal.'
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from assistant.texts.checks import CHECKS, Check
from assistant.texts.obey import SAYS, Rule, concrete, limit, values, wanted

__all__ = ["SOFT", "instruction", "question", "told"]

SOFT = {
    "tone.formality": "formal", "tone.warmth": "warm", "tone.friendliness": "friendly", "tone.politeness": "polite",
    "tone.harshness": "harsh",
    "tone.playfulness": "playful", "tone.humour": "funny", "tone.neutrality": "neutral", "tone.empathy": "empathic",
    "tone.positivity": "positive", "tone.directness": "direct", "tone.confidence": "confident", "tone.hype": "salesy",
    "tone.chattiness": "chatty", "tone.calm": "calm", "tone.enthusiasm": "enthusiastic", "tone.apology": "apologetic",
    "style.verbosity": "wordy", "style.complexity": "complicated",
    "style.concision": "concise", "style.detail": "detailed", "style.simplicity": "simple", "style.clarity": "clear",
    "style.repetition": "repetitive", "style.hedging": "hedged", "style.jargon": "technical",
    "style.variety": "varied", "style.specificity": "specific", "style.archaism": "old-fashioned",
    "style.literalness": "literal", "style.faithfulness": "faithful to the source",
}  # fmt: skip
"""What nobody can count, with the adjective that more of it is."""

SMALL = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
HOW = {"le": "at most ", "lt": "fewer than ", "ge": "at least ", "gt": "more than ", "eq": "exactly ", "ne": "not "}
MORE = {"increase": "more", "decrease": "fewer"}


def instruction(rule: Rule, asked: str | None = None) -> str:
    """The rule as one sentence that a language model can follow; a condition (`when`) is said first."""
    said = _sentence(concrete(rule, asked) if rule.property != "question.repeated" else rule)
    if not rule.when:
        return said
    return f"Where this is so, “{rule.when}”: {said[0].lower()}{said[1:]}"


def told(input: Any, rules: Iterable[Rule]) -> Any:
    """The input as a conversation that begins with the rules; as it is, where there are none."""
    said = " ".join(dict.fromkeys(instruction(rule.model_copy(update={"when": None})) for rule in rules))
    if not said:
        return input
    messages = [{"role": "user", "content": input}] if isinstance(input, str) else list(input)
    if messages and messages[0]["role"] == "system":
        return [{"role": "system", "content": f"{messages[0]['content']} {said}"}, *messages[1:]]
    return [{"role": "system", "content": said}, *messages]


def question(input: Any) -> str | None:
    """What was asked last, as text."""
    if input is None or isinstance(input, str):
        return input
    asked = [message["content"] for message in input if message["role"] == "user"]
    return asked[-1] if asked else None


def _sentence(rule: Rule) -> str:
    check = CHECKS.get(rule.property)
    if rule.operator == "ignore":
        return f"Pay no attention to {check.title if check else _aspect(rule.property)}."
    if check is None:
        return _soft(rule)
    if rule.operator in MORE or rule.operator == "unchanged":
        return _direction(check, rule)
    if check.values == "number":
        return _amount(check, rule)
    if check.values == "flag":
        return check.dont if wanted(rule) is False else check.do
    do = check.dont if SAYS.get(rule.operator) is False and check.dont else check.do
    said = [str(value) for value in values(rule)]
    quoted = said if check.choices else [f"“{value}”" for value in said]
    every = SAYS.get(rule.operator) is True and check.name == "contains"
    phrase = _listed(quoted, "and" if every else "or")
    one_word = len(said) == 1 and len(said[0].split()) == 1
    return do.format(value=phrase).replace("the words “", "the word “" if one_word else "the words “")


def _amount(check: Check, rule: Rule) -> str:
    bound = limit(rule)
    if bound is None:
        return f"Mind the {check.title}."
    how, number = HOW[rule.operator], _number(bound)
    if bound == 0 and rule.operator in ("eq", "le"):
        how = ""
        if check.dont:
            return check.dont
    name = (check.one if bound == 1 else check.unit) or ""
    amount = f"{how}{number} {name}"
    what = f"“{values(rule)[0]}”"
    if check.each and bound == 0 and not how:
        return f"Do not use the {'letter' if check.name == 'count.letter' else 'word'} {what}."
    return check.do.format(amount=amount, what=what, times=amount)


def _number(bound: float) -> str:
    if bound != math.floor(bound):
        return f"{bound:g}"
    return SMALL[int(bound)] if 0 <= bound < len(SMALL) else f"{int(bound)}"


def _direction(check: Check, rule: Rule) -> str:
    if rule.operator == "unchanged":
        return f"Keep the {check.title.removeprefix('the ')} as it is."
    if check.name.startswith("length."):
        least = rule.operator == "decrease"
        what = " sentences" if check.name == "length.sentence_words" else ""
        by = [f"{value} " for value in values(rule)[:1] if isinstance(value, int | float)]
        if by:
            return f"Use about {by[0]}{'fewer' if least else 'more'} {check.unit}."
        how = "shorter" if least else "longer"
        return f"Write {how}{what}." if what else f"Write a {how} answer, with {MORE[rule.operator]} {check.unit}."
    if check.values == "number" and not check.each:
        return f"Use {MORE[rule.operator]} {check.unit}."
    more = "more" if rule.operator == "increase" else "less"
    said = _listed([f"“{value}”" for value in values(rule)[:1]], "or") or check.title
    return f"Use {said} {more}."


def _soft(rule: Rule) -> str:
    adjective = SOFT.get(rule.property)
    said = _listed([str(value) for value in values(rule) if not isinstance(value, bool)], "and")
    if rule.operator in ("increase", "decrease"):
        more = "more" if rule.operator == "increase" else "less"
        return f"Be {more} {adjective}." if adjective else f"Show {more} {_aspect(rule.property)}."
    if rule.operator == "unchanged":
        return f"Keep the {_aspect(rule.property)} as it is."
    negated = SAYS.get(rule.operator) is False
    if said:
        what = "tone" if rule.property == "tone" else "style" if rule.property == "style" else _aspect(rule.property)
        return f"Do not make the {what} {said}." if negated else f"Make the {what} {said}."
    negated = negated != (rule.value is False)
    if adjective:
        return f"Do not be {adjective}." if negated else f"Be {adjective}."
    return f"Show no {_aspect(rule.property)}." if negated else f"Show {_aspect(rule.property)}."


def _aspect(name: str) -> str:
    return name.rpartition(".")[2].replace("_", " ")


def _listed(said: Sequence[str], join: str) -> str:
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} {join} {said[-1]}" if said else ""
