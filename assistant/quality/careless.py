"""Careless or hostile? Three sequential tests of each person, that may be looked at after every answer.

Each compares how likely the answers are from somebody careless with how likely they are from an honest person, as a
mixture of likelihood ratios (Wald 1945; Robbins 1970). While the person is honest, that stays below a bound for ever,
but with a probability of 1 / bound (Ville 1939), so looking often does no harm.

    disagrees   with what is probably true by what all others, or the owner, said of the same input, more often than the
                best of the people do. Both is unsure, so each answer counts by the probability of what is true.
    too fast    answers come sooner than the input can be skimmed
    always the same   answer, whatever is asked; unless others say so, too

    votes of five people, one of whom turned 30 % of their labels around
      -> [Finding(name="disagrees", people=("eve",), value=.31, interval=(.18, .44), alarm=True, after=27, …), …]

Whoever was looked at and let through is judged anew by what they say from then on.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.quality import Finding, Measure, measure
from assistant.quality._people import EXPECTED, STRENGTH, People, fit, interval
from assistant.quality._votes import Vote, Votes

HONEST_ALARMS = 0.03
"""How probable it may be that any honest person of the team is ever named, per test."""
BEST, USUAL_ERROR = 0.4, 0.1
"""This share of the people is taken to be honest: the worst of them errs as honest people here do. Of fewer than three
people it can't be told; then the usual error is taken."""
LEAST_ERROR, MOST_ERROR = 0.05, 0.35
WORSE_BY = (0.2, 0.45)
"""How much more often somebody careless is taken to be wrong."""
SKIMMED_PER_SECOND, LEAST_SECONDS, MOST_SECONDS = 120.0, 0.7, 5.0
"""Characters: about five times as fast as people read (238 words a minute: Brysbaert 2019)."""
SOMETIMES_FAST, OFTEN_FAST = 0.2, 0.6
SAME = 0.98
COMMON, SAME_BOUND = 0.7, 1000.0
"""Any answer may be right this often without being anybody's habit; and inputs may come sorted: so the high bound."""


def find(votes: Votes) -> list[Finding]:
    """Of each person, three findings; nothing of somebody who is alone."""
    if len(votes.people) < 2:
        return []
    models = {"label": fit(votes.choices(), votes.gold), "preference": fit(votes.newest("preference"), votes.gold)}
    shares = Counter((vote.author, vote.value) for vote in votes.choices() if vote.so)
    found = []
    for person in votes.people:
        own = judged(votes, person)
        bound = len(votes.people) / HONEST_ALARMS
        found += [_disagrees(votes, models, person, own, bound), _fast(person, own, bound)]
        found.append(_same(votes, models["label"], shares, person, own, len(votes.people) * SAME_BOUND))
    return found


def judged(votes: Votes, person: str) -> list[Vote]:
    """What a person is judged by: the newest word on each question, of what came after they were last let through."""
    through = max((vote.seq for vote in votes.all if vote.author == person and vote.state == "released"), default=0)
    return [vote for vote in votes.newest() if vote.author == person and vote.seq > through and vote.so]


def _disagrees(votes: Votes, models: dict[str, People], person: str, own: list[Vote], bound: float) -> Finding:
    name, people = "disagrees", (person,)
    honest = _honest(models["label"])
    there = [(place, vote) for place, vote in enumerate(own, 1) if _tells(votes, models[vote.kind], vote)]
    if not there:
        return Finding(name=name, value=None, people=people, text=f"nobody can say yet how often {person} is wrong")
    right = np.array([models[vote.kind].by_others[vote.id] for _, vote in there])[:, None]
    wrong = (1 - right) / np.array([max(1, len(models[vote.kind].values) - 1) for _, vote in there])[:, None]
    worse = np.minimum(0.95, honest + np.array(WORSE_BY))
    ratios = np.log(right * (1 - worse) + wrong * worse) - np.log(right * (1 - honest) + wrong * honest)
    evidence, after = _crossed(ratios, [place for place, _ in there], bound)
    errors, count = float(len(there) - right.sum()), len(there)
    share = errors / count
    text = f"{person} disagrees with what is probably right in {100 * share:.0f} % of {count} answers"
    if after is not None:
        text += f", where {100 * honest:.0f} % is what the best here do"
    return Finding(
        name=name, value=share, interval=interval((errors + 0.5, count - errors + 0.5)), n=count, text=text,
        people=people, alarm=after is not None, after=after, details={"evidence": evidence},
    )  # fmt: skip


def _tells(votes: Votes, model: People, vote: Vote) -> bool:
    """Whether there is anybody to compare with: the owner, or enough people that the wrong one stands out."""
    known = vote.id in model.by_others
    return known and (vote.question in votes.gold or (len(votes.people) > 2 and model.answers[vote.question] > 1))


def _honest(model: People) -> float:
    """The share of errors of honest people, as far as enough was seen of them."""
    seen = {person: count for person, count in model.overlap.items() if count >= 5}
    # without the prior of the model of people, which is for those who were seen little; and half a standard error more,
    # because who seems best is also who was lucky
    errors = sorted(
        ((model.right[one][1] - STRENGTH * (1 - EXPECTED) + 0.5) / (count + 1), count) for one, count in seen.items()
    )
    if len(errors) < 3:
        return USUAL_ERROR
    error, count = errors[math.ceil(BEST * len(errors)) - 1]
    return min(MOST_ERROR, max(LEAST_ERROR, error + math.sqrt(error * (1 - error) / count) / 2))


def _fast(person: str, own: Sequence[Vote], bound: float) -> Finding:
    timed = [(place, vote) for place, vote in enumerate(own, 1) if vote.seconds is not None]
    if not timed:
        return Finding(name="too fast", value=None, people=(person,), text=f"it is not known how long {person} takes")
    hits = [(place, (vote.seconds or 0.0) < skimmed(vote.input)) for place, vote in timed]
    fast, slow = math.log(OFTEN_FAST / SOMETIMES_FAST), math.log((1 - OFTEN_FAST) / (1 - SOMETIMES_FAST))
    ratios = np.array([[fast if hit else slow] for _, hit in hits])
    evidence, after = _crossed(ratios, [place for place, _ in hits], bound)
    count = sum(hit for _, hit in hits)
    text = f"{count} of {len(hits)} answers of {person} came sooner than the input can be skimmed"
    return Finding(
        name="too fast", value=count / len(hits), interval=interval((count + 0.5, len(hits) - count + 0.5)),
        n=len(hits), text=text, people=(person,), alarm=after is not None, after=after, details={"evidence": evidence},
    )  # fmt: skip


def skimmed(input: object) -> float:
    """The seconds that it takes at least to see what an input is about.

    >>> skimmed("I want my money back"), skimmed("long " * 1000)
    (0.7, 5.0)
    """
    return min(MOST_SECONDS, max(LEAST_SECONDS, len(str(input)) / SKIMMED_PER_SECOND))


def _same(
    votes: Votes, model: People, shares: Counter[tuple[str, str]], person: str, own: list[Vote], bound: float
) -> Finding:
    labels = [(place, vote) for place, vote in enumerate(own, 1) if vote.kind == "label" and vote.id in model.by_others]
    if not labels or len(model.values) < 2:
        return Finding(name="always the same", value=None, people=(person,), text=f"too little is known of {person}")
    others = Counter(dict.fromkeys(model.values, 1))
    for (author, value), count in shares.items():
        others[value] += count if author != person else 0
    total = others.total()

    usual = np.clip([others[value] / total for value in model.values], COMMON, SAME - 0.01)
    known = [model.by_others[vote.id] if model.answers[vote.question] > 1 else 0.0 for _, vote in labels]
    habit = np.array([[vote.value == value for value in model.values] for _, vote in labels])
    expected = np.maximum(usual, np.minimum(SAME, np.array(known)[:, None]))
    ratios = np.where(habit, np.log(SAME / expected), np.log((1 - SAME) / (1 - usual)))
    evidence, after = _crossed(ratios, [place for place, _ in labels], bound)
    value, count = Counter(vote.value for _, vote in labels).most_common(1)[0]
    text = f"{person} said “{value}” {count} times in {len(labels)} answers"
    return Finding(
        name="always the same", value=count / len(labels),
        interval=interval((count + 0.5, len(labels) - count + 0.5)), n=len(labels), text=text, people=(person,),
        alarm=after is not None, after=after, details={"evidence": evidence},
    )  # fmt: skip


def _crossed(ratios: NDArray[np.float64], places: Sequence[int], bound: float) -> tuple[float, int | None]:
    """The logarithm (base 10) of the evidence at the end, and the place of the answer at which it first was beyond the
    bound.

    Args:
        ratios: (N, A) log-likelihood ratio of each alternative, per answer.
    """
    sums = np.cumsum(ratios, axis=0)
    top = sums.max(axis=1, keepdims=True)
    mixed = (top + np.log(np.exp(sums - top).mean(axis=1, keepdims=True)))[:, 0]
    beyond = np.flatnonzero(mixed > math.log(bound))
    return float(mixed[-1] / math.log(10)), places[int(beyond[0])] if len(beyond) else None


@measure
def careless() -> Measure:
    """Answers that are too fast, always the same, or wrong beyond chance."""
    return Measure("Careless or hostile answers", find)
