"""What an export holds is chosen: splits that don't leak, agreement, personal data. Its id stands for what it holds."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import UserError
from assistant.exports import Row, Rows, exporter
from assistant.exports._card import export
from assistant.exports._choose import Agreement, side
from assistant.exports._manifest import check
from assistant.exports._scrub import Scrub
from assistant.types import Constraint, Evidence, Gesture, Label, Preference, now
from tests import said
from tests.said import row, shared


def label(given: Any, value: Any, author: str = "ann", op: Any = "is", **over: Any) -> Row:
    critique = f"{given}-{value}-{author}-{op}"
    return row(Label(input=given, op=op, value=value, **shared(critique, author=author)), **over)


def pair(given: Any, chosen: Any, rejected: Any, author: str = "ann", **over: Any) -> Row:
    critique = f"{given}-{chosen}-{rejected}-{author}"
    said = Preference(input=given, chosen=chosen, rejected=rejected, **shared(critique, author=author), **over)
    return row(said)


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


# --- splits ------------------------------------------------------------------------------------------------

SPLITS = {"test": 0.2, "validation": 0.1}


@given(st.lists(st.one_of(said.labels(), said.pairs()), min_size=2, max_size=6), said.values)
def test_what_is_said_about_one_input_is_on_one_side(rows: list[Row], given: Any) -> None:
    same = [one.model_copy(update={"feedback": one.feedback.model_copy(update={"input": given})}) for one in rows]
    assert len({side(one, SPLITS) for one in same}) == 1


@given(said.prose)
def test_case_and_white_space_make_no_other_input(given: str) -> None:
    variants = [given, given.upper().lower(), f"  {given}\n", given.replace(" ", "  ")]
    if given.casefold() == given.upper().lower().casefold():
        assert len({side(label(each, "x"), SPLITS) for each in variants}) == 1


def test_conversations_that_begin_alike_are_on_one_side() -> None:
    start = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Where is my parcel?"}]
    more = [*start, {"role": "assistant", "content": "On its way."}, {"role": "user", "content": "Since when?"}]
    assert (
        side(label(start, "x"), SPLITS)
        == side(label(more, "y"), SPLITS)
        == side(label("Where is my parcel?", "z"), SPLITS)
    )


def test_shares_are_about_what_was_asked_and_sides_never_change() -> None:
    found = [side(label(f"input {n}", "x"), SPLITS) for n in range(2000)]
    assert 0.17 < found.count("test") / 2000 < 0.23 and 0.08 < found.count("validation") / 2000 < 0.12
    # written down: another machine, another version, must draw the same
    assert [side(label(f"input {n}", "x"), {"test": 0.5}) for n in range(8)] == SIDES
    # a larger share keeps what a smaller one held out
    small = {n for n in range(500) if side(label(f"input {n}", "x"), {"test": 0.1}) == "test"}
    assert small <= {n for n in range(500) if side(label(f"input {n}", "x"), {"test": 0.3}) == "test"}


SIDES = ["test", "test", "train", "test", "test", "test", "train", "test"]


def test_rules_are_for_training() -> None:
    said = Constraint(property="length.words", operator="le", value=20, **shared())
    assert side(row(said), {"test": 0.99}) == "train"


MANY = [label(f"input {n}", "right" if n % 2 else "wrong", output="wrong") for n in range(60)]
MANY += [pair(f"input {n}", f"good {n}. Yes!", f"bad {n}. No!") for n in range(60)]


@pytest.mark.parametrize("name", exporter.names())
def test_every_format_keeps_inputs_on_one_side(name: str, tmp_path: Path) -> None:
    if name == "spacy":
        pytest.importorskip("spacy", reason="spacy is not installed")
    manifest = export(name, iter(MANY), tmp_path / "out", task="mail", splits=SPLITS)
    assert sum(manifest.splits.values()) == manifest.feedback == 120
    assert list(manifest.splits) == ["train", "test", "validation"]
    assert check(tmp_path / "out")[1] == []
    inputs: dict[str, set[str]] = {split: set() for split in manifest.splits}
    for file in manifest.data:
        split = file.view if name == "spacy" else file.split
        text = "".join(map(str, read(tmp_path / "out" / file.path)))
        inputs[split] |= {f"input {n}" for n in range(60) if f"input {n}'" in text or f"input {n} " in text}
    assert sum(len(found) for found in inputs.values()) == len(set().union(*inputs.values())) >= 30
    assert all(inputs.values())


def read(path: Path) -> list[Any]:
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    if path.suffix == ".parquet":
        return list(pq.read_table(path).to_pylist())
    if path.suffix == ".csv":
        return list(pc.read_csv(path).to_pylist())
    if path.suffix == ".spacy":
        import spacy
        from spacy.tokens import DocBin

        return [[doc.text] for doc in DocBin().from_disk(path).get_docs(spacy.blank("xx").vocab)]
    text = path.read_text()
    return list(json.loads(text) if path.suffix == ".json" else map(json.loads, text.splitlines()))


def test_datasets_knows_the_splits(tmp_path: Path) -> None:
    from datasets import load_dataset

    manifest = export("trl-preference", MANY, tmp_path / "out", task="mail", splits={"test": 0.3})
    loaded = load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))
    assert set(loaded) == {"train", "test"} and sum(map(len, loaded.values())) == manifest.rows
    assert not set(loaded["train"]["prompt"]) & set(loaded["test"]["prompt"])
    card = (tmp_path / "out/README.md").read_text()
    assert f"| test | {manifest.splits['test']} |" in card and "Chosen by: splits" in card


def test_views_and_their_descriptions_know_the_splits(tmp_path: Path) -> None:
    export("sharegpt", MANY, tmp_path / "out", task="mail", splits={"test": 0.3})
    info = json.loads((tmp_path / "out/dataset_info.json").read_text())
    assert set(info) == {f"sayso_{view}{end}" for view in ("sft", "preference", "kto") for end in ("", "_test")}
    assert all((tmp_path / "out" / each["file_name"]).exists() for each in info.values())
    export("label-studio", MANY, tmp_path / "ls", task="mail", splits={"test": 0.3})
    shown = (tmp_path / "ls/labels.xml").read_text()
    assert shown.count('value="right"') == 1 and shown.count('name="critique"') == 1
    export("argilla", MANY, tmp_path / "ar", task="mail", splits={"test": 0.3})
    settings = json.loads((tmp_path / "ar/settings/labels.json").read_text())
    [asked] = [each for each in settings["questions"] if each["name"] == "is"]
    assert {each["value"] for each in asked["settings"]["options"]} == {"right", "wrong"}


@pytest.mark.parametrize(
    ("splits", "why"),
    [
        ({"train": 0.1}, "'train' has no name that can be used"),
        ({"te/st": 0.1}, "'te/st' has no name that can be used"),
        ({"test": 0.0}, "'test' has the share 0; a share is between 0 and 1"),
        ({"test": 1.5}, "'test' has the share 1.5"),
        ({"test": 0.5, "validation": 0.5}, "The splits take 1 of the inputs; something must be left"),
    ],
)
def test_splits_that_make_no_sense_are_one_sentence(splits: dict[str, float], why: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=why):
        export("jsonl", MANY, tmp_path / "out", task="mail", splits=splits)
    assert list(tmp_path.iterdir()) == []


def test_a_split_that_would_be_empty_is_said(tmp_path: Path) -> None:
    one = [label("", f"CC{n}") for n in range(9)]  # molecules: there is no input to split by
    with pytest.raises(UserError, match=r"Nothing of the 9 pieces of feedback falls on the split '(test|train)'"):
        export("jsonl", one, tmp_path / "out", task="molecules", splits={"test": 0.5})
    assert list(tmp_path.iterdir()) == []


def test_a_format_of_others_that_knows_no_splits_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def words(rows: Rows, out: Path) -> list[Path]:
        """What people said."""
        path = out / "words.txt"
        path.write_text("".join(row.words + "\n" for row in rows))
        return [path]

    monkeypatch.setitem(exporter._found, "words", words)
    with pytest.raises(UserError, match="The format 'words' knows no splits"):
        export("words", MANY, tmp_path / "out", task="mail", splits={"test": 0.3})
    assert export("words", MANY, tmp_path / "out", task="mail").files[0].path == "words.txt"


# --- agreement ---------------------------------------------------------------------------------------------


def agreed(rows: list[Row]) -> list[float | None]:
    by = Agreement(rows)
    return [by.of(one) for one in rows]


def test_agreement_on_labels() -> None:
    assert agreed([label("a", "x", who) for who in ("ann", "bob")]) == [1.0, 1.0]
    assert agreed([label("a", "x", "ann"), label("a", "x", "bob"), label("a", "y", "eve")]) == [2 / 3, 2 / 3, 1 / 3]
    # "it is y" says that it is not x, and "it is not x" says nothing of y
    assert agreed([label("a", "x", "ann", "is_not"), label("a", "y", "bob")]) == [1.0, None]
    assert agreed([label("a", "x", "ann"), label("b", "x", "bob")]) == [None, None]


def test_what_somebody_said_last_counts_and_what_was_taken_back_does_not() -> None:
    rows = [label("a", "x", "ann"), label("a", "y", "bob"), label("a", "x", "bob")]
    assert agreed(rows) == [1.0, 0.0, 1.0]
    gone = label("a", "y", "bob", retracted_at=now())
    assert agreed([label("a", "x", "ann"), gone]) == [None, None]
    assert agreed([label("a", "x", "ann"), label("a", "y", "bob", confirmed=False)])[0] is None


def test_agreement_on_pairs_is_in_one_respect() -> None:
    rows = [pair("q", "a", "b", "ann"), pair("q", "b", "a", "bob"), pair("q", "a", "b", "eve")]
    assert agreed(rows) == [2 / 3, 1 / 3, 2 / 3]
    assert agreed([pair("q", "a", "b", "ann"), pair("q", "b", "a", "bob", aspect="tone")]) == [None, None]


def test_only_what_people_agree_on_leaves_and_the_rest_is_told(tmp_path: Path) -> None:
    rule = row(Constraint(property="length.words", operator="le", value=20, **shared("k")))
    rows = [label("a", "x", "ann"), label("a", "x", "bob"), label("a", "y", "eve"), label("b", "x", "ann"), rule]
    manifest = export("jsonl", iter(rows), tmp_path / "out", task="mail", agreement=0.6)
    assert manifest.rows == 2 and manifest.chosen == {"agreement": 0.6}
    assert {(each.kind, each.why): each.count for each in manifest.skipped} == {
        ("label", "fewer than 60% of the people agree"): 1,
        ("label", "fewer than two people judged it, so there is no agreement"): 1,
        ("constraint", "fewer than two people judged it, so there is no agreement"): 1,
    }
    for wrong in (0.0, 1.1):
        with pytest.raises(UserError, match="is no share of the people"):
            export("jsonl", rows, tmp_path / "more", task="mail", agreement=wrong)


# --- the id ------------------------------------------------------------------------------------------------


def test_the_id_stands_for_the_contents(tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = export("openai-sft", MANY, out, task="mail", splits={"test": 0.3})
    again = export("openai-sft", iter(MANY), tmp_path / "again", task="mail", splits={"test": 0.3})
    assert first.id == again.id and check(out) == (first, [])
    data = out / "data/train.jsonl"
    data.write_text(data.read_text().replace("right", "Right", 1))
    (out / "data/more.jsonl").write_text("{}\n")
    (out / "provenance/test.jsonl").unlink()
    assert check(out)[1] == [
        "The file 'data/train.jsonl' has changed.",
        "The file 'provenance/test.jsonl' is missing.",
        "The file 'data/more.jsonl' is not of this export.",
    ]
    manifest = tmp_path / "again/manifest.json"
    manifest.write_text(manifest.read_text().replace(again.files[0].sha256, "0" * 64))
    assert len(check(tmp_path / "again")[1]) == 2
    with pytest.raises(UserError, match="holds no whole export"):
        check(tmp_path)


# --- personal data -----------------------------------------------------------------------------------------


@pytest.fixture
def scrub() -> Any:
    """Scrubs a text, knowing that it and feedback of Ada Byron are all there is."""
    pytest.importorskip("phonenumbers", reason="phonenumberslite is not installed")

    def scrubbed(text: str) -> str:
        return Scrub([label(text, "x", "Ada Byron")], "s").text(text)

    return scrubbed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write to ada.b+x@mail.example.org.", "Write to [email]."),
        ("See https://example.org/a?b=c and www.example.org/x", "See [page] and [page]"),
        ("Call +44 20 7946 0958 or 030 901820!", "Call [phone] or [phone]!"),
        ("Ada said so, ask ADA", "Person-{ada} said so, ask Person-{ada}"),
        ("Dear Mr Tom Jones, tom is late", "Dear Mr Person-{tom} Person-{jones}, tom is late"),
        ("Hi all, it broke. Hello Where is my parcel? Where", None),
        ("Best regards\nTom Jones", "Best regards\nPerson-{tom} Person-{jones}"),
        ("Ich heiße Jörg", "Ich heiße Person-{jörg}"),
        ("Hello World: order 1234567, 2024-01-01 12:30, 3.14159265", None),
        ("C[C@H](N)C(=O)O.CN1C=NC2=C1C(=O)N(C(=O)N2C)C", None),
    ],
)
def test_personal_data_is_replaced(text: str, expected: str | None, scrub: Any) -> None:
    from assistant.exports._scrub import _digest

    names = {name: _digest(name, "s", 2) for name in ("ada", "tom", "jones", "jörg")}
    assert scrub(text) == (text if expected is None else expected.format(**names))


@given(said.prose, st.emails(), said.prose)
def test_no_address_stays(before: str, address: str, after: str) -> None:
    pytest.importorskip("phonenumbers", reason="phonenumberslite is not installed")
    local, *_ = address.partition("@")
    if local.replace(".", "").replace("-", "").replace("+", "").isalnum():
        text = Scrub([]).text(f"{before} {address} {after}")
        assert address not in text and "[email]" in text


def test_every_text_of_a_row_is_scrubbed_and_told(tmp_path: Path) -> None:
    pytest.importorskip("phonenumbers", reason="phonenumberslite is not installed")
    secret = "ada@example.org"
    one = Label(
        input={"from": secret, "text": ["Hello Bob"]}, op="is", value=f"for {secret}", example_id=secret,
        **shared("k1", author="Ada Byron", evidence=(Evidence(text=secret),)),
    )  # fmt: skip
    rows = [
        row(one, words=f"it is Ada, {secret}", output=f"to {secret}", reading={"acts": [{"reason": secret}]},
            gesture=Gesture(kind="edit", value=secret).model_dump_json()),
        row(Preference(input="bob?", chosen=secret, rejected="bob", aspect=secret, **shared("k2", author="Bob"))),
        row(Constraint(property="contains", operator="eq", value=secret, when=secret, about=(secret,), **shared("k3"))),
    ]  # fmt: skip
    manifest = export("jsonl", iter(rows), tmp_path / "out", task="mail", scrub=True)
    for path in [path for path in (tmp_path / "out").rglob("*") if path.is_file()]:
        assert not re.search(r"\b(ada|byron|bob)\b|example\.org", path.read_text(), re.IGNORECASE)
    assert manifest.scrubbed == {"email": 13, "name": 4}
    card = (tmp_path / "out/README.md").read_text()
    assert "| email | 13 |" in card and "Names that nothing introduces" in card and "as typed" not in card
    with pytest.raises(UserError, match="Scrubbed feedback can't name its authors"):
        export("jsonl", rows, tmp_path / "more", task="mail", scrub=True, author_hash=False)


def test_inputs_that_differ_in_personal_data_only_are_on_one_side(tmp_path: Path) -> None:
    pytest.importorskip("phonenumbers", reason="phonenumberslite is not installed")
    rows = [*MANY, *(label(f"I am person{n}@example.org", "right") for n in range(40))]
    manifest = export("jsonl", rows, tmp_path / "out", task="mail", splits={"test": 0.5}, scrub=True)
    sides = ["[email]" in (tmp_path / "out" / file.path).read_text() for file in manifest.data]
    assert sorted(sides) == [False, True] and manifest.scrubbed == {"email": 40}


def test_a_pair_that_scrubbing_makes_equal_is_told(tmp_path: Path) -> None:
    pytest.importorskip("phonenumbers", reason="phonenumberslite is not installed")
    rows = [*MANY, pair("q", "a@example.org", "b@example.org")]
    manifest = export("trl-preference", rows, tmp_path / "out", task="mail", scrub=True)
    assert ("preference", "both answers are the same") in {(each.kind, each.why) for each in manifest.skipped}


def test_without_its_package_scrubbing_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    with pytest.raises(UserError, match=r"Scrubbing needs .* pip install 'sayso\[scrub\]'"):
        export("jsonl", MANY, tmp_path / "out", task="mail", scrub=True)
    assert list(tmp_path.iterdir()) == []


def test_a_stream_is_held_only_where_it_is_read_twice(tmp_path: Path) -> None:
    read: list[int] = []

    def once() -> Iterator[Row]:
        read.append(1)
        yield from MANY

    export("jsonl", once, tmp_path / "b", task="mail", splits={"test": 0.3})
    assert len(read) == 2  # once for each split
    export("jsonl", once, tmp_path / "c", task="mail")
    assert len(read) == 3
