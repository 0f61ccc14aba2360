"""The task `dialogue`: replies are picked, corrected in one's own words, and learned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.data import read_examples
from assistant.session import Session, Turn
from assistant.tasks._watch import Watch
from assistant.types import Example, Gesture

OWN = "Dogs may wait in the yard."
ASKED = {
    "We open at nine.": ("When do you open?", "What time can I come?", "Are you open at eight?"),
    "A cup of tea is 2 euros.": ("How much is tea?", "What does a cup of tea cost?", "Is tea expensive?"),
    "The fine is 20 cents a day.": ("My book is late.", "What is the fine?", "What do I pay for a late book?"),
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "talks.jsonl"
    rows = [
        {"input": [{"role": "user", "content": asked, "at": 3}], "label": reply}
        for reply, several in ASKED.items()
        for asked in several
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def answers(turn: Turn) -> list[str]:
    assert turn.screen is not None
    return [str(output.value) for output in turn.screen.outputs]


def test_a_conversation_may_stand_where_the_text_should_be(data: Path) -> None:
    source = read_examples(data, text="input", labelled=False, talks=True)
    assert len(source.examples) == 9 and not source.aside
    assert source.examples[0].input == [{"role": "user", "content": "When do you open?"}]
    assert set(source.labels) == set(ASKED) and all(example.label is None for example in source.examples)
    assert len(read_examples_aside(data)) == 9, "elsewhere a list is no text"


def read_examples_aside(data: Path) -> tuple[tuple[int, str], ...]:
    path = data.with_name("both.jsonl")
    path.write_text(data.read_text() + json.dumps({"input": "Hello?"}) + "\n")
    return read_examples(path, text="input").aside


@pytest.mark.parametrize("odd", [[], ["Hello?"], [{"role": "user"}], [{"role": 1, "content": "a"}], {"role": "user"}])
def test_what_is_no_conversation_goes_aside(tmp_path: Path, odd: object) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text(json.dumps({"input": odd}) + "\n" + json.dumps({"input": "Hello?"}) + "\n")
    assert len(read_examples(path, text="input", talks=True).aside) == 1


def test_replies_are_picked_corrected_and_learned(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.tasks._generated.SAMPLE", 6)
    session = Session.open("dialogue", data=str(data), text="input", home=tmp_path / "home")
    first = session.next()
    assert set(answers(first)) <= set(ASKED) and len(answers(first)) == 2
    told = session.hear(gesture=Gesture(kind="edit", target="#1", value=OWN))
    assert answers(told)[0] == OWN
    with session.bench.model() as model:
        assert OWN in model.values(), "what a person wrote can be said at once"
    session.learn()
    (version,) = session.versions()
    assert version.report is not None and version.report.measures
    session.undo()
    with session.bench.model() as model:
        assert OWN not in model.values()


def test_where_somebody_sounds_unhappy_it_is_asked_what_should_have_been_said() -> None:
    talk = [
        {"role": "user", "content": "And on Tuesday?"},
        {"role": "assistant", "content": "On Wednesdays."},
        {"role": "user", "content": "I said Tuesday, not Wednesday."},
    ]
    happy = [*talk[:2], {"role": "user", "content": "Great, thank you."}]
    given = [Example(id="a", input=talk), Example(id="b", input=happy), Example(id="c", input="Tea?")]
    watch = Watch(given)
    (before, *rest) = watch.examples
    assert rest == given and before.input == talk[:1]
    assert "Tuesday, not Wednesday" in watch.asks(before) and "What should I have said?" in watch.asks(before)
    assert not any(map(watch.asks, given))


def test_the_answer_to_the_question_is_learned_in_its_place(tmp_path: Path) -> None:
    session = Session.open("dialogue", home=tmp_path / "home")
    first = session.next()
    assert first.messages[-1].text.endswith("What should I have said?")
    told = session.hear("you should have said: Yes, every Tuesday at six.")
    assert answers(told)[0] == "Yes, every Tuesday at six."
    kinds = {row.feedback.kind for row in session.store.feedback(session.name)}
    assert kinds == {"label", "preference"}


def test_the_demo_comes_with_replies(tmp_path: Path) -> None:
    session = Session.open("dialogue", home=tmp_path / "home")
    turn = session.next()
    assert turn.screen is not None and len(turn.screen.outputs) == 2
    assert isinstance(turn.screen.example.input, list)
