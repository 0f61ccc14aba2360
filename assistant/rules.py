"""Conditions of rules, as people say them: does a text meet "mentions a refund or money back"?

    condition("mentions a refund").matches("They REFUNDED me")                     -> True
    condition("doesn't mention a price and is shorter than 5 words").plain
        -> 'it does not have “price” in any form, and it has fewer than 5 words'
    condition("sounds sarcastic").understood                                       -> False: it never fires

The grammar, where [] may be left out and the verbs stand in any form:

    condition := clause { (and | or | but | ,) (clause | thing) }          `and` binds closer than `or`
    clause    := [if | whenever | where …] [it | somebody | the text …] [not | never] test
    test      := (mention | contain | say | quote | include | ask for | talk about | has …) thing [times]
               | (start | begin | end) with thing
               | [is | has] (more than | at least | shorter than | under …) NUMBER (words | … | things)
               | in [all] caps | in lower case
    thing     := "quoted words": as they stand, whatever the case
               | up to four words: in any form (refund, refunds, refunded); articles don't count
               | a question mark, a link, a price, a number, a hashtag, an emoji, …
    times     := once | twice | NUMBER times | more than NUMBER times …

Words after `not` that the person joined by `and` can be read two ways, so such a condition is not understood:
the session asks. Words are looked for, never meanings; `plain` says so to the person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from assistant._conditions import (
    MARK,
    NUMBER,
    WORD_MARKER,
    Condition,
    Join,
    Unclear,
    counted,
    disjunction,
    edge,
    has,
    in_case,
    look_for,
    negation,
    times,
    with_quotes,
)  # fmt: skip
from assistant._words import word_set
from assistant.types import Constraint

__all__ = ["Condition", "condition", "fires", "implied", "labels_of", "values_of"]


@lru_cache(maxsize=1024)
def condition(when: str) -> Condition:
    """The condition that `when` says; `understood` is False where the grammar above doesn't cover it."""
    try:
        return replace(_parse(when), when=when)
    except Unclear as unclear:
        return Condition(when, problem=str(unclear))


def fires(constraint: Constraint, text: Any) -> bool:
    """Whether the rule holds for this input: always, where it has no condition."""
    if constraint.when is None or not constraint.when.strip():
        return True
    return isinstance(text, str) and condition(constraint.when).matches(text)


def implied(constraint: Constraint, input: Any) -> Any | None:
    """The label that a rule implies for an input, or None: where it doesn't fire, or says what it is not."""
    single = isinstance(constraint.value, str) and constraint.operator == "eq"
    teaches = constraint.property == "label" and single and constraint.scope != "item"
    return constraint.value if teaches and fires(constraint, input) else None


def labels_of(task_labels: Sequence[str], constraints: Iterable[Constraint]) -> tuple[str, ...]:
    """The labels of a task after all that was said about them ("the labels are bug, wish and praise").

    Statements count in the order of their time: `eq` names all labels anew, `contains` adds, `not_contains`
    takes away.
    """
    labels = list(task_labels)
    said = (rule for rule in constraints if rule.property == "labels" and rule.scope != "item")
    for rule in sorted(said, key=lambda rule: rule.created_at):
        values = values_of(rule.value)
        if rule.operator == "eq" and values:
            labels = values
        elif rule.operator == "contains":
            labels += values
        elif rule.operator == "not_contains":
            labels = [label for label in labels if label not in values]
    return tuple(dict.fromkeys(labels))


def values_of(value: Any) -> list[Any]:
    """A constraint's value as a list: [] for None, one item for a single value."""
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


# --- the parts of a sentence -------------------------------------------------------------------------------


LONGEST = 500
"""Characters of a condition: nobody says more, and the grammar is not made for it."""
QUOTE = re.compile(r"\"(.+?)\"|(?<!\w)'(.+?)'(?!\w)|«\s*(.+?)\s*»")
JOIN = re.compile(r"\s*,?\s+(and|or|but|nor|and also|but also)\s+|\s*[,;]\s*")
OPENERS = word_set("if when whenever where wherever every each all any anything everything in case it's")
SUBJECTS = word_set(
    "it they he she i we you one somebody someone anybody anyone people person customer customers "
    "user users author writer sender text texts message messages post posts tweet tweets mail mails "
    "email emails review reviews comment comments document documents sentence headline input example "
    "that which who whose a an the this there also then just only actually explicitly ever both"
)
AUXILIARIES = word_set("is are was were be being been does do did will would can could may might to of")
NEGATIONS = word_set("not never neither cannot without lacks lack lacking no none nothing hardly")
LACKING = word_set("without lacks lack lacking no")
VERBS = re.compile(
    r"(?:(?:mention|contain|say|quot|includ|cit|nam|us|discuss|refer|demand|request|want|talk|speak|writ|complain|"
    r"ask|chat|featur|list|show|spell)(?:e|es|s|ed|d|ing)?|said|spoke|wrote|written|has|have|having|had|with|about|"
    r"regarding|concerning|containing)"
    r"(?:\s+(?:about|of|for|to|on|that))?(?=\s|$)"
)
EDGE = re.compile(r"(start|begin|open|end|finish|clos)(?:e|es|s|ing|ning|ed)? (?:with|in|on|by)\s+(.+)")
CASE = re.compile(r"(?:written |typed |all |entirely |only )*(?:in )?(?:all |only |just )?"
                  r"(caps|(?:capital|small) letters|capitals|upper ?case|lower ?case)$")  # fmt: skip


@dataclass(frozen=True)
class _Clause:
    """One verb with its things: [(how it is joined to what stands before, whether negated, the test)]."""

    negated: bool
    make: Callable[[str], Condition] | None
    tests: tuple[tuple[Join, bool, Condition], ...]


def _parse(when: str) -> Condition:
    if len(when) > LONGEST:
        raise Unclear(f"it has more than {LONGEST} characters")
    said, quotes = _take_quotes(when)
    pieces = JOIN.split(_spelled_out(said))
    if not pieces[0].strip():
        raise Unclear("it says nothing")
    clauses: list[tuple[Join, _Clause]] = []
    for join, piece in zip(_joins(pieces), pieces[::2], strict=True):
        clause = _clause(piece.strip(), quotes)
        if clause is not None:
            clauses.append((join, clause))
            continue
        if not clauses or clauses[-1][1].make is None:
            raise Unclear(f"{with_quotes(piece, quotes)!r} is nothing that can be looked for in a text")
        clauses[-1] = (clauses[-1][0], _further(clauses[-1][1], join, piece.strip()))
    return disjunction([(join, False, _whole(clause)) for join, clause in clauses])


def _take_quotes(when: str) -> tuple[str, list[str]]:
    """The words in lower case with every quote replaced by a mark, so that nothing inside is parsed."""
    plain = when.replace(MARK, "").translate(str.maketrans("“”„‟‘’‚", '""""\'\'\''))
    quotes: list[str] = []

    def mark(match: re.Match[str]) -> str:
        quotes.append(next(group for group in match.groups() if group is not None))
        return f"{MARK}{len(quotes) - 1}{MARK}"

    return " ".join(QUOTE.sub(mark, plain).casefold().split()).rstrip(".: "), quotes


def _spelled_out(said: str) -> str:
    said = re.sub(r"\b(?:ca|wo)?n't\b|n't\b", " not", said.replace("cannot", "can not"))
    said = re.sub(r"\b(it|there|that|who|he|she)'s\b", r"\1 is", said)
    said = re.sub(r"\b(they|you|we)'re\b", r"\1 are", said)
    said = re.sub(r"\b(?:unless|except (?:if|when|where))\b", "and not", said).removeprefix("and ")
    said = re.sub(r"^([^,]*?)\b(?:neither|none of)\b", r"not \1", said)
    said = re.sub(rf"\b{NUMBER} (\w+) or (?:fewer|less|shorter)\b", r"at most \1 \2", said)
    said = re.sub(rf"\b{NUMBER} (\w+) or (?:more|longer)\b", r"at least \1 \2", said)
    said = re.sub(rf"\b{NUMBER} or (?:fewer|less)\b", r"at most \1", said)
    return " ".join(re.sub(rf"\b{NUMBER} or more\b", r"at least \1", said).split())


def _joins(pieces: Sequence[str | None]) -> list[Join]:
    """How each piece is joined to what stands before it; a comma as the next word is: "a, b or c"."""
    joins: list[Join] = []
    following: Join = "or"
    for word in reversed(pieces[1::2]):
        if word is not None:
            following = "or" if word in ("or", "nor") else "and"
        joins.append(following)
    return ["and", *reversed(joins)]


def _clause(piece: str, quotes: Sequence[str]) -> _Clause | None:
    """The clause that a piece is, or None: then it is a further thing of the clause before."""
    negated, rest = _lead(piece)

    def thing(named: str) -> Condition:
        return has(look_for(named, quotes))

    if case := CASE.match(rest):
        return _alone(negated, in_case(case[1]))
    if at := EDGE.match(rest):
        return _edge_clause(negated, at[1] in ("start", "begin", "open"), at[2], quotes)
    verb = VERBS.match(rest)
    amount = rest[verb.end() :].strip() if verb else rest
    if amounts := counted(amount, quotes):
        return _alone(negated, amounts)
    if verb is None:
        bare = re.fullmatch(f"{MARK}\\d+{MARK}", rest) or WORD_MARKER.match(piece)
        return _Clause(negated, thing, (("and", *_signed(thing, rest if rest else piece)),)) if bare else None
    if not amount:
        raise Unclear("it doesn't say what to look for")
    if often := times(amount, quotes):
        return _alone(negated, often)
    return _Clause(negated, thing, (("and", *_signed(thing, amount)),))


def _edge_clause(negated: bool, start: bool, named: str, quotes: Sequence[str]) -> _Clause:
    def make(named: str) -> Condition:
        return edge(look_for(named, quotes), start)

    return _Clause(negated, make, (("and", *_signed(make, named)),))


def _lead(piece: str) -> tuple[bool, str]:
    """Whether a piece is negated, and what is left of it without its subject."""
    words, negated = piece.split(), False
    while words:
        if words[0] in NEGATIONS and not re.match(r"n(?:o|ot) (?:more|less|fewer|longer)", " ".join(words)):
            negated = not negated
            # "without a link", "no link": the negation is the verb, too
            if words[0] in LACKING and not VERBS.match(" ".join(words[1:])):
                return negated, " ".join(["with", *words[1:]])
        elif words[0] not in OPENERS | SUBJECTS | AUXILIARIES or VERBS.match(" ".join(words)):
            break
        words = words[1:]
    return negated, " ".join(words)


def _alone(negated: bool, test: Condition) -> _Clause:
    return _Clause(negated, None, (("and", False, test),))


def _further(clause: _Clause, join: Join, piece: str) -> _Clause:
    assert clause.make is not None
    return replace(clause, tests=(*clause.tests, (join, *_signed(clause.make, piece))))


def _signed(make: Callable[[str], Condition], named: str) -> tuple[bool, Condition]:
    """(negated, test) of one thing: "no link", "not a price"."""
    words = named.split()
    negated = len(words) > 1 and words[0] in ("no", "not", "neither")
    return negated, make(" ".join(words[1:]) if negated else named)


def _whole(clause: _Clause) -> Condition:
    if clause.negated and any(join == "and" for join, _, _ in clause.tests[1:]):
        raise Unclear("after 'not', 'and' can mean neither of them, or not both; use 'or' or two rules")
    found = disjunction(list(clause.tests))
    return negation(found) if clause.negated else found
