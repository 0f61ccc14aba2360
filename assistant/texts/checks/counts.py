"""How many of something a text has: list items, sections, commas, numbers, dates, capitals, one word, one letter.

>>> {check.name: check.measure("Call 5 now!") for check in COUNTS}["count.numbers"]
1
"""

from __future__ import annotations

import re
from collections import Counter

from assistant._words import KINDS, Span
from assistant.texts.checks._check import Check
from assistant.texts.find import DATE, PLACEHOLDER, QUOTE, asks, contractions, placed
from assistant.texts.markup import bullets, headings, highlights, numbered
from assistant.texts.segment import ITEM, sentences

__all__ = ["COUNTS", "figures"]

SECTION = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]*|\*\*)?(?:section|part)[ \t]+(?:\d+|[ivx]+)\b", re.IGNORECASE | re.MULTILINE
)
EMOJI = re.compile(KINDS["emoji"])
NUMBER = re.compile(KINDS["number"])
LINK = re.compile(KINDS["link"], re.IGNORECASE)


def _letters(text: str) -> dict[str, int]:
    return Counter(letter for letter in text.casefold() if letter.isalpha())


def _words(text: str) -> dict[str, int]:
    return Counter(re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.casefold()))


def _capitals(text: str) -> int:
    return sum(word.isupper() and len(word) > 1 for word in re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", text))


def _questions(text: str) -> int:
    return sum(asks(text[start:end]) for start, end in sentences(text))


def figures(text: str) -> list[Span]:
    """Numbers; those of list items count nothing."""
    marks = [match.span() for match in ITEM.finditer(text)]
    spans = [match.span() for match in NUMBER.finditer(text)]
    return [(a, b) for a, b in spans if not any(start <= a and b <= end for start, end in marks)]


def _sections(text: str) -> int:
    """Headings in Markdown, or lines that begin with "Section 1"."""
    return max(headings(text), len(SECTION.findall(text)))


COUNTS = (
    Check(
        "count.items", "number of list items", "number", lambda text: bullets(text) + numbered(text),
        "Answer with a list of {amount}.",
        "Do not use lists or bullet points.", unit="items", one="item",
        synonyms=("items", "bullets", "bullet points", "points", "list items", "steps", "n points", "n bullets"),
        instruction="detectable_format:number_bullet_lists",
    ),
    Check(
        "count.sections", "number of sections", "number", _sections, "Have {amount}, each with a heading.",
        unit="sections", one="section", synonyms=("sections", "parts"),
        instruction="detectable_format:multiple_sections",
    ),
    Check(
        "count.placeholders", "number of placeholders", "number", lambda text: len(PLACEHOLDER.findall(text)),
        "Use {amount} in square brackets, such as [name].", unit="placeholders", one="placeholder",
        synonyms=("placeholders", "blanks to fill in"), instruction="detectable_content:number_placeholders",
    ),
    Check(
        "count.highlights", "number of highlighted parts", "number", highlights,
        "Highlight {amount} with *stars*.", unit="parts", one="part",
        synonyms=("highlights", "bold words", "highlighted words", "bold", "emphasis", "italics"),
        instruction="detectable_format:number_highlighted_sections",
    ),
    Check(
        "count.word", "how often a word is there", "number", _words, "Use the word {what} {times}.",
        unit="times", one="time", synonyms=("word frequency", "keyword density", "keyword frequency", "mentions of"),
        each=lambda text, word: len(placed(text, word)), instruction="keywords:frequency",
    ),
    Check(
        "count.letter", "how often a letter is there", "number", _letters, "Use the letter {what} {times}.",
        unit="times", one="time", synonyms=("letter frequency",),
        each=lambda text, letter: text.casefold().count(letter.casefold()), instruction="keywords:letter_frequency",
    ),
    Check(
        "count.capitals", "number of words in capitals", "number", _capitals,
        "Write {amount} in capitals.", unit="words", one="word",
        synonyms=("capital words", "words in capitals", "shouting", "all caps words"),
        instruction="change_case:capital_word_frequency",
    ),
    Check(
        "count.commas", "number of commas", "number", lambda text: len(re.findall("[,，、]", text)), "Use {amount}.",
        unit="commas", one="comma", synonyms=("commas",), instruction="punctuation:no_comma",
    ),
    Check(
        "count.exclamations", "number of exclamation marks", "number", lambda text: len(re.findall("[!！]", text)),
        "Use {amount}.", unit="exclamation marks", one="exclamation mark",
        synonyms=("exclamation marks", "exclamations", "exclamation", "exclamation points"),
    ),
    Check(
        "count.semicolons", "number of semicolons", "number", lambda text: text.count(";"), "Use {amount}.",
        unit="semicolons", one="semicolon", synonyms=("semicolons",),
    ),
    Check(
        "count.questions", "number of questions", "number", _questions, "Ask {amount}.", unit="questions",
        one="question", synonyms=("questions", "question marks", "contains.question"),
    ),
    Check(
        "count.quotes", "number of quotations", "number", lambda text: len(QUOTE.findall(text)), "Use {amount}.",
        unit="quotations", one="quotation",
        synonyms=("quotes", "quotations", "direct speech", "contains.quotes", "citations"),
    ),
    Check(
        "count.numbers", "number of figures", "number", lambda text: len(figures(text)),
        "Mention {amount}.", unit="figures", one="figure",
        synonyms=("numbers", "figures", "digits", "numerals", "contains.numbers", "contains.number", "amounts"),
    ),
    Check(
        "count.dates", "number of dates", "number", lambda text: len(DATE.findall(text)), "Mention {amount}.",
        unit="dates", one="date", synonyms=("dates", "contains.date", "day"),
    ),
    Check(
        "count.links", "number of links", "number", lambda text: len(LINK.findall(text)), "Use {amount}.",
        unit="links", one="link", synonyms=("links", "urls", "n links"),
    ),
    Check(
        "count.emoji", "number of emojis", "number", lambda text: len(EMOJI.findall(text)), "Use {amount}.",
        unit="emojis", one="emoji", synonyms=("emojis", "emoji", "smileys", "emoji.count", "contains.emoji"),
    ),
    Check(
        "count.contractions", "number of contractions", "number", lambda text: len(contractions(text)), "Use {amount}.",
        unit="contractions", one="contraction", synonyms=("contractions", "short forms"),
    ),
)  # fmt: skip
