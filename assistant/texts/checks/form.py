"""What form a text has: list, table, JSON, title, quotation marks, postscript, case, language.

>>> {check.name: check.measure("- one\\n- two") for check in FORM}["format.list"]
True
"""

from __future__ import annotations

import json
import re

from assistant.texts.checks._check import Check
from assistant.texts.find import POSTSCRIPT
from assistant.texts.language import LANGUAGES, language
from assistant.texts.markup import bullets, headings, kinds, numbered
from assistant.texts.segment import sentences

__all__ = ["FORM", "PARTED", "TITLE"]

TITLE = re.compile(r"\A[\s\"“„«]*(?:<<[^<>\n]+>>|# +\S.*|\*\*[^*\n]+\*\*[ \t]*$)", re.MULTILINE)
PARTED = re.compile(r"^[ \t]*\*{6}[ \t]*$", re.MULTILINE)
QUOTES = {'"': '"', "“": "”", "«": "»", "„": "“", "'": "'", "‘": "’"}
CASES = {
    "lower case": ("lower", "lowercase", "small letters", "no capitals", "lower"),
    "capitals": ("upper", "uppercase", "upper case", "caps", "all caps", "capital letters"),
    "sentence case": ("sentence",),
}


def bare(text: str) -> str:
    """What is in the one fence around the text, if there is one."""
    return re.sub(r"\A\s*```(?:json)?\s*|\s*```\s*\Z", "", text)


def is_json(text: str) -> bool:
    """Whether it is a JSON object or list, alone or in one fence."""
    if not text.lstrip().startswith(("{", "[", "`")):
        return False
    try:
        return isinstance(json.loads(bare(text)), dict | list)
    except (ValueError, RecursionError):
        return False


def _quoted(text: str) -> bool:
    text = text.strip()
    return len(text) > 2 and QUOTES.get(text[0]) == text[-1]


def _two(text: str) -> bool:
    parts = [part for part in PARTED.split(text) if part.strip()]
    return len(parts) == 2 and parts[0].strip() != parts[1].strip()


def _is_case(text: str, case: str) -> bool | None:
    """None: no letters, so there is no case."""
    if not any(letter.upper() != letter.lower() for letter in text):
        return None
    if case == "lower case":
        return text == text.lower()
    if case == "capitals":
        return text == text.upper()
    firsts = [re.search(r"[^\W\d_]", text[start:end]) for start, end in sentences(text)]
    return text != text.upper() and all(first is None or first[0] == first[0].upper() for first in firsts)


def _is_language(spoken: str | None, value: str) -> bool | None:
    return None if spoken is None else spoken.casefold() == value.casefold()


FORM = (
    Check(
        "format.list", "a list", "flag", lambda text: bullets(text) + numbered(text) > 0,
        "Answer as a list.", "Do not use lists or bullet points.",
        synonyms=("list", "bulleted list", "bullet list", "bullet format", "lists"),
    ),
    Check(
        "format.bullets", "a bulleted list", "flag", lambda text: bullets(text) > 0,
        "Answer as a bulleted list.", "Do not use bullet points.", synonyms=("bulleted", "bullet_points", "as bullets"),
    ),
    Check(
        "format.numbered", "a numbered list", "flag", lambda text: numbered(text) > 0, "Answer as a numbered list.",
        "Do not number anything.", synonyms=("numbered", "numbering", "numbered list", "ordered list"),
    ),
    Check(
        "format.json", "JSON", "flag", is_json, "Answer with JSON and nothing else.", "Do not answer with JSON.",
        synonyms=("json",), instruction="detectable_format:json_format",
    ),
    Check(
        "format.markdown", "Markdown", "flag", lambda text: bool(kinds(text) - {"numbers"}),
        "Format the answer with Markdown.", "Use plain text without any Markdown.",
        synonyms=("markdown", "md", "formatting", "markup"),
    ),
    Check(
        "format.headings", "headings", "flag", lambda text: headings(text) > 0, "Use headings.", "Do not use headings.",
        synonyms=("headings", "headers", "subheadings", "heading", "headline"),
    ),
    Check(
        "format.title", "a title", "flag", lambda text: bool(TITLE.search(text)),
        "Begin with a title in double angular brackets, such as <<title>>.", "Do not begin with a title.",
        synonyms=("title",), instruction="detectable_format:title",
    ),
    Check(
        "format.table", "a table", "flag", lambda text: "table" in kinds(text), "Answer with a Markdown table.",
        "Do not use tables.", synonyms=("table", "tables"),
    ),
    Check(
        "format.code", "code", "flag", lambda text: "code" in kinds(text), "Include code in a code block.",
        "Do not use code.", synonyms=("code", "code blocks", "contains.code"),
    ),
    Check(
        "format.quoted", "quotation marks around it", "flag", _quoted,
        "Put quotation marks around the whole answer.", "Do not put quotation marks around the answer.",
        synonyms=("in quotes", "quotation marks", "quotation marks around", "wrapped in quotes"),
        instruction="startend:quotation",
    ),
    Check(
        "format.postscript", "a postscript", "flag", lambda text: bool(POSTSCRIPT.search(text)),
        "End with a postscript that begins with P.S.", "Do not add a postscript.",
        synonyms=("postscript", "P.S.", "PS"), instruction="detectable_content:postscript",
    ),
    Check(
        "format.two_answers", "two answers", "flag", _two,
        "Give two different answers, with a line of six stars (******) between them.", "Give one answer only.",
        synonyms=("two answers", "two different answers", "two responses", "two versions"),
        instruction="combination:two_responses",
    ),
    Check(
        "case", "case", "label", lambda text: text, "Write everything in {value}.", "Do not write in {value}.",
        synonyms=("capitalisation", "capitalization", "letter case", "case_style", "style.case", "capitals"),
        match=_is_case, choices=CASES, instruction="change_case:english_lowercase, change_case:english_capital",
    ),
    Check(
        "language", "language", "label", language, "Answer in {value}.", "Do not answer in {value}.",
        synonyms=("target language", "tongue", "sprache", "langue", "idioma", "translate"), match=_is_language,
        choices=LANGUAGES, instruction="language:response_language",
    ),
)  # fmt: skip
