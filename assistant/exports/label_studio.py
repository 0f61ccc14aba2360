"""Annotated tasks for Label Studio, with the labeling configuration that shows them.

    data/labels/train.json, labels.xml; data/pairs/train.json, pairs.xml: a project for each
    {"data": {"text": "It arrived broken"}, "meta": {"sayso": {...}},
     "annotations": [{"result": [{"from_name": "is", "to_name": "text", "type": "choices",
                                  "value": {"choices": ["complaint"]}}, ...],
                      "was_cancelled": false, "ground_truth": false}],
     "predictions": [{"model_version": "base", "result": [... "order" ...]}]}

The prediction is what the model had said. https://labelstud.io/guide/task_format
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as xml

from assistant.exports import Row, Rows, exporter
from assistant.exports._annotate import NOTES, choice, critique, items, marks, sides, whole
from assistant.exports._lines import Views
from assistant.exports._rows import About
from assistant.exports._views import fallen, text, value_of
from assistant.types import Label, Preference

ABOUT = About(
    tags=("label-studio",),
    read=None,
    notes=f"""For Label Studio: make a project for the labels and one for the pairs, paste `labels.xml` or `pairs.xml`
as its labeling interface, and import the file in `data/`. `sayso` is in each task's `meta`. Who said it is there only,
since Label Studio refuses annotators whom it does not know. {NOTES}""",
)


@exporter
def label_studio(rows: Rows, out: Path) -> list[Path]:
    """Labels, evidence and preferences as annotated tasks, for Label Studio."""
    names: dict[str, dict[str, None]] = {}
    with Views(out, rows.split, whole=True) as put:
        for view, row in items(rows):
            put(view, _labelled(row, names) if view == "labels" else _compared(row))
    if "pairs" in put.paths:
        (out / "pairs.xml").write_text(_PAIRS, encoding="utf-8")
    if "labels" in put.paths:
        _configure(out / "labels.xml", names)
    return [*put.paths.values(), *(out / f"{view}.xml" for view in put.paths)]


def _labelled(row: Row, names: dict[str, dict[str, None]]) -> dict[str, Any]:
    said = row.feedback
    assert isinstance(said, Label)
    regions = [_value(said.op, value_of(row), names), _says("text", row)]
    for mark in marks(row):
        names.setdefault("evidence", {})[mark.role] = None
        place = {"start": mark.start, "end": mark.end, "text": mark.text, "labels": [mark.role]}
        regions.append(_region("evidence", "text", "labels", place))
    task = _task(row, {"text": text(said.input)}, regions)
    if row.output is not None:
        guess = {"model_version": said.adapter, "result": [_value("is", row.output, names)]}
        task["predictions"] = [guess]
    return task


def _compared(row: Row) -> dict[str, Any]:
    left, right, left_is_better = sides(row)
    assert isinstance(row.feedback, Preference)
    selected = {"selected": "left" if left_is_better else "right"}
    data = {"prompt": text(row.feedback.input), "answer1": left, "answer2": right}
    return _task(row, data, [_region("comparison", "answer1", "pairwise", selected), _says("prompt", row)])


def _task(row: Row, data: dict[str, Any], result: list[dict[str, Any]]) -> dict[str, Any]:
    # Label Studio takes for ground truth what does not say that it is none
    annotation = {"result": result, "was_cancelled": bool(fallen(row)), "ground_truth": False}
    return {"data": data, "meta": {"sayso": whole(row)}, "annotations": [annotation]}


def _value(control: str, value: Any, names: dict[str, dict[str, None]]) -> dict[str, Any]:
    name = choice(value)
    if name is None:
        names.setdefault(f"{control}_text", {})
        return _region(f"{control}_text", "text", "textarea", {"text": [text(value)]})
    names.setdefault(control, {})[name] = None
    return _region(control, "text", "choices", {"choices": [name]})


def _says(about: str, row: Row) -> dict[str, Any]:
    return _region("critique", about, "textarea", {"text": [critique(row)]})


def _region(control: str, about: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"from_name": control, "to_name": about, "type": kind, "value": value}


# --- the labeling interface: https://labelstud.io/guide/setup -----------------------------------------------

_PAIRS = """<View>
  <Text name="prompt" value="$prompt"/>
  <Header value="Which answer is better?"/>
  <Pairwise name="comparison" toName="answer1,answer2"/>
  <Text name="answer1" value="$answer1"/>
  <Text name="answer2" value="$answer2"/>
  <Header value="What was said"/>
  <TextArea name="critique" toName="prompt"/>
</View>
"""
_CONTROLS = {  # name: tag, its options' tag, header
    "evidence": ("Labels", "Label", "Why"),
    "is": ("Choices", "Choice", "It is"),
    "is_not": ("Choices", "Choice", "It is not"),
    "is_text": ("TextArea", "", "It is"),
    "is_not_text": ("TextArea", "", "It is not"),
    "critique": ("TextArea", "", "What was said"),
}


def _configure(path: Path, names: dict[str, dict[str, None]]) -> None:
    """Write the interface with every name that was used, in this split or one before."""
    names = names | {"critique": {}}
    if path.exists():
        for each in xml.parse(path).getroot():
            options = {option.get("value", ""): None for option in each}
            names[each.get("name", "")] = options | names.get(each.get("name", ""), {})
    view = xml.Element("View")
    for name, (tag, option, header) in _CONTROLS.items():
        if name in names:
            xml.SubElement(view, "Header", value=header)
            control = xml.SubElement(view, tag, name=name, toName="text")
            for value in names[name]:
                xml.SubElement(control, option, value=value)
        if name == "evidence":
            xml.SubElement(view, "Text", name="text", value="$text")
    xml.indent(view)
    path.write_text(xml.tostring(view, encoding="unicode") + "\n", encoding="utf-8")
