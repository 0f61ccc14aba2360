"""What a check is: something of a text that code can measure, and how people speak of it.

Check("length.sentences", "the number of sentences", values="number", unit="sentences",
      measure=lambda text: len(sentences(text)), do="Answer in {amount}.")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from assistant.types import Property

__all__ = ["Check"]


def _same(measured: Any, value: Any) -> bool:
    return bool(str(measured).casefold() == str(value).casefold())


@dataclass(frozen=True)
class Check:
    """One verifiable property of a text.

    Attributes:
        name: dotted, as constraints have it.
        title: what people call it in a sentence.
        measure: the text's value. number: how many (where `each`, a dict of how many of each); flag: whether it is so;
            label: which; text: what `match` needs. None: can't be told of this text.
        match: for text and label, whether what was measured meets a value.
        unit: the plural of what is counted; `one`: its singular.
        do, dont: the instruction. Of numbers, {amount} is "at most two sentences"; of texts, {value} is “refund”.
        instruction: IFEval's name of it; empty: not in that list.
    """

    name: str
    title: str
    values: Literal["number", "text", "label", "flag"]
    measure: Callable[[str], Any]
    do: str
    dont: str = ""
    unit: str | None = None
    one: str = ""
    synonyms: tuple[str, ...] = ()
    match: Callable[[Any, str], bool | None] = _same
    each: Callable[[str, str], int] | None = None
    choices: Mapping[str, tuple[str, ...]] | None = None
    instruction: str = ""

    def property(self) -> Property:
        return Property(
            name=self.name,
            synonyms=self.synonyms,
            unit=self.unit if self.values == "number" else None,
            values=self.values,
            title=self.title,
        )
