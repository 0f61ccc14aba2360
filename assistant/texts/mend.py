"""Small edits that make a text obey one rule: each takes the text and the rule, and gives the text or None.

>>> MENDERS["contains"]("Hi. We kindly ask you. Bye.", not_kindly)      # drops the sentence with the word
'Hi. Bye.'
>>> MENDERS["case"]("Yes, WE do.", lower)
'yes, we do.'

They change how something is said, drop what must not be said (`drop.py`), or give it the form or the very words that
were asked for (`add.py`). None means that only another text can help: what a new sentence should say is for the model.
"""

from __future__ import annotations

import re

from assistant.texts.add import ADDS, ended
from assistant.texts.checks.form import PARTED, QUOTES, TITLE
from assistant.texts.cut import clauses, parted
from assistant.texts.drop import DROPS, Mender, most
from assistant.texts.find import TITLED, closes_with, opening
from assistant.texts.markup import HEADING, kinds
from assistant.texts.obey import SAYS, Rule, options, values, wanted
from assistant.texts.reform import plain
from assistant.texts.segment import ITEM, paragraphs, sentences, words

__all__ = ["MENDERS", "Mender"]

LOWERED = re.compile(
    r"(?:The|It|He|She|We|You|They|This|That|These|Those|There|Here|A|An|In|On|At|For|If|When|Our|Your|My|His|Her|"
    r"Their|Its|As|By|To|From|With|All|Most|Some|Please|Thanks?|What|How|Why|Who|Which|Can|Could|Would|Will|Do|Does|Is|"
    r"Are|Have|Since|While|Because|After|Before|Not|Each|Every|Both|Many|Any|Just|Once|Until|Yes|No)\b"
)
BLOCK = re.compile(r"[ \t]*(?:#{1,6}[ \t]|\||<<|```|>)")
"""What has to begin a line, as items do."""


# --- form --------------------------------------------------------------------------------------------------------


def _markdown(text: str, rule: Rule) -> str | None:
    return None if wanted(rule) else plain(text)


def _unless(pattern: re.Pattern[str], instead: str) -> Mender:
    """Takes out what the rule forbids; what it demands has to be thought of."""
    return lambda text, rule: None if wanted(rule) is not False else pattern.sub(instead, text).strip() or None


def _title(text: str, rule: Rule) -> str | None:
    """Out goes the title; a short first line without a full stop becomes one."""
    if not wanted(rule):
        return _unless(TITLE, "")(text, rule)
    first, _, rest = text.strip().partition("\n")
    if not rest.strip() or len(words(first)) > 10 or not first[-1:].isalnum() or ITEM.match(first):
        return None
    return f"<<{first.strip()}>>\n{rest}"


def _code(text: str, rule: Rule) -> str | None:
    """Without the marks of code; the code stays."""
    if wanted(rule) is not False:
        return None
    text = re.sub(r"^[ \t]*(?:```|~~~).*\n?", "", text, flags=re.MULTILINE)
    return re.sub(r"(`+)([^`\n]+)\1", r"\2", text).strip() or None


def _table(text: str, rule: Rule) -> str | None:
    """Each row as a line, its cells parted by commas."""
    if wanted(rule) is not False or "table" not in kinds(text):
        return None
    ruled = re.compile(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)*$")
    said = [line for line in text.splitlines() if not ("|" in line and ruled.match(line))]
    rows = [", ".join(filter(None, map(str.strip, line.split("|")))) if "|" in line else line for line in said]
    return "\n".join(rows).strip() or None


def _quoted(text: str, rule: Rule) -> str | None:
    """Quotation marks around it, other ones where it has some inside; or without those around it."""
    text = text.strip()
    if wanted(rule):
        text = f"\n{text}\n" if ITEM.match(text) else text
        return f"“{text}”" if '"' in text else f'"{text}"'
    inner, marks = text[1:-1].strip(), {text[0], QUOTES[text[0]]}
    return "".join(sign for sign in inner if sign not in marks) if marks & set(inner) - {"'"} else inner


def _one_answer(text: str, rule: Rule) -> str | None:
    return None if wanted(rule) else next((part.strip() for part in PARTED.split(text) if part.strip()), None)


def _option(text: str, rule: Rule) -> str | None:
    """Of several that are named, the one that the text starts with."""
    return next((f"{one}." for one in options([rule]) if opening(text.lower(), one.lower()) is not None), None)


def _sentence_words(text: str, rule: Rule) -> str | None:
    """What is too long becomes several sentences, where several are joined in it."""
    bound = most(rule)
    if bound is None:
        return None
    for start, end in reversed(sentences(text)):
        if len(words(text[start:end])) > bound:
            text = text[:start] + " ".join(_short(part, bound) for part in parted(text[start:end])) + text[end:]
    return text


def _short(sentence: str, bound: float) -> str:
    if len(words(sentence)) <= bound:
        return sentence
    return next((part for part in clauses(sentence) if len(words(part)) <= bound), sentence)


def _case(text: str, rule: Rule) -> str | None:
    case, said = str(values(rule)[0]), SAYS.get(rule.operator)
    if said is None or (not said and case == "sentence case"):
        return None
    if case == "sentence case" or not said:
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


def _inside(mend: Mender) -> Mender:
    """Where the whole text is in quotation marks, what is put at its ends goes inside of them."""

    def mended(text: str, rule: Rule) -> str | None:
        text = text.strip()
        if SAYS.get(rule.operator) and len(text) > 2 and text[0] in QUOTES and text[-1] == QUOTES[text[0]]:
            inner = mend(text[1:-1], rule)
            return None if inner is None else f"{text[0]}{inner}{text[-1]}"
        return mend(text, rule)

    return mended


def _start(text: str, rule: Rule) -> str | None:
    said = str(values(rule)[0]).strip()
    text = text.strip()
    if SAYS.get(rule.operator):
        return _led(text, said)
    for value in map(str, values(rule)):
        at = opening(text, value)
        if at is not None:
            rest = text[at:]
            text = rest.lstrip(" ,;:.!?–-\n") if re.match(r"\s*[,;:.!?–\n]", rest) else _after_first(text)
            text = text[:1].upper() + text[1:]
    return text or None


def _led(text: str, said: str) -> str:
    at = opening(text.lower(), said.lower())
    if at is not None:  # only the capital is missing
        return text[: at - len(said)] + said + text[at:]
    if title := TITLED.match(text):
        return text[: title.end()] + _led(text[title.end() :], said)
    if ITEM.match(text) or BLOCK.match(text):
        return f"{said}{':' if said[-1:].isalnum() else ''}\n\n{text}"
    if "\n" in said or len(said.split()) > 6 or not said[-1:].isalnum():
        return f"{said}\n\n{text}" if len(said.split()) > 6 and len(paragraphs(text)) > 1 else f"{said} {text}"
    small = text[:1].lower() + text[1:] if LOWERED.match(text) else text
    return f"{said}, {small}"


def _after_first(text: str) -> str:
    spans = sentences(text)
    return text[spans[1][0] :] if len(spans) > 1 else ""


def _end(text: str, rule: Rule) -> str | None:
    said, text = str(values(rule)[0]).strip(), text.strip()
    if not SAYS.get(rule.operator):
        return _before_last(text) if any(closes_with(text, str(value)) for value in values(rule)) else text
    at = len(text.rstrip(".!?… ")) - len(said)
    if at >= 0 and closes_with(text.lower(), said.lower()) and text[at:].lower().startswith(said.lower()):
        return text[:at] + said + text[at + len(said) :]  # only the capital is missing
    last = text.rpartition("\n")[2]
    if ITEM.match(last) or BLOCK.match(last) or (text.endswith("…") and said[:1].islower()):
        return f"{text}\n\n{said}"
    return f"{ended(text) if said[:1].isalnum() else text} {said}"


def _before_last(text: str) -> str | None:
    spans = sentences(text)
    return text[: spans[-2][1]] if len(spans) > 1 else None


def _no_question_last(text: str, rule: Rule) -> str | None:
    return None if wanted(rule) else _before_last(text)


# --- in the order in which they act: what goes out, then form, then signs, then what is put at the ends -----------

_EVERY: dict[str, Mender] = {
    **DROPS,
    **ADDS,
    "format.two_answers": _one_answer,
    "format.title": _title,
    "options": _option,
    "question.end": _no_question_last,
    "format.markdown": _markdown,
    "format.headings": _unless(HEADING, r"\1"),
    "format.table": _table,
    "format.code": _code,
    "format.quoted": _quoted,
    "length.sentence_words": _sentence_words,
    "start": _inside(_start),
    "end": _inside(_end),
    "case": _case,
}
_ORDER = (
    "format.two_answers", "options", "format.postscript", "contains", "person.first", "count.word", "count.links",
    "count.dates", "count.numbers", "count.placeholders", "count.quotes", "count.questions",
    "question.end", "length.sentence_words",
    "format.table", "format.code", "format.title", "count.sections", "format.headings", "format.list", "format.bullets",
    "format.numbered", "count.items", "length.paragraphs", "length.lines", "count.contractions", "count.highlights",
    "count.commas", "count.semicolons", "count.exclamations", "count.emoji", "format.markdown", "paragraph.start",
    "start", "end", "count.capitals", "format.quoted", "format.json", "case",
)  # fmt: skip
MENDERS: dict[str, Mender] = {name: _EVERY[name] for name in _ORDER}
