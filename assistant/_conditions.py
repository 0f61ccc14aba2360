"""What a condition is, and the tests that conditions are made of: a thing is in a text, how often, how long.

    has(look_for("a refund", quotes=[])).test("They refunded me")                   -> True
    counted("more than 3 exclamation marks", quotes=[]).test("Wow!!!!")       -> True
    counted("shorter than 5 words", quotes=[]).plain                          -> "it has fewer than 5 words"

The sentences that they are taken from are parsed in `assistant.rules`.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant._words import Finder, Span, finder, is_kind, quoted, strip_article

__all__ = [
    "MARK",
    "NUMBER",
    "WORD_MARKER",
    "Condition",
    "Join",
    "Unclear",
    "counted",
    "disjunction",
    "edge",
    "has",
    "in_case",
    "look_for",
    "negation",
    "times",
    "with_quotes",
]  # fmt: skip

Join = Literal["and", "or"]
MARK = "\ue000"
LONGEST_THING = 4
"""Words of an unquoted thing: longer ones are sentences, whose words would never be found as said."""

WORD_MARKER = re.compile(
    r"^(?:the |any of the |one of the |either of the |an? )?(?:exact )?"
    r"(?:words?|phrases?|terms?|expressions?)(?: of| like| such as)?\s+(?=\S)"
)
VAGUE = re.compile(r"^(?:(?:some|any|every)thing (?:about|like|with)|that|both|either|to)\s+")
NUMBERS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40,
    "fifty": 50, "hundred": 100, "a hundred": 100, "a": 1, "an": 1,
}  # fmt: skip
NUMBER = r"(\d{1,7}|" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + ")"
TIMES = re.compile(r"times?|percent|%|(?:more |less )?often")
COMPARISONS: tuple[tuple[str, str, Callable[[int, int], bool]], ...] = (
    (r"at least|no(?:t)? (?:less|fewer|shorter) than|a minimum of", "at least", operator.ge),
    (r"at most|no(?:t)? (?:more|longer) than|up to|a maximum of", "at most", operator.le),
    (r"more than|longer than|greater than|over|above", "more than", operator.gt),
    (r"less than|fewer than|shorter than|smaller than|under|below", "fewer than", operator.lt),
    (r"exactly|only|just|precisely", "exactly", operator.eq),
    (r"", "at least", operator.ge),  # "has 3 links" is met by four
)
LENGTHS: dict[str, Callable[[str], int]] = {
    "word": lambda text: len(text.split()),
    "character": len,
    "letter": lambda text: sum(character.isalpha() for character in text),
    "sentence": lambda text: len([part for part in re.split(r"[.!?…]+(?:\s|$)", text) if part.strip()]),
    "line": lambda text: len([line for line in text.splitlines() if line.strip()]),
}


class Unclear(Exception):
    """Why a condition is not understood, for the person."""


@dataclass(frozen=True)
class Condition:
    """What a condition tests.

    `plain` says it in our words; `words` are those it looks for; `problem` is why it was not understood.
    """

    when: str
    plain: str = ""
    words: tuple[str, ...] = ()
    problem: str = ""
    test: Callable[[str], bool] = lambda text: False
    finders: tuple[Finder, ...] = ()

    @property
    def understood(self) -> bool:
        return not self.problem

    def matches(self, text: str) -> bool:
        """Whether the text meets it; a condition that was not understood is never met."""
        return self.understood and self.test(text)

    def find(self, text: str) -> list[Span]:
        """Where the words that it looks for stand, as (start, end), in order; overlaps are merged."""
        merged: list[Span] = []
        for start, end in sorted(span for find in self.finders for span in find(text)):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged


@dataclass(frozen=True)
class Thing:
    """What is looked for: the words, how a person is told, and how it is found."""

    words: str
    plain: str
    find: Finder


def look_for(named: str, quotes: Sequence[str]) -> Thing:
    """The thing that is named: in quotes, by its kind ("a link"), or by words.

    Raises:
        Unclear: it is a whole sentence, or nothing.
    """
    named = WORD_MARKER.sub("", VAGUE.sub("", named))
    if exact := re.fullmatch(rf"(?:\S+ ){{0,2}}{MARK}(\d+){MARK}", named):
        words = quotes[int(exact[1])]
        return Thing(words, f"exactly “{words}”", quoted(words))
    plain = strip_article(named)
    if MARK in plain or not plain:
        raise Unclear(f"{with_quotes(named, quotes)!r} is nothing that can be looked for in a text")
    if len(plain.split()) > LONGEST_THING:
        raise Unclear(f"{plain!r} is too long to look for; put the very words in quotes")
    return Thing(plain, named if is_kind(plain) else f"“{plain}” in any form", finder(plain))


def has(thing: Thing) -> Condition:
    return Condition(
        "", f"it has {thing.plain}", (thing.words,), test=lambda text: bool(thing.find(text)),
        finders=(thing.find,),
    )  # fmt: skip


def edge(thing: Thing, start: bool) -> Condition:
    def at_edge(text: str) -> list[Span]:
        first, last = len(text) - len(text.lstrip()), len(text.rstrip())
        return [span for span in thing.find(text) if (span[0] == first if start else span[1] == last)]

    where = "starts" if start else "ends"
    words = (thing.words,)
    return Condition(
        "", f"it {where} with {thing.plain}", words, test=lambda text: bool(at_edge(text)), finders=(at_edge,)
    )


def in_case(said: str) -> Condition:
    if said.startswith(("lower", "small")):
        return Condition("", "it is in lower case", test=str.islower)
    return Condition("", "it is in capitals", test=str.isupper)


def counted(amount: str, quotes: Sequence[str]) -> Condition | None:
    """A test such as "more than 3 links", "shorter than 5 words", "5 words long"; None: no number is said."""
    for pattern, plain, compare in COMPARISONS:
        match = re.fullmatch(rf"(?:{pattern})\s*{NUMBER}\s+(.+?)( long| in length| in it)?", amount)
        if not match or (not pattern and match[1] in ("a", "an")):
            continue
        if TIMES.fullmatch(match[2]):
            return None
        if not pattern and match[3]:
            plain, compare = "exactly", operator.eq
        said = f"it has {plain} {match[1]} {with_quotes(match[2], quotes)}"
        measure = LENGTHS.get(match[2].removesuffix("s"))
        thing = None if measure else look_for(match[2], quotes)
        return _amount(said, measure, thing, compare, _number(match[1]))
    if re.match("|".join(pattern for pattern, _, _ in COMPARISONS[:4]), amount) and re.search(r"\d", amount):
        raise Unclear(f"{amount!r} doesn't say of what: words, characters, sentences …")
    return None


def times(amount: str, quotes: Sequence[str]) -> Condition | None:
    """A test such as "free more than twice", "'call now' at least 3 times"."""
    for pattern, plain, compare in COMPARISONS:
        match = re.fullmatch(rf"(.+?)\s+(?:{pattern})\s*(once|twice|{NUMBER} times)", amount)
        if match:
            thing = look_for(match[1], quotes)
            number = {"once": 1, "twice": 2}.get(match[2]) or _number(match[3])
            return _amount(f"it has {thing.plain} {plain} {match[2]}", None, thing, compare, number)
    return None


def _amount(
    plain: str,
    measure: Callable[[str], int] | None,
    thing: Thing | None,
    compare: Callable[[int, int], bool],
    number: int,
) -> Condition:
    """How much of something there is, compared with a number."""
    if thing is None:
        assert measure is not None
        return Condition("", plain, test=lambda text: compare(measure(text), number))
    words = (thing.words,)
    return Condition("", plain, words, test=lambda text: compare(len(thing.find(text)), number), finders=(thing.find,))


def _number(said: str) -> int:
    return NUMBERS[said] if said in NUMBERS else int(said)


def negation(part: Condition) -> Condition:
    plain = re.sub(r"^it (has|is|starts|ends)\b", lambda match: NOT[match[1]], part.plain)
    if ", or " in plain or ", and " in plain:
        plain = f"it is not so that {part.plain}"
    return Condition("", plain, part.words, test=lambda text: not part.test(text))


NOT = {
    "has": "it does not have", "is": "it is not", "starts": "it does not start", "ends": "it does not end",
}  # fmt: skip


def disjunction(parts: list[tuple[Join, bool, Condition]]) -> Condition:
    """`a or b and c` is `a or (b and c)`."""
    groups: list[list[Condition]] = []
    for join, negated, part in parts:
        part = negation(part) if negated else part
        if groups and join == "and":
            groups[-1].append(part)
        else:
            groups.append([part])
    if len(parts) == 1:
        return groups[0][0]
    return Condition(
        "",
        ", or ".join(", and ".join(part.plain for part in group) for group in groups),
        tuple(dict.fromkeys(word for group in groups for part in group for word in part.words)),
        test=lambda text: any(all(part.test(text) for part in group) for group in groups),
        finders=tuple(find for group in groups for part in group for find in part.finders),
    )


def with_quotes(said: str, quotes: Sequence[str]) -> str:
    return re.sub(f"{MARK}(\\d+){MARK}", lambda match: quotes[int(match[1])], said)
