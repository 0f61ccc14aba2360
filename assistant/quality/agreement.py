"""How far people agree, beyond chance: Krippendorff's alpha (2004), of everybody, per label and per pair of people.

    ann and bob judged 40 texts, 36 of them alike
      -> [Finding(name="alpha nominal", value=.79, interval=(.61, .94), n=40), …,
          Finding(name="alpha", people=("ann", "bob"), value=.79, …)]

1: always; 0: as by chance; below: worse. Where all labels are numbers, the ordinal and the interval alpha are told,
too, for which 4 and 5 are closer than 1 and 5. Preferences agree by the same measure; evidence by the F1 of the words
that two people pointed at for the same label. Intervals by resampling inputs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, Literal, TypeAlias

from assistant.quality import Finding, Measure, measure
from assistant.quality._overlap import bootstrap, f1, words
from assistant.quality._votes import Vote, Votes

MOST_PAIRS = 60
PAIR_DRAWS = 100
"""Samples for the interval of a pair or a label: of these there are many."""
Level: TypeAlias = Literal["nominal", "ordinal", "interval"]
Unit: TypeAlias = dict[str, str]
"""What each person said of one question."""


def find(votes: Votes) -> list[Finding]:
    units = _units([vote for vote in votes.choices() if vote.so])
    found = [_alpha("alpha nominal", units, "nominal")]
    values = {value for unit in units for value in unit.values()}
    if values and all(_number(value) is not None for value in values):
        found += [_alpha("alpha ordinal", units, "ordinal"), _alpha("alpha interval", units, "interval")]
    found += [_one_label(units, value) for value in sorted(values)] if len(values) > 2 else []
    pairs = combinations(votes.people, 2)
    found += [finding for pair in pairs if (finding := _pair(units, pair)).n][:MOST_PAIRS]
    preferences = _units(votes.newest("preference"))
    if preferences:
        found += [_preferences(preferences), _alpha("preference alpha", preferences, "nominal")]
    return [*found, *_evidence(votes)]


def _units(votes: Sequence[Vote]) -> list[Unit]:
    """The questions that two people or more answered."""
    by_question: defaultdict[str, Unit] = defaultdict(dict)
    for vote in votes:
        by_question[vote.question][vote.author] = vote.value
    return [unit for unit in by_question.values() if len(unit) > 1]


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def alpha(units: Sequence[Mapping[str, str]], level: Level = "nominal") -> float | None:
    """Krippendorff's alpha; None where nothing varies or nobody shares a question: it is not defined then."""
    import krippendorff

    names = sorted({value for unit in units for value in unit.values()}, key=lambda v: (_number(v) or 0.0, v))
    if len(names) < 2:
        return None
    counts = [[Counter(unit.values())[name] for name in names] for unit in units]
    domain: list[Any] = [_number(name) for name in names] if level != "nominal" else list(range(len(names)))
    return float(krippendorff.alpha(value_counts=counts, value_domain=domain, level_of_measurement=level))


def _alpha(name: str, units: list[Unit], level: Level, draws: int = PAIR_DRAWS, **about: Any) -> Finding:
    value = alpha(units, level)
    interval = bootstrap(units, lambda some: alpha(some, level), draws) if value is not None else None
    n = len(units)
    said = f"{value:.2f} on {n} inputs" if value is not None else "can't be told: " + (
        "nobody judged what somebody else did" if not n else "all answers are the same"
    )  # fmt: skip
    return Finding(name=name, value=value, interval=interval, n=n, text=f"{name}: {said}", **about)


def _one_label(units: list[Unit], label: str) -> Finding:
    """This label against all others."""
    either = [{who: str(value == label) for who, value in unit.items()} for unit in units]
    about = [unit for unit in either if "True" in unit.values()]
    finding = _alpha("alpha", either, "nominal", label=label)
    return finding.model_copy(update={"n": len(about)})


def _pair(units: list[Unit], pair: tuple[str, str]) -> Finding:
    both = [{who: unit[who] for who in pair} for unit in units if all(who in unit for who in pair)]
    same = sum(len(set(unit.values())) == 1 for unit in both)
    finding = _alpha("alpha", both, "nominal", people=pair)
    told = f"{pair[0]} and {pair[1]} said the same of {same} of {len(both)} inputs"
    return finding.model_copy(update={"text": told, "details": {"same": same}})


def _preferences(units: list[Unit]) -> Finding:
    """Of two people who compared the same two, how often they prefer the same."""

    def share(some: Sequence[Unit]) -> float | None:
        pairs = [one == other for unit in some for one, other in combinations(unit.values(), 2)]
        return sum(pairs) / len(pairs) if pairs else None

    value = share(units)
    text = f"two people prefer the same in {100 * (value or 0):.0f} % of the pairs that both compared"
    return Finding(name="preferences", value=value, interval=bootstrap(units, share), n=len(units), text=text)


def _evidence(votes: Votes) -> list[Finding]:
    """The F1 of the words that two people pointed at, for the same label of the same input."""
    by_answer: defaultdict[tuple[str, str], list[Vote]] = defaultdict(list)
    for vote in votes.newest("label"):
        if vote.so and vote.evidence:
            by_answer[vote.question, vote.value].append(vote)
    both = [
        f1(words(one.input, one.evidence), words(other.input, other.evidence))
        for some in by_answer.values()
        for one, other in combinations(some, 2)
    ]
    if not both:
        return []

    def mean(some: Sequence[float]) -> float | None:
        return sum(some) / len(some)

    text = f"two people who say the same point at the same words by an F1 of {mean(both):.2f}"
    return [Finding(name="evidence F1", value=mean(both), interval=bootstrap(both, mean), n=len(both), text=text)]


@measure
def agreement() -> Measure:
    """How far people agree beyond chance."""
    return Measure("Agreement", find)
