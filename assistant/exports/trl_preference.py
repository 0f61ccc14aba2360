"""Preference pairs for TRL's DPOTrainer (TRL 1.16, explicit prompt, standard or conversational).

    {"prompt": "It arrived broken", "chosen": " complaint", "rejected": " order", "source": "correction"}

A preference is a pair as it stands. "It is y" where the model had said z is one too: y, corrected, over z.
"""

from __future__ import annotations

from pathlib import Path

from assistant.exports import Rows, exporter
from assistant.exports._rows import column
from assistant.exports._trl import abouts, write
from assistant.exports._views import pairs

ABOUT, CONVERSATIONAL = abouts(
    column("prompt", "the input"),
    column("chosen", "the better answer"),
    column("rejected", "the worse answer"),
    tags=("trl", "dpo"),
    notes="`source` = `correction`: the person's answer over the one that the model had given.",
)


@exporter
def trl_preference(rows: Rows, out: Path) -> list[Path]:
    """Pairs of a better and a worse answer, for TRL's DPOTrainer."""
    return write(rows, out, (ABOUT, CONVERSATIONAL), pairs)
