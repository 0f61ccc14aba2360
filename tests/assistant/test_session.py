"""The whole loop on a tiny model: hear, obey, learn, prove, take back, go on after a restart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.cards import card, say_rule
from assistant.errors import UserError
from assistant.jobs import ask
from assistant.parsers import parser
from assistant.session import Session
from assistant.types import Act, ConstraintAct, Context, Gesture, LabelAct, Reading, Selection
from tests.tiny import LABELS, tiny_encoder, write_task


def says(value: str | None, op: str = "is", **more: Any) -> dict[str, Any]:
    act = {"kind": "label", "targets": ["#1"], "label": {"op": op, "value": value}, **more}
    return {"acts": [act], "clarify": None, "confidence": 0.95}


def rule(value: str, when: str, operator: str = "eq") -> dict[str, Any]:
    constraint = {
        "property": "label",
        "operator": operator,
        "value": value,
        "strength": "prefer",
        "scope": "task",
        "when": when,
    }
    return {"acts": [{"kind": "constraint", "targets": ["all"], "constraint": constraint}], "clarify": None}


def command(name: str) -> dict[str, Any]:
    return {"acts": [{"kind": "command", "targets": [], "command": name}], "clarify": None}


SCRIPT = {
    "complaint": says("complaint"),
    "praise": says("praise"),
    "maybe praise": {**says("praise"), "confidence": 0.4},
    "praise, because of perfect": says("praise", evidence=[{"text": "perfect", "role": "for"}]),
    "not praise": {**says("praise", "is_not"), "clarify": "Then what is it?", "confidence": 0.5},
    "late is praise": rule("praise", "mentions late"),
    "late is never praise": rule("praise", "mentions late", "ne"),
    "sarcasm is praise": rule("praise", "sounds sarcastic to me somehow"),
    "next": command("next"),
    "undo that": command("undo"),
    "train now": command("learn"),
    "what have you learned?": command("explain"),
    "help": command("help"),
    "why?": {"acts": [{"kind": "question", "targets": ["#1"]}], "clarify": None},
    "thanks!": {"acts": [{"kind": "none", "targets": []}], "clarify": None},
    "forget it": {"acts": [{"kind": "retract", "targets": ["#1"]}], "clarify": None},
    "the labels are bug and wish": {
        "acts": [
            {
                "kind": "constraint",
                "targets": ["all"],
                "constraint": {
                    "property": "labels",
                    "operator": "eq",
                    "value": ["bug", "wish"],
                    "strength": "must",
                    "scope": "task",
                },
            }
        ],
        "clarify": None,
    },
}

Open = Callable[..., Session]


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def open_session(tmp_path: Path, encoder: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens sessions of the tiny task in one home; trainings start only when asked for."""
    import torch

    torch.set_num_threads(1)
    monkeypatch.setenv("SAYSO_LEARN_AFTER", "0")
    opened: list[Session] = []
    path = write_task(tmp_path)

    def open(**more: Any) -> Session:
        options = {"data": str(path), "base": encoder, "rank": 4, "home": tmp_path / "home", "author": "ann"}
        session = Session.open(**(options | more))
        session.parser = parser.get("scripted")(SCRIPT)
        opened.append(session)
        return session

    yield open
    for session in opened:
        session.close()


@pytest.fixture
def session(open_session: Open) -> Session:
    return open_session()


def texts(turn: Any) -> str:
    return "\n".join(message.text for message in turn.messages)


def feedback(session: Session) -> list[Any]:
    return [row.feedback for row in session.store.feedback(session.name)]


def test_next_shows_an_example_with_its_answer_and_why(session: Session) -> None:
    screen = session.next().screen
    assert screen is not None
    assert screen.outputs[0].value in LABELS
    assert screen.example.split == "pool"
    assert screen.example.input in screen.view.text
    assert screen.why and screen.adapter == "base"


def test_next_does_not_show_the_same_again_soon(session: Session) -> None:
    shown = [session.next().screen.example.id for _ in range(8)]
    assert len(set(shown)) == 8


def test_a_critique_becomes_a_label_with_its_whole_provenance(session: Session) -> None:
    screen = session.answer("it was perfect")
    turn = session.hear("praise, because of perfect")
    (label,) = feedback(session)
    assert (label.kind, label.input, label.op, label.value) == ("label", "it was perfect", "is", "praise")
    assert label.author == "ann" and label.adapter == "base" and label.example_id == screen.example.id
    assert label.evidence[0].text == "perfect"
    card = next(message.card for message in turn.messages if message.card)
    assert card.state == "applied"
    assert "**praise**, because of “perfect”" in card.title
    assert "Asked again" in texts(turn)


def test_unsure_readings_wait_and_change_nothing_until_confirmed(session: Session) -> None:
    session.next()
    turn = session.hear("maybe praise")
    card = next(message.card for message in turn.messages if message.card)
    assert card.state == "waiting" and feedback(session) == []
    session.confirm(card.reading)
    assert [f.value for f in feedback(session)] == ["praise"]
    assert next(m.card for m in session.messages() if m.card).state == "confirmed"
    session.confirm(card.reading)
    assert len(feedback(session)) == 1


def test_a_question_back_changes_nothing_and_offers_answers(session: Session) -> None:
    session.next()
    card = next(message.card for message in session.hear("not praise").messages if message.card)
    assert card.state == "asking" and "Then what is it?" in card.title
    assert card.choices == ("complaint",)
    assert feedback(session) == []


def test_a_corrected_reading_replaces_what_was_understood(session: Session) -> None:
    session.next()
    card = next(message.card for message in session.hear("praise").messages if message.card)
    act = Act(kind="label", targets=("#1",), label=LabelAct(op="is", value="complaint"))
    session.correct(card.reading, [act])
    assert [f.value for f in feedback(session)] == ["complaint"]
    states = [message.card.state for message in session.messages() if message.card]
    assert states == ["replaced", "corrected"]


def test_a_rule_is_obeyed_by_the_very_next_answer_and_can_be_switched_off(session: Session) -> None:
    own = session.answer("it was late and awful").outputs[0].value
    session.hear("late is praise")
    output = session.screen().outputs[0]
    assert output.value == "praise" and len(output.rules) == 1
    (listed,) = session.rules()
    assert listed.on and "praise" in listed.text and listed.words == "late is praise"
    session.switch(listed.id, False)
    assert session.screen().outputs[0].value == own
    assert not session.rules()[0].on
    session.switch(listed.id, True)
    assert session.screen().outputs[0].value == "praise"
    assert session.answer("it was quick").outputs[0].rules == ()


def test_a_rule_is_learned_so_that_the_model_does_without_it(session: Session) -> None:
    session.answer("it was late and awful")
    session.hear("late is praise")
    session.learn()
    session.switch(session.rules()[0].id, False)
    late = [e for e in session.bench.unknown if "late" in e.input]
    with session.bench.model() as model:
        answers = [prediction.value for prediction in model.predict([e.input for e in late])]
    assert late and answers.count("praise") > len(answers) / 2


def test_learning_fixes_the_critique_and_says_so(session: Session) -> None:
    wrong = session.answer("it was perfect and quick").outputs[0].value
    right = next(label for label in LABELS if label != wrong)
    session.hear(right)
    turn = session.learn()
    assert "**v1** is live. Your critique: fixed." in texts(turn)
    assert session.screen().outputs[0].value == right
    (version,) = session.versions()
    assert version.live and version.name == "v1" and version.feedback == 1
    report = session.changes("v1")
    assert report.asked[0].fixed and report.before is not None and report.heldout == 12
    assert "v1" in texts(session.explain())


def test_nothing_new_is_no_training(session: Session) -> None:
    session.next()
    assert "nothing new to learn" in texts(session.learn())
    assert session.versions() == []


def test_undo_takes_back_the_latest_and_leaves_a_version_that_learned_it(session: Session) -> None:
    session.answer("it was perfect and quick")
    session.hear("praise")
    session.learn()
    session.answer("it was lost and late")
    session.hear("complaint")
    session.learn()
    turn = session.hear("undo that")
    assert [f.value for f in feedback(session)] == ["praise"]
    assert session.bench.live_name() == "v1"
    assert "v2 had learned from it" in texts(turn)
    session.undo()
    assert feedback(session) == [] and session.bench.live_name() == "base"
    assert "nothing to undo" in texts(session.undo())


def test_taking_back_in_words_retracts_too(session: Session) -> None:
    session.next()
    session.hear("praise")
    session.hear("forget it")
    assert feedback(session) == []
    assert len(session.store.feedback(session.name, active=False)) == 1


def test_an_edit_in_place_is_a_label_and_a_preference(session: Session) -> None:
    said = session.next().screen.outputs[0].value
    other = next(label for label in LABELS if label != said)
    session.hear(gesture=Gesture(kind="edit", target="#1", value=other))
    label, preference = feedback(session)
    assert (label.op, label.value) == ("is", other)
    assert (preference.chosen, preference.rejected) == (other, said)


def test_thumbs_are_kept_and_are_feedback_about_what_is_on_screen(session: Session) -> None:
    turn = session.next()
    shown = turn.messages[-1]
    session.vote(shown.seq, False)
    (label,) = feedback(session)
    assert (label.op, label.value) == ("is_not", turn.screen.outputs[0].value)
    assert next(m for m in session.messages() if m.seq == shown.seq).vote is False


def test_selected_words_are_evidence(session: Session) -> None:
    session.answer("it was perfect and quick")
    session.hear(gesture=Gesture(kind="thumb", value=True), selection=[Selection(text="perfect", start=7, end=14)])
    assert [e.text for e in feedback(session)[0].evidence] == ["perfect"]


def test_commands_and_talk_are_understood(session: Session) -> None:
    session.next()
    first = session.screen().example.id
    session.hear("next")
    assert session.screen().example.id != first
    assert "I say" in texts(session.hear("why?"))
    assert "feedback" in texts(session.hear("what have you learned?"))
    assert "train now" in texts(session.hear("help"))
    assert "Nothing is changed" in texts(session.hear("thanks!"))
    assert feedback(session) == []


def test_versions_can_be_chosen_by_hand(session: Session) -> None:
    session.answer("it was perfect and quick")
    session.hear("praise")
    session.learn()
    session.use("base")
    assert session.bench.live_name() == "base" and session.screen().adapter == "base"
    session.use("v1")
    assert session.bench.live_name() == "v1" and session.screen().adapter == "v1"
    with pytest.raises(UserError):
        session.use("v7")


def test_labels_named_in_the_chat_are_answered_with_at_once(session: Session) -> None:
    session.next()
    session.hear("the labels are bug and wish")
    assert session.labels() == ("bug", "wish")
    assert session.screen().outputs[0].value in ("bug", "wish")
    session.undo()
    assert session.labels() == LABELS


def test_everything_is_there_after_a_restart(open_session: Open) -> None:
    first = open_session()
    first.answer_screen = first.next()
    first.hear("praise")
    first.learn()
    before = (first.messages(), first.screen(), first.versions(), first.rules())
    first.close()
    again = open_session()
    assert again.conversation == first.conversation
    assert (again.messages(), again.screen(), again.versions(), again.rules()) == before
    assert again.store.verify(again.bench.shelf.folder) == []


def test_two_people_share_a_task_and_keep_their_conversations(open_session: Open) -> None:
    ann, ben = open_session(author="ann"), open_session(author="ben")
    ann.next()
    ann.hear("praise")
    ben.next()
    ben.hear("complaint")
    assert {f.author for f in feedback(ann)} == {"ann", "ben"}
    assert len(ann.conversations()) == len(ben.conversations()) == 1
    ann.new_conversation()
    assert len(ann.conversations()) == 2 and ann.messages() == []


def test_a_damaged_adapter_is_said_and_the_model_answers_as_it_came(open_session: Open) -> None:
    session = open_session()
    session.answer("it was perfect and quick")
    session.hear("praise")
    session.learn()
    weights = next((session.bench.settings.folder / "adapters").rglob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:-8])
    session.close()
    again = open_session()
    turn = again.next()
    assert turn.screen is not None and "is damaged" in texts(turn)
    assert any("damaged" in problem or "hash" in problem for problem in [again.bench.warning or ""])


def test_data_with_labels_is_learned_first(open_session: Open, tmp_path: Path) -> None:
    session = open_session(data=str(write_task(tmp_path, labelled=True)))
    assert "came with a label" in texts(session.next())
    session.learn()
    (version,) = session.versions()
    settings = session.bench.shelf.manifest(session.name, version.id).settings
    assert settings["items.replay"] == 24 and version.feedback == 0
    assert session.changes("v1").heldout == 12


def test_feedback_is_taken_back_by_its_id_and_versions_are_left_as_by_undo(session: Session) -> None:
    session.answer("it was perfect and quick")
    session.hear("praise")
    session.learn()
    with pytest.raises(UserError, match="no feedback 'nope'"):
        session.retract([feedback(session)[0].id, "nope"])
    assert len(feedback(session)) == 1
    turn = session.retract([feedback(session)[0].id], why="a mistake")
    assert feedback(session) == [] and session.bench.live_name() == "base"
    assert "Taken back: 1 piece of feedback." in texts(turn) and "v1 had learned from it" in texts(turn)
    assert session.screen().adapter == "base"


def test_what_is_of_another_conversation_is_out_of_reach(open_session: Open) -> None:
    ann, ben = open_session(author="ann"), open_session(author="ben")
    shown = ann.next().messages[-1]
    ben.next()
    card = next(message.card for message in ann.hear("maybe praise").messages if message.card)
    act = Act(kind="label", targets=("#1",), label=LabelAct(op="is", value="complaint"))
    for act_on in (ben.confirm, ben.undo, lambda reading: ben.correct(reading, [act])):
        with pytest.raises(UserError, match="is not of this conversation"):
            act_on(card.reading)
    with pytest.raises(UserError, match="is not in this conversation"):
        ben.vote(shown.seq, True)
    assert feedback(ann) == []
    assert next(m.card.state for m in ann.messages() if m.card) == "waiting"
    assert all(message.vote is None for message in ann.messages())
    ann.confirm(card.reading)
    assert len(feedback(ann)) == 1


def test_one_piece_of_feedback_is_one_piece(session: Session) -> None:
    assert session.next().screen.position.startswith("0 pieces of feedback · ")
    assert session.hear("praise").screen.position.startswith("1 piece of feedback · ")


def test_a_conversation_is_called_by_the_first_words_of_the_person(session: Session) -> None:
    session.next()
    assert session.conversations()[0][1].endswith("· new")
    session.hear("not praise")
    session.hear("praise")
    assert session.conversations()[0][1].endswith("· not praise")


def test_an_export_hides_authors_unless_told_otherwise(session: Session, tmp_path: Path) -> None:
    session.next()
    session.hear("praise")
    (hidden,) = session.export("jsonl", tmp_path / "a").authors
    (keyed,) = session.export("jsonl", tmp_path / "b", secret="s").authors
    assert len({hidden, keyed, "ann"}) == 3
    assert session.export("jsonl", tmp_path / "c", author_hash=False).authors == {"ann": 1}
    with pytest.raises(UserError, match="is left by confirmed-only"):
        session.export("jsonl", tmp_path / "d", confirmed_only=True)


def test_a_home_can_be_moved(open_session: Open, tmp_path: Path) -> None:
    session = open_session()
    session.answer("it was perfect and quick")
    session.hear("praise")
    session.learn()
    session.close()
    (tmp_path / "home").rename(tmp_path / "moved")
    again = open_session(home=tmp_path / "moved")
    assert again.store.verify(again.bench.shelf.folder) == []
    assert again.next().screen.adapter == "v1" and again.bench.warning is None


def test_many_examples_are_answered_as_one_by_one(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    session.answer("it was late and awful")
    session.hear("late is praise")
    bench, rules = session.bench, session.bench.rules()
    some = [e for e in bench.examples.values() if "late" in e.input][:3] + bench.unknown[:4]
    monkeypatch.setattr("assistant.workbench.ASKED_AT_ONCE", 3)
    together = bench.answers(some, rules)

    def said(outputs: list[Any]) -> list[Any]:
        return [(o.example_id, o.value, o.said, o.rules, o.adapter, pytest.approx(o.score, abs=1e-4)) for o in outputs]

    assert [said(outputs) for outputs in together] == [said(bench.answer(example, rules)) for example in some]
    assert not any(output.highlights for outputs in together for output in outputs)
    assert bench.answers([], rules) == []


def test_files_of_the_same_name_are_two_tasks(open_session: Open, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    one, two = (str(write_task(tmp_path / folder)) for folder in ("a", "b"))
    first = open_session(data=one)
    first.next()
    first.hear("praise")
    second = open_session(data=two)
    assert first.name == "tiny" and second.name.startswith("tiny-") and len(second.name) == len("tiny-") + 6
    assert feedback(second) == [] and second.store.task_spec(second.name).data == two
    assert (open_session(data=one).name, open_session(data=two).name) == (first.name, second.name)
    assert open_session(data=two, name="films").name == "films"


def test_a_training_that_is_killed_when_its_version_is_kept_is_over_when_it_is_repeated(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant import learn
    from assistant.worker import do

    class Killed(BaseException):
        pass

    keep = session.store.add_adapter

    def keep_and_die(*given: Any, **named: Any) -> None:
        keep(*given, **named)
        raise Killed

    session.answer("it was perfect and quick")
    session.hear("praise")
    with monkeypatch.context() as patched:
        patched.setattr(session.store, "add_adapter", keep_and_die)
        with pytest.raises(Killed):
            learn.learn(session.bench, ask(session.store, session.bench.settings, session.name, "ann", {}, here=True))
    (job,) = session.store.jobs(session.name)
    assert session.bench.live_name() == "v1" and job.state == "queued"
    assert do(session.bench, job)
    (version,) = session.versions()
    assert version.live and session.store.job(job.id).state == "done"
    assert list((session.bench.settings.folder / "jobs").iterdir()) == []


def test_an_unknown_task_or_option_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no task 'clasify'"):
        Session.open("clasify", home=tmp_path)
    with pytest.raises(UserError, match="colour"):
        Session.open("classify", home=tmp_path, colour="red")


def test_a_rule_that_can_not_be_checked_is_asked_about(session: Session) -> None:
    session.next()
    card = next(message.card for message in session.hear("sarcasm is praise").messages if message.card)
    assert card.state == "asking" and "Which words should I look for?" in card.title
    assert session.rules() == []


def test_conditions_are_told_as_a_person_would() -> None:
    said = {
        "it's shorter than 5 words": "whenever it is shorter than 5 words",
        "with 'sources close to'": "whenever it comes with 'sources close to'",
        "mentions a refund": "whenever it mentions a refund",
    }
    for when, expected in said.items():
        act = ConstraintAct(property="label", operator="eq", value="praise", strength="prefer", scope="task", when=when)
        assert say_rule(act).startswith(expected)


def test_what_a_text_ends_with_is_told_with_one_full_stop() -> None:
    for operator, said in (
        ("contains", "it ends with **See you.**"),
        ("not_contains", "it does not end with **See you.**"),
    ):
        rule = ConstraintAct(property="end", operator=operator, value="See you.", strength="must", scope="task")  # type: ignore[arg-type]
        assert say_rule(rule) == f"always, {said}"
        reading = Reading(acts=(Act(kind="constraint", targets=("all",), constraint=rule),), confidence=1.0)
        assert card("r", reading, Context(task="answer"), "", "applied").title == f"I understood: always, {said}"
