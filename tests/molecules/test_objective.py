"""The objective is a weighted geometric mean within hard limits; what failed is NaN, and never 0."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import UserError
from assistant.molecules.chem import clean
from assistant.molecules.desirability import Identity, LeftStep, window
from assistant.molecules.limits import checked, contradictions, met
from assistant.molecules.objective import Limit, Objective, Part, geometric_mean
from assistant.molecules.profiles import PROFILES, profile

ASPIRIN, NITRO, IBUPROFEN = "CC(=O)Oc1ccccc1C(=O)O", "O=[N+]([O-])c1ccccc1", "CC(C)Cc1ccc(C(C)C(=O)O)cc1"
POOL = [clean(smiles) for smiles in (ASPIRIN, NITRO, IBUPROFEN, "CCO", "Cn1c(=O)c2c(ncn2C)n(C)c1=O")]

QED = Part("properties", {"name": "qed"}, Identity(), weight=3)
LOGP = Part("properties", {"name": "logp"}, window(1, 3, soft=1))


def logp(low: float | None = None, high: float | None = None) -> Limit:
    return Limit("properties", {"name": "logp"}, low, high)


def group(name: str, low: float | None = None, high: float | None = None) -> Limit:
    return Limit("substructure", {"pattern": name}, low, high)


def test_the_total_is_the_weighted_geometric_mean() -> None:
    scores = Objective((QED, LOGP))(POOL)
    expected = (scores.desirability[:, 0] ** 3 * scores.desirability[:, 1]) ** (1 / 4)
    assert scores.total == pytest.approx(expected)
    assert scores.parts == ("drug-likeness (QED)", "logP")
    assert scores.raw[0] == pytest.approx([0.5501, 1.3101], abs=1e-4)
    assert scores.pull == pytest.approx(np.log(scores.desirability))


def test_a_broken_limit_is_0_and_a_failure_nan() -> None:
    objective = Objective((QED,), (group("nitro", high=0),))
    total = objective([*POOL[:2], None]).total
    assert total[0] == pytest.approx(0.5501, abs=1e-4)
    assert total[1] == 0
    assert math.isnan(total[2])
    assert Objective((), (group("nitro", high=0),))(POOL[:2]).total.tolist() == [1, 0]


def test_a_desirability_of_0_makes_the_total_0_unless_it_weighs_nothing() -> None:
    never = {"kind": "properties", "options": {"name": "mw"}, "desirability": LeftStep(1)}
    assert Objective((QED, Part(**never)))(POOL).total.tolist() == [0] * len(POOL)
    assert Objective((QED, Part(**never, weight=0)))(POOL).total == pytest.approx(Objective((QED,))(POOL).total)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 10)), min_size=1, max_size=6))
def test_the_mean_lies_between_and_grows_with_each_part(rows: list[tuple[float, float, float]]) -> None:
    lower = np.array([[min(a, b) for a, b, _ in rows]])
    upper = np.array([[max(a, b) for a, b, _ in rows]])
    weights = [weight for _, _, weight in rows]
    low, high = geometric_mean(lower, weights)[0], geometric_mean(upper, weights)[0]
    assert lower.min() - 1e-9 <= low <= lower.max() + 1e-9
    assert low <= high + 1e-12
    assert geometric_mean(lower, [weight * 7 for weight in weights])[0] == pytest.approx(low)
    assert math.isnan(geometric_mean(np.append(lower, [[np.nan]], axis=1), [*weights, 1.0])[0])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Objective()(POOL), "The objective is empty"),
        (lambda: Objective((Part("properties", {"name": "mw"}, Identity(), weight=0),))(POOL), "All weights are 0"),
        (lambda: Part("properties", {"name": "mw"}, Identity(), weight=-1), "The weight of 'properties' is -1"),
        (lambda: Part("properties", {"name": "mww"}, Identity()), "There is no property 'mww'; did you mean 'mw'"),
        (lambda: logp(), "The limit on logP has neither a lower nor an upper end"),
        (lambda: logp(high=math.nan), "An end of the limit on logP is nan"),
        (lambda: met([], POOL), "There are no limits to check"),
        (lambda: met([logp(high=3)], []), "The pool is empty"),
        (lambda: profile("brian"), "There is no profile 'brian'; did you mean 'CNS'"),
    ],
)
def test_what_makes_no_sense_is_said(make: Any, said: str) -> None:
    with pytest.raises(UserError) as wrong:
        make()
    assert said in str(wrong.value)


def test_limits_are_said_in_words() -> None:
    assert logp(high=3).said == "logP at most 3"
    assert Limit("properties", {"name": "MW"}, 250, 350).said == "molecular weight at least 250 and at most 350 g/mol"
    assert group("nitro", high=0).said == "no nitro"
    assert group("pyridine", low=1).said == "pyridine required"
    assert group("halogen", high=2).said == "halogen at most 2"


def test_limits_that_contradict_each_other_are_found() -> None:
    assert contradictions([logp(low=4), logp(high=2)]) == ["logP at least 4 and at most 2 can't both hold"]
    assert contradictions([group("nitro", low=1), group("no2", high=0)]) == [
        "nitro at least 1 and at most 0 can't both hold"
    ]
    qed = Limit("properties", {"name": "qed"}, low=1.5)
    assert contradictions([qed]) == ["drug-likeness (QED) at least 1.5 can't be: it is 1 at most"]
    rings = Limit("properties", {"name": "rings"}, high=-1)
    assert contradictions([rings]) == ["rings at most -1 can't be: it is 0 at least"]
    assert contradictions([logp(low=1), logp(high=3), group("nitro", high=0)]) == []


def test_limits_that_nobody_meets_come_with_the_nearest() -> None:
    limits = [logp(low=3), Limit("properties", {"name": "mw"}, high=200), group("carboxylic acid", low=1)]
    found = met(limits, POOL)
    assert found.count == 0
    assert found.alone == (1, 4, 2)
    assert found.without == (1, 1, 0)
    assert found.nearest[0] == 2  # ibuprofen is 6 g/mol too heavy
    assert found.said.startswith("None of the 5 molecules meets all limits; without 'logP at least 3' 1 would")
    assert found.said.endswith("with molecular weight 206.3")
    with pytest.raises(UserError, match="None of the 5 molecules meets all limits"):
        checked(limits, POOL)
    with pytest.raises(UserError, match="can't both hold; take one of them back"):
        checked([logp(low=4), logp(high=2)], POOL)


def test_limits_that_are_met_are_counted() -> None:
    found = met([logp(high=2), group("nitro", high=0)], [*POOL, None])
    assert (found.count, found.alone) == (3, (4, 4))
    assert found.said == "3 of 6 molecules meet all limits"
    checked([logp(high=2)], POOL)


def test_a_molecule_that_failed_is_no_neighbour() -> None:
    nearest = met([logp(low=9)], [None, *POOL], nearest=9).nearest
    assert sorted(nearest) == [1, 2, 3, 4, 5]
    assert nearest[0] == 3  # ibuprofen, the greasiest
    assert met([logp(low=9)], [None]).nearest == ()


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_is_found_by_its_words_and_has_a_source(name: str) -> None:
    found = PROFILES[name]
    assert all(profile(word.upper()) is found for word in (name, *found.synonyms))
    assert any(character.isdigit() for character in found.source)
    assert not contradictions(found.limits())
    assert all(limit.source == found.source for limit in found.limits())
    assert len(Objective(found.parts())(POOL).total) == len(POOL)


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("Ro5", ASPIRIN, "C" * 40),
        ("fragment", "Oc1ccccc1", "CC(C)Cc1ccc(C(C)C(=O)NCCCCCC)cc1"),
        ("lead-like", "O=C(Nc1ccc(Cl)cc1)c1cccnc1OC", ASPIRIN),
        ("drug-like", ASPIRIN, "CCO"),
        ("brain penetrant", "CN1CCC[C@H]1c1cccnc1", "NC(=O)CC(=O)NC(CO)C(=O)NC(CO)C(=O)O"),
        ("oral bioavailability", ASPIRIN, "CCCCCCCCCCCCCCC"),
        ("egan", ASPIRIN, "C" * 20),
        ("ghose", ASPIRIN, "CCO"),
        ("muegge", IBUPROFEN, ASPIRIN),
        ("4/400", ASPIRIN, "C" * 20),
        ("3/75", "NC(=O)c1cnc(N)nc1N", IBUPROFEN),
        ("bRo5", "CC(C)CC1NC(=O)C(C(C)C)NC(=O)C(CC(C)C)NC(=O)C2CCCN2C(=O)C(Cc2ccccc2)NC1=O", ASPIRIN),
    ],
)
def test_a_profile_takes_what_it_should(name: str, inside: str, outside: str) -> None:
    total = Objective((), profile(name).limits())([clean(inside), clean(outside)]).total
    assert total.tolist() == [1, 0]


def test_the_parts_of_a_profile_prefer_what_its_limits_take() -> None:
    inside, outside = Objective(profile("lead-like").parts())(
        [clean("O=C(Nc1ccc(Cl)cc1)c1cccnc1OC"), clean("CCO")]
    ).total
    assert inside > 0.8 > 0.1 > outside
