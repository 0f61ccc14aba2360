"""The last resort, after editing with care and sampling anew have failed: it obeys, and it shows that it was edited.

>>> BLUNT["contains"]("We kindly ask.", not_kindly)         # a gap, not another word
'We … ask.'
>>> BLUNT["contains"]("It opens at 8.", sunday)             # on its own, so that nothing is claimed about it
'It opens at 8. Sunday.'
"""

from __future__ import annotations

import re

from assistant.texts.add import ended, least
from assistant.texts.checks import CHECKS
from assistant.texts.cut import without_pleasantry
from assistant.texts.drop import FOUND, Mender, found, most
from assistant.texts.find import CLOSERS, asks, closes_with, opening, placed
from assistant.texts.obey import SAYS, Rule, measured, values, wanted
from assistant.texts.reform import joined, listed
from assistant.texts.segment import ITEM, sentences, words

__all__ = ["BLUNT", "WITHIN"]

TITLE_WORDS = 8
SLOTS = ("[name]", "[date]", "[place]", "[contact]")
"""Placeholders that any letter has room for."""


def _covered(text: str, rule: Rule) -> str | None:
    """A gap, shown as "…", for each of what must not be there."""
    for start, end in sorted(found(text, rule, first=True), reverse=True):
        text = f"{text[:start].rstrip()} … {text[end:].lstrip()}"
    text = re.sub(r"… ([.!?,;:])", r"…\1", re.sub(r"(?:… ?)+", "… ", text)).strip()
    return text if words(text) else None


def _contains(text: str, rule: Rule) -> str | None:
    if not SAYS.get(rule.operator):
        return _covered(text, rule)
    missing = [str(value).strip() for value in values(rule) if not placed(text, str(value))]
    return " ".join([ended(text), *(ended(said[:1].upper() + said[1:]) for said in missing)])


def _said_often(text: str, rule: Rule) -> str | None:
    """The word, on its own, as often as it is missing; what is too often is covered."""
    said = _missing(text, rule)
    if not said:
        return _covered(text, rule)
    return " ".join([ended(text), *(ended(word[:1].upper() + word[1:]) for word in said)])


def _in_brackets(text: str, rule: Rule) -> str | None:
    """The same in the last sentence, where there may be no other."""
    said = ", ".join(_missing(text, rule))
    if not said:
        return _covered(text, rule)
    return re.sub(r"([^\w)\]]*)$", lambda end: f" ({said}){end[1]}", ended(text), count=1)


def _missing(text: str, rule: Rule) -> list[str]:
    """The word of the rule, as often as the text lacks it."""
    need, there = least(rule), measured(CHECKS[rule.property], rule, text)
    if need is None or there is None or there >= need:
        return []
    return [str(values(rule)[0]).strip()] * round(need - there)


def _placeholders(text: str, rule: Rule) -> str | None:
    """What is left to fill in, as a line of its own."""
    need, there = least(rule), CHECKS[rule.property].measure(text)
    if need is None or there >= need:
        return _covered(text, rule)
    return f"{text.strip()}\n\n" + ", ".join(SLOTS[n % len(SLOTS)] for n in range(round(need - there)))


def _stated(text: str, rule: Rule) -> str | None:
    """A full stop for a question mark."""
    spans = sentences(text)
    asked = found(text, rule, first=True) if rule.property in FOUND else spans[-1:] if wanted(rule) is False else []
    for start, end in reversed(asked):
        if asks(text[start:end]):
            text = text[:start] + re.sub(r"[?？!]+(?=[\"'”’»)\]*_ \n]*$)", ".", text[start:end]) + text[end:]
    return text


def _sentence_words(text: str, rule: Rule) -> str | None:
    """Sentences that are too long, cut behind a word."""
    bound = most(rule)
    if bound is None or bound < 1:
        return None
    for start, end in reversed(sentences(text)):
        inside = words(text[start:end])
        if len(inside) > bound:
            mark = " (…)." if text[end:].lstrip()[:1].islower() else "…"  # behind "…" a small letter goes on
            text = re.sub(r"[^\w)\]%]+$", "", text[: start + inside[int(bound) - 1][1]]) + mark + text[end:]
    return text


def _postscript(text: str, rule: Rule) -> str | None:
    """The last sentence, said once more; or the postscript as a sentence like any other."""
    if wanted(rule) is False:
        return re.sub(r"^[ \t]*(?:\*\*)?p\.?[ \t]?(?:p\.?[ \t]?)?s\b\.?:?[ \t]*", "", text, flags=re.I | re.M).strip()
    spans = sentences(text)
    if not wanted(rule) or not spans:
        return None
    said = ITEM.sub("", text[slice(*spans[-1])])
    return f"{text.strip()}\n\nP.S. {' '.join(said.split())}"


def _title(text: str, rule: Rule) -> str | None:
    """The first words that say something."""
    if not wanted(rule) or not sentences(text):
        return None
    said = without_pleasantry(text).strip()
    first = re.split(r"[;(]|[,:](?=\s|$)", said[slice(*sentences(said)[0])])[0]
    ends = [end for _, end in words(first)][:TITLE_WORDS]
    said = re.sub(r"[<>#*\n]|[^\w)]+$", " ", first[: ends[-1]])
    return f"<<{' '.join(said.split())}>>\n{text.strip()}"


def _start(text: str, rule: Rule) -> str | None:
    """Without the words, where that is all of the text's first sentence that has to go."""
    for value in map(str, values(rule)) if SAYS.get(rule.operator) is False else ():
        at = opening(text, value)
        if at is not None:
            text = text[at:].lstrip(" ,;:.!?–-\n")
            text = text[:1].upper() + text[1:]
    return text if words(text) else None


def _end(text: str, rule: Rule) -> str | None:
    """A gap for the words."""
    for value in map(str, values(rule)) if SAYS.get(rule.operator) is False else ():
        if closes_with(text, value):
            at = len(text.rstrip(CLOSERS)) - len(value.strip().rstrip(CLOSERS))
            text = text[:at].rstrip() + " …"
    return text if words(text) else None


def _one_line(text: str, rule: Rule) -> str | None:
    return joined(text, rule.property == "length.paragraphs") if most(rule) == 1 else None


BLUNT: dict[str, Mender] = {
    "format.postscript": _postscript,
    "contains": _contains,
    **{name: _covered for name in FOUND if name not in ("contains", "count.questions")},
    "count.word": _said_often,
    "count.placeholders": _placeholders,
    "count.questions": _stated,
    "question.end": _stated,
    "length.sentence_words": _sentence_words,
    "format.list": lambda text, rule: listed(text, number=True) if wanted(rule) else None,  # bullets may be forbidden
    "format.title": _title,
    "length.paragraphs": _one_line,
    "length.lines": _one_line,
    "start": _start,
    "end": _end,
}
WITHIN: dict[str, Mender] = {**BLUNT, "count.word": _in_brackets}
"""The same without a sentence more."""
