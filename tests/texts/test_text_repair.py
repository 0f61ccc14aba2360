"""Repairs, contradictions, instructions and the words for rules."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import UserError
from assistant.texts.checks import CHECKS
from assistant.texts.clash import clashes, contradictions
from assistant.texts.mend import MENDERS
from assistant.texts.obey import broken, holds
from assistant.texts.repair import repaired
from assistant.texts.say import SOFT, instruction
from assistant.texts.words import SOFT_WORDS, find, normal, vocabulary
from assistant.types import ConstraintAct
from tests.texts.test_text_checks import CASES, rule, said_of

REPLY = "It opens at 8, not 9. We kindly ask you to come by! Don't bring a bag. It's fine. Best, Lou"
LIST = "Bring this:\n\n- a bag\n- your card\n- patience\n\nThen **wait**."
MENDED: tuple[tuple[str, list[ConstraintAct], str], ...] = (
    (REPLY, [rule("length.sentences", "le", 2)], "It opens at 8, not 9. We kindly ask you to come by!"),
    (REPLY, [rule("length.words", "lt", 13)], "It opens at 8, not 9."),
    (REPLY, [rule("length.characters", "le", 60), rule("case", "eq", "lower case")],
     "it opens at 8, not 9. we kindly ask you to come by!"),
    ("One.\n\nTwo.\n\nThree.", [rule("length.paragraphs", "le", 2)], "One.\n\nTwo."),
    ("a b.\nc d.\ne f.", [rule("length.lines", "le", 2)], "a b.\nc d."),
    ("a b.\nc d.\ne f.", [rule("length.lines", "eq", 1)], "a b. c d. e f."),
    ("Dear Sam,\n\nBring:\n\n- bags\n- cash", [rule("length.paragraphs", "eq", 1)], "Dear Sam, Bring: Bags. Cash."),
    ("One. Two. Three.", [rule("length.lines", "ge", 2)], "One. Two.\nThree."),
    ("We open at 8 (but not on Sunday), and we close at six. Bye.", [rule("length.words", "le", 9)],
     "We open at 8 (but not on Sunday)."),
    ("Great question! We open at eight.", [rule("length.sentences", "le", 1)], "We open at eight."),
    ("Call us; we are here all day, and we help you.", [rule("length.sentence_words", "le", 6)],
     "Call us. We are here all day. And we help you."),
    (REPLY, [rule("contains", "not_contains", "kindly")],
     "It opens at 8, not 9. Don't bring a bag. It's fine. Best, Lou"),
    (LIST, [rule("contains", "not_contains", "card")], "Bring this:\n\n- a bag\n- patience\n\nThen **wait**."),
    ("No refund. A Refund. Bye.", [rule("count.word", "le", ("refund", 1))], "No refund. Bye."),
    ("See www.a.org now. Bye.", [rule("count.links", "eq", 0)], "Bye."),
    (LIST, [rule("format.markdown", "eq", False)], "Bring this:\n\n• a bag\n• your card\n• patience\n\nThen wait."),
    ("1. *go*\n2. wait", [rule("format.markdown", "eq", False)], "1. go\n2. wait"),
    ("One.\n\nTwo.\n\nP.S. Bags!", [rule("length.paragraphs", "eq", 1)], "One. Two.\nP.S. Bags!"),
    ("<<Hours>>\nWe open.", [rule("start", "contains", "Yes")], "<<Hours>>\nYes, we open."),
    ("- one", [rule("format.quoted", "eq", True)], '"\n- one\n"'),
    ("At 8. Come by.", [rule("format.list", "eq", True)], "- At 8.\n- Come by."),
    ("- at 8\n- come by", [rule("format.numbered", "eq", True)], "1. at 8\n2. come by"),
    ("Bring:\n- a bag\n- a card\n\nBye.", [rule("format.numbered", "eq", True)], "Bring:\n1. a bag\n2. a card\n\nBye."),
    ("1. at 8\n2. come by", [rule("format.numbered", "eq", False)], "- at 8\n- come by"),
    ("1. a bag\n2. your card\n3. patience", [rule("contains", "not_contains", "card")], "1. a bag\n2. patience"),
    ("At 8. Come by. Bye.", [rule("count.items", "eq", 2)], "- At 8. Come by.\n- Bye."),
    ("Take:\n- Bags. Cash.", [rule("count.items", "eq", 2)], "Take:\n- Bags.\n- Cash."),
    ("At 8. Come by.", [rule("count.sections", "eq", 2)], "Section 1\nAt 8.\n\nSection 2\nCome by."),
    ("# A\nOne.\n# B\nTwo.", [rule("count.sections", "le", 1)], "# A\nOne.\nB\nTwo."),
    ("Dear [name], hi. Bye.", [rule("count.placeholders", "eq", 0)], "Bye."),
    ("It rained. “Go. Now,” he said. Bye.", [rule("count.quotes", "eq", 0)], "It rained. Bye."),
    ("We refund. It costs 5. Bye.", [rule("count.numbers", "eq", 0)], "We refund. Bye."),
    ("Hi. It costs 5. Or 6. Bye.\n\nAt 7. Fine!", [rule("count.numbers", "eq", 0)], "Hi. Bye.\n\nFine!"),
    ("By 5 p.m.! Oh!", [rule("count.exclamations", "eq", 0)], "By 5 p.m. Oh."),
    ("Our rooms are ready at 8, and you can leave bags before that. Bye.", [rule("length.words", "le", 8)],
     "Our rooms are ready at 8."),
    ("By May 3rd. Bye.", [rule("count.dates", "eq", 0)], "Bye."),
    ("I think we open at 8. I hope. It is so.", [rule("person.first", "eq", False)], "We open at 8. It is so."),
    ("Yes. There is no fee.", [rule("options", "eq", ("yes", "no"))], "yes."),
    ("One.\n\nTwo.", [rule("paragraph.start", "eq", "2: However")], "One.\n\nHowever, Two."),
    ("Hours\n\nWe open at 8.", [rule("format.title", "eq", True)], "<<Hours>>\n\nWe open at 8."),
    ("| a | b |\n|---|---|\n| 1 | 2 |", [rule("format.table", "eq", False)], "a, b\n1, 2"),
    ("Run `ls`.", [rule("format.code", "eq", False)], "Run ls."),
    ("At 8.", [rule("format.json", "eq", True)], '{"answer": "At 8."}'),
    ("- bag\n- card", [rule("format.json", "eq", True)], '{"answer": ["bag", "card"]}'),
    ('{"answer": "At 8."}', [rule("format.json", "eq", False)], "At 8."),
    ("We open at 8. Bring bags.", [rule("format.postscript", "eq", True)], "We open at 8.\n\nP.S. Bring bags."),
    ("It opens at 8.", [rule("contains", "contains", "Thank you for calling")],
     "It opens at 8. Thank you for calling."),
    ("It is wonderful.", [rule("count.highlights", "ge", 1)], "It is *wonderful*."),
    ("It is wonderful.", [rule("count.capitals", "eq", 1)], "It is WONDERFUL."),
    ("Fine. Come by.", [rule("count.exclamations", "ge", 1)], "Fine! Come by."),
    ('He said "Go".', [rule("format.quoted", "eq", True)], '“He said "Go".”'),
    ('"A" and "B"', [rule("format.quoted", "eq", False)], "A and B"),
    ('"We open."', [rule("start", "contains", "Yes")], '"Yes, we open."'),
    ("- one\n- two", [rule("start", "contains", "Sure")], "Sure:\n\n- one\n- two"),
    ("- one\n- two", [rule("end", "contains", "Bye")], "- one\n- two\n\nBye"),
    ("Bread, milk, and eggs, 1,000 for 3,5.", [rule("count.commas", "eq", 0)], "Bread and milk and eggs 1000 for 3.5."),
    ("It's been good, I'd like more.", [rule("count.contractions", "eq", 0)], "It has been good, I would like more."),
    ("- at 8\n- come by", [rule("format.list", "eq", False)], "At 8. Come by."),
    (LIST, [rule("count.items", "le", 2)], "Bring this:\n\n- a bag\n- your card\n\nThen **wait**."),
    ("# Hours\nAt 8.", [rule("format.headings", "eq", False)], "Hours\nAt 8."),
    ("<<Hours>>\nAt 8.", [rule("format.title", "eq", False)], "At 8."),
    ("So *very* **good**", [rule("count.highlights", "le", 1)], "So *very* good"),
    ("At 8.\n******\nAt 9.", [rule("format.two_answers", "eq", False)], "At 8."),
    ("Bye.\n\nP.S. Bags!", [rule("format.postscript", "eq", False)], "Bye."),
    ("It opens at 8.", [rule("start", "contains", "Yes")], "Yes, it opens at 8."),
    ("yes, at 8.", [rule("start", "contains", "Yes")], "Yes, at 8."),
    ("Great question! It opens at 8.", [rule("start", "not_contains", "great question")], "It opens at 8."),
    ("It opens at 8", [rule("end", "contains", "Best, Lou")], "It opens at 8. Best, Lou"),
    (REPLY, [rule("length.sentences", "le", 2), rule("end", "contains", "Bye")], "It opens at 8, not 9. Bye"),
    ("At 8. Best, Lou", [rule("end", "not_contains", "Lou")], "At 8."),
    ("At 8. And you?", [rule("question.end", "eq", False)], "At 8."),
    ("Who? Me. What?", [rule("count.questions", "le", 1)], "Who? Me."),
    ("Oh, wow! So; be it 😊 I won't.", [
        rule("count.commas", "eq", 0), rule("count.exclamations", "eq", 0), rule("count.semicolons", "eq", 0),
        rule("count.emoji", "eq", 0), rule("count.contractions", "eq", 0)], "Oh wow. So be it I will not."),
    ("GO NOW, Tom.", [rule("count.capitals", "le", 1)], "GO Now, Tom."),
    ("yes. it is.", [rule("case", "eq", "sentence case")], "Yes. It is."),
    ("yes", [rule("case", "eq", "capitals")], "YES"),
    ("Go.", [rule("format.quoted", "eq", True)], '"Go."'),
    ("One. Two. Three. Four.", [rule("length.paragraphs", "eq", 2)], "One. Two.\n\nThree. Four."),
)  # fmt: skip


@pytest.mark.parametrize(("text", "rules", "wanted"), MENDED)
def test_an_edit_makes_a_text_obey(text: str, rules: list[ConstraintAct], wanted: str) -> None:
    assert broken(rules, text)
    assert repaired(text, rules) == wanted


def test_every_mender_is_tried_here() -> None:
    tried = {each.property for _, rules, _ in MENDED for each in rules}
    assert set(MENDERS) - {"format.bullets"} <= tried
    assert set(MENDERS) <= set(CHECKS)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("It opens at 8.", rule("contains", "contains", "Sunday")),
        ("We kindly ask.", rule("contains", "not_contains", "kindly")),  # nothing would be left
        ("A rather long first sentence.", rule("length.words", "le", 3)),
        ("At 8.", rule("length.words", "ge", 30)),
        ("Bring this:\n- a bag of coal, please", rule("length.words", "le", 5)),  # nor what announces something
        ("If you come late, call us, please.", rule("length.words", "le", 4)),  # half a condition is none
        ("We open at 8, and we close at six but not on Sundays.", rule("length.words", "le", 5)),
        ("Our office opens at nine in the morning.", rule("language", "eq", "German")),
        ('{"a": "One. Two. Three."}', rule("length.sentences", "le", 1)),  # half a JSON is none
    ],
)
def test_where_only_sampling_helps_nothing_comes_back(text: str, asked: ConstraintAct) -> None:
    assert repaired(text, [asked]) is None


def test_the_question_is_put_first_where_it_is_known() -> None:
    asked = [rule("question.repeated", "eq", True)]
    assert repaired("At 8.", asked) == "At 8."
    assert repaired("At 8.", asked, "When?") == "When? At 8."


PIECES = ("It opens at 8", "we kindly ask, please", "Yes", "- a bag", "1. one", "# Hours", "**so** good", "I don't",
          "😊", "Who", "GO NOW", "P.S. x", "******", "see www.a.org", '"quoted"', "[name]",
          "e.g. this; that", "日本。はい",
          "kindly", "```", "| a |")  # fmt: skip
GLUE = (" ", ". ", "! ", "? ", "\n", "\n\n", ", ", " ... ")
TEXTS = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(GLUE)), max_size=9).map(
    lambda parts: "".join(piece + glue for piece, glue in parts)
)
NUMBERED = [name for name, check in CHECKS.items() if check.values == "number" and check.each is None]
FLAGS = [name for name, check in CHECKS.items() if check.values == "flag"]
WORDS = st.sampled_from(("kindly", "Yes", "It opens", "a bag", "I don't", "ask, please", "GO"))
COMPARED = st.sampled_from(("le", "lt", "ge", "gt", "eq", "ne"))
SAID = st.sampled_from(("contains", "not_contains"))
RULES = st.one_of(
    st.builds(rule, st.sampled_from(NUMBERED), COMPARED, st.integers(0, 9)),
    st.builds(rule, st.sampled_from(FLAGS), st.just("eq"), st.booleans()),
    st.builds(rule, st.sampled_from(("contains", "start", "end")), SAID, WORDS),
    st.builds(rule, st.just("case"), st.just("eq"), st.sampled_from(("lower case", "capitals", "sentence case"))),
    st.builds(rule, st.just("count.word"), st.sampled_from(("le", "ge", "eq")), st.tuples(WORDS, st.integers(0, 3))),
    st.builds(rule, st.sampled_from(sorted(SOFT)), st.sampled_from(("increase", "decrease")), st.none()),
)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.lists(RULES, min_size=1, max_size=4))
def test_what_was_repaired_obeys_everything_and_what_obeys_is_left_alone(text: str, rules: list[ConstraintAct]) -> None:
    mended = repaired(text, rules)
    if not broken(rules, text):
        assert mended == text
    elif mended is not None:
        assert mended.strip()
        assert not broken(rules, mended)
        assert repaired(mended, rules) == mended


@settings(max_examples=200, deadline=None)
@given(TEXTS, RULES, RULES)
def test_rules_that_a_text_obeys_are_no_contradiction(text: str, one: ConstraintAct, other: ConstraintAct) -> None:
    if holds(one, text) and holds(other, text):
        assert contradictions([one, other]) == []


@given(RULES)
def test_every_rule_is_said_in_a_sentence(asked: ConstraintAct) -> None:
    said = instruction(asked)
    assert said[0].isupper() and said.endswith(".") and "{" not in said and "None" not in said


CLASHES = (
    (rule("length.sentences", "ge", 5), rule("length.sentences", "le", 2)),
    (rule("length.sentences", "ge", 5), rule("length.words", "le", 3)),
    (rule("contains", "contains", "a refund"), rule("contains", "not_contains", "refund")),
    (rule("case", "eq", "lower case"), rule("start", "contains", "Yes")),
    (rule("start", "contains", "Yes"), rule("start", "contains", "No")),
    (rule("language", "eq", "German"), rule("language", "eq", "French")),
    (rule("format.list", "eq", False), rule("format.bullets", "eq", True)),
    (rule("format.markdown", "eq", False), rule("format.table", "eq", True)),
    (rule("format.list", "eq", False), rule("count.items", "ge", 2)),
    (rule("question.end", "eq", True), rule("count.questions", "eq", 0)),
    (rule("contains", "contains", "a, b"), rule("count.commas", "eq", 0)),
    (rule("contains", "contains", "one two three"), rule("length.words", "le", 2)),
    (rule("count.word", "ge", ("refund", 2)), rule("contains", "not_contains", "Refund")),
    (rule("format.json", "eq", True), rule("start", "contains", "Sure")),
    (said_of("length.words", "decrease", None, "a b c"), rule("length.words", "ge", 3)),
)


@pytest.mark.parametrize(("one", "other"), CLASHES)
def test_pairs_that_cannot_both_hold_are_said_with_both_rules(one: Any, other: Any) -> None:
    (said,) = contradictions([one, other])
    for each in (one, other):
        assert instruction(each)[1:].rstrip(".") in said
    assert clashes([other, one]) == [(0, 1)]


def test_rules_of_different_conditions_are_no_contradiction() -> None:
    german, english = rule("language", "eq", "German"), rule("language", "eq", "English", when="in the airport shop")
    assert contradictions([german, english]) == []
    assert contradictions([rule("start", "contains", "Yes"), rule("start", "contains", "Yes, we")]) == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (rule("length.sentences", "le", 2), "Answer in at most two sentences."),
        (rule("count.commas", "eq", 0), "Use no commas."),
        (rule("count.items", "eq", 0), "Do not use lists or bullet points."),
        (rule("count.word", "ge", ("refund", 1)), "Use the word “refund” at least one time."),
        (rule("contains", "not_contains", ("a b", "c")), "Do not use the words “a b” or “c”."),
        (rule("language", "eq", "Welsh"), "Answer in Welsh."),
        (rule("tone.formality", "decrease", None), "Be less formal."),
        (rule("tone", "eq", "kinder"), "Make the tone kinder."),
        (rule("tone.swagger", "increase", None), "Show more swagger."),
        (rule("length.words", "decrease", None), "Write a shorter answer, with fewer words."),
        (said_of("length.words", "decrease", None, "a b c"), "Answer in fewer than three words."),
        (rule("format.list", "eq", True, when="it rains"), "Where this is so, “it rains”: answer as a list."),
    ],
)
def test_instructions(asked: Any, said: str) -> None:
    assert instruction(asked) == said


@pytest.mark.parametrize(
    ("given", "text", "wanted"),
    [
        (("n_words", "le", "forty"), "", ("length.words", "le", 40)),
        (("length", "le", 2), "two sentences at most", ("length.sentences", "le", 2)),
        (("length", "le", "150 chars"), "", ("length.characters", "le", 150)),
        (("length.chars", "lt", 9.0), "", ("length.characters", "lt", 9)),
        (("length.words", "le", None), "at most twenty words", ("length.words", "le", 20)),
        (("contains", "not_contains", "emojis"), "no emojis", ("count.emoji", "eq", 0)),
        (("contains", "not_contains", "emojis"), 'never say "emojis"', ("contains", "not_contains", "emojis")),
        (("contains", "contains", "a number"), "", ("count.numbers", "ge", 1)),
        (("contains", "not_contains", None), 'never say "sorry"', ("contains", "not_contains", "sorry")),
        (("emoji", "eq", False), "", ("count.emoji", "eq", 0)),
        (("bullets", "le", 3), "", ("count.items", "le", 3)),
        (("format.bullets", "ne", True), "", ("format.bullets", "eq", False)),
        (("ends_with_question", "eq", True), "", ("question.end", "eq", True)),
        (("starts with", "eq", "Yes"), "", ("start", "contains", "Yes")),
        (("language", "eq", "deutsch"), "", ("language", "eq", "German")),
        (("capitalisation", "ne", "caps"), "", ("case", "ne", "capitals")),
        (("Formality", "increase", None), "", ("tone.formality", "increase", None)),
        (("reading_level", "decrease", None), "", ("style.complexity", "decrease", None)),
        (("length.words", "increase", "20 words"), "", ("length.words", "increase", 20)),
        (("keyword_frequency", "ge", None), '"refund" at least twice', ("count.word", "ge", ("refund", 2))),
    ],
)
def test_a_constraint_is_put_in_the_checks_terms(given: Any, text: str, wanted: Any) -> None:
    found = normal(rule(*given), text)
    assert (found.property, found.operator, found.value) == wanted


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        (("spiciness", "decrease", None), "spiciness"),
        (("length.words", "le", -3), "from 0 up"),
        (("length.words", "le", "few"), "at most 3 words"),
        (("contains", "contains", None), "quotes"),
        (("language", "eq", "Klingon"), "Klingon"),
        (("count.word", "ge", "refund"), "how often"),
        (("length.words", "must_link", 2), "link"),
    ],
)
def test_what_is_not_understood_is_said(given: Any, hint: str) -> None:
    with pytest.raises(UserError, match=hint):
        normal(rule(*given))


def test_the_vocabulary_has_every_name_once_and_finds_each() -> None:
    names = [one.name for one in vocabulary().properties]
    assert len(names) == len(set(names))
    assert all(find(name) == name for name in names)
    assert set(SOFT_WORDS) - {"tone", "style"} <= set(SOFT)
    for name, operator, value, _, _ in CASES:
        if name != "options":
            again = normal(rule(name, operator, value))
            assert (again.property, again.value) == (name, value)


@pytest.mark.parametrize(
    ("text", "other", "wanted"),
    [
        ("We open.", rule("length.sentences", "le", 1), "We open (we, we)."),
        ("We open at 8 a.m.", rule("length.sentence_words", "le", 4), "We open at 8… We. We."),
        ("We open at nine.", rule("length.words", "ge", 1), "We open at nine. We. We."),
    ],
)
def test_a_word_that_is_missing_often_is_written_on_its_own_or_else_in_brackets(
    text: str, other: ConstraintAct, wanted: str
) -> None:
    assert repaired(text, [rule("count.word", "ge", ("we", 3)), other], force=True) == wanted
