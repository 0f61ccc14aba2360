"""What is shown teaches: the question that is asked tells more than others, and is told by the numbers on screen."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.molecules._worth import prior
from assistant.molecules.belief import Array, Belief, Preference, Range, YesNo
from assistant.molecules.goal import goal_of
from assistant.molecules.propose import TOO_ALIKE, Question, batch, question
from assistant.steer import steered
from assistant.types import Constraint, Example, Feedback, Label, Output, Prediction
from assistant.workbench import Workbench

NAMES = ("mw", "logp", "tpsa")
CENTRE, SCALE = np.array([330.0, 2.5, 65.0]), np.array([60.0, 1.4, 25.0])
POOL = ("Cc1ccncc1C(=O)NC1CCOC1", "O=C(NC1CCOC1)c1ccccc1", "CC(=O)Nc1ccc(O)cc1", "CN1CCN(c2ncccn2)CC1",
        "COc1ccc2[nH]ccc2c1", "O=S(=O)(N1CCCC1)c1ccc(F)cc1", "CC1CCN(C(=O)c2cscn2)CC1", "Clc1ccc(CN2CCOCC2)cc1",
        "CCCCCCc1ccc(OCC)cc1", "NC(=O)c1ccc(N)cc1", "OCC1CCCCN1", "c1ccc2c(c1)oc1ccccc12", "CC(C)NCC(O)COc1ccccc1",
        "Nc1ncnc2[nH]cnc12", "O=C1CCC(=O)N1c1ccccc1", "CCOC(=O)C1CCNCC1")  # fmt: skip


def _molecules(count: int, seed: int = 0) -> Array:
    return np.asarray(CENTRE + SCALE * np.random.default_rng(seed).normal(size=(count, 3)))


def _prints(count: int) -> list[Any]:
    """Of molecules that have nothing in common."""
    from rdkit.DataStructs import ExplicitBitVect

    found = []
    for at in range(count):
        bits = ExplicitBitVect(1024)
        bits.SetBit(at)
        found.append(bits)
    return found


def _belief(x: Array) -> Belief:
    """Something was said, so that the batch explores."""
    return prior(NAMES, {}).hear(YesNo(x[0], True), YesNo(x[1], False))


def test_before_anything_was_said_nothing_is_asked() -> None:
    x = _molecules(40)
    belief = prior(NAMES, {})
    found = batch(belief, x, _prints(40), belief.score(x), 12, np.random.default_rng(0))
    assert found.ask is None and found.why(NAMES) == "different from each other, to begin with"
    assert found.indices == tuple(np.argsort(-belief.score(x))[:12])


@pytest.mark.parametrize("seed", range(3))
def test_an_answer_to_the_question_tells_more_than_one_about_two_others(seed: int) -> None:
    """What is known of the windows is the determinant of the covariance, after either answer as likely as it is."""
    x, rng = _molecules(60, seed), np.random.default_rng(seed)
    belief = _belief(x)

    def known(of: tuple[int, ...]) -> float:
        one, other = x[of[0]], x[of[-1]]
        p = float(np.mean(_first_is_better(belief, one, other if len(of) == 2 else None)))
        yes, no = (
            (Preference(one, other), Preference(other, one)) if len(of) == 2 else (YesNo(one, True), YesNo(one, False))
        )
        return sum(
            chance * float(np.linalg.slogdet(belief.hear(said).covariance)[1])
            for chance, said in ((p, yes), (1 - p, no))
        )

    ask = question(belief, x, _prints(60), range(60), rng)
    assert ask is not None
    others = [known((int(a), int(b))) for a, b in rng.choice(60, (12, 2)) if a != b]
    assert known(ask.of) < np.mean(others) - 0.05


def _first_is_better(belief: Belief, one: Array, other: Array | None) -> Array:
    scores = belief.scores(
        belief.draws(500, np.random.default_rng(9)), np.stack([one, one if other is None else other])
    )
    return np.asarray(1 / (1 + np.exp(-10 * (scores[:, 0] - (0.5 if other is None else scores[:, 1])))))


@pytest.mark.parametrize("unknown", range(3))
def test_it_is_about_the_property_of_which_least_is_known(unknown: int) -> None:
    x = _molecules(60)
    ends = [(c - s, c + s) for c, s in zip(CENTRE, SCALE, strict=True)]
    said = [Range(number, *ends[number]) for number in range(3) if number != unknown]
    ask = question(prior(NAMES, {}).hear(*said), x, _prints(60), range(60), np.random.default_rng(0))
    assert ask is not None and ask.property == unknown


def test_where_all_is_known_nothing_is_asked() -> None:
    x = _molecules(30)
    sure = prior(NAMES, {}).hear(*(Range(number, *end) for number in range(3) for end in [(-1e3, 1e3)] * 40))
    assert question(sure, x, _prints(30), range(30), np.random.default_rng(0)) is None
    assert question(_belief(x), x * np.nan, _prints(30), range(30), np.random.default_rng(0)) is None


def test_twins_are_not_compared() -> None:
    x = _molecules(60)
    ask = question(_belief(x), x, [_prints(1)[0]] * 60, range(60), np.random.default_rng(0))
    assert ask is not None and len(ask.of) == 1


@given(st.integers(1, 14), st.integers(2, 60), st.integers(0, 50))
def test_a_batch_is_whole_and_the_clause_counts_and_names_what_is_in_it(count: int, there: int, seed: int) -> None:
    x = _molecules(there, seed)
    belief = _belief(x)
    found = batch(belief, x, _prints(there), belief.score(x), count, np.random.default_rng(seed))
    assert len(set(found.indices)) == len(found.indices) == min(count, there)
    assert list(belief.score(x)[list(found.indices)]) == sorted(belief.score(x)[list(found.indices)], reverse=True)
    why = found.why(NAMES)
    named = {found.indices[int(number) - 1] for number in re.findall(r"#(\d+)", why)}
    assert named == set(found.ask.of if found.ask else ())
    only_asked = len(named - set(np.argsort(-belief.score(x), kind="stable")[: found.best].tolist()))
    assert found.best + found.drawn + only_asked == len(found.indices)


def test_the_clause_is_what_a_chemist_would_say() -> None:
    x = _molecules(60)
    found = batch(_belief(x), x, _prints(60), _belief(x).score(x), 12, np.random.default_rng(0))
    assert found.ask is not None and len(found.ask.of) == 2
    told = r"7 are the best by what you said; \d may be better, as I am least sure about [a-zA-Z ]+; "
    assert re.fullmatch(told + r"compare #\d+ and #\d+: that would tell me most about [a-zA-Z ]+", found.why(NAMES))
    alone = type(found)(found.indices, 7, 4, 0, Question(found.indices[8:9], 1, 0.1))
    assert alone.why(NAMES).endswith("; say whether #9 is good: that would tell me most about logP")


def test_what_is_shown_is_unlike_each_other_while_there_is_enough() -> None:
    from rdkit.DataStructs import TanimotoSimilarity

    x, kinds = _molecules(60), _prints(20)
    prints = [kinds[at % 20] for at in range(60)]  # three of each kind
    found = batch(_belief(x), x, prints, _belief(x).score(x), 12, np.random.default_rng(0))
    pairs = [(a, b) for a in found.indices for b in found.indices if a < b]
    assert max(TanimotoSimilarity(prints[a], prints[b]) for a, b in pairs) < TOO_ALIKE


def test_choosing_among_200_takes_well_under_a_tenth_of_a_second() -> None:
    x, prints = _molecules(200), _prints(200)
    belief = _belief(x)
    worths = belief.score(x)
    assert belief.covariance.shape == (15, 15)  # known from showing what is believed
    spent = []
    for seed in range(5):
        begun = time.process_time()
        batch(belief, x, prints, worths, 12, np.random.default_rng(seed))
        spent.append(time.process_time() - begun)
    assert min(spent) < 0.1


# --- on screen -------------------------------------------------------------------------------------------------


def _bench(values: Sequence[str]) -> Workbench:
    """A workbench whose model makes these molecules."""

    @contextmanager
    def model(live: Any) -> Iterator[Any]:
        yield SimpleNamespace(predict=lambda inputs: [Prediction(value=value) for value in values])

    made = SimpleNamespace(task=SimpleNamespace(name="molecule", outputs=8, draws=8), settings=SimpleNamespace(seed=0))
    return cast(Workbench, SimpleNamespace(**vars(made), live=lambda: None, model=model))


def test_the_numbers_in_the_clause_are_those_on_screen_also_where_others_stayed() -> None:
    said: dict[str, Any] = {"task": "molecule", "author": "ann", "critique": "c", "reading": "r"}
    heard: list[Feedback] = [
        Label(**said, input="", op="is", value=POOL[0]),
        Constraint(**said, property="logp", operator="decrease", value=None, strength="prefer", about=(POOL[7],)),
    ]
    bench, example, goal = _bench(POOL), Example(id="any", input=""), goal_of(heard)
    fresh, why = steered(bench, goal, example)
    assert "#" not in why and re.search(r"compare \d and \d|say whether \d", why)
    # two in the middle have to go, the others keep their numbers
    gone = [fresh[3].value, fresh[6].value]
    bromine = "O=C(O)c1ccc(Br)cc1"
    before = [one.model_copy(update={"value": bromine}) if one.value in gone else one for one in fresh]
    strict = goal_of([*heard, Constraint(**said, property="substructure", operator="not_contains", value="Br")])
    asked = _Asking(strict)
    after, told = steered(bench, cast(Any, asked), example, before=before)
    new = [number for number, one in enumerate(after, 1) if one.value not in {old.value for old in before}]
    assert new == [4, 7] and told == "compare 7 and 4, not C#N"


class _Asking:
    """The goal, which always has something to ask about the two that it chose."""

    def __init__(self, goal: Any) -> None:
        self.goal = goal

    def __getattr__(self, name: str) -> Any:
        return getattr(self.goal, name)

    def choose(self, *args: Any) -> tuple[list[Output], str]:
        return self.goal.choose(*args)[0], "compare #2 and #1, not C#N"
