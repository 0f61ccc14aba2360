"""Numbers as people say them, with their unit: "forty words", "1.5k", "half an hour", "two dozen".

>>> [(n.text, n.value, n.unit) for n in numbers("at most forty words, under two hours")]
[('forty', 40, 'words'), ('two', 2, 'hours')]
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.parsers._words import Span

__all__ = ["Number", "in_unit", "numbers"]

_ONES = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen
"""
ONES = _ONES.split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
TENS = _TENS.split()
WORDS: dict[str, float] = {word: n for n, word in enumerate(ONES)}
WORDS |= {word: 10 * n for n, word in enumerate(TENS, start=2)}
WORDS |= {f"{ten}{sep}{one}": 10 * n + m for n, ten in enumerate(TENS, start=2) for m, one in enumerate(ONES[1:10], 1)
          for sep in ("-", " ")}  # fmt: skip
WORDS |= {
    "a hundred": 100, "one hundred": 100, "hundred": 100, "two hundred": 200, "three hundred": 300,
    "four hundred": 400, "five hundred": 500, "a thousand": 1000, "thousand": 1000, "two thousand": 2000,
    "a dozen": 12, "dozen": 12, "two dozen": 24, "a couple": 2, "half": 0.5, "half a": 0.5, "half an": 0.5,
    "once": 1, "twice": 2, "a single": 1, "single": 1, "a pair of": 2,
}  # fmt: skip
# other languages: what is no word of English by itself
_GERMAN = """
    zwei 2 drei 3 vier 4 fünf 5 sechs 6 sieben 7 acht 8 neun 9 zehn 10 zwölf 12 zwanzig 20 dreißig 30 vierzig 40
    fünfzig 50 sechzig 60 achtzig 80 hundert 100 tausend 1000 halbe 0.5 halben 0.5 eineinhalb 1.5 anderthalb 1.5
"""
_FRENCH = """
    deux 2 trois 3 quatre 4 cinq 5 sept 7 huit 8 neuf 9 dix 10 douze 12 quinze 15 vingt 20 trente 30 quarante 40
    cinquante 50 soixante 60 cent 100 mille 1000
"""
_SPANISH = """
    dos 2 tres 3 cuatro 4 cinco 5 seis 6 siete 7 ocho 8 nueve 9 diez 10 doce 12 quince 15 veinte 20 treinta 30
    cuarenta 40 cincuenta 50 sesenta 60 cien 100 mil 1000 media 0.5
"""
for listed in (_GERMAN, _FRENCH, _SPANISH):
    pairs = listed.split()
    WORDS |= {word: float(n) for word, n in zip(pairs[::2], pairs[1::2], strict=True)}
SAID = "|".join(sorted((re.escape(word) for word in WORDS), key=len, reverse=True))
NUMBER = re.compile(
    rf"(?<![\w.])(?P<digits>[-+]?\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|[-+]?\d+(?:[.,]\d+)?|[-+]?\.\d+)(?P<k>k)?"
    rf"(?P<unit>%|[a-zA-Zµ°]{{1,9}}\b)?(?![\d])|\b(?P<word>{SAID})\b",
    re.I,
)
AND_A_HALF = re.compile(r"(?:\s+\w+)?\s+and\s+a\s+half\b", re.I)
AN_HOUR = re.compile(
    r"\b(?:an?|une?|ein(?:e|er)?)\s+(?=(?:hour|minute|week|day|month|year|km|kilo|mile|heure|hora|Stunde)\b)", re.I
)
AFTER = re.compile(r"[\s-]*([^\W\d_]+|%|€|\$|£)")
SCALES: dict[tuple[str, str], float] = {
    ("hour", "minute"): 60, ("minute", "second"): 60, ("hour", "second"): 3600, ("minute", "hour"): 1 / 60,
    ("kg", "gram"): 1000, ("km", "metre"): 1000, ("km", "meter"): 1000, ("day", "hour"): 24, ("week", "day"): 7,
    ("year", "month"): 12, ("kda", "da"): 1000, ("kda", "weight"): 1000, ("hour", "min"): 60, ("h", "min"): 60,
    ("hr", "min"): 60, ("stunde", "minut"): 60, ("stunden", "minut"): 60, ("heure", "minut"): 60,
    ("hora", "minut"): 60,
}  # fmt: skip


@dataclass(frozen=True)
class Number(Span):
    """`value` as said; `unit`: the word after it, lower-cased, "" where there is none."""

    value: float | int = 0
    unit: str = ""


def numbers(text: str) -> list[Number]:
    """The numbers of a text, in order. "a" and "no" are none."""
    found = []
    for match in NUMBER.finditer(text):
        if match["word"]:
            value, end = WORDS[match["word"].lower()], match.end()
        else:
            value = _value(match["digits"]) * (1000 if match["k"] else 1)
            end = match.end("k" if match["k"] else "digits")
        if AND_A_HALF.match(text, end):
            value += 0.5
        after = AFTER.match(text, end)
        unit = (match["unit"] or (after[1] if after else "")).lower()
        whole = int(value) if float(value).is_integer() else value
        found.append(Number(match.start(), end, text[match.start() : end], whole, unit))
    halves = [match.end() for match in re.finditer(AND_A_HALF, text)]
    found = [n for n in found if not (n.value == 0.5 and n.end in halves)]
    for match in AN_HOUR.finditer(text):  # "an hour and a half" is one number, "a half" of it none
        unit = (AFTER.match(text, match.end() - 1) or match)[0].strip().lower()
        value = 1.5 if AND_A_HALF.match(text, match.end() - 1) else 1
        found = [n for n in found if not 0 < n.start - match.start() < 22]
        found.append(Number(match.start(), match.end(), match[0].strip(), value, unit))
    return sorted(found, key=lambda n: n.start)


def _value(digits: str) -> float:
    thousands = re.fullmatch(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits)
    return float(digits.replace(",", "" if thousands else "."))


def in_unit(number: Number, name: str) -> float | int:
    """The value in the unit of a property, which its name tells: two hours of "length.minutes" are 120."""
    for (said, wanted), scale in SCALES.items():
        if number.unit.removesuffix("s") == said and wanted and wanted in name.lower() and said not in name.lower():
            value = number.value * scale
            return int(value) if float(value).is_integer() else value
    return number.value
