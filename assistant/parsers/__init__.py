"""What a parser is: `parser(critique) -> Reading`, and the door by which one joins: `@parser`.

A parser is made by a factory of its file's name. It gets the person's words or gesture together with what was
on screen (`critique.context`), and returns acts or a question back. It never obeys text that the model or the data
said, and it never raises for a person's words: what it does not understand is `none`, or a question.

    hear(open_parser("openai:llama3.2"), critique)
    ->  Heard(reading, parser="embedded", version="1-ab12", note="The parser openai did not answer, so ...")
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeAlias, runtime_checkable

from assistant.errors import UserError
from assistant.registry import Registry
from assistant.types import Critique, Reading

__all__ = ["Heard", "Parser", "Usage", "hear", "open_parser", "parser"]


@runtime_checkable
class Parser(Protocol):
    """Understands critiques. `name` and `version` are recorded with every reading."""

    name: str
    version: str

    def __call__(self, critique: Critique) -> Reading: ...


ParserFactory: TypeAlias = Callable[..., Parser]
parser: Registry[ParserFactory] = Registry("parser", "assistant.parsers")


class Usage(NamedTuple):
    """What a server counted for one critique, over all calls. Tokens None: it told none."""

    calls: int
    tokens_in: int | None
    tokens_out: int | None


class Heard(NamedTuple):
    """A reading with the parser that made it in the end. `note`: what the person is to be told of that, if
    anything; `usage`: what a server counted for it, whoever made the reading in the end."""

    reading: Reading
    parser: str
    version: str
    note: str = ""
    usage: Usage | None = None


def hear(read: Parser, critique: Critique) -> Heard:
    """The reading of a critique, by the parser that was asked or by the one that it leaves the critique to.

    A parser that may leave critiques to others has a method `heard(critique) -> Heard`, and tells why in the note.
    What is said of marked parts ("this must stay"), answers that are dictated, rules about texts in so many words
    ("at most 40 words") and orders to forget ("everything from Ann") are read alike for all.
    """
    from assistant.parsers._dictation import read_dictation
    from assistant.parsers._forgetting import read_forgetting
    from assistant.parsers._pointing import read_pointing
    from assistant.parsers._rule import read_rule

    for name, read_all_alike in (
        ("pointing", read_pointing),
        ("dictation", read_dictation),
        ("rule", read_rule),
        ("forgetting", read_forgetting),
    ):
        reading = read_all_alike(critique)
        if reading is not None:
            return Heard(reading, name, "1")
    heard: Callable[[Critique], Heard] | None = getattr(read, "heard", None)
    return heard(critique) if heard else Heard(read(critique), read.name, read.version)


def open_parser(chosen: str) -> Parser:
    """The parser that a setting or a flag names: NAME, or NAME:MODEL for those whose factory takes a `model`.

    Raises:
        UserError: there is no such parser, it takes no model, or it can't be made.
    """
    name, colon, model = chosen.partition(":")
    factory = parser.get(name)
    if not colon:
        return factory()
    if "model" not in inspect.signature(factory).parameters:
        raise UserError(f"The parser {name!r} takes no model, but {chosen!r} names one", do=f"choose it as {name!r}")
    return factory(model=model)
