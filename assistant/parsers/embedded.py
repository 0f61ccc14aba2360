"""The parser that ships with Sayso: offline, on a CPU, all-MiniLM-L6-v2 with LoRA and heads trained on our critiques.

    "nope, complaint: they want their money back"
    ->  label {is, complaint} of #1, because of "I want my money back"

The network reads the message together with the task and the screen, cuts it into parts that say one thing each, and
answers for every part what it is and which words, labels, properties and outputs it is about. Grammar finds ids,
numbers, quotes and names, and says which readings can be carried out; of those the likeliest is taken. Where something
is missing or open, it asks. It reads the person's words only, never obeys what stands in the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.parsers import Parser, parser
from assistant.parsers.gesture import read_gesture
from assistant.settings import settings
from assistant.types import Act, Critique, Reading

if TYPE_CHECKING:
    from assistant.parsers._net import Net

__all__ = ["OWN", "Embedded", "embedded"]

MAX_CHARACTERS = 2000
OWN = "parser.safetensors"
"""In the home folder: the weights that `sayso train-parser --mine` taught with a team's own words."""


@dataclass
class Embedded:
    """Stateless and safe to share between threads; the same words in the same context give the same reading."""

    net: Net
    version: str
    name: str = "embedded"

    def __call__(self, critique: Critique) -> Reading:
        from assistant.parsers._reader import read

        if critique.gesture is not None:
            return read_gesture(critique)
        text = critique.text
        if not text.strip():
            return Reading(acts=(Act(kind="none", targets=()),), confidence=1.0)
        reading = read(text[:MAX_CHARACTERS], critique.context, self.net)
        if len(text) > MAX_CHARACTERS:
            ask = f"That was long: I read its first {MAX_CHARACTERS} characters. Can you say the rest in a new message?"
            return reading.model_copy(update={"clarify": ask, "confidence": min(reading.confidence, 0.3)})
        return reading


@parser
def embedded(weights: str | Path | None = None) -> Parser:
    """MiniLM with LoRA; `weights`: a safetensors file of `sayso train-parser`, else the home folder's, else ours."""
    from assistant.parsers._net import WEIGHTS, Net

    own = settings().folder / OWN
    chosen = Path(weights) if weights else own if own.is_file() else WEIGHTS
    net = Net.load(chosen)
    return Embedded(net, version=f"2-{net.version}")
