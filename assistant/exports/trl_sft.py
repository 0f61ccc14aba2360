"""Right answers for TRL's SFTTrainer (TRL 1.16, prompt-completion, standard or conversational).

    {"prompt": "My parcel arrived broken", "completion": " complaint", "source": "correction", ...}

Right is what a person said "it is" of, and what they wrote themselves in place of the model's answer.
"""

from __future__ import annotations

from pathlib import Path

from assistant.exports import Rows, exporter
from assistant.exports._rows import column
from assistant.exports._trl import abouts, write
from assistant.exports._views import right

ABOUT, CONVERSATIONAL = abouts(
    column("prompt", "the input"), column("completion", "the right answer"), tags=("trl", "sft")
)


@exporter
def trl_sft(rows: Rows, out: Path) -> list[Path]:
    """Inputs and their right answers, for TRL's SFTTrainer."""
    return write(rows, out, (ABOUT, CONVERSATIONAL), right)
