"""Many messages read at once: `sayso parse --batch in.jsonl --out out.jsonl`.

    {"task": "mail", "context": {"labels": ["order"], "outputs": [{"id": "#1"}]}, "message": "it's an order"}
    ->  the same row with "reading": {"acts": [...], "clarify": null, "confidence": 0.95}, in its place

A reading that a row has already is replaced. All lines are checked before the first is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from assistant.commands import note
from assistant.commands._replacing import replacing
from assistant.errors import UserError
from assistant.parsers import Parser, hear
from assistant.parsers._rows import context_of
from assistant.types import Critique

__all__ = ["read_batch"]

LISTS = ("labels", "properties", "objects", "outputs", "selection", "turns")
FORM = 'a line is JSON such as {"task": "mail", "context": {"labels": ["order"], "outputs": []}, "message": "yep"}'


class Line(NamedTuple):
    """A line of the file: its number, what it says, and the critique that this is."""

    number: int
    plain: dict[str, Any]
    critique: Critique


def read_batch(path: Path, out: Path, parser: Parser) -> dict[str, Any]:
    """Reads every message of `path` and writes `out`; gives the file and the counts.

    Raises:
        UserError: a file can't be used, or a line is no message in its context; `out` is as it was then.
    """
    lines = _lines(path)
    with replacing(out) as aside, aside.open("w", encoding="utf-8") as file:
        asked = 0
        for line in lines:
            heard = hear(parser, line.critique)
            if heard.note:
                note(f"Line {line.number}: {heard.note}")
            asked += heard.reading.clarify is not None
            file.write(json.dumps({**line.plain, "reading": heard.reading.contract()}, ensure_ascii=False) + "\n")
    return {"file": str(out), "readings": len(lines), "questions": asked}


def _lines(path: Path) -> list[Line]:
    try:
        with path.open("rb") as file:
            lines = [_line(number, said, path.name) for number, said in _said(file)]
    except OSError as wrong:
        raise UserError(f"The file {str(path)!r} can't be read: {wrong.strerror}") from wrong
    if not lines:
        raise UserError(f"The file {str(path)!r} has no lines", FORM)
    return lines


def _said(file: Iterable[bytes]) -> Iterable[tuple[int, bytes]]:
    """The lines that are not blank, numbered as an editor does."""
    return ((number, said) for number, said in enumerate(file, start=1) if said.strip())


def _line(number: int, said: bytes, name: str) -> Line:
    try:
        plain = json.loads(said.decode("utf-8-sig"))
        problem = _problem(plain)
        if not problem:
            json.dumps(plain, ensure_ascii=False).encode()  # half a character could be read, but not written
            context = context_of(plain["context"], plain.get("task", ""))
            critique = Critique(conversation="cli", author="cli", text=plain["message"], context=context)
            return Line(number, plain, critique)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        problem = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    except (ValueError, TypeError, AttributeError, RecursionError) as wrong:
        problem = " ".join(str(wrong).split())[:120]
    raise UserError(f"Line {number} of {name!r} can't be used: {problem}", FORM)


def _problem(plain: Any) -> str:
    """What is missing or of the wrong kind; "" for nothing."""
    if not isinstance(plain, dict):
        return f"it is a JSON {type(plain).__name__}, not an object"
    for key, kind, name in (("context", dict, "an object"), ("message", str, "a text")):
        if key not in plain:
            return f"it has no {key!r}"
        if not isinstance(plain[key], kind):
            return f"its {key!r} is {str(plain[key])[:40]!r}, not {name}"
    wrong = next((key for key in LISTS if not isinstance(plain["context"].get(key, []), list)), None)
    return f"{wrong!r} in its 'context' is no list" if wrong else ""
