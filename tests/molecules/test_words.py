"""What chemists say of molecules, in the task's terms."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.errors import UserError
from assistant.molecules.components._table import PROPERTIES
from assistant.molecules.words import meant, normal, vocabulary
from assistant.types import Act, ConstraintAct, PreferenceAct


def rule(property: str, operator: str, value: Any = None, strength: str = "must") -> ConstraintAct:
    return ConstraintAct.model_validate(
        {"property": property, "operator": operator, "value": value, "strength": strength, "scope": "task"}
    )


def test_every_counted_word_is_a_property_with_its_unit() -> None:
    words = vocabulary()
    counted = [one for one in words.properties if one.values == "number"]
    assert {one.name for one in counted} <= set(PROPERTIES) and len(counted) >= 15
    assert next(one for one in words.properties if one.name == "mw").unit == "g/mol"
    assert [one.name for one in words.properties if one.values == "part"] == ["substructure"]
    said = [word for one in words.properties for word in (one.name, *one.synonyms)]
    assert len(said) == len(set(said)), "a word that means two things can't be understood"


@pytest.mark.parametrize(
    ("said", "property", "operator", "value"),
    [
        (rule("mw", "lt", "400 Da"), "mw", "lt", 400),
        (rule("molecular weight", "le", 350), "mw", "le", 350),
        (rule("clogp", "ge", "1,5"), "logp", "ge", 1.5),
        (rule("logp", "decrease", "a lot"), "logp", "decrease", None),
        (rule("substructure", "not_contains", "nitro groups"), "substructure", "not_contains", "nitro"),
        (rule("substructure", "ne", "aldehydes"), "substructure", "not_contains", "aldehyde"),
        (rule("substructure", "contains", "c1ccncc1"), "substructure", "contains", "c1ccncc1"),
        (rule("substructure", "ne", ["nitro", "amide"]), "substructure", "not_contains", ("nitro", "amide")),
        (rule("substructure", "not_contains", "PAINS"), "alerts", "not_contains", "PAINS"),
        (rule("alerts", "contains", "the pains filter"), "alerts", "not_contains", "PAINS"),
        (rule("profile", "eq", "brain penetrant"), "profile", "eq", "CNS"),
        (rule("profile", "contains", "rule of five"), "profile", "eq", "Ro5"),
        (rule("mw", "eq", "fragment-"), "profile", "eq", "Ro3"),
        (rule("rings", "contains", "morpholine"), "substructure", "contains", "morpholine"),
        (rule("qed", "ne", "PAINS"), "alerts", "not_contains", "PAINS"),
        (rule("charge", "eq", "neutral"), "charge", "eq", 0),
        (rule("similarity", "eq", "#2"), "similarity", "increase", "#2"),
        (rule("similarity", "not_contains", "#2"), "similarity", "decrease", "#2"),
        (rule("scaffold", "eq", "#2"), "scaffold", "unchanged", "#2"),
        (rule("scaffold", "ne", "#2"), "similarity", "decrease", "#2"),
    ],
    ids=str,
)  # fmt: skip
def test_a_constraint_becomes_what_the_goal_knows(
    said: ConstraintAct, property: str, operator: str, value: Any
) -> None:
    found = normal(said)
    assert (found.property, found.operator, found.value) == (property, operator, value)
    assert normal(found) == found, "what is normal stays as it is"


@pytest.mark.parametrize(
    ("said", "text", "value"),
    [
        (rule("profile", "eq"), "this needs to get into the brain", "CNS"),
        (rule("profile", "decrease"), "stay within Lipinski's rule of five please", "Ro5"),
        (rule("alerts", "not_contains"), "run PAINS on these", "PAINS"),
        (rule("substructure", "not_contains"), "I can't stand Michael acceptors", "michael acceptor"),
    ],
)  # fmt: skip
def test_a_value_that_was_not_understood_is_looked_for_in_the_words(said: ConstraintAct, text: str, value: str) -> None:
    assert normal(said, text).value == value


def better(first: str, second: str, aspect: str | None = None) -> Act:
    order = PreferenceAct(order=((first,), (second,)), aspect=aspect)
    return Act(kind="preference", targets=(first, second), preference=order)


@pytest.mark.parametrize(
    ("act", "text", "aspect"),
    [
        (better("#2", "#5", "is better"), "2 is better than 5, it is more polar", "tpsa"),
        (better("#2", "#5", "solubility"), "2 over 5 for its solubility", "solubility"),
        (better("#5", "#2", "I like"), "I like 2's weight but 5's solubility", "solubility"),
        (better("#2", "#5", "I like"), "I like 2's weight but 5's solubility", "mw"),
        (better("#3", "#1", "rank"), "rank 3, 1, the rest is rubbish", None),
        (better("#2", "#5"), "2 beats 5", None),
    ],
)  # fmt: skip
def test_what_is_better_is_so_in_a_property_or_altogether(act: Act, text: str, aspect: str | None) -> None:
    found = meant(act, text).preference
    assert found is not None and found.aspect == aspect


def test_liking_a_scaffold_is_a_wish_to_keep_it() -> None:
    found = meant(better("#2", "#5"), "I like 2's scaffold but 5's solubility")
    assert found.kind == "constraint" and found.targets == ("#2",) and found.preference is None
    assert found.constraint is not None
    assert (found.constraint.property, found.constraint.strength) == ("scaffold", "prefer")


def test_nothing_is_made_up_where_the_words_name_nothing() -> None:
    with pytest.raises(UserError, match="which profile"):
        normal(rule("profile", "eq"), "make it better in every way")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (rule("substructure", "not_contains", "nitroo"), "There is no group 'nitroo'; did you mean 'nitroso', 'nitro'"),
        (rule("wisdom", "increase"), "There is no property 'wisdom'"),
        (rule("mw", "lt", "small"), "I can't tell what the molecular weight should be"),
        (rule("mw", "contains", 5), "I can't tell what the molecular weight should be"),
        (rule("profile", "eq", "moon"), "There is no profile 'moon'"),
        (rule("alerts", "not_contains", "moon"), "There is no catalogue of alerts 'moon'"),
        (rule("substructure", "contains", None), "I can't tell which substructure is meant"),
    ],
    ids=str,
)
def test_what_means_nothing_here_is_asked_back(said: ConstraintAct, words: str) -> None:
    with pytest.raises(UserError) as wrong:
        normal(said)
    assert words in str(wrong.value)
