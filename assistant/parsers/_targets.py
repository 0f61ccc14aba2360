"""Which outputs on screen the words are about: ids, ordinals, both, the others, the rest.

pointed("3 is fine", ("#1", "#2", "#3"))         ->  Pointed(ids=("#3",), said=True)
pointed("the rest are wrong", ..., used=("#3",)) ->  Pointed(ids=("#1", "#2"), said=True)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.parsers._words import Span

__all__ = ["Pointed", "pointed", "references"]

ORDINALS = {
    "first": 0, "1st": 0, "former": 0, "left": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3,
    "4th": 3, "fifth": 4, "5th": 4, "sixth": 5, "6th": 5, "last": -1, "latter": -1, "right": -1,
}  # fmt: skip
REFERENCE = re.compile(
    r"(?P<hash>#\s?(?P<n>\d+))"
    r"|\b(?:number|no\.|nr\.?|option|output|answer|topic)\s(?P<named>\d+)\b"
    r"|\b(?:the\s)?first\s(?P<count>two|three|2|3)\b"
    r"|\b(?P<ordinal>(?:1st|2nd|3rd|4th|5th|6th|first|second|third|fourth|fifth|sixth|last|former|latter))\b"
    r"|\b(?P<side>left|right)\s(?:one|box|image|answer|picture)\b|\b(?P<middle>middle)\b"
    r"|\b(?P<digit>\d{1,2})(?:'s)?\b(?![.,:]?\d|\s?(?:words?|sentences?|stars?|daltons?|da\b|%|minutes|characters))"
    r"|\b(?P<letter>[A-H])\b(?!')"
    r"|\b(?P<small>[a-h])\b(?=\s*(?:,|>|=|<|\band\b|\bthen\b|\bis better|$))"
    r"|\b(?P<none>none of (?:them|these|those))\b"
    r"|\b(?P<all>all of (?:them|these|those)|all three|all four|all (?:wrong|right|correct|good|fine)"
    r"|they(?:'re| are) all|"
    r"everything|all but|all except)\b"
    r"|\b(?P<both>both)\b|\b(?P<rest>(?:the )?(?:others?|rest|remaining ones))\b",
    re.I,
)
EXCEPT = re.compile(r"\b(?:except(?: for)?|but|apart from|besides)\b", re.I)


@dataclass(frozen=True)
class Pointed:
    """`ids` on screen; `said`: whether the words name any; `off`: how many they name that are not on screen."""

    ids: tuple[str, ...] = ()
    said: bool = False
    off: int = 0
    excluded: tuple[str, ...] = ()
    negative: bool = False


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
        ids = _meaning(match, screen, [*used, *(i for _, known in found for i in known)])
        if ids is not None:
            found.append((span, ids))
    return found


def _meaning(match: re.Match[str], screen: Sequence[str], used: Sequence[str]) -> tuple[str, ...] | None:
    """The ids meant; () where it points off the screen; None where it is no reference at all."""
    number = match["n"] or match["named"]
    if number or match["digit"]:
        index = int(number or match["digit"]) - 1
        if 0 <= index < len(screen):
            return (screen[index],)
        return () if number else None
    if match["count"]:
        return tuple(screen[: {"two": 2, "2": 2}.get(match["count"].lower(), 3)])
    place = match["ordinal"] or match["side"]
    if place:
        index = ORDINALS[place.lower()]
        return (screen[index],) if index < len(screen) else ()
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


def pointed(text: str, screen: Sequence[str], used: Sequence[str] = (), closed: Sequence[Span] = ()) -> Pointed:
    """What a clause points at; `used` are the ids that the message named before ("the rest" is relative to them)."""
    places = references(text, screen, used, closed)
    if not places:
        return Pointed()
    off = sum(not ids for _, ids in places)
    limit = next((m.start() for m in EXCEPT.finditer(text)), len(text))
    ahead = [i for span, ids in places if span.start <= limit for i in ids]
    behind = {i for span, ids in places if span.start > limit for i in ids} if set(ahead) == set(screen) else set()
    named = ahead if behind else [i for _, ids in places for i in ids]
    kept = tuple(id for id in dict.fromkeys(named) if id not in behind)
    negative = any(span.text.lower().startswith("none") for span, _ in places)
    return Pointed(kept, True, off, tuple(id for id in screen if id in behind), negative)
