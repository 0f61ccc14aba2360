"""Rules in so many words are read from the first word to the last, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.bench._instructions import INSTRUCTIONS
from assistant.parsers import hear, parser
from assistant.texts.hear import all_heard, heard
from assistant.texts.words import vocabulary
from assistant.types import Context, Critique, OnScreen, Property, Vocabulary

SAID: dict[str, tuple[str, str, Any]] = {
    "keep it under 40 words": ("length.words", "lt", 40),
    "Max 3 sentences": ("length.sentences", "le", 3),
    "two sentences or fewer, please": ("length.sentences", "le", 2),
    "no more than 100 characters please": ("length.characters", "le", 100),
    "answers must be at most two sentences long": ("length.sentences", "le", 2),
    "answer in two sentences": ("length.sentences", "eq", 2),
    "Don’t use emojis!": ("count.emoji", "eq", 0),
    "no more exclamation marks": ("count.exclamations", "eq", 0),
    "exactly 3 bullet points": ("count.items", "eq", 3),
    "never use the word sorry": ("contains", "not_contains", "sorry"),
    'avoid the words "just" and "really"': ("contains", "not_contains", ("just", "really")),
    "every answer must include the word 'refund'": ("contains", "contains", "refund"),
    'the word "we" at most once': ("count.word", "le", ("we", 1)),
    'begin with "Dear customer,"': ("start", "contains", "Dear customer,"),
    "the second paragraph starts with 'But'": ("paragraph.start", "contains", "2: But"),
    "don't end with a question": ("question.end", "eq", False),
    "as JSON please": ("format.json", "eq", True),
    "no lists": ("format.list", "eq", False),
    "in German": ("language", "eq", "German"),
}
NOT_SAID = (
    "", "no", "be shorter", "too long", "no, that's wrong", "this one is better", "the first is a list", "no price",
    "it is too formal", "the first has no commas", "why in German?", "make it less greasy", "at most nine", "a list",
    "the second one uses at most two sentences", 'you should have said: "no commas"', "no emojis in the first one",
    "at most two sentences, and it is rude", "yes", "next", "two sentences about dogs", "never more than two mistakes",
)  # fmt: skip


@pytest.mark.parametrize("words", SAID)
def test_a_rule_in_so_many_words_is_read(words: str) -> None:
    rule = heard(words)
    assert rule is not None and (rule.property, rule.operator, rule.value) == SAID[words]


@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_each_instruction_of_ifeval_is_read_as_it_is_meant(name: str) -> None:
    meant, rule = INSTRUCTIONS[name], heard(INSTRUCTIONS[name].said)
    assert rule is not None and (rule.property, rule.operator, rule.value) == meant[1:]


@pytest.mark.parametrize("words", NOT_SAID)
def test_whatever_else_is_left_to_a_parser(words: str) -> None:
    assert all_heard(words) == []


def test_several_rules_are_read_together_or_not_at_all() -> None:
    both = all_heard("never more than two sentences, and no emojis")
    assert [rule.property for rule in both] == ["length.sentences", "count.emoji"]
    assert all_heard("never more than two sentences, and be nice") == []


@given(st.text(max_size=80))
def test_no_words_break_it(words: str) -> None:
    all_heard(words)


@given(st.sampled_from(["at most", "at least", "exactly"]), st.integers(1, 500), st.sampled_from(["words", "lines"]))
def test_any_number_is_read(how: str, count: int, unit: str) -> None:
    rule = heard(f"{how} {count} {unit}")
    assert rule is not None and (rule.property, rule.value) == (f"length.{unit}", count)


def said(words: str, known: Vocabulary) -> Critique:
    seen = (OnScreen(id="#1", value="We open at 8."),)
    return Critique(conversation="c", author="a", text=words, context=Context(vocabulary=known, outputs=seen))


def test_it_is_read_before_any_parser_and_only_where_outputs_are_texts() -> None:
    nothing = parser.get("scripted")({})
    read = hear(nothing, said("at most 12 words", vocabulary()))
    assert read.parser == "rule" and read.reading.acts[0].kind == "constraint" and read.reading.confidence == 1
    inputs = Vocabulary(labels=("spam",), properties=(Property(name="length.words", unit="words", values="number"),))
    assert hear(nothing, said("at most 12 words", inputs)).parser == "scripted"
