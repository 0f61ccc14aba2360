"""Hand-written templates of the help-desk texts, read from `data/helpdesk`.

A line is one way to say a thing. [a|b] is one of both, [3..9] one of the numbers, {slot} is filled in when it is said:

>>> expand("[Hi|Hello], {n} [day|days]")
('Hi, {n} day', 'Hi, {n} days', 'Hello, {n} day', 'Hello, {n} days')
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from random import Random
from typing import TypeAlias

__all__ = ["Lines", "expand", "inner", "phrases", "pick", "sections", "sentence"]

FOLDER = Path(__file__).parent / "data" / "helpdesk"
Lines: TypeAlias = tuple[tuple[str, ...], ...]
"""Ways to say a thing, each with what its alternatives make of it."""
CHOICE = re.compile(r"\[([^\[\]]*)\]")
KEPT = re.compile(r"(I|I'm|Sundays?|Christmas|Easter)\b")
"""Words that are written large within a sentence, too."""


def expand(text: str) -> tuple[str, ...]:
    """All that a template with alternatives can become."""
    found = CHOICE.search(text)
    if found is None:
        return (text,)
    head, tail = text[: found.start()], expand(text[found.end() :])
    ends = re.fullmatch(r"(\d+)\.\.(\d+)", found[1])
    options = [str(n) for n in range(int(ends[1]), int(ends[2]) + 1)] if ends else found[1].split("|")
    return tuple(head + option + rest for option in options for rest in tail)


def pick(state: Random, lines: Lines) -> str:
    """One way, each line as often as another however many alternatives it has."""
    ways = lines[int(state.random() * len(lines))]
    return ways[int(state.random() * len(ways))]


def inner(text: str) -> str:
    """As it stands within a sentence: "Dogs are welcome." is "dogs are welcome."."""
    return text if KEPT.match(text) else text[:1].lower() + text[1:]


def sentence(text: str) -> str:
    """As it begins one."""
    return text[:1].upper() + text[1:]


@cache
def sections(name: str) -> dict[str, tuple[str, ...]]:
    """The lines of a file under each of its headings; a heading is "# " and one word or more after an empty line."""
    found: dict[str, list[str]] = {}
    rows: list[str] = []
    empty = False
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if empty and line.startswith("# "):
            rows = found.setdefault(line[2:], [])
        elif line:
            rows.append(line)
        empty = not line
    return {heading: tuple(rows) for heading, rows in found.items()}


@cache
def phrases(file: str, heading: str) -> Lines:
    """The ways of a section; ~ stands for what they go with."""
    return tuple(expand(line) for line in sections(file)[heading])
