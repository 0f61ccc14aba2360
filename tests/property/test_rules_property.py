"""Rules on any words: what was said is found, `not` is its opposite, and nothing that is said breaks it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.rules import condition

WORDS = st.from_regex(r"[b-df-hj-np-tv-z][aeiou][a-z]{2,8}", fullmatch=True).map(lambda word: "zz" + word)
TEXTS = st.text(max_size=80)


@given(WORDS, TEXTS, TEXTS)
def test_a_word_that_stands_in_a_text_is_found(word: str, before: str, after: str) -> None:
    text = f"{before} {word.upper()}, {after}"
    said = condition(f"mentions {word}")
    assert said.matches(text)
    assert any(text[start:end].casefold() == word for start, end in said.find(text))


@given(st.lists(WORDS, min_size=1, max_size=4), TEXTS)
def test_a_quote_that_stands_in_a_text_is_found(words: list[str], around: str) -> None:
    quote = " ".join(words)
    assert condition(f"quoting '{quote}'").matches(f"{around} {quote}")
    assert condition(f'starts with "{quote}"').matches(f"{quote} {around}")


@given(WORDS, WORDS, TEXTS)
def test_not_or_and_and_mean_what_they_say(one: str, other: str, around: str) -> None:
    for text in (around, f"{around} {one}", f"{other} {around}", f"{one} {around} {other}"):
        first, second = (
            condition(f"mentions {one}").matches(text),
            condition(f"mentions {other}").matches(text),
        )
        assert condition(f"doesn't mention {one}").matches(text) is not first
        assert condition(f"mentions {one} or {other}").matches(text) is (first or second)
        assert condition(f"mentions {one} and {other}").matches(text) is (first and second)
        assert condition(f"doesn't mention {one} or {other}").matches(text) is not (first or second)


@given(st.integers(0, 50), st.integers(0, 50))
def test_lengths_compare_as_numbers(number: int, length: int) -> None:
    text = " ".join(["word"] * length)
    assert condition(f"is shorter than {number} words").matches(text) is (length < number)
    assert condition(f"has at least {number} words").matches(text) is (length >= number)
    assert condition(f"is not longer than {number} words").matches(text) is (length <= number)


PIECES = st.sampled_from(
    ["mentions", "not", "a", "the", "'free'", '"call', "'", '"', "or", "and", ",", ";", "more than", "3", "words",
     "starts with", "no", "in caps", "refund", "unless", "neither", "twice", "is", "isn't", "without", "has"]
)  # fmt: skip
SAID = st.text(max_size=60) | st.lists(PIECES | st.text(max_size=4), max_size=9).map(" ".join)


@given(SAID, TEXTS)
@settings(max_examples=400)
def test_whatever_is_said_is_understood_or_not_but_never_an_error(when: str, text: str) -> None:
    said = condition(when)
    assert said.understood is (said.problem == "")
    assert said.matches(text) in (True, False)
    assert all(0 <= start < end <= len(text) for start, end in said.find(text))
    if not said.understood:
        assert not said.matches(text)
