"""Right answers as OpenAI's supervised fine-tuning takes them: the chat format that most trainers read.

    {"messages": [{"role": "user", "content": "It arrived broken"}, {"role": "assistant", "content": "complaint"}]}

The answers are those of `trl_sft`. https://developers.openai.com/api/docs/guides/supervised-fine-tuning
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from assistant.exports import Rows, exporter
from assistant.exports._lines import STRICT, strict
from assistant.exports._rows import About, column
from assistant.exports._trl import MESSAGES
from assistant.exports._views import messages, right, text

ABOUT = About(
    pa.schema([column("messages", "a conversation that ends with the right answer", MESSAGES)]),
    tags=("sft", "openai"),
    notes=STRICT,
)


@exporter
def openai_sft(rows: Rows, out: Path) -> list[Path]:
    """Inputs and their right answers as conversations, for fine-tuning at OpenAI and elsewhere."""
    return strict(rows, out, right, _line)


def _line(record: dict[str, Any]) -> dict[str, Any]:
    answer = {"role": "assistant", "content": text(record["completion"])}
    return {"messages": [*messages(record["prompt"]), answer]}
