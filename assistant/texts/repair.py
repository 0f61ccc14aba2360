"""A text made to obey by editing, where that does no harm.

>>> two = ConstraintAct(property="length.sentences", operator="le", value=2, strength="must", scope="task")
>>> repaired("It opens at 8. Come by. Bring a bag.", [two])
'It opens at 8. Come by.'

What is too long is cut behind a whole sentence; `mend.py` has the other edits. Whatever comes out was checked against
all the rules, so it obeys, or it is None: then only sampling anew can help. A text that obeys comes back as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.texts.checks import CHECKS
from assistant.texts.checks.form import is_json
from assistant.texts.mend import MENDERS, most
from assistant.texts.obey import Rule, broken, concrete, holds
from assistant.texts.segment import sentences

__all__ = ["repaired"]

ROUNDS = 3
TRIES = 12
"""How many lengths are tried: putting something at an end can make a text too long again."""
CUT = ("length.words", "length.sentences", "length.characters", "length.paragraphs", "length.lines")


def repaired(text: str, rules: Sequence[Rule], asked: str | None = None) -> str | None:
    """The text, edited so that it obeys all rules of which anything can be told; None: it can't be by editing.

    Args:
        asked: the question that it answers, where that is known.
    """
    if not broken(rules, text, asked):
        return text
    plain = [concrete(rule, asked) for rule in rules]
    for shorter in _shorter(text, plain):
        mended = _mended(shorter, plain)
        if mended.strip() and not broken(plain, mended):
            return mended
    return None


def _mended(text: str, rules: Sequence[Rule]) -> str:
    """The text after every edit that a broken rule asks for."""
    for _ in range(ROUNDS):
        for name, mend in MENDERS.items():
            for rule in rules:
                if rule.property == name and holds(rule, text) is False:
                    text = mend(text, rule) or text
        if not broken(rules, text):
            break
    return text


def _shorter(text: str, rules: Sequence[Rule]) -> Iterator[str]:
    """The text, then what of it fits the upper bounds, and a few still shorter; whole sentences always."""
    yield text
    bounds = [(rule.property, bound) for rule in rules if rule.property in CUT and (bound := most(rule)) is not None]
    if not bounds or is_json(text):
        return
    ends = [end for _, end in sentences(text)]
    low, high = 0, len(ends)
    while low < high:  # the longest that fits: every one of these lengths grows with the text
        middle = (low + high + 1) // 2
        part = text[: ends[middle - 1]]
        fits = all(CHECKS[name].measure(part) <= bound for name, bound in bounds)
        low, high = (middle, high) if fits else (low, middle - 1)
    for count in range(low, max(low - TRIES, 0), -1):
        part = text[: ends[count - 1]]
        if part.count("```") % 2 == 0:
            yield part
