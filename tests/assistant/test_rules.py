"""Conditions as people say them: what fires on what, and what is not understood."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assistant._words import stem
from assistant.rules import condition, fires, implied, labels_of
from assistant.types import Constraint


def rule(value: Any = "complaint", when: str | None = None, minutes: int = 0, **over: Any) -> Constraint:
    said = {"property": "label", "operator": "eq", **over}
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    return Constraint(task="t", author="a", critique="c", reading="r", value=value, when=when, created_at=at, **said)


@pytest.mark.parametrize(
    ("when", "yes", "no"),
    [
        ("mentions a refund", "They REFUNDED me", "They found me"),
        ("mentions a refund or money back", "I want my money back", "back with the money"),
        ("mentions a refund and a parcel", "refund for two parcels", "refund only"),
        ("mentions a, b or c and d", "only a here", "only c here"),
        ("quoting 'sources close to'", "Sources  close to him", "sources, close by"),
        ("contains the word free", "it's FREE!", "carefree"),
        ('says "call now"', "Call now!", "call them now"),
        ("says “art”", "modern art", "a new start"),
        ("starts with RT", " RT @me", "no RT"),
        ("ends with a question mark", "really? ", "really? no"),
        ("is shorter than 5 words", "one two three four", "one two three four five"),
        ("is 5 words or shorter", "1 2 3 4 5", "1 2 3 4 5 6"),
        ("is at least two sentences long", "One. Two!", "One, two."),
        ("has more than 3 exclamation marks", "a!!!!", "a!!!"),
        ("has at least one link", "see https://example.org", "see below"),
        ("says free more than twice", "free free freed free", "free, free"),
        ("in all caps", "THIS IS IT 1", "This is it"),
        ("is not in capitals", "This", "THIS"),
        ("doesn't mention a price", "good", "only $5"),
        ("doesn't mention a refund or a price", "hello", "30 euros"),
        ("mentions neither a refund nor a price", "hello", "a refund"),
        ("not about delivery", "hello", "the deliveries"),
        ("it's about delivery but not a refund", "a delivery", "delivery and refund"),
        ("mentions a refund unless it mentions delivery", "a refund", "refund the delivery"),
        ("whenever the customer asks for their money back", "give me the money back", "money"),
        ("without a link", "plain", "www.example.org"),
        ("has an emoji", "nice 😀", "nice :-)"),
        ("mentions 返品", "返品したい", "ありがとう"),
        ("mentions החזר", "אני רוצה החזר כספי", "שלום"),
        ("mentions a refund and is shorter than 5 words", "refund me", "please refund me very soon"),
    ],
)
def test_conditions_fire_where_they_should(when: str, yes: str, no: str) -> None:
    said = condition(when)
    assert said.understood, said.problem
    assert said.matches(yes)
    assert not said.matches(no)


@pytest.mark.parametrize(
    ("when", "problem"),
    [
        ("sounds sarcastic", "nothing that can be looked for"),
        ("is too short", "nothing that can be looked for"),
        ("doesn't mention a refund and a price", "neither of them, or not both"),
        ("mentions that the parcel came much too late", "too long to look for"),
        ("is longer than 200", "doesn't say of what"),
        ("mentions", "doesn't say what to look for"),
        ("", "says nothing"),
        ("mentions " + "a or " * 200 + "b", "more than 500 characters"),
        ("in the evening", "nothing that can be looked for"),
    ],
)
def test_what_is_not_understood_never_fires_and_says_why(when: str, problem: str) -> None:
    said = condition(when)
    assert not said.understood
    assert problem in said.problem
    assert not said.matches(when) and not said.matches("")


def test_a_condition_says_what_it_looks_for_and_where_it_stands() -> None:
    said = condition("mentions a refund or 'money back'")
    assert said.words == ("refund", "money back")
    assert said.plain == "it has “refund” in any form, or it has exactly “money back”"
    text = "Refunded? I want my money back."
    assert [text[start:end] for start, end in said.find(text)] == ["Refunded", "money back"]


@pytest.mark.parametrize(
    "forms",
    [
        "refund refunds refunded refunding refund's",
        "price prices priced pricing",
        "cancel cancels canceled cancelled cancelling",
        "call calls called calling",
        "delivery deliveries",
        "box boxes",
        "reply replies replied",
    ],
)
def test_forms_of_a_word_have_one_stem(forms: str) -> None:
    assert len({stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(("one", "other"), [("news", "new"), ("us", "use"), ("evening", "even")])
def test_different_words_keep_different_stems(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_rules_fire_and_imply_only_where_they_hold() -> None:
    refund = rule(when="mentions a refund")
    assert fires(refund, "refund me") and not fires(refund, "hello") and not fires(refund, None)
    assert implied(refund, "refund me") == "complaint"
    assert implied(refund, "hello") is None
    assert implied(rule(operator="ne", when="mentions a refund"), "refund me") is None
    assert implied(rule(scope="item"), "refund me") is None
    assert implied(rule(property="labels"), "refund me") is None
    assert implied(rule(), "anything") == "complaint"
    assert not fires(rule(when="sounds sarcastic"), "sounds sarcastic")


def test_the_latest_statement_about_the_labels_wins() -> None:
    said = [
        rule(("c", "a"), property="labels", minutes=2),
        rule("d", property="labels", operator="contains", minutes=3),
        rule(["x"], property="labels", minutes=1),
        rule("a", property="label", minutes=4),
    ]
    assert labels_of(("a", "b"), said) == ("c", "a", "d")
    assert labels_of(("a", "b"), []) == ("a", "b")
    assert labels_of(("a", "b"), [rule("b", property="labels", operator="not_contains")]) == ("a",)
