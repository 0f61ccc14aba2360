"""What a chemist knows, learned by a Gaussian process: from labels, scores and preferences; and what is asked next."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import UserError
from assistant.molecules.acquire import ACQUISITIONS, choose
from assistant.molecules.component_gp import Said, learn
from assistant.molecules.kernel import LIKING, Features, features, tanimoto

ACIDS = ["CC(=O)O", "CCC(=O)O", "CCCC(=O)O", "CCCCC(=O)O", "CC(C)CC(=O)O", "OC(=O)CCCCO"]
RINGS = ["c1ccccc1", "Cc1ccccc1", "CCc1ccccc1", "Cc1ccccc1C", "Clc1ccccc1", "CCCc1ccccc1"]


def of(smiles: Sequence[str], weights: dict[str, float] | None = None) -> Features:
    from rdkit.Chem import MolFromSmiles

    mols = [MolFromSmiles(each) for each in smiles]
    return features(mols, weights) if weights else features(mols)


@pytest.fixture(scope="module")
def pool() -> Features:
    return of(ACIDS + RINGS)


def test_the_sparse_similarity_is_rdkits() -> None:
    from rdkit.Chem import MolFromSmiles, rdFingerprintGenerator
    from rdkit.DataStructs import TanimotoSimilarity

    bins = of(ACIDS + RINGS).prints["morgan"]
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=4096)
    known = [generator.GetCountFingerprint(MolFromSmiles(each)) for each in ACIDS + RINGS]
    wanted = [[TanimotoSimilarity(one, other) for other in known] for one in known]
    assert np.allclose(tanimoto(bins, bins), wanted)


@pytest.mark.parametrize("kind", ["labels", "scores", "preferences"])
def test_acids_are_learned_to_be_good(pool: Features, kind: str) -> None:
    said = {
        "labels": [Said(0, 1.0), Said(1, 1.0), Said(6, 0.0), Said(7, 0.0)],
        "scores": [Said(at, value, spread=0.5) for at, value in ((0, 0.9), (1, 0.8), (6, 0.1), (7, 0.05))],
        "preferences": [Said(0, 1.0, over=6), Said(1, 1.0, over=7), Said(8, 0.0, over=2)],
    }[kind]  # fmt: skip
    score = learn(pool, said).score(pool)
    assert score[[3, 4, 5]].min() > score[[9, 10, 11]].max()


def test_an_exact_score_is_met_and_a_vague_one_is_not(pool: Features) -> None:
    exact, vague = (learn(pool, [Said(0, 0.9, spread=spread)], constant=-2.0).score(pool)[0] for spread in (0.01, 10.0))
    assert exact == pytest.approx(0.9, abs=0.01)
    assert vague < 0.3


def test_of_scores_alone_the_posterior_is_the_exact_one(pool: Features) -> None:
    values = np.array([0.9, 0.2, 0.6])
    taste = learn(pool, [Said(at, value, spread=0.7) for at, value in enumerate(values)], constant=-1.0)
    bins = pool.prints["morgan"]
    covariance = 16.0 * tanimoto(bins, bins)
    gain = covariance[:, :3] @ np.linalg.inv(covariance[:3, :3] + 0.49 * np.eye(3))
    mean, deviation = taste.moments(pool)
    assert np.allclose(mean, -1.0 + gain @ (np.log(values / (1 - values)) + 1.0))
    assert np.allclose(deviation**2, np.diag(covariance - gain @ covariance[:3]), atol=1e-8)


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11), st.booleans()), min_size=1, max_size=12), st.booleans()
)
def test_turning_all_preferences_turns_the_belief(pairs: list[tuple[int, int, bool]], both: bool) -> None:
    pool = of(ACIDS + RINGS, dict(LIKING) if both else None)
    said = [Said(a, float(yes), over=b) for a, b, yes in pairs]
    turned = [Said(a, float(not yes), over=b) for a, b, yes in pairs]
    weights = dict(LIKING) if both else {"morgan": 16.0}
    mean, deviation = learn(pool, said, weights).moments(pool)
    other, same = learn(pool, turned, weights).moments(pool)
    assert np.allclose(mean, -other, atol=1e-5)
    assert np.allclose(deviation, same, atol=1e-5)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 11), st.floats(0, 1)), min_size=1, max_size=10))
def test_an_answer_never_makes_less_sure_of_what_it_is_about(said: list[tuple[int, float]]) -> None:
    pool = of(ACIDS + RINGS)
    _, deviation = learn(pool, [Said(at, value, spread=1.0) for at, value in said]).moments(pool)
    assert (deviation <= 4.0 + 1e-9).all(), "the prior's"
    assert all(deviation[at] <= 1.0 for at, _ in said), "the answer's own"


def test_draws_have_the_moments(pool: Features) -> None:
    taste = learn(pool, [Said(0, 1.0), Said(6, 0.0), Said(1, 1.0, over=7)])
    mean, deviation = taste.moments(pool)
    draws = taste.draws(pool, 4000, np.random.default_rng(0))
    assert np.allclose(draws.mean(axis=0), mean, atol=0.3)
    assert np.allclose(draws.std(axis=0), deviation, rtol=0.1)


@pytest.mark.parametrize("name", ACQUISITIONS)
def test_every_acquisition_wants_acids_where_acids_are_good(pool: Features, name: str) -> None:
    said = [Said(at, 0.95, spread=0.1) for at in range(4)] + [Said(at, 0.05, spread=0.1) for at in range(6, 11)]
    wanted = ACQUISITIONS[name](learn(pool, said), pool, np.random.default_rng(0))
    assert wanted.shape == (12,)
    assert max(wanted[4], wanted[5]) > wanted[11]


def test_a_batch_has_no_twins_while_there_are_others() -> None:
    pool = of(["CCCCCCCCCCC(=O)O", "CCCCCCCCCCCC(=O)O", "c1ccccc1", "CCO"])
    wanted = np.array([4.0, 3.0, 2.0, np.nan])
    assert choose(pool, wanted, 2) == [0, 2]
    assert choose(pool, wanted, 3) == [0, 2, 1], "a twin is better than nothing; what has no value is not taken"
    assert choose(pool, wanted, 2, without=[0]) == [1, 2]


def test_wrong_answers_are_said(pool: Features) -> None:
    with pytest.raises(UserError, match="Nothing was said"):
        learn(pool, [])
    with pytest.raises(UserError, match=r"1\.5"):
        learn(pool, [Said(0, 1.5)])
    with pytest.raises(UserError, match="molecule 12"):
        learn(pool, [Said(0, 1.0, over=12)])
    with pytest.raises(UserError, match="could not be read"):
        features([None])
    with pytest.raises(UserError, match="3 values for 12"):
        choose(pool, np.zeros(3), 1)
