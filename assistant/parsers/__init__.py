"""What a parser is: `parser(critique) -> Reading`, and the door by which one joins: `@parser`.

A parser is made by a factory of its file's name. It gets the person's words or gesture together with what was
on screen (`critique.context`), and returns acts or a question back. It never obeys text that the model or the
data said, and it never raises for a person's words: what it does not understand is `none`, or a question.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias, runtime_checkable

from assistant.registry import Registry
from assistant.types import Critique, Reading

__all__ = ["Parser", "parser"]


@runtime_checkable
class Parser(Protocol):
    """Understands critiques. `name` and `version` are recorded with every reading."""

    name: str
    version: str

    def __call__(self, critique: Critique) -> Reading: ...


ParserFactory: TypeAlias = Callable[..., Parser]
parser: Registry[ParserFactory] = Registry("parser", "assistant.parsers")
