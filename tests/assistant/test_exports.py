"""Every format: what is in it, what is left out and told, and that the tools it is meant for read it."""

from __future__ import annotations

import csv as csv_files
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import UserError
from assistant.exports import Row, Rows, exporter
from assistant.exports import _card as card
from assistant.exports._card import export, pseudonym
from assistant.exports._rows import SCHEMA, unflat
from assistant.exports.csv import from_cell
from assistant.types import Constraint, Evidence, Gesture, Label, Preference, now

TRL = ["trl_kto", "trl_preference", "trl_reward", "trl_sft", "trl_stepwise"]
FORMATS = ["csv", "jsonl", "parquet", *TRL]  # provenance in columns
STRICT = ["openai_preference", "openai_sft"]  # provenance in a file beside
VIEWS = ["alpaca", "sharegpt"]  # three views of one feedback
ANNOTATED = ["argilla", "label_studio", "prodigy"]  # whole rows, for tools in which people annotate
OPTIONAL = ["spacy"]  # needs a package that Sayso doesn't


def row(feedback: Label | Preference | Constraint, **over: Any) -> Row:
    known: dict[str, Any] = {
        "words": "no, that's wrong",
        "reading": {"acts": [], "clarify": None, "confidence": 0.9},
        "parser": "scripted",
        "parser_version": "1",
        "confidence": 0.9,
        "conversation": "c1",
    }
    return Row(feedback=feedback, **(known | over))


def shared(critique: str = "k1", **over: Any) -> dict[str, Any]:
    return {"task": "mail", "author": "ann", "critique": critique, "reading": f"r-{critique}", **over}


def label(value: Any, op: Any = "is", given: Any = "It arrived broken", **over: Any) -> Label:
    return Label(input=given, op=op, value=value, **shared(**over))


def pair(chosen: Any, rejected: Any, **over: Any) -> Preference:
    return Preference(input="It arrived broken", chosen=chosen, rejected=rejected, **shared(**over))


def rule(**over: Any) -> Constraint:
    return Constraint(
        property="length.words", operator="le", value=20, when="mentions a refund", about=(31, "x"), **shared(**over)
    )


@pytest.fixture
def feedback() -> list[Row]:
    """Right, corrected, wrong, thumb, a pair, an edit (label and pair), a rule, taken back, rejected."""
    edit = {"gesture": Gesture(kind="edit", value="7 March").model_dump_json(), "output": "3 March"}
    thumb = Gesture(kind="thumb", value=True).model_dump_json()
    return [
        row(label("complaint", critique="k1", evidence=(Evidence(text="broken"),)), output="complaint"),
        row(label("complaint", critique="k2", given="Where is it? \n"), output="order", confirmed=True),
        row(label("spam", "is_not", critique="k3", author="bob"), output="spam"),
        row(label("order", critique="k4", given="Two more, please"), output="order", gesture=thumb, words=""),
        row(pair("Sorry! We care.", "No.", critique="k5", aspect="tone")),
        row(label("7 March", critique="k6", given="When?"), **edit),
        row(Preference(input="When?", chosen="7 March", rejected="3 March", **shared("k6")), **edit),
        row(rule(critique="k7"), words="keep it short"),
        row(label("spam", critique="k8"), retracted_at=now()),
        row(label("spam", critique="k9"), confirmed=False),
    ]


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def load(out: Path, cache: Path) -> list[dict[str, Any]]:
    from datasets import load_dataset

    loaded = load_dataset(str(out), cache_dir=str(cache))
    assert set(loaded) == {"train"}
    return list(loaded["train"])


def parquet_of(out: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    [path] = out.glob("data/*.parquet")
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


def only(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return sorted(tuple(row[name] for name in names) for row in rows)


# --- every format ------------------------------------------------------------------------------------------


def test_every_exporter_is_tested_here() -> None:
    assert exporter.names() == sorted(FORMATS + STRICT + VIEWS + ANNOTATED + OPTIONAL)


@pytest.mark.parametrize("name", FORMATS)
def test_datasets_reads_it_and_the_card_parses(name: str, feedback: list[Row], tmp_path: Path) -> None:
    from huggingface_hub import DatasetCard

    out = tmp_path / "out"
    manifest = export(name.replace("_", "-"), feedback, out, task="mail")
    rows = load(out, tmp_path / "cache")
    assert len(rows) == manifest.rows > 0
    assert rows[0]["author"] == pseudonym("ann") and rows[0]["words"] == "no, that's wrong"

    front = DatasetCard.load(out / "README.md").data.to_dict()
    assert front["configs"][0]["config_name"] == name.replace("_", "-")
    assert front["size_categories"] == ["n<1K"] and front["annotations_creators"]
    assert None not in front.values()


@pytest.mark.parametrize("name", STRICT)
def test_a_strict_format_has_its_provenance_beside_it(name: str, feedback: list[Row], tmp_path: Path) -> None:
    out = tmp_path / "out"
    manifest = export(name, feedback, out, task="mail")
    beside = [json.loads(line) for line in (out / "provenance/train.jsonl").read_text().splitlines()]
    assert len(load(out, tmp_path / "cache")) == len(beside) == manifest.rows > 0
    assert beside[0]["author"] == pseudonym("ann") and beside[0]["words"] == "no, that's wrong"


@pytest.mark.parametrize("name", VIEWS)
def test_each_view_is_a_configuration(name: str, feedback: list[Row], tmp_path: Path) -> None:
    from datasets import get_dataset_config_names, load_dataset

    out = tmp_path / "out"
    manifest = export(name, feedback, out, task="mail")
    assert get_dataset_config_names(str(out)) == ["kto", "preference", "sft"]
    loaded = [
        load_dataset(str(out), view, cache_dir=str(tmp_path / "cache"), split="train")
        for view in ("kto", "preference", "sft")
    ]
    assert [len(each) for each in loaded] == [9, 3, 4] and manifest.rows == 16
    assert loaded[0][0]["author"] == pseudonym("ann") and isinstance(loaded[0][0]["created_at"], str)
    left_out = {(each.kind, each.why): each.count for each in manifest.skipped}
    assert left_out == {
        ("constraint", "it is a rule, not an answer"): 1,
        ("label", "it was taken back"): 1,
        ("label", "the person rejected this reading"): 1,
        ("preference", "it repeats other feedback of the same critique"): 1,
    }
    info = json.loads((out / "dataset_info.json").read_text())
    assert {each["file_name"] for each in info.values()} == {file.path for file in manifest.data}


@pytest.mark.parametrize("name", ANNOTATED)
def test_annotation_tools_get_whole_rows(name: str, feedback: list[Row], tmp_path: Path) -> None:
    from assistant.exports._annotate import restored

    manifest = export(name, feedback, tmp_path / "out", task="mail", author_hash=False)
    found: list[dict[str, Any]] = []
    for path in sorted(tmp_path.glob("out/data/*/train.json*")):
        text = path.read_text()
        found += json.loads(text) if path.suffix == ".json" else map(json.loads, text.splitlines())
    whole = [
        one["metadata"] if name == "argilla" else (one.get("meta", {}).get("sayso") or one["sayso"]) for one in found
    ]
    about_texts = {row.feedback.id: row for row in feedback if row.feedback.kind != "constraint"}
    assert {row.feedback.id: row for row in map(restored, whole)} == about_texts
    assert len(found) == manifest.rows == len(about_texts)
    assert [(each.kind, each.count) for each in manifest.skipped] == [("constraint", 1)]
    text = json.dumps(found)
    mark = {"argilla": '"discarded"', "label_studio": '"was_cancelled": true', "prodigy": '"ignore"'}[name]
    assert mark in text  # what was taken back, and what was read wrongly
    front = (tmp_path / "out/README.md").read_text()
    assert "configs:" not in front and "in `sayso` only" in " ".join(front.split())


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # mlcroissant's, of rdflib and pandas
@pytest.mark.parametrize("name", [*FORMATS, "openai_sft", *VIEWS])
@pytest.mark.parametrize("conversational", [False, True])
def test_croissant_is_valid_and_reads_the_records(
    name: str, conversational: bool, feedback: list[Row], tmp_path: Path
) -> None:
    croissant = pytest.importorskip("mlcroissant", reason="mlcroissant is not installed")
    if conversational and (not name.startswith("trl") or name == "trl_stepwise"):
        pytest.skip("this format has one form")
    export(name, feedback, tmp_path / "out", task="mail & more", conversational=conversational)
    told = croissant.Dataset(jsonld=tmp_path / "out/croissant.json")
    assert told.metadata.ctx.issues.errors == set()
    assert {warning for warning in told.metadata.ctx.issues.warnings if "license" not in warning} == set()
    assert told.metadata.name == "feedback-mail-more-" + name.replace("_", "-")
    from datasets import load_dataset

    for records in told.metadata.record_sets:
        view = records.id.rpartition("/")[0] or name.replace("_", "-")
        rows = load_dataset(str(tmp_path / "out"), view, cache_dir=str(tmp_path / "cache"), split="train")
        found = [
            {key.removeprefix(f"{records.id}/"): _plain(value) for key, value in record.items()}
            for record in told.records(records.id)
        ]
        assert found == [{key: _plain(value) for key, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    """Croissant's reader gives bytes for text, times, None for empty cells, and full names to what is inside."""
    value = value.decode() if isinstance(value, bytes) else value
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key.rpartition("/")[2]: _plain(each) for key, each in value.items()}
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return {"": None, "True": "true", "False": "false"}.get(value, value) if isinstance(value, str) else value


def test_spacy_gets_labels_and_reasons(feedback: list[Row], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("spacy", reason="spacy is not installed")
    from spacy.tokens import DocBin

    monkeypatch.setattr("assistant.exports.spacy.DOCUMENTS", 2)
    manifest = export("spacy", feedback, tmp_path / "out", task="mail")
    assert [(file.path, file.rows) for file in manifest.files] == [
        ("data/train/00000.spacy", 2), ("data/train/00001.spacy", 2), ("data/train/00002.spacy", 1)
    ]  # fmt: skip
    assert {each.why for each in manifest.skipped} == {
        "it is a rule, not about one text", "spaCy has no place for two answers", "it was taken back",
        "the person rejected this reading",
    }  # fmt: skip
    import spacy

    first, *_ = DocBin().from_disk(tmp_path / "out/data/train/00000.spacy").get_docs(spacy.blank("xx").vocab)
    assert first.cats == {"complaint": 1.0} and [span.text for span in first.spans["sc"]] == ["broken"]


def test_without_its_package_an_optional_format_says_what_to_install(
    feedback: list[Row], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(UserError, match=r"The export 'spacy' needs .* pip install 'sayso\[spacy\]'"):
        export("spacy", feedback, tmp_path / "out", task="mail")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FORMATS + STRICT + VIEWS + ANNOTATED)
def test_the_manifest_names_every_file_with_its_hash(name: str, feedback: list[Row], tmp_path: Path) -> None:
    out = tmp_path / "out"
    manifest = export(name, feedback, out, task="mail")
    assert card.Manifest.model_validate_json((out / "manifest.json").read_text()) == manifest
    on_disk = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert on_disk - {"croissant.json"} == {"README.md", "manifest.json", *(file.path for file in manifest.files)}
    for file in manifest.files:
        content = (out / file.path).read_bytes()
        assert (file.sha256, file.bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    again = export(name, feedback, tmp_path / "again", task="mail")
    assert again.id == manifest.id
    more = [*feedback, row(label("By post. At once.", critique="k10", given="How?"), output="By air. Later.")]
    assert export(name, more, tmp_path / "more", task="mail").id != manifest.id


@pytest.mark.parametrize("name", ["csv", "jsonl", "parquet"])
def test_the_full_formats_hold_everything(name: str, feedback: list[Row], tmp_path: Path) -> None:
    out = tmp_path / "out"
    manifest = export(name, feedback, out, task="mail", author_hash=False)
    rows = load(out, tmp_path / "cache")
    if name == "csv":  # `datasets` has no types in CSV but those of the card; the cells are decoded as documented
        rows = [{key: from_cell(key, _as_text(cell)) for key, cell in row.items()} for row in rows]
    assert [unflat(each) for each in rows] == feedback
    assert manifest.skipped == () and manifest.kinds == {"constraint": 1, "label": 7, "preference": 2}
    assert manifest.authors == {"ann": 9, "bob": 1}


def _as_text(cell: Any) -> str:
    return "" if cell is None else cell if isinstance(cell, str) else json.dumps(cell)


@pytest.mark.parametrize("name", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("value", ["5", "01", "2024-01-01", "NA", "true", 5, True, {"a": 1}, ["x"], "", "a\x00b"])
def test_datasets_takes_no_value_for_another(name: str, value: Any, tmp_path: Path) -> None:
    from datasets import load_dataset

    from assistant.exports._rows import decode

    rows = [row(label(value, given="2024-01-01T00:00:00"), output="5"), row(label("01", given="x"))]
    export(name, rows, tmp_path / "out", task="mail")
    loaded = load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"), split="train")
    assert loaded.features.arrow_schema.field("value").type == SCHEMA.field("value").type
    assert [decode(each) for each in loaded["value"]] == [value, "01"]
    assert loaded["input"][0] == "2024-01-01T00:00:00"


def test_a_spreadsheet_finds_no_formula_and_nothing_is_lost(tmp_path: Path) -> None:
    rows = [row(label("=1+1", given="@SUM(A1)"), words="-2+3+cmd|' /C calc'!A0", output="+1")]
    export("csv", rows, tmp_path / "out", task="mail", author_hash=False)
    with (tmp_path / "out/data/train.csv").open(encoding="utf-8", newline="") as file:
        [cells] = list(csv_files.DictReader(file))
    assert cells["words"] == '''json:"-2+3+cmd|' /C calc'!A0"'''
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells.values())
    assert unflat({name: from_cell(name, cell) for name, cell in cells.items()}) == rows[0]


def test_a_full_parquet_batch_is_flushed_and_order_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow.parquet as pq

    from assistant.exports._rows import Parquet

    monkeypatch.setattr(Parquet, "ROWS", 10)
    stream = (row(label(str(n), critique=f"k{n}")) for n in range(25))
    [path] = exporter.get("parquet")(Rows(stream), tmp_path)
    assert pq.read_table(path)["value"].to_pylist() == [str(n) for n in range(25)]
    assert pq.read_metadata(path).num_row_groups == 3


# --- the TRL formats ---------------------------------------------------------------------------------------


def test_pairs_are_preferences_and_corrections(feedback: list[Row], tmp_path: Path) -> None:
    manifest = export("trl-preference", feedback, tmp_path / "out", task="mail")
    assert only(parquet_of(tmp_path / "out"), "prompt", "chosen", "rejected", "source") == [
        ("It arrived broken", " Sorry! We care.", " No.", "preference"),
        ("When?", " 7 March", " 3 March", "correction"),
        ("Where is it?", " complaint", " order", "correction"),
    ]
    left_out = {(each.kind, each.why): each.count for each in manifest.skipped}
    assert left_out == {
        ("constraint", "it is a rule, not a pair of answers"): 1,
        ("label", "it says what is wrong, but not what is right"): 1,
        ("label", "it was taken back"): 1,
        ("label", "no other answer was on screen that it is better than"): 2,
        ("label", "the person rejected this reading"): 1,
        ("preference", "it repeats other feedback of the same critique"): 1,
    }
    readme = (tmp_path / "out/README.md").read_text()
    assert "7 pieces of feedback." in readme
    assert "| constraint | 1 | it is a rule, not a pair of answers |" in readme


def test_judged_answers_are_labels_thumbs_and_both_sides_of_pairs(feedback: list[Row], tmp_path: Path) -> None:
    export("trl-kto", feedback, tmp_path / "out", task="mail")
    assert only(parquet_of(tmp_path / "out"), "prompt", "completion", "label", "source") == [
        ("It arrived broken", " No.", False, "preference"),
        ("It arrived broken", " Sorry! We care.", True, "preference"),
        ("It arrived broken", " complaint", True, "label"),
        ("It arrived broken", " spam", False, "label"),
        ("Two more, please", " order", True, "thumb"),
        ("When?", " 3 March", False, "correction"),
        ("When?", " 7 March", True, "correction"),
        ("Where is it?", " complaint", True, "correction"),
        ("Where is it?", " order", False, "correction"),
    ]


def test_records_keep_the_order_of_what_was_said(tmp_path: Path) -> None:
    rows = [row(pair(f"good {n}", f"bad {n}", critique=f"k{n}")) for n in range(20)]
    export("trl-kto", rows, tmp_path / "out", task="mail")
    said = [answer for n in range(20) for answer in (f" good {n}", f" bad {n}")]
    assert [record["completion"] for record in parquet_of(tmp_path / "out")] == said


def test_right_answers_are_labels_and_corrections(feedback: list[Row], tmp_path: Path) -> None:
    export("trl-sft", feedback, tmp_path / "out", task="mail")
    assert only(parquet_of(tmp_path / "out"), "prompt", "completion", "source") == [
        ("It arrived broken", " complaint", "label"),
        ("Two more, please", " order", "thumb"),
        ("When?", " 7 March", "correction"),
        ("Where is it?", " complaint", "correction"),
    ]


def test_an_edit_known_only_as_a_pair_is_a_right_answer(tmp_path: Path) -> None:
    reading = {"acts": [{"kind": "edit", "targets": ["#1"]}], "clarify": None, "confidence": 0.9}
    export("trl-sft", [row(pair("b", "a"), reading=reading)], tmp_path / "out", task="mail")
    assert only(parquet_of(tmp_path / "out"), "completion", "source") == [(" b", "correction")]


def test_a_value_that_is_not_text_is_written_as_json_and_none_as_nothing(tmp_path: Path) -> None:
    rows = [row(label({"tags": ["ä", 1]}, given=["a", 2])), row(label("CCO", given=None))]
    export("trl-sft", rows, tmp_path / "out", task="mail")
    assert only(parquet_of(tmp_path / "out"), "prompt", "completion") == [
        ("", " CCO"),
        ('["a", 2]', ' {"tags": ["ä", 1]}'),
    ]


# --- TRL's trainers take it as it is -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a Llama of two layers with random weights, and a tokenizer of the 256 bytes."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    torch.manual_seed(0)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = {token: index for index, token in enumerate(["<eos>", "<pad>", *alphabet])}
    backend = Tokenizer(models.BPE(vocab=tokens, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, eos_token="<eos>", pad_token="<pad>")
    config = LlamaConfig(
        vocab_size=len(tokens), hidden_size=16, intermediate_size=32, num_hidden_layers=2,
        num_attention_heads=2, max_position_embeddings=128, bos_token_id=None, eos_token_id=0, pad_token_id=1,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("tiny")
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_stepwise_says_which_sentences_are_right(tmp_path: Path) -> None:
    said, meant = "We open at 9. Bring a friend. Do come by!", "We open at 8. Do come by!"
    wrong = Evidence(text="Bring a friend", role="error")
    rows = [
        row(label(meant, critique="k1", given="When?"), output=said),
        row(label(said, "is_not", critique="k2", given="When?", evidence=(wrong,)), output=said),
        row(label(said, "is_not", critique="k3", given="When?"), output=said),
        row(label("At 8.", critique="k4", given="When?")),
        row(label(3, critique="k5", given="How many?")),
    ]
    export("trl-stepwise", rows, tmp_path / "out", task="mail")
    assert [(r["completions"], r["labels"]) for r in parquet_of(tmp_path / "out")] == [
        (["We open at 8.", "Do come by!"], [True, True]),
        (["We open at 9.", "Bring a friend.", "Do come by!"], [False, False, True]),
        (["We open at 9.", "Bring a friend.", "Do come by!"], [True, False, True]),
    ]
    card = (tmp_path / "out/README.md").read_text("utf-8")
    assert "no answer has several sentences" in card and "does not say which sentence is wrong" in card
    with pytest.raises(UserError, match="one form only"):
        export("trl-stepwise", rows, tmp_path / "chat", task="mail", conversational=True)


# TRL 1.16 itself uses these names, which transformers 5.23 has since replaced
@pytest.mark.filterwarnings(r"ignore:.\w*gradient_checkpointing\w*. is deprecated:FutureWarning")
@pytest.mark.parametrize(
    ("name", "trainer"), [("trl-preference", "DPO"), ("trl-kto", "KTO"), ("trl-sft", "SFT"), ("trl-reward", "Reward")]
)
def test_trl_trains_on_it_as_loaded(name: str, trainer: str, feedback: list[Row], tiny: Path, tmp_path: Path) -> None:
    trl = pytest.importorskip("trl")
    import math

    from datasets import load_dataset
    from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny)
    model, last = AutoModelForCausalLM.from_pretrained(tiny), "lm_head"
    if trainer == "Reward":
        model, last = AutoModelForSequenceClassification.from_pretrained(tiny, num_labels=1), "score"
    export(name, feedback, tmp_path / "out", task="mail")
    loaded = load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"), split="train")
    settings = getattr(trl, f"{trainer}Config")(
        output_dir=str(tmp_path / "run"), max_steps=1, per_device_train_batch_size=2, max_length=64,
        use_cpu=True, report_to="none", save_strategy="no", logging_steps=1, disable_tqdm=True, bf16=False,
    )  # fmt: skip
    learner = getattr(trl, f"{trainer}Trainer")(
        model=model, args=settings, train_dataset=loaded, processing_class=tokenizer
    )
    before = getattr(model, last).weight.detach().clone()
    result = learner.train()
    assert result.global_step == 1 and math.isfinite(result.training_loss)
    assert not before.equal(getattr(learner.accelerator.unwrap_model(learner.model), last).weight)


# --- the folder --------------------------------------------------------------------------------------------


def test_an_export_is_never_written_over_but_by_force(feedback: list[Row], tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = export("jsonl", feedback[:1], out, task="mail")
    with pytest.raises(UserError, match=r"is not empty; it holds an earlier export; .*--force"):
        export("jsonl", feedback, out, task="mail")
    assert json.loads((out / "manifest.json").read_text())["id"] == first.id
    second = export("csv", feedback, out, task="mail", force=True)
    assert json.loads((out / "manifest.json").read_text())["id"] == second.id
    assert not (out / "data/train.jsonl").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_force_does_not_remove_what_is_no_export(feedback: list[Row], tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UserError, match="holds other things than an export"):
        export("jsonl", feedback, tmp_path, task="mail", force=True)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_an_empty_folder_is_used(feedback: list[Row], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert export("jsonl", feedback, tmp_path / "out", task="mail").rows == len(feedback)


def test_a_crash_leaves_nothing_half_done(feedback: list[Row], tmp_path: Path) -> None:
    def broken() -> Iterator[Row]:
        yield from feedback
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError, match="went away"):
        export("parquet", broken(), tmp_path / "out", task="mail")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_sentence(feedback: list[Row], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("assistant.exports._card._manifest", full)
    with pytest.raises(UserError, match="can't be written: No space left on device"):
        export("jsonl", feedback, tmp_path / "out", task="mail")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_one_sentence(feedback: list[Row], tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UserError, match="can't be written: Permission denied"):
        export("jsonl", feedback, tmp_path / "out", task="mail")


def test_a_file_in_the_way_is_one_sentence(feedback: list[Row], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="is a file, not a folder"):
        export("jsonl", feedback, tmp_path / "file", task="mail")
    with pytest.raises(UserError, match="can't be"):
        export("jsonl", feedback, tmp_path / "file" / "out", task="mail")


def test_nothing_to_export_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="'mail' has no feedback yet"):
        export("jsonl", [], tmp_path / "out", task="mail")
    with pytest.raises(UserError, match=r"Nothing of the 1 .* fits 'trl-sft'; left out: 1 constraint because it is a"):
        export("trl-sft", [row(rule())], tmp_path / "out", task="mail")
    assert not (tmp_path / "out").exists()


def test_an_unknown_format_names_those_there_are(feedback: list[Row], tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no exporter 'xlsx'; there is: alpaca, argilla, csv"):
        export("xlsx", feedback, tmp_path / "out", task="mail")


def test_only_the_trl_formats_are_conversational(feedback: list[Row], tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"'csv' has one form only; .*; leave --conversational out"):
        export("csv", feedback, tmp_path / "out", task="mail", conversational=True)
    export("trl-sft", feedback, tmp_path / "out", task="mail", conversational=True)
    loaded = load(tmp_path / "out", tmp_path / "cache")
    assert loaded[0]["completion"] == [{"role": "assistant", "content": "complaint"}]
    assert "| prompt | list of {role, content} | the input |" in (tmp_path / "out/README.md").read_text()


def test_the_command_line_names_every_format() -> None:
    from assistant.commands.keep import FORMATS as named

    assert {name.replace("_", "-") for name in exporter.names()} <= set(re.findall(r"[a-z-]+", named))


def test_a_value_without_json_form_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no JSON form"):
        export("jsonl", [row(label({1, 2}))], tmp_path / "out", task="mail")


# --- the card ----------------------------------------------------------------------------------------------


def test_authors_are_pseudonyms_unless_named(feedback: list[Row], tmp_path: Path) -> None:
    hidden = export("jsonl", feedback, tmp_path / "a", task="mail", secret="s")
    assert set(hidden.authors) == {pseudonym("ann", "s"), pseudonym("bob", "s")}
    assert pseudonym("ann", "s") != pseudonym("ann")
    for path in (tmp_path / "a").rglob("*.*"):
        assert path.is_dir() or '"bob"' not in path.read_text("utf-8")
    assert set(export("jsonl", feedback, tmp_path / "b", task="mail", author_hash=False).authors) == {
        "ann",
        "bob",
    }


def test_hostile_names_break_neither_card_nor_table(tmp_path: Path) -> None:
    from huggingface_hub import DatasetCard

    name = "---\na: [|<script>alert(1)</script>"
    rows = [row(label("x", author=name))]
    export("csv", rows, tmp_path / "out", task=name, author_hash=False)
    parsed = DatasetCard.load(tmp_path / "out/README.md")
    assert parsed.data.to_dict()["pretty_name"] == f"Feedback on {name} (csv)"
    assert "<script>" not in parsed.text and "| --- a: [&#124;&lt;script>" in parsed.text
    assert len(load(tmp_path / "out", tmp_path / "cache")) == 1
