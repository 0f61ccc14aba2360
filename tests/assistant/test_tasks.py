"""Every task loads, shows texts safely, obeys what people say about labels, and says what its data lacks."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant.specs import open_task
from assistant.tasks import Task, task
from assistant.tasks._text import obey_labels, text_card
from assistant.types import Constraint, Example, Highlight, Output, TaskSpec

EXAMPLE = Example(id="e1", input="Please refund me, the parcel came broken")
SCORES = {"order": 0.6, "complaint": 0.3, "praise": 0.1}
SAID = Output(id="o1", example_id="e1", value="order", score=0.6, scores=SCORES)


def rule(value: Any, when: str | None = "mentions a refund", minutes: int = 0, **over: Any) -> Constraint:
    said = {"property": "label", "operator": "eq", "id": f"rule{minutes}", **over}
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    return Constraint(task="t", author="a", critique="c", reading="r", value=value, when=when, created_at=at, **said)


def obeyed(*rules: Constraint, output: Output = SAID, example: Example = EXAMPLE) -> Output:
    return obey_labels(example, [output], rules, lambda n: [])[0]


@pytest.mark.parametrize("name", task.names())
def test_every_task_loads_under_the_name_of_its_file(name: str) -> None:
    factory = task.get(name)
    assert factory.__name__ == name
    assert factory.__module__.endswith(f".{name}")
    assert factory.__doc__


@pytest.mark.parametrize("name", ["classify", "sentiment", "rumour"])
def test_a_text_task_opens_on_its_demo(name: str) -> None:
    opened = open_task(TaskSpec(task=name))
    examples = opened.examples()
    assert opened.name == name
    assert len(opened.vocabulary.labels) >= 2
    assert {e.label for e in examples} - {None} <= set(opened.vocabulary.labels)
    assert {e.split for e in examples} == {"pool", "heldout"}
    assert len({e.id for e in examples}) == len(examples) >= 100
    assert opened.help and opened.notes == ()
    assert opened.render(examples[0], []).choices == opened.vocabulary.labels
    assert opened.judge("a", "a") == 1 and opened.judge("a", "b") == 0


def test_opening_a_task_loads_no_torch() -> None:
    code = (
        "import sys; from assistant.specs import open_task; from assistant.types import TaskSpec; "
        "open_task(TaskSpec()).examples(); sys.exit(bool({'torch', 'datasets'} & {*sys.modules}))"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, timeout=60, check=False).returncode == 0


def test_data_without_labels_takes_those_that_are_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt.csv").write_text("text\nit broke\nplease add\n", encoding="utf-8")
    bare = open_task(TaskSpec(data=str(tmp_path / "notes.txt.csv")))
    assert bare.vocabulary.labels == ()
    assert "No column holds labels" in bare.notes[0]
    named = open_task(TaskSpec(data=str(tmp_path / "notes.txt.csv"), labels=("bug", "wish")))
    assert named.vocabulary.labels == ("bug", "wish")


# --- obeying -----------------------------------------------------------------------------------------------


def test_a_rule_takes_effect_at_once_and_keeps_what_the_model_said() -> None:
    output = obeyed(rule("complaint"))
    assert (output.value, output.said, output.score) == ("complaint", "order", 1.0)
    assert output.scores == SCORES
    assert output.rules == ("rule0",)
    assert [part.text for part in output.highlights] == ["refund"]
    assert output.id == SAID.id


def test_a_rule_that_agrees_or_does_not_fire_changes_no_answer() -> None:
    agreed = obeyed(rule("order"))
    assert (agreed.value, agreed.said, agreed.rules) == ("order", None, ("rule0",))
    assert obeyed(rule("complaint", when="mentions a price")) == SAID
    assert obeyed(rule("complaint", when="sounds sarcastic")) == SAID
    assert obeyed(rule(("a", "b"), property="labels", when=None)) == SAID
    assert obeyed() == SAID


def test_what_it_is_not_leaves_the_likeliest_other_value() -> None:
    output = obeyed(rule("order", operator="ne", strength="prefer"))
    assert (output.value, output.said) == ("complaint", "order")
    assert output.score == pytest.approx(0.3 / 0.4)


def test_the_newest_rule_wins() -> None:
    older, newer = rule("complaint", minutes=1), rule("praise", minutes=2)
    for order in ((older, newer), (newer, older)):
        output = obeyed(*order)
        assert (output.value, output.rules) == ("praise", ("rule2",))
    both = obeyed(rule(("complaint", "praise"), minutes=1), rule("complaint", operator="ne", minutes=2))
    assert (both.value, both.score, both.rules) == ("praise", 1.0, ("rule2", "rule1"))


def test_an_item_rule_concerns_only_its_example() -> None:
    here = rule("praise", when=None, scope="item", example_id="e1")
    assert obeyed(here).value == "praise"
    assert obeyed(here, example=EXAMPLE.model_copy(update={"id": "e2"})) == SAID


def test_a_rule_may_name_a_label_that_the_model_does_not_know() -> None:
    output = obeyed(rule("bug"))
    assert (output.value, output.score) == ("bug", 1.0)
    bare = Output(example_id="e1", value="order")
    assert obeyed(rule("order", operator="ne"), output=bare) == bare  # nothing else is known to be possible


def test_a_rule_is_teachable() -> None:
    opened = open_task(TaskSpec())
    assert opened.implies(rule("complaint"), "refund me") == "complaint"
    assert opened.implies(rule("complaint"), "hello") is None


# --- showing -----------------------------------------------------------------------------------------------


EVIL = "<script>alert(1)</script><img src=x onerror=\"alert(2)\"> & 'quoted'"


def test_nothing_that_data_people_or_models_say_becomes_html() -> None:
    example = Example(id="e1", input=EVIL)
    marks = (Highlight(text=EVIL[:8], start=0, end=8, weight=0.5),)
    output = Output(example_id="e1", value=EVIL, said=EVIL + "2", score=0.5, rules=("r",), highlights=marks)
    view = text_card(example, [output], {"r": rule("a", when=EVIL)}, choices=(EVIL,))
    assert "<script" not in view.html and "<img" not in view.html
    assert view.html.count("&lt;script&gt;") == 4
    tags = set(re.findall(r"</?([a-z]+)", view.html))
    assert tags <= {"article", "p", "mark", "div", "span", "meter"}
    assert view.text == EVIL


def test_the_card_shows_the_value_how_sure_and_the_words_that_mattered() -> None:
    marks = (
        Highlight(text="Please refund me,", start=0, end=17, weight=0.3),
        Highlight(text="refund", start=7, end=13, weight=-0.9),
        Highlight(text="beyond", start=500, end=506, weight=0.9),
    )
    view = text_card(EXAMPLE, [SAID.model_copy(update={"highlights": marks})])
    assert '<mark class="for" style="--weight: 0.30">Please </mark>' in view.html
    assert '<mark class="against" style="--weight: 0.90">refund</mark>' in view.html
    assert '<span class="chip" dir="auto">order</span>' in view.html and 'value="60"' in view.html
    assert re.sub("<[^>]+>", "", view.html.split("</p>")[0]) == EXAMPLE.input
    unsure = text_card(EXAMPLE, [Output(example_id="e1", value=None)])
    assert "no answer" in unsure.html and "<meter" not in unsure.html


def demo_and_answer() -> tuple[Task, list[Output]]:
    opened = open_task(TaskSpec())
    return opened, opened.obey(EXAMPLE, [SAID], [rule("complaint")], lambda n: [])


def test_the_card_names_the_rule_and_what_the_model_alone_says() -> None:
    opened, outputs = demo_and_answer()
    html = opened.render(EXAMPLE, outputs).html
    assert "rule: mentions a refund" in html
    assert "the model alone says order" in html
    assert "by a rule" in open_task(TaskSpec()).render(EXAMPLE, outputs).html


@pytest.mark.parametrize("text", ["שלום עולם", "😀" * 3, "", "a\r\nb\0c"])
def test_any_text_can_be_shown(text: str) -> None:
    view = text_card(Example(id="e", input=text), [SAID])
    assert 'dir="auto"' in view.html and view.text == text
