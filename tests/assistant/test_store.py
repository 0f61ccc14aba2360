"""The Store keeps what it was told, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from assistant.errors import UserError
from assistant.parsers import Usage
from assistant.store import AdapterRow, MomentRow, Store, worker_name
from assistant.store import migrate as migrate_module
from assistant.store import tables as t
from assistant.store.rows import Comment, Gold, Plan
from assistant.types import (
    Act,
    Constraint,
    Context,
    Critique,
    Feedback,
    Gesture,
    Label,
    LabelAct,
    OnScreen,
    Output,
    Preference,
    Reading,
    TaskSpec,
    new_id,
    now,
)

READING = Reading(
    acts=(Act(kind="label", targets=("#1",), label=LabelAct(op="is", value="complaint")),), confidence=0.9
)


def label(critique: Critique, reading: str, task: str = "mail", **over: Any) -> Label:
    fields = {"input": "broken", "op": "is", "value": "complaint", "example_id": "e1"} | over
    return Label(task=task, author=critique.author, critique=critique.id, reading=reading, **fields)


def rule(critique: Critique, reading: str, task: str = "mail", **over: Any) -> Constraint:
    fields = {"property": "contains", "operator": "contains", "value": "refund"} | over
    return Constraint(task=task, author=critique.author, critique=critique.id, reading=reading, **fields)


def turn(store: Store, *make: Any, text: str = "no", author: str = "ann", task: str = "mail") -> list[Feedback]:
    """A whole turn in a conversation of its own; gives the feedback that `make` made."""
    critique = Critique(
        conversation=store.start_conversation(task, author), author=author, text=text,
        context=Context(outputs=(OnScreen(id="#1", value="order", example_id="e1"),)),
    )  # fmt: skip
    reading = new_id()
    feedback = [one(critique, reading) for one in make or (label,)]
    store.record(critique, READING, "scripted", "1", feedback=feedback, reading_id=reading)
    return feedback


def learn(store: Store, feedback: list[Feedback], parent: str | None = None, task: str = "mail") -> AdapterRow:
    record = AdapterRow(task=task, parent=parent, folder="f", sha256="0" * 64)
    return store.add_adapter(record, (one.id for one in feedback))


def ids(rows: list[Any]) -> list[str]:
    return [row.feedback.id for row in rows]


def count(store: Store, table: str) -> int:
    with store.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(t.metadata.tables[table])).scalar_one()


# --- opening -----------------------------------------------------------------------------------------------


def test_models_and_migrations_agree(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.writing() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, t.metadata) == []


def test_opening_again_finds_everything(store: Store, store_url: str) -> None:
    said = turn(store)
    with Store.open(store_url) as again:
        assert ids(again.feedback("mail")) == [said[0].id]
        assert again.verify() == []


def test_two_processes_open_a_new_database_at_once(store_url: str) -> None:
    code = "import sys; from assistant.store import Store; Store.open(sys.argv[1]).close()"
    both = [subprocess.Popen([sys.executable, "-c", code, store_url]) for _ in range(2)]
    assert [one.wait(60) for one in both] == [0, 0]


def test_many_connections_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    for turn in range(20):  # before we waited for the log's switch, one turn in ten failed
        url = f"sqlite:///{tmp_path / str(turn)}.db"
        start = threading.Barrier(4)

        def opened(url: str = url, start: threading.Barrier = start) -> None:
            start.wait()
            Store.open(url).close()

        with ThreadPoolExecutor(4) as pool:
            for one in [pool.submit(opened) for _ in range(4)]:
                one.result()


def test_a_database_of_a_newer_sayso_is_refused(store: Store, store_url: str) -> None:
    with store.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UserError, match=r"newer Sayso \(step 9999\)"):
        Store.open(store_url)


def test_steps_are_numbered_without_gaps() -> None:
    numbers = sorted(file.name[:4] for file in (migrate_module.FOLDER / "versions").glob("0*.py"))
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("url", ["", "mail.db", "sqlite://", "sqlite:///:memory:", "mysql://a@b/c"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(UserError, match="address is"):
        Store.open(url)


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="can't be reached") as caught:
        Store.open(f"postgresql://ann:secret@/sayso?host={tmp_path}")
    assert "secret" not in str(caught.value) and "\n" not in str(caught.value)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "sayso.db"
    file.write_text("my holiday diary, " * 100)
    with pytest.raises(UserError, match="is not a database"):
        Store.open(f"sqlite:///{file}")
    assert file.read_text() == "my holiday diary, " * 100


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(UserError, match="can't be made"):
        Store.open(f"sqlite:///{tmp_path}/home/sayso.db")


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without root's right to write everywhere. Whoever is not root is held back by permissions anyway."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def locked_folder() -> Iterator[Path]:
    """A folder with a good database, which nobody may write to; tmp_path is closed to others altogether."""
    folder = Path(tempfile.mkdtemp(prefix="sayso-ro-", dir="/tmp"))
    with Store.open(f"sqlite:///{folder}/sayso.db") as store:
        turn(store)
    (folder / "sayso.db").chmod(0o444)
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["sayso.db", "new.db", "new/sayso.db"])
def test_a_read_only_folder(locked_folder: Path, name: str) -> None:
    with as_nobody(), pytest.raises(UserError, match=r"read-only|can't be opened|can't be made"):
        Store.open(f"sqlite:///{locked_folder / name}")


def test_a_database_that_turns_read_only_loses_nothing(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:
        said = turn(store)
        event.listen(store.engine, "checkout", lambda connection, *_: connection.execute("PRAGMA query_only=ON"))
        with pytest.raises(UserError, match="read-only"):
            turn(store)
        assert ids(store.feedback("mail")) == [said[0].id]


def test_a_full_disk_loses_nothing_and_writes_nothing_half(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:
        limit = "PRAGMA max_page_count=110"
        event.listen(store.engine, "checkout", lambda connection, *_: connection.execute(limit))
        kept: list[str] = []
        with pytest.raises(UserError, match="disk is full"):
            for _ in range(100):
                kept += [one.id for one in turn(store, label, rule, text="no " * 2000)]
        assert ids(store.feedback("mail")) == kept
        assert len(kept) >= 2 and count(store, "critiques") == len(kept) / 2
        limit = "PRAGMA max_page_count=100000"
        turn(store)
        assert store.verify() == []


def test_a_lock_that_stays_is_one_sentence(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.store.database.BUSY_SECONDS", 0.1)
    with Store.open(sqlite_url) as store:
        other = sqlite3.connect(store.file or "", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UserError, match="locked by another program"):
            turn(store)
        other.close()
        turn(store)


def test_sqlite_keeps_what_it_acknowledged(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store, store.reading() as connection:
        said = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert said == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


# --- append-only -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", t.APPEND_ONLY)
def test_no_row_can_be_changed_or_removed(store: Store, table: str) -> None:
    fill(store)
    assert count(store, table) > 0
    column = next(iter(t.metadata.tables[table].columns)).name
    for change in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
        with pytest.raises(UserError, match="append-only"), store.writing() as connection:
            connection.execute(sa.text(change))


def fill(store: Store) -> None:
    """At least one row in every table."""
    store.save_task(TaskSpec(name="mail"))
    store.write_guideline("mail", "be fair", "ann")
    two = [Output(example_id="e1", value="order"), Output(example_id="e1", value="praise")]
    store.save_outputs("mail", two)
    store.add_trial("mail", "ann", two[0].id, two[1].id, "first")
    said = turn(store)
    talk = store.conversations("mail")[0].id
    row = MomentRow(task="mail", author="ann", conversation=talk, output=two[0].id, example="e1", input="where is it")
    store.add_moment(row)
    store.meet(row.id, "dismissed", "ann")
    store.add_implicit("mail", "ann", two[0].id, "copied")
    store.used(said[0].reading, Usage(calls=1, tokens_in=9, tokens_out=None))
    store.vote(store.say(talk, "person", "hello"), "ann", True)
    store.confirm_act(said[0].reading, 0, "ann")
    store.decide(said[0].reading, "ann", "confirmed")
    adapter = learn(store, said)
    store.go_live("mail", adapter.id, "ann", "better")
    store.retract([said[0].id], "ann")
    store.set_member("mail", "ann", "owner", "ann")
    store.set_plan(Plan(task="mail", overlap=2, author="ann"))
    store.set_golds([Gold(task="mail", example_id="e2", value="order", author="ann")])
    store.add_comment(Comment(task="mail", example_id="e1", feedback=said[0].id, author="ann", text="rude"))
    assert store.reserve("mail", "e1", "bob", 2, now() + timedelta(minutes=5))
    assert store.claim_job(store.add_job("mail", "learn", {}, "ann"), worker_name())


# --- talk --------------------------------------------------------------------------------------------------


def test_a_task_is_kept_in_versions(store: Store) -> None:
    first, second = TaskSpec(name="mail", labels=("a", "b")), TaskSpec(name="mail", labels=("a", "b", "c"))
    for spec in (first, first, second, TaskSpec(name="other")):
        store.save_task(spec)
    assert store.task_spec("mail") == second
    assert [spec.name for spec in store.tasks()] == ["mail", "other"]
    assert count(store, "tasks") == 3
    with pytest.raises(UserError, match=r"'nope'.*there is: 'mail', 'other'"):
        store.task_spec("nope")


def test_conversations_come_newest_first_with_the_first_words_of_the_person(store: Store) -> None:
    first, second = store.start_conversation("mail", "ann"), store.start_conversation("mail", "bob")
    store.start_conversation("other", "ann")
    store.say(first, "sayso", "good day", {"kind": "greeting", "n": [1, None]})
    store.say(first, "person", "hello")
    store.say(first, "person", "and goodbye")
    assert [(one.id, one.words) for one in store.conversations("mail")] == [
        (second, None),
        (first, "hello"),
    ]
    assert [one.id for one in store.conversations("mail", author="ann")] == [first]


def test_messages_and_thumbs(store: Store) -> None:
    talk = store.start_conversation("mail", "ann")
    hello, card = store.say(talk, "person", "hello"), store.say(talk, "sayso", "hi", {"a": 1})
    store.vote(card, "ann", True)
    store.vote(card, "bob", True)
    store.vote(card, "ann", False)
    store.vote(hello, "ann", True)
    store.vote(hello, "ann", None)
    said = store.messages(talk)
    assert [(one.seq, one.role, one.text, one.card) for one in said] == [
        (hello, "person", "hello", None), (card, "sayso", "hi", {"a": 1})
    ]  # fmt: skip
    assert [one.votes for one in said] == [{}, {"ann": False, "bob": True}]
    assert [one.seq for one in store.messages(talk, after=hello)] == [card]
    with pytest.raises(UserError, match="nothing was written"):
        store.vote(10_000, "ann", True)
    with pytest.raises(UserError, match="nothing was written"):
        store.say("nowhere", "person", "hello")


def test_guidelines_are_kept_in_versions(store: Store) -> None:
    assert store.guideline("mail").version == 0
    store.write_guideline("mail", "be kind", "ann")
    store.write_guideline("mail", "be kind", "bob")
    assert store.write_guideline("mail", "be fair", "bob") == store.guideline("mail")
    assert (store.guideline("mail").version, store.guideline("mail").text) == (2, "be fair")


def test_outputs(store: Store) -> None:
    output = Output(example_id="e1", value={"label": "order"}, score=None, scores={"order": 0.4})
    store.save_outputs("mail", [output])
    store.save_outputs("mail", [output])
    assert store.output(output.id) == output
    with pytest.raises(UserError, match="another content"):
        store.save_outputs("mail", [output.model_copy(update={"value": "spam"})])
    with pytest.raises(UserError, match="no output 'nope'"):
        store.output("nope")


# --- hearing -----------------------------------------------------------------------------------------------


def test_a_turn_is_kept_whole(store: Store) -> None:
    talk = store.start_conversation("mail", "ann")
    earlier = turn(store)[0]
    critique = Critique(conversation=talk, author="ann", text="no, a complaint")
    new = label(critique, "r1")
    said: Any = [("person", "no, a complaint", None), ("sayso", "I understood", {"acts": 1})]
    assert store.record(critique, READING, "p", "2", [new], [earlier.id], messages=said) == "r1"
    rows = store.feedback("mail", active=False)
    assert [(row.seq, row.feedback, row.active) for row in rows] == [(1, earlier, False), (2, new, True)]
    assert [one.text for one in store.messages(talk)] == ["no, a complaint", "I understood"]
    assert store.count_feedback("mail") == 1


@pytest.mark.parametrize(
    ("broken", "match"),
    [
        ({"retract": ["nope"]}, "no feedback 'nope'"),
        ({"replaces": "nope"}, "nothing was written"),
        ({"feedback": "other critique"}, "names critique 'c0'"),
        ({"feedback": "unstorable"}, "can't be stored"),
    ],
)
def test_a_turn_with_a_mistake_leaves_nothing(store: Store, broken: dict[str, Any], match: str) -> None:
    talk = store.start_conversation("mail", "ann")
    critique = Critique(conversation=talk, author="ann", text="no")
    wrong = {"other critique": {"critique": "c0"}, "unstorable": {"input": {1, 2}}}
    if "feedback" in broken:
        made = label(critique, "r1").model_copy(update=wrong[broken["feedback"]])
        broken = {"feedback": [label(critique, "r1"), made]}
    with pytest.raises(UserError, match=match):
        store.record(critique, READING, "p", "1", messages=[("person", "no", None)], reading_id="r1", **broken)
    assert [count(store, name) for name in ("critiques", "readings", "feedback", "messages")] == [0, 0, 0, 0]


def test_the_same_turn_twice_is_one(store: Store) -> None:
    talk = store.start_conversation("mail", "ann")
    critique = Critique(conversation=talk, author="ann", text="no")
    for reading in ("r1", "r2"):
        said: Any = [("person", "no", None)]
        again = store.record(critique, READING, "p", "1", [label(critique, reading)], messages=said)
        assert again == "r1"
    assert [row.feedback.reading for row in store.feedback("mail")] == ["r1"]
    assert len(store.messages(talk)) == 1


def test_words_are_never_edited(store: Store) -> None:
    critique = Critique(conversation=store.start_conversation("mail", "ann"), author="ann", text="no")
    store.record(critique, READING, "p", "1")
    with pytest.raises(UserError, match="with other words"):
        store.record(critique.model_copy(update={"text": "yes"}), READING, "p", "1")
    with pytest.raises(UserError, match="no conversation 'nowhere'"):
        store.record(Critique(conversation="nowhere", author="ann", text="no"), READING, "p", "1")


def test_a_reading_is_corrected_by_another(store: Store) -> None:
    critique = Critique(conversation=store.start_conversation("mail", "ann"), author="ann", text="no")
    wrong = label(critique, "r1", value="spam")
    store.record(critique, READING, "p", "1", [wrong])
    better = READING.model_copy(update={"confidence": 1.0})
    right = label(critique, "r2")
    store.record(critique, better, "person", "1", [right], [wrong.id], replaces="r1")
    store.decide("r1", "ann", "corrected")
    back = label(critique, "r3", value="spam")
    assert store.record(critique, READING, "person", "1", [back], [right.id], replaces="r2") == "r3"
    assert ids(store.feedback("mail")) == [back.id]
    assert [row.confirmed for row in store.export_rows("mail", include_retracted=True)] == [True, True, True]


def test_a_decision_brings_or_takes_feedback(store: Store) -> None:
    critique = Critique(conversation=store.start_conversation("mail", "ann"), author="ann", text="no")
    store.record(critique, READING, "p", "1", reading_id="r1")
    mine = label(critique, "r1")
    store.decide("r1", "ann", "confirmed", feedback=[mine], messages=[("note", "confirmed", None)])
    assert ids(store.feedback("mail")) == [mine.id]
    store.decide("r1", "ann", "rejected", retract=[mine.id])
    assert store.feedback("mail") == []
    assert [row.confirmed for row in store.export_rows("mail", include_retracted=True)] == [False]
    with pytest.raises(UserError, match="no reading 'nope'"):
        store.decide("nope", "ann", "confirmed")


def test_a_yes_to_one_act_is_kept_beside_the_decisions(store: Store) -> None:
    critique = Critique(conversation=store.start_conversation("mail", "ann"), author="ann", text="no")
    store.record(critique, READING, "p", "1", reading_id="r1")
    mine = label(critique, "r1")
    store.confirm_act("r1", 1, "ann", feedback=[mine])
    assert ids(store.feedback("mail")) == [mine.id]
    assert store.confirmed_acts(["r1", "other"]) == {"r1": {1}} and store.states(["r1"]) == {}
    with pytest.raises(UserError, match="no reading 'nope'"):
        store.confirm_act("nope", 0, "ann")


def test_retracting_twice_is_once(store: Store) -> None:
    said = turn(store, label, label)
    store.retract([said[0].id], "ann", why="I was wrong")
    store.retract([said[0].id, said[0].id], "bob")
    assert store.count_feedback("mail") == 1
    assert count(store, "feedback_events") == 1
    with pytest.raises(UserError, match="no feedback 'nope'"):
        store.retract([said[1].id, "nope"], "ann")
    assert store.count_feedback("mail") == 1


# --- asking for feedback -----------------------------------------------------------------------------------


def test_feedback_by_everything(store: Store) -> None:
    mine = turn(store, label, rule)
    his = turn(store, label, author="bob")
    turn(store, task="other", *[lambda c, r: label(c, r, task="other")])  # noqa: B026
    all_ids = [one.id for one in (*mine, *his)]
    assert ids(store.feedback("mail")) == all_ids
    assert ids(store.feedback("mail", after=1)) == all_ids[1:]
    assert ids(store.feedback("mail", limit=2)) == all_ids[:2]
    assert ids(store.feedback("mail", kinds=["label"])) == [mine[0].id, his[0].id]
    assert ids(store.feedback("mail", author="bob")) == [his[0].id]
    assert ids(store.feedback("mail", critique=mine[0].critique)) == all_ids[:2]
    assert ids(store.feedback("mail", reading=his[0].reading)) == [his[0].id]
    assert ids(store.feedback("mail", ids=[his[0].id, mine[1].id, "nope"])) == [mine[1].id, his[0].id]
    assert store.feedback("mail", ids=[]) == []


def test_rules_hold_where_they_should(store: Store) -> None:
    everywhere, item, here = turn(
        store,
        rule,
        lambda c, r: rule(c, r, scope="item", example_id="e1"),
        lambda c, r: rule(c, r, scope="session"),
    )
    talk = store.conversations("mail")[0].id
    assert ids(store.rules("mail")) == [everywhere.id, item.id]
    assert ids(store.rules("mail", talk)) == [everywhere.id, item.id, here.id]
    assert ids(store.rules("mail", "elsewhere", example_id="e2")) == [everywhere.id]
    assert ids(store.rules("mail", talk, example_id="e1")) == [everywhere.id, item.id, here.id]
    store.retract([item.id], "ann")
    assert ids(store.rules("mail")) == [everywhere.id]


def test_a_rule_is_switched_off_and_on(store: Store) -> None:
    said = turn(store, rule)[0]
    for on in (False, True, False):
        store.switch(said.id, on, "ann")
        assert [row.on for row in store.rules("mail")] == [on]
    assert [row.active for row in store.rules("mail")] == [True]
    with pytest.raises(UserError, match="no feedback 'nope'"):
        store.switch("nope", True, "ann")


def test_a_sample_is_the_same_for_a_seed_and_leaves_out_what_it_should(store: Store) -> None:
    said = turn(store, *[label] * 40, *[rule] * 5)
    store.retract([said[0].id], "ann")
    found = ids(store.sample_feedback("mail", 10, seed=1, not_ids=[said[1].id]))
    assert len(set(found)) == 10
    assert found == ids(store.sample_feedback("mail", 10, seed=1, not_ids=[said[1].id]))
    assert found != ids(store.sample_feedback("mail", 10, seed=2, not_ids=[said[1].id]))
    everything = ids(store.sample_feedback("mail", 100, seed=3, not_ids=[said[1].id]))
    assert sorted(everything) == sorted(one.id for one in said[2:40])
    assert store.sample_feedback("nothing", 5, seed=0) == []


def test_a_sample_is_uniform(store: Store) -> None:
    said = turn(store, *[label] * 20)
    drawn = [id for seed in range(200) for id in ids(store.sample_feedback("mail", 2, seed=seed))]
    counts = [drawn.count(one.id) for one in said]
    # 400 draws of 20: mean 20, standard deviation 4.2
    assert max(abs(n - 20) for n in counts) < 4 * 4.2


def test_which_examples_were_criticised(store: Store) -> None:
    long = "e" * 100_000
    first = turn(store)[0]
    turn(store, lambda c, r: label(c, r, example_id=long), lambda c, r: label(c, r, example_id=None))
    assert store.criticised("mail") == {"e1", long}
    assert store.criticised("mail", limit=2) == {long}
    assert store.was_criticised("mail", ["e1", "e2", long]) == {"e1", long}
    store.retract([first.id], "ann")
    assert store.was_criticised("mail", ["e1", "e2"]) == set()


def test_rows_leave_with_their_provenance(store: Store) -> None:
    better = {"input": "broken", "chosen": "complaint", "rejected": "order", "example_id": "e1"}
    turn(store, lambda c, r: Preference(task="mail", author=c.author, critique=c.id, reading=r, **better))
    critique = Critique(conversation=store.start_conversation("mail", "bob"), author="bob", text="",
                        gesture=Gesture(kind="thumb", value=True))  # fmt: skip
    store.record(critique, READING, "p", "2", [label(critique, "r2")])
    store.decide("r2", "bob", "confirmed")
    first, second = store.export_rows("mail")
    assert (first.words, first.output, first.confirmed, first.parser_version) == ("no", "order", None, "1")
    assert first.reading == READING.contract()
    assert second.gesture is not None and '"thumb"' in second.gesture
    assert (second.output, second.confirmed, second.conversation) == (None, True, critique.conversation)
    assert list(store.export_rows("mail", confirmed_only=True)) == [second]
    assert list(store.export_rows("mail", author="ann")) == [first]
    assert list(store.export_rows("mail", since=now() + timedelta(hours=1))) == []
    assert list(store.export_rows("mail", until=now() + timedelta(hours=1))) == [first, second]
    assert list(store.export_rows("mail", until=first.feedback.created_at)) == []
    store.retract([first.feedback.id], "ann")
    assert list(store.export_rows("mail")) == [second]
    gone = next(store.export_rows("mail", include_retracted=True))
    assert gone.retracted_at is not None and abs(gone.retracted_at - now()) < timedelta(minutes=1)


def test_an_export_goes_on_over_chunks(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.store.provenance.CHUNK", 3)
    said = turn(store, *[label] * 10)
    assert [row.feedback.id for row in store.export_rows("mail")] == [one.id for one in said]


# --- adapters ----------------------------------------------------------------------------------------------


def test_adapters_are_numbered_found_and_repeated_safely(store: Store) -> None:
    said = turn(store)
    assert store.next_number("mail") == 1
    first = learn(store, said)
    second = learn(store, [], parent=first.id)
    assert [one.number for one in store.adapters("mail")] == [1, 2]
    assert store.add_adapter(first, [said[0].id]) == first
    for which in (first.id, 1, "1", "v1"):
        assert store.adapter(which, "mail") == first
    with pytest.raises(UserError, match="no adapter 3; there are the numbers 1 to 2"):
        store.adapter(3, "mail")
    with pytest.raises(UserError, match="nothing was written"):
        store.add_adapter(AdapterRow(task="mail", number=2, folder="f", sha256="x"))
    with pytest.raises(UserError, match="1 pieces of feedback"):
        store.add_adapter(AdapterRow(task="mail", folder="f", sha256="x"), ["nope"])
    assert store.learned(first.id) == [said[0].id] and store.learned(second.id) == []
    assert store.adapters_that_learned(said[0].id) == [first]


def test_which_adapter_is_live(store: Store) -> None:
    assert store.live("mail") is None
    adapter = learn(store, turn(store))
    store.go_live("mail", adapter.id, "ann", "better")
    assert store.live("mail") == adapter
    store.go_live("mail", None, "ann", "back to the start")
    assert store.live("mail") is None
    with pytest.raises(UserError, match="'other' has no adapter"):
        store.go_live("other", adapter.id, "ann", "")


def test_new_is_what_no_ancestor_learned(store: Store) -> None:
    one, two, three, four = (turn(store)[0] for _ in range(4))
    assert ids(store.new_feedback("mail", None)) == [one.id, two.id, three.id, four.id]
    first = learn(store, [one])
    second = learn(store, [three], parent=first.id)  # two was left out: a straggler
    branch = learn(store, [two], parent=first.id)
    assert ids(store.new_feedback("mail", first.id)) == [two.id, three.id, four.id]
    assert ids(store.new_feedback("mail", second.id)) == [two.id, four.id]
    assert ids(store.new_feedback("mail", branch.id)) == [three.id, four.id]
    third = learn(store, [two, four], parent=second.id)
    assert store.new_feedback("mail", third.id) == []
    five = turn(store)[0]
    assert ids(store.new_feedback("mail", third.id)) == [five.id]
    store.retract([two.id, five.id], "ann")
    assert ids(store.new_feedback("mail", second.id)) == [four.id]
    assert store.new_feedback("mail", third.id) == []
    with pytest.raises(UserError, match="no adapter 'nope'"):
        store.new_feedback("mail", "nope")


def test_new_feedback_agrees_with_a_plain_count_over_random_histories(store: Store) -> None:
    import random

    chance = random.Random(0)
    learned: dict[str | None, set[str]] = {None: set()}
    said: list[str] = []
    for _ in range(60):
        said += [one.id for one in turn(store, *[label] * chance.randrange(1, 3))]
        if chance.random() < 0.3:
            store.retract([chance.choice(said)], "ann")
        parent = chance.choice([*learned][-3:])
        new = ids(store.new_feedback("mail", parent))
        gone = {row.feedback.id for row in store.feedback("mail", active=False) if not row.active}
        assert new == [id for id in said if id not in learned[parent] | gone]
        taught = [id for id in new if chance.random() < 0.8]
        adapter = store.add_adapter(AdapterRow(task="mail", parent=parent, folder="f", sha256="x"), taught)
        learned[adapter.id] = learned[parent] | {*taught}


def test_the_youngest_ancestor_without_what_was_taken_back(store: Store) -> None:
    one, two, three = (turn(store)[0] for _ in range(3))
    first = learn(store, [one])
    second = learn(store, [two], parent=first.id)
    third = learn(store, [three], parent=second.id)
    assert store.clean_ancestor("mail", third.id) == third
    store.retract([two.id], "ann")
    assert store.clean_ancestor("mail", third.id) == first
    assert store.clean_ancestor("mail", first.id) == first
    store.retract([three.id], "ann")
    assert store.clean_ancestor("mail", third.id) == first
    store.retract([one.id], "ann")
    assert store.clean_ancestor("mail", third.id) is None


# --- jobs --------------------------------------------------------------------------------------------------


def test_a_job_from_queued_to_done(store: Store) -> None:
    job = store.add_job("mail", "learn", {"seed": 3, "why": None}, "ann")
    store.add_job("other", "learn", {}, "ann")
    store.job_event(job, "running", 0.5, "half-way")
    row = store.job(job)
    assert (row.state, row.progress, row.text, row.params) == (
        "running",
        0.5,
        "half-way",
        {"seed": 3, "why": None},
    )
    assert [one.id for one in store.jobs("mail", open_only=True)] == [job]
    assert len(store.jobs(open_only=True)) == 2
    store.job_event(job, "failed", text="the disk is full")
    assert store.jobs("mail", open_only=True) == []
    assert [one.state for one in store.jobs("mail")] == ["failed"]
    store.job_event(job, "queued")
    assert [one.id for one in store.jobs("mail", open_only=True)] == [job]
    with pytest.raises(UserError, match="no job 'nope'"):
        store.job_event("nope", "done")
    with pytest.raises(UserError, match="no job 'nope'"):
        store.job("nope")
    with pytest.raises(UserError, match="from 0 to 1"):
        store.job_event(job, "running", 50)


def test_one_worker_at_a_time(store: Store) -> None:
    job = store.add_job("mail", "learn", {}, "ann")
    won: list[bool] = []
    threads = [threading.Thread(target=lambda: won.append(store.claim_job(job, worker_name()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]
    store.job_event(job, "done", 1.0)
    assert not store.claim_job(job, "elsewhere:1:1")
    store.job_event(job, "queued", text="again")
    assert store.claim_job(job, worker_name())


def test_the_job_of_a_dead_worker_can_be_claimed_at_once(store: Store) -> None:
    job = store.add_job("mail", "learn", {}, "ann")
    code = "from assistant.store import worker_name; print(worker_name())"
    dead = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert store.claim_job(job, dead)
    store.job_event(job, "running", 0.1)
    assert store.claim_job(job, worker_name())
    assert not store.claim_job(job, dead)


def test_a_silent_worker_elsewhere_loses_its_job(store: Store) -> None:
    job = store.add_job("mail", "learn", {}, "ann")
    assert store.claim_job(job, "elsewhere:1:1")
    assert not store.claim_job(job, worker_name())
    time.sleep(0.02)
    assert store.claim_job(job, worker_name(), lease_seconds=0.01)


# --- several at once ---------------------------------------------------------------------------------------


def test_many_threads_write_and_read_at_once(store: Store) -> None:
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(5):
                turn(store, label, rule)
                store.rules("mail")
                store.sample_feedback("mail", 4, seed=0)
        except BaseException as wrong:
            errors.append(wrong)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert [row.seq for row in store.feedback("mail")] == [*range(1, 81)]
    assert store.verify() == []


def test_a_second_server_is_told_of_the_first(store: Store, store_url: str) -> None:
    store.lock_server()
    store.lock_server("worker")
    with Store.open(store_url) as second:
        with pytest.raises(UserError, match=f"Another Sayso server .*process {os.getpid()}"):
            second.lock_server()
        store.close()
        second.lock_server()


def test_the_lock_of_a_killed_server_is_free(store_url: str) -> None:
    code = (
        "import sys, time; from assistant.store import Store; store = Store.open(sys.argv[1])\n"
        "store.lock_server(); print('held', flush=True); time.sleep(60)"
    )
    other = subprocess.Popen([sys.executable, "-c", code, store_url], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None and other.stdout.readline() == "held\n"
    with Store.open(store_url) as store:
        with pytest.raises(UserError, match=f"process {other.pid}"):
            store.lock_server()
        other.kill()
        other.wait()
        other.stdout.close()
        for _ in range(50):  # a PostgreSQL server takes a moment to notice
            try:
                store.lock_server()
                return
            except UserError:
                time.sleep(0.1)
        store.lock_server()


# --- verify ------------------------------------------------------------------------------------------------


def tamper(store: Store, table: str, change: str) -> None:
    """Change rows behind the store's back, as somebody with the file could."""
    with store.writing() as connection:
        if store.sqlite:
            connection.execute(sa.text(f"DROP TRIGGER keep_{table}_update"))
        else:
            connection.execute(sa.text(f"DROP TRIGGER keep_{table} ON {table}"))
        connection.execute(sa.text(change))


def test_verify_finds_nothing_where_all_is_well(store: Store) -> None:
    fill(store)
    assert store.verify() == []


@pytest.mark.parametrize(
    ("table", "change", "found"),
    [
        (
            "critiques",
            "UPDATE critiques SET body = replace(body, '\"no\"', '\"yes\"')",
            "critique .* was changed",
        ),
        (
            "feedback",
            "UPDATE feedback SET body = replace(body, 'broken', 'whole')",
            "feedback .* was changed",
        ),
        ("feedback", "UPDATE feedback SET author = 'bob'", "another author in its columns"),
        ("readings", "UPDATE readings SET confidence = 0.1", "reading .* was changed"),
        ("readings", "UPDATE readings SET body = '{}'", "reading .* can't be read"),
        ("outputs", "UPDATE outputs SET body = 'scrambled'", "output .* can't be read"),
        ("members", "UPDATE members SET role = 'viewer'", "another role in its columns"),
        ("plans", "UPDATE plans SET body = replace(body, 'ann', 'eve')", "plan 1 was changed"),
        ("golds", "UPDATE golds SET body = replace(body, 'order', 'praise')", "gold 1 was changed"),
        ("comments", "UPDATE comments SET body = replace(body, 'rude', 'kind')", "comment .* was changed"),
        ("feedback", "UPDATE feedback SET seq = 7", "are 1, but were counted up to 7"),
        ("feedback", "UPDATE feedback SET adapter = 'lost'", "names an adapter 'lost'"),
    ],
)
def test_verify_finds_what_was_changed(store: Store, table: str, change: str, found: str) -> None:
    fill(store)
    tamper(store, table, change)
    problems = store.verify()
    assert any(re.search(found, problem) for problem in problems), problems


def test_verify_finds_what_was_lost(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:
        fill(store)
        file = store.file
    raw = sqlite3.connect(file or "")
    raw.execute("DROP TRIGGER keep_readings_delete")
    raw.execute("DELETE FROM readings")
    raw.commit()
    raw.close()
    with Store.open(sqlite_url) as store:
        assert any("table feedback names a reading" in problem for problem in store.verify())


def test_verify_finds_broken_adapters(store: Store, tmp_path: Path) -> None:
    import hashlib

    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "manifest.json").write_text("{}")
    right = hashlib.sha256(b"{}").hexdigest()
    for folder, sha256 in (("good", right), ("gone", right), ("good", "0" * 64)):
        store.add_adapter(AdapterRow(task="mail", folder=folder, sha256=sha256))
    first, second = store.verify(tmp_path)
    assert "v2" in first and "no manifest" in first
    assert "v3" in second and "another manifest" in second


# --- cost --------------------------------------------------------------------------------------------------


def test_a_turn_costs_the_same_after_a_long_history(sqlite_url: str) -> None:
    """What a turn asks for is bounded: counted in steps of SQLite's machine, so no clock makes it flicker."""
    with Store.open(sqlite_url) as store:
        steps = 0

        def tick() -> None:
            nonlocal steps
            steps += 1

        event.listen(store.engine, "checkout", lambda connection, *_: connection.set_progress_handler(tick, 10))
        parent = None

        def cost() -> float:
            nonlocal steps, parent
            counts = []
            for _ in range(5):
                steps = 0
                said = turn(store)
                talk = said[0].critique
                store.rules("mail", talk, example_id="e1")
                store.was_criticised("mail", ["e7", "e8"])
                store.count_feedback("mail")
                store.sample_feedback("mail", 8, seed=1)
                new = store.new_feedback("mail", parent)
                parent = learn(store, [row.feedback for row in new], parent).id
                store.live("mail")
                store.jobs("mail", open_only=True)
                counts.append(steps)
            return statistics.median(counts)

        for _ in range(20):
            turn(store, *[label] * 5)
        cost()
        before = cost()
        for _ in range(40):
            turn(store, *[lambda c, r: label(c, r, example_id=new_id())] * 50)
            parent = learn(store, [row.feedback for row in store.new_feedback("mail", parent)], parent).id
            store.job_event(store.add_job("mail", "learn", {}, "ann"), "done", 1.0)
        assert cost() <= 1.3 * before
