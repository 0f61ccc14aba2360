"""The default: the embedded parser, and where it is unsure and a bigger one is configured, that one is asked."""

from __future__ import annotations

from assistant.parsers import Parser, parser
from assistant.parsers._second import with_second

__all__ = ["auto"]


@parser
def auto() -> Parser:
    """The best parser that the settings allow; its own name and version are recorded with what each one read."""
    return with_second(parser.get("embedded")())
