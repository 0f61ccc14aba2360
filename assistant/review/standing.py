"""Which label of an example holds: what the data says, and what people said since; and what a review settled.

    [Label(is praise, ann), Label(is complaint, bob, by review)]
      -> Standing(value="complaint", by="bob", reviewed=True, overruled={the id of ann's})

The newest word counts. A review (see `Gesture`) is a decision on the label itself: what it contradicts is not learned
any more, be it the data's or a person's. All of it follows from the feedback in force: an undo brings everything back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from assistant.types import Constraint, Feedback, Label, Preference

if TYPE_CHECKING:
    from assistant.store import Store
    from assistant.store.rows import FeedbackRow

__all__ = ["Standing", "is_drop", "settled", "standing", "standings"]


@dataclass(frozen=True)
class Standing:
    """What people said of one example. `value` None: no word of theirs says what it is.

    `by`: whose word that is; `denied`: what it is not; `dropped`: its label is not to be learned from; `reviewed`: the
    newest word was a review's; `overruled`: ids of feedback that a review contradicted.
    """

    value: Any = None
    by: str = ""
    denied: tuple[Any, ...] = ()
    dropped: bool = False
    reviewed: bool = False
    overruled: frozenset[str] = field(default_factory=frozenset)

    def allows(self, label: Any) -> bool:
        """Whether a label that the data came with may still be learned."""
        return not self.dropped and self.value in (None, label) and label not in self.denied


def is_drop(feedback: Feedback) -> bool:
    """Whether it says that an example's label is not to be learned from."""
    return (
        isinstance(feedback, Constraint)
        and (feedback.property, feedback.operator, feedback.scope) == ("label", "ignore", "item")
    )  # fmt: skip


def standings(store: Store, task: str, ids: Iterable[str]) -> dict[str, Standing]:
    """Of those of these examples about which something was said, by their ids."""
    rows = store.about(task, ids)
    critiques = store.critiques([row.feedback.critique for row in rows])
    reviews = {one.id for one in critiques if one.gesture is not None and one.gesture.kind == "review"}
    about: dict[str, list[FeedbackRow]] = {}
    for row in rows:
        about.setdefault(row.feedback.example_id or "", []).append(row)
    return {id: standing(some, reviews) for id, some in about.items()}


def standing(rows: Sequence[FeedbackRow], reviews: Iterable[str]) -> Standing:
    """What holds of one example by its feedback in force, oldest first; `reviews`: ids of critiques by review."""
    settled = set(reviews)
    now, earlier = Standing(), dict[str, Label | Preference]()
    for row in rows:
        said = row.feedback
        reviewed = said.critique in settled
        if is_drop(said) and row.on:
            now = Standing(dropped=True, reviewed=True, by=said.author, overruled=now.overruled | earlier.keys())
        elif isinstance(said, Label):
            now = _after(now, said, reviewed)
            if reviewed:
                wrong = {id for id, one in earlier.items() if _against(one, said.value)}
                now = replace(now, overruled=now.overruled | wrong)
            earlier[said.id] = said
        elif isinstance(said, Preference) and not reviewed:
            earlier[said.id] = said
    return now


def _against(earlier: Label | Preference, value: Any) -> bool:
    """Whether it can't hold where `value` is right."""
    if isinstance(earlier, Preference):
        return bool(earlier.chosen != value)
    return bool((earlier.op == "is") != (earlier.value == value))


def _after(now: Standing, said: Label, reviewed: bool) -> Standing:
    """One more label."""
    if said.op == "is":
        return replace(now, value=said.value, by=said.author, denied=(), dropped=False, reviewed=reviewed)
    value = None if now.value == said.value else now.value
    return replace(now, value=value, by=said.author, denied=(*now.denied, said.value), reviewed=False)


def settled(store: Store, task: str, feedback: Sequence[Feedback]) -> list[Feedback]:
    """The feedback without what a review overruled."""
    about = {one.example_id for one in feedback if one.example_id is not None}
    overruled = {id for one in standings(store, task, about).values() for id in one.overruled}
    return [one for one in feedback if one.id not in overruled]
