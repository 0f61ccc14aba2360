"""Whether a text obeys a rule, and how far it is from it.

>>> two = ConstraintAct(property="length.sentences", operator="le", value=2, strength="must", scope="task")
>>> holds(two, "One. Two. Three."), distance(two, "One. Two. Three.")
(False, 0.3333333333333333)

Rules are taken to be in force for the text: `when` is for who chooses them. `asked` is the question that the text
answers, which only "repeat the question" needs.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from typing import Any

from assistant.texts.checks import CHECKS, Check
from assistant.types import Constraint, ConstraintAct

__all__ = ["Rule", "broken", "concrete", "distance", "holds", "limit", "measured", "options", "values", "wanted"]

Rule = Constraint | ConstraintAct
COMPARE: dict[str, Callable[[float, float], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge,
}  # fmt: skip
SAYS = {"eq": True, "contains": True, "ne": False, "not_contains": False}
ANY_OF = ("start", "end", "language", "case")
"""Of several values any will do; of words to use, all."""


def holds(rule: Rule, text: str, asked: str | None = None) -> bool | None:
    """Whether the text obeys the rule. None: nothing here can tell (tone; "shorter" than nobody knows what)."""
    rule = concrete(rule, asked)
    check = CHECKS.get(rule.property)
    if check is None:
        return None
    if check.values == "number":
        bound, there = limit(rule), measured(check, rule, text)
        return None if bound is None or there is None else COMPARE[rule.operator](there, bound)
    if check.values == "flag":
        want, is_so = wanted(rule), check.measure(text)
        return None if want is None or is_so is None else bool(is_so) == want
    return _says(check, rule, text)


def broken(rules: Iterable[Rule], text: str, asked: str | None = None) -> list[Rule]:
    """The rules that the text is known to break."""
    return [rule for rule in rules if holds(rule, text, asked) is False]


def distance(rule: Rule, text: str, asked: str | None = None) -> float:
    """How far the text is from obeying, in [0, 1]: 0 where it obeys, or where nothing here can tell."""
    if holds(rule, text, asked) is not False:
        return 0.0
    rule = concrete(rule, asked)
    check = CHECKS[rule.property]
    if check.values == "number":
        bound, there = limit(rule), measured(check, rule, text)
        assert bound is not None and there is not None
        gap = max(abs(there - bound), 1.0)
        return gap / (gap + max(bound, 1.0))
    if check.values == "flag":
        return 1.0
    said = SAYS[rule.operator]
    if rule.property == "options":
        return 1.0
    met = [check.match(check.measure(text), value) is said for value in map(str, values(rule))]
    if rule.property in ANY_OF and said:
        return 1.0 - _common(rule, text)
    return 1.0 - sum(met) / len(met)


def _common(rule: Rule, text: str) -> float:
    """Of case, how many letters are right; of the rest nothing."""
    if rule.property != "case" or "sentence case" in values(rule):
        return 0.0
    letters = [letter for letter in text if letter.upper() != letter.lower()]
    return max(sum(letter == _cased(letter, case) for letter in letters) / len(letters) for case in values(rule))


def _cased(letter: str, case: str) -> str:
    return letter.upper() if case == "capitals" else letter.lower()


# --- what a rule says ------------------------------------------------------------------------------------------


def concrete(rule: Rule, asked: str | None = None) -> Rule:
    """The rule without what depends on something else, as far as that is known.

    "Shorter", said of outputs of 40 and 30 words, is fewer than 30; "20 words more" is at least 60. "Repeat the
    question" is to start with it.
    """
    if rule.property == "question.repeated" and asked and asked.strip():
        want = wanted(rule)
        if want is not None:
            said = {"property": "start", "operator": "contains" if want else "not_contains", "value": asked.strip()}
            return rule.model_copy(update=said)
    if rule.operator not in ("increase", "decrease", "unchanged") or not isinstance(rule, Constraint) or not rule.about:
        return rule
    check = CHECKS.get(rule.property)
    if check is None or check.values != "number" or check.each:
        return rule
    return _from_here(rule, [check.measure(str(value)) for value in rule.about])


def _from_here(rule: Constraint, measured: list[float]) -> Rule:
    by = rule.value if isinstance(rule.value, int | float) and not isinstance(rule.value, bool) else None
    if rule.operator == "unchanged":
        how, bound = "eq", measured[0]
    elif rule.operator == "increase":
        how, bound = ("gt", max(measured)) if by is None else ("ge", max(measured) + by)
    else:
        how, bound = ("lt", min(measured)) if by is None else ("le", max(min(measured) - by, 0))
        if how == "lt" and bound <= 0:
            how, bound = "le", 0
    return rule.model_copy(update={"operator": how, "value": bound})


def limit(rule: Rule) -> float | None:
    """The number that is compared with; None: there is none, or the rule doesn't compare."""
    value = values(rule)[-1] if values(rule) else None
    if rule.operator not in COMPARE or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) else None


def wanted(rule: Rule) -> bool | None:
    """Whether a flag should be so."""
    if rule.operator not in SAYS:
        return None
    return SAYS[rule.operator] == (rule.value is not False)


def values(rule: Rule) -> list[Any]:
    if rule.value is None:
        return []
    return list(rule.value) if isinstance(rule.value, list | tuple) else [rule.value]


def options(rules: Iterable[Rule]) -> tuple[str, ...]:
    """The answers that are allowed, where a rule lists them; () where none does. Of several such, the last one's."""
    lists = [rule for rule in rules if rule.property == "options" and SAYS.get(rule.operator) and values(rule)]
    said = [part.strip() for value in values(lists[-1]) for part in str(value).split("|")] if lists else []
    return tuple(dict.fromkeys(part for part in said if part))


def measured(check: Check, rule: Rule, text: str) -> float | None:
    """What the rule compares, in this text."""
    if check.each is None:
        return float(check.measure(text))
    said = values(rule)
    return float(check.each(text, str(said[0]))) if len(said) == 2 and str(said[0]).strip() else None


def _says(check: Check, rule: Rule, text: str) -> bool | None:
    said = [str(value) for value in values(rule) if str(value).strip()]
    if not said or rule.operator not in SAYS:
        return None
    if check.name == "options":
        said = ["|".join(said)]
    there = check.measure(text)
    met = [check.match(there, value) for value in said]
    if SAYS[rule.operator]:
        some = check.name in ANY_OF
        if (any if some else all)(each is True for each in met):
            return True
        return None if None in met else False
    if any(met):
        return False
    return None if None in met else True
