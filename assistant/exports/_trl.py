"""What the TRL formats share: how prompts and completions are written, standard and conversational.

Standard format of TRL 1.16: a completion begins with a space, and the prompt does not end with one, so that
tokens do not merge where they meet. Conversational: lists of messages, to which the trainer applies the
model's chat template. `rows.conversational` chooses.

    {"prompt": "My parcel arrived broken", "completion": " complaint", "source": "label", "feedback_id": ...}
    {"prompt": [{"role": "user", "content": "My parcel arrived broken"}],
     "completion": [{"role": "assistant", "content": "complaint"}], "source": "label", "feedback_id": ...}

TRL's trainers drop the columns that they do not know, so provenance stays in the same file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from assistant.exports import Rows
from assistant.exports._rows import ORIGIN, About, Parquet, column, origin
from assistant.exports._views import SOURCE, View, messages, records, text

__all__ = ["NOTES", "abouts", "completion", "write"]

_WHAT = """Values that aren't text are written as JSON. TRL's trainers take the data set as it is
and ignore the columns of provenance. Feedback that was taken back, or whose reading the person rejected, is
left out; so is a record that repeats another one of the same critique."""
NOTES = f"""The prompt is the input, without white space at its end; a completion begins with a space, as TRL's
standard format has it. {_WHAT}"""
CHAT = f"""Conversational: each prompt is a list of messages and each answer one message of the assistant, to which
TRL's trainers apply the model's chat template. An input that is itself a list of messages stays one. {_WHAT}"""

MESSAGES = pa.list_(pa.struct([pa.field("role", pa.string()), pa.field("content", pa.string())]))
_TEXTS = {"prompt", "completion", "chosen", "rejected"}


def abouts(*fields: pa.Field, tags: tuple[str, ...], notes: str = "") -> tuple[About, About]:
    """What the card says of the format with these fields: standard, and conversational."""
    rest = [column("source", SOURCE), *ORIGIN]
    chat = [field.with_type(MESSAGES) if field.name in _TEXTS else field for field in fields]
    more = f"\n{notes}" if notes else ""
    return About(pa.schema([*fields, *rest]), tags, notes=NOTES + more), About(
        pa.schema([*chat, *rest]), tags, notes=CHAT + more
    )


def write(
    rows: Rows, out: Path, forms: tuple[About, About], view: View, join: Callable[[dict[str, Any]], Any] = dict
) -> list[Path]:
    """Write the records that `view` makes of each row that stands, and count those that have none.

    `join` may change a record when its prompt and answers are written.
    """
    about, render = (forms[1], _chat) if rows.conversational else (forms[0], _plain)
    file = Parquet(out, about.schema, rows.split)
    with file as put:
        for row, record in records(rows, view):
            texts = {name: render(name, value) if name in _TEXTS else value for name, value in record.items()}
            put(join(texts) | origin(row))
    return [file.path]


def completion(value: Any) -> str:
    """An answer as TRL's standard format has it."""
    written = text(value)
    return written if written[:1].isspace() else f" {written}"


def _plain(name: str, value: Any) -> str:
    return text(value).rstrip() if name == "prompt" else completion(value)


def _chat(name: str, value: Any) -> list[dict[str, str]]:
    return messages(value) if name == "prompt" else [{"role": "assistant", "content": text(value)}]
