"""A model of each person: how often they are right, what they take for what, and what is probably true of each input.

The model of Dawid & Skene (1979), fitted by expectation and maximisation, with priors, because people give few answers:
a person's share of right answers has a Beta prior, and each row of their confusions a Dirichlet prior around that
share, which shrinks confusions that were seen twice to what is known of the person altogether (as in Kim & Ghahramani
2012). What the owner said (gold) is not inferred but known.

    model = fit(votes.choices(), gold={})
    model.right["ann"]            -> (57.2, 6.1)         Beta: mean .90
    model.truth[question]         -> {"complaint": .97, "praise": .03}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.quality._votes import Vote

__all__ = ["People", "fit", "interval"]

Array = NDArray[np.float64]
EXPECTED, STRENGTH = 0.8, 4.0
"""People are taken to be right in four of five answers, as if four had been seen; less than most crowds reach."""
ROW = 4.0
"""How many answers the prior of each row of confusions weighs."""
ROUNDS, CLOSE = 60, 1e-3
RARE = 1e-6
"""No answer is taken to be less probable."""


@dataclass(frozen=True)
class People:
    """What was fitted; arrays by question (Q), person (P) and value (K), in the order of their names.

    Args:
        confusion: (P, K, K), [p, true, said].
        log_truth: (Q, K) log-probability of each value.
        by_others: of each vote, by its id, the probability that its value is true by what all others said.
        right: (a, b) of each person's Beta.
        overlap: answers per person to what others, or the owner, answered too.
        answers: how many people answered each question.
    """

    questions: dict[str, int]
    people: dict[str, int]
    values: dict[str, int]
    confusion: Array
    log_truth: Array
    by_others: dict[str, float]
    right: dict[str, tuple[float, float]]
    overlap: dict[str, int]
    answers: Counter[str]
    gold: frozenset[str]

    def truth(self, question: str) -> dict[str, float]:
        """The probability of each value; empty where nobody answered."""
        if question not in self.questions:
            return {}
        return dict(zip(self.values, _normal(self.log_truth[self.questions[question]]).tolist(), strict=True))

    def weigh(self, votes: Sequence[Vote]) -> dict[str, float]:
        """The probability of each value of one question, by these votes of it alone."""
        log = np.full(len(self.values), -np.log(max(1, len(self.values))))
        for vote in votes:
            if vote.value in self.values:
                unknown = vote.author not in self.people
                confusion = _prior(len(self.values)) if unknown else self.confusion[self.people[vote.author]]
                said = np.clip(confusion[:, self.values[vote.value]], RARE, 1 - RARE)
                log = log + (np.log(said) if vote.so else np.log1p(-said))
        return dict(zip(self.values, _normal(log).tolist(), strict=True))


def fit(votes: Sequence[Vote], gold: Mapping[str, str], values: Sequence[str] = ()) -> People:
    """Fit the model to the newest votes of each person, all of one kind.

    Args:
        values: those that may be true besides those that were said.
    """
    names = dict.fromkeys(
        [*values, *(v.value for v in votes), *(gold[v.question] for v in votes if v.question in gold)]
    )
    places = {value: k for k, value in enumerate(sorted(names))}
    questions = {q: n for n, q in enumerate(dict.fromkeys(vote.question for vote in votes))}
    people = {p: n for n, p in enumerate(sorted({vote.author for vote in votes}))}
    known = {questions[q]: places[gold[q]] for q in questions if q in gold}
    rows = np.array(
        [(questions[v.question], people[v.author], places[v.value], v.so) for v in votes], dtype=np.int64
    ).reshape(-1, 4)
    size = len(questions), len(people), max(1, len(places))
    truth, confusion, log_truth = _em(rows, size, known)
    if len(people) < 3 and not known:  # which of two people is right can't be told, so both are taken as anybody
        confusion = np.tile(_prior(size[2]), (len(people), 1, 1))
        log_truth = _expect(rows, truth, confusion, known)
    right, overlap = _right(rows, truth, people, set(known))
    answers = Counter(question for question, _ in {(vote.question, vote.author) for vote in votes})
    owners = frozenset(question for question in questions if question in gold)
    others = _by_others(rows, confusion, log_truth, known).tolist()
    by_others = {vote.id: right for vote, right in zip(votes, others, strict=True)}
    return People(questions, people, places, confusion, log_truth, by_others, right, overlap, answers, owners)


def interval(right: tuple[float, float]) -> tuple[float, float]:
    """The middle 95 % of a Beta distribution."""
    from scipy.special import betaincinv

    return float(betaincinv(*right, 0.025)), float(betaincinv(*right, 0.975))


def _em(rows: NDArray[np.int64], size: tuple[int, int, int], known: Mapping[int, int]) -> tuple[Array, Array, Array]:
    """(Q, K) truth, (P, K, K) confusion, (Q, K) log-truth."""
    count, _, values = size
    truth = _begin(rows, count, values, known)
    confusion, log_truth = np.zeros((size[1], values, values)), np.zeros((count, values))
    for _ in range(ROUNDS if len(rows) else 0):
        confusion = _maximise(rows, truth, size)
        log_truth = _expect(rows, truth, confusion, known)
        now = _normal(log_truth)
        done = float(np.abs(now - truth).max()) < CLOSE
        truth = now
        if done:
            break
    return truth, confusion, log_truth


def _prior(values: int) -> Array:
    """(K, K) confusions of somebody of whom nothing is known."""
    if values == 1:
        return np.ones((1, 1))
    return np.where(np.eye(values, dtype=bool), EXPECTED, (1 - EXPECTED) / (values - 1))


def _begin(rows: NDArray[np.int64], count: int, values: int, known: Mapping[int, int]) -> Array:
    """Shares of the votes."""
    share = np.full((count, values), 0.5 / max(1, values))
    said = np.eye(values)[rows[:, 2]]
    np.add.at(share, rows[:, 0], np.where(rows[:, 3:] == 1, said, (1 - said) / max(1, values - 1)))
    for question, value in known.items():
        share[question] = np.arange(values) == value
    return np.asarray(share / share.sum(axis=1, keepdims=True))


def _maximise(rows: NDArray[np.int64], truth: Array, size: tuple[int, int, int]) -> Array:
    """Confusions from what is believed to be true; a denial ("it is not") tells too little to count here."""
    _, people, values = size
    questions, who, what = rows[rows[:, 3] == 1, :3].T
    counts = np.zeros((people, values, values))
    np.add.at(counts.transpose(0, 2, 1), (who, what), truth[questions])
    total = counts.sum(axis=(1, 2))
    agreed = np.einsum("pkk->p", counts)
    share = (agreed + STRENGTH * EXPECTED) / (total + STRENGTH)
    other = (1 - share) / max(1, values - 1)
    prior = np.where(np.eye(values, dtype=bool), share[:, None, None], other[:, None, None])
    whole = counts + ROW * prior
    return np.asarray(whole / whole.sum(axis=2, keepdims=True))


def _expect(rows: NDArray[np.int64], truth: Array, confusion: Array, known: Mapping[int, int]) -> Array:
    values = truth.shape[1]
    base = truth.sum(axis=0) + 1.0
    log = np.tile(np.log(base / base.sum()), (len(truth), 1))
    np.add.at(log, rows[:, 0], _log_said(rows, confusion))
    for question, value in known.items():
        log[question] = np.where(np.arange(values) == value, 0.0, -50.0)
    return log


def _log_said(rows: NDArray[np.int64], confusion: Array) -> Array:
    """(N, K) log-probability of each vote, given each value that may be true."""
    said = np.clip(confusion[rows[:, 1], :, rows[:, 2]], RARE, 1 - RARE)
    return np.asarray(np.where(rows[:, 3:] == 1, np.log(said), np.log1p(-said)))


def _by_others(rows: NDArray[np.int64], confusion: Array, log_truth: Array, known: Mapping[int, int]) -> Array:
    """(N,) of each vote: the probability of its value, were it not for this vote."""
    log = log_truth[rows[:, 0]]
    owners = np.isin(rows[:, 0], list(known))
    log = np.where(owners[:, None], log, log - _log_said(rows, confusion))
    return np.asarray(_normal(log)[np.arange(len(rows)), rows[:, 2]]) if len(rows) else np.zeros(0)


def _right(
    rows: NDArray[np.int64], truth: Array, people: Mapping[str, int], known: set[int]
) -> tuple[dict[str, tuple[float, float]], dict[str, int]]:
    """The Beta of each person's share of right answers, from what somebody else answered too."""
    answered = np.bincount(rows[:, 0], minlength=len(truth)) if len(rows) else np.zeros(0, dtype=int)
    shared = np.array([answered[q] > 1 or q in known for q in range(len(truth))], dtype=bool)
    right, overlap = {}, {}
    for name, person in people.items():
        own = rows[(rows[:, 1] == person) & (rows[:, 3] == 1)]
        own = own[shared[own[:, 0]]]
        hits = float(truth[own[:, 0], own[:, 2]].sum())
        right[name] = (hits + STRENGTH * EXPECTED, len(own) - hits + STRENGTH * (1 - EXPECTED))
        overlap[name] = len(own)
    return right, overlap


def _normal(log: Array) -> Array:
    part: Any = np.exp(log - log.max(axis=-1, keepdims=True))
    return np.asarray(part / part.sum(axis=-1, keepdims=True))
