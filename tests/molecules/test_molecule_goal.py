"""What a chemist wants: from feedback to limits, wishes, a score, reasons, and the molecules to show."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.errors import UserError
from assistant.molecules.desirability import ReverseSigmoid, window
from assistant.molecules.goal import DRUG_LIKE, MoleculeGoal, goal_of
from assistant.molecules.objective import Limit, Objective, Part
from assistant.molecules.profiles import profile
from assistant.types import Constraint, Example, Feedback, Label, Output, Preference

GREASY = "CCCCCCCCCCc1ccc(OCCCC)cc1"
GOOD = "Cc1ccncc1C(=O)NC1CCOC1"
NITRO = "O=[N+]([O-])c1ccc(NC(=O)C2CCOCC2)cc1"
PHENYL = "O=C(NC1CCOC1)c1ccccc1"
POOL = (GREASY, GOOD, NITRO, PHENYL, "CC(=O)Nc1ccc(O)cc1", "CN1CCN(c2ncccn2)CC1", "COc1ccc2[nH]ccc2c1",
        "O=S(=O)(N1CCCC1)c1ccc(F)cc1", "CC1CCN(C(=O)c2cscn2)CC1", "Clc1ccc(CN2CCOCC2)cc1")  # fmt: skip


def said(**of: Any) -> dict[str, Any]:
    return {"task": "molecule", "author": "ann", "critique": "c", "reading": "r", **of}


def wish(
    property: str, operator: str, value: Any = None, strength: str = "must", about: Sequence[str] = ()
) -> Constraint:
    return Constraint.model_validate(
        said(property=property, operator=operator, value=value, strength=strength, about=tuple(about))
    )


def good(smiles: str, op: str = "is") -> Label:
    return Label.model_validate(said(input="", op=op, value=smiles))


def ends(goal: MoleculeGoal, name: str) -> tuple[float, float]:
    return next(curve.ends for curve in goal.curves if curve.name == name)


def test_without_feedback_drug_like_molecules_are_worth_most() -> None:
    goal = goal_of([])
    assert goal.names == DRUG_LIKE and goal.notes == ()
    drug, grease, junk = goal.score([GOOD, GREASY, "no molecule"])
    assert drug > 0.4 > 0.1 > grease > 0 and np.isnan(junk)


def test_a_direction_moves_the_window_past_what_it_was_said_of() -> None:
    about = ["Clc1ccc(CN2CCOCC2)cc1", "O=S(=O)(N1CCCC1)c1ccc(F)cc1"]
    before, after = goal_of([]), goal_of([wish("logp", "decrease", strength="prefer", about=about)])
    assert ends(after, "logp")[1] < 2.1 < ends(before, "logp")[1]
    assert ends(after, "mw") == pytest.approx(ends(before, "mw"), rel=0.1), "nothing was said of the weight"


def test_what_one_message_says_of_several_molecules_is_one_wish() -> None:
    about = [GREASY, NITRO, PHENYL]
    each = [wish("logp", "decrease", strength="prefer", about=[smiles]) for smiles in about]
    goal = goal_of(each)
    assert len(goal.wishes.said) == 1
    assert ends(goal, "logp") == pytest.approx(ends(goal_of([wish("logp", "decrease", about=about)]), "logp"))


def test_a_new_property_comes_into_play_when_it_is_mentioned() -> None:
    goal = goal_of([wish("fsp3", "ge", 0.4, strength="prefer")])
    assert goal.names == (*DRUG_LIKE, "fsp3")
    assert ends(goal, "fsp3")[0] == pytest.approx(0.4, abs=0.08)


@pytest.mark.parametrize(
    ("wanted", "broken", "kept"),
    [
        (wish("mw", "lt", 250), GREASY, GOOD),
        (wish("substructure", "not_contains", "nitro"), NITRO, GOOD),
        (wish("substructure", "contains", "pyridine"), PHENYL, GOOD),
        (wish("substructure", "contains", "c1ccncc1"), PHENYL, GOOD),
        (wish("alerts", "not_contains", "BRENK"), NITRO, GOOD),
        (wish("profile", "eq", "Ro3"), GREASY, GOOD),
        (wish("hbd", "lt", 2), "NCCO", GOOD),
        (wish("scaffold", "unchanged", about=[GOOD]), PHENYL, "CCc1ccncc1C(=O)NC1CCOC1"),
        (wish("scaffold", "eq", GOOD), PHENYL, GOOD),
    ],
    ids=lambda value: value.property if isinstance(value, Constraint) else None,
)
def test_what_must_hold_is_worth_nothing_where_it_is_broken(wanted: Constraint, broken: str, kept: str) -> None:
    goal = goal_of([wanted])
    scores = goal.score([broken, kept])
    assert scores[0] == 0 and scores[1] > 0
    assert goal.explain(broken)[0].text.startswith("breaks “") and goal.explain(broken)[0].weight == -1
    assert not goal.explain(kept)[0].text.startswith("breaks")


@pytest.mark.parametrize(
    ("wanted", "worse", "better"),
    [
        (wish("substructure", "not_contains", "nitro", "prefer"), NITRO, "N#Cc1ccc(NC(=O)C2CCOCC2)cc1"),
        (wish("similarity", "increase", about=[GOOD]), PHENYL, GOOD),
        (wish("similarity", "decrease", GOOD), GOOD, PHENYL),
        (wish("scaffold", "unchanged", strength="prefer", about=[GOOD]), PHENYL, GOOD),
    ],
    ids=lambda value: value.property if isinstance(value, Constraint) else None,
)
def test_a_soft_wish_halves_the_worth_of_what_breaks_it(wanted: Constraint, worse: str, better: str) -> None:
    without, with_ = goal_of([]).score([worse, better]), goal_of([wanted]).score([worse, better])
    assert 0 < with_[0] / without[0] < with_[1] / without[1] <= 1
    assert with_[0] / without[0] >= 0.5 - 1e-9


def test_labels_and_preferences_move_the_score_their_way() -> None:
    before = goal_of([]).score([GOOD, GREASY])
    after = goal_of([good(GREASY), good(GOOD, "is_not")]).score([GOOD, GREASY])
    assert after[1] - after[0] > before[1] - before[0]
    pairs = [Preference.model_validate(said(input="", chosen=GREASY, rejected=GOOD)) for _ in range(3)]
    told = goal_of(pairs).score([GOOD, GREASY])
    assert told[1] - told[0] > before[1] - before[0]


def test_a_preference_in_one_respect_is_about_that_property() -> None:
    light, heavy = "CC(=O)Nc1ccc(O)cc1", "CC(=O)Nc1ccc(OCCOCCOCCOCCOc2ccccc2)cc1"
    pair = Preference.model_validate(said(input="", chosen=light, rejected=heavy, aspect="mw"))
    before, after = goal_of([]), goal_of([pair])
    assert ends(after, "mw")[1] <= ends(before, "mw")[1] + 1
    assert ends(after, "hbd") == pytest.approx(ends(before, "hbd"), abs=0.2)


def test_of_limits_that_contradict_each_other_the_newer_counts_and_that_is_said() -> None:
    goal = goal_of([wish("mw", "lt", 200), wish("logp", "le", 9), wish("mw", "gt", 250)])
    (note,) = goal.notes
    assert "can't both hold; the newer counts" in note and "at most 200" in note
    scores = goal.score([GREASY, "CCO"])
    assert scores[0] > 0 and scores[1] == 0
    low, high = ends(goal, "mw")
    assert low < high, "what had to go moves no window"


def test_what_is_taken_back_is_gone() -> None:
    first = goal_of([wish("mw", "lt", 200)])
    assert np.array_equal(goal_of([]).score(POOL), goal_of([]).score(POOL))
    assert not np.array_equal(first.score(POOL), goal_of([]).score(POOL))


def outputs(values: Sequence[str]) -> list[Output]:
    return [Output(value=value, example_id="any") for value in values]


def shown(
    goal: MoleculeGoal, first: Sequence[str], later: Sequence[str], count: int
) -> tuple[list[str], str, list[Any]]:
    asked: list[Any] = []

    def more(n: int, input: Any = None) -> list[Output]:
        asked.append(input)
        return outputs(later)

    found, why = goal.choose(Example(id="any", input=""), outputs(first), count, more, np.random.default_rng(0))
    return [output.value for output in found], why, asked


def test_what_is_shown_obeys_and_more_is_asked_for_until_enough_does() -> None:
    rule = wish("substructure", "not_contains", "nitro")
    found, why, asked = shown(goal_of([rule]), [NITRO, GOOD], POOL, 4)
    assert len(found) == 4 == len(set(found)) and NITRO not in found
    assert asked and set(asked) == {""}
    assert why


def test_the_rules_that_acted_are_named() -> None:
    rule = wish("substructure", "not_contains", "nitro")
    found, _ = goal_of([rule]).choose(
        Example(id="any", input=""), outputs(POOL), 3, lambda n, input=None: [], np.random.default_rng(0)
    )
    assert all(output.rules == (rule.id,) for output in found)


def test_where_nothing_obeys_it_is_said_with_the_nearest() -> None:
    goal = goal_of([wish("mw", "lt", 60), wish("rings", "ge", 4)])
    found, why, _ = shown(goal, POOL, (), 4)
    assert found == [] and why == "nothing that was made obeys all that must hold"
    assert goal.notes[-1].startswith(f"Only 0 of {len(POOL)} obey") and "the nearest is" in goal.notes[-1]


def test_own_molecules_are_shown_among_those_that_are_made() -> None:
    goal = goal_of([], own=[GOOD])
    found, _ = goal.choose(
        Example(id="any", input=""), outputs([GREASY]), 2, lambda n, input=None: [], np.random.default_rng(0)
    )
    assert {output.adapter for output in found if output.value == GOOD} == {"given"}


def test_a_scaffold_that_must_stay_is_what_the_model_is_asked_to_grow() -> None:
    stays = wish("scaffold", "unchanged", about=[GOOD])
    asked = goal_of([stays]).inputs()
    assert all("*" in one for one in asked) and len(set(asked)) > 1, "in several ways"
    assert goal_of([]).inputs() == [""]
    assert {one.count("*") for _ in range(5) for one in goal_of([stays, wish("mw", "lt", 250)]).inputs()} == {1}


def test_where_few_obey_one_place_is_opened_and_fewer_are_enough_in_the_end() -> None:
    goal = goal_of([wish("scaffold", "contains", "c1ccccc1"), wish("mw", "lt", 250)])
    grown = ["Oc1ccccc1", "Nc1ccccc1", "Cc1ccccc1", "CCc1ccccc1", "COc1ccccc1", "CNc1ccccc1"]
    found, _, asked = shown(goal, [GREASY] * 40, grown[:5], 4)
    assert {one.count("*") for one in asked} == {1} and len(asked) == 2, "5 obey: no choice of 8, but enough for 4"
    assert len(found) == 4
    *_, asked = shown(goal, grown, (), 3)
    assert asked == [], "6 obey: a choice of two for each"


def test_in_a_training_what_is_made_again_and_again_is_worth_nothing_in_the_end() -> None:
    reward = goal_of([]).reward()
    first, last = reward([GOOD]), reward([GOOD] * 30)
    assert first[0] > 0 and last[0] > 0 and last[-1] == 0


def test_a_profile_or_an_objective_is_where_it_starts() -> None:
    start = Objective(profile("CNS").parts(), (Limit("substructure", {"pattern": "nitro"}, high=0),))
    goal = goal_of([], start)
    assert set(goal.names) == {"mw", "logp", "hbd", "hba", "rotatable_bonds", "tpsa"}
    assert goal.score([NITRO])[0] == 0 < goal.score([GOOD])[0]
    one_sided = Objective((Part("properties", {"name": "logp"}, ReverseSigmoid(1, 3), 2.0),))
    scores = goal_of([], one_sided).score([GREASY, GOOD])
    assert scores[0] < 0.05 < 0.8 < scores[1]


def test_measures_count_what_failed() -> None:
    found = goal_of([]).measures([GOOD, GOOD, None, PHENYL])
    assert found["valid"] == 0.75 and found["unique"] == pytest.approx(2 / 3) and found["scaffolds"] == 2
    assert 0 < found["QED"] < 1 and found["SA score"] >= 1 and 0 < found["diversity"] < 1


@pytest.mark.parametrize("ending", [".smi", ".csv", ".sdf"])
def test_molecules_and_the_goal_itself_can_be_written(tmp_path: Path, ending: str) -> None:
    from assistant.molecules import files, reinvent

    goal = goal_of([wish("logp", "le", 3), wish("similarity", "increase", about=[GOOD])])
    path = tmp_path / f"made{ending}"
    goal.write([GOOD, PHENYL], path)
    assert len(files.load(path).mols) == 2
    left_out = goal.save(tmp_path / "goal.toml")
    assert "more like" in left_out
    back = reinvent.read(tmp_path / "goal.toml").objective
    assert {part.options["name"] for part in back.parts if part.kind == "properties"} >= {"logp", "mw"}
    with pytest.raises(UserError, match="a scoring function is a"):
        goal.save(tmp_path / "goal.json")


def test_a_property_window_written_for_reinvent_means_the_same() -> None:
    part = Part("properties", {"name": "tpsa"}, window(40, 90, soft=10))
    goal = goal_of([], Objective((part,)))
    (written,) = goal.objective().parts
    values = np.array([20.0, 60.0, 120.0])
    assert np.abs(written.desirability(values) - part.desirability(values)).max() < 0.1


def feedback_mix() -> list[Feedback]:
    return [wish("logp", "decrease", strength="prefer", about=[GREASY]), good(GOOD), wish("mw", "le", 400)]


def test_the_same_feedback_is_the_same_goal() -> None:
    assert np.array_equal(goal_of(feedback_mix()).score(POOL), goal_of(feedback_mix()).score(POOL))
