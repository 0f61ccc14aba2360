"""Small edits that make a text obey one rule: each takes the text and the rule, and gives the text or None.

>>> MENDERS["contains"]("Hi. We kindly ask you. Bye.", not_kindly)      # drops the sentence with the word
'Hi. Bye.'
>>> MENDERS["case"]("Yes, WE do.", lower)
'yes, we do.'

They change how something is said, drop what must not be said, or add the very words that were asked for. None means
that only another text can help: what a new sentence should say is for the model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from assistant._words import Span
from assistant.texts.checks import CHECKS
from assistant.texts.checks.counts import EMOJI
from assistant.texts.checks.form import PARTED, TITLE
from assistant.texts.find import CONTRACTION_FORMS, POSTSCRIPT, closes_with, contractions, opens_with, placed
from assistant.texts.markup import HEADING, HIGHLIGHT, stripped
from assistant.texts.obey import SAYS, Rule, limit, values, wanted
from assistant.texts.reform import listed, prose
from assistant.texts.segment import items, paragraphs, sentences

__all__ = ["MENDERS", "Mender", "most"]

Mender = Callable[[str, Rule], str | None]
LOWERED = re.compile(
    r"(?:The|It|He|She|We|You|They|This|That|These|Those|There|Here|A|An|In|On|At|For|If|When|Our|Your|My|His|Her|"
    r"Their|Its|As|By|To|From|With|All|Most|Some|Please)\b"
)


def most(rule: Rule) -> float | None:
    """The largest number that the rule lets be; None: it has no upper bound."""
    bound = limit(rule)
    if bound is None or rule.operator not in ("eq", "le", "lt"):
        return None
    return -(-bound // 1) - 1 if rule.operator == "lt" else bound


# --- dropping ----------------------------------------------------------------------------------------------------


def without(text: str, spans: Sequence[Span]) -> str | None:
    """The text without the sentences that meet these spans; None where nothing would be left."""
    kept, last = [], 0
    for start, end in sentences(text):
        if any(start < b and a < end for a, b in spans):
            before = text[last:start]
            kept.append(before.rstrip(" \t") if before.strip(" \t") else before)
            line = text.rfind("\n", 0, start) + 1
            rest = re.match(r"[ \t]*\n", text[end:])
            last = (
                end + rest.end() if rest and not text[line:start].strip() else end
            )  # a whole line goes with its break
    left = "".join([*kept, text[last:]])
    left = re.sub(r"(?m)^[ \t]+$\n?", "", re.sub(r"\n{3,}", "\n\n", left)).strip()
    return left if sentences(left) else None


def _contains(text: str, rule: Rule) -> str | None:
    if SAYS.get(rule.operator) is not False:
        return None
    return without(text, [span for value in values(rule) for span in placed(text, str(value))])


def _fewer_words(text: str, rule: Rule) -> str | None:
    keep = most(rule)
    if keep is None or rule.property == "count.letter" or keep < 0:
        return None
    return without(text, placed(text, str(values(rule)[0]))[int(keep) :])


def _surplus(pattern: re.Pattern[str]) -> Mender:
    """Drops the sentences of what is too much, the last first."""

    def mend(text: str, rule: Rule) -> str | None:
        keep = most(rule)
        if keep is None or keep < 0:
            return None
        return without(text, [match.span() for match in pattern.finditer(text)][int(keep) :])

    return mend


def _signs(pattern: str, instead: str) -> Mender:
    """Puts something else for the signs that are too many, the last first."""

    def mend(text: str, rule: Rule) -> str | None:
        keep = most(rule)
        if keep is None or keep < 0:
            return None
        for match in reversed(list(re.finditer(pattern, text))[int(keep) :]):
            text = text[: match.start()] + match.expand(instead) + text[match.end() :]
        return text

    return mend


def _contractions(text: str, rule: Rule) -> str | None:
    keep = most(rule)
    if keep is None or keep < 0:
        return None
    for start, end in reversed(contractions(text)[int(keep) :]):
        short = text[start:end].replace("’", "'")
        long = next((re.sub(a, b, short, flags=re.I) for a, b in CONTRACTION_FORMS if re.search(a, short, re.I)), short)
        text = text[:start] + (long[0].upper() if short[0].isupper() else long[0]) + long[1:] + text[end:]
    return text


def _capitals(text: str, rule: Rule) -> str | None:
    keep = most(rule)
    if keep is None or keep < 0:
        return None
    found = [m for m in re.finditer(r"[^\W_]+(?:['’-][^\W_]+)*", text) if m[0].isupper() and len(m[0]) > 1]
    for match in reversed(found[int(keep) :]):
        text = text[: match.start()] + match[0].capitalize() + text[match.end() :]
    return text


def _items(text: str, rule: Rule) -> str | None:
    """Cuts the items that are too many; without any left, the list becomes sentences."""
    keep = most(rule)
    if keep is None or keep < 0:
        return None
    if keep == 0:
        return prose(text)
    for start, end in reversed(items(text)[int(keep) :]):
        text = text[:start].rstrip() + text[end:]
    return text


def _highlights(text: str, rule: Rule) -> str | None:
    keep = most(rule)
    if keep is None or keep < 0:
        return None
    for match in reversed(list(HIGHLIGHT.finditer(text))[int(keep) :]):
        text = text[: match.start()] + match[2] + text[match.end() :]
    return text


# --- form --------------------------------------------------------------------------------------------------------


def _list(number: bool) -> Mender:
    return lambda text, rule: listed(text, number) if wanted(rule) else prose(text)


def _markdown(text: str, rule: Rule) -> str | None:
    return None if wanted(rule) else stripped(prose(text) if items(text) else text)


def _unless(pattern: re.Pattern[str], instead: str) -> Mender:
    """Takes out what the rule forbids; what it demands has to be thought of."""
    return lambda text, rule: None if wanted(rule) is not False else pattern.sub(instead, text).strip() or None


def _quoted(text: str, rule: Rule) -> str | None:
    return f'"{text.strip()}"' if wanted(rule) else text.strip()[1:-1].strip()


def _one_answer(text: str, rule: Rule) -> str | None:
    return None if wanted(rule) else next((part.strip() for part in PARTED.split(text) if part.strip()), None)


def _case(text: str, rule: Rule) -> str | None:
    if not SAYS.get(rule.operator):
        return None
    case = str(values(rule)[0])
    if case == "sentence case":
        text = text.lower() if text == text.upper() else text
        for start, end in sentences(text):
            first = re.search(r"[^\W\d_]", text[start:end])
            if first:
                at = start + first.start()
                text = text[:at] + _one_letter(text[at]) + text[at + 1 :]
        return text
    return text.upper() if case == "capitals" else text.lower()


def _one_letter(letter: str) -> str:
    return upper if len(upper := letter.upper()) == 1 else letter


# --- the two ends ------------------------------------------------------------------------------------------------


def _start(text: str, rule: Rule) -> str | None:
    said = str(values(rule)[0]).strip()
    text = text.strip()
    if SAYS.get(rule.operator):
        if opens_with(text.lower(), said.lower()):  # only the capital is missing
            return said + text[len(said) :]
        if "\n" in said or len(said.split()) > 6 or not said[-1:].isalnum():
            return f"{said}\n\n{text}" if len(said.split()) > 6 else f"{said} {text}"
        small = text[:1].lower() + text[1:] if LOWERED.match(text) else text
        return f"{said}, {small}"
    for value in map(str, values(rule)):
        if opens_with(text, value):
            rest = text[len(value.strip()) :]
            text = rest.lstrip(" ,;:.!?–-\n") if re.match(r"\s*[,;:.!?–\n]", rest) else _after_first(text)
            text = text[:1].upper() + text[1:]
    return text or None


def _after_first(text: str) -> str:
    spans = sentences(text)
    return text[spans[1][0] :] if len(spans) > 1 else ""


def _end(text: str, rule: Rule) -> str | None:
    said, text = str(values(rule)[0]).strip(), text.strip()
    if SAYS.get(rule.operator):
        gap = " " if re.search(r"[.!?…:,;\"”)]$", text) or not said[:1].isalnum() else ". "
        return f"{text}{gap}{said}"
    return _before_last(text) if any(closes_with(text, str(value)) for value in values(rule)) else text


def _before_last(text: str) -> str | None:
    spans = sentences(text)
    return text[: spans[-2][1]] if len(spans) > 1 else None


def _no_question_last(text: str, rule: Rule) -> str | None:
    return None if wanted(rule) else _before_last(text)


def _questions(text: str, rule: Rule) -> str | None:
    keep = most(rule)
    if keep is None or keep < 0:
        return None
    measure = CHECKS["count.questions"].measure
    return without(text, [span for span in sentences(text) if measure(text[slice(*span)])][int(keep) :])


def _paragraphs(text: str, rule: Rule) -> str | None:
    """Too few paragraphs: sentences are shared out, in order. Too many are cut elsewhere."""
    least = limit(rule)
    if least is None or rule.operator not in ("eq", "ge", "gt") or items(text) or len(paragraphs(text)) != 1:
        return None
    count, spans = int(least) + (rule.operator == "gt"), sentences(text)
    if not 1 < count <= len(spans):
        return None
    edges = [round(n * len(spans) / count) for n in range(count + 1)]
    return "\n\n".join(text[spans[a][0] : spans[b - 1][1]] for a, b in pairwise(edges))


MENDERS: dict[str, Mender] = {
    "format.two_answers": _one_answer,
    "format.title": _unless(TITLE, ""),
    "format.postscript": _unless(re.compile(POSTSCRIPT.pattern + r"[\s\S]*", POSTSCRIPT.flags), ""),
    "contains": _contains,
    "count.word": _fewer_words,
    "count.links": _surplus(re.compile(r"\bhttps?://\S+|\bwww\.\S+", re.IGNORECASE)),
    "count.questions": _questions,
    "question.end": _no_question_last,
    "format.markdown": _markdown,
    "format.list": _list(False),
    "format.bullets": _list(False),
    "format.numbered": _list(True),
    "format.headings": _unless(HEADING, r"\1"),
    "count.items": _items,
    "count.highlights": _highlights,
    "count.commas": _signs("[,，、]", ""),
    "count.exclamations": _signs(r"[!！]+", "."),
    "count.semicolons": _signs(";", ","),
    "count.emoji": _signs(rf"[ \t]?(?:{EMOJI.pattern})[\ufe0f\u200d]*", ""),
    "count.contractions": _contractions,
    "count.capitals": _capitals,
    "length.paragraphs": _paragraphs,
    "start": _start,
    "end": _end,
    "format.quoted": _quoted,
    "case": _case,
}
"""In the order in which they act: what goes out, then form, then signs, then what is put at the ends."""
