"""The task `answer`: a small language model is criticised, obeys at once, and learns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.errors import UserError
from assistant.parsers import parser
from assistant.session import Session, Turn
from assistant.specs import open_task
from assistant.types import Act, Critique, EditAct, Gesture, OnScreen, Report, TaskSpec
from tests.tiny_lm import taught_lm

SAID = "We open at 9 o'clock. Do come by! Bring a friend. See you."
RULES = {
    "never more than two sentences": ("length.sentences", "le", 2),
    "at least one exclamation mark": ("count.exclamations", "ge", 1),
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return taught_lm(tmp_path_factory.mktemp("lm"), SAID, asked="?")


def reading(property: str, operator: str, value: Any) -> dict[str, Any]:
    rule = {"property": property, "operator": operator, "value": value, "strength": "must", "scope": "task"}
    return {"acts": [{"kind": "constraint", "targets": ["all"], "constraint": rule}], "confidence": 1.0}


@pytest.fixture
def session(base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    said = {words: reading(*rule) for words, rule in RULES.items()}
    better = {"kind": "preference", "targets": ["#1", "#2"], "preference": {"order": [["#2"], ["#1"]]}}
    edit = {"op": "replace", "object": "text", "old": "9", "new": "8"}
    said |= {
        "2 is better": {"acts": [better], "confidence": 1.0},
        "it is 8, not 9": {"acts": [{"kind": "edit", "targets": [], "edit": edit}], "confidence": 1.0},
    }
    monkeypatch.setattr("assistant.session.open_parser", lambda name: parser.get("scripted")(said))
    data = tmp_path / "asked.csv"
    data.write_text("question\n" + "".join(f"When do you open on day {n}?\n" for n in range(8)))
    monkeypatch.setattr("assistant.tasks._generated.SAMPLE", 8)
    return Session.open("answer", data=str(data), text="question", base=base, home=tmp_path / "home")


def answers(turn: Turn) -> list[str]:
    assert turn.screen is not None
    return [str(output.value) for output in turn.screen.outputs]


def test_a_rule_is_obeyed_in_the_very_next_answer_and_learned(session: Session) -> None:
    assert SAID in answers(session.next())
    obeyed = session.hear("never more than two sentences")
    assert set(answers(obeyed)) == {"We open at 9 o'clock. Do come by!"}
    assert obeyed.screen is not None and obeyed.screen.outputs[0].said == SAID
    learned = session.learn()
    (version,) = session.versions()
    assert version.report is not None
    told = {one.name: one for one in version.report.measures}
    assert told["keeps the rules"].after >= told["keeps the rules"].before
    assert "keeps the rules" in learned.messages[-2].text or "keeps the rules" in learned.messages[-1].text
    assert "before" in session.compared("v1") and "two sentences" in session.view()


def test_a_version_that_babbles_is_held_back(session: Session, tmp_path: Path) -> None:
    """A training that ruins the adapter: the report names what broke."""
    import torch

    from adapters.fit import Fit
    from assistant.toward import train

    def ruin(model: Any, material: Any, **given: Any) -> Fit:
        torch.manual_seed(0)
        broken = {n: torch.randn_like(some) if "lora_B" in n else some for n, some in model.state().items()}
        model.load(broken)
        return Fit(steps=1, losses={}, seconds=0, items={})

    def trained(fit: Any) -> Report:
        report, _ = train(
            session.task, goal, model, new=[], replay=[], words={}, earlier=[], before=None, seed=0, fit=fit,
            folder=tmp_path, progress=lambda *told: None,
        )  # fmt: skip
        return report

    session.hear("never more than two sentences")
    goal = session.bench.goal()
    assert goal is not None
    with session.bench.model() as model:
        fine, bad = trained(lambda model, material, **given: Fit(1, {}, 0, {})), trained(ruin)
        model.load(None)
    assert fine.live and not any(one.broken for one in fine.measures)
    told = next(one for one in bad.measures if one.name == "surprise")
    assert told.after > told.before + 2 and told.broken and not bad.live and "surprise went from" in bad.why


def test_a_correction_is_a_label_and_a_pair_and_stays_on_screen(session: Session) -> None:
    session.next()
    turn = session.hear("it is 8, not 9")
    assert any(one.startswith("We open at 8 o'clock") for one in answers(turn))
    kinds = {row.feedback.kind for row in session.store.feedback(session.name)}
    assert kinds == {"label", "preference"}
    edited = session.hear(gesture=Gesture(kind="edit", target="#1", value="At eight."))
    assert answers(edited)[0] == "At eight."


def test_what_is_taken_back_is_gone_from_the_next_answer(session: Session) -> None:
    session.next()
    session.hear("never more than two sentences")
    session.undo()
    assert session.next().screen is not None and not session.rules()
    assert SAID in answers(session.next())


def edit(old: str | None, new: Any, op: str = "replace", object: str = "text") -> EditAct:
    return EditAct(op=op, object=object, old=old, new=new)  # type: ignore[arg-type]


def test_edits_change_words_and_leave_the_rest() -> None:
    task = open_task(TaskSpec(task="answer"))
    assert task.edit("At 9. Not 19.", edit("9", "8")) == "At 8. Not 19."
    assert task.edit("Do come by, please.", edit("please", None, "delete")) == "Do come by,."
    assert task.edit("We open.", edit("open", "at 8", "insert")) == "We open at 8."
    assert task.edit("We open.", edit(None, "Bye.", "insert")) == "We open. Bye."
    assert task.edit("We open.", edit(None, "At 8.", object="answer")) == "At 8."
    with pytest.raises(UserError, match="noon"):
        task.edit("At 9.", edit("noon", "8"))


def test_an_edit_is_about_the_answer_that_has_the_words() -> None:
    task = open_task(TaskSpec(task="answer"))
    screen = task_screen("At 9.", "At eight.")
    act = task.normal(Act(kind="edit", targets=(), edit=edit("9", "8")), screen)
    assert act.targets == ("#1",)
    with pytest.raises(UserError, match="none of the answers"):
        task.normal(Act(kind="edit", targets=(), edit=edit("noon", "8")), screen)


def task_screen(*values: str) -> Critique:
    from assistant.types import Context

    seen = tuple(OnScreen(id=f"#{n}", value=value) for n, value in enumerate(values, 1))
    return Critique(conversation="c", author="a", text="", context=Context(outputs=seen))


def test_the_page_shows_what_differs_and_runs_nothing() -> None:
    from assistant.types import Example, Output

    task = open_task(TaskSpec(task="answer"))
    outputs = [Output(value=v, example_id="1") for v in ("We open at <b>8</b>.", "We open at 9.")]
    view = task.render(Example(id="1", input="When <i>?</i>"), outputs)
    assert "<b>8" not in "".join(view.cells) and "<i>" not in view.html
    assert '<mark class="differs">9.</mark>' in view.cells[1]
    talk = [{"role": "user", "content": "Hello?"}]
    assert "Hello?" in task.render(Example(id="2", input=talk), []).html
