"""Preference pairs as OpenAI's DPO fine-tuning takes them; Azure, Together and Fireworks take the same JSONL.

    {"input": {"messages": [{"role": "user", "content": "It arrived broken"}], "tools": [],
               "parallel_tool_calls": true},
     "preferred_output": [{"role": "assistant", "content": "complaint"}],
     "non_preferred_output": [{"role": "assistant", "content": "order"}]}

One message of the assistant in each output. The pairs are those of `trl_preference`.
https://developers.openai.com/api/docs/guides/direct-preference-optimization
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from assistant.exports import Rows, exporter
from assistant.exports._lines import STRICT, strict
from assistant.exports._rows import About, column
from assistant.exports._trl import MESSAGES
from assistant.exports._views import messages, pairs, text

_INPUT = pa.struct(
    [
        pa.field("messages", MESSAGES),
        pa.field("tools", pa.list_(pa.string())),
        pa.field("parallel_tool_calls", pa.bool_()),
    ]
)
ABOUT = About(
    pa.schema(
        [
            column("input", "the conversation so far", _INPUT),
            column("preferred_output", "the better answer", MESSAGES),
            column("non_preferred_output", "the worse answer", MESSAGES),
        ]
    ),
    tags=("dpo", "openai"),
    notes=STRICT,
)


@exporter
def openai_preference(rows: Rows, out: Path) -> list[Path]:
    """Pairs of a better and a worse answer, for DPO fine-tuning at OpenAI, Azure, Together and Fireworks."""
    return strict(rows, out, pairs, _line)


def _line(pair: dict[str, Any]) -> dict[str, Any]:
    return {
        "input": {"messages": messages(pair["prompt"]), "tools": [], "parallel_tool_calls": True},
        "preferred_output": [{"role": "assistant", "content": text(pair["chosen"])}],
        "non_preferred_output": [{"role": "assistant", "content": text(pair["rejected"])}],
    }
