"""What the network is asked: of every word, which slot it fills; of every part of a message, the questions of HEADS."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["HEADS", "SLOTS", "Part"]

SLOTS = ("none", "label", "property", "value", "object", "old", "new", "where", "when", "why", "aspect")
HEADS: dict[str, tuple[str, ...]] = {
    "kind": ("label", "edit", "constraint", "preference", "retract", "question", "command", "none", "unclear"),
    "command": ("undo", "next", "learn", "explain", "show", "export", "stop", "help"),
    "polarity": ("is", "is_not"),
    "naming": ("named", "shown", "open"),
    "operator": (
        "eq", "ne", "lt", "le", "gt", "ge", "contains", "not_contains", "increase", "decrease", "unchanged",
        "ignore", "must_link", "cannot_link", "between", "true", "false",
    ),
    "strength": ("must", "prefer"),
    "scope": ("item", "session", "task"),
    "worth": ("nothing", "number", "words", "output"),
    "edit": ("replace", "insert", "delete", "merge", "split", "move", "rename", "resize"),
    "thing": ("listed", "words"),
    "order": ("first", "last", "as_said", "reversed", "best", "worst", "described", "undescribed", "told", "grammar"),
    "targets": ("all", "none", "named", "rest", "every", "focus", "same", "except", "described", "told"),
    "role": ("for", "against", "error", "missing", "ignore"),
    "ask": ("no", "yes"),
}  # fmt: skip
"""The questions about a part of a message, each with its answers."""


class Part(NamedTuple):
    """Words [start, end) of a layout, which say one act; `first` and `last` of its message."""

    start: int
    end: int
    first: bool = True
    last: bool = True
