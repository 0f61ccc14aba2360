"""Prodigy's annotated tasks, one JSON object a line, as `prodigy db-out NAME` writes them.

    {"text": "It arrived broken", "label": "complaint", "answer": "accept", "_annotator_id": "ann", "_timestamp": 1764…}
    {"text": "It arrived broken", "options": [{"id": "a", "text": "Sorry!"}, {"id": "b", "text": "No."}],
     "accept": ["a"], "answer": "accept"}

A rejected label is "it is not"; what was ignored says nothing. Options that are labels of the task give a label, others
an order: those that were chosen before the rest. https://prodi.gy/docs/api-interfaces
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assistant.imports import Judgement, Records, importer
from assistant.imports._fields import evidence_of, given, input_of, moment, no_input, own_row, says, the_same_or_own
from assistant.types import Evidence

LOOKS = ({"text", "answer"}, {"text", "label", "answer"}, {"answer", "_task_hash", "_input_hash"})
KNOWN = {"text", "label", "answer", "options", "accept", "meta", "sayso", "_annotator_id", "_session_id", "_timestamp"}
BOOKKEEPING = {"_input_hash", "_task_hash", "_view_id", "_is_binary", "tokens", "config", "style", "score", "priority"}


@importer
def prodigy(records: Records) -> Iterator[Judgement]:
    """Labels and choices of Prodigy, as JSON Lines."""
    for record in records:
        yield from _judged(record, records)


def _judged(record: dict[str, Any], records: Records) -> Iterator[Judgement]:
    answer = record.get("answer")
    if answer not in ("accept", "reject"):
        records.skip("it was ignored in Prodigy" if answer == "ignore" else "it has no answer")
        return
    rest = {name: value for name, value in record.items() if name not in KNOWN | BOOKKEEPING}
    name = records.field or ("text" if isinstance(record.get("text"), str) else input_of(rest))
    if name is None or name not in record:
        records.skip(no_input(rest))
        return
    row = own_row(record.get("sayso"))
    shared = {
        "line": records.line,
        "input": record[name],
        "words": _words(record) if row is None else row.words,
        "author": _author(record),
        "at": moment(record.get("_timestamp")),
        "evidence": _evidence(record) if row is not None else (),
        "kept": _kept(record, name),
    }
    found = _labelled(record, shared) if "label" in record else _chosen(record, shared, records.labels)
    if found is None:
        records.skip("it has neither a label nor a choice")
    else:
        yield the_same_or_own(row, found)


def _labelled(record: dict[str, Any], shared: dict[str, Any]) -> Judgement:
    return Judgement(op="is" if record["answer"] == "accept" else "is_not", value=record["label"], **shared)


def _chosen(record: dict[str, Any], shared: dict[str, Any], labels: tuple[str, ...]) -> Judgement | None:
    options, accepted = record.get("options"), record.get("accept")
    if not isinstance(options, list) or not isinstance(accepted, list):
        return None
    known = {
        one["id"]: one.get("text", one["id"])
        for one in options
        if isinstance(one, dict) and isinstance(one.get("id"), str | int | float)
    }
    if not all(isinstance(id, str | int | float) for id in accepted):
        return None
    named = [name for id in accepted for name in (id, known.get(id)) if name in labels]
    op = "is" if record["answer"] == "accept" else "is_not"
    if named and len(accepted) == 1:
        return Judgement(op=op, value=named[0], **shared)
    better = tuple(text for id, text in known.items() if id in accepted)
    rest = tuple(text for id, text in known.items() if id not in accepted)
    if not better or not rest or op == "is_not" or named:
        return None
    return Judgement(order=(better, rest), **shared)


def _words(record: dict[str, Any]) -> str:
    """What was written into a field beside."""
    written = [value for name, value in record.items() if says(name) and isinstance(value, str)]
    return " ".join(written)


def _author(record: dict[str, Any]) -> str | None:
    name = record.get("_annotator_id") or record.get("_session_id")
    return str(name) if given(name) else None


def _evidence(record: dict[str, Any]) -> tuple[Evidence, ...]:
    """The marked words of one of our own exports, whose labels are roles."""
    spans = record.get("spans")
    found = [one for one in spans if isinstance(one, dict)] if isinstance(spans, list) else []
    return tuple(each for one in found for each in evidence_of(one.get("text"), one.get("label")))


def _kept(record: dict[str, Any], asked: str) -> dict[str, Any]:
    """Fields without a place here; spans of entities are such."""
    done = KNOWN | BOOKKEEPING | {asked} | ({"spans"} if "sayso" in record else set())
    rest = {name: value for name, value in record.items() if name not in done and not says(name)}
    meta = record.get("meta")
    return rest | ({"meta": meta} if given(meta) and "sayso" not in record else {})
