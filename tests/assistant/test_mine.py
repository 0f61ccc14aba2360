"""What people made of the parser's readings: what counts, what is gold, and what the figures say."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.parsers._mine import FEWEST, Judged, figures, gold_rows, judged, mixed, told
from assistant.parsers._rows import Row
from assistant.store import Store
from assistant.types import Act, Context, Critique, Gesture, LabelAct, OnScreen, Reading, Vocabulary

LABELS = ("order", "complaint", "spam")
SCREEN = tuple(OnScreen(id=f"#{n}", input="I want my money back", value="order") for n in (1, 2))


def label(value: str, target: str = "#1") -> Act:
    return Act(kind="label", targets=(target,), label=LabelAct(op="is", value=value))


class Desk:
    """A store with a conversation, in which readings are recorded and judged."""

    def __init__(self, store: Store) -> None:
        self.store, self.talks = store, {"mail": store.start_conversation("mail", "ann")}

    def read(
        self, *acts: Act, words: str = "it's that", task: str = "mail", confidence: float = 0.9, version: str = "1",
        gesture: Gesture | None = None,
    ) -> str:  # fmt: skip
        if task not in self.talks:
            self.talks[task] = self.store.start_conversation(task, "ann")
        context = Context(task=task, vocabulary=Vocabulary(labels=LABELS), outputs=SCREEN)
        critique = Critique(
            conversation=self.talks[task], author="ann", text=words, gesture=gesture, context=context
        )  # fmt: skip
        return self.store.record(critique, Reading(acts=acts, confidence=confidence), "embedded", version)

    def correct(self, reading: str, *acts: Act, decided: bool = True) -> str:
        critique = self.store.reading_of(reading).critique
        corrected = Reading(acts=acts, confidence=1.0)
        new = self.store.record(critique, corrected, "person", "1", replaces=reading)
        if decided:
            self.store.decide(reading, "ann", "corrected")
        return new

    def decide(self, reading: str, decision: Any) -> str:
        self.store.decide(reading, "bob", decision)
        return reading

    def one(self, task: str | None = None) -> Judged:
        [found] = judged(self.store, task)
        return found


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_what_was_left_alone_counts_as_nothing(desk: Desk) -> None:
    desk.read(label("order"))
    assert judged(desk.store) == []


def test_a_confirmed_reading_is_right_and_gold(desk: Desk) -> None:
    desk.decide(desk.read(label("order"), words="yes, an order"), "confirmed")
    found = desk.one()
    assert (found.verdict, found.right, found.parser, found.version) == ("confirmed", True, "embedded", "1")
    [row] = gold_rows([found])
    assert (row.critique.text, row.critique.context.vocabulary.labels) == ("yes, an order", LABELS)
    assert row.gold == Reading(acts=(label("order"),), confidence=1.0)


def test_a_rejected_reading_is_wrong_and_teaches_nothing(desk: Desk) -> None:
    desk.decide(desk.read(label("order")), "rejected")
    assert (desk.one().verdict, desk.one().right) == ("rejected", False)
    assert gold_rows([desk.one()]) == []


def test_the_newest_verdict_counts(desk: Desk) -> None:
    reading = desk.decide(desk.read(label("order")), "confirmed")
    assert desk.one().right
    desk.decide(reading, "rejected")
    assert not desk.one().right
    assert gold_rows([desk.one()]) == []


def test_the_corrected_acts_are_gold_and_the_correction_is_no_reading_of_the_parser(desk: Desk) -> None:
    desk.correct(desk.read(label("order")), label("complaint"), label("spam", "#2"))
    found = desk.one()
    assert (found.verdict, found.right) == ("corrected", False)
    assert found.reading.acts == (label("order"),)
    assert found.gold is not None
    assert found.gold.acts == (label("complaint"), label("spam", "#2"))


def test_of_several_corrections_the_last_is_gold(desk: Desk) -> None:
    first = desk.read(label("order"))
    desk.correct(desk.correct(first, label("complaint")), label("spam"))
    assert desk.one().gold == Reading(acts=(label("spam"),), confidence=1.0)


def test_a_correction_counts_even_where_the_verdict_was_never_written(desk: Desk) -> None:
    desk.correct(desk.read(label("order")), label("spam"), decided=False)
    assert (desk.one().verdict, desk.one().gold) == ("corrected", Reading(acts=(label("spam"),), confidence=1.0))


def test_a_correction_that_was_taken_back_is_no_gold(desk: Desk) -> None:
    desk.decide(desk.correct(desk.read(label("order")), label("spam")), "rejected")
    assert (desk.one().right, desk.one().gold) == (False, None)


def test_a_correction_to_the_same_was_right_before(desk: Desk) -> None:
    act = label("order").model_copy(update={"reason": "they want two"})
    desk.correct(desk.read(label("order")), act)
    assert desk.one().right


def test_where_every_act_was_removed_nothing_was_meant(desk: Desk) -> None:
    desk.correct(desk.read(label("order")))
    [row] = gold_rows([desk.one()])
    assert row.gold is not None
    assert [act.kind for act in row.gold.acts] == ["none"]


def test_gestures_are_no_words(desk: Desk) -> None:
    thumb = Gesture(kind="thumb", value=True)
    desk.decide(desk.read(label("order"), words="", gesture=thumb), "confirmed")
    assert judged(desk.store) == []


def test_one_task_or_all_in_their_order(desk: Desk) -> None:
    for task, words in (("mail", "one"), ("films", "two"), ("mail", "three")):
        desk.decide(desk.read(label("order"), words=words, task=task), "confirmed")
    assert [one.critique.text for one in judged(desk.store)] == ["one", "two", "three"]
    assert [one.critique.text for one in judged(desk.store, "mail")] == ["one", "three"]
    assert judged(desk.store, "songs") == []


def test_the_figures(desk: Desk) -> None:
    for words in ("one", "two", "three"):
        desk.decide(desk.read(label("order"), words=words), "confirmed")
    rule = Act(kind="retract", targets=())
    # of two acts, the label was meant and the other was not
    desk.correct(desk.read(label("order"), rule, words="four", confidence=0.5, version="2"), label("order"))
    found = figures(judged(desk.store))
    assert (found["readings"], found["right"], found["precision"]) == (4, 3, 0.75)
    assert (found["confirmed"], found["corrected"], found["rejected"]) == (3, 1, 0)
    assert found["confidence"] == pytest.approx(0.8)
    assert found["ece"] == pytest.approx(0.75 * 0.1 + 0.25 * 0.5)
    assert found["kinds"] == {
        "label": {"acts": 4, "right": 4, "precision": 1.0}, "retract": {"acts": 1, "right": 0, "precision": 0.0},
    }  # fmt: skip
    first, second = found["parsers"]
    assert (first["parser"], first["version"], first["readings"], first["precision"]) == ("embedded", "1", 3, 1.0)
    assert (second["version"], second["readings"], second["right"], second["ece"]) == ("2", 1, 0, 0.5)
    text = told(found)
    assert "4 readings were judged: 3 confirmed, 1 corrected, 0 rejected." in text
    assert "Right: 3, precision 0.750; mean confidence 0.800, ECE 0.200." in text
    assert "embedded 2" in text


def test_the_same_act_twice_is_right_once(desk: Desk) -> None:
    desk.correct(desk.read(label("order"), label("order")), label("order"))
    assert figures([desk.one()])["kinds"]["label"] == {"acts": 2, "right": 1, "precision": 0.5}


def rows(count: int, name: str) -> list[Row]:
    return [
        Row(Critique(id=f"{name}-{n}", conversation="c", author="a", text="yep"), Reading(acts=(), confidence=1))
        for n in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize(("mine", "ours", "kept"), [(3, 900, FEWEST), (300, 900, 300), (300, 250, 250), (3, 5, 5)])
def test_a_teams_rows_are_mixed_with_as_many_of_ours(mine: int, ours: int, kept: int) -> None:
    known = rows(ours, "ours")
    own = rows(mine, "mine")
    found = mixed(own, known, seed=1)
    assert found[:mine] == own
    drawn = {row.critique.id for row in found[mine:]}
    assert len(drawn) == len(found) - mine == kept
    assert drawn <= {row.critique.id for row in known}
    assert mixed(own, known, seed=1) == found
