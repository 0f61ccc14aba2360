"""A parser that knows the sentences of `test_card`, so that the page is tested and not what a model reads."""

from __future__ import annotations

from typing import Any

from assistant.parsers import Parser, parser
from assistant.parsers.scripted import scripted

__all__ = ["script"]

LABEL = {
    "kind": "label",
    "targets": ["#1"],
    "label": {"op": "is", "value": "complaint"},
    "evidence": [{"text": "refund"}],
}
RULE = {
    "kind": "constraint",
    "targets": ["all"],
    "constraint": {
        "property": "label", "operator": "eq", "value": "praise", "strength": "must", "scope": "task",
        "when": "mentions a refund",
    },
}  # fmt: skip
SENTENCES: dict[str, dict[str, Any]] = {
    "two points": {"acts": [LABEL, RULE]},
    "maybe two points": {"acts": [LABEL, RULE], "confidence": 0.3},
}


@parser
def script() -> Parser:
    return scripted(SENTENCES)
