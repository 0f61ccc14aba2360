"""The words that mattered, by taking each one out and asking again (occlusion; Zeiler & Fergus 2014, Li et al. 2016).

Slower than a gradient and more faithful: the weight of a word is what the answer loses without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adapters.models._text import words
from assistant.types import Highlight

__all__ = ["occlude"]

WORDS = 48
"""How many words are tried, in the parts that count most: a bound on the cost of one answer."""
FAINT = 0.15
"""Weights below this share of the largest are not shown."""


def occlude(
    text: str,
    score: Callable[[Sequence[str]], Sequence[float]],
    parts: Sequence[tuple[int, int, float]],
) -> tuple[Highlight, ...]:
    """Highlights of the words that mattered, in the order of the text; of whole parts where there are several.

    Args:
        score: gives the log-probability of the answer, in nats, for each text.
        parts: (start, end, share) of each part; only the words of the parts with the largest shares are tried.
    """
    if len(parts) > 1:
        return _scaled([Highlight(text=text[a:b], start=a, end=b, weight=s) for a, b, s in parts])
    tried = words(text)[:WORDS]
    if len(tried) < 2:
        return ()
    whole, *rest = score([text, *(text[:a] + text[b:] for a, b in tried)])
    return _scaled(
        [
            Highlight(text=text[a:b], start=a, end=b, weight=whole - less)
            for (a, b), less in zip(tried, rest, strict=True)
        ]
    )


def _scaled(found: list[Highlight]) -> tuple[Highlight, ...]:
    """Weights within [-1, 1], the faint ones left out."""
    largest = max((abs(part.weight) for part in found), default=0.0)
    if largest < 1e-6:
        return ()
    scaled = [part.model_copy(update={"weight": part.weight / largest}) for part in found]
    return tuple(part for part in scaled if abs(part.weight) >= FAINT)
