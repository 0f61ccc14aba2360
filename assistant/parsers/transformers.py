"""Any instruct model of the hub or a folder, on this machine: `--parser transformers:Qwen/Qwen3-1.7B`.

    "nope, complaint: they want their money back"
    ->  label {is, complaint} of #1, because of "I want my money back"

The model sees the task's vocabulary, a few examples, what is on screen as data, and the words; what it writes is
held to the bounded contract (`_bounded.py`), so the answer is always a valid reading. Greedy, so the same words in
the same context give the same reading. The confidence is the probability of the whole answer given the grammar,
without the tokens that only word something: the product over the tokens that say what changes. It is high only
where none of them was a close call; it is not calibrated.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.errors import UserError
from assistant.parsers import Parser, parser
from assistant.parsers._answer import UNREAD, NoReading, long_said, read_without_model, reading_of, sureness
from assistant.parsers._bounded import bounded
from assistant.parsers._decode import Decoder
from assistant.parsers._prompt import messages
from assistant.settings import settings
from assistant.types import Critique, Reading

__all__ = ["transformers"]

BUDGET = 768
"""Tokens of an answer; a longer one is taken for no answer."""


@dataclass
class _Transformers:
    decoder: Decoder
    budget: int
    version: str
    name: str = "transformers"

    def __call__(self, critique: Critique) -> Reading:
        plain = read_without_model(critique)
        if plain is not None:
            return plain
        answer = self.decoder.answer(messages(critique), bounded(critique), self.budget)
        if not answer.whole:
            return UNREAD
        try:
            return long_said(reading_of(answer.text, critique, sureness(answer)), critique)
        except NoReading:  # what a schema can't say, such as a ranking that holds one output only
            return UNREAD


@parser
def transformers(model: str = "", budget: int = BUDGET) -> Parser:
    """A language model on this machine, held to the contract; `model`: a folder or hub name, else `parser_model`.

    Raises:
        UserError: no model is named, it can't be loaded, or the extra is not installed.
    """
    name = model or settings().parser_model
    if not name:
        raise UserError(
            "The parser 'transformers' needs a model",
            do="name a folder or a hub model, as in --parser transformers:Qwen/Qwen3-1.7B, or set parser_model",
        )
    decoder = Decoder.load(name)
    return _Transformers(decoder, budget, version=f"1-{name}@{decoder.version}")
