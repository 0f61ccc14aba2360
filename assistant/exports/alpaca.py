"""Alpaca's instructions for LLaMA-Factory, with its `dataset_info.json`: right answers, pairs and judged answers.

    {"instruction": "It arrived broken", "input": "", "output": "complaint", "system": "", "history": [], ...}
    {"instruction": "It arrived broken", "input": "", "chosen": "complaint", "rejected": "order", ...}
    {"instruction": "It arrived broken", "input": "", "output": "order", "kto_tag": false, ...}

The whole input is the instruction. Format: https://github.com/tatsu-lab/stanford_alpaca
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from assistant.exports import Rows, exporter
from assistant.exports._llama import SYSTEM, about, dialogue, write
from assistant.exports._rows import column
from assistant.exports._views import text

_ASKED = [
    column("instruction", "the input; of a conversation, what the user said last"),
    column("input", "always empty: the instruction holds all"),
    SYSTEM,
    column("history", "the turns before, as pairs of what user and assistant said", pa.list_(pa.list_(pa.string()))),
]
_COLUMNS = {"prompt": "instruction", "query": "input", "system": "system", "history": "history"}
_SIDES = {"chosen": "chosen", "rejected": "rejected"}
_INFO: dict[str, dict[str, Any]] = {
    "sft": {"columns": _COLUMNS | {"response": "output"}},
    "preference": {"ranking": True, "columns": _COLUMNS | _SIDES},
    "kto": {"columns": _COLUMNS | {"response": "output", "kto_tag": "kto_tag"}},
}
_BETTER, _WORSE = column("chosen", "the better answer"), column("rejected", "the worse answer")
_GOOD = column("kto_tag", "whether the answer is good", pa.bool_())
ABOUT = about(
    {
        "sft": [*_ASKED, column("output", "the right answer")],
        "preference": [*_ASKED, _BETTER, _WORSE],
        "kto": [*_ASKED, column("output", "an answer"), _GOOD],
    },
    "alpaca",
    "llama-factory",
)


@exporter
def alpaca(rows: Rows, out: Path) -> list[Path]:
    """Right answers, pairs and judged answers as instructions, for LLaMA-Factory."""
    return write(rows, out, {"sft": _right, "preference": _pair, "kto": _judged}, _INFO)


def _right(record: dict[str, Any]) -> dict[str, Any]:
    return {**_asked(record), "output": text(record["completion"])}


def _pair(record: dict[str, Any]) -> dict[str, Any]:
    return {**_asked(record), **{side: text(record[side]) for side in _SIDES}}


def _judged(record: dict[str, Any]) -> dict[str, Any]:
    return {**_right(record), "kto_tag": record["label"]}


def _asked(record: dict[str, Any]) -> dict[str, Any]:
    system, said = dialogue(record["prompt"]) or ("", [""])
    before = [list(turn) for turn in zip(said[:-1:2], said[1::2], strict=True)]
    return {"instruction": said[-1], "input": "", "system": system, "history": before}
