"""Reading people's data: what is guessed, what is set aside, and what each kind of bad input says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.data import Source, read_examples
from assistant.errors import UserError

LINES = "review,stars\nCame late,1\nLovely shop,5\nOpen on Sundays?,\n"


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def texts(source: Source) -> list[str]:
    return [example.input for example in source.examples]


def test_reads_a_csv_and_guesses_its_columns(tmp_path: Path) -> None:
    source = read_examples(write(tmp_path, "a.csv", LINES))
    assert [(e.input, e.label) for e in source.examples] == [
        ("Came late", "1"), ("Lovely shop", "5"), ("Open on Sundays?", None),
    ]  # fmt: skip
    assert (source.text_column, source.label_column, source.labels) == ("review", "stars", ("1", "5"))
    assert source.guessed == ("text", "label")
    assert source.rows == 3 and source.unlabelled == 1
    assert source.notes == ("1 example has no label.",)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.tsv", LINES.replace(",", "\t")),
        ("a.csv", LINES.replace(",", ";")),
        ("a.jsonl", '{"review": "Came late", "stars": 1}\n\n{"review": "Lovely shop", "stars": 5.0}\n'
                    '{"review": "Open on Sundays?", "stars": NaN}\n'),
        ("a.json", '[{"review": "Came late", "stars": 1}, {"review": "Lovely shop", "stars": 5},'
                   ' {"review": "Open on Sundays?", "stars": null}]'),
        ("a.json", '{"review": "Came late", "stars": 1}\n{"review": "Lovely shop", "stars": 5}\n'
                   '{"review": "Open on Sundays?", "stars": ""}\n'),
        ("a.csv", LINES.replace("1\n", "1.0\n").replace("5\n", "5.0\n").replace("?,", "?,nan")),
        ("a.csv", LINES.encode("utf-16")),
        ("a.csv", LINES.encode("utf-8-sig")),
        ("a.csv", LINES.replace("\n", "\r\n")),
    ],
)  # fmt: skip
def test_every_format_gives_the_same_examples(tmp_path: Path, name: str, content: str | bytes) -> None:
    source = read_examples(write(tmp_path, name, content))
    assert [(e.input, e.label) for e in source.examples] == [
        ("Came late", "1"), ("Lovely shop", "5"), ("Open on Sundays?", None),
    ]  # fmt: skip


def test_reads_parquet(tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.table({"review": ["Came late", "Lovely", None], "stars": [1.0, None, 3.0]})
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    source = read_examples(tmp_path / "a.parquet")
    assert [(e.input, e.label) for e in source.examples] == [("Came late", "1"), ("Lovely", None)]
    assert source.aside == ((3, "has no text"),)
    with pytest.raises(UserError, match="not valid Parquet"):
        read_examples(write(tmp_path, "b.parquet", b"PAR1 is not enough"))


def test_reads_a_saved_dataset_with_class_names_and_splits(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["bug", "wish"])}
    )
    rows = {"text": ["it broke", "please add"], "label": [0, 1]}
    held = {"text": ["it crashed", "unknown"], "label": [0, -1]}
    datasets.DatasetDict(
        train=datasets.Dataset.from_dict(rows, features=features),
        test=datasets.Dataset.from_dict(held, features=features),
    ).save_to_disk(str(tmp_path / "saved"))
    source = read_examples(tmp_path / "saved")
    assert [(e.input, e.label, e.split) for e in source.examples] == [
        ("it broke", "bug", "pool"), ("please add", "wish", "pool"), ("it crashed", "bug", "heldout"),
        ("unknown", None, "pool"),
    ]  # fmt: skip


def test_reads_a_folder_of_data_files_with_splits_in_their_names(tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    write(tmp_path, "train.csv", "text,label\na,x\nb,y\n")
    write(tmp_path, "test.jsonl", '{"text": "c", "label": "x"}\n{broken\n')
    source = read_examples(tmp_path)
    assert {(e.input, e.split) for e in source.examples} == {("a", "pool"), ("b", "pool"), ("c", "heldout")}
    assert source.aside[0][0] == 2 and "test.jsonl" in source.aside[0][1]


def test_reads_a_folder_as_its_card_says(tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    card = "---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/one.csv\n"
    write(tmp_path, "README.md", card + "  - split: test\n    path: data/two*.csv\n---\n# Mine\n")
    write(tmp_path, "data/one.csv", "text,label\na,x\n")
    write(tmp_path, "data/two-0.csv", "text,label\nb,y\n")
    write(tmp_path, "data/left-out.csv", "text,label\nc,y\n")
    source = read_examples(tmp_path)
    assert {(e.input, e.split) for e in source.examples} == {("a", "pool"), ("b", "heldout")}


def test_a_card_can_not_point_outside_its_folder(tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    write(tmp_path, "secret.csv", "text,label\nsecret,x\n")
    write(tmp_path, "in/README.md", "---\nconfigs:\n- data_files: ../secret.csv\n---\n")
    with pytest.raises(UserError, match="no data files"):
        read_examples(tmp_path / "in")


@pytest.mark.parametrize(
    ("name", "content", "options", "says"),
    [
        (
            "a.csv",
            LINES,
            {"text": "txt"},
            "There is no column 'txt'; the columns are: review, stars; name one",
        ),
        ("a.csv", LINES, {"label": "labels"}, "name one with --label"),
        ("a.csv", LINES, {"text": "review", "label": "review"}, "can't be the text and something else"),
        ("a.csv", "", {}, "is empty"),
        ("a.csv", "\n\n", {}, "is empty"),
        ("a.csv", "text,label\n", {}, "has no rows"),
        ("a.csv", "text,label\n,x\n \t,y\n", {}, "has no text in the column 'text': line 2 has no text"),
        ("a.csv", "n,m\n1,2\n", {}, "No column holds texts; the columns are: n, m; name one with --text"),
        ("a.csv", "text,text\na,b\n", {}, "The column 'text' appears 2 times"),
        ("a.csv", "id,text\n7,a\n8,b\n7,c\n", {}, "The id '7' stands for two texts, on lines 2 and 4"),
        ("a.csv", b"PK\x03\x04zip", {}, "is not a text file"),
        ("a.xlsx", "x", {}, "has a format that can't be read; it can be CSV"),
        ("a.jsonl", "{oops\n", {}, "line 1 is not valid JSON"),
        ("a.json", '[{"text": "a"},', {}, "is not valid JSON"),
        ("a.json", "[]", {}, "has no rows"),
        ("a.json", "[" * 100_000, {}, "nested too deep"),
        ("a.jsonl", '{"text": ["a", "b"]}\n', {"text": "text"}, "has a list where the text should be"),
    ],
)
def test_bad_input_gets_one_clear_sentence(
    tmp_path: Path, name: str, content: str | bytes, options: dict[str, str], says: str
) -> None:
    with pytest.raises(UserError) as wrong:
        read_examples(write(tmp_path, name, content), **options)  # type: ignore[arg-type]
    assert says in str(wrong.value)
    assert "\n" not in str(wrong.value)


def test_a_missing_file_and_an_empty_folder_say_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"There is no file '.*nowhere.csv'"):
        read_examples(tmp_path / "nowhere.csv")
    with pytest.raises(UserError, match="no data files"):
        read_examples(tmp_path)


def test_ragged_rows_and_open_quotes_go_aside_with_their_lines(tmp_path: Path) -> None:
    content = 'text,label\n"two\nlines",x\nshort\n"never closed,y\nfine,y\nlong,x,z\nlast,x\n'
    source = read_examples(write(tmp_path, "a.csv", content))
    assert texts(source) == ["two\nlines", "fine", "last"]
    assert source.aside == (
        (4, "has 1 cells where the header has 2"),
        (5, "a quote is opened and never closed"),
        (7, "has 3 cells where the header has 2"),
    )
    assert source.rows == 6
    assert source.notes[0].startswith("3 rows: set aside (the first: line 4 has 1 cells")


def test_a_huge_cell_goes_aside_and_the_rest_is_read(tmp_path: Path) -> None:
    source = read_examples(write(tmp_path, "a.csv", f"text,label\n{'x' * 10_000_000},a\nfine,b\nok,a\n"))
    assert texts(source) == ["fine", "ok"]
    assert source.aside == ((2, "has a text of 10,000,000 characters; 1,000,000 are allowed"),)


def test_an_old_encoding_is_read_and_noted_with_line_and_byte(tmp_path: Path) -> None:
    source = read_examples(write(tmp_path, "a.csv", b"text,label\nplain,a\nCaf\xe9 \x93hi\x94,b\n"))
    assert texts(source) == ["plain", "Café “hi”"]
    assert "line 3 has the byte 0xE9" in source.notes[0]


def test_odd_json_lines_are_noted_one_by_one(tmp_path: Path) -> None:
    lines = [
        '{"text": "one", "label": "x"}', "{bad", "[1]", '{"text": {"a": 1}}', '{"text": null}',
        '{"label": "x"}',
        '{"text": "two", "label": ["x", "y"]}', '{"text": "a\\u0000b\\ud800", "label": "y"}',
        '{"text": "big", "label": 123456789012345678901234567890}',
        '{"text": "huge", "label": %s}' % ("9" * 9999),
    ]  # fmt: skip
    source = read_examples(write(tmp_path, "a.jsonl", "\n".join(lines)))
    assert texts(source) == ["one", "two", "ab\ufffd", "big"]
    assert [line for line, _ in source.aside] == [2, 3, 4, 5, 6, 10]
    assert "123456789012345678901234567890" in source.labels
    said = " ".join(source.notes)
    assert "a list or an object as the label" in said and "bytes that no text has" in said


def test_repeated_texts_count_once_and_conflicts_are_noted(tmp_path: Path) -> None:
    content = "id,text,label\n1,a,\n2,b,x\n3,a,y\n4,b,y\n2,b,x\n"
    source = read_examples(write(tmp_path, "a.csv", content))
    assert [(e.id, e.input, e.label) for e in source.examples] == [("1", "a", "y"), ("2", "b", "x")]
    said = " ".join(source.notes)
    assert "but another label; the first one counts (line 5)" in said
    assert "counted once (the first: line 4)" in said


def test_odd_labels_are_told(tmp_path: Path) -> None:
    one = read_examples(write(tmp_path, "one.csv", "text,label\na,x\nb,x\n"))
    assert "the only label is 'x'" in " ".join(one.notes).lower()
    case = read_examples(write(tmp_path, "case.csv", "text,label\na,Spam\nb,spam\n"))
    assert "'Spam' and 'spam' differ only in upper and lower case" in " ".join(case.notes)
    many = read_examples(write(tmp_path, "many.csv", "text,label\n" + "".join(f"t{i},l{i}\n" for i in range(60))))
    assert "60 different values" in " ".join(many.notes)
    none = read_examples(write(tmp_path, "none.csv", "text\na\nb\n"))
    assert none.label_column is None and "No column holds labels" in none.notes[0]


def test_labels_keep_versions_and_sort_naturally(tmp_path: Path) -> None:
    source = read_examples(write(tmp_path, "a.csv", "text,label\na,10\nb,9\nc,2\n"))
    assert source.labels == ("2", "9", "10")
    source = read_examples(write(tmp_path, "b.csv", "text,label\na,1.0\nb,1.5\n"))
    assert source.labels == ("1.0", "1.5")


def test_emoji_right_to_left_and_html_are_kept_as_they_are(tmp_path: Path) -> None:
    given = ["😀 gut 👩‍👩‍👧", "שלום עולם", "<script>alert(1)</script>", "a\u2028b", "=SUM(A1)"]
    content = "\n".join(json.dumps({"text": text, "label": "x"}, ensure_ascii=False) for text in given)
    assert texts(read_examples(write(tmp_path, "a.jsonl", content))) == given


def test_a_split_column_is_used_and_odd_values_are_noted(tmp_path: Path) -> None:
    content = "text,label,split\na,x,train\nb,y,Test\nc,x,validation\nd,,test\ne,x,fold 3\n"
    source = read_examples(write(tmp_path, "a.csv", content))
    assert {e.input: e.split for e in source.examples} == {
        "a": "pool", "b": "heldout", "c": "heldout", "d": "pool", "e": "pool",
    }  # fmt: skip
    assert "'fold 3'" in " ".join(source.notes)


def test_the_held_out_part_is_stable_when_rows_are_added(tmp_path: Path) -> None:
    rows = [f"text number {i},{'xy'[i % 2]}\n" for i in range(400)]
    before = read_examples(write(tmp_path, "a.csv", "text,label\n" + "".join(rows[:200])))
    after = read_examples(write(tmp_path, "b.csv", "text,label\n" + "".join(reversed(rows))))
    sides = {e.id: e.split for e in after.examples}
    assert all(sides[e.id] == e.split for e in before.examples)
    share = sum(e.split == "heldout" for e in after.examples) / 400
    assert 0.18 < share < 0.32
    other = read_examples(tmp_path / "b.csv", seed=1)
    assert [e.split for e in other.examples] != [e.split for e in after.examples]
    assert all(e.split == "pool" for e in read_examples(tmp_path / "b.csv", heldout=0).examples)


def test_unlabelled_rows_are_never_held_out(tmp_path: Path) -> None:
    content = "text,label\n" + "".join(f"t{i},\n" for i in range(50)) + "a,x\n"
    source = read_examples(write(tmp_path, "a.csv", content), heldout=0.99)
    assert [e.input for e in source.examples if e.split == "heldout"] in (["a"], [])
    assert source.unlabelled == 50


def test_a_hundred_thousand_rows_take_seconds(tmp_path: Path) -> None:
    import time

    content = "text,label\n" + "".join(f'"message {i}, with some words",{"ab"[i % 2]}\n' for i in range(100_000))
    path = write(tmp_path, "a.csv", content)
    start = time.process_time()
    assert len(read_examples(path).examples) == 100_000
    assert time.process_time() - start < 20


def test_a_missing_header_and_a_guess_among_many_are_told(tmp_path: Path) -> None:
    bare = read_examples(write(tmp_path, "bare.tsv", "good things\tspam\nmore words\tham\nother words\tspam\n"))
    assert "looks like data" in bare.notes[0]
    many = read_examples(write(tmp_path, "many.csv", "title,what was said\nhi,a long letter\nyo,another letter\n"))
    assert "taken from the column 'what was said'; name another with --text" in " ".join(many.notes)
