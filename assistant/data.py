"""Anyone's data as examples: which column is the text, which the label, what is held out, and what was odd.

    reviews.csv                     read_examples("reviews.csv", text="review", label="stars")
    review,stars                    -> Source(examples=(Example(id="9f…", input="Came late", label="1"), …),
    Came late,1                               labels=("1", "5"), text_column="review", label_column="stars",
    Lovely shop,5                             notes=("1 example has no label.",), aside=(), …)
    Open on Sundays?,

Files are read by `assistant._rows`. A part of the labelled examples is held out by a hash of the id, so an
example stays on its side when others are added. Nothing is dropped in silence: rows that can't be used are in
`aside`, and everything that a person should know is a sentence in `notes`.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from assistant._columns import HELDOUT, POOL, TEXT_NAMES, Columns, choose, split_of
from assistant._rows import Row, Table, read_table
from assistant.errors import UserError
from assistant.types import Example, Record

__all__ = ["Source", "read_examples"]

LONGEST = 1_000_000
"""Characters of a text; longer ones are set aside."""
NESTED_TYPES = (dict, list, tuple, bytes)
SURROGATE = re.compile("[\ud800-\udfff]")


class Source(Record):
    """What was read, and how it was understood.

    `labels` are all that occur, in natural order; `guessed` the roles ("text", "label", "id") whose columns
    nobody named; `rows` how many were read; `unlabelled` how many examples have no label; `aside` the line
    and reason of every row that could not be used.
    """

    examples: tuple[Example, ...]
    labels: tuple[str, ...]
    text_column: str
    label_column: str | None
    id_column: str | None = None
    guessed: tuple[str, ...] = ()
    rows: int = 0
    unlabelled: int = 0
    notes: tuple[str, ...] = ()
    aside: tuple[tuple[int, str], ...] = ()


def read_examples(
    path: str | Path,
    *,
    text: str | None = None,
    label: str | None = None,
    id: str | None = None,
    heldout: float = 0.25,
    seed: int = 0,
    labelled: bool = True,
    talks: bool = False,
) -> Source:
    """The examples of a file or a local dataset folder.

    Args:
        text, label, id: the columns; None: guessed (a label or id column may be missing).
        heldout: share of the labelled examples, in [0, 1), that only ever judge adapters. A column `split`,
            or the splits of a dataset folder, win over it.
        seed: gives another held-out part.
        labelled: False: there is no one right answer, and nothing is said of labels; `Source.labels` has them.
        talks: a list of messages, {"role": "user", "content": "Hello?"}, may stand where the text should be.

    Raises:
        UserError: no such file or column, nothing to read, or one id for two texts.
    """
    path = Path(path).expanduser()
    table = read_table(path)
    if not table.rows:
        reason = f": line {table.aside[0][0]} {table.aside[0][1]}" if table.aside else ""
        raise UserError(f"{str(path)!r} has no rows{reason}", do="add at least one text")
    columns = choose(table, text, label, id)
    gathered = _gather(table, columns, talks)
    if not gathered.kept:
        line, reason = gathered.aside[0]
        raise UserError(f"{str(path)!r} has no text in the column {columns.text!r}: line {line} {reason}")
    labels = _whole_numbers(gathered.kept)
    examples = tuple(_example(item, labels, heldout, seed) for item in gathered.kept)
    said = tuple(sorted({e.label for e in examples if e.label is not None}, key=_natural))
    if not labelled:
        examples = tuple(example.model_copy(update={"label": None, "split": "pool"}) for example in examples)
    unlabelled = sum(e.label is None for e in examples)
    notes = [
        *table.notes,
        *gathered.notes(),
        *_split_notes(table.rows, columns),
        *(_label_notes(said, unlabelled, len(examples), columns) if labelled else ()),
    ]
    return Source(
        examples=examples,
        labels=said,
        text_column=columns.text,
        label_column=columns.label,
        id_column=columns.id,
        guessed=columns.guessed,
        rows=len(table.rows) + len(table.aside),
        unlabelled=unlabelled,
        notes=tuple(_sentence(note) for note in notes),
        aside=tuple(gathered.aside),
    )


# --- rows to examples ---------------------------------------------------------------------------------------


@dataclass
class _Item:
    line: int
    id: str
    text: str
    label: str | None
    split: str | None
    talk: bool = False
    """The text is a conversation, as JSON."""


@dataclass
class _Gathered:
    """One item per text; what went aside; and the lines at which something odd was met, by its sentence."""

    kept: list[_Item]
    aside: list[tuple[int, str]]
    odd: dict[str, list[int]]

    def notes(self) -> list[str]:
        notes = []
        if self.aside:
            line, reason = self.aside[0]
            notes.append(f"{_rows(len(self.aside))} set aside ({_first(self.aside)}line {line} {reason})")
        return notes + [
            f"{_rows(len(lines))} {what} ({_first(lines)}line {lines[0]})" for what, lines in self.odd.items()
        ]


def _rows(number: int) -> str:
    return "1 row:" if number == 1 else f"{number:,} rows:"


def _first(several: Sequence[Any]) -> str:
    return "the first: " if len(several) > 1 else ""


MENDED = "bytes that no text has were taken out"
NESTED = "a list or an object as the label, read as no label"
NAMELESS = "no id, so named by the text"
TWICE = "the same text as an earlier row, counted once"
CONFLICT = "the same text as an earlier row, but another label; the first one counts"


def _gather(table: Table, columns: Columns, talks: bool) -> _Gathered:
    """One item per text: rows without a usable text go aside, repeated texts become one."""
    aside = list(table.aside)
    odd: dict[str, list[int]] = {}
    by_text: dict[str, _Item] = {}
    by_id: dict[str, _Item] = {}
    for row in table.rows:
        talk = _talk(row.cells.get(columns.text)) if talks else None
        text = talk or _text(row.cells.get(columns.text))
        if not isinstance(text, str):
            aside.append((row.line, text.reason))
            continue
        item = _item(row, text, columns, odd)
        item.talk = talk is not None
        first = by_text.get(item.text)
        if first is None:
            _check_id(item, by_id)
            by_text[item.text] = by_id[item.id] = item
            continue
        conflict = first.label is not None and item.label not in (None, first.label)
        odd.setdefault(CONFLICT if conflict else TWICE, []).append(row.line)
        first.label = first.label or item.label
    return _Gathered(list(by_text.values()), sorted(aside), odd)


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


def _item(row: Row, text: str, columns: Columns, odd: dict[str, list[int]]) -> _Item:
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
    split = split_of(row, columns.split) if columns.splits else None
    return _Item(row.line, id or _digest(clean)[:16], clean, _label(label), split)


def _check_id(item: _Item, by_id: dict[str, _Item]) -> None:
    other = by_id.get(item.id)
    if other is not None:
        raise UserError(
            f"The id {item.id!r} stands for two texts, on lines {other.line} and {item.line}",
            "ids must be unique",
            "mend the file or name another column with --id",
        )


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


def _whole_numbers(items: Iterable[_Item]) -> dict[str, str]:
    """ "5.0" -> "5" where all labels are whole numbers: spreadsheets write stars so when some are missing."""
    said = {item.label for item in items if item.label is not None}
    whole = all(re.fullmatch(r"[+-]?\d+(\.0+)?", label) for label in said)
    return {label: label.split(".")[0] if whole else label for label in said}


def _example(item: _Item, labels: dict[str, str], heldout: float, seed: int) -> Example:
    label = labels[item.label] if item.label is not None else None
    input = json.loads(item.text) if item.talk else item.text
    return Example(id=item.id, input=input, label=label, split=_side(item, label, heldout, seed))


def _side(item: _Item, label: str | None, heldout: float, seed: int) -> Literal["pool", "heldout"]:
    if label is None:
        return "pool"  # nothing to judge by
    if item.split is not None:
        return "heldout" if item.split in HELDOUT else "pool"
    share = int(_digest(f"{seed}:{item.id}")[:12], 16) / 16**12
    return "heldout" if share < heldout else "pool"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# --- what a person should know ------------------------------------------------------------------------------


def _split_notes(rows: Sequence[Row], columns: Columns) -> list[str]:
    known = HELDOUT | POOL if columns.splits else {""}
    odd = dict.fromkeys(value for row in rows if (value := split_of(row, columns.split)) not in known)
    if not columns.split or not odd:
        return []
    means = "taken as training data" if columns.splits else "no held-out part, so a share was chosen"
    return [f"the column 'split' says {', '.join(map(repr, [*odd][:5]))}: {means}"]


def _label_notes(labels: tuple[str, ...], unlabelled: int, examples: int, columns: Columns) -> list[str]:
    notes = []
    if "text" in columns.guessed and columns.text.casefold() not in TEXT_NAMES:
        notes.append(f"the texts were taken from the column {columns.text!r}; name another with --text")
    if columns.label is None:
        return [*notes, "no column holds labels: say in the chat what they are, or name the column with --label"]
    if unlabelled:
        notes.append(f"{unlabelled:,} example{' has' if unlabelled == 1 else 's have'} no label")
    if len(labels) == 1:
        notes.append(f"the only label is {labels[0]!r}: nothing can be learned until there is a second")
    if len(labels) > max(50, examples // 2):
        notes.append(f"{columns.label!r} has {len(labels):,} different values: is it the right column?")
    for _, group in _groups(labels):
        notes.append(f"the labels {' and '.join(map(repr, group))} differ only in upper and lower case")
    return notes


def _groups(labels: Iterable[str]) -> list[tuple[str, list[str]]]:
    folded: dict[str, list[str]] = {}
    for label in labels:
        folded.setdefault(label.casefold(), []).append(label)
    return [(key, group) for key, group in folded.items() if len(group) > 1]


def _natural(label: str) -> tuple[int, float, str]:
    return (0, float(label), label) if re.fullmatch(r"[+-]?\d{1,15}(\.\d+)?", label) else (1, 0.0, label)


def _sentence(note: str) -> str:
    return note[:1].upper() + note[1:].rstrip(".") + ("" if note.endswith("?") else ".")
