"""ShareGPT's conversations for LLaMA-Factory, with its `dataset_info.json`: right answers, pairs and judged answers.

{"conversations": [{"from": "human", "value": "It arrived broken"}, {"from": "gpt", "value": "complaint"}],
 "system": "", "source": "label", "feedback_id": ...}
{"conversations": [{"from": "human", ...}], "chosen": {"from": "gpt", "value": "complaint"},
 "rejected": {"from": "gpt", "value": "order"}, ...}
{"conversations": [{"from": "human", ...}, {"from": "gpt", "value": "order"}], "kto_tag": false, ...}
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from assistant.exports import Rows, exporter
from assistant.exports._llama import SYSTEM, about, dialogue, write
from assistant.exports._rows import column
from assistant.exports._views import text

_SAYS = pa.struct([pa.field("from", pa.string()), pa.field("value", pa.string())])
_TALK = column("conversations", "the input and the answer", pa.list_(_SAYS))
_COLUMNS = {"messages": "conversations", "system": "system"}
_INFO: dict[str, dict[str, Any]] = {
    "sft": {"formatting": "sharegpt", "columns": _COLUMNS},
    "preference": {
        "formatting": "sharegpt",
        "ranking": True,
        "columns": _COLUMNS | {"chosen": "chosen", "rejected": "rejected"},
    },
    "kto": {"formatting": "sharegpt", "columns": _COLUMNS | {"kto_tag": "kto_tag"}},
}
ABOUT = about(
    {
        "sft": [_TALK, SYSTEM],
        "preference": [
            column("conversations", "the input", pa.list_(_SAYS)),
            SYSTEM,
            column("chosen", "the better answer", _SAYS),
            column("rejected", "the worse answer", _SAYS),
        ],
        "kto": [_TALK, SYSTEM, column("kto_tag", "whether the answer is good", pa.bool_())],
    },
    "sharegpt",
    "llama-factory",
)


@exporter
def sharegpt(rows: Rows, out: Path) -> list[Path]:
    """Right answers, pairs and judged answers as conversations, for LLaMA-Factory."""
    return write(rows, out, {"sft": _right, "preference": _pair, "kto": _judged}, _INFO)


def _right(record: dict[str, Any]) -> dict[str, Any]:
    talk, system = _asked(record)
    return {"conversations": [*talk, _gpt(record["completion"])], "system": system}


def _pair(record: dict[str, Any]) -> dict[str, Any]:
    talk, system = _asked(record)
    sides = {side: _gpt(record[side]) for side in ("chosen", "rejected")}
    return {"conversations": talk, "system": system, **sides}


def _judged(record: dict[str, Any]) -> dict[str, Any]:
    return {**_right(record), "kto_tag": record["label"]}


def _asked(record: dict[str, Any]) -> tuple[list[dict[str, str]], str]:
    system, said = dialogue(record["prompt"]) or ("", [])
    who = ("human", "gpt")
    return [{"from": who[number % 2], "value": each} for number, each in enumerate(said)], system


def _gpt(value: Any) -> dict[str, str]:
    return {"from": "gpt", "value": text(value)}
