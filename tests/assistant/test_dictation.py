"""Words that are handed over as the answer are taken as they are, by every parser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.parsers import hear, open_parser
from assistant.parsers._dictation import read_dictation
from assistant.types import Context, Critique, OnScreen, Vocabulary


def said(text: str, objects: tuple[str, ...] = ("text",)) -> Critique:
    screen = tuple(OnScreen(id=f"#{n}", input="Hello?", value=value) for n, value in ((1, "At 9."), (2, "At ten.")))
    context = Context(task="t", vocabulary=Vocabulary(objects=objects), outputs=screen)
    return Critique(conversation="c", author="ann", text=text, context=context)


@pytest.mark.parametrize(
    ("text", "target", "answer"),
    [
        ('you should have said "We open at nine."', "#1", "We open at nine."),
        ("You should have said: we open at nine", "#1", "we open at nine"),
        ("No, it should be: We have yoga on Tuesdays.", "#1", "We have yoga on Tuesdays."),
        ('#2 should say "No dogs, please."', "#2", "No dogs, please."),
        ("the second one should read: two\nlines", "#2", "two\nlines"),
        ('say "At six" instead', "#1", "At six"),
        ("Better: At six.", "#1", "At six."),
        ("the correct answer is: at six", "#1", "at six"),
        ("The last should have been “Closed.”", "#2", "Closed."),
        ("I would have said: sorry", "#1", "sorry"),
    ],
)
def test_what_is_dictated_is_the_answer(text: str, target: str, answer: str) -> None:
    heard = hear(open_parser("gesture"), said(text))
    assert heard.parser == "dictation" and heard.reading.confidence == 1.0
    (act,) = heard.reading.acts
    assert act.edit is not None and act.targets == (target,)
    assert (act.edit.op, act.edit.object, act.edit.old, act.edit.new) == ("replace", "answer", None, answer)


@pytest.mark.parametrize(
    "text",
    [
        "you should have said sorry", "it should be shorter", "#3 should say: nothing", "never say \"sorry\" again",
        'it should say "nine", not "ten"', "why: because", "say it shorter", "", "better", "better:",
        'the first is better: it says "nine"', "say:",
    ],
)  # fmt: skip
def test_other_words_are_for_a_parser(text: str) -> None:
    assert read_dictation(said(text)) is None


def test_where_answers_are_no_texts_nothing_is_dictated() -> None:
    assert read_dictation(said("better: at six", objects=("atom",))) is None
    empty = said("better: at six").model_copy(update={"context": Context(vocabulary=Vocabulary(objects=("text",)))})
    assert read_dictation(empty) is None


@given(st.text(max_size=80))
def test_no_message_is_too_odd(text: str) -> None:
    reading = read_dictation(said(text))
    assert reading is None or reading.acts[0].edit is not None
