"""What is said of marked parts of an output is read alike by every parser."""

from __future__ import annotations

import pytest

from assistant.parsers import hear, open_parser
from assistant.parsers._pointing import read_pointing
from assistant.types import Context, Critique, OnScreen, Property, Selection, Vocabulary

RING = Selection(text="c1ccncc1", target="#2", parts=(3, 4, 5, 6, 7, 8))


def said(text: str, *marked: Selection) -> Critique:
    vocabulary = Vocabulary(properties=(Property(name="logp"), Property(name="substructure", values="part")))
    screen = tuple(OnScreen(id=f"#{n}", input="", value=value) for n, value in ((1, "CCO"), (2, "Cc1ccncc1")))
    return Critique(
        conversation="c",
        author="ann",
        text=text,
        context=Context(task="m", vocabulary=vocabulary, outputs=screen, selection=marked),
    )


@pytest.mark.parametrize(
    ("text", "operator"),
    [
        ("This must stay", "contains"),
        ("this bit must stay!", "contains"),
        ("keep that ring, please", "contains"),
        ("don’t touch this", "contains"),
        ("it stays", "contains"),
        ("I like this part", "contains"),
        ("Lose this", "not_contains"),
        ("get rid of this part", "not_contains"),
        ("this has to go", "not_contains"),
        ("no more of this".replace(" of", ""), "not_contains"),
        ("never this again", "not_contains"),
        ("I don't like that group", "not_contains"),
    ],
)
def test_a_marked_part_stays_or_goes(text: str, operator: str) -> None:
    heard = hear(open_parser("gesture"), said(text, RING))
    assert heard.parser == "pointing" and heard.reading.confidence == 1.0
    (act,) = heard.reading.acts
    assert act.constraint is not None
    assert (act.constraint.operator, act.constraint.value) == (operator, "c1ccncc1")
    assert (act.constraint.property, act.constraint.strength, act.constraint.scope) == ("substructure", "must", "task")


@pytest.mark.parametrize(
    "text", ["too greasy", "keep this but lose the nitro group", "because of this", "why this?", ""]
)
def test_more_than_that_is_for_a_parser_to_read(text: str) -> None:
    assert read_pointing(said(text, RING)) is None


def test_without_marked_parts_nothing_is_pointed_at() -> None:
    words = Selection(text="refund", start=3, end=9)
    assert read_pointing(said("this must stay")) is None
    assert read_pointing(said("this must stay", words)) is None


def test_two_marked_parts_are_two_rules() -> None:
    reading = read_pointing(said("keep these", RING, Selection(text="CC", target="#1", parts=(0, 1))))
    assert reading is not None and [act.constraint and act.constraint.value for act in reading.acts] == [
        "c1ccncc1",
        "CC",
    ]
