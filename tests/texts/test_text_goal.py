"""What answers are worth, which are shown, and what a model practises, by what was said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.errors import UserError
from assistant.tasks import Lesson
from assistant.texts.goal import TextGoal, goal_of
from assistant.texts.say import question, told
from assistant.types import Constraint, Example, Label, Output, Preference

ORIGIN: dict[str, Any] = {"task": "t", "author": "ann", "critique": "c", "reading": "r"}
ASKED = Example(id="1", input="When do you open?")
LONG = "We open at 8. Do come by. Bring a friend."


def rule(property: str, operator: str = "eq", value: Any = None, **more: Any) -> Constraint:
    return Constraint(**ORIGIN, property=property, operator=operator, value=value, **more)  # type: ignore[arg-type]


TWO = rule("length.sentences", "le", 2)
CALM = rule("count.exclamations", "eq", 0)
WARM = rule("tone.warmth", "increase", strength="prefer")


def goal(*said: Any) -> TextGoal:
    return goal_of(said, ["When do you open?", "Where are you?"])


def output(value: str, **more: Any) -> Output:
    return Output(value=value, example_id="1", **more)


def shown(of: TextGoal, first: list[str], later: list[str] = (), count: int = 2) -> tuple[list[Output], str, list[Any]]:  # type: ignore[assignment]
    asked: list[Any] = []

    def more(n: int, input: Any = None, among: Sequence[Any] = ()) -> list[Output]:
        asked.append(input)
        return [output(text) for text in (sorted(among) if among else later)]

    found, why = of.choose(ASKED, [output(text) for text in first], count, more, np.random.default_rng(0))
    return found, why, asked


def test_an_answer_that_breaks_what_must_hold_is_worth_nothing() -> None:
    assert list(goal(TWO).score([LONG, "At 8."], [ASKED.input] * 2)) == [0, 1]
    soft = goal(TWO.model_copy(update={"strength": "prefer"})).score([LONG, "At 8."])
    assert 0 < soft[0] < soft[1] == 1
    assert np.isnan(goal().score([LONG])).all(), "nothing was said by which it can be told"
    assert np.isnan(goal(WARM).score([LONG])).all(), "nothing here can tell warmth"


def test_a_rule_with_a_condition_holds_where_its_words_are_asked() -> None:
    when = rule("length.sentences", "le", 2, when="mentions parking")
    assert goal(when).score([LONG], ["Is there parking?"])[0] == 0
    assert goal(when).explain(LONG, "Is there parking?")[0].weight == -1
    assert goal(when).explain(LONG, "Do you open?") == ()


def test_a_rule_for_one_item_holds_there_alone() -> None:
    here = rule("length.sentences", "le", 2, scope="item", example_id="1")
    assert goal(here).asks(ASKED) != ASKED.input
    assert goal(here).asks(Example(id="2", input="Hello?")) == "Hello?"


def test_what_is_on_screen_is_edited_where_it_stands() -> None:
    stays = goal(TWO).stays(output(LONG), ASKED)
    assert stays is not None
    assert (stays.value, stays.said, stays.rules) == ("We open at 8. Do come by.", LONG, (TWO.id,))
    assert goal(TWO).stays(output("At 8."), ASKED).value == "At 8."  # type: ignore[union-attr]


def test_what_code_can_not_check_is_written_anew_once() -> None:
    assert goal(WARM).stays(output(LONG), ASKED) is None
    assert goal(WARM).stays(output(LONG, rules=(WARM.id,)), ASKED) is not None


def test_the_model_is_told_of_the_rules() -> None:
    asked = goal(TWO, WARM).asks(ASKED)
    assert asked[0] == {"role": "system", "content": "Answer in at most two sentences. Be more warm."}
    assert asked[1] == {"role": "user", "content": ASKED.input}
    talk = [{"role": "system", "content": "You are a desk."}, {"role": "user", "content": "Hello?"}]
    assert told(talk, [TWO])[0]["content"] == "You are a desk. Answer in at most two sentences."
    assert question(talk) == "Hello?" and question([]) is None


def test_answers_that_obey_by_themselves_come_before_those_that_were_edited() -> None:
    found, why, asked = shown(goal(TWO), [LONG, "At 8.", "At 8 sharp."])
    assert [one.value for one in found] == ["At 8.", "At 8 sharp."] and not asked
    assert why == "two that differ much; which is better?"


def test_more_is_asked_for_where_too_few_obey() -> None:
    hello = rule("contains", "contains", "hello")
    found, _, asked = shown(goal(hello, rule("length.words", "ge", 4)), ["No."], ["Well hello to you all.", "No."], 1)
    assert [one.value for one in found] == ["Well hello to you all."] and len(asked) == 1


def test_where_nothing_obeys_the_nearest_is_shown_and_said() -> None:
    of = goal(rule("length.words", "ge", 50))
    found, why, _ = shown(of, ["No."], ["No, not at all."])
    assert [one.value for one in found] == ["No, not at all."] and why == "the best that I could do"
    assert "After 4 tries none keeps every rule" in of.notes[0] and "at least 50 words" in of.notes[0]
    assert shown(of, [])[0] == []


def test_a_word_that_is_never_written_is_put_in_in_the_end() -> None:
    of = goal(rule("contains", "contains", "parking"))
    (only,), why, _ = shown(of, ["We open at 8."], ["At 8."])
    assert "parking" in str(only.value).lower() and only.said in ("We open at 8.", "At 8.")
    assert why == "the best that I could do" and "was edited until it does" in of.notes[0]


def test_what_was_preferred_is_shown_first() -> None:
    better = [Preference(**ORIGIN, input="x", chosen="At 8.", rejected=LONG)] * 4
    found, why, _ = shown(goal(*better), [LONG, "Closed.", "We open at nine every single day, so come by then."])
    assert found[0].value == "Closed." and why.startswith("#1 is the one")
    assert goal(*better).score(["At 9."])[0] > 0.5 > goal(*better).score([LONG])[0]
    assert "fewer" in goal(*better).view()


def test_contradictions_are_said() -> None:
    ((one, other, *rules),) = goal(TWO, rule("length.sentences", "ge", 5)).disputes
    assert "two sentences" in one and "five sentences" in other and [r.value for r in rules] == [2, 5]


def test_a_model_practises_on_its_own_answers_told_and_untold() -> None:
    of = goal(TWO)
    lesson = Lesson(ask=lambda inputs: ["At 8." if isinstance(one, list) else LONG for one in inputs])
    material = of.material(lesson)
    pairs = [one for one in material.new if isinstance(one, Preference)]
    assert [(one.input, one.chosen, one.rejected) for one in pairs] == [(x, "At 8.", LONG) for x in of.pool]
    assert [one.value for one in material.new if isinstance(one, Label)] == ["At 8."] * 2
    assert material.known == []


def test_of_two_answers_more_paragraphs_are_made_than_of_one() -> None:
    two = rule("length.paragraphs", "eq", 2)
    found, *_ = shown(goal(two), ["At eight.", "We open at eight."], ["At eight."])
    assert [one.value for one in found] == ["At eight.\n\nWe open at eight."]


FEW = rule("options", "eq", ("yes", "no", "maybe"))


def test_of_answers_that_are_listed_the_likeliest_is_shown_and_nothing_else() -> None:
    found, _, asked = shown(goal(FEW), ["Yes, we have no lift.", LONG])  # the stand-in's likeliest: by the alphabet
    assert [one.value for one in found] == ["maybe", "no"] and len(asked) == 1
    found, *_ = shown(goal(FEW, rule("case", "eq", "capitals")), [LONG])
    assert [one.value for one in found] == ["MAYBE", "NO"]
    material = goal(FEW).material(Lesson(ask=lambda some: [LONG for _ in some], likeliest=lambda x, some: some[1]))
    pairs = [one for one in material.new if isinstance(one, Preference)]
    assert [(one.chosen, one.rejected) for one in pairs] == [("no", LONG)] * 2


def test_where_no_rule_holds_its_own_answers_are_rehearsed() -> None:
    of = goal(rule("length.sentences", "le", 2, when="mentions parking"))
    material = of.material(Lesson(ask=lambda inputs: [LONG for _ in inputs]))
    assert [one.label for one in material.known] == [LONG, LONG]
    # ... and are better there than what the rule would make of them
    short = "We open at 8. Do come by."
    assert [(one.chosen, one.rejected) for one in material.new if isinstance(one, Preference)] == [(LONG, short)] * 2
    assert len(material.new) == 2


def test_what_people_said_is_learned_too() -> None:
    label = Label(**ORIGIN, input="x", op="is", value="y")
    material = goal().material(Lesson(new=[label, TWO], earlier=[label]))
    assert material.new == [label] and material.replay == [label] and material.known == []


def test_measures_are_by_name() -> None:
    told = goal(TWO).measures([LONG, "At 8.", None], ["a", "b", "c"])
    assert told["keeps the rules"] == 0.5 and told["answered"] == pytest.approx(2 / 3)
    assert goal().measures([], [])["words"] == 0


def test_rules_and_answers_are_written_for_other_tools(tmp_path: Path) -> None:
    goal(TWO).save(tmp_path / "rules.json")
    (kept,) = json.loads((tmp_path / "rules.json").read_text())
    assert kept["instruction"] == "Answer in at most two sentences." and kept["value"] == 2
    goal(TWO).write(["At 8.", LONG], tmp_path / "a.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert lines == [{"answer": "At 8.", "worth": 1.0}, {"answer": LONG, "worth": 0.0}]
    with pytest.raises(UserError, match="json"):
        goal().save(tmp_path / "rules.txt")
    with pytest.raises(UserError, match="jsonl"):
        goal().write([], tmp_path / "a.csv")


def test_what_stays_on_screen_is_not_shown_once_more_when_an_edit_makes_another_the_same() -> None:
    longer = [output("We open at 8. Come in. Bye."), output("We open at 9. Come in. Bye.")]
    kept = "We open at 8. Come in."
    found, _ = goal(TWO).choose(ASKED, longer, 1, lambda n, input=None: [], np.random.default_rng(0), {kept})
    assert [one.value for one in found] == ["We open at 9. Come in."]
    found, why = goal(TWO).choose(ASKED, longer[:1], 1, lambda n, input=None: [], np.random.default_rng(0), {kept})
    assert found == [] and why == "nothing else keeps every rule"


def test_who_repeats_themselves_is_less_varied_in_words_and_within_them() -> None:
    def varied(text: str) -> float:
        return goal_of([], []).spread([text])["varied"]

    assert varied("We open at nine, every day but Sunday.") > 0.95
    assert varied("We open, we open, we open, we open.") < 0.5
    assert varied("A shortortortortortortortortort one") < 0.6
    assert varied("No.") == 1 and goal_of([], []).spread([])["varied"] == 0
