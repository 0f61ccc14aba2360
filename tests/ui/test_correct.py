"""What the menus send becomes an act, or one clear sentence."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.cards import Card
from assistant.errors import UserError
from assistant.types import Act, ConstraintAct, EditAct, Evidence, LabelAct, PreferenceAct, Selection
from tests.ui.fake import LABEL_ACT, LABELS, PROPERTIES, RULE_ACT, reading_card
from ui.correct import corrected
from ui.menus import menus

MARKED = (Selection(text="money", start=10, end=15),)
SPAN_ACT = Act(kind="label", targets=("#1",), label=LabelAct(op="is", value="price", span="my money"))
ORDER_ACT = Act(kind="preference", targets=("#1", "#2"), preference=PreferenceAct(order=(("#1",), ("#2",))))
EDIT_ACT = Act(kind="edit", targets=("#1",), edit=EditAct(op="replace", object="date", old="May", new="June"))
LABEL_RULE = RULE_ACT.model_copy(
    update={"constraint": ConstraintAct(property="label", operator="eq", value="bug", strength="must", scope="task")}
)


def shown(*acts: Act, outputs: tuple[str, ...] = ("#1",)) -> Card:
    return reading_card(acts=acts, outputs=outputs, properties=PROPERTIES)


def sent(act: Act, marked: tuple[Selection, ...] = (), outputs: tuple[str, ...] = ("#1",), **menus: Any) -> Act:
    return corrected(act, menus, marked, shown(act, outputs=outputs))


@pytest.mark.parametrize("act", [LABEL_ACT, SPAN_ACT, RULE_ACT, LABEL_RULE, ORDER_ACT, EDIT_ACT])
def test_menus_that_nobody_touched_say_what_was_understood(act: Act) -> None:
    from tests.ui.test_draw import Tags

    outputs = ("#1", "#2")
    tags = Tags(menus(shown(act, outputs=outputs), 0, LABELS))
    fields: dict[str, Any] = {"keep": [], "target": []}
    for tag, given in tags.elements:
        if tag in ("select", "input") and given.get("type") != "checkbox":
            fields[str(given["name"])] = given["data-value"]
        elif "checked" in given:
            fields[str(given["name"])].append(given["value"])
    assert corrected(act, fields, (), shown(act, outputs=outputs)) == act


def test_marked_words_are_more_evidence() -> None:
    act = sent(LABEL_ACT, MARKED, op="is", label="order", keep=["0"])
    assert act.evidence == (LABEL_ACT.evidence[0], Evidence(text="money"))


def test_marked_words_take_the_place_of_the_span_where_that_is_asked() -> None:
    assert sent(SPAN_ACT, MARKED, label="price", respan=["1"]).label == LabelAct(op="is", value="price", span="money")
    kept = sent(SPAN_ACT, MARKED, label="price")
    assert kept.label == SPAN_ACT.label and kept.evidence == (Evidence(text="money"),)


def test_targets_are_those_that_are_ticked() -> None:
    assert sent(LABEL_ACT, outputs=("#1", "#2", "#3"), label="order", target=["#3", "#2"]).targets == ("#2", "#3")


def test_a_rule_is_said_otherwise() -> None:
    rule = sent(RULE_ACT, property="contains", operator="not_contains", value="sorry", when="mentions a bug",
                strength="prefer", scope="session").constraint  # fmt: skip
    assert rule == ConstraintAct(property="contains", operator="not_contains", value="sorry", when="mentions a bug",
                                 strength="prefer", scope="session")  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ({"property": "length.words", "value": "12"}, 12),
        ({"property": "length.words", "value": "2,5"}, 2.5),
        ({"property": "label", "operator": "eq", "label": "wish", "value": "ignored"}, "wish"),
        ({"property": "labels", "operator": "eq", "value": "bug, wish, bug"}, ("bug", "wish")),
        ({"property": "length.words", "operator": "decrease", "value": ""}, None),
    ],
)
def test_a_value_is_of_the_kind_that_its_property_has(fields: dict[str, str], value: Any) -> None:
    changed = sent(RULE_ACT, **fields).constraint
    assert changed is not None and changed.value == value and type(changed.value) is type(value)


def test_a_ranking_is_one_short_field() -> None:
    act = sent(ORDER_ACT, outputs=("#1", "#2", "#3"), order="#2 > #1=#3", aspect=" clearer ")
    assert act.preference == PreferenceAct(order=(("#2",), ("#1", "#3")), aspect="clearer")


def test_an_edit_is_said_otherwise_and_marked_words_are_the_old_ones() -> None:
    act = sent(EDIT_ACT, MARKED, op="delete", object="words", old="May", new="")
    assert act.edit == EditAct(op="delete", object="words", old="money") and act.evidence == ()


@pytest.mark.parametrize(
    ("act", "fields", "sentence"),
    [
        (LABEL_ACT, {"label": " "}, "The label is empty"),
        (LABEL_ACT, {"label": "order", "op": "maybe"}, "'maybe' is not in the menu"),
        (LABEL_ACT, {"label": "order", "target": []}, "about none of the answers"),
        (SPAN_ACT, {"label": "price", "respan": ["1"]}, "No places are marked"),
        (RULE_ACT, {"value": "many"}, "'many' is not a number"),
        (RULE_ACT, {"value": "inf"}, "'inf' is not a number"),
        (RULE_ACT, {"value": ""}, "'length.words' is empty"),
        (RULE_ACT, {"value": "3", "property": "colour"}, "'colour' is not in the menu"),
        (RULE_ACT, {"value": "3", "scope": "for ever"}, "'for ever' is not in the menu"),
        (RULE_ACT, {"value": "3", "when": "sounds sarcastic to me"}, "I can't check whether"),
        (ORDER_ACT, {"order": "#1 > #9"}, "'#9' in the order '#1 > #9' was not on screen"),
        (ORDER_ACT, {"order": "#1 = #2"}, "ranks nothing"),
        (ORDER_ACT, {"order": "#1 > #1"}, "ranks nothing"),
        (ORDER_ACT, {"order": ""}, "was not on screen"),
        (EDIT_ACT, {"object": " ", "target": ["#1"]}, "What is changed is empty"),
        (Act(kind="retract", targets=("#1",)), {}, "can't be corrected with menus"),
    ],
)
def test_what_cannot_be_is_one_clear_sentence(act: Act, fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence) as wrong:
        sent(act, outputs=("#1", "#2"), **fields)
    assert str(wrong.value).endswith(".") and "\n" not in str(wrong.value)
