"""A task with a goal: what is shown obeys and stays in its place, and the model learns what is worth more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import UserError
from assistant.parsers import Parser
from assistant.session import Session
from assistant.settings import settings
from assistant.steer import made
from assistant.store import Store
from assistant.tasks import Download, Guard, Task, View
from assistant.types import (
    Constraint,
    Example,
    Gesture,
    Label,
    Output,
    Property,
    Report,
    Vocabulary,
)
from assistant.workbench import Workbench
from tests.short import Short
from tests.tiny_smiles import tiny_prior

SCRIPT = {
    "no chlorine": {
        "acts": [
            {
                "kind": "constraint",
                "targets": ["all"],
                "constraint": {
                    "property": "letters", "operator": "not_contains", "value": "Cl", "strength": "must",
                    "scope": "task", "when": None,
                },
            }
        ],
        "clarify": None,
        "confidence": 1.0,
    },
    "shorter": {
        "acts": [
            {
                "kind": "constraint",
                "targets": ["#2"],
                "constraint": {
                    "property": "letters", "operator": "decrease", "value": None, "strength": "prefer",
                    "scope": "item", "when": None,
                },
            }
        ],
        "clarify": None,
        "confidence": 1.0,
    },
    "make 1 benzene": {
        "acts": [{"kind": "edit", "targets": ["#1"], "edit": {"op": "replace", "object": "all", "new": "c1ccccc1"}}],
        "clarify": None,
        "confidence": 1.0,
    },
    "2 is good": {
        "acts": [{"kind": "label", "targets": ["#2"], "label": {"op": "is", "value": None}}],
        "clarify": None,
        "confidence": 1.0,
    },
}  # fmt: skip


def render(example: Example, outputs: Sequence[Output]) -> View:
    return View(html="", cells=tuple(f"<p>{output.value}</p>" for output in outputs), said=f"{len(outputs)} molecules")


@pytest.fixture(scope="module")
def prior(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_prior(tmp_path_factory.mktemp("prior"), epochs=60)


def task_of(prior: str, guards: dict[str, Guard] | None = None) -> Task:
    def model() -> Any:
        from adapters.models import family

        return family.get("smiles")(base=prior, rank=4)

    return Task(
        model=model,
        examples=lambda: [Example(id="any", input="")],
        vocabulary=Vocabulary(properties=(Property(name="letters"),)),
        render=render,
        outputs=3,
        goal=Short,
        guards=guards or {},
        downloads=(Download("best.txt", "Short"), Download("best.xyz", "?"), Download("goal.txt", "What", of="goal")),
        metric="score",
        name="molecules",
    )


@pytest.fixture
def session(prior: str, tmp_path: Path) -> Iterator[Session]:
    yield from _session(task_of(prior), tmp_path)


def _session(task: Task, folder: Path) -> Iterator[Session]:
    from assistant.parsers import parser

    chosen = settings(home=folder, parser="scripted", learn_after=0)
    store = Store.open(chosen.database_url)
    bench = Workbench(task, store, chosen)
    scripted: Parser = parser.get("scripted")(SCRIPT)
    yield Session(bench, "ann", scripted)
    store.close()


def values(session: Session) -> list[str]:
    screen = session.screen()
    assert screen is not None
    return [output.value for output in screen.outputs]


def test_several_are_shown_with_their_worth_and_why(session: Session) -> None:
    turn = session.next()
    assert turn.screen is not None and len(turn.screen.outputs) == 3
    assert turn.screen.why == "the first that obey"
    assert turn.messages[-1].text == "3 molecules (base)."
    for output in turn.screen.outputs:
        assert output.score == pytest.approx(max(0.05, 1 - len(output.value) / 20))
        assert output.highlights[0].text == f"{len(output.value)} letters"
    assert session.view() == "<p>Short ones, by 0 said.</p>"


def test_what_must_hold_is_obeyed_at_once_and_what_obeys_stays_where_it_was(session: Session) -> None:
    session.next()
    for _ in range(8):
        if any("Cl" in value for value in values(session)):
            break
        session.next()
    before = values(session)
    session.hear("no chlorine")
    after = values(session)
    assert len(after) == 3 and not any("Cl" in value for value in after)
    assert all(old == new for old, new in zip(before, after, strict=True) if "Cl" not in old)
    session.undo()
    assert session.view() == "<p>Short ones, by 0 said.</p>"


def test_a_direction_remembers_what_it_was_said_of(session: Session) -> None:
    session.next()
    second = values(session)[1]
    session.hear("shorter")
    (row,) = session.store.feedback("molecules")
    assert isinstance(row.feedback, Constraint) and row.feedback.about == (second,)


def test_an_edit_takes_the_place_of_what_was_edited(session: Session) -> None:
    session.next()
    before = values(session)
    session.hear("make 1 benzene")
    assert values(session) == ["c1ccccc1", *before[1:]]
    screen = session.screen()
    assert screen is not None and screen.outputs[0].said == before[0]


def test_an_edit_stays_where_it_is_when_another_version_answers_now(session: Session) -> None:
    session.next()
    for letters in ("no chlorine", "2 is good"):
        session.hear(letters)
    before = session.screen()
    session.learn()
    assert before is not None
    live = session.store.adapter("1", session.name).id
    shown = {
        "kind": "answer",
        "example_id": "any",
        "outputs": [o.id for o in before.outputs],
        "why": "",
        "version": "base",
    }
    session.store.say(session.conversation, "sayso", "3 molecules (base).", shown)  # as beside a worker
    session.store.go_live(session.name, live, "ann", "learned")
    session.hear(gesture=Gesture(kind="edit", target="#3", value="CCO"))
    screen = session.screen()
    assert screen is not None and screen.adapter == "v1" and len(set(values(session))) == 3
    assert values(session)[2] == "CCO" and screen.outputs[2].said is not None


def test_what_says_what_is_so_already_changes_nothing_and_that_is_said(session: Session) -> None:
    session.next()
    value = values(session)[1]
    turn = session.hear(gesture=Gesture(kind="edit", target="#2", value=value))
    assert turn.messages[-1].text.endswith("it is so already, or what it is about is not on screen.")
    assert values(session)[1] == value


def test_a_training_makes_what_is_worth_more_and_reports_it(session: Session) -> None:
    session.next()
    session.hear("2 is good")
    turn = session.learn()
    (version,) = session.versions()
    report = version.report
    assert report is not None and report.live, report
    assert [one.name for one in report.measures] == ["score", "valid"]
    assert report.after is not None and report.before is not None and report.after > report.before
    assert report.samples[1][0][1] >= report.samples[1][-1][1], "the best first"
    assert len(report.asked) == 1 and report.asked[0].text == "2 is good"
    assert any("score" in message.text and "→" in message.text for message in turn.messages)
    (job,) = session.store.jobs("molecules")
    steps = session.store.job_figures(job.id)
    assert all(set(step) == {"score", "valid", "different"} for step in steps)
    assert session.screen().adapter == "v1"  # type: ignore[union-attr]


def test_a_broken_guard_keeps_a_version_back(prior: str, tmp_path: Path) -> None:
    for session in _session(task_of(prior, {"score": Guard(rises=0.0)}), tmp_path):
        session.next()
        session.hear("2 is good")
        session.learn()
        (version,) = session.versions()
        assert version.kept_back and version.report is not None
        assert "a guard is broken: score went from" in version.report.why


def test_labels_say_whether_they_are_met_now(session: Session) -> None:
    session.next()
    session.hear("2 is good")
    (row,) = session.store.feedback("molecules")
    assert isinstance(row.feedback, Label) and row.feedback.value == values(session)[1]
    session.learn()
    report: Report | None = session.versions()[0].report
    assert report is not None and isinstance(report.asked[0].before, float)


def test_the_best_of_many_are_made_the_best_first(session: Session) -> None:
    bench = session.bench
    outputs = made(bench, bench.wanted(), 8)
    scores = [output.score for output in outputs]
    assert scores == sorted(scores, reverse=True, key=lambda score: score or 0.0)
    assert len({output.value for output in outputs}) == len(outputs) == 8


def test_the_best_and_the_goal_itself_leave_as_the_files_that_the_task_names(session: Session, tmp_path: Path) -> None:
    session.next()
    session.hear("no chlorine")
    best = session.download("best.txt", tmp_path, count=5)
    assert best.path == tmp_path / "molecules-best.txt"
    written = best.path.read_text("utf-8").splitlines()
    assert written == [output.value for output in best.outputs] and len(written) == 5
    assert not any("Cl" in value for value in written), "what must hold holds here, too"
    scores = [output.score or 0.0 for output in best.outputs]
    assert best.said == f"5 by base, worth {scores[0]:.2f} to {scores[-1]:.2f}" and scores[0] >= scores[-1]
    goal = session.download("goal.txt", tmp_path)
    assert goal.path.read_text("utf-8") == "Cl" and goal.said == "what you want of 'molecules'"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../x.txt", "The task 'molecules' has no file '../x.txt'; there is: best.txt, best.xyz, goal.txt."),
        ("best.xyz", "The file 'molecules-best.xyz' ends in '.xyz'; one of: .txt."),
    ],
)
def test_a_file_that_can_not_be_made_is_said(session: Session, tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(UserError) as wrong:
        session.download(name, tmp_path)
    assert str(wrong.value) == said and not list(tmp_path.glob("**/*.xyz"))


def test_nothing_that_obeys_is_no_file(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Short, "choose", lambda *_: ([], "none obeys"))
    with pytest.raises(UserError, match="Nothing that base makes holds to all that must hold"):
        session.download("best.txt", tmp_path)
    assert not (tmp_path / "molecules-best.txt").exists()


def test_a_task_without_a_goal_says_so(tmp_path: Path) -> None:
    opened = Session.open("classify", home=tmp_path, parser="scripted")
    try:
        assert opened.view() == ""
        with pytest.raises(UserError, match="has no goal"):
            opened.bench.wanted()
        with pytest.raises(UserError, match=r"has no file 'best\.sdf'; it has none"):
            opened.download("best.sdf", tmp_path)
        with pytest.raises(UserError, match="Nothing can be marked in #1"):
            opened.marked("#1", [0])
    finally:
        opened.close()


def test_a_thumb_stays_seen_on_its_output_until_it_is_taken_back(session: Session) -> None:
    session.next()
    screen = session.hear(gesture=Gesture(kind="thumb", target="#2", value=True)).screen
    assert screen is not None and screen.labels[0] is None
    label = screen.labels[1]
    assert label is not None and label.op == "is" and label.value == screen.outputs[1].value
    screen = session.hear(gesture=Gesture(kind="thumb", target="#2", value=False)).screen
    assert screen is not None and screen.labels[1] is not None and screen.labels[1].op == "is_not"
    screen = session.retract([label.id, screen.labels[1].id]).screen
    assert screen is not None and screen.labels[1] is None


def test_a_thumb_on_the_message_of_several_is_about_none_of_them(session: Session) -> None:
    shown = next(message for message in session.next().messages if message.output_id)
    session.vote(shown.seq, True)
    screen = session.screen()
    assert screen is not None and set(screen.labels) == {None}
