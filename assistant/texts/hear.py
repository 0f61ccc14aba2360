"""Rules that code can check, in so many words: the other way round of `say.py`.

>>> heard("Never more than two sentences, please!").value
2
>>> heard('don’t use the word "sorry"').operator
'not_contains'
>>> heard("it should sound kinder") is None        # nothing that code can check: a parser reads it
True

Only a message that is such a rule from its first word to its last; what is left out or said besides makes it None. So
these rules mean the same for every parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from assistant.errors import UserError
from assistant.parsers._numbers import SAID, numbers
from assistant.texts.checks import CHECKS
from assistant.texts.words import QUOTED, normal
from assistant.types import ConstraintAct, Operator

__all__ = ["all_heard", "heard"]

LONGEST = 200
JOINED = re.compile(r"(?:,? and |; |\. |, )(?=\S)")
TURNS = (("’", "'"), ("don't", "do not"), ("mustn't", "must not"), ("shouldn't", "should not"), ("can't", "can not"))
TEXTS = r"(?:answers?|repl(?:y|ies)|summar(?:y|ies)|texts?)"
SUBJECT = (
    r"(?:(?:please|always|now|from now on|and|also|ok|well|answers?|they|it|you|i want(?: you to)?|i'd like"
    rf"|i would like|(?:every|each|all|the|your) {TEXTS})\b,? ?)*"
)
MUST = r"(?:(?:should|must|has to|have to|needs? to|ought to|shall|can|may|to) )?"
VERB = (
    "(?:(?:be|have|has|contain|include|use|write|give|make|keep|put|say|add|want|need|answer|reply|respond|format"
    r"|insert|limit|stay|get|see|with|highlight|mention|ask|there (?:should|must) be|turn)\b ?)?"
)
NOT = (
    "(?:do not|never|not|no more|avoid|stop|without|leave out|drop|omit|remove|skip|no"
    "|(?:should|must|can|may) (?:not|never)|i do not want(?: to see)?)"
)
DOING = (
    "(?:(?:be|use|using|say|saying|write|writing|mention|mentioning|include|including|have|add|adding|put|contain|give"
    "|make|answer|reply|any|a|an|the|in|as|with) )*"
)
EVERY = (
    rf"(?:,? in (?:every|each|all|the|your) {TEXTS}"
    "|,? (?:always|please|somewhere|in it|only|at all|ever|instead|there))*"
)
NAMED = (
    "answer|reply|respond|write|say|use|give|make|add|put|wrap|end|format|speak|have|repeat|start|turn|include|be|quote"
)
WHAT = f"(?:it |them |everything |every answer |each answer |the (?:whole )?{TEXTS} |answers |all |me )*"
AFTER = "(?: with it| around it| format| form| letters| only| first| at the end| style)*"
HOW = "(?:with |in |as |into |by |only in )"
COUNT = rf"(?P<n>\d+|(?:{SAID})\b)"
BOUNDS: tuple[tuple[Operator, str], ...] = (
    ("le", r"(?:at most|(?:no|not|never|do not (?:use|write)) more than|up to|(?:a )?maximum(?: of)?|max\.?)"),
    ("ge", r"(?:at least|(?:no|not|never) (?:fewer|less) than|(?:a )?minimum(?: of)?|min\.?)"),
    ("lt", "(?:fewer than|less than|under|below)"),
    ("gt", "(?:more than|over|above)"),
    ("eq", "(?:exactly|precisely)"),
)  # fmt: skip
BEHIND: tuple[tuple[Operator, str], ...] = (
    ("le", "(?:or fewer|or less|at most|max(?:imum)?\\.?|at the most|tops)"),
    ("ge", "(?:or more|at least|min(?:imum)?\\.?|at the least)"),
)
TEXT = r"(?:“(?P<said>\d+)”|(?:the )?(?:words?|phrase|name|term) (?P<bare>[\w'-]+))"
"""A quoted text, by its number; or one word that is said to be one."""
PLACES = ("first", "second", "third", "fourth", "fifth")


def all_heard(text: str) -> list[ConstraintAct]:
    """The rules of a message that says one or more of them and nothing else; none where it says anything more."""
    one = heard(text)
    if one is not None:
        return [one]
    rules = [heard(part) for part in JOINED.split(text.strip())]
    return [rule for rule in rules if rule is not None] if len(rules) > 1 and None not in rules else []


def heard(text: str) -> ConstraintAct | None:
    """The rule that a message says in so many words; None: it says something else, or more."""
    if len(text) > LONGEST or "?" in QUOTED.sub("", text):
        return None
    quotes: list[str] = []

    def masked(match: re.Match[str]) -> str:
        quotes.append((match[1] or match[2]).strip())
        return f"“{len(quotes) - 1}”"

    plain = " ".join(QUOTED.sub(masked, text).strip(" .!,").casefold().split())
    for said, meant in TURNS:
        plain = plain.replace(said, meant)
    for read in (_start_or_end, _paragraph, _times, _options, _contains, _amount, _named):
        found = read(plain, quotes)
        if found is not None:
            return _checked(*found)
    return None


Found = tuple[str, Operator, Any] | None


def _checked(property: str, operator: Operator, value: Any) -> ConstraintAct | None:
    try:
        rule = ConstraintAct(property=property, operator=operator, value=value, strength="must", scope="task")
        return normal(rule)
    except UserError:
        return None


def _match(pattern: str, plain: str) -> re.Match[str] | None:
    return re.fullmatch(SUBJECT + MUST + pattern + EVERY, plain)


def _text(match: re.Match[str], quotes: list[str]) -> str:
    return quotes[int(match["said"])] if match["said"] else match["bare"]


# --- words ---------------------------------------------------------------------------------------------------


def _start_or_end(plain: str, quotes: list[str]) -> Found:
    """always end with "See you soon."   ·   never begin with "Sure" """
    for name, verbs in (("start", "starts?|begins?|opens?"), ("end", "ends?|finish(?:es)?|closes?|sign off")):
        match = _match(
            rf"(?P<no>{NOT} )?(?:{verbs})(?: it| them)? (?:with|on) (?:the (?:words?|phrase) )?{TEXT}", plain
        )
        if match:
            return name, "not_contains" if match["no"] else "contains", _text(match, quotes)
    asks = _match(rf"(?P<no>{NOT} )?(?:ends?|finish(?:es)?) (?:it |them )?(?:with|on|in) a question", plain)
    return ("question.end", "eq", not asks["no"]) if asks else None


def _paragraph(plain: str, quotes: list[str]) -> Found:
    """the second paragraph must start with "However" """
    places = "|".join(PLACES)
    match = _match(
        rf"(?:start|begin)? ?(?:the )?(?P<place>{places}) paragraph (?:(?:should|must|has to) )?"
        rf"(?:(?:starts?|begins?) )?with (?:the word )?{TEXT}",
        plain,
    )
    return ("paragraph.start", "eq", f"{PLACES.index(match['place']) + 1}: {_text(match, quotes)}") if match else None


def _times(plain: str, quotes: list[str]) -> Found:
    """use the word "please" at least twice   ·   the letter "e" at most 12 times"""
    often = rf"(?P<how>{'|'.join(way for _, way in BOUNDS)})? ?(?:(?P<fixed>once|twice)|{COUNT} times)"
    match = _match(rf"{VERB}(?:the )?(?P<letter>letter )?(?:(?:word|phrase) )?“(?P<said>\d+)” {often}", plain)
    if not match:
        return None
    count = numbers(match["fixed"] or match["n"])[0].value
    how: Operator = next(
        (operator for operator, way in BOUNDS if match["how"] and re.fullmatch(way, match["how"])), "eq"
    )
    return "count.letter" if match["letter"] else "count.word", how, (quotes[int(match["said"])], count)


def _options(plain: str, quotes: list[str]) -> Found:
    """answer only with "yes", "no" or "maybe" """
    match = _match(
        r"(?:answer|reply|respond|say|write)?(?: only| just| either)*(?: with| by)?(?: either| one of| only)? ?"
        r"(?P<all>“\d+”(?:, “\d+”)*,? or “\d+”)",
        plain,
    )
    return ("options", "eq", tuple(_all(match["all"], quotes))) if match else None


def _contains(plain: str, quotes: list[str]) -> Found:
    """always use the word "welcome"   ·   never say "sorry" or "unfortunately" """
    words = (
        "(?:the |these |those )?(?:words? |phrases? |names? |terms? |sentence )?"
        r"(?P<all>“\d+”(?:(?:, | and | or |, and |, or )“\d+”)*)"
    )
    alone = r"(?:the )?(?:word|phrase|name|term) (?P<bare>[\w'-]+)"
    for no, before in ((True, rf"{NOT} {DOING}"), (False, VERB)):
        match = _match(f"{before}{words}", plain) or _match(f"{before}{alone}", plain)
        if match and (no or len(plain.split()) > 1):
            found = match.groupdict()
            said = _all(found["all"], quotes) if found.get("all") else [found["bare"]]
            return "contains", "not_contains" if no else "contains", said[0] if len(said) == 1 else tuple(said)
    return None


def _all(listed: str, quotes: list[str]) -> list[str]:
    return [quotes[int(number)] for number in re.findall(r"“(\d+)”", listed)]


# --- amounts, and what has a name ------------------------------------------------------------------------------


def _amount(plain: str, quotes: list[str]) -> Found:
    """at most 15 words   ·   two sentences or fewer   ·   no commas"""
    for unit, name in _units().items():
        if unit not in plain:
            continue
        thing = rf"(?:list |bullet )?{re.escape(unit)}(?: long| in length| with asterisks| in square brackets)?"
        no = _match(rf"(?:{VERB}{NOT} {DOING}|{VERB}0 ){thing}", plain)
        if no and name.startswith("count."):
            return name, "eq", 0
        for operator, count in _counts(plain, thing):
            return name, operator, count
    return None


def _counts(plain: str, thing: str) -> Iterator[tuple[Operator, float]]:
    lead = rf"{VERB}(?:it |them |answers |everything )?(?:to |in |within |with )?"
    for operator, way in BOUNDS:
        match = _match(rf"{lead}{way} {COUNT} {thing}", plain)
        if match:
            yield operator, numbers(match["n"])[0].value
    for operator, way in BEHIND:
        match = _match(rf"{lead}{COUNT} {thing},? {way}", plain)
        if match:
            yield operator, numbers(match["n"])[0].value
    match = re.fullmatch(
        rf"{SUBJECT}{MUST}(?:answer|reply|respond|write|use|make|have|in|it|be|,| )+ {COUNT} {thing}", plain
    )
    if match:
        yield "eq", numbers(match["n"])[0].value


def _named(plain: str, quotes: list[str]) -> Found:
    """answer in JSON   ·   no lists   ·   write everything in capitals   ·   repeat the question first"""
    for said, (name, value) in _names().items():
        if said not in plain:
            continue
        thing = rf"(?:a |an |the |two |some )?{re.escape(said)}{AFTER}"
        if _match(rf"{NOT} {DOING}{thing}", plain):
            return name, "ne" if isinstance(value, str) else "eq", value if isinstance(value, str) else False
        if _match(rf"(?:{NAMED})s? {WHAT}{HOW}?{thing}", plain) or _match(rf"{WHAT}{HOW}{thing}", plain):
            return name, "eq", value
        if said.startswith("repeat") and _match(thing, plain):
            return name, "eq", value
    return None


@cache
def _units() -> dict[str, str]:
    """What is counted, by the words for it, the longest first; the first check to claim a word has it."""
    found: dict[str, str] = {}
    for check in CHECKS.values():
        if check.values == "number" and check.each is None:
            for word in (check.unit or "", check.one, *check.synonyms):
                if word and "." not in word and "_" not in word:
                    found.setdefault(word, check.name)
    for said, name in (
        ("paragraph", "length.paragraphs"),
        ("highlighted part", "count.highlights"),
        ("word in capitals", "count.capitals"),
    ):
        found.setdefault(said, name)
    return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))


@cache
def _names() -> dict[str, tuple[str, Any]]:
    """What a text can be or have, by the words for it, the longest first."""
    found: dict[str, tuple[str, Any]] = {}
    for check in CHECKS.values():
        if check.values == "flag":
            words = (check.title.removeprefix("a ").removeprefix("the "), *check.synonyms)
            found |= {word.casefold(): (check.name, True) for word in words if not re.search(r"[._]", word.strip("."))}
        for value, more in (check.choices or {}).items():
            found |= {word.casefold(): (check.name, value) for word in (value, *more) if len(word) > 3}
    return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))
