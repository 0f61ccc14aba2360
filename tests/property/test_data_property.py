"""Any table of texts, written in any format, reads back the same texts and labels."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path

import pyarrow
import pyarrow.parquet
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.data import read_examples
from assistant.errors import UserError

# NUL and half surrogate pairs are no text: they are taken out with a note, which test_data shows
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(
    lambda text: text.strip()
)
LABELS = st.none() | st.sampled_from(["bug", "wish", "Größe", "very good", "a,b", 'say "x"', "6.5"])
TABLES = st.lists(st.tuples(CELLS, LABELS), min_size=1, max_size=8, unique_by=lambda row: row[0])


def back(name: str, content: bytes) -> list[tuple[str, str | None]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        source = read_examples(path, text="text", label="label")
    assert source.rows == len(source.examples) and source.aside == ()
    return [(example.input, example.label) for example in source.examples]


@given(TABLES)
@settings(deadline=None)
def test_csv_comes_back(table: list[tuple[str, str | None]]) -> None:
    for delimiter, name in ((",", "a.csv"), ("\t", "a.tsv"), (";", "a.csv")):
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        writer.writerows([("text", "label"), *((text, label or "") for text, label in table)])
        assert back(name, out.getvalue().encode()) == table


@given(TABLES, st.booleans())
@settings(deadline=None)
def test_json_comes_back(table: list[tuple[str, str | None]], plain: bool) -> None:
    rows = [{"text": text, "label": label} for text, label in table]
    lines = "\n".join(json.dumps(row, ensure_ascii=plain) for row in rows)
    assert back("a.jsonl", lines.encode()) == table
    assert back("a.json", json.dumps(rows, ensure_ascii=plain).encode()) == table


@given(TABLES)
@settings(deadline=None)
def test_parquet_comes_back(table: list[tuple[str, str | None]]) -> None:
    out = io.BytesIO()
    columns = {"text": [text for text, _ in table], "label": [label for _, label in table]}
    schema = pyarrow.schema([("text", pyarrow.string()), ("label", pyarrow.string())])
    pyarrow.parquet.write_table(pyarrow.table(columns, schema=schema), out)
    assert back("a.parquet", out.getvalue()) == table


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.tsv", "a.jsonl", "a.json", "a.parquet"]))
@settings(deadline=None, max_examples=300)
def test_any_bytes_give_examples_or_one_sentence(content: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            source = read_examples(path)
        except UserError as wrong:
            assert str(wrong).endswith(".")
        else:
            assert all(isinstance(e.input, str) and e.input.strip() for e in source.examples)


@given(TABLES)
@settings(deadline=None)
def test_every_row_is_an_example_or_aside_or_a_repetition(table: list[tuple[str, str | None]]) -> None:
    lines = []
    for text, label in table:
        lines += [json.dumps({"text": text, "label": label}), "{broken", json.dumps({"text": ""})]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.jsonl"
        path.write_text("\n".join([*lines, *lines]), encoding="utf-8")
        source = read_examples(path, text="text", label="label")
    assert len(source.examples) == len(table)
    assert len(source.aside) == 4 * len(table)
    assert source.rows == 6 * len(table)
