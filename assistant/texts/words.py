"""What people say of texts, as a task's vocabulary; and constraints as parsers give them, in the checks' terms.

>>> normal(ConstraintAct(property="max_words", operator="le", value="forty", strength="must", scope="task")).value
40
>>> normal(ConstraintAct(property="contains", operator="not_contains", value="emojis", ...)).property
'count.emoji'
"""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import fuzz, process

from assistant.errors import UserError
from assistant.parsers._numbers import numbers
from assistant.texts.checks import CHECKS, Check
from assistant.texts.obey import COMPARE, SAYS, values
from assistant.types import ConstraintAct, Property, Vocabulary

__all__ = ["find", "normal", "vocabulary"]

SOFT_WORDS = {
    "tone.formality": ("formality", "formal", "register", "stiff", "lawyerly"),
    "tone.warmth": ("warmth", "warm", "kind", "gentleness"),
    "tone.friendliness": ("friendliness", "friendly"),
    "tone.politeness": ("politeness", "polite"),
    "tone.harshness": ("harshness", "harsh", "rude", "judgemental"),
    "tone.playfulness": ("playfulness", "playful", "wit"),
    "tone.humour": ("humour", "humor", "funny", "jokes", "puns"),
    "tone.neutrality": ("neutrality", "neutral", "balance", "objectivity"),
    "tone.empathy": ("empathy", "empathic", "sympathy"),
    "tone.positivity": ("positivity", "positive", "sentiment", "optimism"),
    "tone.directness": ("directness", "direct"),
    "tone.confidence": ("confidence", "confident", "certainty"),
    "tone.hype": ("hype", "salesiness", "salesy", "greasiness", "pushiness", "clickbait"),
    "tone.chattiness": ("chattiness", "chatty"),
    "tone.enthusiasm": ("enthusiasm", "enthusiastic", "excitement"),
    "tone.apology": ("apologies", "apologetic"),
    "style.concision": ("concision", "concise", "brevity"),
    "style.verbosity": ("verbosity", "wordy", "rambling", "rambles"),
    "style.detail": ("detail", "detailed"),
    "style.simplicity": ("simplicity", "simple", "plain language", "plain english", "readability", "easy to read"),
    "style.complexity": ("complexity", "complicated", "reading level", "language.level", "reading age"),
    "style.clarity": ("clarity", "clear"),
    "style.repetition": ("repetition", "repetitive"),
    "style.hedging": ("hedging", "hedges"),
    "style.jargon": ("jargon", "technical", "legalese"),
    "style.specificity": ("specificity", "specific"),
    "style.literalness": ("literalness", "literal"),
    "style.faithfulness": ("faithfulness", "faithful", "accuracy"),
    "tone": ("voice", "mood"),
    "style": (),
}  # fmt: skip
"""Words for what nobody can count."""
OBJECTS = ("text", "sentence", "word", "paragraph", "line", "list", "heading", "greeting", "closing")
FILLER = re.compile(r"\b(?:the|a|an|number of|count of|n|num|count|max|maximum|min|minimum|total|limit|of)\b")
QUOTED = re.compile(r"[\"“”«»„]([^\"“”«»„]+)[\"“”«»„]|(?<!\w)['‘]([^'’‘]+)['’](?!\w)")
DIRECTIONS = ("increase", "decrease", "unchanged", "ignore")
CLOSE = 88
KINDS = (
    "count.emoji", "count.links", "count.dates", "count.numbers", "count.commas", "count.exclamations",
    "count.semicolons", "count.questions", "count.quotes", "count.contractions", "count.placeholders", "count.items",
    "format.table", "format.headings", "format.code", "format.markdown", "format.list", "format.json",
)  # fmt: skip
"""What "no emojis" is about when a parser says that the text must not contain "emojis"."""
AMBIGUOUS = frozenset(("day", "amounts", "steps", "points", "title", "word", "figures", "items", "code", "formatting"))


def vocabulary() -> Vocabulary:
    """What may be said about texts: what can be checked, then what can only be asked of the model."""
    soft = tuple(
        Property(name=name, synonyms=said, values="text", title=name.rpartition(".")[2])
        for name, said in SOFT_WORDS.items()
    )
    return Vocabulary(properties=(*(check.property() for check in CHECKS.values()), *soft), objects=OBJECTS)


def find(said: str) -> str | None:
    """The name of the property that is meant; None: none is near."""
    names = _names()
    plain = _plain(said)
    for key in (plain, _bare(plain), f"{_bare(plain)}s", _bare(plain).removesuffix("s")):
        if key in names:
            return names[key]
    near = process.extractOne(_bare(plain), list(names), scorer=fuzz.ratio, score_cutoff=CLOSE)
    if near:
        return names[near[0]]
    return said if re.fullmatch(r"(?:tone|style)\.[\w-]+", said) else None


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Every word for a property; the first to claim a word has it."""
    found: dict[str, str] = {}
    for one in vocabulary().properties:
        found.setdefault(_plain(one.name), one.name)
    for one in vocabulary().properties:
        for word in (*one.synonyms, one.title, one.name.rpartition(".")[2]):
            found.setdefault(_plain(word), one.name)
            found.setdefault(_bare(_plain(word)), one.name)
    found.pop("", None)
    return found


def _plain(said: str) -> str:
    return re.sub(r"[\s_.\-]+", " ", said.casefold()).strip()


def _bare(plain: str) -> str:
    return " ".join(FILLER.sub(" ", plain).split()) or plain


def normal(rule: ConstraintAct, text: str = "") -> ConstraintAct:
    """The constraint in the checks' terms.

    Args:
        text: what was said; where the rule has no value, a number or quoted words of it are meant.

    Raises:
        UserError: it names no property of texts, or its value is none of that property's.
    """
    name = _meant(rule, text)
    if name not in CHECKS:
        return rule.model_copy(update={"property": name})
    check, rule = CHECKS[name], rule.model_copy(update={"property": name})
    if rule.operator in ("must_link", "cannot_link"):
        raise UserError(f"I can't link the {check.title} to anything", do="say what it should be")
    if rule.operator in DIRECTIONS and (check.values != "text" or rule.operator in ("unchanged", "ignore")):
        return rule.model_copy(update={"value": _step(rule)})
    make = {"number": _number, "flag": _flag, "label": _label, "text": _text}[check.values]
    return make(check, rule, text)


def _meant(rule: ConstraintAct, text: str) -> str:
    """The property's name: by its words, by the unit of its value, or by the kind of thing that must be there."""
    name = find(rule.property)
    if _plain(rule.property) in ("length", "size", "how long"):
        name = _unit(" ".join(str(value) for value in values(rule)), text)
    if name is None:
        near = process.extract(_bare(_plain(rule.property)), list(_names()), scorer=fuzz.WRatio, limit=6)
        titles = dict.fromkeys(_names()[word] for word, _, _ in near)
        raise UserError(
            f"I know no property {rule.property!r} of texts",
            f"near it are: {', '.join(titles)}",
            "say it as words that must or must not be there, a length, a form or a tone",
        )
    if name == "contains" and len(values(rule)) == 1 and isinstance(rule.value, str):
        return _kind(rule.value, text) or name
    return name


def _kind(value: str, text: str) -> str | None:
    """The check that "no emojis" is about; None where the word itself is meant: it is in quotes, or no kind."""
    if any(value.casefold() in (match[1] or match[2]).casefold() for match in QUOTED.finditer(text)):
        return None
    plain = _bare(_plain(value))
    if plain in AMBIGUOUS:
        return None
    for name in KINDS:
        known = {_bare(_plain(word)) for word in (*CHECKS[name].synonyms, CHECKS[name].unit or "")}
        if plain and (plain in known or f"{plain}s" in known):
            return name
    return None


def _unit(value: str, text: str) -> str:
    """The length that "two sentences" is about; words where no unit is said."""
    for said in (value, text):
        for name in ("sentences", "paragraphs", "lines", "characters", "words"):
            short = "char" if name == "characters" else name[:-1]
            if re.search(rf"\b{short}(?:s|acters?)?\b", said.casefold()):
                return f"length.{name}"
    return "length.words"


def _step(rule: ConstraintAct) -> float | str | None:
    """How much more or less, where it was said."""
    found = _count(rule.value)
    return found if found is not None else rule.value if isinstance(rule.value, str) else None


def _count(value: object) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return int(value) if float(value).is_integer() else value
    found = numbers(str(value))
    return (int(found[0].value) if float(found[0].value).is_integer() else found[0].value) if found else None


def _number(check: Check, rule: ConstraintAct, text: str) -> ConstraintAct:
    if check.each:
        return _each(check, rule, text)
    said = values(rule)[-1] if values(rule) else None
    if isinstance(said, bool) or (rule.operator in ("contains", "not_contains") and _count(said) is None):
        some = SAYS.get(rule.operator, True) == (said is not False)
        return rule.model_copy(update={"operator": "ge" if some else "eq", "value": 1 if some else 0})
    bound = _count(said)
    if bound is None:
        found = [number for number in numbers(text) if number.value >= 0]
        bound = _count(found[0].value) if found and said is None else None
    if bound is None or bound < 0:
        raise UserError(
            f"I can't tell what the {check.title} should be",
            "it is a number from 0 up",
            f"say, for example, “at most 3 {check.unit}”",
        )
    operator = {"contains": "ge", "not_contains": "ne"}.get(rule.operator, rule.operator)
    if operator not in COMPARE:
        raise UserError(f"I can't tell how the {check.title} should compare with {bound}", do="say at least or at most")
    return rule.model_copy(update={"operator": operator, "value": bound})


def _each(check: Check, rule: ConstraintAct, text: str) -> ConstraintAct:
    """(word, how often); either may stand in the text that was said."""
    said = values(rule)
    words = [str(value) for value in said if _count(value) is None] or [m[1] or m[2] for m in QUOTED.finditer(text)]
    bound = next((n for n in (_count(value) for value in said) if n is not None), None)
    if bound is None:
        bound = next((number.value for number in numbers(QUOTED.sub(" ", text))), None)
    if not words or bound is None or rule.operator not in COMPARE:
        raise UserError(
            f"I can't tell {check.title}", do="put it in quotes and say how often: “refund” at least 2 times"
        )
    return rule.model_copy(update={"value": (words[0], _count(bound) or 0)})


def _flag(check: Check, rule: ConstraintAct, text: str) -> ConstraintAct:
    number = _count(rule.value)
    want = rule.value not in (False, "false", "no", "off") and number != 0
    operator = {"lt": "eq", "le": "eq", "gt": "eq", "ge": "eq"}.get(rule.operator, rule.operator)
    return rule.model_copy(update={"operator": "eq", "value": want == SAYS[operator]})


def _label(check: Check, rule: ConstraintAct, text: str) -> ConstraintAct:
    assert check.choices is not None
    known = {word.casefold(): name for name, more in check.choices.items() for word in (name, *more)}
    found = [known.get(str(value).casefold().strip()) for value in values(rule)]
    if not found:
        found = [known[word] for word in re.findall(r"\w+", text.casefold()) if len(word) > 2 and word in known]
    if not found or None in found or rule.operator not in SAYS:
        wrong = ", ".join(repr(value) for value in values(rule)) or "nothing that was said"
        listed = list(check.choices)
        more = f" and {len(listed) - 12} more" if len(listed) > 12 else ""
        raise UserError(f"{wrong} is no {check.title} that I can check", f"I know {', '.join(listed[:12])}{more}")
    names = tuple(dict.fromkeys(name for name in found if name))
    operator = "eq" if SAYS[rule.operator] else "ne"
    return rule.model_copy(update={"operator": operator, "value": names[0] if len(names) == 1 else names})


def _text(check: Check, rule: ConstraintAct, text: str) -> ConstraintAct:
    said = [str(value).strip() for value in values(rule) if not isinstance(value, bool) and str(value).strip()]
    said = said or [(match[1] or match[2]).strip() for match in QUOTED.finditer(text)]
    if not said:
        raise UserError(f"I can't tell which words are meant for {check.name!r}", do="put them in quotes")
    want = SAYS.get(rule.operator, rule.operator in ("increase", "ge", "gt")) == (rule.value is not False)
    operator = "contains" if want else "not_contains"
    return rule.model_copy(update={"operator": operator, "value": said[0] if len(said) == 1 else tuple(said)})
