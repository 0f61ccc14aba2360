"""A message laid out for the network: its words, what grammar finds in them, and what the network reads.

    Layout.of("no, #2 is spam", context)
    ->  words [no] [,] [#] [2] [is] [spam], references [#2], mentions [spam], numbers [2], signs (6, SIGNS)

Everything here is found by rule and is exact; what it means is left to the network (`_net`). The network reads
the message together with a short account of the task and the screen (`about`), because the same words are a
label, an edit or a constraint by what is on screen only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from assistant.parsers._encoder import Array
from assistant.parsers._link import Mention, aliases, find_labels, find_names, readable
from assistant.parsers._numbers import Number, numbers
from assistant.parsers._targets import references
from assistant.parsers._words import COMMON, NEGATORS, Span, clauses, quotes, stem
from assistant.types import Context, OnScreen

__all__ = ["OBJECTS", "SIGNS", "Layout", "texts_of"]

WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?|[^\s]")
SIGNS = 20
OBJECTS = ("text", "answer", "span", "topic", "box", "mask", "column", "value", "object", "filter", "order", "limit")
"""What is edited where the vocabulary names no objects."""


@dataclass(frozen=True)
class Layout:
    """A message (`text`) in its context."""

    text: str
    context: Context
    words: tuple[Span, ...]
    closed: tuple[Span, ...]

    @classmethod
    def of(cls, text: str, context: Context) -> Layout:
        words = tuple(Span(m.start(), m.end(), m[0].lower().replace("’", "'")) for m in WORD.finditer(text))
        return cls(text, context, words, tuple(quotes(text)))

    @property
    def screen(self) -> tuple[str, ...]:
        return tuple(output.id for output in self.context.outputs)

    @property
    def labels(self) -> tuple[str, ...]:
        return self.context.vocabulary.labels

    @property
    def properties(self) -> tuple[str, ...]:
        """The vocabulary's properties, and those of every task: its list of labels, and which one an output has."""
        names = tuple(prop.name for prop in self.context.vocabulary.properties)
        usual = ("label", "labels") if self.labels else ("labels",)
        return (*names, *(name for name in usual if name not in names))

    @property
    def objects(self) -> tuple[str, ...]:
        return self.context.vocabulary.objects or OBJECTS

    @cached_property
    def references(self) -> list[tuple[Span, tuple[str, ...]]]:
        return [(span, ids) for span, ids in references(self.text, self.screen, (), self.closed)]

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        if not self.labels:
            return ()
        found = find_labels(self.text, self.labels, self.closed)
        # with several outputs on screen "2" is an output before it is a label
        return tuple(m for m in found if not (m.text.isdigit() and any(m.overlaps(r) for r, _ in self.references)))

    @cached_property
    def numbers(self) -> list[Number]:
        return numbers(self.text)

    @cached_property
    def named_properties(self) -> list[Mention]:
        known = {prop.name: aliases(prop) for prop in self.context.vocabulary.properties}
        return find_names(self.text, known)

    @cached_property
    def named_objects(self) -> list[Mention]:
        return find_names(self.text, {name: (readable(name),) for name in self.objects})

    @cached_property
    def described(self) -> list[Mention]:
        """Words that stand in one output only, or in few: "the one about the storm"."""
        if len(self.screen) < 2:
            return []
        stems = [_stems([o.input, o.value, " ".join(_inner(o.value))]) for o in self.context.outputs]
        found = []
        for word in self.words:
            if word.text not in COMMON and len(word.text) > 2:
                ids = [i for i, there in zip(self.screen, stems, strict=True) if stem(word.text) in there]
                if 0 < len(ids) <= max(1, len(stems) // 2):
                    found.append(Mention(word.start, word.end, word.text, tuple(ids), 1 / len(ids)))
        return found

    @cached_property
    def texts(self) -> list[str]:
        return [text for output in self.context.outputs for text in texts_of(output)]

    @cached_property
    def about(self) -> str:
        """The task and the screen in a few words, what the message names first."""
        vocabulary = self.context.vocabulary
        said = {value for mention in self.mentions for value in mention.values}
        shown = {str(output.value) for output in self.context.outputs}
        labels = sorted(self.labels, key=lambda name: (name not in said, name not in shown))
        named = {value for mention in self.named_properties for value in mention.values}
        properties = sorted((p.name for p in vocabulary.properties), key=lambda name: name not in named)
        parts = [f"{len(self.screen)} on screen: " + "; ".join(_brief(o) for o in self.context.outputs[:3])]
        parts += [f"{len(labels)} labels: " + ", ".join(map(readable, labels[:8]))] if labels else ["no labels"]
        parts += ["properties: " + ", ".join(map(readable, properties[:8]))] if properties else []
        parts += ["things: " + ", ".join(vocabulary.objects[:6])] if vocabulary.objects else []
        return ". ".join(parts)

    @cached_property
    def starts(self) -> set[int]:
        """Where grammar sees a clause begin."""
        return {span.start for span in clauses(self.text, self.mentions)}

    @cached_property
    def signs(self) -> Array:
        """(words, SIGNS), each in [0, 1]: what grammar found at each word."""
        table: Any = np.zeros((len(self.words), SIGNS), np.float32)
        shown = {str(output.value) for output in self.context.outputs}
        inputs = _stems(o.input for o in self.context.outputs)
        values = _stems(o.value for o in self.context.outputs)
        for row, word in zip(table, self.words, strict=True):
            mention = next((m for m in self.mentions if m.overlaps(word)), None)
            at = next((i for i, w in enumerate(self.words) if w is word), 0)
            near = [w.text for w in self.words[max(0, at - 3) : at]]
            content = word.text not in COMMON and len(word.text) > 1
            row[:] = (
                any(q.overlaps(word) for q in self.closed),
                mention.score if mention else 0.0,
                bool(mention and shown & set(mention.values)),
                bool(mention and len(mention.values) > 1),
                any(span.overlaps(word) for span, _ in self.references),
                any(span.overlaps(word) and len(ids) > 1 for span, ids in self.references),
                any(n.overlaps(word) for n in self.numbers),
                any(m.overlaps(word) for m in self.named_properties),
                any(m.overlaps(word) for m in self.named_objects),
                content and stem(word.text) in inputs,
                content and stem(word.text) in values,
                word.start in self.starts,
                word.text in NEGATORS,
                any(w in NEGATORS for w in near),
                word.text == "?",
                not content,
                len(self.screen) > 1,
                bool(self.labels),
                bool(self.context.vocabulary.properties),
                at == 0,
            )
        out: Array = table
        return out


def texts_of(output: OnScreen) -> list[str]:
    """The texts of an output in which evidence may be found: its input, then its value."""
    return [part for part in (output.input, output.value) if isinstance(part, str) and part]


def _brief(output: OnScreen) -> str:
    value = output.value
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return " ".join(said[:60].split()[:8])


def _inner(value: Any) -> list[str]:
    """The words within a list of tagged spans."""
    if not isinstance(value, list | tuple):
        return []
    return [str(one) for item in value for one in (item if isinstance(item, list | tuple) else [item])]


def _stems(parts: Iterable[Any]) -> frozenset[str]:
    return frozenset().union(*(_stemmed(part) for part in parts if isinstance(part, str)), frozenset())


@lru_cache(maxsize=256)
def _stemmed(text: str) -> frozenset[str]:
    return frozenset(stem(m[0].lower()) for m in WORD.finditer(text))


def words_within(words: Sequence[Span], start: int, end: int) -> tuple[int, int]:
    """The range of words that lie in [start, end) of the text."""
    inside = [i for i, word in enumerate(words) if word.start < end and start < word.end]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)
