"""A clause that sets a condition becomes constraints: rules about labels, bounds, wanted and unwanted content.

"whenever somebody mentions a refund it's a complaint"
->  label eq "complaint", prefer, task, when "mentions a refund"
"never more than two sentences"  ->  length.sentences le 2, must, task
"the labels are bug, wish and praise"  ->  labels eq ("bug", "wish", "praise")
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.parsers._link import find_property, readable
from assistant.parsers._words import Span
from assistant.types import ConstraintAct, Property

__all__ = ["bounds", "condition", "constraint", "direction", "label_names", "object_of", "property_named"]

NUMBERS = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "eighty": 80, "hundred": 100, "a hundred": 100, "two hundred": 200, "thousand": 1000,
}  # fmt: skip
AMOUNT = r"(?P<{}>-?\d+(?:[.,]\d+)?|" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + r")\b"
BETWEEN = re.compile(rf"\bbetween\s+{AMOUNT.format('low')}\s+and\s+{AMOUNT.format('high')}", re.I)
COMPARISONS = (
    ("le", r"at most|no more than|not more than|never more than|up to|max(?:imum)?(?: of)?|no longer than|≤|<=|"
           r"within|maximal(?:ly)?"),
    ("ge", r"at least|no less than|no fewer than|min(?:imum)?(?: of)?|≥|>="),
    ("lt", r"under|below|less than|fewer than|smaller than|shorter than|lower than|<"),
    ("gt", r"over|above|more than|greater than|longer than|higher than|>"),
    ("eq", r"exactly|precisely|always|only|just|in|="),
)  # fmt: skip
UNIT_SCALE = {"hours": 60.0, "hour": 60.0}
TRAILING = re.compile(
    rf"{AMOUNT.format('n')}\s+\w+\s+(?P<word>max|at most|tops|or less|min|at least|or more|is enough)", re.I
)

# words by which a rule leads over to its label: "... is always", "... goes to", "label it as"
_LEAD = """
    is are it's its it that's they're he's she's that be being means mean meaning must should to goes go
    going as an a the always usually normally often generally never not no n't isn't aren't don't
    doesn't call label mark tag treat say under count counts put send route assign them set sign of for
    ever evermore then so will would can can't belong belongs ends up marks makes make points point
    indicates indicate gets get one we want you please something someone also automatically in into
    doesn't alone belong matter they have has = - : , + → been still clearly
"""
LEAD = frozenset(_LEAD.split())
OPENERS = re.compile(
    r"^(?:(?:please|so|ok|and|new|rule|a rule|as|note|remember|keep in mind|from now on|in general|generally"
    r"(?: speaking)?|always|usually|that|treat|count|route|label|call|send|put|mark|note that|prefer|use|sentences?"
    r" like)\b[\s:,\-–]*)+",
    re.I,
)
CONDITIONAL = re.compile(
    r"\b(?:if|when(?:ever)?(?: in)?|every time|each time|as soon as|in case|where|just because|should|for|unless)\b\s*",
    re.I,
)
SUBJECT = re.compile(
    r"^(?:(?:all|any|every|the|a|an|those|these)\s+)?(?:anything|everything|something|it|he|she|they|you see|i see|"
    r"stuff|things?|messages?|mails?|emails?|posts?|texts?|tickets?|sentences?|tweets?|reviews?|reports?|articles?|"
    r"some(?:body|one)|any(?:one|body)|every(?:one|body)|customers?|people|users?)\s+(?:(?:that|which|who)\s+)?"
    r"(?=(?:with|without|that|which|who|says?|mentions?|mentioning|containing|contains?|quoting|quotes?|about|"
    r"asks?|asking|cites?|citing|wants?|writes?|has|have|having|from|in|saying|unconfirmed|starting|starts?|"
    r"begins?|sounds?|uses?|using|like|looks?|talks?|talking|complains?|threatens?|promis\w+|nam\w+|call\w*|on)\b)",
    re.I,
)


def number(said: str) -> float | int:
    """
    >>> number("forty"), number("1,5")
    (40, 1.5)
    """
    if said.lower() in NUMBERS:
        return NUMBERS[said.lower()]
    value = float(said.replace(",", "."))
    return int(value) if value.is_integer() else value


def condition(text: str, label: Span) -> str | None:
    """When a rule holds, as said; `label` is where `text` names the label that follows from it.

    >>> condition("anything with 'free iphone' is spam", Span(31, 35, "spam"))
    "with 'free iphone'"
    >>> condition("never call it spam when there's a name", Span(14, 18, "spam"))
    "there's a name"
    """
    before, after = text[: label.start], text[label.end :].strip(" .!,:;")
    marker = CONDITIONAL.match(after)
    if marker and after[marker.end() :]:
        return _bare(after[marker.end() :])
    head = _without_lead(before)
    if not head.strip() and after:
        head = after
    opened = OPENERS.sub("", head.strip())
    marker = CONDITIONAL.match(opened) or CONDITIONAL.search(opened)
    if marker and marker.start() <= max(0, len(opened) // 3):
        opened = opened[marker.end() :]
    said = _bare(opened)
    return said or None


def _without_lead(before: str) -> str:
    """`before` without the words that lead over to the label."""
    pieces = re.findall(r"\S+\s*", before)
    while pieces and pieces[-1].strip().lower().replace("’", "'").strip(",:;.") in {*LEAD, ""}:
        pieces.pop()
    return "".join(pieces)


def _bare(said: str) -> str:
    said = said.strip(" .!?,:;-–=→")
    shorter = SUBJECT.sub("", said)
    return shorter.strip(" .,:;") or said


def label_names(text: str) -> tuple[str, ...]:
    """The labels that a sentence lists: "labels: bug, wish and praise"; () where it lists fewer than two."""
    match = re.search(
        r"(?:labels|categories|classes|sort (?:these|them|this) into)\b[^:,]*?"
        r"(?:\bare\b|\bbe\b|:|=|\binto\b|\bto\b)?\s*"
        r"(?P<list>[^:]*)$",
        text,
        re.I,
    )
    if not match:
        return ()
    listed = text[: match.start()] if re.search(r"\bas (?:the )?$", text[: match.start()]) else ""
    said = listed or text[match.start("list") :]
    said = re.sub(
        r"^\s*(?:please\s+)?(?:use|take|are|be|should be|called|as follows|these|:|from now on|now)\b\s*:?",
        "",
        said,
        flags=re.I,
    )
    said = re.sub(r"\bas (?:the )?(?:labels?|categories|classes)?\s*$", "", said, flags=re.I)
    parts = re.split(r"\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or|&)\s+|\s*/\s*|\s*;\s*", said.strip(" .!:"))
    names = tuple(dict.fromkeys(part.strip(" \"'“”‘’.") for part in parts))
    names = tuple(name for name in names if name)
    short = all(len(name.split()) <= 4 and len(name) <= 60 for name in names)
    return names if len(names) >= 2 and short else ()


def bounds(text: str, prop: Property | None) -> list[tuple[str, float | int]]:
    """The comparisons with a number that the words make: [("le", 2)] of "never more than two sentences"."""
    between = BETWEEN.search(text)
    if between:
        return [("ge", number(between["low"])), ("le", number(between["high"]))]
    trailing = TRAILING.search(text)
    if trailing and trailing["n"].lower() != "a":
        word = trailing["word"].lower()
        found = {"max": "le", "at most": "le", "tops": "le", "or less": "le", "is enough": "eq"}.get(word, "ge")
        return [(found, number(trailing["n"]))]
    year = prop is not None and readable(prop.name).endswith("year")
    comparisons = [*COMPARISONS, ("lt", "before"), ("gt", "after|since")] if year else [*COMPARISONS]
    for operator, pattern in comparisons:
        match = re.search(rf"(?:^|(?<=\s))(?:{pattern})\s*{AMOUNT.format('n')}(?:\s+(?P<unit>\w+))?", text, re.I)
        if match and match["n"].lower() != "a":
            if year and re.match(r"\s*(?:nothing|none|no)\b", text, re.I):
                operator = {"lt": "ge", "gt": "le"}.get(operator, operator)
            value = number(match["n"])
            scale = UNIT_SCALE.get((match["unit"] or "").lower())
            minutes = prop is not None and "minutes" in prop.name
            return [(operator, int(value * scale) if scale and minutes else value)]
    return []


DIRECTIONS = {
    "decrease": "shorter less lower fewer smaller darker lighter reduce decrease cooler simpler informal wordy "
                "blurrier brief concise down friendlier friendly casual",
    "increase": "longer more higher bigger greater brighter heavier brighten increase raise sharper warmer greasier "
                "formal polite up crisper similar",
}  # fmt: skip
OPPOSED = {("brightness", "lighter"): "increase", ("molecular_weight", "lighter"): "decrease"}


def direction(text: str, prop: Property) -> str | None:
    """ "increase" or "decrease", where the words ask for more or less of a property; None: they don't."""
    said = [word.lower() for word in re.findall(r"[\w']+", text)]
    for (name, word), operator in OPPOSED.items():
        if prop.name == name and word in said:
            return operator
    if "too" in said:  # "too long" asks for less of what it names
        after = " ".join(said[said.index("too") + 1 :][:2])
        negative = re.match(r"(?:short|dark|little|few|small|low|informal|casual|blurry)", after)
        return "increase" if negative else "decrease"
    if "less" in said or "fewer" in said:
        opposite = any(w in said for w in ("informal", "dark", "blurry"))
        return "increase" if opposite else "decrease"
    if "more" in said:
        opposite = any(w in said for w in ("informal", "concise", "casual"))
        return "decrease" if opposite else "increase"
    for operator, listed in DIRECTIONS.items():
        if any(word in said for word in listed.split()):
            return operator
    return None


VERBS = re.compile(
    r"\b(?:mention|include|say|contain|use the words?|use|write|talk about|avoid|no|with|without|start with|add|"
    r"mentions|never|only|show)\b\s*",
    re.I,
)


def object_of(text: str, prop: Property, closed: Sequence[Span]) -> str | None:
    """What must (not) be contained: what is quoted, else the words after the verb."""
    if closed:
        return closed[0].text
    matches = list(VERBS.finditer(text))
    if not matches:
        return None
    said = text[matches[-1].end() :].strip(" .!,?")
    said = re.sub(
        r"\s+(?:please|if possible|from now on|ever|here|at all|in general|anymore|any more)\b.*$", "", said, flags=re.I
    )
    said = re.sub(r"^(?:the|a|an|any|some)\s+", "", said, flags=re.I)
    said = (
        re.sub(r"\s+(?:groups?|rings?|moiet(?:y|ies))$", "", said, flags=re.I) if prop.name == "substructure" else said
    )
    if prop.name == "substructure" or prop.values == "label":
        said = re.sub(r"(?<=[a-z]{3})s$", "", said)
    return said or None


def property_named(text: str, properties: Sequence[Property]) -> Property | None:
    """The property that the words are about, by name, synonym or unit."""
    found = find_property(text, properties)
    return found[0] if found else None


def constraint(
    prop: str, operator: str, value: object, strength: str, scope: str, when: str | None = None
) -> ConstraintAct:
    return ConstraintAct.model_validate(
        {"property": prop, "operator": operator, "value": value, "strength": strength, "scope": scope, "when": when}
    )
