"""What a text says, starts with and ends with.

>>> {check.name: check for check in CONTENT}["contains"].match("We refund you.", "refund")
True
"""

from __future__ import annotations

from assistant.texts.checks._check import Check
from assistant.texts.find import FIRST_PERSON, asks, closes_with, opens_with, placed
from assistant.texts.segment import paragraphs, sentences

__all__ = ["CONTENT"]


def _same(text: str) -> str:
    return text


def _one_of(text: str, options: str) -> bool:
    """Whether the text is, but for case and the marks around it, one of what "|" parts."""
    return _bare(text) in {_bare(option) for option in options.split("|")} - {""}


def _bare(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .!,;:*_\"'“”‘’«»")


def _first_words(text: str) -> list[str]:
    return [text[start:end].lstrip("#*>- \t\"'“") for start, end in paragraphs(text)]


def _paragraph_starts(starts: list[str], value: str) -> bool:
    """`value` is "2: However": the second paragraph starts with "However"; without a number the first."""
    number, colon, said = value.partition(":")
    if not (colon and number.strip().isdigit()):
        number, said = "1", value
    place = int(number) - 1
    return 0 <= place < len(starts) and opens_with(starts[place], said)


def _ends_asking(text: str) -> bool:
    spans = sentences(text)
    return bool(spans) and asks(text[spans[-1][0] :])


CONTENT = (
    Check(
        "contains", "the text", "text", _same, "Use the words {value}.", "Do not use the words {value}.",
        synonyms=("mentions", "includes", "says", "word", "words used", "keywords", "names", "phrase", "it"),
        match=lambda text, phrase: bool(placed(text, phrase)),
        instruction="keywords:existence, keywords:forbidden_words",
    ),
    Check(
        "start", "the start", "text", _same, "Start with the words {value}.", "Do not start with the words {value}.",
        synonyms=("starts with", "begins with", "beginning", "opening", "first words", "starts"), match=opens_with,
    ),
    Check(
        "end", "the end", "text", _same, "End with the words {value}.", "Do not end with the words {value}.",
        synonyms=("ends with", "ending", "last words", "closing", "finish", "ends"), match=closes_with,
        instruction="startend:end_checker",
    ),
    Check(
        "options", "the answer", "text", _same, "Answer with exactly one of these: {value}.",
        synonyms=("one of", "answer with one of", "choices"), match=_one_of,
        instruction="detectable_format:constrained_response",
    ),
    Check(
        "paragraph.start", "the start of a paragraph", "text", _first_words,
        "Start paragraph {value} (its number, and its first words).", synonyms=("first word of paragraph",),
        match=_paragraph_starts, instruction="length_constraints:nth_paragraph_first_word",
    ),
    Check(
        "question.repeated", "the question repeated first", "flag", lambda text: None,
        "First repeat the question word for word, then answer it.", "Do not repeat the question.",
        synonyms=("repeat the question", "repeats question", "question first"),
        instruction="combination:repeat_prompt",
    ),
    Check(
        "question.end", "a question at the end", "flag", _ends_asking, "End with a question.",
        "Do not end with a question.",
        synonyms=("ends with question", "question at end", "closing question", "asks back", "ends_with_question"),
    ),
    Check(
        "person.first", "the first person", "flag", lambda text: bool(FIRST_PERSON.search(text)),
        "Write in the first person.", "Do not write in the first person (no “I”, “me”, “my”).",
        synonyms=("first person", "first_person", "I", "says I"),
    ),
)  # fmt: skip
