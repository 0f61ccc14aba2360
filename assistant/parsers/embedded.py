"""The parser that ships with Sayso: offline, on a CPU, all-MiniLM-L6-v2 with small heads trained on our critiques.

    "nope, complaint: they want their money back"
    ->  label {is, complaint} of #1, because of "I want my money back"

A message is cut into clauses; the heads say of each what it is (a label, a rule, a command, a reason, small talk
...), from its sentence vector, its vector in terms of the context, and what it names; labels and properties are
linked to the task's vocabulary by name; ids, numbers, quotes and comparisons are found by grammar; reasons are
found again in the input. Where something is missing or open, it asks. It reads the person's words only.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.parsers import Parser, parser
from assistant.parsers._heads import WEIGHTS, Heads
from assistant.parsers._read import read
from assistant.parsers.gesture import read_gesture
from assistant.types import Act, Critique, Reading

__all__ = ["Embedded", "embedded"]

MAX_CHARACTERS = 2000


@dataclass
class Embedded:
    """Stateless and safe to share between threads; the same words in the same context give the same reading."""

    heads: Heads
    version: str
    name: str = "embedded"

    def __call__(self, critique: Critique) -> Reading:
        if critique.gesture is not None:
            return read_gesture(critique)
        text = critique.text
        if not text.strip():
            return Reading(acts=(Act(kind="none", targets=()),), confidence=1.0)
        reading = read(text[:MAX_CHARACTERS], critique.context, self.heads)
        if len(text) > MAX_CHARACTERS:
            ask = f"That was long: I read its first {MAX_CHARACTERS} characters. Can you say the rest in a new message?"
            return reading.model_copy(update={"clarify": ask, "confidence": min(reading.confidence, 0.3)})
        return reading


@parser
def embedded(weights: str | Path = WEIGHTS) -> Parser:
    """MiniLM with small heads; `weights`: a safetensors file that `sayso train-parser` wrote."""
    heads = Heads.load(Path(weights))
    return Embedded(heads, version=f"1-{heads.version}")
