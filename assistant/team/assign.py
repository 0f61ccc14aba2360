"""Which example is whose to answer: each is wanted from `overlap` people, and is kept for one for so many minutes.

given(bench, "ann", conversation) -> (Example("m014", …), "two labels are about as likely")

Where a task is open and nothing was said of how to share it out, examples are chosen as for one person alone. An
example is given to a person once. Those that somebody else answered already come first, so that answers meet; where
nothing new is left, those come again that they passed over, as long as they are wanted. Tasks with a single example (a
generator's) have nothing to share out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from assistant.asking.candidates import Taken
from assistant.asking.choose import Chosen, Exhausted, choose
from assistant.errors import UserError
from assistant.store.columns import key
from assistant.store.rows import Plan
from assistant.team.gold import due
from assistant.types import Example, now

if TYPE_CHECKING:
    from assistant.workbench import Workbench

__all__ = ["given", "is_shared"]

BEGUN = 200
"""Among the examples of so many newest pieces of feedback, those are looked for that lack a further answer."""
TRIES = 30
"""Another person may take the last place of an example between the choice and the reservation; so often in a row?"""


def is_shared(bench: Workbench, plan: Plan) -> bool:
    """Whether examples are given out: the task is closed or somebody planned it, and there is more than one."""
    return len(bench.unknown) > 1 and (bool(plan.author) or bool(bench.store.members(bench.task.name)))


def given(bench: Workbench, person: str, conversation: str, asks: bool = True) -> Chosen:
    """An example for this person and why it was chosen, in words.

    Args:
        asks: the person may answer; else they only look, and nothing is kept for them.

    Raises:
        UserError: nothing is left for them.
    """
    store, task = bench.store, bench.task.name
    plan = store.plan(task)
    if not asks or not is_shared(bench, plan):
        return choose(bench, conversation)
    until = now() + timedelta(minutes=plan.minutes)
    golds = store.golds(task)
    question = due(bench, person, plan)
    # everybody is asked those; why it was chosen must not give it away
    if question and store.reserve(task, question.id, person, None, until):
        return Chosen(question, "picked at random")

    def taken(ids: Sequence[str]) -> set[str]:
        return store.not_wanted(task, ids, person, plan.overlap) | (golds.keys() & set(ids))

    second = _begun(bench, taken, plan)
    if second and store.reserve(task, second.id, person, plan.overlap, until):
        return Chosen(second, f"it is wanted from {_people(plan.overlap)}")
    for _ in range(TRIES):
        try:
            chosen = choose(bench, conversation, taken)
        except Exhausted:
            return _passed_over(bench, person, plan)
        if store.reserve(task, chosen.example.id, person, plan.overlap, until):
            return chosen
    raise UserError("Too many people ask for the next example at once", do="ask again")


def _begun(bench: Workbench, taken: Taken, plan: Plan) -> Example | None:
    """One that somebody else answered, and that lacks a further answer."""
    if plan.overlap == 1:
        return None
    said = [id for id in sorted(bench.store.criticised(bench.task.name, BEGUN)) if not id.startswith("typed-")]
    here = [id for id in said if id in bench.examples and bench.examples[id].split == "pool"]
    gone = taken(here)
    return next((bench.examples[id] for id in here if id not in gone), None)


def _passed_over(bench: Workbench, person: str, plan: Plan) -> Chosen:
    """The first that was given to them, that they did not answer, and that still is wanted."""
    store, task = bench.store, bench.task.name
    by_key = {key(example.id): example for example in bench.unknown}
    mine = [by_key[id] for id in store.given(task, person) if id in by_key]
    full = store.not_wanted(task, [example.id for example in mine], person, plan.overlap, again=True)
    judged = store.answered(task, person, [example.id for example in mine])
    left = [example for example in mine if example.id not in full and example.id not in judged]
    if not left:
        raise UserError(
            f"You were given everything that is wanted of you: each example is wanted from {_people(plan.overlap)}",
            do="type a text of your own, or ask an owner for more",
        )
    return Chosen(left[0], "you passed over it before")


def _people(count: int) -> str:
    return "one person" if count == 1 else f"{count} people"
