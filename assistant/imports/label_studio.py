"""Label Studio's tasks with annotations, as its export "JSON" writes them. https://labelstud.io/guide/task_format

    {"id": 7, "data": {"text": "It arrived broken"},
     "annotations": [{"completed_by": {"email": "ann@example.org"}, "was_cancelled": false, "created_at": "2026-...Z",
                      "result": [{"from_name": "is", "to_name": "text", "type": "choices",
                                  "value": {"choices": ["complaint"]}}]}],
     "predictions": [{"model_version": "v1", "result": [... "order" ...]}]}

Read are choices (one at a time), pairwise comparisons, rankings and text areas: a text area is what the person said
where something was chosen, too, or its name says so (comment, reason, critique), else it is the right answer. A
prediction that an annotation differs from was corrected. Drafts and skipped tasks say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assistant.imports import Judgement, Records, importer
from assistant.imports._fields import (
    ROLES,
    evidence_of,
    given,
    input_of,
    moment,
    no_input,
    own_row,
    says,
    the_same_or_own,
)
from assistant.types import Evidence

LOOKS = ({"data", "annotations"},)
BOOKKEEPING = {
    "id", "data", "annotations", "predictions", "drafts", "created_at", "updated_at", "inner_id", "project",
    "total_annotations", "cancelled_annotations", "total_predictions", "comment_count", "unresolved_comment_count",
    "last_comment_updated_at", "updated_by", "comment_authors", "file_upload", "is_labeled", "overlap", "allow_skip",
}  # fmt: skip

ANSWERS = ("body", "html", "text", "title")


@importer
def label_studio(records: Records) -> Iterator[Judgement]:
    """Choices, comparisons, rankings and written answers of Label Studio, as JSON."""
    for record in records:
        data, annotations = record.get("data"), record.get("annotations")
        if not isinstance(data, dict) or not isinstance(annotations, list):
            records.skip("it has no data or no list of annotations")
            continue
        done = [one for one in annotations if isinstance(one, dict)]
        if not done:
            records.skip("nobody annotated it")
        for annotation in done:
            yield from _annotated(record, data, annotation, records)


def _annotated(
    record: dict[str, Any], data: dict[str, Any], annotation: dict[str, Any], records: Records
) -> Iterator[Judgement]:
    results = _results(annotation)
    if annotation.get("was_cancelled"):
        records.skip("it was skipped in Label Studio")
        return
    asked = _asked(data, results, records.field)
    if asked is None:
        records.skip(no_input(data))
        return
    meta = record.get("meta")
    row = own_row(meta.get("sayso")) if isinstance(meta, dict) else None
    shared = {
        "line": records.line,
        "input": data[asked],
        "words": _words(results) if row is None else row.words,
        "author": _author(annotation.get("completed_by")),
        "at": moment(annotation.get("created_at")),
        "evidence": _evidence(results),
        "kept": _kept(record, data, asked, results),
    }
    before = records.skipped.total()
    found = [*_values(record, shared, results, records), *_orders(data, asked, shared, results, records)]
    for judgement in found:
        yield the_same_or_own(row, judgement)
    if not found and records.skipped.total() == before:
        records.skip("it has no choice, comparison, ranking or text")


def _results(of: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The regions of an annotation or a prediction that have a value."""
    found = of.get("result")
    regions = found if isinstance(found, list) else []
    return [one for one in regions if isinstance(one, dict) and isinstance(one.get("value"), dict)]


def _asked(data: dict[str, Any], results: list[dict[str, Any]], field: str | None) -> str | None:
    """The field of the data that was judged: what a choice points at, else what is called so."""
    pointed = [str(one.get("to_name")) for one in results if one.get("type") in ("choices", "textarea")]
    answers = {name for one in results if one.get("type") == "pairwise" for name in _sides(one, data)}
    # our own texts may be empty, and are texts all the same
    here = [name for name in pointed if name in data and name not in answers]
    return here[0] if here and field is None else input_of(data, answers, field)


def _author(who: Any) -> str | None:
    if isinstance(who, dict):
        whole = " ".join(str(who[name]) for name in ("first_name", "last_name") if given(who.get(name)))
        name = who.get("email") or who.get("username") or whole or who.get("id")
        return str(name) if given(name) else None
    return f"label-studio-{who}" if isinstance(who, int) else str(who) if given(who) else None


# --- labels and answers ---------------------------------------------------------------------------------------


def _values(
    record: dict[str, Any], shared: dict[str, Any], results: list[dict[str, Any]], records: Records
) -> Iterator[Judgement]:
    guesses = [one for guess in record.get("predictions") or () if isinstance(guess, dict) for one in _results(guess)]
    for region in results:
        said = _said(region, results)
        if said is None:
            continue
        if len(said) != 1:
            records.skip("several were chosen at once")
            continue
        name = str(region.get("from_name"))
        guess = next((value for one in guesses if _about(one) == _about(region) for value in _value(one) or ()), None)
        op = "is_not" if name in ("is_not", "is_not_text") else "is"
        yield Judgement(op=op, value=said[0], output=guess, **shared)


def _said(region: dict[str, Any], results: list[dict[str, Any]]) -> list[str] | None:
    """The values that a region gives; None where it gives none, or what was written is about another."""
    chosen = any(one.get("type") in ("choices", "pairwise", "ranker") for one in results)
    name = str(region.get("from_name"))
    if region.get("type") == "textarea" and name not in ("is_text", "is_not_text") and (chosen or says(name)):
        return None
    return _value(region)


def _value(region: dict[str, Any]) -> list[str] | None:
    kind, value = region.get("type"), region["value"]
    if kind == "choices" and isinstance(value.get("choices"), list):
        return [str(one) for one in value["choices"]]
    if kind == "textarea":
        return [_text(value)]
    return None


def _about(region: dict[str, Any]) -> str:
    """The control of a region; a value that we wrote out in full answers the same question."""
    name = str(region.get("from_name"))
    return "is" if name in ("is", "is_not", "is_text", "is_not_text") else name


def _text(value: dict[str, Any]) -> str:
    text = value.get("text")
    return "\n".join(map(str, text)) if isinstance(text, list) else str(text or "")


def _words(results: list[dict[str, Any]]) -> str:
    """What the person wrote beside a choice."""
    written = [one for one in results if one.get("type") == "textarea" and _said(one, results) is None]
    return "\n".join(_text(one["value"]) for one in written)


def _evidence(results: list[dict[str, Any]]) -> tuple[Evidence, ...]:
    """Words that were marked with a role of ours."""
    marked = [one["value"] for one in results if _is_evidence(one)]
    return tuple(each for one in marked for each in evidence_of(one["text"], one["labels"][0]))


def _is_evidence(region: dict[str, Any]) -> bool:
    value = region["value"]
    labels = value.get("labels")
    return (
        region.get("type") == "labels"
        and isinstance(labels, list)
        and labels[:1] in [[role] for role in ROLES]
        and ("text" in value)
    )


# --- orders ---------------------------------------------------------------------------------------------------


def _orders(
    data: dict[str, Any], asked: str, shared: dict[str, Any], results: list[dict[str, Any]], records: Records
) -> Iterator[Judgement]:
    for region in results:
        if region.get("type") == "pairwise":
            sides, better = _sides(region, data), region["value"].get("selected")
            if len(sides) != 2 or better not in ("left", "right"):
                records.skip("it is not clear which two answers were compared")
                continue
            left, right = (data[name] for name in sides)
            yield Judgement(order=((left,), (right,)) if better == "left" else ((right,), (left,)), **shared)
        elif region.get("type") == "ranker":
            ranked = _ranked(region["value"].get("ranker"), data, asked)
            if len(ranked) < 2:
                records.skip("its ranking names fewer than two answers of the task")
                continue
            yield Judgement(order=tuple((one,) for one in ranked), **shared)


def _sides(region: dict[str, Any], data: dict[str, Any]) -> list[str]:
    """The fields of the two answers: those that the comparison names, else the two that are not the input."""
    to = region.get("to_name")
    named = [str(name).strip() for name in (to if isinstance(to, list) else str(to).split(","))]
    here = [name for name in named if name in data]
    if len(here) == 2:
        return here
    numbered = [name for name in data if name.rstrip("0123456789") in ("answer", "response", "text", "output", "reply")
                and name[-1:].isdigit()]  # fmt: skip
    if len(numbered) == 2:
        return numbered
    asked = input_of(data, here)
    return [name for name, value in data.items() if name != asked and isinstance(value, str)]


def _ranked(ranker: Any, data: dict[str, Any], asked: str) -> list[Any]:
    """The answers in the order of their ids."""
    ids = next(iter(ranker.values()), []) if isinstance(ranker, dict) else ranker
    lists = [value for name, value in data.items() if name != asked and isinstance(value, list)]
    items = [one for some in lists for one in some if isinstance(one, dict) and "id" in one]
    answers = {str(one["id"]): next((one[n] for n in ANSWERS if given(one.get(n))), None) for one in items}
    found = [answers.get(str(id)) for id in ids] if isinstance(ids, list) else []
    return [answer for answer in found if answer is not None]


def _kept(record: dict[str, Any], data: dict[str, Any], asked: str, results: list[dict[str, Any]]) -> dict[str, Any]:
    """Fields without a place here."""
    kept = {
        name: value for name, value in record.items() if name not in BOOKKEEPING and name != "meta" and given(value)
    }
    sides = {name for one in results if one.get("type") == "pairwise" for name in _sides(one, data)}
    kept |= {f"data.{name}": value for name, value in data.items() if name != asked and name not in sides}
    meta = record.get("meta")
    if isinstance(meta, dict):
        kept |= {f"meta.{name}": value for name, value in meta.items() if name != "sayso"}
    unread = [one for one in results if one.get("type") not in ("choices", "textarea", "pairwise", "ranker")]
    for one in unread:
        if not _is_evidence(one):
            kept.setdefault(f"result of type {one.get('type')}", []).append(one)
    return kept
