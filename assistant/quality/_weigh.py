"""What several people said of one input, as a training sees it: what is probably true, by who said it.

    ann, ben: complaint; eve: praise   (eve is right in 60 %)  ->  ann's and ben's labels, without eve's
    ann: complaint; ben: praise        (equally reliable)      ->  neither: a training waits until it is settled

Rows of the store stay as they are; this only chooses among them. Where just one person gave feedback, nothing changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from assistant.quality._people import fit
from assistant.quality._votes import Vote, Votes, question_of, vote_of
from assistant.review.standing import settled
from assistant.types import Constraint, Feedback, Label

if TYPE_CHECKING:
    from assistant.workbench import Workbench

__all__ = ["Taught", "Weighed", "choose", "weigh"]

SURE = 0.6
"""How probable the label of an input must be for a training to learn it."""


class Taught(NamedTuple):
    """What a training is given of what people said. `open`: the ids of what waits until people agree."""

    new: list[Feedback]
    replay: list[Feedback]
    open: frozenset[str]
    notes: tuple[str, ...]


class Weighed(NamedTuple):
    """`kept` in its order; `overruled`: the ids of labels that others outweigh; `open`: of those of inputs on which
    people disagree evenly."""

    kept: list[Feedback]
    overruled: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()


def choose(bench: Workbench, new: Sequence[Feedback], replay: Sequence[Feedback]) -> Taught:
    """What of the feedback is taught: nothing about held-out examples, and of several people's labels what is right.

    The gate's exam is the owner's alone: who says something of an example in it does not write it, and a version that
    had learned what is in the exam would have been told the answers.
    """
    ledger, store, task = bench.ledger, bench.store, bench.task.name
    votes = ledger.votes() if bench.task.goal is None else Votes()

    def also(labels: Sequence[Feedback]) -> list[Feedback]:
        ids = [f.example_id for f in labels if f.example_id is not None]
        return settled(store, task, [row.feedback for row in store.about(task, ids)])

    def unseen(some: Sequence[Feedback]) -> list[Feedback]:
        return [f for f in some if isinstance(f, Constraint) or question_of(f.input) not in ledger.gold]

    of_new, of_replay = weigh(unseen(new), votes, also), weigh(unseen(replay), votes, also)
    notes = (
        _note(len(new) - len(unseen(new)), "about held-out examples", "those judge, and never teach"),
        _note(len(of_new.overruled), "overruled", "others, who are right more often, say otherwise"),
        _note(len(of_new.open), "left out for now", "people disagree evenly; settle it under Quality"),
    )
    return Taught(of_new.kept, of_replay.kept, of_new.open, tuple(filter(None, notes)))


def _note(count: int, what: str, why: str) -> str:
    """
    >>> _note(1, "overruled", "others say otherwise")
    '1 label overruled: others say otherwise.'
    """
    return f"{count} label{'' if count == 1 else 's'} {what}: {why}." if count else ""


def weigh(
    feedback: Sequence[Feedback],
    votes: Votes,
    also: Callable[[Sequence[Feedback]], Sequence[Feedback]] = lambda some: (),
) -> Weighed:
    """The feedback without the labels that are probably wrong, by all that people said of the same inputs.

    Args:
        votes: the record by which people are known.
        also: further labels of the inputs of these, which the model may have learned long ago.
    """
    if len(votes.people) < 2:
        return Weighed(list(feedback))
    labels = [one for one in feedback if isinstance(one, Label)]
    model = fit(votes.choices(), votes.gold)
    ours, drop, open = {one.id for one in labels}, set[str](), set[str]()
    for some in _by_question([*labels, *(one for one in also(labels) if isinstance(one, Label))]):
        standing = Votes(some).newest()
        truth = model.weigh(standing)
        if all(vote.value not in truth for vote in standing):
            continue  # written answers, or labels nobody knew when the record was read
        kept = {vote.id for vote in standing if _right(vote, truth) >= SURE}
        wrong = {vote.id for vote in some} - kept
        if not kept and len({vote.value for vote in standing if vote.so}) > 1:
            open |= wrong & ours
        drop |= wrong
    left = [one for one in feedback if one.id not in drop]
    return Weighed(left, frozenset((drop & ours) - open), frozenset(open))


def _right(vote: Vote, truth: Mapping[str, float]) -> float:
    """The probability that it is as this vote says."""
    probable = truth.get(vote.value, 0.0)
    return probable if vote.so else 1 - probable


def _by_question(labels: Sequence[Label]) -> list[list[Vote]]:
    found: defaultdict[str, dict[str, Vote]] = defaultdict(dict)
    for place, label in enumerate(sorted(labels, key=lambda label: (label.created_at, label.id))):
        vote = vote_of(label, place)
        assert vote is not None
        found[vote.question][vote.id] = vote
    return [list(some.values()) for some in found.values()]
