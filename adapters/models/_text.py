"""Texts as parts: where sentences begin and end, and what is left of a text when evidence is taken out.

>>> [text[a:b] for a, b in sentences(text := "It is late. " * 40)][0]
'It is late.'
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.types import Evidence

__all__ = ["marked", "only", "sentences", "without", "words"]

SHORT_WORDS = 60
"""Texts up to this many words are one part: the encoder reads them better whole."""
PART_WORDS = 80
"""Longer sentences are cut, so that nothing falls off the encoder's window."""
PARTS = 400

_END = re.compile(r"(?<=[.!?…。！？])[\"'”’)\]]*\s+|\s*\n+\s*")
_WORD = re.compile(r"\S+")


def words(text: str) -> list[tuple[int, int]]:
    """(start, end) of each word, in characters."""
    return [match.span() for match in _WORD.finditer(text)]


def sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each part of a text, in characters; one part for a short text, at most `PARTS`.

    A part holds a sentence, or `PART_WORDS` words of a longer one. An empty text is one empty part.
    """
    if len(words(text)) <= SHORT_WORDS:
        return [(0, len(text))]
    ends = [match.span() for match in _END.finditer(text)]
    starts = [0, *(end for _, end in ends)]
    stops = [*(start for start, _ in ends), len(text)]
    found: list[tuple[int, int]] = []
    for start, stop in zip(starts, stops, strict=True):
        inside = words(text[start:stop])
        for first in range(0, len(inside), PART_WORDS):
            last = min(first + PART_WORDS, len(inside)) - 1
            found.append((start + inside[first][0], start + inside[last][1]))
    return _thin(found)


def _thin(parts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """At most `PARTS`, evenly spread: a book is read in samples rather than not at all."""
    if len(parts) <= PARTS:
        return parts
    return [parts[index * len(parts) // PARTS] for index in range(PARTS)]


def without(text: str, evidence: Sequence[Evidence]) -> str:
    """The text with every occurrence of the evidence taken out."""
    for piece in evidence:
        if piece.text:
            text = text.replace(piece.text, " ")
    return text


def only(text: str, evidence: Sequence[Evidence]) -> str | None:
    """The pieces of evidence that occur in the text, in its order; None if there is none."""
    found = sorted((text.find(piece.text), piece.text) for piece in evidence if piece.text in text)
    return "\n".join(piece for _, piece in found) or None


def marked(text: str, evidence: Sequence[Evidence]) -> list[float]:
    """For each part of the text, 1.0 where at least a tenth of it is evidence, else 0.0."""
    spans = []
    for piece in evidence:
        at = text.find(piece.text) if piece.text and piece.role == "for" else -1
        if at >= 0:
            spans.append((at, at + len(piece.text)))
    found = []
    for start, end in sentences(text):
        covered = sum(max(0, min(end, stop) - max(start, begin)) for begin, stop in spans)
        found.append(float(covered > 0.1 * (end - start)))
    return found
