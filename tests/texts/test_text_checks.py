"""Every check, with a text that holds and one that doesn't; and where sentences end."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.texts.checks import CHECKS
from assistant.texts.language import language
from assistant.texts.obey import broken, concrete, distance, holds
from assistant.texts.segment import items, paragraphs, sentences, words
from assistant.types import Constraint, ConstraintAct

QUOTED = '"Go now."'
CASES: tuple[tuple[str, str, Any, str, str], ...] = (
    ("length.words", "le", 3, "It's open now.", "It is open now."),
    ("length.sentences", "eq", 2, "At 8. Come by.", "At 8 p.m. come by."),
    ("length.characters", "lt", 6, " abcde\n", "abcdef"),
    ("length.paragraphs", "ge", 2, "One.\n\nTwo.", "One.\nTwo."),
    ("length.lines", "le", 2, "a\n\nb", "a\nb\nc"),
    ("length.sentence_words", "le", 2, "Come by. Bring bags.", "Come by now. Go."),
    ("count.items", "eq", 2, "Take:\n- a\n2. b", "- a"),
    ("count.sections", "ge", 2, "Section 1\na\nSection 2\nb", "# One\na"),
    ("count.placeholders", "ge", 1, "Dear [name],", "See [this](http://a.b)."),
    ("count.highlights", "eq", 1, "This is *so* good", "2 * 3 * 4"),
    ("count.word", "ge", ("refund", 2), "Refund! No refund.", "Refund, refunds."),
    ("count.letter", "lt", ("e", 2), "One", "Eve"),
    ("count.capitals", "le", 1, "I saw NASA.", "GO NOW."),
    ("count.commas", "eq", 0, "a; b", "a, b"),
    ("count.exclamations", "le", 1, "Oh! Well.", "Oh! Well!"),
    ("count.semicolons", "eq", 0, "a, b", "a; b"),
    ("count.questions", "eq", 1, 'Who? He said "What?" twice.', "Who? What?"),
    ("count.quotes", "eq", 0, "He isn't in, and it's 5\" wide.", "He said “Go.”"),
    ("count.numbers", "ge", 1, "It is 3.5 km.", "It is far."),
    ("count.dates", "ge", 1, "By May 3rd.", "You may go."),
    ("count.links", "eq", 0, "See our page.", "See www.a.org now."),
    ("count.emoji", "eq", 0, "Hi :)", "Hi 😊"),
    ("count.contractions", "eq", 0, "It is Tom's.", "It’s Tom."),
    ("contains", "contains", "money back", "Your Money  back now.", "Money, back."),
    ("contains", "not_contains", ("sorry", "kindly"), "We regret it.", "Kindly wait."),
    ("start", "contains", "Yes", "Yes, we do.", "Yesterday."),
    ("end", "contains", "Kettle & Co", "Best, Kettle & Co.", "Kettle & Co!? No"),
    ("options", "eq", ("yes", "no"), "No.", "Yes and no."),
    ("options", "eq", ("yes", "no"), "**YES**", "There is no lift."),
    ("paragraph.start", "eq", "2: However", "One.\n\nHowever, two.", "However.\n\nTwo."),
    ("question.end", "eq", True, "Fine. And you?", "You? Fine."),
    ("person.first", "eq", False, "It is in, i.e. here.", "Give it to me."),
    ("format.list", "eq", True, "• one\n• two", "one - two"),
    ("format.bullets", "eq", True, "* one", "1. one"),
    ("format.numbered", "eq", True, "1) one", "- one"),
    ("format.json", "eq", True, '```json\n{"a": 1}\n```', "a: 1"),
    ("format.markdown", "eq", False, "Plain: 2 * 3 * 4.", "So **bold**."),
    ("format.headings", "eq", True, "## Hours\nAt 8.", "#hours"),
    ("format.title", "eq", True, "<<Hours>>\nAt 8.", "Hours\nAt 8."),
    ("format.table", "eq", True, "| a | b |\n|---|---|\n| 1 | 2 |", "a | b"),
    ("format.code", "eq", True, "Run `ls`.", "Run ls."),
    ("format.quoted", "eq", True, QUOTED, 'He said "Go".'),
    ("format.postscript", "eq", True, "Bye.\n\nP.S. Bring bags.", "Bye. No PS here"),
    ("format.two_answers", "eq", True, "One.\n******\nTwo.", "One. Two."),
    ("case", "eq", "lower case", "all is small.", "Not all."),
    ("case", "eq", "capitals", "ALL 4 OF US.", "All."),
    ("case", "eq", "sentence case", "So it is. Yes.", "So it is. yes."),
    ("language", "eq", "German", "Unser Büro öffnet morgens um neun.", "Our office opens at nine in the morning."),
)


def rule(name: str, operator: Any, value: Any, when: str | None = None) -> ConstraintAct:
    return ConstraintAct(property=name, operator=operator, value=value, strength="must", scope="task", when=when)


def said_of(name: str, operator: Any, value: Any, *about: str) -> Constraint:
    return Constraint(
        task="t", author="a", critique="c", reading="r", property=name, operator=operator, value=value, about=about
    )


@pytest.mark.parametrize(("name", "operator", "value", "good", "bad"), CASES)
def test_a_check_tells_a_text_that_holds_from_one_that_does_not(
    name: str, operator: Any, value: Any, good: str, bad: str
) -> None:
    asked = rule(name, operator, value)
    assert holds(asked, good) is True
    assert holds(asked, bad) is False
    assert distance(asked, good) == 0 < distance(asked, bad) <= 1
    assert broken([asked], bad) == [asked]
    opposite = {"eq": "ne", "ne": "eq", "le": "gt", "lt": "ge", "ge": "lt", "contains": "not_contains"}
    if operator in opposite:
        assert holds(rule(name, opposite[operator], value), bad) is True
        assert holds(rule(name, opposite[operator], value), good) is False


def test_every_check_is_among_the_cases_and_all_of_ifeval_is_among_the_checks() -> None:
    assert {case[0] for case in CASES} | {"question.repeated"} == set(CHECKS)
    known = [name for check in CHECKS.values() for name in check.instruction.split(", ") if name]
    assert len(known) == len(set(known)) == 25


def test_repeating_the_question_needs_the_question() -> None:
    asked = rule("question.repeated", "eq", True)
    assert holds(asked, "When? At 8.") is None
    assert holds(asked, "When? At 8.", asked="When?") is True
    assert holds(asked, "At 8.", asked="When?") is False


def test_what_cannot_be_told_is_none() -> None:
    assert holds(rule("tone.formality", "decrease", None), "Hey") is None
    assert holds(rule("length.words", "decrease", None), "Hey") is None
    assert holds(rule("length.words", "must_link", 3), "Hey") is None
    assert holds(rule("case", "eq", "lower case"), "42") is None
    assert holds(rule("language", "eq", "English"), "OK.") is None
    assert distance(rule("tone.formality", "decrease", None), "Hey") == 0


def test_a_direction_starts_from_what_was_criticised() -> None:
    shorter = said_of("length.words", "decrease", None, "one two three", "one two")
    assert concrete(shorter).operator == "lt"
    assert (holds(shorter, "one"), holds(shorter, "one two")) == (True, False)
    more = said_of("length.words", "increase", 2, "one")
    assert (holds(more, "one two three"), holds(more, "one two")) == (True, False)
    nothing_less = said_of("count.emoji", "decrease", None, "none")
    assert holds(nothing_less, "none") is True


def test_nearer_is_nearer() -> None:
    few = rule("length.words", "le", 3)
    texts = ["a " * n for n in range(3, 12)]
    assert [distance(few, text) for text in texts] == sorted(distance(few, text) for text in texts)
    lower = rule("case", "eq", "lower case")
    assert distance(lower, "One word") < distance(lower, "ONE WORD")


@pytest.mark.parametrize(
    "parts",
    [
        ["Dr. Lee paid $3.50 at 9 a.m. on Monday.", "Fine."],
        ['"Really?" he asked.', "Yes ... maybe.", "No!"],
        ["See e.g. No. 5 of J. Smith.", "It is vitamin C.", "The end."],
        ["Er kommt am 3. Mai.", "Gut."],
        ["yes.", "it opens at nine."],
        ["(It is.)", "Well…", "So be it."],
        ["He moved to the U.S. in 1999.", "Then what?!"],
    ],
)
def test_sentences_end_where_people_end_them(parts: list[str]) -> None:
    text = " ".join(parts)
    assert [text[start:end] for start, end in sentences(text)] == parts


def test_items_and_headings_are_sentences_of_their_own() -> None:
    found = "# Hours\nWe open\nat eight.\n- a bag\n- cash. Or card"
    assert [found[a:b] for a, b in sentences(found)] == [
        "# Hours",
        "We open\nat eight.",
        "- a bag",
        "- cash.",
        "Or card",
    ]
    assert len(paragraphs("One.\n\n***\n\nTwo.\nStill.")) == 2
    assert len(items("- a\n* * *\n---\n1) b\n2024 c")) == 2
    assert len(words("私は行く - OK")) == 5


def test_languages_and_doubt() -> None:
    assert language("Nous ouvrons à neuf heures.") == "French"
    assert language("私たちのオフィスは九時に開きます。") == "Japanese"
    assert language("42") is None


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab .!?…\n-*\"'“”():,1😊A。", max_size=60))
def test_sentences_are_in_order_and_nothing_with_a_letter_is_between_them(text: str) -> None:
    spans = sentences(text)
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    assert edges == sorted(edges)
    between = "".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))
    assert not any(letter.isalnum() for letter in between)
    assert len(paragraphs(text)) <= len(text)
    assert len(spans) <= len(words(text))
