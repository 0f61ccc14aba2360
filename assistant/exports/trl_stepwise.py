"""Answers step by step, in TRL's format of stepwise supervision: which of their sentences are right.

    {"prompt": "When do you open?", "completions": ["We open at 9.", "Do come by!"], "labels": [False, True], ...}

Steps are sentences. An answer that is right is right in each; of one that a person corrected, those are right that they
left as they were; of one that they called wrong, those are wrong that they pointed at. Process reward models learn from
such (Lightman et al. 2023, arXiv 2305.20050). There is no conversational form.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa

from assistant.exports import Row, Rows, exporter
from assistant.exports._rows import column
from assistant.exports._trl import abouts, write
from assistant.exports._views import Records, judged, value_of
from assistant.texts.segment import sentences as spans
from assistant.types import Label

ABOUT, _ = abouts(
    column("prompt", "the input"),
    column("completions", "the sentences of an answer", pa.list_(pa.string())),
    column("labels", "whether each is right", pa.list_(pa.bool_())),
    tags=("trl", "prm"),
    notes="`source` = `correction`: the person's answer, and the one that the model had given.",
)


def steps(row: Row) -> Records:
    """Answers of several sentences, with what is known of each."""
    found = judged(row)
    if isinstance(found, str):
        return found
    texts = [each for each in found if isinstance(each["completion"], str) and len(sentences(each["completion"])) > 1]
    if not texts:
        return "no answer has several sentences"
    right = next((each["completion"] for each in found if each["label"]), None)
    made = [record for each in texts if (record := _stepped(row, each, right))]
    return made or "it does not say which sentence is wrong"


def sentences(text: str) -> list[str]:
    """All of the text: what stands between two sentences goes with the one before, what comes first with the first.

    >>> sentences("We open at 9. Do come by!")
    ['We open at 9.', 'Do come by!']
    """
    cuts = [0, *(start for start, _ in spans(text)[1:]), len(text)]
    return [text[start:end].strip() for start, end in pairwise(cuts)]


def _stepped(row: Row, judged: dict[str, Any], right: Any) -> dict[str, Any] | None:
    said = sentences(judged["completion"])
    if judged["label"]:
        labels = [True] * len(said)
    elif judged["source"] == "correction" and isinstance(right, str):
        kept = set(sentences(right))
        labels = [each in kept for each in said]
    else:
        wrong = _pointed_at(row)
        labels = [not any(words in each for words in wrong) for each in said]
        if all(labels):
            return None
    return {"prompt": judged["prompt"], "completions": said, "labels": labels, "source": judged["source"]}


def _pointed_at(row: Row) -> list[str]:
    """The words of the answer that the person called wrong."""
    said = row.feedback
    if not isinstance(said, Label) or not isinstance(value_of(row), str):
        return []
    return [one.text for one in said.evidence if one.role in ("error", "against") and one.text in value_of(row)]


@exporter
def trl_stepwise(rows: Rows, out: Path) -> list[Path]:
    """Which sentences of an answer are right, as TRL's stepwise supervision."""
    return write(rows, out, (ABOUT, ABOUT), steps)
