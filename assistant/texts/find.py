"""Finding things in a text that checks and repairs agree on: phrases, contractions, dates, placeholders.

>>> placed("We don’t refund. Refunds!", "refund")          # whole words, whatever the case
[(9, 15)]
>>> contractions("It's Tom's, isn't it?")                  # a possessive is none
[(0, 4), (12, 17)]
"""

from __future__ import annotations

import re

from assistant._words import Span, quoted

__all__ = [
    "CONTRACTION_FORMS",
    "DATE",
    "FIRST_PERSON",
    "PLACEHOLDER",
    "POSTSCRIPT",
    "QUOTE",
    "TITLED",
    "asks",
    "closes_with",
    "contractions",
    "opening",
    "opens_with",
    "placed",
]

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
DATE = re.compile(
    rf"\b(?:\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}|"
    rf"\d{{1,2}}(?:st|nd|rd|th|\.)?(?: of)? {_MONTH}(?:,? \d{{4}})?|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?|"
    rf"{_MONTH},? \d{{4}})\b",
    re.IGNORECASE,
)
QUOTE = re.compile(r"\"[^\"\n]+\"|[“„][^“”„\n]+[”“]|«[^«»\n]+»|»[^«»\n]+«")
PLACEHOLDER = re.compile(r"\[[^\[\]\n]+\](?!\()")
POSTSCRIPT = re.compile(r"^[ \t]*(?:\*\*)?p\.?[ \t]?(?:p\.?[ \t]?)?s\b\.?.*\S", re.IGNORECASE | re.MULTILINE)
FIRST_PERSON = re.compile(r"(?<![\w'’.])(?:i['’](?:m|ve|ll|d)|i(?!\.\w)|me|my|mine|myself)(?![\w'’])", re.IGNORECASE)
_CONTRACTION = re.compile(
    r"\b(?:\w+n['’]t|(?:I|you|we|they|he|she|it|that|there|who|what|would|could|should|might)['’](?:m|re|ve|ll|d)|"
    r"(?:it|that|there|here|he|she|what|who|where|how|let)['’]s|gonna|wanna|gotta|y['’]all|'cause)\b",
    re.IGNORECASE,
)
CONTRACTION_FORMS = (
    (r"^won't$", "will not"), (r"^can't$", "cannot"), (r"^shan't$", "shall not"), (r"^let's$", "let us"),
    (r"^ain't$", "is not"), (r"n't$", " not"), (r"'m$", " am"), (r"'re$", " are"), (r"'ve$", " have"),
    (r"'ll$", " will"),
    (r"'s$", " is"), (r"^gonna$", "going to"), (r"^wanna$", "want to"), (r"^gotta$", "got to"),
)  # fmt: skip
"""What they are short for, where that is plain: "I'd" can be had or would."""
TITLED = re.compile(r"[\s\"'“‘„«]*<<[^<>\n]+>>\s*")
SPACE = re.compile(r"\s*")
OPENERS = re.compile(r"[\s\"'“‘„«*_#>(\[]+")
CLOSERS = ".!?…\"'”’»)]*_ "


def _straight(text: str) -> str:
    """With straight apostrophes, at the same places."""
    return text.replace("’", "'")


def placed(text: str, phrase: str) -> list[Span]:
    """Where the phrase stands as whole words, whatever the case and the spacing."""
    return quoted(_straight(phrase))(_straight(text)) if phrase.strip() else []


def contractions(text: str) -> list[Span]:
    return [match.span() for match in _CONTRACTION.finditer(text)]


def opens_with(text: str, start: str) -> bool:
    """Whether the text starts with these words; a capital that was asked for counts, another is let through."""
    return opening(text, start) is not None


def opening(text: str, start: str) -> int | None:
    """The place behind these words, where the text starts with them; a title <<so>>, quotation marks and stars before
    them are let through.

    >>> opening('"Yes, we do."', "yes")
    4
    """
    cased, start = _cased(text, start.strip())
    ends = {match.end() for pattern in (SPACE, OPENERS, TITLED) if (match := pattern.match(cased))}
    if title := TITLED.match(cased):
        ends |= {match.end() for match in [OPENERS.match(cased, title.end())] if match}
    for at in sorted(ends):
        if cased.startswith(start, at) and not _inside(start, cased[at + len(start) :]):
            return at + len(start)
    return None


def closes_with(text: str, end: str) -> bool:
    """Whether the text ends with these words, with or without a full stop or a quotation mark behind them."""
    text, end = _cased(text.strip(), end.strip())
    wholes = (text[:at] for at in range(len(text), len(text.rstrip(CLOSERS)) - 1, -1))
    return any(whole.endswith(end) and not _inside(whole[: len(whole) - len(end)], end) for whole in wholes)


def asks(sentence: str) -> bool:
    """Whether it ends with a question mark, but for quotation marks and brackets."""
    return sentence.rstrip("\"'”’»)]*_ \n").endswith(("?", "？", "?!", "??!"))


def _inside(before: str, after: str) -> bool:
    """Whether a word goes on from the one to the other."""
    return re.search(r"\w\Z", before) is not None and re.match(r"\w", after) is not None


def _cased(text: str, said: str) -> tuple[str, str]:
    text, said = _straight(text), _straight(said)
    return (text.lower(), said) if said == said.lower() else (text, said)
