"""Questions whose answer is known: they are asked as if it were not, and tell how right a person is.

rights(store, task, ["ben"]) -> {"ben": Right(asked=10, right=8)}

With a qualification round (`Plan.qualify_answers`), the feedback of those who are no reviewers is held out of training
until they answered so many of them, and enough of those right; then all of it is released, and counts.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from assistant.errors import UserError
from assistant.store.columns import key
from assistant.store.rows import Gold, Plan
from assistant.types import Example, Feedback, Label, Record

if TYPE_CHECKING:
    from assistant.store import Store
    from assistant.tasks import Task
    from assistant.workbench import Workbench

__all__ = ["WAITING", "Right", "due", "mark", "qualified", "received", "rights"]

WAITING = "not qualified yet"
"""Why feedback is held; only what is held for this reason is released by a qualification."""


class Right(Record):
    """Of how many questions whose answer is known a person answered how many right. None yet: no share."""

    asked: int = 0
    right: int = 0

    @property
    def share(self) -> float | None:
        return self.right / self.asked if self.asked else None


def rights(store: Store, task: Task, people: Iterable[str]) -> dict[str, Right]:
    """How right each person is."""
    golds = store.golds(task.name)
    return {person: _right(store, task, person, golds) for person in people}


def _right(store: Store, task: Task, person: str, golds: dict[str, Gold]) -> Right:
    said = store.answered(task.name, person, golds)
    judged = [_judged(task, gold.value, said.get(id, [])) for id, gold in golds.items()]
    known = [right for right in judged if right is not None]
    return Right(asked=len(known), right=known.count(True))


def _judged(task: Task, gold: Any, said: Sequence[Label]) -> bool | None:
    """Whether the newest answer is right; None: there is none, or it only says what it is not, and rightly so."""
    if not said:
        return None
    newest = next((label for label in reversed(said) if label.op == "is"), said[-1])
    same = task.judge(gold, newest.value) >= 1
    return same if newest.op == "is" else False if same else None


def due(bench: Workbench, person: str, plan: Plan) -> Example | None:
    """The question that is this person's turn: all of them first while they are not qualified, else now and then."""
    store, task = bench.store, bench.task.name
    golds = store.golds(task)
    if not golds:
        return None
    given = store.given(task, person)
    before = set(given)
    left = [id for id in golds if key(id) not in before and id in bench.examples]
    waits = plan.qualify_answers > 0 and not qualified(bench, person, plan)
    if not left or not (waits or len(given) % plan.gold_every == plan.gold_every - 1):
        return None
    # each person in another order, so that nobody can tell another what comes
    return bench.example(random.Random(f"{bench.settings.seed} {person} {len(given)}").choice(left))


def qualified(bench: Workbench, person: str, plan: Plan) -> bool:
    """Whether the person's feedback counts for training: no round is on, they review, or they were right enough."""
    members = bench.store.members(bench.task.name)
    if not plan.qualify_answers or (person in members and members[person].role in ("reviewer", "owner")):
        return True
    right = rights(bench.store, bench.task, [person])[person]
    return right.asked >= plan.qualify_answers and (right.share or 0.0) >= plan.qualify_right


def received(bench: Workbench, person: str, feedback: Sequence[Feedback]) -> str:
    """Hold what was just said, or release all that was held; what to tell the person, or ""."""
    store, task = bench.store, bench.task.name
    plan = store.plan(task)
    hold, release = getattr(store, "hold", None), getattr(store, "release", None)
    if not plan.qualify_answers or hold is None or release is None:
        return ""
    if not qualified(bench, person, plan):
        hold([one.id for one in feedback], "sayso", WAITING)
        share = f"{plan.qualify_right:.0%}".replace("%", " %")
        return (
            "Your answers are kept, and count for training once you have answered "
            f"{plan.qualify_answers} questions whose answer is known, {share} of them right."
        )
    if waiting := store.held_because(task, person, WAITING):
        release(waiting, "sayso", "qualified")
        return f"You are qualified: your answers so far ({len(waiting)}) and all that follow count for training."
    return ""


def mark(
    bench: Workbench, author: str, ids: Sequence[str], value: Any = None, draw: int = 0, on: bool = True
) -> list[str]:
    """See `Team.mark_gold`."""
    store, task = bench.store, bench.task.name
    there = store.golds(task)
    left = sorted(example.id for example in bench.known if example.id not in there and example.id not in ids)
    drawn = random.Random(len(there)).sample(left, min(draw, len(left)))
    if draw and not drawn:
        raise UserError("No example with a label is left", do="name some with a value of your own")
    golds = [_gold(bench, author, id, value, on) for id in (*ids, *drawn)]
    store.set_golds(golds)
    return [one.example_id for one in golds]


def _gold(bench: Workbench, author: str, id: str, value: Any, on: bool) -> Gold:
    example = bench.example(id)
    settled = [one.label.value for one in bench.store.answers(bench.task.name, id) if one.settled]
    known = next((one for one in (value, example.label, *reversed(settled)) if one is not None), None)
    if on and known is None:
        raise UserError(f"The answer of the example {id!r} is not known", do="name it, or settle it first")
    if on and example.split == "heldout":
        raise UserError(f"The example {id!r} is held out", "it judges versions, and is never asked about")
    labels = bench.labels()
    if on and labels and known not in labels:
        raise UserError(f"The task has no label {known!r}", f"its labels are: {', '.join(labels)}")
    return Gold(task=bench.task.name, example_id=id, value=known, on=on, author=author)
