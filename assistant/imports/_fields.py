"""What the formats share: where people put the input, the words, the moment; and our own rows, found again.

own_row({"feedback_id": "019...", "kind": "label", ...})    -> the Row that was exported
moment(1764000000), moment("2026-11-23T14:00:00Z")                   -> both in UTC
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, get_args

from assistant.exports import Row
from assistant.exports._annotate import restored
from assistant.exports._views import fallen, text, value_of
from assistant.imports import Judgement, Records
from assistant.types import Constraint, Evidence, Label, Preference

__all__ = [
    "INPUTS",
    "WORDS",
    "flag",
    "given",
    "input_of",
    "moment",
    "of_own",
    "own_row",
    "same",
    "says",
    "the_same_or_own",
]

INPUTS = ("input", "text", "prompt", "question", "instruction", "document", "article", "sentence", "message", "content")
WORDS = (
    "words", "comment", "comments", "critique", "reason", "reasons", "why", "note", "notes", "explanation", "rationale",
    "feedback", "remark", "remarks",
)  # fmt: skip

ROLES = get_args(Evidence.model_fields["role"].annotation)


def says(name: str) -> bool:
    """Whether a field or question of this name holds what a person wrote about an answer."""
    return name.casefold() in WORDS


def given(value: Any) -> bool:
    """Whether there is something: None, NaN and blank text are nothing; 0 and False are something."""
    if isinstance(value, float) and math.isnan(value):
        return False
    return bool(value.strip()) if isinstance(value, str) else value is not None and value != [] and value != {}


def input_of(fields: Mapping[str, Any], without: Iterable[str] = (), field: str | None = None) -> str | None:
    """The field that holds the input: the one that was named, or is called so, else the only one there is."""
    if field is not None:
        return field if field in fields else None
    left = {name: value for name, value in fields.items() if name not in set(without) and given(value)}
    named = next((name for name in INPUTS for field in left if field.casefold() == name), None)
    if named is not None:
        return next(field for field in left if field.casefold() == named)
    texts = [name for name, value in left.items() if isinstance(value, str)]
    return texts[0] if len(texts) == 1 else next(iter(left)) if len(left) == 1 else None


def no_input(fields: Mapping[str, Any]) -> str:
    """Why a record has no input, to complete "Left out because ..."."""
    several = [repr(name) for name, value in fields.items() if given(value)]
    if len(several) < 2:
        return "it has no input"
    return f"it is not clear which field is the input, of {', '.join(several[:4])}: name it with --text"


def evidence_of(text: Any, role: Any) -> tuple[Evidence, ...]:
    """The words as evidence, where their role is one of ours."""
    return (Evidence(text=text, role=role),) if isinstance(text, str) and role in ROLES else ()


def moment(value: Any) -> datetime | None:
    """A time as tools write it: ISO 8601, or seconds or milliseconds since 1970; None where it is none."""
    try:
        if isinstance(value, bool) or value is None:
            return None
        if isinstance(value, datetime):
            found = value
        elif isinstance(value, str) and not value.strip().replace(".", "", 1).isdigit():
            found = datetime.fromisoformat(value.strip())
        else:
            seconds = float(value)
            found = datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def flag(value: Any) -> bool | None:
    """True or False as people write it in a table; None where it is neither.

    >>> flag("yes"), flag(-1), flag("maybe")
    (True, False, None)
    """
    plain = str(value).strip().casefold()
    if plain in ("true", "yes", "y", "1", "1.0", "+1", "right", "correct", "good", "up"):
        return True
    return False if plain in ("false", "no", "n", "0", "0.0", "-1", "-1.0", "wrong", "bad", "down") else None


# --- our own exports ----------------------------------------------------------------------------------------


def own_row(cells: Any) -> Row | None:
    """The row of feedback that `cells` are, as our exporters write them; None where they are none, or damaged."""
    if not isinstance(cells, dict) or not {"feedback_id", "kind", "critique_id"} <= cells.keys():
        return None
    try:
        return restored(cells)
    except (KeyError, ValueError, TypeError):
        return None


def the_same_or_own(row: Row | None, judgement: Judgement) -> Judgement:
    """The judgement as that row where it says what the row says: nobody changed it in the tool.

    A changed one is a judgement of its own, of what was exported.
    """
    if row is None or not same(row, judgement):
        return judgement
    return judgement.model_copy(update={"own": row})


def same(row: Row, judgement: Judgement) -> bool:
    """Whether a judgement, whose values went through a tool as text, says what the row says."""
    said = row.feedback
    if isinstance(said, Constraint) or text(said.input) != text(judgement.input):
        return False
    if isinstance(said, Preference):
        order = tuple(tuple(map(text, tier)) for tier in judgement.order)
        return order == ((text(said.chosen),), (text(said.rejected),))
    return not judgement.order and said.op == judgement.op and text(value_of(row)) == text(judgement.value)


def of_own(row: Row, records: Records) -> Judgement | None:
    """A judgement that is a row of our own; None, and counted, where it does not hold any more."""
    why = fallen(row)
    if why:
        records.skip(why)
        return None
    said = row.feedback
    shared = {"line": records.line, "own": row, "author": said.author, "at": said.created_at, "words": row.words}
    if isinstance(said, Label):
        return Judgement(input=said.input, op=said.op, value=value_of(row), output=row.output, **shared)
    if isinstance(said, Preference):
        return Judgement(input=said.input, order=((said.chosen,), (said.rejected,)), **shared)
    return Judgement(**shared)
