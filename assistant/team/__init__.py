"""The team of a task, as one person of it sees it: `session.team`.

team = Team(bench, author="ada")
team.add("ben", "annotator"); team.assign(overlap=2); team.write("A threat to leave is a complaint.")
team.people() -> [Person(name="ada", role="owner", …), Person(name="ben", role="annotator", examples=12, …)]

Who may do what is in `roles`, which example is whose to answer in `assign`, questions whose answer is known in `gold`,
and what people disagree on in `disputes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from assistant.asking.choose import Chosen
from assistant.errors import UserError
from assistant.store.rows import Comment, Guideline, Part, Plan
from assistant.team import assign, gold, roles
from assistant.team.gold import Right
from assistant.types import Feedback, Record
from assistant.workbench import Workbench

__all__ = ["Comment", "Guideline", "Part", "Person", "Plan", "Right", "Team"]

QUOTED = 120
"""Characters of guidelines and comments that a chat message quotes."""


class Person(Record):
    """A person and their progress. `role` None: not a member (any more). `pieces` of feedback of so many `examples`.

    `right`: how they answered questions whose answer is known; None: not for the one who asks to see.
    """

    name: str
    role: Part | None
    pieces: int = 0
    examples: int = 0
    given: int = 0
    last: datetime | None = None
    right: Right | None = None


class Team:
    """See the module. What the author may not do raises a UserError that says who may."""

    def __init__(self, bench: Workbench, author: str) -> None:
        self.bench, self.author = bench, author
        self.store, self.name = bench.store, bench.task.name

    # --- who may what ----------------------------------------------------------------------------------------

    def may(self, act: str) -> bool:
        """Whether the author may do one of `roles.ACTS`."""
        return roles.may(self.store, self.name, self.author, act)

    def must(self, act: str) -> None:
        """Raises UserError where the author may not."""
        roles.check(self.store, self.name, self.author, act)

    def must_own(self, feedback: Sequence[Feedback], act: str = "retract") -> None:
        """Raises UserError where some of it is somebody else's, and the author may not `act` on that."""
        self.must("say")
        if any(one.author != self.author for one in feedback):
            self.must(act)

    # --- people ----------------------------------------------------------------------------------------------

    @property
    def closed(self) -> bool:
        """Whether the task has members, so that only they may do what they may."""
        return bool(self.store.members(self.name))

    def people(self) -> list[Person]:
        """The members, and, for reviewers, all others who said something: who they are and how far they are."""
        self.must("look")
        members, counted, all = self.store.members(self.name), self.store.counted(self.name), self.may("review")
        names = [*members, *(name for name in sorted(counted) if name not in members)] if all else [*members]
        rights = gold.rights(self.store, self.bench.task, names) if all else {}
        return [
            Person(
                name=name,
                role=members[name].role if name in members else None,
                pieces=counted[name][0] if name in counted else 0,
                examples=counted[name][1] if name in counted else 0,
                given=len(self.store.given(self.name, name)),
                last=counted[name][2] if name in counted else None,
                right=rights.get(name),
            )
            for name in names
        ]

    def add(self, person: str, role: str) -> None:
        """Make a person a member, or change what they are (one of `roles.ROLES`); the first owner closes the task."""
        part = next((one for one in roles.ROLES if one == role), None)
        if part is None:
            raise UserError(f"There is no role {role!r}", f"the roles are: {', '.join(roles.ROLES)}")
        self.must("people")
        self.store.set_member(self.name, person.strip(), part, self.author)

    def remove(self, person: str) -> None:
        """Make a person no member any more; what they said stays. Without its last member the task is open again."""
        self.must("people")
        self.store.set_member(self.name, person, None, self.author)

    # --- how work is shared out --------------------------------------------------------------------------------

    def plan(self) -> Plan:
        return self.store.plan(self.name)

    def assign(self, **over: Any) -> Plan:
        """Share work out differently: fields of `Plan`; those that are not named, or None, stay as they are.

        Raises:
            UserError: a value is out of range.
        """
        self.must("assign")
        now = self.plan().model_dump(exclude={"author", "created_at"})
        given = {name: value for name, value in over.items() if value is not None}
        try:
            plan = Plan.model_validate(now | given | {"author": self.author})
        except ValidationError as wrong:
            first = wrong.errors()[0]
            raise UserError(f"{first['loc'][0]} = {first['input']!r} can't be used", first["msg"]) from wrong
        self.store.set_plan(plan)
        return plan

    def next(self, conversation: str) -> Chosen:
        """The example that is the author's to look at next, and why. Raises UserError where none is left."""
        return assign.given(self.bench, self.author, conversation, asks=self.may("say"))

    # --- guidelines --------------------------------------------------------------------------------------------

    def guideline(self) -> Guideline:
        return self.store.guideline(self.name)

    def guidelines(self) -> list[Guideline]:
        """All versions, newest first."""
        return self.store.guidelines(self.name)

    def write(self, text: str) -> Guideline:
        """A new version of the guidelines, where the text is new; answers name the version that they were given under.

        Raises:
            UserError: there is no text.
        """
        self.must("guideline")
        if not text.strip():
            raise UserError("The guidelines are empty", do="write what the team should label by")
        return self.store.write_guideline(self.name, text.strip(), self.author)

    def notice(self) -> str:
        """What to tell where the guidelines are other than those that the author last answered under; else ""."""
        now = self.guideline()
        if not now.version or now.author == self.author:
            return ""
        last = self.store.feedback(self.name, author=self.author, newest=1, active=False)
        before = last[0].feedback.guideline if last else 0
        if before == now.version:
            return ""
        how = "have changed since your last answer" if last else "say what to go by"
        return f"The guidelines {how} (version {now.version}, {now.author}): “{_short(now.text)}” They are under Team."

    # --- comments ----------------------------------------------------------------------------------------------

    def comments(self, example_id: str | None = None) -> list[Comment]:
        """The newest, of an example or of all, oldest first."""
        self.must("look")
        return self.store.comments(self.name, example_id)

    def comment(self, text: str, example_id: str, feedback: str | None = None) -> Comment:
        """Remark something for the team of an example, or, by its id, of a piece of feedback on it.

        Raises:
            UserError: there is no such example or feedback, or no text.
        """
        self.must("comment")
        said = self.store.feedback(self.name, ids=[feedback], active=False) if feedback else []
        if feedback and (not said or said[0].feedback.example_id != example_id):
            raise UserError(f"There is no feedback {feedback!r} on the example {example_id!r}")
        if not said and not self.store.answers(self.name, example_id):
            self.bench.example(example_id)
        comment = Comment(task=self.name, example_id=example_id, feedback=feedback, author=self.author, text=text)
        self.store.add_comment(comment)
        return comment

    def remarks(self, example_id: str) -> list[str]:
        """What others remarked of an example, to be told when it comes up."""
        there = self.store.comments(self.name, example_id, newest=3)
        return [f"{one.author} remarked: “{_short(one.text)}”" for one in there if one.author != self.author]

    # --- questions whose answer is known -------------------------------------------------------------------------

    def gold(self) -> dict[str, Any]:
        """The right answers, by the ids of the examples that ask for them as if they were not known."""
        self.must("review")
        return {id: one.value for id, one in self.store.golds(self.name).items()}

    def mark_gold(self, ids: Sequence[str] = (), *, value: Any = None, draw: int = 0, on: bool = True) -> list[str]:
        """Ask examples as if their answer were not known (`on` False: no more); gives their ids.

        Args:
            value: the right answer; None: what the data or a settled disagreement says.
            draw: so many more, at random, of those that came with a label.

        Raises:
            UserError: an example is not there, or its answer is not known.
        """
        self.must("gold")
        return gold.mark(self.bench, self.author, ids, value, draw, on)

    def received(self, feedback: Sequence[Feedback]) -> str:
        """Hold feedback of somebody who is not qualified yet, or release it once they are; what to tell them, or ""."""
        return gold.received(self.bench, self.author, feedback) if feedback else ""


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= QUOTED else words[: QUOTED - 1] + "…"
