"""A message laid out for the heads: its clauses, what they name, and each clause as numbers.

    Scene.of("nope, complaint", context).clauses  ->  [nope] [complaint]
    features(views)                               ->  (N, FEATURES) float32

A clause is seen twice by the sentence encoder: as it was said, and in terms of its context, where the labels,
ids, numbers and quotes of this task are replaced by what they are ("this is not a category"). So what the heads
learn on one vocabulary holds for every other. Hashed word pairs of the second text keep the negations that mean
pooling washes out (hashing trick: Weinberger et al. 2009).
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from assistant.parsers._encoder import WIDTH, Array, encode
from assistant.parsers._evidence import locate
from assistant.parsers._link import Mention, find_labels, find_property
from assistant.parsers._targets import Pointed, pointed, references
from assistant.parsers._words import CONDITION, LISTING, NEGATORS, REASON, Span, clauses, quotes, words
from assistant.types import Context, OnScreen

__all__ = ["FEATURES", "Scene", "View", "features", "texts_of"]

HASHED = 1536
SIGNS = 29
FEATURES = 2 * WIDTH + SIGNS + HASHED
QUESTION = re.compile(
    r"\s*(?:why|how|what|which|who|when|where|is|are|do|does|did|can|could|would|will|should|have)\b", re.I
)
VERDICT = re.compile(r"\b(?:right|wrong|correct|incorrect|fine|ok|okay|good|yes|no|yep|nope|true|false)\b", re.I)


def texts_of(output: OnScreen) -> list[str]:
    """The texts of an output in which evidence may be found: its input, then its value."""
    return [part for part in (output.input, output.value) if isinstance(part, str) and part]


@dataclass(frozen=True)
class Scene:
    """A message in its context."""

    text: str
    context: Context
    closed: tuple[Span, ...]
    mentions: tuple[Mention, ...]
    clauses: tuple[Span, ...]

    @classmethod
    def of(cls, text: str, context: Context) -> Scene:
        closed = tuple(quotes(text))
        labels = context.vocabulary.labels
        mentions = find_labels(text, labels, closed) if labels else []
        screen = [output.id for output in context.outputs]
        digits = [span for span, _ in references(text, screen, (), closed)]
        # with several outputs on screen "2" is an output before it is a label
        mentions = [m for m in mentions if not (m.text.isdigit() and any(m.overlaps(d) for d in digits))]
        return cls(text, context, closed, tuple(mentions), tuple(clauses(text, mentions)))

    @property
    def screen(self) -> tuple[str, ...]:
        return tuple(output.id for output in self.context.outputs)

    @cached_property
    def texts(self) -> list[str]:
        return [text for output in self.context.outputs for text in texts_of(output)]

    def named(self, clause: Span) -> list[Mention]:
        return [m for m in self.mentions if clause.start <= m.start < clause.end]

    def quoted(self, clause: Span) -> list[Span]:
        return [q for q in self.closed if clause.start <= q.start < clause.end]

    def pointed(self, clause: Span, used: Sequence[str] = ()) -> Pointed:
        closed = [Span(q.start - clause.start, q.end - clause.start, q.text) for q in self.quoted(clause)]
        return pointed(clause.text, self.screen, used, closed)

    def is_text(self) -> bool:
        """Whether the outputs are free text rather than a label."""
        labels = self.context.vocabulary.labels
        return any(isinstance(o.value, str) and o.value not in labels for o in self.context.outputs)


@dataclass(frozen=True)
class View:
    """A clause as one example for the heads; with a `focus`, the mention whose polarity is asked."""

    scene: Scene
    clause: Span
    focus: Mention | None = None

    @property
    def said(self) -> str:
        return self.clause.text.lower()

    @cached_property
    def abstract(self) -> str:
        """The clause in terms of its context: "#2 is not spam" -> "item is not category"."""
        scene, clause = self.scene, self.clause
        marks: list[tuple[Span, str]] = []
        for mention in scene.named(clause):
            other = self.focus is not None and mention != self.focus
            marks.append((mention, "another" if other else "category"))
        marks += [(quote, "quotation") for quote in scene.quoted(clause)]
        shift = [Span(q.start - clause.start, q.end - clause.start, "") for q in scene.quoted(clause)]
        for span, _ in references(clause.text, scene.screen, (), shift):
            marks.append((Span(span.start + clause.start, span.end + clause.start, ""), "item"))
        for match in re.finditer(r"\d+(?:[.,:]\d+)?", clause.text):
            marks.append((Span(match.start() + clause.start, match.end() + clause.start, ""), "number"))
        out, at = [], clause.start
        for span, name in sorted(marks, key=lambda mark: (mark[0].start, -mark[0].end)):
            if span.start >= at:
                out += [scene.text[at : span.start], f" {name} "]
                at = span.end
        out.append(scene.text[at : clause.end])
        return " ".join("".join(out).lower().replace("’", "'").split())

    @cached_property
    def signs(self) -> list[float]:
        """SIGNS numbers in [0, 1] of what stands in the clause and around it."""
        scene, clause, text = self.scene, self.clause, self.clause.text
        named, vocabulary = scene.named(clause), scene.context.vocabulary
        spoken = [word.text for word in words(text)]
        index = next((i for i, other in enumerate(scene.clauses) if other.start >= clause.start), 0)
        earlier = any(m.start < clause.start for m in scene.mentions)
        covered = sum(m.end - m.start for m in named) / max(1, len(text))
        aligned = max((found.score for t in scene.texts if (found := locate(text, t, 0.3))), default=0.0)
        ahead = scene.text[clause.start : self.focus.start if self.focus else named[0].start if named else clause.end]
        near = [word.text for word in words(ahead)][-4:]
        behind = scene.text[self.focus.end if self.focus else clause.start : clause.end]
        later = any(word.text in NEGATORS for word in words(behind))
        condition = CONDITION.search(text)
        value = self.focus or (named[0] if named else None)
        on_screen = {str(output.value) for output in scene.context.outputs}
        pointing = scene.pointed(clause)
        signs = [
            bool(named), len(named) > 1, covered, bool(named) and covered > 0.8,
            bool(vocabulary.labels), bool(vocabulary.properties and find_property(text, vocabulary.properties)),
            bool(re.search(r"\d", text)), pointing.said, len(scene.screen) > 1, bool(scene.quoted(clause)),
            bool(QUESTION.match(text)), text.rstrip().endswith("?"), bool(condition),
            bool(condition and named and condition.start() + clause.start > named[0].start),
            bool(REASON.match(text)), bool(LISTING.search(text)), any(w in NEGATORS for w in spoken),
            any(w in NEGATORS for w in near), any(w in NEGATORS for w in near[-2:]),
            index == 0, index == len(scene.clauses) - 1, len(scene.clauses) > 1, math.log1p(len(spoken)) / 4,
            earlier, aligned, bool(value and on_screen & set(value.values)), bool(VERDICT.search(text)),
            scene.is_text(), bool(value) and later and not any(w in NEGATORS for w in near),
        ]  # fmt: skip
        return [float(sign) for sign in signs]


def features(views: Sequence[View]) -> Array:
    """(N, FEATURES): the two sentence vectors, the signs, the hashed words and word pairs of the abstract text."""
    if not views:
        return np.zeros((0, FEATURES), np.float32)
    vectors = encode([view.said for view in views] + [view.abstract for view in views])
    signs = np.array([view.signs for view in views], np.float32)
    hashed = np.stack([_hashed(view.abstract) for view in views])
    return np.concatenate([vectors[: len(views)], vectors[len(views) :], signs, hashed], axis=1)


def _hashed(text: str) -> Array:
    tokens = ["<", *re.findall(r"[\w'+-]+|[?!👍👎]", text), ">"]
    grams = [*tokens[1:-1], *(f"{a} {b}" for a, b in pairwise(tokens))]
    row: Any = np.zeros(HASHED, np.float32)
    for gram in grams:
        code = zlib.crc32(gram.encode())
        row[code % HASHED] += 1.0 if code & 0x10000 else -1.0
    norm = float(np.linalg.norm(row))
    return row / norm if norm else row  # type: ignore[no-any-return]
