"""Records for Argilla 2, with the settings of the data sets that hold them.

    data/labels/train.json, settings/labels.json; data/pairs/train.json, settings/pairs.json: a data set for each
    {"id": "019...", "fields": {"text": "It arrived broken"}, "metadata": {"author": "author-1f...", ...},
     "suggestions": {"is": {"value": "order", "agent": "base", "type": "model"}},
     "responses": {"is": [{"value": "complaint", "user_id": "...", "status": "submitted"}], "evidence": [...]}}

The suggestion is what the model had said. Records are as `Record.to_dict` and the settings as `Settings.to_json` of
Argilla's SDK 2.8 write them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from assistant.exports import Row, Rows, exporter
from assistant.exports._annotate import NOTES, choice, critique, items, marks, sides, whole
from assistant.exports._lines import Views
from assistant.exports._rows import About
from assistant.exports._views import fallen, text, value_of
from assistant.types import Label, Preference

ABOUT = About(
    tags=("argilla",),
    read=None,
    notes=f"""For Argilla: make a data set for the labels and one for the pairs, by
`rg.Dataset(name, settings=rg.Settings.from_json("settings/labels.json")).create()`, and fill it by
`dataset.records.from_json("data/labels/train.json")`. Argilla takes responses only of users that it knows: `users.json`
says which `user_id` stands for whom; replace each by the id of a user of yours first. Each record's `metadata` is what
is called `sayso` below. {NOTES}""",
)
Options = dict[str, dict[str, None]]
"""Of each question that was answered, the options that came up; none where any text may be written."""


@exporter
def argilla(rows: Rows, out: Path) -> list[Path]:
    """Labels, evidence and preferences as records with responses, for Argilla."""
    options: dict[str, Options] = {"labels": {}, "pairs": {}}
    users = dict[str, str]()
    with Views(out, rows.split, whole=True) as put:
        for view, row in items(rows):
            users.setdefault(_user(row), row.feedback.author)
            put(view, (_labelled if view == "labels" else _compared)(row, options[view]))
    settings = [_settle(out / "settings" / f"{view}.json", view, options[view]) for view in put.paths]
    people = out / "users.json"
    users |= json.loads(people.read_text("utf-8")) if people.exists() else {}  # of another split
    people.write_text(json.dumps(users, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return [*put.paths.values(), *settings, people]


def _labelled(row: Row, options: Options) -> dict[str, Any]:
    said = row.feedback
    assert isinstance(said, Label)
    suggestions = {}
    if row.output is not None:
        question, value = _value("is", row.output, options)
        suggestions[question] = {"value": value, "agent": said.adapter, "type": "model"}
    responses: dict[str, Any] = dict([_value(said.op, value_of(row), options)])
    spans: list[dict[str, Any]] = [{"start": mark.start, "end": mark.end, "label": mark.role} for mark in marks(row)]
    if spans:
        options.setdefault("evidence", {}).update({span["label"]: None for span in spans})
        responses["evidence"] = spans
    return _record(row, {"text": text(said.input)}, responses, options, suggestions)


def _compared(row: Row, options: Options) -> dict[str, Any]:
    left, right, left_is_better = sides(row)
    assert isinstance(row.feedback, Preference)
    options["better"] = {"answer1": None, "answer2": None}
    fields = {"prompt": text(row.feedback.input), "answer1": left, "answer2": right}
    return _record(row, fields, {"better": "answer1" if left_is_better else "answer2"}, options, {})


def _record(
    row: Row, fields: dict[str, str], responses: dict[str, Any], options: Options, suggestions: dict[str, Any]
) -> dict[str, Any]:
    options["critique"] = {}
    status = "discarded" if fallen(row) else "submitted"
    answers = {**responses, "critique": critique(row)}
    return {
        "id": row.feedback.id,
        "fields": fields,
        "metadata": whole(row),
        "suggestions": suggestions,
        "responses": {
            question: [{"value": value, "user_id": _user(row), "status": status}] for question, value in answers.items()
        },
        "vectors": {},
    }


def _value(question: str, value: Any, options: Options) -> tuple[str, str]:
    """Which question a value answers, and how."""
    name = choice(value)
    if name is None:
        options.setdefault(f"{question}_text", {})
        return f"{question}_text", text(value)
    options.setdefault(question, {})[name] = None
    return question, name


def _user(row: Row) -> str:
    return str(uuid5(NAMESPACE_URL, f"sayso:{row.feedback.author}"))


# --- settings ----------------------------------------------------------------------------------------------

_TITLES = {
    "is": "It is",
    "is_not": "It is not",
    "is_text": "It is",
    "is_not_text": "It is not",
    "evidence": "Why",
    "better": "Which answer is better?",
    "critique": "What was said",
}
_FIELDS = {"labels": ["text"], "pairs": ["prompt", "answer1", "answer2"]}
_FILTERS = {"author": {"type": "terms"}, "adapter": {"type": "terms"}, "confidence": {"type": "float"}}


def _settle(path: Path, view: str, options: Options) -> Path:
    """Write the settings with every option that came up, in this split or one before."""
    if path.exists():
        for question in json.loads(path.read_text("utf-8"))["questions"]:
            before = {option["value"]: None for option in question["settings"].get("options", ())}
            options[question["name"]] = before | options.get(question["name"], {})
    settings = {
        "guidelines": None,
        "fields": [
            {"name": name, "title": name, "required": True, "settings": {"type": "text", "use_markdown": False}}
            for name in _FIELDS[view]
        ],
        "questions": [_question(name, list(options[name])) for name in _TITLES if name in options],
        "vectors": [],
        "metadata": [
            {"name": name, "title": name, "visible_for_annotators": True, "settings": each}
            for name, each in _FILTERS.items()
        ],
        "allow_extra_metadata": True,
        "distribution": {"strategy": "overlap", "min_submitted": 1},
        "mapping": None,
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(settings, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _question(name: str, options: list[str]) -> dict[str, Any]:
    settings: dict[str, Any] = {"type": "text", "use_markdown": False}
    if name == "evidence":
        settings = {"type": "span", "allow_overlapping": True, "field": "text", "visible_options": None}
    elif options:
        settings = {"type": "label_selection", "visible_options": None}
        options = options if len(options) > 1 else [*options, "(another)"]  # Argilla asks for two at least
    if options:
        settings["options"] = [{"value": option, "text": option} for option in options]
    # the one question that everything answers
    return {"name": name, "title": _TITLES[name], "required": name == "critique", "settings": settings}
