"""Bad input of tasks that write texts, as a person meets it: one sentence, nothing lost, and it goes on."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from adapters.models.causal import causal
from assistant.errors import UserError
from assistant.parsers import parser
from assistant.session import Session, Turn
from assistant.types import Gesture
from tests.tiny_lm import tiny_lm

WINDOW = 256
LONG = "word " * 400
RULES = {
    "five sentences or more": ("length.sentences", "ge", 5),
    "two sentences at most": ("length.sentences", "le", 2),
    "500 words or more": ("length.words", "ge", 500),
}


@pytest.fixture(scope="module")
def lm(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_lm(tmp_path_factory.mktemp("lm"), window=WINDOW)


def reading(property: str, operator: str, value: Any) -> dict[str, Any]:
    rule = {"property": property, "operator": operator, "value": value, "strength": "must", "scope": "task"}
    return {"acts": [{"kind": "constraint", "targets": ["all"], "constraint": rule}], "confidence": 1.0}


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Opens the task `answer` on a base, of the same home each time; `rows` of its data."""
    said = {words: reading(*rule) for words, rule in RULES.items()}
    monkeypatch.setattr("assistant.session.open_parser", lambda name: parser.get("scripted")(said))
    monkeypatch.setattr("assistant.tasks._generated.SAMPLE", 4)
    monkeypatch.setattr("assistant.tasks._generated.LEARNED", 2)
    monkeypatch.setattr("adapters.models._causal_load.MOST_NEW", 16)
    monkeypatch.setattr("adapters.models.causal.MOST_NEW", 16)

    def open(base: str, rows: list[str] | None = None, **more: Any) -> Session:
        data = tmp_path / "asked.csv"
        if rows or not data.exists():
            data.write_text("question\n" + "\n".join(rows or [f"When do you open on day {n}?" for n in range(6)]))
        return Session.open("answer", data=str(data), text="question", base=base, home=tmp_path / "home", **more)

    return open


def told(turn: Turn) -> str:
    return "\n".join(message.text for message in turn.messages)


def edit(session: Session, value: str) -> Turn:
    return session.hear(gesture=Gesture(kind="edit", target="#1", value=value))


def test_a_base_without_a_chat_template_works_by_a_plain_one_and_that_is_said(opened: Any, tmp_path: Path) -> None:
    session = opened(tiny_lm(tmp_path / "plain", window=WINDOW, template=None))
    first = session.next()
    assert "has no chat template, so it is asked in plain text" in told(first)
    assert first.screen is not None and first.screen.outputs[0].value
    assert "chat template" not in told(session.next()), "it is said once"


def test_a_conversation_is_put_plainly_with_who_said_what(tmp_path: Path) -> None:
    model: Any = causal(tiny_lm(tmp_path, window=WINDOW, template=None), rank=4)
    talk = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello!"}, {"role": "user", "content": "Open?"}]  # fmt: skip
    text = model.tokenizer.decode(model._prompt(talk))
    assert text == "Be brief.\n\nUser:\nHi\nAssistant:\nHello!<|end|>\nUser:\nOpen?\nAssistant:\n"
    begun = [*talk, {"role": "assistant", "content": "Yes, at"}]
    assert model.tokenizer.decode(model._prompt(begun)).endswith("Assistant:\nYes, at")


def test_turns_that_a_plain_base_makes_up_are_no_part_of_its_answer(tmp_path: Path) -> None:
    model: Any = causal(tiny_lm(tmp_path, window=WINDOW, template=None), rank=4)
    ids = model._alone(model._ids("At nine.\nUser:\nThank you!"))
    assert model.tokenizer.decode(ids, skip_special_tokens=True) == "At nine." and ids[-1] == model.end


def test_an_answer_longer_than_the_context_is_kept_said_and_left_out_of_the_training(opened: Any, lm: str) -> None:
    session = opened(lm)
    session.next()
    assert "I can't learn from it: That is" in told(edit(session, LONG))
    session.next()
    edit(session, "At nine.")
    done = told(session.learn())
    assert "v1" in done and "could not be learned" in done and "reads 256 at once" in done
    values = [row.feedback.value for row in session.store.feedback(session.name) if row.feedback.kind == "label"]
    assert values == [LONG.strip(), "At nine."], "nothing is lost"


def test_a_prompt_longer_than_the_context_is_passed_over_and_said_once(opened: Any, lm: str) -> None:
    session = opened(lm, [LONG, *(f"When do you open on day {n}?" for n in range(3))])
    turns = [session.next() for _ in range(6)]
    assert all(turn.screen is not None and turn.screen.example.input != LONG.strip() for turn in turns)
    passed = [told(turn) for turn in turns if "I passed over what is too long for me" in told(turn)]
    assert len(passed) == 1 and "reads 256 at once" in passed[0]
    with pytest.raises(UserError, match=r"That is [\d,]+ tokens .* reads 256 at once; shorten it"):
        session.answer(LONG)
    edit(session, "At nine.")
    assert "v1" in told(session.learn()), "one long row stops no training"


def test_where_all_prompts_are_too_long_that_is_one_sentence(opened: Any, lm: str) -> None:
    with pytest.raises(UserError, match="None of the examples can be read: That is"):
        opened(lm, [LONG, LONG + "again"]).next()


def test_rules_that_contradict_are_said_with_whose_critique_made_each(opened: Any, lm: str) -> None:
    ann = opened(lm, author="ann")
    ann.next()
    ann.hear("five sentences or more")
    ben = opened(lm, author="ben")
    ben.next()
    said = told(ben.hear("two sentences at most"))
    assert "at least five sentences (ann: “five sentences or more”)" in said
    assert "at most two sentences (ben: “two sentences at most”)" in said and "Rules" in said
    ben.undo()
    assert "can't do both" not in told(ben.next())


def test_a_rule_that_can_not_be_met_is_said_after_how_many_tries_and_the_best_is_shown(opened: Any, lm: str) -> None:
    session = opened(lm)
    session.next()
    turn = session.hear("500 words or more")
    assert "tries none keeps every rule. This one is nearest, but breaks: Answer in at least 500 words" in told(turn)
    assert turn.screen is not None and turn.screen.outputs[0].value


def test_a_version_of_another_base_does_not_answer_is_said_once_and_all_is_learned_anew(
    opened: Any, lm: str, tmp_path: Path
) -> None:
    session = opened(lm)
    session.next()
    edit(session, "At nine.")
    session.learn()
    session.close()
    other = opened(tiny_lm(tmp_path / "other", seed=1, window=WINDOW))
    first = other.next()
    assert "v1 was trained on the base" in told(first) and "train again: all that was said is kept" in told(first)
    assert first.screen is not None and first.screen.adapter == "base"
    assert first.screen.outputs[0].adapter == "base", "who answered is told rightly"
    assert "was trained on" not in told(other.next())
    with pytest.raises(UserError, match="v1 was trained on the base"):
        other.use("v1")
    other.learn()
    version = other.versions()[0]
    assert (version.name, version.parent) == ("v2", "base")
    assert len(other.store.learned(other.store.adapter("2", other.name).id)) == 2, "v1's feedback, too"


def test_the_same_weights_in_another_folder_are_the_same_base(opened: Any, lm: str, tmp_path: Path) -> None:
    session = opened(lm)
    session.next()
    edit(session, "At nine.")
    session.learn()
    session.close()
    moved = opened(str(shutil.copytree(lm, tmp_path / "moved")))
    assert "was trained on" not in told(moved.next()) and moved.bench.live_name() == "v1"


def test_another_vocabulary_is_another_base(lm: str, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    model: Any = causal(lm, rank=4)
    kept = AutoTokenizer.from_pretrained(lm)
    assert kept.add_tokens(["<new>"]) == 1
    other: Any = causal(lm, rank=4)
    assert model.base_id == other.base_id
    from adapters.models._causal_load import identity

    assert identity(other.peft.get_base_model(), kept) != identity(other.peft.get_base_model(), other.tokenizer)
