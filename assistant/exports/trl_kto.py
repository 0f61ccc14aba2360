"""Good and bad answers for TRL's KTOTrainer (TRL 1.16, unpaired preference, standard or conversational).

    {"prompt": "My parcel arrived broken", "completion": " complaint", "label": True, "source": "correction"}
    {"prompt": "My parcel arrived broken", "completion": " order", "label": False, "source": "correction"}

Labels and thumbs are one record, preferences and corrections one for each side.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from assistant.exports import Rows, exporter
from assistant.exports._rows import column
from assistant.exports._trl import abouts, write
from assistant.exports._views import judged

ABOUT, CONVERSATIONAL = abouts(
    column("prompt", "the input"),
    column("completion", "an answer"),
    column("label", "whether the answer is good", pa.bool_()),
    tags=("trl", "kto"),
    notes="`source` = `correction`: what the person put right, and what the model had said.",
)


@exporter
def trl_kto(rows: Rows, out: Path) -> list[Path]:
    """Answers and whether each is good, for TRL's KTOTrainer."""
    return write(rows, out, (ABOUT, CONVERSATIONAL), judged)
