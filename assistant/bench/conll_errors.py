"""Are label errors found by the votes of an ensemble? CoNLL-2003, with the votes and the verdicts of Reiss et al. 2020.

One queue is made of all 37,000 places (see `_conll.py`) by `review.votes`: what is given is one question with all that
models find instead. The figure is the share of errors among the first 1,000 places of it that a person looked at, in
their study; a place that nobody looked at is passed over. It is an error where most verdicts on it say so. A verdict
never reaches the ranking, which has nothing to learn.

The reference: of the 1,095 labels of the dev and test folds that at most 5 of the 17 models of the ensemble 4 agreed
with, people found 331 wrong. Their ranking, by the votes for what is given, is measured on the same places, too.
`learned` is a logistic regression on votes, tags and spans, which learns from the verdicts in four fifths of the
documents and ranks the others: what a team's own first reviews could bring.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.bench import Benchmark, Result, bench
from assistant.bench._conll import Question, documents, questions
from assistant.review.rank import Floats
from assistant.review.votes import doubt

FIRST = 1000
FOLDS = 5
TAGS = ("PER", "LOC", "ORG", "MISC")


def run(folder: Path, seeds: tuple[int, ...] = (0, 1, 2)) -> Result:
    every = questions(folder)
    scores = np.array([doubt(one.place) for one in every])
    theirs = np.array([-np.mean(one.place.given.votes) if one.place.given else -2.0 for one in every])
    looked = [one for one in every if one.verdicts]
    order = np.argsort(-scores, kind="stable")
    last = int(np.flatnonzero(np.array([bool(every[at].verdicts) for at in order]))[:FIRST][-1])
    figures = {
        "precision among the first 1,000": precision(every, scores),
        "by the votes for what is given": precision(every, theirs),
        "learned, 5-fold by document": float(np.mean([precision(every, learned(every, seed)) for seed in seeds])),
        "where any verdict counts": precision(every, scores, of="any"),
        "where all verdicts must agree": precision(every, scores, of="all"),
        "of all that was looked at": float(np.mean([one.wrong for one in looked])),
    }
    note = f"{len(every):,} places, {len(looked):,} looked at; the 1,000th of those is number {last + 1:,} of the queue"
    return Result(figures, seeds, note)


def precision(every: Sequence[Question], scores: Floats, first: int = FIRST, of: str = "most") -> float:
    """The share of errors among the first places that somebody looked at."""
    order = (every[at] for at in np.argsort(-scores, kind="stable"))
    looked = [one for one in order if one.verdicts][:first]
    wrong = {
        "most": [one.wrong for one in looked],
        "any": [any(one.verdicts) for one in looked],
        "all": [all(one.verdicts) for one in looked],
    }
    return float(np.mean(wrong[of]))


def learned(every: Sequence[Question], seed: int) -> Floats:
    """(N,) probability of an error, by what the verdicts in other documents teach."""
    from sklearn.linear_model import LogisticRegression

    features = np.array([_features(one) for one in every])
    features = (features - features.mean(0)) / (features.std(0) + 1e-6)
    names = documents(every)
    dealt = np.random.default_rng(seed).permutation(len(names)) % FOLDS
    fold_of = dict(zip(names, dealt, strict=True))
    folds = np.array([fold_of[one.document] for one in every])
    looked, wrong = np.array([bool(one.verdicts) for one in every]), np.array([one.wrong for one in every])
    scores = np.zeros(len(every))
    for fold in range(FOLDS):
        teaches = looked & (folds != fold)
        head = LogisticRegression(max_iter=500).fit(features[teaches], wrong[teaches])
        scores[folds == fold] = head.predict_proba(features[folds == fold])[:, 1]
    return scores


def _features(one: Question) -> list[float]:
    """Votes, tags and spans: nothing that people filled in."""
    given, rival = one.place.given, one.place.rival
    agree, against = (float(np.mean(span.votes)) if span else 0.0 for span in (given, rival))
    return [
        doubt(one.place), agree, against, agree * against, float(given is None), float(rival is None),
        float(bool(given and rival) and (given.start, given.end) == (rival.start, rival.end)),  # type: ignore[union-attr]
        float(bool(given and rival) and given.tag == rival.tag),  # type: ignore[union-attr]
        float(len(one.place.rivals)), float(one.document[0] == "train"),
        *(float(span is not None and span.tag == tag) for span in (given, rival) for tag in TAGS),
        *(float(np.log1p(span.end - span.start)) if span else 0.0 for span in (given, rival)),
    ]  # fmt: skip


@bench
def conll_errors() -> Benchmark:
    """Errors among the first 1,000 places of a queue made of an ensemble's votes."""
    return Benchmark(
        what="CoNLL-2003: share of label errors among the first 1,000 reviewed places of the queue made of the votes",
        data="conll_label_errors",
        people="real",
        reference="331 of 1,095 = .30 (Reiss et al. 2020)",
        target=0.40,
        better="higher",
        run=run,
    )
