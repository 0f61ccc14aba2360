"""How long a text is: words, sentences, characters, lines, paragraphs.

>>> {check.name: check.measure("One. Two words.") for check in LENGTHS}["length.words"]
3
"""

from __future__ import annotations

import json

from assistant.texts.checks._check import Check
from assistant.texts.checks.form import bare, is_json
from assistant.texts.reform import unwrapped
from assistant.texts.segment import lines, paragraphs, sentences, words

__all__ = ["LENGTHS"]


def _said(text: str) -> str:
    """The text, or what it says where it is JSON."""
    return unwrapped(json.loads(bare(text))) if is_json(text) else text


def _longest(text: str) -> int:
    said = _said(text)
    return max((len(words(said[start:end])) for start, end in sentences(said)), default=0)


def _paragraphs(text: str) -> int:
    """Those that say something: a line of emojis is none."""
    return sum(bool(words(text[start:end])) for start, end in paragraphs(text))


LENGTHS = (
    Check(
        "length.words", "number of words", "number", lambda text: len(words(_said(text))), "Answer in {amount}.",
        unit="words", one="word", synonyms=("words", "word count", "word limit", "long", "length"),
        instruction="length_constraints:number_words",
    ),
    Check(
        "length.sentences", "number of sentences", "number", lambda text: len(sentences(_said(text))),
        "Answer in {amount}.", unit="sentences", one="sentence",
        synonyms=("sentences", "sentence count", "sentence cap"),
        instruction="length_constraints:number_sentences",
    ),
    Check(
        "length.characters", "number of characters", "number", lambda text: len(text.strip()), "Answer in {amount}.",
        unit="characters", one="character",
        synonyms=("characters", "chars", "length.chars", "char limit", "letters", "signs"),
    ),
    Check(
        "length.paragraphs", "number of paragraphs", "number", _paragraphs,
        "Answer in {amount}, with an empty line between paragraphs.", unit="paragraphs", one="paragraph",
        synonyms=("paragraphs", "paragraph count"), instruction="length_constraints:number_paragraphs",
    ),
    Check(
        "length.lines", "number of lines", "number", lambda text: len(lines(text)), "Answer in {amount}.",
        unit="lines", one="line", synonyms=("lines", "line count", "rows", "verses"),
    ),
    Check(
        "length.sentence_words", "length of the longest sentence", "number", _longest,
        "Let every sentence have {amount}.", unit="words per sentence", one="word per sentence",
        synonyms=("sentence length", "sentence words", "words per sentence", "long sentences"),
    ),
)  # fmt: skip
