"""A parser that knows exactly the sentences it was given: for tests and demos that must not depend on a model.

parse = scripted({"nope, complaint": {"acts": [{"kind": "label", "targets": ["#1"],
                                                "label": {"op": "is", "value": "complaint"}}]}})
parse(critique of "nope, complaint")  ->  that reading;  of any other words  ->  a question back
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from assistant.errors import UserError
from assistant.parsers import Parser, parser
from assistant.parsers.gesture import read_gesture
from assistant.types import Act, Critique, Reading

__all__ = ["scripted"]

UNKNOWN = Reading(
    acts=(Act(kind="none", targets=()),),
    clarify="I know only the sentences of my script; can you say one of them?",
    confidence=0.0,
)


@dataclass
class _Scripted:
    readings: Mapping[str, Reading]
    name: str = "scripted"
    version: str = "1"

    def __call__(self, critique: Critique) -> Reading:
        if critique.gesture is not None:
            return read_gesture(critique)
        return self.readings.get(critique.text, UNKNOWN)


@parser
def scripted(readings: Mapping[str, Reading | dict[str, Any]] | None = None) -> Parser:
    """`readings`: from the exact words to their reading, or to its JSON (confidence 1 where it says none).

    Raises:
        UserError: a reading does not keep to the contract.
    """
    return _Scripted({words: _checked(words, reading) for words, reading in (readings or {}).items()})


def _checked(words: str, reading: Reading | dict[str, Any]) -> Reading:
    if isinstance(reading, Reading):
        return reading
    try:
        return Reading.model_validate({"confidence": 1.0, **reading})
    except ValidationError as wrong:
        first = wrong.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UserError(f"The reading of {words!r} is not valid at {where!r}", first["msg"]) from wrong
