"""Every kind of rule for texts, on random texts: what editing can do is done, and pairs are met together."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from assistant.texts.checks import CHECKS
from assistant.texts.clash import clashes
from assistant.texts.obey import Rule, broken, holds
from assistant.texts.repair import repaired
from assistant.texts.segment import sentences, words
from tests.texts.test_text_checks import rule

QUESTION = "When do you open?"
SUBJECTS = ("We", "The shop", "It", "Our team", "You", "They", "I think we")
VERBS = ("open", "kindly ask", "don't close", "refund it", "are waiting for you", "pay $3.50", "call Dr. Lee", "GO")
TAILS = ("", " at 8 a.m.", ", and we smile", " on May 3rd", " (for free)", "; come by", ", bread, milk, and eggs",
         " 😊", " with **care**", " for 1,000 euros", " in [city]", " – see www.a.org")  # fmt: skip
STOPS = (".", ".", ".", "!", "?", "…")
SENTENCES = st.builds(
    lambda *parts: "".join(parts),
    st.sampled_from(SUBJECTS).map(lambda said: f"{said} "), st.sampled_from(VERBS), st.sampled_from(TAILS),
    st.sampled_from(STOPS),
)  # fmt: skip
PROSE = st.lists(SENTENCES, min_size=1, max_size=7).map(" ".join)
PARAGRAPHS = st.lists(PROSE, min_size=1, max_size=3).map("\n\n".join)
LISTS = st.builds(
    lambda intro, mark, said, outro: f"{intro}\n\n"
    + "\n".join(f"{f'{n}.' if mark == '1' else mark} {one}" for n, one in enumerate(said, 1))
    + outro,
    SENTENCES, st.sampled_from("-*1•"), st.lists(SENTENCES, min_size=1, max_size=5),
    st.sampled_from(("", "\n\nCome by soon!", "\n\nBest, Lou", "\n\nP.S. Bring bags.")),
)  # fmt: skip
HEADED = st.builds(
    lambda title, said: f"{title}\n{said}", st.sampled_from(("# Hours", "**Hours**", "<<Hours>>")), PROSE
)
TEXTS = st.one_of(
    PROSE, PARAGRAPHS, LISTS, HEADED,
    PROSE.map(str.upper), PROSE.map(str.lower), PROSE.map(lambda said: f'"{said}"'),
)  # fmt: skip

COUNT = st.integers(1, 3)
FORMAL: dict[str, st.SearchStrategy[Rule]] = {
    "at most n words": st.builds(rule, st.just("length.words"), st.sampled_from(("le", "lt")), st.integers(6, 40)),
    "at most n sentences": st.builds(rule, st.just("length.sentences"), st.just("le"), st.integers(2, 6)),
    "at most n characters": st.builds(rule, st.just("length.characters"), st.just("le"), st.integers(60, 300)),
    "at most n paragraphs": st.builds(rule, st.just("length.paragraphs"), st.just("le"), st.integers(2, 3)),
    "one paragraph": st.builds(rule, st.just("length.paragraphs"), st.just("eq"), st.just(1)),
    "at most n lines": st.builds(rule, st.just("length.lines"), st.just("le"), st.integers(2, 5)),
    "short sentences": st.builds(rule, st.just("length.sentence_words"), st.just("le"), st.integers(4, 9)),
    "contains": st.builds(rule, st.just("contains"), st.just("contains"), st.sampled_from(("Sunday", "money back"))),
    "says a sentence": st.builds(rule, st.just("contains"), st.just("contains"), st.just("Thank you for calling.")),
    "contains not": st.builds(
        rule, st.just("contains"), st.just("not_contains"),
        st.sampled_from(("kindly", "open", "the shop", ("refund", "GO"), "Lee")),
    ),
    "a word at most n times": st.builds(
        rule, st.just("count.word"), st.just("le"), st.tuples(st.sampled_from(("we", "you", "open")), st.integers(0, 2))
    ),
    "start": st.builds(rule, st.just("start"), st.just("contains"), st.sampled_from(("hello", "thanks for asking!"))),
    "start not": st.builds(rule, st.just("start"), st.just("not_contains"), st.sampled_from(("We", "The shop", "it"))),
    "end": st.builds(rule, st.just("end"), st.just("contains"), st.sampled_from(("kettle & co", "any questions?"))),
    "end not": st.builds(rule, st.just("end"), st.just("not_contains"), st.sampled_from(("Best, Lou", "we smile"))),
    "lower case": st.builds(rule, st.just("case"), st.just("eq"), st.just("lower case")),
    "capitals": st.builds(rule, st.just("case"), st.just("eq"), st.just("capitals")),
    "not in capitals": st.builds(rule, st.just("case"), st.just("ne"), st.just("capitals")),
    "sentence case": st.builds(rule, st.just("case"), st.just("eq"), st.just("sentence case")),
    "a list": st.builds(rule, st.just("format.list"), st.just("eq"), st.booleans()),
    "bullets": st.builds(rule, st.just("format.bullets"), st.just("eq"), st.booleans()),
    "numbers": st.builds(rule, st.just("format.numbered"), st.just("eq"), st.booleans()),
    "at most n items": st.builds(rule, st.just("count.items"), st.just("le"), st.integers(0, 4)),
    "JSON": st.builds(rule, st.just("format.json"), st.just("eq"), st.booleans()),
    "no Markdown": st.builds(rule, st.just("format.markdown"), st.just("eq"), st.just(False)),
    "no headings": st.builds(rule, st.just("format.headings"), st.just("eq"), st.just(False)),
    "a title": st.builds(rule, st.just("format.title"), st.just("eq"), st.booleans()),
    "no table": st.builds(rule, st.just("format.table"), st.just("eq"), st.just(False)),
    "no code": st.builds(rule, st.just("format.code"), st.just("eq"), st.just(False)),
    "quotation": st.builds(rule, st.just("format.quoted"), st.just("eq"), st.booleans()),
    "postscript": st.builds(rule, st.just("format.postscript"), st.just("eq"), st.booleans()),
    "one answer": st.builds(rule, st.just("format.two_answers"), st.just("eq"), st.just(False)),
    "no commas": st.builds(rule, st.just("count.commas"), st.just("le"), st.integers(0, 1)),
    "exclamation marks": st.builds(rule, st.just("count.exclamations"), st.just("le"), st.integers(0, 2)),
    "semicolons": st.builds(rule, st.just("count.semicolons"), st.just("eq"), st.just(0)),
    "questions": st.builds(rule, st.just("count.questions"), st.just("le"), st.integers(0, 2)),
    "no question last": st.builds(rule, st.just("question.end"), st.just("eq"), st.just(False)),
    "quotations": st.builds(rule, st.just("count.quotes"), st.just("le"), st.integers(0, 1)),
    "figures": st.builds(rule, st.just("count.numbers"), st.just("le"), st.integers(0, 1)),
    "dates": st.builds(rule, st.just("count.dates"), st.just("le"), st.integers(0, 1)),
    "links": st.builds(rule, st.just("count.links"), st.just("eq"), st.just(0)),
    "emojis": st.builds(rule, st.just("count.emoji"), st.just("eq"), st.just(0)),
    "contractions": st.builds(rule, st.just("count.contractions"), st.just("eq"), st.just(0)),
    "placeholders": st.builds(rule, st.just("count.placeholders"), st.just("eq"), st.just(0)),
    "capital words": st.builds(rule, st.just("count.capitals"), st.just("le"), st.integers(0, 3)),
    "highlights": st.builds(rule, st.just("count.highlights"), st.just("le"), st.integers(0, 1)),
    "sections": st.builds(rule, st.just("count.sections"), st.just("le"), st.integers(0, 1)),
    "no first person": st.builds(rule, st.just("person.first"), st.just("eq"), st.just(False)),
    "a word n times": st.builds(rule, st.just("count.word"), st.just("ge"), st.tuples(st.just("we"), COUNT)),
    "at least n placeholders": st.builds(rule, st.just("count.placeholders"), st.just("ge"), st.integers(1, 2)),
    "question repeated": st.builds(rule, st.just("question.repeated"), st.just("eq"), st.booleans()),
}  # fmt: skip
"""Rules of form: whatever a text says, it can be made to keep them."""

ENOUGH: dict[str, st.SearchStrategy[Rule]] = {
    "at least n paragraphs": st.builds(rule, st.just("length.paragraphs"), st.just("ge"), st.integers(2, 4)),
    "at least n lines": st.builds(rule, st.just("length.lines"), st.just("ge"), st.integers(2, 4)),
    "n items": st.builds(rule, st.just("count.items"), st.just("eq"), st.integers(1, 4)),
    "n sections": st.builds(rule, st.just("count.sections"), st.just("eq"), st.integers(1, 4)),
    "n highlights": st.builds(rule, st.just("count.highlights"), st.just("ge"), st.integers(1, 2)),
    "n capital words": st.builds(rule, st.just("count.capitals"), st.just("ge"), st.integers(1, 2)),
    "nth paragraph starts": st.builds(
        rule, st.just("paragraph.start"), st.just("eq"), st.sampled_from(("1: However", "2: Still", "3: so"))
    ),
}  # fmt: skip
"""Rules that a text keeps once it is cut up otherwise, if it has that many sentences."""

OTHERS: dict[str, st.SearchStrategy[Rule]] = {
    "at least n words": st.builds(rule, st.just("length.words"), st.just("ge"), st.integers(1, 90)),
    "at least n sentences": st.builds(rule, st.just("length.sentences"), st.just("ge"), st.integers(1, 9)),
    "few of a letter": st.builds(
        rule, st.just("count.letter"), st.sampled_from(("le", "ge")), st.tuples(st.just("e"), st.integers(0, 9))
    ),
    "options": st.builds(rule, st.just("options"), st.just("eq"), st.just(("we", "they"))),
    "two answers": st.builds(rule, st.just("format.two_answers"), st.just("eq"), st.just(True)),
    "a table": st.builds(rule, st.just("format.table"), st.just("eq"), st.just(True)),
    "Markdown": st.builds(rule, st.just("format.markdown"), st.just("eq"), st.just(True)),
    "German": st.builds(rule, st.just("language"), st.just("eq"), st.just("German")),
}  # fmt: skip
"""Rules that a text may need new sentences for."""


def test_every_instruction_of_ifeval_is_here() -> None:
    kinds = {**FORMAL, **ENOUGH, **OTHERS}.values()
    here = {name for kind in kinds for name in _names(kind)}
    assert {check.name for check in CHECKS.values() if check.instruction} <= here


def _names(kind: st.SearchStrategy[Rule]) -> set[str]:
    found: set[str] = set()

    @settings(max_examples=1, database=None, deadline=None)
    @given(kind)
    def look(one: Rule) -> None:
        found.add(one.property)

    look()
    return found


@pytest.mark.parametrize("kind", FORMAL)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_rules_of_form_are_always_met(kind: str, data: Any) -> None:
    text, asked = data.draw(TEXTS), data.draw(FORMAL[kind])
    mended = repaired(text, [asked], QUESTION, force=True)
    assert mended is not None
    _right(text, mended, [asked])


@pytest.mark.parametrize("kind", ENOUGH)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_rules_of_parts_are_met_where_there_are_sentences_enough(kind: str, data: Any) -> None:
    text, asked = data.draw(PARAGRAPHS), data.draw(ENOUGH[kind])
    enough = 4 if kind == "nth paragraph starts" else int(asked.value)  # type: ignore[arg-type]
    assume(len(sentences(text)) >= enough)
    mended = repaired(text, [asked], force=True)
    assert mended is not None
    _right(text, mended, [asked])


@pytest.mark.parametrize("kind", OTHERS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_nothing_is_made_up_for_the_others(kind: str, data: Any) -> None:
    text, asked = data.draw(TEXTS), data.draw(OTHERS[kind])
    mended = repaired(text, [asked], force=True)
    if mended is not None:
        _right(text, mended, [asked])
        assert len(words(mended)) <= len(words(text))
    if kind.startswith("at least") and broken([asked], text):
        assert mended is None


def _right(text: str, mended: str, rules: list[Rule]) -> None:
    assert not broken(rules, mended, QUESTION)
    assert words(mended)
    assert repaired(mended, rules, QUESTION, force=True) == mended
    if not broken(rules, text, QUESTION):
        assert mended == text


@pytest.mark.parametrize("kind", FORMAL)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_care_comes_before_force(kind: str, data: Any) -> None:
    text, asked = data.draw(TEXTS), data.draw(FORMAL[kind])
    mended = repaired(text, [asked], QUESTION)
    if mended is not None:
        _right(text, mended, [asked])
        assert repaired(text, [asked], QUESTION, force=True) == mended


UNLIKE = {("capitals", "capital words"), ("bullets", "numbers")}
"""Not at odds by what they say, but only a text of a word or two, or a list of both kinds, meets both."""
PAIRS = [pair for pair in combinations(FORMAL, 2) if pair not in UNLIKE]


@settings(max_examples=600, deadline=None)
@given(TEXTS, st.sampled_from(PAIRS), st.data())
def test_two_rules_of_form_that_go_together_are_both_met(text: str, pair: tuple[str, str], data: Any) -> None:
    rules = [data.draw(FORMAL[kind]) for kind in pair]
    assume(not clashes(rules, QUESTION))
    mended = repaired(text, rules, QUESTION, force=True)
    assert mended is not None
    assert all(holds(each, mended, QUESTION) is not False for each in rules)
    assert repaired(mended, rules, QUESTION, force=True) == mended
