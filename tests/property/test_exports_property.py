"""Any feedback, in any script, comes back from jsonl, csv and parquet as it was."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from assistant.exports import Row, Rows, exporter
from assistant.exports._rows import decode, encode, flat, unflat
from assistant.exports.csv import from_cell, to_cell
from assistant.types import Constraint, Evidence, Label, Preference

NASTY = [
    "", " ", "\x00", "a\x00b", "a\r\nb", "\r", "\t=1", "=1+1", "+1", "-1", "@SUM(A1)", '"', '""', "'", ",",
    "json:", "json:3", 'json:"x"', "NA", "null", "None", "nan", "true", "True", "01", "1", "1.0", "1e5", " 1",
    "1_0", "inf", "שלום \u202eabc", "👩‍👩‍👧", "\u2028\u2029\x85", "\ufeff", "＝1",
    "<script>", "\\", "\\u0000",
    "2024-01-01",
]  # fmt: skip
text = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=["Cs"])))
any_text = st.one_of(text, st.text(st.characters(categories=["Cs", "L"]), min_size=1))  # lone surrogates too
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), any_text),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=5,
)
zones = st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30)), timezone(timedelta(hours=14))])
times = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=zones)
evidence = st.lists(st.builds(Evidence, text=text, role=st.sampled_from(["for", "missing"])), max_size=2)
shared: dict[str, Any] = {
    **dict.fromkeys(("id", "task", "author", "critique", "reading", "adapter"), text),
    "example_id": st.none() | text,
    "evidence": evidence.map(tuple),
    "guideline": st.integers(0, 2**31),
    "created_at": times,
}
feedback = st.one_of(
    st.builds(Label, **shared, input=values, op=st.sampled_from(["is", "is_not"]), value=values),
    st.builds(Preference, **shared, input=values, chosen=values, rejected=values, aspect=st.none() | text),
    st.builds(
        Constraint, **shared, property=text, operator=st.sampled_from(["eq", "contains"]), value=values,
        strength=st.sampled_from(["must", "prefer"]), scope=st.sampled_from(["item", "task"]),
        when=st.none() | text, about=st.lists(values, max_size=2).map(tuple), conversation=st.none() | text,
    ),
)  # fmt: skip
rows = st.builds(
    Row, feedback=feedback, words=text, gesture=st.none() | text,
    reading=st.dictionaries(text, values, max_size=2), parser=text, parser_version=text,
    confidence=st.floats(0, 1), confirmed=st.none() | st.booleans(), output=values, conversation=text,
    retracted_at=st.none() | times,
)  # fmt: skip
few = st.lists(rows, max_size=4)
quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def written(name: str, feedback: list[Row]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield from exporter.get(name)(Rows(feedback), Path(folder))


@quick
@given(few)
def test_jsonl_round_trip(feedback: list[Row]) -> None:
    for path in written("jsonl", feedback):
        lines = path.read_text("utf-8").splitlines()  # no character inside a line ends it
        assert [unflat(json.loads(line)) for line in lines] == feedback


@quick
@given(few)
def test_parquet_round_trip(feedback: list[Row]) -> None:
    for path in written("parquet", feedback):
        assert [unflat(line) for line in pq.read_table(path).to_pylist()] == feedback


@quick
@given(few)
def test_csv_round_trip(feedback: list[Row]) -> None:
    for path in written("csv", feedback):
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.DictReader(file))
        cells = ({name: from_cell(name, cell) for name, cell in line.items()} for line in lines)
        assert [unflat(each) for each in cells] == feedback


@quick
@given(rows)
def test_no_cell_is_a_formula(row: Row) -> None:
    for name, value in flat(row).items():
        assert not to_cell(name, value).startswith(tuple("=+-@＝＋－＠\t\r\n\x00"))


@given(values)
@example("json:3")
@example("json:")
@example("\ud800")
def test_a_value_is_never_mistaken_for_another(value: Any) -> None:
    cell = encode(value)
    back = decode(cell)
    assert back == value and type(back) is type(value)
    assert cell is None or cell.encode().decode() == cell
