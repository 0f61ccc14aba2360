"""The default: gestures are read as they are, words by the parser that ships with Sayso.

Bigger backends join here: where the embedded parser is unsure and one of them is configured, it is asked.
"""

from __future__ import annotations

from assistant.parsers import Parser, parser

__all__ = ["auto"]


@parser
def auto() -> Parser:
    """The best parser that needs no configuration."""
    # embedded reads gestures too; its name and version are what is recorded with a reading
    made: Parser = parser.get("embedded")()
    return made
