"""Which column of a table is the text, which the label, the id and the split: named, or guessed and said so.

choose(Table(columns=("review", "stars"), rows=[...]), None, None, None)
-> Columns(text="review", label="stars", id=None, split=None, guessed=("text", "label"), ...)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant._rows import Row, Table
from assistant.errors import UserError

__all__ = ["HELDOUT", "POOL", "TEXT_NAMES", "Columns", "choose", "split_of"]

TEXT_NAMES = (
    "text", "sentence", "message", "review", "content", "body", "document", "tweet", "post",
)  # fmt: skip
LABEL_NAMES = (
    "label", "labels", "class", "category", "stars", "rating", "sentiment", "intent", "topic", "target",
)  # fmt: skip
HELDOUT = {"test", "validation", "valid", "val", "dev", "heldout", "held-out", "held_out", "eval"}
POOL = {"train", "training", "pool", "unlabelled", "unlabeled", "unsupervised", ""}


@dataclass(frozen=True)
class Columns:
    """The column of each role; None: there is none."""

    text: str
    label: str | None
    id: str | None
    split: str | None
    guessed: tuple[str, ...]


def choose(table: Table, text: str | None, label: str | None, id: str | None) -> Columns:
    """The column of each role.

    Raises:
        UserError: a named column is not there, or no column holds texts.
    """
    for option, name in (("text", text), ("label", label), ("id", id)):
        if name is not None and name not in table.columns:
            known = ", ".join(table.columns)
            raise UserError(f"There is no column {name!r}", f"the columns are: {known}", f"name one with --{option}")
    if text is not None and text in (label, id):
        raise UserError(f"The column {text!r} can't be the text and something else", do="name another column")
    split = _named(table.columns, ("split",), {text, label, id})
    # a column called `label` is a label even where it holds the longest strings, but never the only text
    labels = _named(table.columns, LABEL_NAMES, {text, id, split}) if label is None else label
    ids = _named(table.columns, ("id",), {text, labels, split}) if id is None else id
    texts = _guess_text(table, {labels, ids, split}) if text is None else text
    if texts is None and label is None:
        texts, labels = _guess_text(table, {ids, split}), None
    if texts is None:
        known = ", ".join(table.columns)
        raise UserError("No column holds texts", f"the columns are: {known}", "name one with --text")
    roles = (("text", text, texts), ("label", label, labels), ("id", id, ids))
    guessed = tuple(role for role, named, used in roles if named is None and used is not None)
    return Columns(texts, labels, ids, split, guessed)


def _named(columns: Sequence[str], names: Sequence[str], taken: set[str | None]) -> str | None:
    free = {column.casefold(): column for column in columns if column not in taken}
    return next((free[name] for name in names if name in free), None)


def _guess_text(table: Table, taken: set[str | None]) -> str | None:
    """The only column of strings; among several the one with a usual name, else with the longest strings."""
    lengths: dict[str, float] = {}
    sample = table.rows[:1000]
    for column in table.columns:
        values = [row.cells.get(column) for row in sample]
        texts = [value for value in values if isinstance(value, str) and value.strip()]
        if column not in taken and texts and not all(_is_number(value) for value in texts):
            lengths[column] = sum(map(len, texts)) / len(texts)
    named = _named(tuple(lengths), TEXT_NAMES, set())
    longest = max(lengths, key=lambda column: lengths[column], default=None)
    return named or longest or _named(table.columns, TEXT_NAMES, taken)


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def split_of(row: Row, column: str | None) -> str:
    """The part of the data that a row says it is in, in lower case; "" where it says none."""
    value = row.cells.get(column) if column else row.split
    return str(value or "").strip().casefold()
