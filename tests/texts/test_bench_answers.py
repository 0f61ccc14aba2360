"""Benchmarks of language models: what they count is counted rightly. The rows themselves run for minutes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.bench import bench, dpo_speed, hits_20, learned_25, obeyed_25, scope, style
from assistant.bench._desk import desk
from assistant.bench._instructions import INSTRUCTIONS
from assistant.errors import UserError
from assistant.types import Prediction
from tests.tiny_lm import taught_lm

ROWS = ("dpo_speed", "hits_20", "learned_25", "obeyed_25", "scope", "style")


@pytest.mark.parametrize("name", ROWS)
def test_the_row_says_what_it_measures(name: str) -> None:
    row = bench.get(name)()
    assert row.what and row.reference and row.people == ("none" if name == "dpo_speed" else "simulated")


def test_the_instructions_are_ifevals_and_tell_texts_apart() -> None:
    assert len(INSTRUCTIONS) == 25 and len({name.partition(":")[0] for name in INSTRUCTIONS}) == 9
    asked = "When do you open?"
    for name, kept, broken in (
        ("keywords:frequency", "Please come, please.", "Please come."),
        ("length_constraints:number_sentences", "At nine. Come in.", "At nine. Come in. See you."),
        ("change_case:english_capital", "AT NINE.", "At nine."),
        ("combination:repeat_prompt", f"{asked} At nine.", "At nine."),
        ("startend:end_checker", "At nine. See you soon.", "See you soon. At nine."),
        ("punctuation:no_comma", "At nine.", "Well, at nine."),
    ):
        assert INSTRUCTIONS[name].obeyed(kept, asked) and not INSTRUCTIONS[name].obeyed(broken, asked)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return taught_lm(tmp_path_factory.mktemp("lm"), "We open at 9. Do come by! Bring a friend.", asked="?")


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("assistant.tasks._generated.SAMPLE", 6)
    path = tmp_path / "asked.csv"
    path.write_text("question\n" + "".join(f"When do you open on day {n}?\n" for n in range(12)))
    return str(path)


def test_what_is_said_is_looked_for_in_the_next_answers(base: str, asked: str, tmp_path: Path) -> None:
    with desk(tmp_path / "home", task="answer", base=base, data=asked, text="question") as session:
        assert obeyed_25.tried(session, INSTRUCTIONS["length_constraints:number_sentences"]) == (True, 1.0, None)
        unread = INSTRUCTIONS["length_constraints:number_words"]._replace(said="hm")
        heard = obeyed_25.tried(session, unread)  # nothing was understood, so nothing counts as obeyed
        assert (heard.next, heard.missed) == (False, "not applied")
        assert session.rules() == []


@pytest.mark.timeout(200)
def test_what_is_learned_is_looked_for_in_answers_that_nothing_mends(
    base: str, asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learned_25, "CRITIQUES", 2)
    with desk(tmp_path / "home", task="answer", base=base, data=asked, text="question") as session:
        before, after = learned_25.learned(session, INSTRUCTIONS["length_constraints:number_sentences"])
        assert session.versions()[0].live  # also what the gate would hold back is looked at
    assert before < 0.5 and after > before  # by heart, it says three sentences


def test_what_lies_between_two_trainings_is_read_off_the_line() -> None:
    found = [scope.Shown(0.0, 0.0), scope.Shown(0.4, 0.1), scope.Shown(0.8, 0.5)]
    assert scope.between(found, 0.6) == pytest.approx((0.6, 0.3))
    assert scope.between(found, 0.2) == pytest.approx((0.2, 0.05))
    assert scope.between(found, 0.9) == scope.Shown(0.8, 0.5)  # none comes so far: the last


def test_questions_about_the_topic_and_others_never_mix() -> None:
    within, beyond = scope.questions(0)
    assert len(within) == len(beyond) == scope.KNOWN + scope.ASKED
    assert all("museum" in text.lower() for text in within) and not any("museum" in text.lower() for text in beyond)


def test_a_style_is_compared_and_learned() -> None:
    said = [["One two three.", "One.", "One two.", "One."]]
    found = style.pairs(style.STYLES["shorter"], ["q"], said)
    assert {(p.better, p.worse) for p in found} == {
        ("One.", "One two three."), ("One.", "One two."), ("One two.", "One two three."),
    }  # fmt: skip
    known = style.pairs(style.STYLES["number"], ["q"] * 8, [[f"We open at {n}.", "We open soon."] for n in range(1, 9)])
    assert style.accuracy(known, known) == 1.0
    assert style.STYLES["formal"].shown("Guests are received at nine.") and not style.STYLES["formal"].shown(
        "Hi, just pop in!"
    )


def test_hits_are_counted_among_twenty() -> None:
    turns = [hits_20.Turn([{"role": "user", "content": str(n)}], f"reply {n}") for n in range(30)]

    class Model:
        """Finds the replies of even turns."""

        def relabel(self, labels: list[str]) -> None:
            self.labels = labels

        def predict(self, talks: list[Any]) -> list[Prediction]:
            made = []
            for talk in talks:
                right = f"reply {talk[-1]['content']}"
                liked = right if int(talk[-1]["content"]) % 2 == 0 else "nothing"
                made.append(Prediction(value=liked, scores={one: 0.9 if one == liked else 0.1 for one in self.labels}))
            return made

    drawn = [list(range(20))] * 30
    assert hits_20.hits(Model(), turns, drawn) == 0.5


def test_the_turns_of_a_conversation(tmp_path: Path) -> None:
    rows = [
        {
            "corpus": "WoW",
            "turns": [{"utterance": "Hi", "response": "Hello"}, {"utterance": "Tea?", "response": "Yes"}],
        },
        {"corpus": "BABI", "turns": [{"utterance": "x", "response": "y"}]},
    ]
    (tmp_path / "dialogues.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    [turns] = hits_20.read(tmp_path / "dialogues.jsonl")
    assert [turn.reply for turn in turns] == ["Hello", "Yes"]
    assert [message["content"] for message in turns[1].talk] == ["Hi", "Hello", "Tea?"]
    with pytest.raises(UserError, match="missing"):
        hits_20.read(tmp_path / "none.jsonl")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.timeout(200)
def test_both_trainers_take_the_same_steps_on_the_same_tokens(base: str, tmp_path: Path) -> None:
    pytest.importorskip("trl", reason="TRL is not installed")
    from adapters.models.causal import causal

    found = dpo_speed._compared(causal(base), dpo_speed._pairs(16), tmp_path)
    assert set(found) == {"ours, tokens/s", "TRL, tokens/s", "TRL with references given, tokens/s"}
    assert all(speed > 0 for speed in found.values())
    assert len({(p.input, p.chosen) for p in dpo_speed._pairs(16)}) == 16


def test_nothing_on_screen_obeys_nothing() -> None:
    assert obeyed_25.shown(INSTRUCTIONS["punctuation:no_comma"], None) == [("nothing", False)]
