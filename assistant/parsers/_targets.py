"""Which places in a message point at outputs on screen: ids, ordinals, both, the others, the rest.

references("3 is fine, the rest are wrong", ("#1", "#2", "#3"))
->  [(Span("3"), ("#3",)), (Span("the rest"), ("#1", "#2"))]
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.parsers._words import Span

__all__ = ["references"]

ORDINALS = {
    "first": 0, "1st": 0, "former": 0, "left": 0, "top": 0, "left-hand": 0, "second": 1, "2nd": 1, "third": 2,
    "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4, "5th": 4, "sixth": 5, "6th": 5, "seventh": 6, "7th": 6, "eighth": 7,
    "8th": 7, "last": -1, "latter": -1, "right": -1, "right-hand": -1, "bottom": -1, "final": -1, "penultimate": -2,
    "erste": 0, "ersten": 0, "erstes": 0, "zweite": 1, "zweiten": 1, "zweites": 1, "dritte": 2, "dritten": 2,
    "vierte": 3, "vierten": 3, "letzte": -1, "letzten": -1, "letztes": -1,
    "primero": 0, "primera": 0, "segundo": 1, "segunda": 1, "tercero": 2, "tercera": 2, "cuarto": 3, "cuarta": 3,
    "último": -1, "última": -1, "ultimo": -1, "ultima": -1,
    "premier": 0, "première": 0, "premiere": 0, "deuxième": 1, "deuxieme": 1, "seconde": 1, "troisième": 2,
    "troisieme": 2, "quatrième": 3, "dernier": -1, "dernière": -1, "derniere": -1,
}  # fmt: skip
CARDINALS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "eins": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8,
    "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8,
    "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8,
}  # fmt: skip
SIDES = ("left-hand", "right-hand", "left", "right", "top", "bottom")
_THINGS = r"""
    number num no\. nr\.? option output answer topic box reply version draft query candidate photo picture image item
    row result hit summary nummer número numéro
"""
_UNITS = r"""
    words? sentences? stars? daltons? da\b % minutes characters hours? rings? donors? acceptors? euros? dollars? € \$
    lines? rows? people years? days? months? times letters paragraphs?
"""
_PARTS_OF_ONE = r"sentence word line paragraph name half part letter time of\sall thing"
_AFTER_A = """
    is was has and or over beats? then wins looks reads sounds und et y ist sind est es by for but because please any
    all with
"""  # what may follow "A" as the name of an output; after the article stands something else
_AFTER_COUNT = r"""
    and or then over is beats? than are for\sthe ok fine right wrong but please wins und y et ist sind es est son sont
    passt stimmt has have had looks? says? sounds? reads? feels? needs? should must can was were
    isn't aren't
"""


def _any(listed: str) -> str:
    return "|".join(listed.split())


_SAID = "|".join(CARDINALS)
_LISTS = r"\b(?:and|or|und|oder|y|e|o|et|ou)\b"
_ORDINAL = "|".join(name for name in ORDINALS if name not in SIDES)
REFERENCE = re.compile(
    rf"""
      (?P<range>\#?(?P<low>[1-9]|\b(?:{_SAID})\b)\s?(?:-|–|\bto\b|\bthrough\b|\bthru\b|\bbis\b|\.\.)
        \s?\#?(?P<high>[1-9]|(?:{_SAID}))\b(?!\.?\d|\s(?:{_any(_UNITS)})))
    | (?P<hash>\#\s?(?P<n>\d+))
    | \b(?:{_any(_THINGS)})\s?(?P<named>\d+|{_SAID})\b
    | \b(?P<end>first|last)\s(?P<count>two|three|four|couple|2|3|4)\b
    | \b(?P<ordinal>{_ORDINAL})\b(?!\s(?:{_any(_PARTS_OF_ONE)}))
    | \b(?P<side>{"|".join(SIDES)})\s(?:one|box|image|answer|picture|photo|version|hand\ one)\b
    | \b(?P<middle>middle|centre|center)\b
    | \b(?P<digit>\d{{1,2}})(?:'s)?\b(?!\s?[.:]\d|,\d(?!\s?(?:,|&|{_LISTS}))|[-–]\w
        |\s?(?:{_any(_UNITS)}))
    | (?P<letter>(?-i:(?<![\w'’])[B-Hb-h]\b(?!['’])|\bA\b(?!'|\s+(?!(?:{_any(_AFTER_A)})\b)[a-z])))
    | \b(?P<cardinal>{_SAID})\b(?='s\b|\s*(?:[,>=<:;.!)]|(?:{_any(_AFTER_COUNT)})\b|$))
    | (?:(?<=and\ )|(?<=und\ )|(?<=or\ )|(?<=\by\ )|(?<=\bet\ )|(?<=&\ )|(?<=,\ ))(?P<next>{_SAID})\b(?!\s(?:of|more)\b)
    | \b(?P<parity>odd|even)\s(?:ones|numbers|numbered)\b
    | \b(?P<small>[a-h])\b(?=\s*(?:,|>|=|<|\b(?:and|then|is\ better|over|beats?)\b|[.!]?$))
    | \b(?P<none>none\ of\ (?:them|these|those)|neither(?:\ of\ them|\ one)?)\b
    | \b(?P<all>all\ of\ (?:them|these|those)|all\ (?:two|three|four|five|six|eight|wrong|right|correct|good|fine)
        |they(?:'re|\ are)\ all|they\ all|everything|every\ one|each\ of\ them|all\ but|all\ except
        |alle|todos|todas|tous|toutes)\b
    | \b(?P<both>both|beide|ambos|ambas|les\ deux)\b
    | \b(?P<rest>(?:the\ )?(?:others?|rest|remaining\ ones?|remaining)|(?:der\ |die\ |das\ )?(?:anderen?|rest)
        |los\ demás|l'autre|les\ autres|(?:el\ |la\ )?otr[oa])\b
    """,
    re.I | re.X,
)
_BEFORE_COUNT = "and then over than or not only but beats? take prefer so yes no"
COUNTED = re.compile(rf"(?:^|[,;:.!?(>=<–-]|\b(?:{_any(_BEFORE_COUNT)}))\s*$", re.I)
"""What stands before "two" where it is the second output, not a number of things."""


LINK = re.compile(r"\s*(?:,|&|,?\s*\b(?:and|or|und|oder|y|et)\b)\s*", re.I)
"""What stands between two references of one list."""


def references(
    text: str, screen: Sequence[str], used: Sequence[str] = (), closed: Sequence[Span] = ()
) -> list[tuple[Span, tuple[str, ...]]]:
    """The places that point at outputs, in order, each with the ids that it means ((): not on screen).

    With one output on screen, only "#1" and its like point: "the first sentence" or "a 2" do not.
    """
    found: list[tuple[Span, tuple[str, ...]]] = []
    for match in REFERENCE.finditer(text):
        span = Span(match.start(), match.end(), match[0])
        if any(span.overlaps(quote) for quote in closed):
            continue
        if len(screen) < 2 and not match["hash"]:
            continue
        if match["next"] and not (found and LINK.fullmatch(text[found[-1][0].end : span.start])):
            continue
        ids = _meaning(match, screen, [*used, *(i for _, known in found for i in known)])
        if ids is not None:
            found.append((span, ids))
    return found


def _meaning(match: re.Match[str], screen: Sequence[str], used: Sequence[str]) -> tuple[str, ...] | None:
    """The ids meant; () where it points off the screen; None where it is no reference at all."""
    if match["range"]:
        low, high = _counted(match["low"]), _counted(match["high"])
        return tuple(screen[low - 1 : high]) if 1 <= low < high <= len(screen) else None
    number = match["n"] or match["named"]
    if number or match["digit"]:
        index = _counted(number or match["digit"]) - 1
        if 0 <= index < len(screen):
            return (screen[index],)
        return () if number else None
    if match["count"]:
        size = 2 if match["count"].lower() == "couple" else _counted(match["count"])
        return tuple(screen[:size] if match["end"].lower() == "first" else screen[-size:])
    place = match["ordinal"] or match["side"]
    if place:
        index = ORDINALS[place.lower()]
        return (screen[index],) if index < len(screen) and -index <= len(screen) else ()
    if match["next"]:
        index = _counted(match["next"]) - 1
        return (screen[index],) if index < len(screen) else None
    if match["cardinal"]:
        index = CARDINALS[match["cardinal"].lower()] - 1
        counted = COUNTED.search(match.string[: match.start()])
        return (screen[index],) if counted and index < len(screen) else None
    if match["parity"]:
        return tuple(screen[int(match["parity"].lower() == "even") :: 2])
    if match["middle"]:
        return (screen[len(screen) // 2],) if len(screen) % 2 else ()
    letter = match["letter"] or match["small"]
    if letter:
        index = ord(letter.lower()) - ord("a")
        return (screen[index],) if index < len(screen) else None
    if match["rest"]:
        rest = tuple(id for id in screen if id not in used)
        return rest or None
    if match["both"] and len(screen) != 2:
        return None  # "2 and 3 are both wrong": the ids are said elsewhere
    return tuple(screen)


def _counted(said: str) -> int:
    return CARDINALS[said.lower()] if said.lower() in CARDINALS else int(said)
