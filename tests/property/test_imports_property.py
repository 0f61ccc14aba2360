"""What our exporters write comes in again as it was; what people said in any tool means the same from each."""

from __future__ import annotations

import json
import tempfile
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.exports import Row, Rows, exporter
from assistant.exports._views import fallen, value_of
from assistant.imports import Judgement, Records, importer
from assistant.imports._read import read
from assistant.imports._take import take_in
from assistant.settings import Settings
from assistant.store import Store
from assistant.tasks import Task, View
from assistant.types import Constraint, Evidence, Label, Preference, Vocabulary
from assistant.workbench import Workbench

quick = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
few = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
NASTY = [
    "",
    " ",
    "\x00",
    "a\r\nb",
    "\t=1",
    "=1+1",
    "json:",
    "json:3",
    "NA",
    "null",
    "nan",
    "01",
    "1e5",
    "שלום",
    "\u2028",
]
text = st.one_of(st.sampled_from(NASTY), st.text(max_size=12))
values = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False), text, st.sampled_from(["\ud800", "x\udfff"])),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(text, inner, max_size=2),
    max_leaves=3,
)
times = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))
shared: dict[str, Any] = {
    **dict.fromkeys(("id", "task", "author", "critique", "reading", "adapter"), text),
    "example_id": st.none() | text,
    "evidence": st.lists(st.builds(Evidence, text=text, role=st.sampled_from(["for", "missing"])), max_size=2).map(
        tuple
    ),
    "guideline": st.integers(0, 9),
    "created_at": times,
}
labels = st.builds(Label, **shared, input=values, op=st.sampled_from(["is", "is_not"]), value=st.none() | values)
pairs = st.builds(Preference, **shared, input=values, chosen=values, rejected=values, aspect=st.none() | text)
rules = st.builds(
    Constraint, **shared, property=text, operator=st.just("le"), value=values,
    scope=st.sampled_from(["item", "session", "task"]), when=st.none() | text, conversation=st.none() | text,
)  # fmt: skip


def rows_of(feedback: Any) -> Any:
    row = st.builds(
        Row, feedback=feedback, words=text, gesture=st.none() | st.just('{"kind":"thumb","target":"#1","value":true}'),
        reading=st.dictionaries(text, values, max_size=1), parser=text, parser_version=text, confidence=st.floats(0, 1),
        confirmed=st.none() | st.booleans(), output=st.none() | values, conversation=text,
        retracted_at=st.none() | times,
    )  # fmt: skip
    return st.lists(row, min_size=1, max_size=4)


def exported(name: str, rows: list[Row], folder: Path) -> None:
    exporter.get(name)(Rows(rows), folder)


def standing(rows: list[Row]) -> list[Row]:
    return [row for row in rows if not fallen(row)]


@pytest.mark.parametrize("name", ["csv", "jsonl", "parquet"])
@quick
@given(rows=rows_of(labels | pairs | rules))
def test_a_table_of_ours_comes_in_whole(name: str, rows: list[Row]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        exported(name, rows, Path(folder))
        (file,) = read(Path(folder))
    here = [r for r in rows if not (isinstance(r.feedback, Constraint) and r.feedback.scope == "session")]
    assert file.format == "csv"
    assert [judgement.own for judgement in file.judgements] == standing(here)
    assert file.skipped.total() == len(rows) - len(standing(here))


@pytest.mark.parametrize("name", ["label_studio", "argilla", "prodigy"])
@quick
@given(rows=rows_of(labels | pairs))
def test_annotations_of_ours_come_in_whole(name: str, rows: list[Row]) -> None:
    there = [row for row in rows if isinstance(row.feedback, Preference) or value_of(row) is not None]
    if not there:
        return
    with tempfile.TemporaryDirectory() as folder:
        exported(name, rows, Path(folder))
        files = read(Path(folder))
    found = [judgement.own for file in files for judgement in file.judgements]
    assert {file.format for file in files} == {name}
    assert found == sorted(standing(there), key=lambda row: row.feedback.kind)


@pytest.fixture(scope="module")
def json_io() -> Any:
    """Argilla's own reader and writer of records; logged in nowhere."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its pydantic models are of an older style
        argilla = pytest.importorskip("argilla", reason="argilla is not installed")
        from argilla.records._io import JsonIO
    with mock.patch.object(argilla.Argilla, "_validate_connection"):
        argilla.Argilla(api_url="http://localhost", api_key="none")
    yield JsonIO
    argilla.Argilla._default_client = None


@few
@given(rows=rows_of(labels | pairs))
def test_what_argillas_own_code_writes_comes_in(json_io: Any, rows: list[Row]) -> None:
    there = [r for r in standing(rows) if isinstance(r.feedback, Preference) or value_of(r) is not None]
    there = [row for row in there if row.feedback.id]  # Argilla makes up an id for one that is empty
    with tempfile.TemporaryDirectory() as folder:
        exported("argilla", there, Path(folder))
        for view in ("labels", "pairs"):
            path = Path(folder) / "data" / view / "train.json"
            if path.exists():
                again = json_io.to_json(json_io._records_from_json(path), Path(folder) / f"{view}.json")
                (file,) = read(again)
                kind = {"labels": "label", "pairs": "preference"}[view]
                assert [j.own for j in file.judgements] == [row for row in there if row.feedback.kind == kind]


# --- into a store -----------------------------------------------------------------------------------------------


def bench(store: Store, folder: Path, labels: tuple[str, ...] = ()) -> Workbench:
    def no_model() -> Any:
        raise AssertionError("an import asks no model")

    made = Task(no_model, tuple, Vocabulary(labels=labels), lambda example, outputs: View(""), name="mail")
    return Workbench(made, store, Settings(home=folder))


WITHOUT = {"id", "task", "critique", "reading", "adapter", "guideline"}  # what belongs to the store that it came from


@pytest.mark.parametrize("name", ["csv", "jsonl", "parquet", "label_studio", "argilla", "prodigy"])
@few
@given(rows=rows_of(labels | pairs))
def test_feedback_is_the_same_in_another_store_and_comes_in_once(name: str, rows: list[Row]) -> None:
    unlike = {
        row.feedback.id: row for row in standing(rows) if value_of(row) is not None or row.feedback.kind != "label"
    }
    if not unlike:
        return
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/sayso.db") as store:
        out = Path(folder) / "out"
        out.mkdir()
        exported(name, list(unlike.values()), out)
        done = take_in(bench(store, Path(folder)), out)
        kept = [row.feedback for row in store.feedback("mail")]
        again = take_in(bench(store, Path(folder)), out)
        exports = [(row.words, row.confirmed, row.parser) for row in store.export_rows("mail")]
        assert store.verify() == []
    order = sorted(unlike.values(), key=lambda row: row.feedback.kind) if name[0] in "lap" else list(unlike.values())
    wanted = [row.feedback for row in (list(unlike.values()) if name == "parquet" else order)]
    assert [f.model_dump(exclude=WITHOUT) for f in kept] == [f.model_dump(exclude=WITHOUT) for f in wanted]
    assert done.labels + done.preferences == len(wanted) and done.already == 0
    assert (again.labels, again.preferences, again.already) == (0, 0, len(wanted))
    rows_in = [next(row for row in unlike.values() if row.feedback is one) for one in wanted]
    assert exports == [(row.words, row.confirmed or None, row.parser) for row in rows_in]


# --- every tool means the same ------------------------------------------------------------------------------------

LABELS = ("order", "complaint")
said = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=20)
whole_seconds = st.integers(1, 4_000_000_000).map(lambda n: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=n))


def heard(name: str, record: dict[str, Any]) -> Judgement:
    records = Records([(1, json.loads(json.dumps(record)))], LABELS)
    (judgement,) = importer.get(name)(records)
    assert not records.skipped
    return judgement


@quick
@given(said, st.sampled_from(LABELS), said, said, whole_seconds)
def test_a_label_means_the_same_from_every_tool(asked: str, label: str, words: str, who: str, at: datetime) -> None:
    result = [
        {"from_name": "kind", "to_name": "text", "type": "choices", "value": {"choices": [label]}},
        {"from_name": "comment", "to_name": "text", "type": "textarea", "value": {"text": [words]}},
    ]
    annotation = {"completed_by": {"email": who}, "created_at": at.isoformat(), "result": result}
    found = [
        heard("csv", {"input": asked, "label": label, "author": who, "comment": words, "created_at": at.isoformat()}),
        heard("label_studio", {"data": {"text": asked}, "annotations": [annotation]}),
        heard(
            "prodigy",
            {"text": asked, "label": label, "answer": "accept", "comment": words, "_annotator_id": who,
             "_timestamp": int(at.timestamp())},
        ),
    ]  # fmt: skip
    answers = {"kind": [{"value": label, "user_id": who}], "comment": [{"value": words, "user_id": who}]}
    argilla = heard("argilla", {"fields": {"text": asked}, "responses": answers, "suggestions": {}, "metadata": {}})
    assert found == [Judgement(line=1, input=asked, value=label, words=words, author=who, at=at)] * 3
    assert argilla == found[0].model_copy(update={"author": f"argilla-{who}", "at": None})


@quick
@given(said, said, said, st.booleans())
def test_a_preference_means_the_same_from_every_tool(asked: str, good: str, bad: str, first: bool) -> None:
    left, right = (good, bad) if first else (bad, good)
    side = {"from_name": "better", "to_name": "answer1,answer2", "type": "pairwise"}
    data = {"prompt": asked, "answer1": left, "answer2": right}
    annotation = {"result": [side | {"value": {"selected": "left" if first else "right"}}]}
    options = [{"id": "a", "text": left}, {"id": "b", "text": right}]
    response = [{"value": "answer1" if first else "answer2", "user_id": None}]
    found = [
        heard("csv", {"prompt": asked, "chosen": good, "rejected": bad}),
        heard("label_studio", {"data": data, "annotations": [annotation]}),
        heard("prodigy", {"text": asked, "options": options, "accept": ["a" if first else "b"], "answer": "accept"}),
        heard("argilla", {"fields": data, "responses": {"better": response}}),
    ]
    assert found == [Judgement(line=1, input=asked, order=((good,), (bad,)))] * 4
