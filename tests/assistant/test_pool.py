"""Examples on the disk are those that the plain reader gives: same order, ids, labels, splits, duplicates, notes."""

from __future__ import annotations

import csv
import json
import random
import tempfile
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import data, pool
from assistant.data import Reading, read_examples
from assistant.errors import UserError
from assistant.pool import Part, Pool, Stored
from assistant.pool.spill import stored
from assistant.types import Example

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(["late", "lost", "", " "])
LABELS = st.sampled_from(["", "1", "2.0", "bug", "nan", "Größe"])
SPLITS = st.sampled_from(["", "train", "test", "other"])
ROWS = st.lists(st.tuples(TEXTS, LABELS, SPLITS), min_size=1, max_size=30)
NAMES = ("text", "label", "split")


def write(path: Path, rows: list[tuple[str, ...]], names: tuple[str, ...] = NAMES) -> Path:
    dicts = [dict(zip(names, row, strict=True)) for row in rows]
    if path.suffix == ".parquet":
        schema = pyarrow.schema([(name, pyarrow.string()) for name in names])
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(dicts, schema=schema), path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(one) + "\n" for one in dicts), encoding="utf-8")
    else:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL)
            writer.writerows([names, *rows])
    return path


def read(path: Path, reader: Any) -> Any:
    """What it reads, or what it says is wrong."""
    try:
        source = reader(path)
    except UserError as wrong:
        return str(wrong)
    return source.model_dump(exclude={"examples"}), list(source.examples)


@given(ROWS, st.sampled_from(["a.csv", "a.tsv", "a.jsonl", "a.parquet"]), st.integers(1, 4))
@settings(deadline=None, max_examples=60)
def test_the_pool_holds_what_the_plain_reader_gives(rows: list[tuple[str, ...]], name: str, batch: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        for module in ("assistant.pool", "assistant.pool.spill"):
            patch.setattr(f"{module}.BATCH", batch)
        path = write(Path(folder) / name, rows)
        if name.endswith("tsv"):
            path.write_text(path.read_text("utf-8").replace('","', '"\t"'), encoding="utf-8")
        plain = read(path, read_examples)
        kept = read(path, lambda path: stored(path, Reading(), Path(folder) / "pools"))
        again = read(path, lambda path: stored(path, Reading(), Path(folder) / "pools"))
        assert kept == plain and again == plain
        if not isinstance(plain, str):
            same_as_in_memory(plain[1], Stored(next((Path(folder) / "pools").iterdir())))


def same_as_in_memory(examples: list[Example], file: Stored) -> None:
    here, there = Pool(examples), Pool(file)
    for part in ("known", "unknown", "heldout", "rows"):
        assert list(getattr(there, part)) == list(getattr(here, part)), part
    assert list(there) == list(here) and list(there.values()) == list(here.values())
    assert list(there.askable) == list(here.askable) and list(there.text_numbers) == list(here.text_numbers)
    for row, example in enumerate(examples):
        assert there[example.id] == example and there.row(example.id) == row
        assert there.id_of(example.input) == here.id_of(example.input) == example.id
    assert "nobody" not in there and there.id_of("nobody said this") is None


def test_what_is_odd_is_read_by_the_plain_reader(tmp_path: Path) -> None:
    for name, content in (
        ("stray.csv", b'text,label\nfine,a\n"open,b\nlast,a\n'),
        ("latin.csv", b"text,label\nCaf\xe9,b\nfine,a\n"),
        ("cells.csv", b"text,label\none,a,b\n\nfine,a\nlast,b\n"),
        ("colon.csv", b"text;label\none;a\nfine;b\n"),
        ("broken.jsonl", b'{"text": "one"}\n{broken\n{"text": "two"}\n'),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        assert read(path, lambda path: stored(path, Reading(), tmp_path / "pools")) == read(path, read_examples), name


def test_one_id_for_two_texts_is_refused_as_the_plain_reader_does(tmp_path: Path) -> None:
    rows = [("a", "one"), ("b", "two"), ("c", "one"), ("b", "three"), ("a", "four")]
    path = write(tmp_path / "ids.csv", rows, ("id", "text"))
    told = read(path, read_examples)
    assert "stands for two texts" in told
    assert read(path, lambda path: stored(path, Reading(), tmp_path / "pools")) == told


def test_large_files_become_a_pool_and_a_changed_file_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "LARGE_BYTES", 10)
    monkeypatch.setenv("SAYSO_HOME", str(tmp_path / "home"))
    path = write(tmp_path / "a.csv", [("late", "bug", ""), ("lovely", "wish", "")])
    assert isinstance(read_examples(path).examples, Stored)
    write(path, [("late", "bug", ""), ("lovely", "wish", ""), ("new", "", "")])
    assert [example.input for example in read_examples(path).examples] == ["late", "lovely", "new"]
    assert len(list((tmp_path / "home" / "pools").iterdir())) == 1


def test_a_part_makes_records_when_they_are_touched(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [(f"text {n}", "", "") for n in range(100)])
    unknown = Pool(stored(path, Reading(), tmp_path / "pools").examples).unknown
    assert isinstance(unknown, Part) and len(unknown) == 100
    assert unknown[99].input == unknown[-1].input == "text 99" and [e.input for e in unknown[:2]] == [
        "text 0",
        "text 1",
    ]
    assert random.Random(0).choice(unknown).input.startswith("text")
    with pytest.raises(IndexError):
        unknown[100]


def test_words_are_found_in_any_case_in_memory_and_on_the_disk(tmp_path: Path) -> None:
    rows = [("Late Größe", "", ""), ("late", "", ""), ("GRÖSSE late", "", ""), ("a late größe", "", "")]
    path = write(tmp_path / "a.csv", rows)
    for examples in (read_examples(path).examples, stored(path, Reading(), tmp_path / "pools").examples):
        found = [start + at for start, flags in Pool(examples).matching(["late", "größe"]) for at in flags.nonzero()[0]]
        assert {0, 3} <= set(found) and 1 not in found


def test_what_was_typed_is_found_and_is_in_no_part() -> None:
    known = Pool([Example(id="a", input="late")])
    known.setdefault("typed", Example(id="typed", input="hello"))
    assert known["typed"].input == "hello" and len(known) == 2 and len(known.unknown) == 1
    assert pool.number_of("late") == int(known.text_numbers[0])
