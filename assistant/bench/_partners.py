"""Conversations in which annotators marked what people said when a chatbot erred, turn by turn.

UKP's error-annotated dialogues (Petrak et al. 2023, arXiv 2310.15758), of six corpora; among them the self-feeding
chatbot's own (Hancock et al. 2019).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from assistant.errors import UserError

__all__ = ["SHIPS", "Said", "read"]

SHIPS = frozenset(("SelfFeeding", "Personachat", "MWoZ"))
"""Corpora whose weights may be passed on."""
FEEDBACK = frozenset(("UR2", "UR3", "UR4", "UR5"))
"""Reactions that tell: said again, made aware with or without the right answer, asked what was meant. UR1: went on."""
SILENT = "<SILENCE>"


class Said(NamedTuple):
    """What a person said after a reply. `unhappy`: at least half of the annotators saw a reaction to an error; None:
    fewer did. Of turns that nobody annotated it is False: the data's makers looked for errors there, too."""

    dialogue: int
    corpus: str
    text: str
    reply: str
    unhappy: bool | None


def read(path: Path) -> list[Said]:
    """All that was said after a reply, in order.

    Raises:
        UserError: the file is missing.
    """
    if not path.is_file():
        raise UserError(f"The file {str(path)!r} is missing", do="set SAYSO_DATA to where it is")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [said for number, row in enumerate(rows) for said in _turns(number, row)]


def _turns(number: int, row: dict[str, Any]) -> Iterator[Said]:
    turns, marked = row["turns"], dict(_marked(row))
    for at in range(1, len(turns)):
        text = turns[at]["utterance"].strip()
        if not text or text == SILENT:
            continue
        seen = marked.get(at, [])
        told = sum(reaction in FEEDBACK for reaction in seen)
        unhappy = False if not told else True if told >= len(seen) / 2 else None
        yield Said(number, row["corpus"], text, turns[at - 1]["response"].strip(), unhappy)


def _marked(row: dict[str, Any]) -> Iterator[tuple[int, list[str]]]:
    """The turns that were annotated, each with the reactions that annotators saw."""
    for one in row["annotations"]:
        if "turn" in one:
            yield one["turn"], [each["user_reaction"] or "" for each in one["annotation"]]
    flat = [one["user_reaction"] or "" for one in row["annotations"] if "turn" not in one]
    if flat and "correction" in row:  # one corpus names the words instead of the turn
        words = _plain(row["correction"]["phrase"][1])
        there = [at for at, turn in enumerate(row["turns"]) if words and words in _plain(turn["utterance"])]
        if there:
            yield there[-1], flat


def _plain(text: str) -> str:
    return re.sub(r"\W+", "", text.casefold())
