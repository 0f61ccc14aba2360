"""The parser of the task `shapes`: a few sentences, found by an entry point."""

from __future__ import annotations

from typing import Any

from assistant.parsers import Parser, parser
from assistant.parsers.scripted import scripted


def _rule(value: str, operator: str = "not_contains") -> dict[str, Any]:
    rule = {"property": "letters", "operator": operator, "value": value, "strength": "must", "scope": "task"}
    return {"acts": [{"kind": "constraint", "targets": ["all"], "constraint": rule | {"when": None}}]}


SENTENCES = {
    "no chlorine": _rule("Cl"),
    "This must stay": _rule("zz"),
    "Lose this": _rule("yy"),
    "2 is good": {"acts": [{"kind": "label", "targets": ["#2"], "label": {"op": "is", "value": None}}]},
}


@parser
def signs() -> Parser:
    """Understands what its tests say."""
    return scripted(SENTENCES)
