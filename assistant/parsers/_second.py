"""A second opinion: where one parser is unsure and a bigger one is configured, that one is asked.

    read = with_second(embedded)         # SAYSO_OPENAI_MODEL=llama3.2, or SAYSO_PARSER_MODEL=Qwen/Qwen3-1.7B
    hear(read, "yep")                ->  Heard(..., parser="embedded")
    hear(read, "meh, rather the b")  ->  Heard(..., parser="openai")

Only a model that somebody named is asked: that a key for OpenAI lies in the environment sends nothing anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.errors import UserError
from assistant.parsers import Heard, Parser, hear, open_parser
from assistant.settings import settings
from assistant.types import Critique, Reading

__all__ = ["configured", "with_second"]


def configured() -> str | None:
    """The bigger parser that the settings name a model for; None: there is none. What runs here goes first."""
    chosen = settings()
    if chosen.parser_model:
        return "transformers"
    return "openai" if chosen.openai_model else None


def with_second(first: Parser) -> Parser:
    """`first`, backed by the bigger parser that is configured; `first` itself where there is none."""
    chosen = configured()
    return first if chosen is None else _Backed(first, chosen, settings().apply_at, first.name, first.version)


@dataclass
class _Backed:
    first: Parser
    chosen: str
    below: float
    """Confidence of the first below which the second is asked: such a reading would not apply by itself."""
    name: str
    version: str
    second: Parser | None = field(default=None, compare=False)
    """Opened when it is first needed, because that may load gigabytes."""

    def __call__(self, critique: Critique) -> Reading:
        return self.heard(critique).reading

    def heard(self, critique: Critique) -> Heard:
        """The second's reading where the first is unsure and the second understands more; else the first's."""
        one = hear(self.first, critique)
        if one.reading.confidence >= self.below:
            return one
        try:
            self.second = self.second or open_parser(self.chosen)
            two = hear(self.second, critique)
        except UserError as wrong:
            return one._replace(note=f"The parser {self.chosen!r} could not be asked: {wrong}")
        if two.note:  # the second was not to be had, and the first has read this already
            return one._replace(note=two.note, usage=two.usage)
        return two if two.reading.confidence > 0 else one._replace(usage=two.usage)
