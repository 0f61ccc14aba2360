"""Are the reasons good that somebody gives? Words that a person points at, against others' and against the model's.

    ann: "complaint, because of 'want my money back'"; ben, of the same text: "because of 'my money back'"
      -> [Finding(name="with others", people=("ann",), value=.86, n=1, …), Finding(name="with the model", …)]

That rationales tell about who gives them is shown by MARTA (Arous et al. 2021), which learns both together; here each
is a figure that people can check. With others: the F1 of the words, for the same label of the same input. With the
model: the share of the words pointed at that counted for that label when the model answered, less what as many words at
random would have; so 0 is chance, and below it the reasons lie elsewhere than the model looks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from assistant.quality import Finding, Measure, measure
from assistant.quality._overlap import WORD, bootstrap, f1, words
from assistant.quality._votes import Vote, Votes


def find(votes: Votes) -> list[Finding]:
    told = [vote for vote in votes.newest("label") if vote.so and vote.evidence]
    by_answer: defaultdict[tuple[str, str], list[Vote]] = defaultdict(list)
    for vote in told:
        by_answer[vote.question, vote.value].append(vote)
    found = []
    for person in sorted({vote.author for vote in told}):
        own = [vote for vote in told if vote.author == person]
        with_others = [
            _mean([f1(_words(vote), _words(other)) for other in others])
            for vote in own
            if (others := [one for one in by_answer[vote.question, vote.value] if one.author != person])
        ]
        lifts = [lift for vote in own if (lift := _lift(vote)) is not None]
        found.append(_finding("with others", person, with_others, "the words of others, by F1"))
        found.append(_finding("with the model", person, lifts, "what counts for the model, above chance"))
    return found


def _words(vote: Vote) -> frozenset[object]:
    return words(vote.input, vote.evidence)


def _lift(vote: Vote) -> float | None:
    """The share of the words that counted for the label, less the share among all words; None: it is not known."""
    same = vote.shown == vote.value
    spoke = [text for text, weight in vote.highlights if (weight > 0) == same and weight]
    total = len(WORD.findall(vote.input)) if isinstance(vote.input, str) else 0
    own, models = _words(vote), words(vote.input, spoke)
    if not total or not own or not models:
        return None
    return len(own & models) / len(own) - len(models) / total


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _finding(name: str, person: str, values: Sequence[float], what: str) -> Finding:
    if not values:
        return Finding(name=name, value=None, people=(person,), text=f"{person}: nothing to compare reasons with")
    value = _mean(values)
    text = f"{person}’s reasons meet {what}: {value:.2f} ({len(values)} answers)"
    return Finding(
        name=name, value=value, interval=bootstrap(values, _mean), n=len(values), text=text, people=(person,)
    )


@measure
def rationales() -> Measure:
    """Whether the evidence that people give agrees with others', and with the model's."""
    return Measure("Reasons", find)
