"""Argilla's records, as `dataset.records.to_list(flatten=False)` and `dataset.records.to_json` of its SDK 2 write them.

    {"id": "…", "fields": {"text": "It arrived broken"}, "metadata": {}, "status": "completed",
     "suggestions": {"label": {"value": "order", "agent": "v1"}},
     "responses": {"label": [{"value": "complaint", "user_id": "1f…"}], "comment": [{"value": "…", "user_id": "1f…"}]}}

Each person's responses to a record belong together. A response that names a field prefers that answer to the others; a
list of field names ranks them; a text is the right label or answer, or what the person said, where the question is
called so (comment, reason, critique). A suggestion that a response differs from was corrected. The files don't tell
submitted responses from drafts or discarded ones: filter by `status` before you write them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assistant.imports import Judgement, Records, importer
from assistant.imports._fields import evidence_of, given, input_of, no_input, own_row, says, the_same_or_own
from assistant.types import Evidence

LOOKS = ({"fields", "responses"},)
KNOWN = {"id", "fields", "metadata", "suggestions", "responses", "vectors", "status", "_server_id"}
LABELS = {"is": "is", "is_text": "is", "is_not": "is_not", "is_not_text": "is_not"}


@importer
def argilla(records: Records) -> Iterator[Judgement]:
    """Responses and corrected suggestions of Argilla 2, as JSON or JSON Lines."""
    for record in records:
        fields, responses = record.get("fields"), record.get("responses")
        if not isinstance(fields, dict) or not isinstance(responses or {}, dict):
            records.skip("it has no fields or no responses by question")
            continue
        people = _by_person(responses or {})
        if not people:
            records.skip("nobody responded to it")
        for author, answers in people.items():
            yield from _answered(record, fields, author, answers, records)


def _by_person(responses: dict[str, Any]) -> dict[str | None, dict[str, Any]]:
    """Each person's values by question; without those that were discarded or are drafts, where that is told."""
    people: dict[str | None, dict[str, Any]] = {}
    for question, given_by in responses.items():
        for one in given_by if isinstance(given_by, list) else [given_by]:
            if isinstance(one, dict) and one.get("status", "submitted") == "submitted" and one.get("value") is not None:
                who = one.get("user_id")
                people.setdefault(None if who is None else str(who), {})[question] = one["value"]
    return people


def _answered(
    record: dict[str, Any], fields: dict[str, Any], who: str | None, answers: dict[str, Any], records: Records
) -> Iterator[Judgement]:
    ordered = {question: order for question, value in answers.items() if (order := _order(value, fields))}
    sides = {name for order in ordered.values() for tier in order for name in tier}
    asked = input_of(fields, sides, records.field) or (
        "text" if "text" in fields else "prompt" if "prompt" in fields else None
    )
    if asked is None or asked not in fields:
        records.skip(no_input(fields))
        return
    row = own_row(record.get("metadata"))
    shared = {
        "line": records.line,
        "input": fields[asked],
        "author": who if who is None else f"argilla-{who}",
        "words": row.words if row else _words(answers),
        "evidence": _evidence(answers.get("evidence"), fields[asked]),
        "kept": _kept(record, fields, {asked, *sides}, answers, own=row is not None),
    }
    found = [
        Judgement(order=tuple(tuple(fields[name] for name in tier) for tier in order), **shared)
        for order in ordered.values()
    ]
    found += [
        Judgement(op=LABELS.get(question, "is"), value=value, output=_suggested(record, question), **shared)
        for question, value in answers.items()
        if question not in ordered and _is_value(question, value)
    ]
    for judgement in found:
        yield the_same_or_own(row, judgement)
    if not found:
        records.skip("it has no label, answer or order")


def _order(value: Any, fields: dict[str, Any]) -> tuple[tuple[str, ...], ...] | None:
    """The names of fields in tiers, best first; None where the value is no choice between fields."""
    if isinstance(value, str) and value in fields:
        rest = tuple(name for name in fields if name != value and _family(name) == _family(value))
        return ((value,), rest) if rest else None
    if not isinstance(value, list) or len(value) < 2:
        return None
    tiers: dict[float, tuple[str, ...]] = {}
    for place, one in enumerate(value):
        name, rank = (one.get("value"), one.get("rank", place)) if isinstance(one, dict) else (one, place)
        if not isinstance(name, str) or name not in fields or not isinstance(rank, int | float):
            return None
        tiers[rank] = (*tiers.get(rank, ()), name)
    return tuple(tiers[rank] for rank in sorted(tiers)) if len(tiers) > 1 else None


def _family(name: str) -> str:
    """ "answer" of "answer1", "answer-2" and "answer_2"."""
    return name.rstrip("0123456789").rstrip("-_ ")


def _is_value(question: str, value: Any) -> bool:
    if question == "evidence" or says(question) or isinstance(value, bool):
        return False
    return question in LABELS or (given(value) and isinstance(value, str | int | float))


def _suggested(record: dict[str, Any], question: str) -> Any:
    suggestions = record.get("suggestions")
    there = suggestions if isinstance(suggestions, dict) else {}
    alike = [name for name in LABELS if question in LABELS] or [question]
    found = next((there[name] for name in alike if name in there), None)
    return found.get("value") if isinstance(found, dict) else found


def _words(answers: dict[str, Any]) -> str:
    """What the person wrote beside."""
    return "\n".join(value for question, value in answers.items() if says(question) and isinstance(value, str))


def _evidence(spans: Any, text: Any) -> tuple[Evidence, ...]:
    """Words that were marked with a role of ours, in the question "evidence"."""
    marked = [one for one in spans if isinstance(one, dict)] if isinstance(spans, list) else []
    found: list[Evidence] = []
    for one in marked if isinstance(text, str) else ():
        start, end = one.get("start"), one.get("end")
        if isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text):
            found += evidence_of(text[start:end], one.get("label"))
    return tuple(found)


def _kept(
    record: dict[str, Any], fields: dict[str, Any], used: set[str], answers: dict[str, Any], own: bool
) -> dict[str, Any]:
    """Fields without a place here."""
    kept = {name: value for name, value in record.items() if name not in KNOWN and given(value)}
    kept |= {f"fields.{name}": value for name, value in fields.items() if name not in used}
    odd = {q: v for q, v in answers.items() if isinstance(v, list) and q != "evidence" and not _order(v, fields)}
    kept |= {f"responses.{question}": value for question, value in odd.items()}
    metadata = record.get("metadata")
    if isinstance(metadata, dict) and not own:
        kept |= {f"metadata.{name}": value for name, value in metadata.items()}
    return kept
