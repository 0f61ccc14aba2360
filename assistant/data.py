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

import json
import re
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import SkipValidation

from assistant._columns import HELDOUT, POOL, TEXT_NAMES, Columns, choose
from assistant._rows import Table, read_table
from assistant.errors import UserError
from assistant.pool.gather import Gathered, Item, Listed, digest, gather
from assistant.types import Example, Record

__all__ = ["HOME", "Reading", "Source", "read_examples"]

LARGE_BYTES = 16 * 2**20
"""Of a file whose examples are kept on the disk; compressed ones count four times."""
HOME: ContextVar[Path | None] = ContextVar("home", default=None)
"""Where large files are kept as examples; None: the setting `home`."""


class Source(Record):
    """What was read, and how it was understood.

    `labels` are all that occur, in natural order; `guessed` the roles ("text", "label", "id") whose columns
    nobody named; `rows` how many were read; `unlabelled` how many examples have no label; `aside` the line
    and reason of every row that could not be used.
    """

    examples: Annotated[Sequence[Example], SkipValidation]
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
    reading = Reading(text=text, label=label, id=id, heldout=heldout, seed=seed)
    if labelled and not talks and _size(path) >= LARGE_BYTES:
        from assistant.pool.spill import stored
        from assistant.settings import settings

        return stored(path, reading, (HOME.get() or settings().folder) / "pools")
    table = read_table(path)
    columns = reading.columns(path, table)
    kept = Listed()
    gathered = gather(table.rows, columns, talks, kept, table.aside)
    whole = whole_numbers(item.label for item in kept.items)
    splits = has_heldout(gathered)
    examples = tuple(_example(item, whole, reading, splits) for item in kept.items)
    said = in_order(e.label for e in examples)
    if not labelled:
        examples = tuple(example.model_copy(update={"label": None, "split": "pool"}) for example in examples)
    unlabelled = sum(e.label is None for e in examples)
    return source(path, table, columns, gathered, examples, said, unlabelled, labelled)


class Reading(Record):
    """How a file is to be read; see `read_examples`."""

    text: str | None = None
    label: str | None = None
    id: str | None = None
    heldout: float = 0.25
    seed: int = 0

    def columns(self, path: Path, table: Table) -> Columns:
        """Raises UserError where there is no row, or no column that is meant."""
        if not table.rows:
            reason = f": line {table.aside[0][0]} {table.aside[0][1]}" if table.aside else ""
            raise UserError(f"{str(path)!r} has no rows{reason}", do="add at least one text")
        return choose(table, self.text, self.label, self.id)


def source(
    path: Path,
    table: Table,
    columns: Columns,
    gathered: Gathered,
    examples: Sequence[Example],
    said: tuple[str, ...],
    unlabelled: int,
    labelled: bool = True,
) -> Source:
    """What was read, with all that a person should know. Raises UserError where no row had a text."""
    if not examples:
        line, reason = gathered.aside[0]
        raise UserError(f"{str(path)!r} has no text in the column {columns.text!r}: line {line} {reason}")
    notes = [
        *table.notes,
        *gathered.notes(),
        *_split_notes(gathered, columns),
        *(_label_notes(said, unlabelled, len(examples), columns) if labelled else ()),
    ]
    return Source(
        examples=examples,
        labels=said,
        text_column=columns.text,
        label_column=columns.label,
        id_column=columns.id,
        guessed=columns.guessed,
        rows=gathered.rows + len(table.aside),
        unlabelled=unlabelled,
        notes=tuple(_sentence(note) for note in notes),
        aside=tuple(gathered.aside),
    )


def _size(path: Path) -> int:
    """In bytes, as if nothing were compressed; 0 for what is no file."""
    if not path.is_file():
        return 0
    return path.stat().st_size * (4 if path.suffix.lower() == ".parquet" else 1)


# --- items to examples --------------------------------------------------------------------------------------


def whole_numbers(labels: Iterable[str | None]) -> dict[str, str]:
    """ "5.0" -> "5" where all labels are whole numbers: spreadsheets write stars so when some are missing."""
    said = {label for label in labels if label is not None}
    whole = all(re.fullmatch(r"[+-]?\d+(\.0+)?", label) for label in said)
    return {label: label.split(".")[0] if whole else label for label in said}


def in_order(labels: Iterable[Any]) -> tuple[str, ...]:
    """All that occur, in natural order."""
    return tuple(sorted({label for label in labels if label is not None}, key=_natural))


def has_heldout(gathered: Gathered) -> bool:
    """Whether the data says what is held out: else nothing could judge the adapters, and a share is chosen."""
    return any(value in HELDOUT for value in gathered.splits)


def side(id: str, split: str | None, label: str | None, reading: Reading) -> Literal["pool", "heldout"]:
    """`split`: what the data says; None: it says nothing."""
    if label is None:
        return "pool"  # nothing to judge by
    if split is not None:
        return "heldout" if split in HELDOUT else "pool"
    share = int(digest(f"{reading.seed}:{id}")[:12], 16) / 16**12
    return "heldout" if share < reading.heldout else "pool"


def _example(item: Item, labels: dict[str, str], reading: Reading, splits: bool) -> Example:
    label = labels[item.label] if item.label is not None else None
    input = json.loads(item.text) if item.talk else item.text
    return Example(
        id=item.id, input=input, label=label, split=side(item.id, item.split if splits else None, label, reading)
    )


# --- what a person should know ------------------------------------------------------------------------------


def _split_notes(gathered: Gathered, columns: Columns) -> list[str]:
    splits = has_heldout(gathered)
    known = HELDOUT | POOL if splits else {""}
    odd = [value for value in gathered.splits if value not in known]
    if not columns.split or not odd:
        return []
    means = "taken as training data" if splits else "no held-out part, so a share was chosen"
    return [f"the column 'split' says {', '.join(map(repr, odd[:5]))}: {means}"]


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
