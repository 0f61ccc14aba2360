"""Rows to items: one for each text, with what went aside and what was odd. What `read_examples` is made of.

    gather(rows, columns, Listed(), [])   of   Came late,1 / Came late,2 / (empty)
      -> items=[Item(line=2, text="Came late", label="1")]  aside=[(4, "has no text")]
         odd={"the same text as an earlier row, but another label; …": [3]}

Where the items are kept is the caller's affair: in a list, or, of files too large for that, on the disk
(`assistant.pool.spill`).
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from assistant._columns import Columns, split_of
from assistant._rows import Row
from assistant.errors import UserError
from assistant.types import Record

__all__ = ["Gathered", "Item", "Kept", "Listed", "digest", "first_of", "gather", "twice"]

LONGEST = 1_000_000
"""Characters of a text; longer ones are set aside."""
NESTED_TYPES = (dict, list, tuple, bytes)
SURROGATE = re.compile("[\ud800-\udfff]")

MENDED = "bytes that no text has were taken out"
NESTED = "a list or an object as the label, read as no label"
NAMELESS = "no id, so named by the text"
TWICE = "the same text as an earlier row, counted once"
CONFLICT = "the same text as an earlier row, but another label; the first one counts"


@dataclass
class Item:
    line: int
    id: str
    text: str
    label: str | None
    split: str
    talk: bool = False
    """The text is a conversation, as JSON."""


class Kept(Protocol):
    """Where items are kept, by their place: 0, 1, 2 …"""

    def find(self, text: str) -> int | None:
        """The place of the item with this text."""

    def label(self, place: int) -> str | None: ...

    def relabel(self, place: int, label: str | None) -> None: ...

    def add(self, item: Item) -> None:
        """Raises UserError where its id stands for another text."""


@dataclass
class Listed:
    """Items in memory."""

    items: list[Item] = field(default_factory=list)
    by_text: dict[str, int] = field(default_factory=dict)
    by_id: dict[str, Item] = field(default_factory=dict)

    def find(self, text: str) -> int | None:
        return self.by_text.get(text)

    def label(self, place: int) -> str | None:
        return self.items[place].label

    def relabel(self, place: int, label: str | None) -> None:
        self.items[place].label = label

    def add(self, item: Item) -> None:
        other = self.by_id.get(item.id)
        if other is not None:
            raise twice(item.id, other.line, item.line)
        self.by_text[item.text] = len(self.items)
        self.by_id[item.id] = item
        self.items.append(item)


@dataclass
class Gathered:
    """What went aside; the lines at which something odd was met, by its sentence; what the rows say of their splits,
    in the order in which that was met; and how many rows there were."""

    aside: list[tuple[int, str]]
    odd: dict[str, list[int]]
    splits: dict[str, None]
    rows: int

    def notes(self) -> list[str]:
        notes = []
        if self.aside:
            line, reason = self.aside[0]
            notes.append(f"{_rows(len(self.aside))} set aside ({first_of(self.aside)}line {line} {reason})")
        return notes + [
            f"{_rows(len(lines))} {what} ({first_of(lines)}line {lines[0]})" for what, lines in self.odd.items()
        ]


def gather(rows: Iterable[Row], columns: Columns, talks: bool, kept: Kept, aside: list[tuple[int, str]]) -> Gathered:
    """One item per text: rows without a usable text go aside, repeated texts become one.

    Args:
        aside: of the reader; it may grow while `rows` are read.
    """
    mine: list[tuple[int, str]] = []
    odd: dict[str, list[int]] = {}
    splits: dict[str, None] = {}
    count = 0
    for row in rows:
        count += 1
        split = split_of(row, columns.split)
        splits[split] = None
        talk = _talk(row.cells.get(columns.text)) if talks else None
        text = talk or _text(row.cells.get(columns.text))
        if not isinstance(text, str):
            mine.append((row.line, text.reason))
            continue
        item = _item(row, text, columns, split, odd)
        item.talk = talk is not None
        place = kept.find(item.text)
        if place is None:
            kept.add(item)
            continue
        label = kept.label(place)
        conflict = label is not None and item.label not in (None, label)
        odd.setdefault(CONFLICT if conflict else TWICE, []).append(row.line)
        if label is None:
            kept.relabel(place, item.label)
    return Gathered(sorted([*aside, *mine]), odd, splits, count)


def digest(text: str) -> str:
    """SHA-256, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def twice(id: str, first: int, second: int) -> UserError:
    """What to say of an id that two lines have."""
    return UserError(
        f"The id {id!r} stands for two texts, on lines {first} and {second}",
        "ids must be unique",
        "mend the file or name another column with --id",
    )


def first_of(several: Sequence[Any]) -> str:
    return "the first: " if len(several) > 1 else ""


def _rows(number: int) -> str:
    return "1 row:" if number == 1 else f"{number:,} rows:"


class _Unusable(Record):
    reason: str


def _talk(value: Any) -> str | None:
    """A conversation as JSON, with who said what and nothing else; None: it is none."""
    if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
        return None
    said = [{"role": one.get("role"), "content": one.get("content")} for one in value]
    if not all(isinstance(part, str) and part.strip() for one in said for part in one.values()):
        return None
    return json.dumps(said, ensure_ascii=False)


def _text(value: Any) -> str | _Unusable:
    if isinstance(value, NESTED_TYPES):
        return _Unusable(reason=f"has a {type(value).__name__} where the text should be")
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return _Unusable(reason="has no text")
    text = value if isinstance(value, str) else _plain(value)
    if not text.replace("\0", "").strip():
        return _Unusable(reason="has no text")
    if len(text) > LONGEST:
        return _Unusable(reason=f"has a text of {len(text):,} characters; {LONGEST:,} are allowed")
    return text


def _item(row: Row, text: str, columns: Columns, split: str, odd: dict[str, list[int]]) -> Item:
    clean = SURROGATE.sub("\ufffd", text.replace("\0", ""))
    if clean != text:
        odd.setdefault(MENDED, []).append(row.line)
    label = row.cells.get(columns.label) if columns.label else None
    if isinstance(label, NESTED_TYPES):
        odd.setdefault(NESTED, []).append(row.line)
        label = None
    given = row.cells.get(columns.id) if columns.id else None
    id = None if isinstance(given, NESTED_TYPES) else _label(given)
    if columns.id and id is None:
        odd.setdefault(NAMELESS, []).append(row.line)
    return Item(row.line, id or digest(clean)[:16], clean, _label(label), split)


def _label(value: Any) -> str | None:
    """A label as a string; None where there is none (empty, NaN)."""
    if value is None:
        return None
    plain = SURROGATE.sub("\ufffd", _plain(value).replace("\0", "")).strip()
    return None if plain.casefold() in ("", "nan", "<na>") else plain


def _plain(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**4000:
        return hex(value)  # decimal digits of huge numbers take quadratic time, so Python refuses them
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
