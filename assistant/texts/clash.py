"""Rules that no text can meet together, each pair in one sentence.

>>> contradictions([at_least_five_sentences, at_most_two_sentences])
["I can't do both: answer in at least five sentences, and answer in at most two sentences."]

Only what follows from the rules themselves is said, so silence is no proof. Rules with different conditions may each
hold where the other does not, and are left alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any, TypeVar

from assistant.texts.checks import CHECKS
from assistant.texts.find import asks, closes_with, opens_with, placed
from assistant.texts.obey import SAYS, Rule, concrete, limit, values, wanted
from assistant.texts.say import instruction
from assistant.texts.segment import words

__all__ = ["clashes", "contradictions", "disputes"]

R = TypeVar("R", bound=Rule)

SIZES = ("length.paragraphs", "length.sentences", "length.words", "length.characters")
"""Each has no more than the next: a text of five sentences has at least five words."""
NEEDS = {  # a flag that is wanted, and the flags that come with it
    "format.bullets": ("format.list",),  # "•" is a bullet, but no Markdown
    "format.numbered": ("format.list",),  # nor is "1."
    "format.headings": ("format.markdown",),
    "format.table": ("format.markdown",),
    "format.code": ("format.markdown",),
}
APART = tuple(
    ("format.json", other)
    for other in (
        "format.quoted",
        "format.title",
        "format.list",
        "format.bullets",
        "format.numbered",
        "format.postscript",
    )
)
SIGNS = {"count.commas": ",", "count.exclamations": "!", "count.semicolons": ";"}
ADDS = ("contains", "start", "end")


def contradictions(rules: Sequence[Rule], asked: str | None = None) -> list[str]:
    """The pairs that can't both hold, with both rules' words; in the order of the rules.

    Args:
        asked: the question that is answered, where it is known.
    """
    return [f"I can't do both: {one}, and {other}." for one, other, _, _ in disputes(rules, asked)]


def disputes(rules: Sequence[R], asked: str | None = None) -> list[tuple[str, str, R, R]]:
    """The pairs that can't both hold: each as a clause, and as the rules that they are."""
    said = [_clause(instruction(rule)) for rule in rules]
    return [(said[a], said[b], rules[a], rules[b]) for a, b in clashes(rules, asked)]


def clashes(rules: Sequence[Rule], asked: str | None = None) -> list[tuple[int, int]]:
    """The places of the rules that can't both hold, so that each can be told with who said it."""
    plain = [concrete(rule, asked) for rule in rules]
    pairs = combinations(range(len(rules)), 2)
    return [(a, b) for a, b in pairs if rules[a].when == rules[b].when and _clash(plain[a], plain[b])]


def _clause(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:].removesuffix(".")


def _clash(one: Rule, other: Rule) -> bool:
    return any(test(one, other) or test(other, one) for test in TESTS)


# --- numbers -----------------------------------------------------------------------------------------------------


def _range(rule: Rule) -> tuple[float, float] | None:
    """The least and the most that the rule lets be; what is counted is whole."""
    bound, check = limit(rule), CHECKS.get(rule.property)
    if bound is None or check is None or check.values != "number":
        return None
    least = {"eq": bound, "ge": math.ceil(bound), "gt": math.floor(bound) + 1}.get(rule.operator, 0)
    most = {"eq": bound, "le": math.floor(bound), "lt": math.ceil(bound) - 1}.get(rule.operator, math.inf)
    return least, most


def _what(rule: Rule) -> Any:
    check = CHECKS[rule.property]
    return str(values(rule)[0]).casefold() if check.each and len(values(rule)) == 2 else None


def _numbers(one: Rule, other: Rule) -> bool:
    """The ranges of the same thing, or of a part and its whole, don't meet."""
    a, b = _range(one), _range(other)
    if a is None or b is None:
        return False
    if one.property == other.property and _what(one) == _what(other):
        if one.operator == "ne" and other.operator == "eq":
            return limit(one) == limit(other)
        return a[0] > b[1]
    if one.property in SIZES and other.property in SIZES:
        return SIZES.index(one.property) < SIZES.index(other.property) and a[0] > b[1]
    return False


# --- flags and labels --------------------------------------------------------------------------------------------


def _flags(one: Rule, other: Rule) -> bool:
    if _kind(one) != "flag" or _kind(other) != "flag":
        return False
    first, second = wanted(one), wanted(other)
    if one.property == other.property:
        return None not in (first, second) and first != second
    if first and second:
        return (one.property, other.property) in APART
    return bool(first) and second is False and other.property in NEEDS.get(one.property, ())


def _counted_form(one: Rule, other: Rule) -> bool:
    """No list, but items, or the other way round; no question, but one at the end."""
    bounds, want = _range(one), wanted(other)
    if bounds is None or _kind(other) != "flag" or want is None:
        return False
    if one.property == "count.items" and want is False:
        return other.property == "format.list" and bounds[0] >= 1
    if one.property == "count.items":
        return other.property in ("format.list", "format.bullets", "format.numbered") and bounds[1] < 1
    return one.property == "count.questions" and other.property == "question.end" and want and bounds[1] < 1


def _labels(one: Rule, other: Rule) -> bool:
    """Two cases or languages, or the same one asked for and forbidden."""
    if _kind(one) != "label" or one.property != other.property or SAYS.get(one.operator) is not True:
        return False
    asked, said = _lower(one), _lower(other)
    if SAYS.get(other.operator) is False:
        return bool(asked) and asked <= said
    return SAYS.get(other.operator) is True and bool(asked) and bool(said) and not asked & said


def _kind(rule: Rule) -> str:
    check = CHECKS.get(rule.property)
    return check.values if check else ""


def _lower(rule: Rule) -> set[str]:
    return {str(value).casefold() for value in values(rule)}


# --- words -------------------------------------------------------------------------------------------------------


def _asked(rule: Rule) -> list[str]:
    """The words that a text must have by this rule, in one piece each."""
    said = [str(value) for value in values(rule) if str(value).strip()]
    if rule.property not in ADDS or SAYS.get(rule.operator) is not True:
        return []
    return said if rule.property == "contains" or len(said) == 1 else []


def _forbidden(one: Rule, other: Rule) -> bool:
    """What must be there has what must not be there."""
    if SAYS.get(other.operator) is not False or other.property not in ADDS:
        return False
    banned = [str(value) for value in values(other) if str(value).strip()]
    if other.property == "contains":
        return any(placed(said, ban) for said in _asked(one) for ban in banned)
    if one.property != other.property:
        return False
    same = opens_with if other.property == "start" else closes_with
    return any(same(said, ban) for said in _asked(one) for ban in banned)


def _ends(one: Rule, other: Rule) -> bool:
    """Two starts, or two ends, of which neither is a part of the other."""
    if one.property != other.property or one.property not in ("start", "end"):
        return False
    same = opens_with if one.property == "start" else closes_with
    first, second = _asked(one), _asked(other)
    if len(first) != 1 or len(second) != 1:
        return False
    low, lower = first[0].strip().casefold(), second[0].strip().casefold()
    starts = low.startswith(lower) or lower.startswith(low) or low.endswith(lower) or lower.endswith(low)
    return not (same(low, lower) or same(lower, low) or starts)


def _counted_words(one: Rule, other: Rule) -> bool:
    """Words that must be there are too many, have a forbidden sign, or are counted to be none."""
    said, bounds = _asked(one), _range(other)
    if not said or bounds is None:
        return False
    if other.property == "length.words":
        return max(len(words(each)) for each in said) > bounds[1]
    if other.property == "length.characters":
        return max(len("".join(each.split())) for each in said) > bounds[1]
    if other.property == "count.word":
        return bounds[1] < 1 and any(placed(each, str(values(other)[0])) for each in said)
    sign = SIGNS.get(other.property)
    return sign is not None and bounds[1] < max(each.count(sign) for each in said)


def _counted_and_forbidden(one: Rule, other: Rule) -> bool:
    bounds = _range(one)
    if bounds is None or one.property != "count.word" or bounds[0] < 1 or other.property != "contains":
        return False
    return SAYS.get(other.operator) is False and any(placed(str(values(one)[0]), str(each)) for each in values(other))


def _case(one: Rule, other: Rule) -> bool:
    """All in lower case, but a start with a capital; `contains` looks at no case."""
    if one.property != "case" or SAYS.get(one.operator) is not True or other.property not in ("start", "end"):
        return False
    said = _asked(other)
    if not said or said[0] == said[0].lower():  # small letters ask for no case
        return False
    cases = _lower(one)
    return all(said[0] != {"lower case": said[0].lower(), "capitals": said[0].upper()}.get(c, said[0]) for c in cases)


def _capitals(one: Rule, other: Rule) -> bool:
    """All in capitals, but no word in capitals; all in small letters, but some are."""
    bounds = _range(other)
    if one.property != "case" or SAYS.get(one.operator) is not True or other.property != "count.capitals" or not bounds:
        return False
    return {"lower case": bounds[0] > 0, "capitals": bounds[1] < 1}.get("".join(_lower(one)), False)


def _asking(one: Rule, other: Rule) -> bool:
    """It starts or ends with a question that is given, but has none."""
    if one.property not in ("start", "end") or not _asked(one) or not asks(_asked(one)[0]):
        return False
    bounds = _range(other)
    none = one.property == "end" and other.property == "question.end" and wanted(other) is False
    return none or (other.property == "count.questions" and bounds is not None and bounds[1] < 1)


def _json(one: Rule, other: Rule) -> bool:
    if one.property != "format.json" or not wanted(one):
        return False
    said = _asked(other)
    if other.property == "start":
        return bool(said) and said[0].lstrip()[0] not in "{[`"
    return other.property == "end" and bool(said) and said[0].rstrip()[-1] not in "}]`"


TESTS: tuple[Callable[[Rule, Rule], bool], ...] = (
    _numbers, _flags, _counted_form, _labels, _forbidden, _ends, _counted_words, _counted_and_forbidden, _case,
    _capitals, _asking, _json,
)  # fmt: skip
