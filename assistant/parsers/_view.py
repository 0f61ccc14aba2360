"""A part of a message with all that the network says of it, and the words that it points at.

view.best("kind", ("label", "edit"))  ->  ("label", 0.97)
view.said("when")                     ->  the run of words that most likely is the condition
verbatim("they want their money", ["... I want my money back"])  ->  "I want my money"
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from assistant.parsers._evidence import exact, locate
from assistant.parsers._layout import Layout, texts_of
from assistant.parsers._pick import targets_of
from assistant.parsers._questions import HEADS, SLOTS, Part
from assistant.parsers._words import COMMON, Span
from assistant.types import Act, Evidence, OnScreen

__all__ = ["EDGE", "Built", "View", "bare", "listed", "on_screen", "pointed", "verbatim", "why"]

FITS = 0.45
"""How well words must fit those of an output to be taken for them (F1 of soft matches)."""
BARE = re.compile(r"^(?:the|a|an|any|some|word|words|der|die|das|el|la|le|les)\s+", re.I)
EDGE = " \t\n.,;:!?\"'“”‘’„«»()"


class Built(NamedTuple):
    """`sure` in [0, 1]: how sure of the acts' parts, given their kind."""

    acts: tuple[Act, ...]
    sure: float = 1.0
    ask: str | None = None


LEAST = {"old": -0.8, "value": -1.0, "aspect": 1.0}
"""The log odds from which a word is taken to fill a slot; chosen on held-out vocabularies."""
NEAR = 1.5
"""How far below the likeliest word, in log odds, its neighbours may lie where a slot has to be filled."""
MAY, GAP = 0.3, 2
"""The odds from which a word may be of a run, and the words between that are taken along; chosen likewise."""
VAGUE, UNLIKELY = ("focus", "same", "none", "told", "described"), 0.1


@dataclass(frozen=True)
class View:
    """A part with what the network says of it, all as probabilities; `used` and `before` as in `targets_of`."""

    layout: Layout
    part: Part
    heads: dict[str, Any]
    pointers: dict[str, Any]
    slots: Any
    used: tuple[str, ...] = ()
    before: tuple[str, ...] = ()

    def best(self, head: str, allowed: Sequence[str] | None = None) -> tuple[str, float]:
        """The likeliest answer of a head among the allowed ones, and its share of their probability."""
        odds = self.heads[head]
        names = [name for name in HEADS[head] if allowed is None or name in allowed] or list(HEADS[head])
        chances = {name: float(odds[HEADS[head].index(name)]) for name in names}
        name = max(chances, key=lambda one: chances[one])
        return name, chances[name] / (sum(chances.values()) or 1.0)

    def chance(self, head: str, name: str) -> float:
        return float(self.heads[head][HEADS[head].index(name)])

    @cached_property
    def span(self) -> Span:
        words = self.layout.words
        start, end = words[self.part.start].start, words[self.part.end - 1].end
        return Span(start, end, self.layout.text[start:end])

    def said(self, slot: str, needed: bool = False) -> Span | None:
        """The run of words that most likely fills a slot (maximum sum of log odds); None where none does.

        `needed`: there has to be one, so the likeliest words are taken however unlikely they are.
        """
        odds = np.clip(self.slots[self.part.start : self.part.end, SLOTS.index(slot)], 1e-4, 1 - 1e-4)
        gain = np.log(odds / (1 - odds)) - LEAST.get(slot, 0.0)
        if needed and gain.max() <= 0:
            gain = gain - gain.max() + NEAR
        best, at, total, start = 0.0, None, 0.0, 0
        for i, value in enumerate(gain.tolist()):
            if total <= 0:
                total, start = 0.0, i
            total += value
            if total > best:
                best, at = total, (start, i + 1)
        if at is None:
            return None
        words = self.layout.words[self.part.start + at[0] : self.part.start + at[1]]
        return Span(words[0].start, words[-1].end, self.layout.text[words[0].start : words[-1].end])

    def runs(self, slot: str) -> list[Span]:
        """All runs of words that may fill a slot; those that two words at most keep apart are one."""
        odds = self.slots[self.part.start : self.part.end, SLOTS.index(slot)]
        runs: list[list[int]] = []
        for i in np.flatnonzero(odds > MAY).tolist():
            if runs and i - runs[-1][1] <= GAP + 1:
                runs[-1][1] = i
            else:
                runs.append([i, i])
        words = self.layout.words[self.part.start : self.part.end]
        return [self._joined(words[first : last + 1]) for first, last in runs]

    def _joined(self, run: Sequence[Span]) -> Span:
        return Span(run[0].start, run[-1].end, self.layout.text[run[0].start : run[-1].end])

    @cached_property
    def described(self) -> str | None:
        odds = self.pointers["output"]
        return self.layout.screen[int(np.argmax(odds))] if len(odds) > 1 else None

    @cached_property
    def targets(self) -> tuple[tuple[str, ...], float]:
        made = targets_of(self.layout, self.part, self.used, self.before, self.described)
        possible = {name: ids for name, ids in made.items() if ids is not None}
        # ways of pointing that give the same ids speak for each other; who names an output seldom means another
        chances: dict[tuple[str, ...], float] = {}
        for name, ids in possible.items():
            key = tuple(sorted(ids))
            doubt = UNLIKELY if "named" in possible and name in VAGUE else 1.0
            chances[key] = chances.get(key, 0.0) + doubt * self.chance("targets", name)
        key = max(chances, key=lambda one: chances[one])
        ids = next(ids for ids in possible.values() if tuple(sorted(ids)) == key)
        return ids, chances[key] / (sum(chances.values()) or 1.0)

    def outputs(self, ids: Sequence[str]) -> list[OnScreen]:
        return [output for output in self.layout.context.outputs if output.id in ids or "all" in ids]


def listed(names: Sequence[str], last: str = "or") -> str:
    """
    >>> listed(("spam", "order", "other"))
    'spam, order or other'
    """
    return f" {last} ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""


def on_screen(view: View) -> tuple[tuple[str, ...], float]:
    """Targets that are outputs: feedback on "all" examples of a task can only be a rule."""
    ids, sure = view.targets
    return (ids, sure) if ids and ids != ("all",) else (view.before or view.layout.screen[:1], sure * 0.6)


def pointed(view: View, pointer: str, names: Sequence[str]) -> tuple[str, float]:
    odds = view.pointers[pointer]
    at = int(np.argmax(odds))
    return names[at], float(odds[at])


def verbatim(said: str, texts: Sequence[str]) -> str | None:
    """The words as they stand in one of the texts."""
    whole = next((there for text in texts if (there := exact(said, text))), None)
    if whole:
        return whole
    hits = [hit for text in texts if (hit := locate(said, text, FITS))]
    return max(hits, key=lambda hit: hit.score).text if hits else None


def why(view: View, ids: Sequence[str]) -> tuple[tuple[Evidence, ...], str | None]:
    """The words of the outputs that the reason speaks of, verbatim; the reason itself where none are found."""
    texts = [text for output in view.outputs(ids) for text in texts_of(output)]
    role = view.best("role")[0]
    runs = view.runs("why")
    found = [hit for run in runs if (hit := verbatim(run.text.strip(EDGE), texts)) and _says(hit)]
    kept = [one for one in dict.fromkeys(found) if not any(one != other and one in other for other in found)]
    reason = " ".join(run.text for run in runs).strip(EDGE) if runs and not kept else None
    return tuple(Evidence.model_validate({"text": one, "role": role}) for one in kept), reason


def _says(words: str) -> bool:
    """Whether there is more to the words than "in the"."""
    return any(word.strip(EDGE).lower() not in COMMON for word in words.split())


def bare(said: str) -> str:
    return BARE.sub("", said.strip(EDGE)).strip(EDGE)
