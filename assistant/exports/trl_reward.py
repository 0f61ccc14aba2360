"""Preference pairs for TRL's RewardTrainer (TRL 1.16, implicit prompt, standard or conversational).

    {"chosen": "It arrived broken complaint", "rejected": "It arrived broken order", "prompt_length": 17, ...}

A reward model judges whole texts, so both sides begin with the prompt. The pairs are those of `trl_preference`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from assistant.exports import Rows, exporter
from assistant.exports._rows import column
from assistant.exports._trl import abouts, write
from assistant.exports._views import pairs

ABOUT, CONVERSATIONAL = abouts(
    column("chosen", "the input and the better answer"),
    column("rejected", "the input and the worse answer"),
    column("prompt_length", "how much of both is the input: characters, or messages", pa.int64()),
    tags=("trl", "reward"),
    notes="`source` = `correction`: the person's answer over the one that the model had given.",
)


@exporter
def trl_reward(rows: Rows, out: Path) -> list[Path]:
    """Pairs of a better and a worse text, for TRL's RewardTrainer."""
    return write(rows, out, (ABOUT, CONVERSATIONAL), pairs, _whole)


def _whole(pair: dict[str, Any]) -> dict[str, Any]:
    prompt = pair.pop("prompt")
    sides = {side: prompt + pair[side] for side in ("chosen", "rejected")}
    return pair | sides | {"prompt_length": len(prompt)}
