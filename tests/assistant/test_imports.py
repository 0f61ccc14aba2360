"""Feedback from elsewhere: files as each tool writes them, what they become, and what is said where they don't fit."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.errors import UserError
from assistant.exports import Rows, exporter
from assistant.imports import Records, importer
from assistant.imports._take import Imported, take_in
from assistant.settings import Settings
from assistant.store import Store
from assistant.tasks import Task, View
from assistant.types import Example, Label, Preference, Vocabulary
from assistant.workbench import Workbench
from tests.said import row, shared

BROKEN, LATE = "My parcel arrived broken", "Where is my order?"


class Desk:
    """A store and a task in it: with `labels`, what mails are; without, answers to them."""

    def __init__(self, folder: Path, *labels: str) -> None:
        self.folder, self.store = folder, Store.open(f"sqlite:///{folder}/sayso.db")

        def no_model() -> Any:
            raise AssertionError("an import asks no model")

        examples = [Example(id="mail-1", input=BROKEN)]
        task = Task(
            no_model, lambda: examples, Vocabulary(labels=labels), lambda example, outputs: View(""), name="mail"
        )
        self.bench = Workbench(task, self.store, Settings(home=folder, author="me"))

    def take(self, content: Any, name: str = "file.json", **options: Any) -> Imported:
        path = self.folder / name
        if not isinstance(content, str):
            content = "\n".join(map(json.dumps, content)) if name.endswith("l") else json.dumps(content)
        path.write_text(content, encoding="utf-8")
        return take_in(self.bench, path, **options)

    def lines(self) -> list[tuple[Any, ...]]:
        """What is kept: ("is", value) or (chosen, ">", rejected), with who said it."""
        found = [one.feedback for one in self.store.feedback("mail")]
        return [
            (f.op, f.value, f.author) if isinstance(f, Label) else (f.chosen, ">", f.rejected, f.author)
            for f in found
            if isinstance(f, Label | Preference)
        ]

    def words(self) -> list[str]:
        return [row.words for row in self.store.export_rows("mail")]

    def kept(self) -> list[dict[str, Any]]:
        """The fields without a place, as the import's conversation has them."""
        talks = self.store.conversations("mail")
        cards = [message.card for talk in talks[::-1] for message in self.store.messages(talk.id)]
        return [card["fields"] for card in cards if card and "fields" in card]


@pytest.fixture
def mails(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, "order", "complaint", "praise")
    yield desk
    assert desk.store.verify() == []
    desk.store.close()


@pytest.fixture
def answers(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    assert desk.store.verify() == []
    desk.store.close()


# --- Label Studio ----------------------------------------------------------------------------------------------


def choice(value: str, name: str = "kind") -> dict[str, Any]:
    return {"id": "x1", "from_name": name, "to_name": "text", "type": "choices", "value": {"choices": [value]},
            "origin": "manual"}  # fmt: skip


def written(text: str, name: str = "comment") -> dict[str, Any]:
    return {"from_name": name, "to_name": "text", "type": "textarea", "value": {"text": [text]}}


def task(*results: dict[str, Any], **over: Any) -> dict[str, Any]:
    """One as Label Studio 1.x exports it."""
    annotation = {
        "id": 11, "completed_by": {"id": 1, "email": "ann@example.org", "first_name": "", "last_name": ""},
        "result": list(results), "was_cancelled": False, "ground_truth": False, "lead_time": 4.3, "task": 7,
        "created_at": "2026-03-09T22:16:08.728353Z", "updated_at": "2026-03-09T22:16:08.728378Z", "result_count": 1,
    }  # fmt: skip
    return {
        "id": 7, "data": {"text": BROKEN}, "annotations": [annotation], "predictions": [], "drafts": [], "meta": {},
        "created_at": "2026-03-09T21:52:49Z", "updated_at": "2026-03-09T22:16:08Z", "project": 83, "inner_id": 1,
        "total_annotations": 1, "cancelled_annotations": 0, "total_predictions": 0, "file_upload": "a.json",
    } | over  # fmt: skip


def test_label_studio_choice_with_a_comment(mails: Desk) -> None:
    done = mails.take([task(choice("complaint"), written("they want their money back"))])
    (kept,) = mails.store.feedback("mail")
    assert done.files == {str(mails.folder / "file.json"): "label-studio"} and done.guessed
    assert mails.lines() == [("is", "complaint", "ann@example.org")]
    assert mails.words() == ["they want their money back"]
    assert kept.feedback.example_id == "mail-1"
    assert kept.feedback.created_at == datetime(2026, 3, 9, 22, 16, 8, 728353, UTC)
    assert (done.fields, done.left_out) == ((), ())


def test_label_studio_prediction_that_was_corrected(mails: Desk, tmp_path: Path) -> None:
    guess = {"model_version": "v1", "score": 0.4, "result": [choice("order")]}
    mails.take([task(choice("complaint"), predictions=[guess])])
    assert mails.lines() == [
        ("is", "complaint", "ann@example.org"),
        ("complaint", ">", "order", "ann@example.org"),
    ]
    (first, _) = mails.store.export_rows("mail")
    assert first.output == "order"


def test_label_studio_prediction_that_was_right_is_no_pair(mails: Desk) -> None:
    guess = {"model_version": "v1", "result": [choice("complaint")]}
    mails.take([task(choice("complaint"), predictions=[guess])])
    assert mails.lines() == [("is", "complaint", "ann@example.org")]


def test_label_studio_pairs_rankings_and_written_answers(answers: Desk) -> None:
    pair = {"from_name": "better", "to_name": "text1,text2", "type": "pairwise", "value": {"selected": "right"}}
    ranker = {"from_name": "rank", "to_name": "items", "type": "ranker", "value": {"ranker": {"rank": ["b", "c", "a"]}}}
    items = [{"id": id, "title": "", "body": f"answer {id}"} for id in "abc"]
    done = answers.take(
        [
            task(pair, data={"prompt": BROKEN, "text1": "No.", "text2": "Sorry!"}),
            task(ranker, data={"prompt": LATE, "items": items}),
            task(written("It comes on Monday.", "reply"), data={"text": LATE}),
        ]
    )
    assert answers.lines() == [
        ("Sorry!", ">", "No.", "ann@example.org"),
        ("answer b", ">", "answer a", "ann@example.org"),
        ("answer b", ">", "answer c", "ann@example.org"),
        ("answer c", ">", "answer a", "ann@example.org"),
        ("is", "It comes on Monday.", "ann@example.org"),
    ]
    assert (done.preferences, done.labels) == (4, 1)


def test_label_studio_what_says_nothing_is_counted(mails: Desk) -> None:
    skipped, none = task(choice("order")), task()
    skipped["annotations"][0]["was_cancelled"] = True
    several = task({**choice("order"), "value": {"choices": ["order", "praise"]}})
    done = mails.take([task(choice("praise")), skipped, none, several, task(annotations=[]), task(choice("rant"))])
    assert {(one.count, one.why) for one in done.left_out} == {
        (1, "it was skipped in Label Studio"),
        (1, "it has no choice, comparison, ranking or text"),
        (1, "several were chosen at once"),
        (1, "nobody annotated it"),
        (1, "the task has no label 'rant'"),
    }
    assert mails.lines() == [("is", "praise", "ann@example.org")]


def test_unknown_fields_are_kept_and_named(mails: Desk) -> None:
    entity = {
        "from_name": "ner",
        "to_name": "text",
        "type": "labels",
        "value": {"start": 0, "end": 2, "labels": ["PER"]},
    }
    odd = task(choice("praise"), entity, data={"text": LATE, "channel": "mail"}, agreement=0.8)
    done = mails.take([odd])
    assert done.fields == ("agreement", "data.channel", "result of type labels")
    assert mails.kept() == [{"agreement": 0.8, "data.channel": "mail", "result of type labels": [entity]}]


# --- Argilla -----------------------------------------------------------------------------------------------------


def record(**over: Any) -> dict[str, Any]:
    """One as Argilla's SDK 2.8 writes it by `to_json`."""
    return {
        "id": "r1", "fields": {"text": BROKEN}, "metadata": {}, "suggestions": {}, "responses": {}, "vectors": {},
        "status": "completed", "_server_id": "5f1c",
    } | over  # fmt: skip


def test_argilla_responses_of_two_people_and_a_corrected_suggestion(mails: Desk) -> None:
    given = {
        "kind": [{"value": "complaint", "user_id": "u1"}, {"value": "order", "user_id": "u2"}],
        "comment": [{"value": "it broke", "user_id": "u1"}],
    }
    guess = {"kind": {"value": "order", "score": 0.9, "agent": "v1"}}
    done = mails.take([record(responses=given, suggestions=guess, metadata={"shop": "north"})])
    assert mails.lines() == [
        ("is", "complaint", "argilla-u1"),
        ("complaint", ">", "order", "argilla-u1"),
        ("is", "order", "argilla-u2"),
    ]
    assert mails.words() == ["it broke", "it broke", ""]
    assert done.fields == ("metadata.shop",) and mails.kept() == [{"metadata.shop": "north"}] * 2


@pytest.mark.parametrize(
    "value",
    ["reply_b", ["reply_b", "reply_a"], [{"value": "reply_a", "rank": 2}, {"value": "reply_b", "rank": 1}]],
    ids=["choice", "ranking", "ranks"],
)
def test_argilla_preferences(answers: Desk, value: Any) -> None:
    fields = {"instruction": BROKEN, "reply_a": "No.", "reply_b": "Sorry!"}
    if value == "reply_b":
        fields = {"instruction": BROKEN, "reply_1": "No.", "reply_2": "Sorry!"}
        value = "reply_2"
    answers.take([record(fields=fields, responses={"best": [{"value": value, "user_id": "u1"}]})], "file.jsonl")
    assert answers.lines() == [("Sorry!", ">", "No.", "argilla-u1")]


def test_argilla_nobody_responded_and_what_was_discarded(mails: Desk) -> None:
    gone = {"kind": [{"value": "order", "user_id": "u1", "status": "discarded"}]}
    with pytest.raises(UserError, match=r"Nothing of .* can be used: 2 because nobody responded to it"):
        mails.take([record(), record(responses=gone)])


# --- Open WebUI --------------------------------------------------------------------------------------------------


def thumb(rating: Any, **data: Any) -> dict[str, Any]:
    """One as Open WebUI 0.6 exports it."""
    messages = {
        "m1": {"id": "m1", "parentId": None, "childrenIds": ["m2", "m3"], "role": "user", "content": LATE},
        "m2": {"id": "m2", "parentId": "m1", "childrenIds": ["m4"], "role": "assistant", "content": "On Monday.",
               "model": "llama", "annotation": {"rating": 1}},
        "m3": {"id": "m3", "parentId": "m1", "childrenIds": [], "role": "assistant", "content": "No idea.",
               "model": "qwen"},
        "m4": {"id": "m4", "parentId": "m2", "childrenIds": ["m5"], "role": "user", "content": "Which?"},
        "m5": {"id": "m5", "parentId": "m4", "childrenIds": [], "role": "assistant", "content": "The 4th.",
               "model": "llama"},
    }  # fmt: skip
    chat = {
        "id": "c1",
        "user_id": "u1",
        "title": "Parcel",
        "chat": {"history": {"messages": messages, "currentId": "m5"}},
    }
    return {
        "id": "f1", "user_id": "u1", "version": 0, "type": "rating",
        "data": {"rating": rating, "model_id": "llama", "sibling_model_ids": None, "reason": "not_helpful",
                 "comment": "too short", "tags": ["delivery"], "details": {"rating": 3}} | data,
        "meta": {"model_id": "llama", "message_id": "m2", "message_index": 2, "chat_id": "c1", "arena": False},
        "snapshot": {"chat": chat}, "created_at": 1764000000, "updated_at": 1764000001,
    }  # fmt: skip


def test_open_webui_thumbs_are_labels_on_the_answer(answers: Desk) -> None:
    later = thumb("1", reason="", comment="")
    later["meta"]["message_id"] = "m5"
    done = answers.take([thumb(-1), later])
    down, up = answers.store.feedback("mail")
    assert answers.lines() == [("is_not", "On Monday.", "u1"), ("is", "The 4th.", "u1")]
    assert answers.words() == ["not helpful: too short", ""]
    assert down.feedback.input == LATE and down.feedback.created_at == datetime.fromtimestamp(1764000000, UTC)
    assert [said["content"] for said in up.feedback.input] == [LATE, "On Monday.", "Which?"]
    assert {"data.details", "data.tags", "data.model_id", "meta.chat_id"} <= {*done.fields}
    assert answers.kept()[0]["data.tags"] == ["delivery"]
    assert {json.loads(one.gesture)["kind"] for one in answers.store.export_rows("mail") if one.gesture} == {"thumb"}


def test_open_webui_arena_gives_a_preference_but_not_against_the_same_thumb(answers: Desk) -> None:
    alike = thumb(1, sibling_model_ids=["qwen"], comment="both fine")
    alike["snapshot"]["chat"]["chat"]["history"]["messages"]["m3"]["annotation"] = {"rating": 1}
    answers.take([thumb(1, sibling_model_ids=["qwen"]), alike])
    assert answers.lines() == [
        ("is", "On Monday.", "u1"),
        ("On Monday.", ">", "No idea.", "u1"),
        ("is", "On Monday.", "u1"),
    ]


def test_open_webui_what_can_not_be_used(answers: Desk) -> None:
    lost, none = thumb(1), thumb(0)
    lost["meta"]["message_id"] = "gone"
    with pytest.raises(UserError, match="1 because the chat in its snapshot lacks the rated answer"):
        answers.take([lost, none])
    assert answers.lines() == []


# --- Prodigy -----------------------------------------------------------------------------------------------------


def test_prodigy_accepts_rejects_ignores_and_chooses(mails: Desk) -> None:
    shared = {"_input_hash": -153, "_task_hash": -34, "_view_id": "classification", "_annotator_id": "ann",
              "_session_id": "set-ann", "_timestamp": 1764000000}  # fmt: skip
    options = [{"id": "order", "text": "an order"}, {"id": "praise", "text": "praise"}]
    done = mails.take(
        [
            {"text": BROKEN, "label": "complaint", "answer": "accept", **shared},
            {"text": BROKEN, "label": "order", "answer": "reject", "comment": "nothing is ordered", **shared},
            {"text": BROKEN, "label": "order", "answer": "ignore", **shared},
            {"text": LATE, "options": options, "accept": ["order"], "answer": "accept", "meta": {"row": 3}, **shared},
            {"text": LATE, "spans": [{"start": 0, "end": 5, "label": "WH"}], "answer": "accept", **shared},
        ],
        "set.jsonl",
    )
    assert mails.lines() == [("is", "complaint", "ann"), ("is_not", "order", "ann"), ("is", "order", "ann")]
    assert mails.words() == ["", "nothing is ordered", ""]
    assert {one.why for one in done.left_out} == {"it was ignored in Prodigy", "it has neither a label nor a choice"}
    assert [*done.files.values()] == ["prodigy"] and done.fields == ("meta",)


def test_prodigy_choice_between_answers(answers: Desk) -> None:
    options = [{"id": n, "text": said} for n, said in enumerate(["No.", "Sorry!", "What?"])]
    answers.take([{"text": BROKEN, "options": options, "accept": [1], "answer": "accept"}], author="eve")
    assert answers.lines() == [("Sorry!", ">", "No.", "eve"), ("Sorry!", ">", "What?", "eve")]


# --- tables ------------------------------------------------------------------------------------------------------


def test_table_of_labels(mails: Desk) -> None:
    table = "text,Label,author,comment\nNice shop,Praise,ann,lovely\nWhere is it?,order,,\nWhat?,,ann,\n,order,ann,"
    done = mails.take(table, "said.csv")
    assert mails.lines() == [("is", "praise", "ann"), ("is", "order", "me")]
    assert done.notes == ("'Praise' was read as the label 'praise' (1 time)",)
    assert {(one.why, one.line) for one in done.left_out} == {("it has no judgement", 4), ("it has no input", 5)}
    assert done.authors == ("ann", "me")


def test_table_of_pairs_and_of_judged_answers(answers: Desk) -> None:
    answers.take("prompt,chosen,rejected\nHi?,Hello!,No.\nHi?,Hello!,Hello!\n", "pairs.csv")
    table = [
        {"input": "Hi?", "value": "Hello!", "correct": True, "output": "ignored"},
        {"input": "Hi?", "value": "Go away", "correct": "no", "comment": "rude"},
        {"input": "Hi?", "value": "Hm", "correct": "perhaps"},
    ]
    done = answers.take(table, "judged.jsonl", author="ann")
    assert answers.lines() == [("Hello!", ">", "No.", "me"), ("is", "Hello!", "ann"), ("is_not", "Go away", "ann")]
    assert [(one.why, one.line) for one in done.left_out] == [("its 'correct' is neither yes nor no", 3)]


# --- once, whole, and to be taken back -------------------------------------------------------------------------------


def test_the_same_file_again_changes_nothing_and_a_longer_one_adds(mails: Desk) -> None:
    first = [{"input": BROKEN, "label": "complaint"}, {"input": LATE, "label": "order"}]
    assert mails.take(first, "a.jsonl").labels == 2
    talks = len(mails.store.conversations("mail"))
    again = mails.take(first, "b.jsonl")
    assert (again.labels, again.already) == (0, 2)
    assert len(mails.store.conversations("mail")) == talks
    more = mails.take([*first, {"input": "Thanks!", "label": "praise"}, first[0]], "c.jsonl")
    assert (more.labels, more.already) == (1, 3)


def test_what_was_taken_back_stays_so(mails: Desk) -> None:
    mails.take([{"input": BROKEN, "label": "complaint"}], "a.jsonl")
    (one,) = mails.store.feedback("mail")
    mails.store.retract([one.feedback.id], "me")
    mails.take([{"input": BROKEN, "label": "complaint"}], "a.jsonl")
    assert mails.lines() == []


def test_nothing_is_half_imported(mails: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.store import importing

    def breaks(connection: Any, turn: Any, conversation: str, add: Any = importing._add) -> None:
        if turn.critique.text == "stop":
            raise RuntimeError("the disk is gone")
        add(connection, turn, conversation)

    monkeypatch.setattr(importing, "_add", breaks)
    table = [{"input": "a", "label": "order"}, {"input": "b", "label": "order", "comment": "stop"}]
    with pytest.raises(RuntimeError):
        mails.take(table, "a.jsonl")
    assert mails.lines() == [] and mails.store.conversations("mail") == []


def test_nobodys_own_conversation_is_left_for_the_import(mails: Desk) -> None:
    mine = mails.store.start_conversation("mail", "ann")
    mails.take([{"input": BROKEN, "label": "complaint", "author": "ann"}], "a.jsonl")
    assert [talk.id for talk in mails.store.conversations("mail", "ann")] == [mine]


# --- our own exports, changed in the tool -----------------------------------------------------------------------


def label_studio_of_ours(mails: Desk) -> list[dict[str, Any]]:
    said = Label(**shared("k1"), input=BROKEN, op="is", value="order", example_id="mail-1")
    folder = mails.folder / "out"
    folder.mkdir()
    exporter.get("label_studio")(Rows([row(said, words="an order", output="praise")]), folder)
    tasks: list[dict[str, Any]] = json.loads((folder / "data/labels/train.json").read_text("utf-8"))
    return tasks


def test_what_was_changed_in_the_tool_is_its_own_judgement(mails: Desk) -> None:
    (whole,) = label_studio_of_ours(mails)
    changed = copy.deepcopy(whole)
    annotation = changed["annotations"][0]
    annotation["completed_by"] = 3
    next(one for one in annotation["result"] if one["type"] == "choices")["value"]["choices"] = ["complaint"]
    mails.take([whole, changed])
    assert mails.lines() == [
        ("is", "order", "ann"),
        ("is", "complaint", "label-studio-3"),
        ("complaint", ">", "praise", "label-studio-3"),
    ]
    assert mails.words()[0] == "an order"


def test_a_row_of_ours_with_a_label_written_otherwise(mails: Desk) -> None:
    said = Label(**shared("k1"), input=BROKEN, op="is", value="Order")
    pair = Preference(**shared("k2"), input=BROKEN, chosen="Order", rejected="praise")
    mails.folder.joinpath("out").mkdir()
    exporter.get("jsonl")(Rows([row(said), row(pair)]), mails.folder / "out")
    done = take_in(mails.bench, mails.folder / "out")
    assert mails.lines() == [("is", "order", "ann"), ("order", ">", "praise", "ann")]
    assert done.left_out == ()


def test_an_output_that_is_no_label_here_is_kept_aside(mails: Desk) -> None:
    guess = {"model_version": "v0", "result": [choice("urgent")]}
    done = mails.take([task(choice("complaint"), predictions=[guess])])
    assert mails.lines() == [("is", "complaint", "ann@example.org")]
    assert done.fields == ("output",) and mails.kept() == [{"output": "urgent"}]


def test_pairs_of_what_are_no_labels_do_not_fit(mails: Desk) -> None:
    with pytest.raises(UserError, match="the task has no label 'Hello!'"):
        mails.take("input,chosen,rejected\nHi?,Hello!,No.\n", "pairs.csv")


def test_what_was_retracted_does_not_come_back(mails: Desk) -> None:
    said = Label(**shared("k1"), input=BROKEN, op="is", value="order")
    mails.folder.joinpath("out").mkdir()
    exporter.get("jsonl")(Rows([row(said, retracted_at=datetime.now(UTC))]), mails.folder / "out")
    with pytest.raises(UserError, match="1 because it was taken back"):
        take_in(mails.bench, mails.folder / "out")


def test_the_same_store_knows_its_own_export(mails: Desk) -> None:
    mails.take([{"input": BROKEN, "label": "complaint"}, {"input": LATE, "label": "order"}], "a.jsonl")
    for name in ("csv", "jsonl", "parquet", "argilla", "label_studio", "prodigy"):
        out = mails.folder / name
        out.mkdir()
        exporter.get(name)(Rows(list(mails.store.export_rows("mail"))), out)
        assert take_in(mails.bench, out).already == 2, name
    assert len(mails.lines()) == 2


@pytest.mark.parametrize(
    ("one", "name"),
    [
        (task(choice("order") | {"to_name": "shown"}, data={"subject": "Hi", "body": BROKEN}), "label-studio"),
        (record(fields={"subject": "Hi", "body": BROKEN}, responses={"kind": [{"value": "order"}]}), "argilla"),
        (
            {"subject": "Hi", "body": BROKEN, "label": "order", "answer": "accept", "_task_hash": 1, "_input_hash": 2},
            "prodigy",
        ),
        ({"subject": "Hi", "body": BROKEN, "label": "order"}, "csv"),
    ],
)
def test_the_field_with_the_input_can_be_named(mails: Desk, one: dict[str, Any], name: str) -> None:
    if name == "csv":
        with pytest.raises(UserError, match="holds no feedback that is known here"):
            mails.take([one])
    else:
        with pytest.raises(
            UserError, match=r"not clear which field is the input, of 'subject', 'body'.*: name it with"
        ):
            mails.take([one])
    done = mails.take([one], field="body")
    (kept,) = mails.store.feedback("mail")
    assert isinstance(kept.feedback, Label)
    assert (kept.feedback.input, kept.feedback.value) == (BROKEN, "order")
    assert [field.rpartition(".")[2] for field in done.fields] == ["subject"]
    assert [*done.files.values()] == [name]


def test_an_import_into_any_database(store: Store, tmp_path: Path) -> None:
    desk = Desk(tmp_path, "order", "complaint")
    desk.bench = Workbench(desk.bench.task, store, desk.bench.settings)
    table = [{"input": "a", "label": "order"}, {"input": "b", "label": "complaint", "comment": "\x00 broken \ud800"}]
    assert (desk.take(table).labels, desk.take(table).already) == (2, 2)
    assert [row.words for row in store.export_rows("mail")] == ["", "\x00 broken \ud800"]
    assert store.verify() == []
    desk.store.close()


# --- bad files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name", "options", "said"),
    [
        ('[{"a": 1, "b": 2}]', "x.json", {}, "holds no feedback that is known here: its records have 'a', 'b'"),
        ("{", "x.json", {}, "has no record that can be read: line 1 is not valid JSON"),
        ("[", "x.json", {}, "is not valid JSON"),
        ("input,label\na,order\n", "x.csv", {"format": "label-studio"}, "is none of label-studio: .* 'input', 'label'"),
        ("input,label\na,order\n", "x.csv", {"format": "labelbox"}, "There is no importer 'labelbox'"),
        ("hello", "x.docx", {}, "has a format that can't be read"),
        ('[{"input": {"a": 1}, "label": "order"}]', "x.json", {}, "1 because its input is no text"),
        ('[{"input": "a", "label": ["order"]}]', "x.json", {}, "the task has no label"),
    ],
)
def test_bad_files_are_said_in_one_sentence(
    mails: Desk, content: str, name: str, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserError, match=said) as wrong:
        mails.take(content, name, **options)
    assert "\n" not in str(wrong.value)
    assert mails.lines() == [] and mails.store.conversations("mail") == []


def test_lines_that_can_not_be_read_are_counted(mails: Desk) -> None:
    done = mails.take('{"input": "a", "label": "order"}\n{"input": "b"\n', "x.jsonl")
    assert [(one.count, one.why, one.line) for one in done.left_out] == [(1, "it can't be read", 2)]
    assert any("line 2 is not valid JSON" in note for note in done.notes)


def whole_records() -> Iterator[tuple[str, dict[str, Any]]]:
    """Records with all that a format may hold."""
    marked = {"from_name": "evidence", "to_name": "text", "type": "labels"}
    marked |= {"value": {"start": 0, "end": 2, "text": "My", "labels": ["for"]}}
    yield "label_studio", task(choice("order"), marked, predictions=[{"result": [choice("praise")]}])
    pair = {"from_name": "better", "to_name": "a1,a2", "type": "pairwise", "value": {"selected": "right"}}
    rank = {"from_name": "rank", "to_name": "items", "type": "ranker", "value": {"ranker": {"rank": ["x", "y"]}}}
    items = [{"id": "x", "body": "one"}, {"id": "y", "body": "two"}]
    yield "label_studio", task(pair, rank, data={"text": BROKEN, "a1": "No.", "a2": "Sorry!", "items": items})
    spans = [{"value": [{"start": 0, "end": 2, "label": "for"}], "user_id": "u1"}]
    given = {"kind": [{"value": "order", "user_id": "u1"}], "evidence": spans}
    yield "argilla", record(responses=given, suggestions={"kind": {"value": "praise"}}, metadata={"a": 1})
    ranks = [{"value": [{"value": "r1", "rank": 1}, {"value": "r2", "rank": 2}], "user_id": "u1"}]
    yield "argilla", record(fields={"prompt": BROKEN, "r1": "No.", "r2": "Sorry!"}, responses={"best": ranks})
    yield "open_webui", thumb(1, sibling_model_ids=["qwen"])
    spans = [{"start": 0, "end": 2, "text": "My", "label": "for"}]
    yield "prodigy", {"text": BROKEN, "label": "order", "answer": "accept", "spans": spans, "sayso": {}, "meta": {}}
    options = [{"id": "a", "text": "Sorry!"}, {"id": "b", "text": "No."}]
    yield "prodigy", {"text": BROKEN, "options": options, "accept": ["a"], "answer": "accept", "comment": ""}
    beside = {"author": "ann", "comment": "", "created_at": "2026-01-01", "aspect": "tone", "output": "praise"}
    yield "csv", {"input": BROKEN, "label": "order", "chosen": "a", "rejected": "b", **beside}
    yield "csv", {"input": BROKEN, "value": "order", "correct": "yes", **beside}


@pytest.mark.parametrize(("name", "whole"), [*whole_records()])
def test_odd_values_anywhere_are_no_crash(tmp_path: Path, name: str, whole: dict[str, Any]) -> None:
    """Every value of a record, at any depth, is replaced by every kind of nonsense."""

    def variants(value: Any) -> Iterator[Any]:
        yield from (None, 0, "x", [], [1], {}, {"x": 1}, [{"value": None}], {"result": 3}, [[]])
        if isinstance(value, dict):
            for key in value:
                for other in variants(value[key]):
                    yield value | {key: other}
        elif isinstance(value, list):
            for at, one in enumerate(value):
                for other in variants(one):
                    yield [*value[:at], other, *value[at + 1 :]]

    path, labels = tmp_path / "odd.jsonl", ("order", "complaint", "praise") if '"order"' in json.dumps(whole) else ()
    some = [whole, *(one for one in variants(whole) if isinstance(one, dict))]
    for one in some:
        records = Records([(1, json.loads(json.dumps(one)))], labels)
        assert [*importer.get(name)(records)] or records.skipped, one
    path.write_text("\n".join(map(json.dumps, some)), encoding="utf-8")
    desk = Desk(tmp_path, *labels)
    done = take_in(desk.bench, path, format=name)
    assert done.labels + done.preferences and desk.store.verify() == []
    desk.store.close()


# --- the command ---------------------------------------------------------------------------------------------------


def sayso(home: Path, *words: str) -> Any:
    return CliRunner().invoke(app, [*words, "--home", str(home)])


def test_the_command_imports_lists_and_takes_back(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "said.csv"
    file.write_text("input,label,mood\nA fine film,positive,7\nA bore,negative,2\nHm,so-so,4\n", encoding="utf-8")
    done = sayso(home, "import", str(file), "--task", "sentiment", "--as", "ann")
    assert done.exit_code == 0, done.output
    assert "'sentiment' has new feedback: 2 labels, of ann." in done.stdout
    assert "was read as csv (guessed; name another with --from)." in done.stderr
    assert "Left out: 1 because the task has no label 'so-so' (line 4)." in done.stderr
    assert "Kept beside the feedback, and not used: mood." in done.stderr
    listed = json.loads(sayso(home, "feedback", "list", "--json").stdout)
    assert [(one["input"], one["value"], one["author"]) for one in listed] == [
        ("A fine film", "positive", "ann"),
        ("A bore", "negative", "ann"),
    ]
    again = json.loads(sayso(home, "import", str(file), "--json").stdout)
    assert (again["labels"], again["already"]) == (0, 2)
    assert sayso(home, "feedback", "retract", "1").exit_code == 0
    assert len(json.loads(sayso(home, "feedback", "list", "--json").stdout)) == 1


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    done = sayso(tmp_path / "home", "import", str(tmp_path / "none.json"), "--task", "sentiment")
    assert done.exit_code == 2 and "There is no file" in done.stderr


def test_a_new_task_of_named_labels(tmp_path: Path) -> None:
    data = tmp_path / "mails.csv"
    data.write_text("text\nWhere is it?\nThanks\n", encoding="utf-8")
    file = tmp_path / "said.jsonl"
    file.write_text('{"input": "Thanks", "label": "praise"}\n', encoding="utf-8")
    words = ("--task", "classify", "--data", str(data), "--labels", "order, praise")
    done = sayso(tmp_path / "home", "import", str(file), *words)
    assert done.exit_code == 0, done.output
    with Store.open(f"sqlite:///{tmp_path}/home/sayso.db") as store:
        assert [(spec.name, spec.labels) for spec in store.tasks()] == [("mails", ("order", "praise"))]
        assert [one.feedback.input for one in store.feedback("mails")] == ["Thanks"]
