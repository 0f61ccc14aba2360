"""What a session can be asked about itself, and changes nothing: the screen, the messages, rules, versions, what was
learned. The chapter `Looking` of `Session`.

    session.screen().outputs[0].value  ->  "complaint"
    session.versions()[0].name         ->  "v2"
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant import tell
from assistant.blind import Tally, draw, tally
from assistant.cards import say_rule
from assistant.chapters import Chapters
from assistant.errors import UserError
from assistant.jobs import open_job
from assistant.shown import Message, Progress, Rule, Screen, Trial, Version, message_of, on_screen, version_of
from assistant.team.roles import check
from assistant.types import Constraint, Label, Output, Report, Selection

if TYPE_CHECKING:
    from assistant.store import Store
    from assistant.tasks import Task
    from assistant.workbench import Workbench

__all__ = ["Looking"]


class Looking(Chapters):
    """The part of a Session that looks. Where the author is not in the task's team, it raises a UserError."""

    bench: Workbench
    store: Store
    task: Task
    author: str
    name: str
    conversation: str

    def _may_look(self) -> None:
        check(self.store, self.name, self.author, "look")

    def screen(self) -> Screen | None:
        """What is on screen; None before the first `next()`."""
        self._may_look()
        shown = self.store.last_card(self.conversation, "answer")
        if shown is None or shown["example_id"] not in self.bench.examples:
            return None
        example = self.bench.example(shown["example_id"])
        outputs = tuple(self.store.output(id) for id in shown["outputs"])
        return Screen(
            example=example,
            outputs=outputs,
            view=self.task.render(example, outputs),
            why=shown["why"],
            adapter=shown["version"],
            position=tell.position(self.store.count_feedback(self.name), len(self.bench.unknown)),
            labels=self._labels(outputs) if self.task.goal else (),
        )

    def messages(self, after: int = 0) -> list[Message]:
        """The conversation, in its order, with every card as it stands now."""
        self._may_look()
        rows = self.store.messages(self.conversation, after)
        readings = [row.card["reading"] for row in rows if row.card and "reading" in row.card]
        states, confirmed = self.store.states(readings), self.store.confirmed_acts(readings)
        asked = [row.card["question"]["id"] for row in rows if row.card and "question" in row.card]
        met = self.store.met(asked) if asked else {}
        return self.quality.marked([message_of(row, states, confirmed, self.author, met) for row in rows], rows)

    def progress(self) -> Progress | None:
        job = open_job(self.store, self.name)
        if job is None:
            return None
        figures = tuple(self.store.job_figures(job.id)) if self.task.goal else ()
        return Progress(job=job.id, state=job.state, progress=job.progress or 0.0, text=job.text, figures=figures)

    def labels(self) -> tuple[str, ...]:
        return self.bench.labels()

    def rules(self) -> list[Rule]:
        """The constraints, newest first, with those that are switched off."""
        self._may_look()
        shown = self.store.last_card(self.conversation, "answer") or {}
        rows = self.store.rules(self.name, self.conversation, shown.get("example_id", ""))
        words = {c.id: c.text for c in self.store.critiques([row.feedback.critique for row in rows])}
        return [
            Rule(
                id=row.feedback.id,
                text=say_rule(row.feedback, self.task.vocabulary),
                author=row.feedback.author,
                on=row.on,
                held=row.held,
                created_at=row.feedback.created_at,
                words=words.get(row.feedback.critique, ""),
            )
            for row in reversed(rows)
            if isinstance(row.feedback, Constraint)
        ]

    def versions(self) -> list[Version]:
        """All versions, newest first."""
        self._may_look()
        rows = self.store.adapters(self.name)
        names = {row.id: f"v{row.number}" for row in rows}
        live = self.store.live(self.name)
        return [
            version_of(row, names, live, len(self.store.learned(row.id)))
            for row in sorted(rows, key=lambda row: -row.number)
        ]

    def changes(self, version: str) -> Report:
        """What a version ("v2", its number or id) changed. Raises UserError where there is none."""
        self._may_look()
        row = self.store.adapter(version.removeprefix("v"), self.name)
        if row.report is None:
            raise UserError(f"The version {version!r} has no report")
        return Report.model_validate(row.report)

    def learned(self) -> str:
        """What was learned so far, as Markdown."""
        return self.account.learned()

    def view(self) -> str:
        """What the goal of the task is by now, as safe HTML; empty where outputs are right or wrong."""
        self._may_look()
        goal = self.bench.goal(self.conversation)
        return goal.view() if goal else ""

    def marked(self, target: str, parts: Sequence[int]) -> Selection:
        """What a person marked in the output `target` ("#2"), by the numbers of its parts: atoms, say.

        Raises:
            UserError: there is no such output on screen, or it has no such parts.
        """
        there = next((seen for seen in on_screen(self.screen()) if seen.id == target), None)
        if there is None or self.task.part is None:
            raise UserError(f"Nothing can be marked in {target}", do="mark something that is on screen")
        return Selection(text=self.task.part(there.value, parts), target=target, parts=tuple(parts))

    def compared(self, version: str) -> str:
        """What a version makes, against what its parent makes, as safe HTML; empty where answers are right or wrong."""
        return self.task.changes(self.changes(version))

    def trial(self, version: str) -> Trial:
        """Two answers to one example, of a version and its parent, shuffled; see `blind`.

        Raises:
            UserError: there is no such version, or nothing on which the two differ is left.
        """
        self._may_look()
        return draw(self.bench, self.store.adapter(version.removeprefix("v"), self.name))

    def tally(self, version: str) -> Tally:
        """How a version stands against its parent in all blind comparisons, everybody's."""
        row = self.store.adapter(version.removeprefix("v"), self.name)
        return tally(self.store.trials(self.name), row.id, row.parent or "base")

    def conversations(self) -> list[tuple[str, str]]:
        """(id, title) of this person's conversations about the task, newest first; titles show what they said first."""
        rows = self.store.conversations(self.name, self.author)
        return [(row.id, f"{row.created_at:%d %b %H:%M} · {(row.words or 'new')[:40]}") for row in rows]

    def _labels(self, outputs: Sequence[Output]) -> tuple[Label | None, ...]:
        said = {repr(one.value): one for one in self.bench.said(self.conversation) if isinstance(one, Label)}
        return tuple(said.get(repr(output.value)) for output in outputs)
