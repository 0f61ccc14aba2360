"""Is a person gone, once forgotten? Two homes: in one Ann spoke and was forgotten, in the other she never did.

Both people are simulated and say what is right of the demo's messages, by edits and thumbs; Ann gives a rule, too, and
types messages of her own. Then she is forgotten, as a person does it (`session.forget`). In the other home Ben says
the same of the same messages, and is learned from. Equal are answers whose label and score are the same in every bit,
of all 400 messages. Twice: Ann spoke all along; and she joined late, when Ben had been learned from before and after.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.bench import Benchmark, Result, bench
from assistant.bench._desk import gold, own_home
from assistant.session import Session
from assistant.types import Gesture

EACH = 8
"""What a person says in a round."""
RULE = "whenever somebody mentions a refund it's a complaint"


def run(folder: Path, seeds: Sequence[int] = (0,), right: dict[str, str] | None = None, **options: Any) -> Result:
    """Measure.

    Args:
        right: the right label of each message to speak about; of the demo, where none are given.
        options: those of `Session.open`.
    """
    right = right or gold()
    shares: dict[str, float] = {}
    proved = []
    for name, story in (("all along", _all_along), ("joined late", _joined_late)):
        with _home(folder / f"{name} with", options) as ben:
            ann = Session.beside(ben.bench, "ann")
            story(ben, ann, list(right.items()))
            ben.forget.carry_out(ben.forget.plan(by="ann"))
            proof = ben.forget.proof()
            proved.append(proof is not None and proof.left == 0 and proof.same is True)
            one = _answers(ben)
        with _home(folder / f"{name} without", options) as ben:
            story(ben, None, list(right.items()))
            other = _answers(ben)
        shares[name] = sum(a == b for a, b in zip(one, other, strict=True)) / len(one)
    figures = {"equal": min(shares.values()), **shares, "proofs that hold": sum(proved) / len(proved)}
    return Result(figures, tuple(seeds), f"{len(one)} answers, label and score")


@contextmanager
def _home(home: Path, options: dict[str, Any]) -> Iterator[Session]:
    with own_home(home):
        session = Session.open(home=home, author="ben", **options)
        try:
            session.learn()
            yield session
        finally:
            session.close()


def _all_along(ben: Session, ann: Session | None, messages: Sequence[tuple[str, str]]) -> None:
    """They speak in turn; with Ann there are trainings in between, which have to be undone."""
    rounds = [messages[start : start + 2 * EACH] for start in (0, 2 * EACH)]
    for some in rounds:
        for one, other in zip(some[::2], some[1::2], strict=True):
            _say(ben, *one)
            if ann:
                _say(ann, *other)
        if ann:
            _rule(ann)
            ben.learn()
    if not ann:
        ben.learn()


def _joined_late(ben: Session, ann: Session | None, messages: Sequence[tuple[str, str]]) -> None:
    """Ben is learned from, then both speak; Ann leaves with the last word."""
    for text, label in messages[:EACH]:
        _say(ben, text, label)
    ben.learn()
    for (text, label), (others, hers) in zip(messages[EACH : 2 * EACH], messages[2 * EACH : 3 * EACH], strict=True):
        if ann:
            _say(ann, others, hers)
        _say(ben, text, label)
    ben.learn()


def _say(person: Session, text: str, label: str) -> None:
    """The person types a message, and says what it is: a thumb, or the answer changed in its place."""
    shown = person.answer(text).outputs[0]
    # what the model said differs between the homes, so both say it as an edit does: the label alone counts
    edit = Gesture(kind="edit", value=label) if shown.value != label else Gesture(kind="thumb", value=True)
    person.hear(gesture=edit)
    _without_pairs(person)


def _without_pairs(person: Session) -> None:
    """Of an edit, the label: that it beats what was there would depend on what the other person had taught by then."""
    newest = person.store.feedback(person.name, newest=2)
    person.store.retract([row.feedback.id for row in newest if row.feedback.kind == "preference"], person.author)


def _rule(person: Session) -> None:
    turn = person.hear(RULE)
    for message in turn.messages:
        if message.card and message.card.state == "waiting":
            person.confirm(message.card.reading)


def _answers(session: Session) -> list[tuple[Any, Any]]:
    """Label and score of every message of the demo, by the live version without rules."""
    with session.bench.model() as model:
        said = model.predict([example.input for example in session.bench.examples.rows])
    return [(one.value, one.score) for one in said]


@bench
def forgetting() -> Benchmark:
    """A person forgotten, against a person who never spoke."""
    return Benchmark(
        what="answers equal, bit for bit, after forgetting a person, to those of a home where they never spoke",
        data="made",
        people="simulated",
        reference="none",
        target=1.0,
        better="higher",
        run=run,
    )
