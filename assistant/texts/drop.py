"""What goes out of a text that has too much of something: sentences, signs, contractions.

>>> without("Hi. We kindly ask you. Bye.", [(7, 13)])
'Hi. Bye.'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant._words import Span
from assistant.texts.checks import CHECKS
from assistant.texts.checks.counts import EMOJI, LINK, figures
from assistant.texts.find import CONTRACTION_FORMS, DATE, FIRST_PERSON, PLACEHOLDER, QUOTE, contractions, placed
from assistant.texts.markup import HEADING, HIGHLIGHT
from assistant.texts.obey import SAYS, Rule, limit, values, wanted
from assistant.texts.reform import prose, renumbered
from assistant.texts.segment import items, sentences

__all__ = ["DROPS", "Mender", "found", "most", "without"]

Mender = Callable[[str, Rule], "str | None"]
HEDGE = re.compile(
    r"(?P<before>^|[.!?]\s+)(?:I (?:think|believe|guess|suppose|hope|fear|would say)(?: that)?|I['’]m afraid(?: that)?|"
    r"in my opinion,?)\s+(?P<first>\w)",
    re.IGNORECASE | re.MULTILINE,
)
ITEM = r"[\w'’-]+(?: [\w'’-]+)?"
SERIES = re.compile(rf"(?<=\w), (?=(?:(?:{ITEM}, )+{ITEM}|[\w'’-]+),? (?P<how>and|or) \w)")
HAD = r"(?= (?:been|had|better|become|seen|done|gone|taken|given|made|said|told|found|\w+ed)\b)"
HAS = r"(?= (?:been|got|had|become)\b)"


def most(rule: Rule) -> float | None:
    """The largest number that the rule lets be; None: it has no upper bound."""
    bound = limit(rule)
    if bound is None or rule.operator not in ("eq", "le", "lt"):
        return None
    return -(-bound // 1) - 1 if rule.operator == "lt" else bound


def without(text: str, spans: Sequence[Span]) -> str | None:
    """The text without the sentences that meet these spans; None where nothing would be left."""
    left, last, gone = "", 0, False
    for start, end in sentences(text):
        before = text[last:start]
        if gone and left[-1:] in ("", "\n"):
            before = before.lstrip(" \t")
        gone = any(start < b and a < end for a, b in spans)
        left += before.rstrip(" \t") if gone else before + text[start:end]
        line = text.rfind("\n", 0, start) + 1
        rest = re.match(r"[ \t]*\n", text[end:])
        whole = gone and rest is not None and not text[line:start].strip()  # a whole line goes with its break
        last = end + rest.end() if whole and rest is not None else end
    left += text[last:]
    left = re.sub(r"(?m)^[ \t]+$\n?", "", re.sub(r"\n{3,}", "\n\n", left)).strip()
    return renumbered(text, left) if sentences(left) else None


# --- where what is counted stands --------------------------------------------------------------------------------


def _words(text: str, rule: Rule) -> list[Span]:
    return [span for value in values(rule) if isinstance(value, str) for span in placed(text, value)]


def _matches(pattern: re.Pattern[str]) -> Callable[[str, Rule], list[Span]]:
    return lambda text, rule: [match.span() for match in pattern.finditer(text)]


def _questions(text: str, rule: Rule) -> list[Span]:
    measure = CHECKS["count.questions"].measure
    return [(start, end) for start, end in sentences(text) if measure(text[start:end])]


FOUND: dict[str, Callable[[str, Rule], list[Span]]] = {
    "contains": _words,
    "count.word": _words,
    "count.links": _matches(LINK),
    "count.numbers": lambda text, rule: figures(text),
    "count.dates": _matches(DATE),
    "count.placeholders": _matches(PLACEHOLDER),
    "count.quotes": _matches(QUOTE),
    "count.questions": _questions,
    "person.first": _matches(FIRST_PERSON),
}


def found(text: str, rule: Rule, first: bool = False) -> list[Span]:
    """Where the text has what the rule forbids, or too much of: the surplus.

    Args:
        first: of what there is too much, the last may stay, and not the first.
    """
    spans = FOUND[rule.property](text, rule)
    kind = CHECKS[rule.property].values
    if kind == "text":
        return spans if SAYS.get(rule.operator) is False else []
    if kind == "flag":
        return spans if wanted(rule) is False else []
    keep = most(rule)
    if keep is None or keep < 0:
        return []
    return spans[: max(len(spans) - int(keep), 0)] if first else spans[int(keep) :]


def _sentences(text: str, rule: Rule) -> str | None:
    """Without the sentences that have it."""
    spans = found(text, rule)
    return without(text, spans) if spans else None


def _quotations(text: str, rule: Rule) -> str | None:
    """Without the sentences that quote somebody; where nothing else is said, without the marks."""
    left = without(text, found(text, rule))
    if left and left.strip():
        return left
    while spans := found(text, rule):
        start, end = spans[-1]
        text = text[:start] + text[start + 1 : end - 1] + text[end:]
    return text


def _impersonal(text: str, rule: Rule) -> str | None:
    """Without "I think", then without the sentences that still say "I"."""
    if wanted(rule) is not False:
        return None
    text = HEDGE.sub(lambda match: match["before"] + match["first"].upper(), text)
    return without(text, found(text, rule)) if found(text, rule) else text


# --- signs -------------------------------------------------------------------------------------------------------


def _upper(mend: Callable[[str, int], str | None]) -> Mender:
    """A mender that is told how many may stay, and isn't asked where there is no such number."""

    def bounded(text: str, rule: Rule) -> str | None:
        keep = most(rule)
        return None if keep is None or keep < 0 else mend(text, int(keep))

    return bounded


def _signs(pattern: str, instead: str | Callable[[re.Match[str]], str]) -> Mender:
    """Puts something else for the signs that are too many, the last first."""

    def mend(text: str, keep: int) -> str:
        for match in reversed(list(re.finditer(pattern, text))[keep:]):
            said = instead(match) if callable(instead) else instead
            text = text[: match.start()] + said + text[match.end() :]
        return text

    return _upper(mend)


def _comma(match: re.Match[str]) -> str:
    """Nothing, but in a decimal fraction: 1,000 is 1000 and 3,5 is 3.5; in a series it is the word at its end."""
    before, after = match.string[: match.start()], match.string[match.end() :]
    digits = re.match(r"\d+", after)
    if digits and before[-1:].isdigit():
        return "" if len(digits[0]) == 3 and not re.search(r"(?<!\d)0$", before) else "."
    if series := SERIES.match(match.string, match.start()):
        return f" {series['how']}"
    return "" if not after or after[0].isspace() else " "


def _contractions(text: str, keep: int) -> str:
    for start, end in reversed(contractions(text)[keep:]):
        short = text[start:end].replace("’", "'")
        long = _long(short, text[end:])
        text = text[:start] + (long[0].upper() if short[0].isupper() else long[0]) + long[1:] + text[end:]
    return text


def _long(short: str, after: str) -> str:
    """
    >>> _long("it's", " been long"), _long("I'd", " like to"), _long("I'd", " better go")
    ('it has', 'I would', 'I had')
    """
    low = short.lower()
    if low.endswith("'s") and not low.startswith("let") and re.match(HAS, after, re.I):
        return f"{short[:-2]} has"
    if low.endswith("'d"):
        return f"{short[:-2]} {'had' if re.match(HAD, after, re.I) else 'would'}"
    return next((re.sub(a, b, short, flags=re.I) for a, b in CONTRACTION_FORMS if re.search(a, short, re.I)), short)


def _capitals(text: str, keep: int) -> str:
    every = [m for m in re.finditer(r"[^\W_]+(?:['’-][^\W_]+)*", text) if m[0].isupper() and len(m[0]) > 1]
    for match in reversed(every[keep:]):
        text = text[: match.start()] + match[0].capitalize() + text[match.end() :]
    return text


# --- form --------------------------------------------------------------------------------------------------------


def _items(text: str, keep: int) -> str:
    """Cuts the items that are too many; without any left, the list becomes sentences."""
    if keep == 0:
        return prose(text)
    for start, end in reversed(items(text)[keep:]):
        text = text[:start].rstrip() + text[end:]
    return text


def _highlights(text: str, keep: int) -> str:
    for match in reversed(list(HIGHLIGHT.finditer(text))[keep:]):
        text = text[: match.start()] + match[2] + text[match.end() :]
    return text


def _sections(text: str, keep: int) -> str:
    """What is under the headings stays; the last of them are headings no more."""
    for match in reversed(list(HEADING.finditer(text))[keep:]):
        text = text[: match.start()] + match[1] + text[match.end() :]
    return text


DROPS: dict[str, Mender] = {
    "contains": _sentences,
    "count.word": _sentences,
    "count.links": _sentences,
    "count.dates": _sentences,
    "count.numbers": _sentences,
    "count.placeholders": _sentences,
    "count.quotes": _quotations,
    "count.questions": _sentences,
    "person.first": _impersonal,
    "count.sections": _upper(_sections),
    "count.items": _upper(_items),
    "count.highlights": _upper(_highlights),
    "count.contractions": _upper(_contractions),
    "count.commas": _signs("[,，、]", _comma),
    "count.exclamations": _signs(
        r"[!！]+", lambda found: "" if found.string[: found.start()][-1:] in (*".?…",) else "."
    ),
    "count.semicolons": _signs(";", ","),
    "count.emoji": _signs(rf"[ \t]?(?:{EMOJI.pattern})[\ufe0f\u200d]*", ""),
    "count.capitals": _upper(_capitals),
}
