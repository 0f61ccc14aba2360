"""Any feedback comes back from every trainer's format as it went in, read by the trainer's own code."""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.exports import Row, Rows, exporter
from assistant.exports._annotate import choice, restored
from assistant.types import Evidence, Label
from tests import said

quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
dialogues = st.lists(said.message, min_size=1, max_size=3)


@contextmanager
def exported(name: str, rows: list[Row], **options: Any) -> Iterator[tuple[Path, Rows]]:
    """The folder as the exporter leaves it, and the rows with what was left out."""
    with tempfile.TemporaryDirectory() as folder:
        came = Rows(rows, **options)
        exporter.get(name)(came, Path(folder))
        yield Path(folder), came


def json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]  # no character inside a line ends it


def plain(value: Any) -> str:
    """A value as a model reads it."""
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)


def better_and_worse(rows: list[Row]) -> list[tuple[Any, str, str]]:
    """Preferences as they are; labels where the model had said something else."""
    found = []
    for row in rows:
        one = row.feedback
        if one.kind == "preference":
            found.append((one.input, plain(one.chosen), plain(one.rejected)))
        elif one.kind == "label" and one.op == "is" and row.output is not None:
            wrong, good = plain(row.output), plain(one.value)
            found += [(one.input, good, wrong)] if wrong.removeprefix(" ") != good.removeprefix(" ") else []
    return found


def is_right(rows: list[Row]) -> list[tuple[Any, str]]:
    found = []
    for row in rows:
        one = row.feedback
        if one.kind == "label" and one.op == "is":
            found.append((one.input, plain(one.value)))
        elif one.kind == "preference" and row.reading["acts"]:  # the person wrote it
            found.append((one.input, plain(one.chosen)))
    return found


def provenance_is_kept(records: list[dict[str, Any]], rows: list[Row]) -> None:
    origin = {row.feedback.id: row for row in rows}
    for record in records:
        row = origin[record["feedback_id"]]
        assert (record["words"], record["author"]) == (row.words, row.feedback.author)
        assert json.loads(record["evidence"]) == [each.model_dump() for each in row.feedback.evidence]
        assert record["created_at"] == row.feedback.created_at.isoformat(timespec="microseconds")


# --- TRL ---------------------------------------------------------------------------------------------------


def trl_reads(folder: Path) -> list[dict[str, Any]]:
    [path] = folder.glob("data/train-*.parquet")
    return list(pq.read_table(path).to_pylist())


@quick
@given(said.some)
def test_trl_reward_splits_where_we_joined(rows: list[Row]) -> None:
    trl = pytest.importorskip("trl.data_utils")
    with exported("trl_reward", rows) as (folder, _):
        records = trl_reads(folder)
        provenance_is_kept(records, rows)
    expected = [(plain(start).rstrip(), good, bad) for start, good, bad in better_and_worse(rows)]
    assert len(records) == len(expected)
    for record, (start, good, bad) in zip(records, expected, strict=True):
        assert not trl.is_conversational(record)
        cut = record["prompt_length"]
        assert record["chosen"][:cut] == record["rejected"][:cut] == start
        assert record["chosen"][cut:] in (f" {good}", good) and record["rejected"][cut:] in (f" {bad}", bad)
        found = trl.extract_prompt(record)
        assert found["prompt"] + found["chosen"] == record["chosen"]


@quick
@given(st.lists(st.one_of(said.pairs(), said.pairs(inputs=dialogues)), min_size=1, max_size=4))
def test_trl_reward_as_conversations(rows: list[Row]) -> None:
    trl = pytest.importorskip("trl.data_utils")
    with exported("trl_reward", rows, conversational=True) as (folder, _):
        records = trl_reads(folder)
    for record, (start, good, bad) in zip(records, better_and_worse(rows), strict=True):
        assert trl.is_conversational(record)
        found = trl.extract_prompt(record)
        is_dialogue = isinstance(start, list) and start and isinstance(start[0], dict)
        assert found["prompt"] == (start if is_dialogue else [{"role": "user", "content": plain(start)}])
        assert (found["chosen"], found["rejected"]) == (says(good), says(bad))


def says(text: str) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": text}]


@quick
@given(said.some)
def test_trl_preference_kto_and_sft_as_conversations(rows: list[Row]) -> None:
    trl = pytest.importorskip("trl.data_utils")
    asked = {"role": "user"}
    with exported("trl_preference", rows, conversational=True) as (folder, _):
        records = trl_reads(folder)
        assert all(map(trl.is_conversational, records))
        provenance_is_kept(records, rows)
        assert [(r["prompt"], r["chosen"], r["rejected"]) for r in records] == [
            ([asked | {"content": plain(given)}], says(good), says(bad)) for given, good, bad in better_and_worse(rows)
        ]
    with exported("trl_sft", rows, conversational=True) as (folder, _):
        records = trl_reads(folder)
        assert all(map(trl.is_conversational, records))
        assert [(r["prompt"], r["completion"]) for r in records] == [
            ([asked | {"content": plain(given)}], says(good)) for given, good in is_right(rows)
        ]
    with exported("trl_kto", rows, conversational=True) as (folder, _):
        records = trl_reads(folder)
        assert all(map(trl.is_conversational, records))
        provenance_is_kept(records, rows)


@quick
@given(
    st.lists(said.labels(answers=st.lists(said.prose, min_size=1, max_size=4).map(". ".join)), min_size=1, max_size=4)
)
def test_trl_stepwise(rows: list[Row]) -> None:
    from datasets import Dataset

    with exported("trl_stepwise", rows) as (folder, came):
        records = trl_reads(folder)
        provenance_is_kept(records, rows)
        assert len({record["feedback_id"] for record in records}) + sum(came.skipped.values()) == len(rows)
    answers = {"".join(str(each).split()) for row in rows for each in (row.feedback.value, row.output)}
    for record in Dataset.from_list(records):
        assert len(record["completions"]) == len(record["labels"]) > 1
        assert "".join("".join(record["completions"]).split()) in answers  # nothing of the answer is lost


# --- OpenAI ------------------------------------------------------------------------------------------------


def openai_accepts(messages: list[dict[str, Any]]) -> None:
    """By the types of OpenAI's own client, in which no message may hold an unknown key."""
    types = pytest.importorskip("openai.types.chat")
    from pydantic import TypeAdapter

    strict = {"user": types.ChatCompletionUserMessageParam, "assistant": types.ChatCompletionAssistantMessageParam}
    for message in messages:
        kind = strict[message["role"]]
        assert TypeAdapter(kind).validate_python(message) == message
        assert message.keys() <= kind.__annotations__.keys()


@quick
@given(said.some)
def test_openai_preference(rows: list[Row]) -> None:
    with exported("openai_preference", rows) as (folder, _):
        found, beside = json_lines(folder / "data/train.jsonl"), json_lines(folder / "provenance/train.jsonl")
    assert len(found) == len(beside)
    provenance_is_kept(beside, rows)
    for line in found:
        assert line.keys() == {"input", "preferred_output", "non_preferred_output"}
        openai_accepts([*line["input"]["messages"], *line["preferred_output"], *line["non_preferred_output"]])
        assert len(line["preferred_output"]) == len(line["non_preferred_output"]) == 1
    assert [(line["input"]["messages"], line["preferred_output"], line["non_preferred_output"]) for line in found] == [
        ([{"role": "user", "content": plain(given)}], says(good), says(bad))
        for given, good, bad in better_and_worse(rows)
    ]


@quick
@given(said.some)
def test_openai_sft(rows: list[Row]) -> None:
    with exported("openai_sft", rows) as (folder, _):
        found, beside = json_lines(folder / "data/train.jsonl"), json_lines(folder / "provenance/train.jsonl")
    provenance_is_kept(beside, rows)
    for line in found:
        assert line.keys() == {"messages"}
        openai_accepts(line["messages"])
    assert [line["messages"] for line in found] == [
        [{"role": "user", "content": plain(given)}, *says(good)] for given, good in is_right(rows)
    ]
    assert len(beside) == len(found)


# --- LLaMA-Factory -----------------------------------------------------------------------------------------


def lines_of(folder: Path, view: str) -> list[dict[str, Any]]:
    path = folder / f"data/{view}/train.jsonl"
    return json_lines(path) if path.exists() else []


@quick
@given(said.some)
def test_sharegpt_is_read_by_trl(rows: list[Row]) -> None:
    trl = pytest.importorskip("trl.data_utils")
    with exported("sharegpt", rows) as (folder, _):
        found = lines_of(folder, "sft")
        provenance_is_kept(found, rows)
    assert all(map(trl.is_conversational_from_value, found))
    assert [trl.maybe_convert_to_chatml({"conversations": line["conversations"]})["messages"] for line in found] == [
        [{"role": "human", "content": plain(asked)}, {"role": "gpt", "content": good}]  # TRL keeps the names of roles
        for asked, good in is_right(rows)
    ]


def llama_factory_reads(folder: Path, view: str) -> list[tuple[str, list[str], list[str]]]:
    """(system, what was said before, answers) of each record: by its own parser of dataset_info.json, and converter."""
    reason = "LLaMA-Factory is not installed, or can't be imported"
    parser = pytest.importorskip("llamafactory.data.parser", reason=reason, exc_type=ImportError)
    converter = pytest.importorskip("llamafactory.data.converter", reason=reason, exc_type=ImportError)
    if not (folder / "data" / view).exists():
        return []
    [attr] = parser.get_dataset_list([f"sayso_{view}"], str(folder))
    assert attr.load_from == "file" and attr.ranking is (view == "preference")
    convert = converter.get_dataset_converter(attr.formatting, attr, None)
    read = map(convert, json_lines(folder / attr.dataset_name))
    return [
        (one["_system"], [m["content"] for m in one["_prompt"]], [m["content"] for m in one["_response"]])
        for one in read
    ]


@st.composite
def talks(draw: st.DrawFn) -> list[dict[str, str]]:
    """A conversation: perhaps a system message, some turns, and the user last."""
    roles = ["system"] * draw(st.booleans()) + ["user", "assistant"] * draw(st.integers(0, 2)) + ["user"]
    return [{"role": role, "content": draw(said.text)} for role in roles]


def as_read(asked: Any) -> tuple[str, list[str]]:
    if isinstance(asked, list) and asked and isinstance(asked[0], dict):
        texts = [message["content"] for message in asked]
        return (texts[0], texts[1:]) if asked[0]["role"] == "system" else ("", texts)
    return "", [plain(asked)]


@pytest.mark.parametrize("name", ["alpaca", "sharegpt"])
@quick
@given(rows=st.lists(st.one_of(said.labels(), said.pairs(), said.pairs(inputs=talks())), min_size=1, max_size=4))
def test_llama_factory_reads_every_view(name: str, rows: list[Row]) -> None:
    with exported(name, rows) as (folder, _):
        assert llama_factory_reads(folder, "sft") == [(*as_read(asked), [good]) for asked, good in is_right(rows)]
        assert llama_factory_reads(folder, "preference") == [
            (*as_read(asked), [good, bad]) for asked, good, bad in better_and_worse(rows)
        ]
        # a good answer stands first and a bad one second; the other place is empty
        found = {(before[-1], *sides) for _, before, sides in llama_factory_reads(folder, "kto")}
        for asked, good, bad in better_and_worse(rows):
            assert {(as_read(asked)[1][-1], good, ""), (as_read(asked)[1][-1], "", bad)} <= found
        for view in ("sft", "preference", "kto"):
            provenance_is_kept(lines_of(folder, view), rows)


@pytest.mark.parametrize("name", ["alpaca", "sharegpt"])
def test_who_does_not_take_turns_is_left_out_once(name: str) -> None:
    talk = [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]
    rows = [said.row(Label(input=talk, op="is", value="x", **said.shared("k"))), said.row(label_of("a", "x"))]
    with exported(name, rows) as (folder, came):
        assert len(lines_of(folder, "sft")) == 1
    why = "in its conversation user and assistant don't take turns, as they must here"
    assert came.skipped == {("label", why): 1}


def label_of(asked: Any, value: Any, critique: str = "k1") -> Label:
    return Label(input=asked, op="is", value=value, **said.shared(critique))


# --- annotation tools: they give back whole rows ------------------------------------------------------------


def held(rows: list[Row], kind: str) -> list[Row]:
    return [row for row in rows if row.feedback.kind == kind]


@quick
@given(said.some)
def test_label_studio(rows: list[Row]) -> None:
    interface = pytest.importorskip("label_studio_sdk.label_interface", reason="label-studio-sdk is not installed")
    with exported("label_studio", rows) as (folder, _):
        for view, kind in (("labels", "label"), ("pairs", "preference")):
            if not held(rows, kind):
                assert not (folder / "data" / view).exists()
                continue
            tasks = json.loads((folder / f"data/{view}/train.json").read_text("utf-8"))
            assert [restored(task["meta"]["sayso"]) for task in tasks] == held(rows, kind)
            shown = interface.LabelInterface((folder / f"{view}.xml").read_text("utf-8"))
            shown.validate()
            for task in tasks:
                assert shown.validate_task({"data": task["data"]})
                for annotation in task["annotations"]:
                    assert shown._validate_object_logic(annotation) == []
                for prediction in task.get("predictions", []):
                    assert shown.validate_prediction(prediction, return_errors=True) == []


@pytest.fixture(scope="module")
def rg() -> Iterator[Any]:
    """Argilla's SDK, logged in nowhere."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its pydantic models are of an older style
        argilla = pytest.importorskip("argilla", reason="argilla is not installed")
    with mock.patch.object(argilla.Argilla, "_validate_connection"):
        argilla.Argilla(api_url="http://localhost", api_key="none")
    yield argilla
    argilla.Argilla._default_client = None


@quick
@given(rows=said.some)
def test_argilla(rg: Any, rows: list[Row]) -> None:
    from argilla.records._io import JsonIO

    with exported("argilla", rows) as (folder, _):
        people = json.loads((folder / "users.json").read_text("utf-8"))
        for view, kind in (("labels", "label"), ("pairs", "preference")):
            if not held(rows, kind):
                assert not (folder / "data" / view).exists()
                continue
            settings = rg.Settings.from_json(folder / f"settings/{view}.json")
            dataset = rg.Dataset(name="mail", settings=settings)
            settings.validate()
            records = JsonIO._records_from_json(folder / f"data/{view}/train.json")
            assert [restored(record.metadata) for record in records] == held(rows, kind)
            known = {question.name: getattr(question, "labels", None) for question in settings.questions}
            for record, row in zip(records, held(rows, kind), strict=True):
                assert set(record.fields) == {field.name for field in settings.fields}
                [sent] = dataset.records._ingest_records([record])
                sent.model_dump_json()  # what would go to the server
                for one in [*record.responses, *record.suggestions]:
                    options = known[one.question_name]
                    chosen = [span["label"] for span in one.value] if isinstance(one.value, list) else [one.value]
                    assert options is None or set(chosen) <= set(options)
                assert {people[str(one.user_id)] for one in record.responses} == {row.feedback.author}


def rounded(row: Row) -> Row:
    """What Prodigy reads with keeps 16 digits of a number, not all 17."""
    return row.model_copy(update={"confidence": round(row.confidence, 12)})


@quick
@given(said.some)
def test_prodigy(rows: list[Row]) -> None:
    srsly = pytest.importorskip("srsly", reason="srsly, with which Prodigy reads, is not installed")
    with exported("prodigy", rows) as (folder, _):
        paths = [folder / f"data/{view}/train.jsonl" for view in ("labels", "pairs")]
        labels, pairs = (list(srsly.read_jsonl(path)) if path.exists() else [] for path in paths)
    for tasks, kind in ((labels, "label"), (pairs, "preference")):
        assert [rounded(restored(task["sayso"])) for task in tasks] == list(map(rounded, held(rows, kind)))
    for task, row in zip(labels, held(rows, "label"), strict=True):
        assert (task["text"], task["label"]) == (plain(row.feedback.input), plain(row.feedback.value))
        assert task["answer"] == {"is": "accept", "is_not": "reject"}[row.feedback.op]
        assert all(task["text"][span["start"] : span["end"]] == span["text"] for span in task["spans"])
    for task, row in zip(pairs, held(rows, "preference"), strict=True):
        [better] = [each["text"] for each in task["options"] if each["id"] in task["accept"]]
        [worse] = [each["text"] for each in task["options"] if each["id"] not in task["accept"]]
        assert (better, worse) == (plain(row.feedback.chosen), plain(row.feedback.rejected))


# --- spaCy -------------------------------------------------------------------------------------------------


def sentence_and_reason(texts: list[str]) -> Row:
    """It is a complaint, because of the second word."""
    why = (
        Evidence(text=texts[1]),
        Evidence(text="not in there", role="missing"),
        Evidence(text=texts[0], role="against"),
    )
    given = " ".join(texts)
    return said.row(Label(input=given, op="is", value="complaint", **said.shared(given, evidence=why)))


words = st.lists(st.text("abcdefgh", min_size=1, max_size=6), min_size=2, max_size=6)


@quick
@given(st.lists(st.one_of(said.labels(answers=said.prose), words.map(sentence_and_reason)), min_size=1, max_size=5))
def test_spacy(rows: list[Row]) -> None:
    spacy = pytest.importorskip("spacy", reason="spacy is not installed")
    from spacy.tokens import DocBin
    from spacy.training import Corpus

    with exported("spacy", rows) as (folder, came):
        paths = sorted(folder.glob("data/train/*.spacy"))
        nlp = spacy.blank("xx")
        docs = [doc for path in paths for doc in DocBin(store_user_data=True).from_disk(path).get_docs(nlp.vocab)]
        read = [each.reference for each in Corpus(folder / "data/train")(spacy.blank("en"))] if docs else []
    kept = [row for row in rows if choice(row.feedback.value) is not None]
    assert sum(came.skipped.values()) == len(rows) - len(kept)
    assert [restored(json.loads(doc.user_data["sayso"])) for doc in docs] == kept
    for doc, row in zip(docs, kept, strict=True):
        assert doc.text == plain(row.feedback.input)
        assert doc.cats == {plain(row.feedback.value): float(row.feedback.op == "is")}
        reasons = [each for each in row.feedback.evidence if each.text and each.text in doc.text]
        spans = [span for group in doc.spans.values() for span in group]
        assert sorted(span.id_ for span in spans) == sorted(each.role for each in reasons)
        assert all(span.label_ == plain(row.feedback.value) for span in spans)
        for span in doc.spans.get("sc", []):
            assert any(each.role == "for" and each.text in span.text for each in reasons)
    # spaCy's own reader for training: all but the texts without a word
    assert [one.cats for one in read] == [doc.cats for doc in docs if len(doc)]
