"""Which feedback an export holds: how far people agree on it, and on which side of a split it stands.

    side("It arrived broken", {"test": 0.1}) -> "train"     always, on every machine and in every export

What is said about one input stays on one side: the side is drawn by the input's hash, without regard to case and
white space. Conversations that begin alike count as one input. Feedback without input, rules for example, is for
training.

`Agreement` asks who supports a statement and who contradicts it. Of labels, whoever said that an input is something
else contradicts; of preferences, whoever said the opposite about the same pair in the same respect. What counts is the
last that each person said. A rule has no agreement, nor has what one person alone judged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

from assistant.errors import UserError
from assistant.exports import Row
from assistant.exports._rows import encode
from assistant.exports._views import fallen, messages, text, value_of
from assistant.types import Constraint, Label, Preference

__all__ = ["Agreement", "check_splits", "side"]

TRAIN = "train"


def check_splits(splits: Mapping[str, float]) -> None:
    """Raises UserError where names or shares make no sense."""
    for name, share in splits.items():
        if not (name.isascii() and name.isalpha() and name.islower()) or name == TRAIN:
            raise UserError(
                f"The split {name!r} has no name that can be used",
                "a name is small letters, such as test or validation, and 'train' is what is left",
            )
        if not 0 < share < 1:
            raise UserError(f"The split {name!r} has the share {share:g}", "a share is between 0 and 1")
    if sum(splits.values()) >= 1:
        raise UserError(f"The splits take {sum(splits.values()):g} of the inputs", "something must be left to train on")


def side(row: Row, splits: Mapping[str, float]) -> str:
    """The split that `row` belongs to."""
    if isinstance(row.feedback, Constraint):
        return TRAIN
    place, end = int.from_bytes(_key("split", _start(row.feedback.input))) / 2**64, 0.0
    for name, share in sorted(splits.items()):
        end += share
        if place < end:
            return name
    return TRAIN


def _start(given: Any) -> str:
    """An input as far as it counts for leaks: what the user said first, without case and white space."""
    first = next((each["content"] for each in messages(given) if each["role"] == "user"), text(given))
    return " ".join(first.split()).casefold()


class Agreement:
    """How far people agree, by what all of `rows` say; a few hundred bytes for each statement."""

    def __init__(self, rows: Iterable[Row]) -> None:
        # question -> person -> value -> whether it is so; of labels, a question is an input
        self._said: defaultdict[bytes, dict[str, dict[bytes, bool]]] = defaultdict(dict)
        for row in rows:
            if not fallen(row) and not isinstance(row.feedback, Constraint):
                question, value, so = _statement(row)
                known = self._said[question].setdefault(row.feedback.author, {})
                if so:
                    known = {each: yes for each, yes in known.items() if not yes}  # it can't be two things
                self._said[question][row.feedback.author] = known | {value: so}

    def of(self, row: Row) -> float | None:
        """The share in [0, 1] of those who judged it; None: fewer than two did, or it is a rule."""
        if isinstance(row.feedback, Constraint):
            return None
        question, value, so = _statement(row)
        votes = [_vote(known, value) for known in self._said.get(question, {}).values()]
        judged = [vote for vote in votes if vote is not None]
        return judged.count(so) / len(judged) if len(judged) > 1 else None

    def refuse(self, row: Row, least: float) -> str:
        """Why `row` is left out where at least this share must agree; empty where it stays."""
        found = self.of(row)
        if found is None:
            return "fewer than two people judged it, so there is no agreement"
        return "" if found >= least else f"fewer than {least:.0%} of the people agree"


def _statement(row: Row) -> tuple[bytes, bytes, bool]:
    """The question, the value, and whether that is said to be so."""
    said = row.feedback
    if isinstance(said, Preference):
        first, second = sorted([_key("value", encode(said.chosen)), _key("value", encode(said.rejected))])
        question = _key("pair", encode(said.input), said.aspect, first.hex(), second.hex())
        return question, first, _key("value", encode(said.chosen)) == first
    assert isinstance(said, Label)
    return _key("label", encode(said.input)), _key("value", encode(value_of(row))), said.op == "is"


def _vote(known: Mapping[bytes, bool], value: bytes) -> bool | None:
    """What a person said of a value: directly, or by saying that it is something else."""
    return known.get(value, False if any(known.values()) else None)


def _key(*parts: str | None) -> bytes:
    hashed = blake2b(digest_size=8, person=b"sayso")
    for part in parts:
        hashed.update(b"\0" if part is None else b"\1" + part.encode("utf-8", "surrogatepass") + b"\0")
    return hashed.digest()
