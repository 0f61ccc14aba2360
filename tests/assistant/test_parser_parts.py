"""What the embedded parser is made of: notation, numbers, references, what gold teaches, acts from answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.errors import UserError
from assistant.parsers._acts import build
from assistant.parsers._gold import Lesson
from assistant.parsers._layout import Layout
from assistant.parsers._notation import parse
from assistant.parsers._numbers import in_unit, numbers
from assistant.parsers._pick import orders, targets_of
from assistant.parsers._questions import HEADS, SLOTS, Part
from assistant.parsers._rows import Row, read_rows
from assistant.parsers._score import is_right
from assistant.parsers._view import View
from assistant.types import Act, Context, OnScreen, Property, Reading, Vocabulary

WRITTEN = """
@ classification / mail
labels: spam | order | complaint | other
properties: length.words, contains
#1 order << My parcel arrived broken, I want my money back
- nope, complaint: they want their money back
  label #1 is complaint ; +I want my money back
- whenever somebody mentions a refund it's a complaint
  con all label eq complaint prefer task ; when=mentions a refund
- that's either spam or other
  label #1 is ? ; cand=spam|other
  ask: Which is it: spam or other?
- never more than forty words
  con all length.words le 40 must task
- between 20 and 40 words
  1: con all length.words ge 20 must task
  1: con all length.words le 40 must task
- don't say "dear"
  con all contains not_contains dear must task
- ok go and train
  cmd learn
#1 spam << -
#2 order << a dozen mugs
#3 other << -
- 1 and 3 look right,¦ 2 is a complaint
  label #1,#3 is ?
  label #2 is complaint
- #2 > A = C
  pref #2 > #1=#3
- the mugs one is spam
  label #2 is spam

@ answers / reply
properties: length.words
objects: text, link
#1 Our office opens at 9.
- it opens at 8, not 9
  edit #1 replace text ; old=9 ; new=8 ; !9
"""


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    file = tmp_path_factory.mktemp("critiques") / "some.txt"
    file.write_text(WRITTEN, encoding="utf-8")
    return read_rows(file)


# --- the notation ------------------------------------------------------------------------------------------


def test_the_notation_gives_rows_of_the_contract(rows: list[Row]) -> None:
    first, both = rows[0], rows[7]
    assert first.family == "classification" and first.critique.context.task == "mail"
    assert first.gold and first.gold.acts[0].evidence[0].text == "I want my money back"
    assert both.critique.text == "1 and 3 look right, 2 is a complaint"
    assert both.parts == (0, 19) and both.act_parts == (0, 1)
    assert rows[2].gold and rows[2].gold.clarify and rows[2].gold.confidence == 0.7
    assert rows[-1].critique.context.vocabulary.objects == ("text", "link")


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("hello", "Line 2"),
        ("- hi\n  shout #1", "Line 2"),
        ("- hi\n  label", "Line 2"),
        ("- hi\n  none ; odd", "Line 2"),
    ],
)
def test_a_line_that_is_no_notation_is_named(line: str, named: str) -> None:
    with pytest.raises(UserError, match=named):
        list(parse(f"@ a / b\n{line}\n"))


def test_a_folder_of_critiques_is_read_in_order_of_its_files(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.txt").write_text(f"@ x / {name}\n#1 v\n- hi\n  none\n", encoding="utf-8")
    assert [row.critique.context.task for row in read_rows(tmp_path)] == ["a", "b"]


# --- numbers, references, orders ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("at most forty words", [40]),
        ("1,500 words or 2.5k", [1500, 2500]),
        ("two and a half hours", [2.5]),
        ("an hour and a half", [1.5]),
        ("twenty-five, not a hundred", [25, 100]),
        ("höchstens zwei Sätze", [2]),
        ("moins de trente mots", [30]),
        ("a bit less, no numbers", []),
    ],
)
def test_numbers_as_people_say_them(said: str, values: list[float]) -> None:
    assert [number.value for number in numbers(said)] == values


def test_hours_are_minutes_where_the_property_is_in_minutes() -> None:
    (two,) = numbers("under two hours")
    assert in_unit(two, "length.minutes") == 120 and in_unit(two, "length.hours") == 2


def screen(count: int, *values: str) -> Context:
    shown = [*values, *(f"value {n}" for n in range(len(values), count))]
    return Context(
        vocabulary=Vocabulary(labels=("spam", "order"), properties=(Property(name="length.words"),)),
        outputs=tuple(OnScreen(id=f"#{n}", value=value) for n, value in enumerate(shown, start=1)),
    )


@pytest.mark.parametrize(
    ("words", "used", "how", "ids"),
    [
        ("#2 is off", (), "named", ("#2",)),
        ("1 and 3 look right", (), "named", ("#1", "#3")),
        ("the last one", (), "named", ("#3",)),
        ("2 is a complaint", (), "named", ("#2",)),
        ("1-3 are fine", (), "named", ("#1", "#2", "#3")),
        ("die zweite ist falsch", (), "named", ("#2",)),
        ("two, then one", (), "named", ("#2", "#1")),
        ("the rest are wrong", ("#3",), "rest", ("#1", "#2")),
        ("all but #3 are wrong", (), "except", ("#1", "#2")),
        ("all of them are wrong", (), "every", ("#1", "#2", "#3")),
        ("I am tired", (), "named", None),
    ],
)
def test_targets(words: str, used: tuple[str, ...], how: str, ids: tuple[str, ...] | None) -> None:
    layout = Layout.of(words, screen(3))
    assert targets_of(layout, Part(0, len(layout.words)), used, ())[how] == ids


def test_an_output_is_found_by_its_words() -> None:
    layout = Layout.of("the storm one is fine", screen(3, "a storm at sea", "a film", "sea food"))
    assert targets_of(layout, Part(0, len(layout.words)), (), ())["told"] == ("#1",)


def test_orders_are_those_that_can_be_meant() -> None:
    layout = Layout.of("3 beats 1", screen(3))
    made = orders(layout, Part(0, len(layout.words)))
    assert made["as_said"] == (("#3",), ("#1",), ("#2",)) and made["reversed"] == (("#1",), ("#3",), ("#2",))
    assert orders(Layout.of("nice", screen(1)), Part(0, 1)) == {}


# --- from gold to answers and back -------------------------------------------------------------------------


def from_answers(lesson: Lesson) -> Reading:
    """The acts that come out where the network answers as the gold reading says."""
    slots = lesson.slots.astype(np.float64)
    open_words = slots[:, 0] > 0
    slots[open_words] = 0
    slots[open_words, 0] = 1
    acts: list[Act] = []
    for answers in lesson.answers:
        heads = {name: np.full(len(HEADS[name]), 1e-6) for name in HEADS}
        for name, right in answers.heads.items():
            heads[name][sorted(right)] = 1.0
        layout = lesson.layout
        names = {
            "label": layout.labels,
            "property": layout.properties,
            "object": layout.objects,
            "output": layout.screen,
        }
        pointers: dict[str, Any] = {name: np.full(len(listed), 1e-6) for name, listed in names.items()}
        for name, right in answers.pointers.items():
            pointers[name][sorted(right)] = 1.0
        used = tuple(id for act in acts for id in act.targets)
        kind = HEADS["kind"][min(answers.heads["kind"])]
        acts += build(kind, View(layout, answers.part, heads, pointers, slots, used)).acts
    return Reading(acts=tuple(acts), confidence=1)


def test_right_answers_give_the_gold_acts(rows: list[Row]) -> None:
    for row in rows:
        lesson = Lesson.of(row)
        assert lesson is not None and row.gold is not None
        assert is_right(row.gold, from_answers(lesson)), row.critique.text


def test_words_are_taught_what_they_fill(rows: list[Row]) -> None:
    lesson = Lesson.of(rows[1])
    assert lesson is not None
    at = {word.text: index for index, word in enumerate(lesson.layout.words)}
    assert lesson.slots[at["refund"]].nonzero()[0].tolist() == [SLOTS.index("when")]
    assert lesson.slots[at["complaint"]].nonzero()[0].tolist() == [SLOTS.index("label")]


def test_where_acts_begin_is_taught(rows: list[Row]) -> None:
    lesson = Lesson.of(rows[7])
    assert lesson is not None
    begins = [word.text for word, begin in zip(lesson.layout.words, lesson.begins, strict=True) if begin]
    assert begins == ["1", "2"]
