"""What a card draws of an act: the atoms that are meant, the property's curve, or nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest

from assistant.cards import card, say_act
from assistant.molecules.goal import MoleculeGoal, goal_of
from assistant.molecules.picture import picture
from assistant.molecules.words import vocabulary
from assistant.types import Act, Constraint, ConstraintAct, Context, OnScreen, Reading

SCREEN = ("Cc1ccccc1", "O=[N+]([O-])c1ccc(CCN2CCCC2)cc1", "CCCCCCCCc1ccccc1")
CONTEXT = Context(
    task="mol",
    vocabulary=vocabulary(),
    outputs=tuple(OnScreen(id=f"#{n}", value=smiles) for n, smiles in enumerate(SCREEN, 1)),
)


def said(property: str, operator: Any, value: Any = None, *targets: str) -> Act:
    rule = ConstraintAct(property=property, operator=operator, value=value, strength="must", scope="task")
    return Act(kind="constraint", targets=targets, constraint=rule)


def goal(*rules: dict[str, Any]) -> MoleculeGoal:
    origin = {"task": "mol", "author": "ann", "critique": "c", "reading": "r", "adapter": "base"}
    return goal_of([Constraint(**origin, **rule) for rule in rules])


def coloured(html: str) -> set[int]:
    """The atoms with a disc of colour behind them."""
    return {int(number) for number in re.findall(r"<ellipse[^>]*class='atom-(\d+)'", html)}


def test_a_group_is_coloured_where_it_is_on_screen() -> None:
    html = picture(said("substructure", "not_contains", "nitro"), CONTEXT, goal())
    assert "nitro in #2" in html and {0, 1, 2} <= coloured(html)
    assert not coloured(html) & {9, 10, 11, 12}, "the pyrrolidine is not meant"


def test_a_group_that_is_not_on_screen_is_shown_in_a_molecule_that_has_it() -> None:
    html = picture(said("substructure", "contains", "sulfonamide"), CONTEXT, goal())
    assert "<figcaption>sulfonamide</figcaption>" in html and coloured(html)


def test_a_property_has_its_curve_with_what_was_meant_marked() -> None:
    act = said("logp", "decrease", None, "#3")
    html = picture(act, CONTEXT, goal({"property": "logp", "operator": "decrease", "value": None, "about": SCREEN[2:]}))
    assert html.count('class="now"') == 1 and "marked: #3" in html and "band" in html


def test_a_limit_cuts_the_curve_off() -> None:
    def heights(html: str) -> list[float]:
        points = re.search(r'class="mean" points="([^"]*)"', html)
        assert points
        return [float(point.split(",")[1]) for point in points[1].split()]

    free = heights(picture(said("mw", "le", 300), CONTEXT, goal()))
    cut = heights(
        picture(
            said("mw", "le", 300), CONTEXT, goal({"property": "mw", "operator": "le", "value": 300, "strength": "must"})
        )
    )
    assert cut[-1] == max(free + cut) > free[-1], "nothing above the limit is worth anything"
    assert min(cut) < cut[-1] - 20


def test_the_scaffold_that_stays_is_coloured_without_its_chains() -> None:
    html = picture(said("scaffold", "unchanged", None, "#1"), CONTEXT, goal())
    assert coloured(html) == {1, 2, 3, 4, 5, 6} and "the scaffold of #1" in html


@pytest.mark.parametrize(
    "act", [said("profile", "eq", "CNS"), said("scaffold", "unchanged"), Act(kind="none", targets=())]
)
def test_there_is_none_where_words_say_it_all(act: Act) -> None:
    assert picture(act, CONTEXT, goal()) == ""


def test_the_card_speaks_of_properties_as_chemists_do() -> None:
    assert say_act(said("mw", "le", 400), CONTEXT) == "always, molecular weight is at most **400** g/mol"
    assert say_act(said("substructure", "not_contains", "nitro"), CONTEXT) == "always, it does not contain **nitro**"
    assert say_act(said("logp", "decrease", None, "#3"), CONTEXT) == "always, logP goes down (said of #3)"
    assert say_act(said("rings", "le", 3), CONTEXT) == "always, rings are at most **3**"
    reading = Reading(acts=(said("mw", "le", 400),), clarify=None, confidence=0.9)
    shown = card("r", reading, CONTEXT, "keep MW under 400", "applied", ["<svg/>"])
    assert shown.lines[0].picture == "<svg/>" and shown.titles["mw"] == "molecular weight"
