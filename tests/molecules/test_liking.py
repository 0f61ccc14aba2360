"""What no property explains is learned from labels and preferences, and counts only once it predicts something."""

from __future__ import annotations

from typing import Any

import numpy as np

from assistant.molecules._worth import read
from assistant.molecules.goal import goal_of
from assistant.molecules.liking import learned
from assistant.types import Feedback, Label, Preference

LIKED = ["c1ccnc(C(=O)NC2CCOC2)c1", "Cc1ccnc(NC(=O)C2CC2)c1", "OCc1ccnc(N2CCOCC2)c1", "c1ccnc(CN2CCOCC2)c1",
         "Cc1ccnc(C(=O)N2CCCC2)c1", "COc1ccnc(NC(C)=O)c1", "Fc1ccnc(NCCO)c1", "CNC(=O)c1ccccn1"]  # fmt: skip
OTHERS = ["c1csc(C(=O)NC2CCOC2)c1", "Cc1ccsc1NC(=O)C1CC1", "OCc1ccsc1N1CCOCC1", "c1csc(CN2CCOCC2)c1",
          "Cc1ccsc1C(=O)N1CCCC1", "COc1ccsc1NC(C)=O", "Fc1ccsc1NCCO", "CNC(=O)c1cccs1"]  # fmt: skip
NEW = ["c1ccnc(NC2CCC2)c1", "c1csc(NC2CCC2)c1"]


def label(smiles: str, good: bool) -> Label:
    of: dict[str, Any] = {"task": "molecule", "author": "ann", "critique": "c", "reading": smiles}
    return Label(input="", op="is" if good else "is_not", value=smiles, **of)


def test_a_pattern_that_was_called_good_is_liked_in_new_molecules() -> None:
    said: list[Feedback] = [label(smiles, good) for pair in zip(LIKED, OTHERS, strict=True)
                            for smiles, good in zip(pair, (True, False), strict=True)]  # fmt: skip
    liking = learned(said)
    assert liking is not None and 0.05 < liking.weight <= 1
    good, poor, none = liking(read([*NEW, "no molecule"]))
    assert poor < good <= 1 and np.isnan(none)
    goal = goal_of(said)
    assert np.array_equal(np.isnan(goal.score([*NEW, "no molecule"])), [False, False, True])
    assert "Patterns like those you called good" in goal.view()
    assert "patterns that you like" in {what for what, _, _ in goal.pulls(NEW[1])}


def test_preferences_teach_it_as_well() -> None:
    of: dict[str, Any] = {"task": "molecule", "author": "ann", "critique": "c"}
    said = [Preference(input="", chosen=a, rejected=b, reading=f"{i}{j}", **of)
            for i, a in enumerate(LIKED) for j, b in enumerate(OTHERS) if (i + j) % 3 == 0]  # fmt: skip
    liking = learned(said)
    assert liking is not None
    good, poor = liking(read(NEW))
    assert poor < good
    respect = [one.model_copy(update={"aspect": "logp"}) for one in said]
    assert learned(respect) is None, "what was said in one respect is about that property"


def test_labels_that_no_pattern_explains_count_little_or_nothing() -> None:
    weights = []
    for seed in range(8):
        good = np.random.default_rng(seed).permutation([True] * 8 + [False] * 8)
        liking = learned([label(smiles, bool(one)) for smiles, one in zip(LIKED + OTHERS, good, strict=True)])
        weights.append(liking.weight if liking else 0.0)
    assert np.mean(weights) < 0.05 and np.median(weights) == 0


def test_few_answers_are_left_to_the_properties() -> None:
    assert learned([label(smiles, smiles in LIKED) for smiles in (*LIKED[:3], *OTHERS[:3])]) is None


def test_praise_alone_teaches_no_difference() -> None:
    assert learned([label(smiles, True) for smiles in LIKED]) is None
