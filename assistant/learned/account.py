"""An account of what was learned: what changed, why an answer is as it is, who taught it, and what a version is.

session.account.learned()                         -> "**v2** answers; it learned from 5 of them since v1. …"
session.account.why()                             -> "I say **complaint**. For it spoke “refund”. It was taught …"
session.account.causes("Refund me", "complaint")  -> (Taught(words="no, a complaint", author="ann", nats=.7), …)
session.account.compare("v1", "v2", "Refund me")  -> (Side(name="v1", value="question", …), Side(name="v2", …))
session.account.card("v2")                        -> "# v2 of classify …"      (Markdown)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from assistant import tell
from assistant.cards import show_value
from assistant.errors import UserError
from assistant.learned import told
from assistant.learned.proof import line_of
from assistant.store.rows import AdapterRow, FeedbackRow
from assistant.types import Changed, Label, Output, Prediction, Preference, Record

if TYPE_CHECKING:
    from assistant.session import Session
    from assistant.types import Report

__all__ = ["Account", "Side", "Taught"]

NEWEST, NEAREST, REHEARSED = 400, 64, 64
"""Of the feedback that is looked through for causes: the newest, of these the nearest; and of the known examples."""
MOST = 3
BASE: Final = "base"


class Taught(Record):
    """A piece of feedback that an answer came from: in `nats`, what it added to the answer's log-probability, to first
    order. `words`: of the critique; `came`: what it came to."""

    id: str
    author: str
    words: str
    came: str
    nats: float

    def called(self) -> str:
        """How it is called in a sentence."""
        return f"“{self.words or self.came}” ({self.author}{', of ' + self.came if self.words else ''})"


class Side(Prediction):
    """What one version says of something typed in. `name`: "v2" or "base"."""

    name: str


class Account:
    """What a session can tell of what was learned; see the module."""

    def __init__(self, session: Session) -> None:
        self.session, self.bench, self.store, self.name = session, session.bench, session.store, session.name

    # --- what was learned -----------------------------------------------------------------------------------

    def learned(self) -> str:
        """All of it, as Markdown."""
        versions = self.session.versions()
        live = next((version for version in versions if version.live), None)
        found = live.report.learned if live and live.report else None
        ids = [id for one in found.lost for id in one.causes] if found else []
        rows = self.store.feedback(self.name, ids=ids, active=False) if ids else []
        names = {one.id: one.called() for one in self._taught(rows, [0.0] * len(rows))}
        people = len({row.feedback.author for row in self.store.feedback(self.name, newest=NEWEST)})
        return told.learned(versions, self.session.rules(), self.store.count_feedback(self.name), people, names)

    def moved(self) -> tuple[Changed, ...]:
        """The changed answers of the live version that its report holds: each can be asked for its causes."""
        report = self._live_report()
        found = report.learned if report else None
        behaviours = [one for each in found.behaviours for one in each.typical] if found else []
        there = {one.example_id: one for one in (*behaviours, *(report.changed if report else ()))}
        return tuple(there.values()) if self.bench.task.goal is None else ()

    def _live_report(self) -> Report | None:
        return next((version.report for version in self.session.versions() if version.live), None)

    # --- why an answer is as it is --------------------------------------------------------------------------

    def why(self) -> str:
        """Of the answer on screen: the rule that fired or the words that counted, and who taught it."""
        screen = self.session.screen()
        words = tell.why(screen, self.session.rules())
        if screen is None or self.bench.task.goal is not None:
            return words
        output: Output = screen.outputs[0]
        value = output.value if output.said is None else output.said
        if self.bench.live() is None:
            return f"{words} Nobody taught it yet: the model answers as it came."
        causes = self.causes(screen.example.input, value)
        taught = told.caused([(one.called(), one.nats) for one in causes])
        return f"{words} {taught or 'No feedback that the model learned from raised it clearly.'}"

    def say_why(self) -> None:
        """The same as a message of the conversation."""
        self.store.say(self.session.conversation, "sayso", self.why(), {"kind": "note"})

    def because(self, example_id: str) -> str:
        """Which feedback a changed answer of the live version came from, in sentences.

        Raises:
            UserError: its report names no such example.
        """
        changed = next((one for one in self.moved() if one.example_id == example_id), None)
        if changed is None:
            raise UserError("That answer did not change with the version that answers now", do="open the tab again")
        causes = self.causes(changed.input, changed.after)
        taught = told.caused([(one.called(), one.nats) for one in causes])
        head = f"“{tell.short(changed.input)}” is **{show_value(changed.after)}** now."
        return f"{head} {taught or 'No single piece of feedback raised it clearly.'}"

    def causes(self, input: Any, value: Any, most: int = MOST) -> tuple[Taught, ...]:
        """The feedback that the live version learned and that made `value` likelier for `input`, the strongest first.

        Of the feedback in its line, the nearest to the input are looked through, so that it costs the same after any
        history; () where the base answers, and of outputs that are drawn at random.
        """
        live = self.bench.live()
        if live is None or self.bench.task.goal is not None:
            return ()
        from adapters.influence import causes, influence

        learned = line_of(self.bench, live)[1]
        rows = self.store.feedback(self.name, newest=NEWEST, kinds=("label", "preference"))
        rows = [row for row in rows if row.feedback.id in learned]
        known = self.bench.sample(REHEARSED, self.bench.settings.seed, self.bench.known)
        with self.bench.model(live) as model:
            rows = _nearest(model, rows, input)
            taught = [row.feedback for row in rows if isinstance(row.feedback, Label | Preference)]
            sayable = set(model.values())
            rehearsed = [(e.input, e.label) for e in known if not sayable or e.label in sayable]
            found = influence(model, taught, [(input, value)], known=rehearsed, items=self._items(live))
        (columns,) = causes(found, most) if taught else ([],)
        return tuple(self._taught([rows[n] for n in columns], [float(found[0, n]) for n in columns]))

    def _items(self, version: AdapterRow) -> dict[str, float]:
        """How many items each signal had in the version's training."""
        settings = version.settings.items()
        return {name.removeprefix("items."): float(n) for name, n in settings if name.startswith("items.")}

    def _taught(self, rows: Sequence[FeedbackRow], nats: Sequence[float]) -> list[Taught]:
        words = {c.id: c.text for c in self.store.critiques(row.feedback.critique for row in rows)}
        return [
            Taught(
                id=row.feedback.id,
                author=row.feedback.author,
                words=words.get(row.feedback.critique, ""),
                came=_came(row),
                nats=amount,
            )
            for row, amount in zip(rows, nats, strict=True)
        ]

    # --- versions -------------------------------------------------------------------------------------------

    def compare(self, old: str, new: str, input: Any) -> tuple[Side, Side]:
        """What two versions ("v1", "base") say of an input, by themselves, with the words that counted.

        Raises:
            UserError: there is no such version, it is of another base, or the input is empty.
        """
        if not str(input).strip():
            raise UserError("There is nothing to ask them about", do="type an input")
        sides = []
        for name in (old, new):
            row = None if name == BASE else self.store.adapter(name.removeprefix("v"), self.name)
            if row is not None:
                self.bench.check(row)
            with self.bench.model(row or BASE) as model:
                (said,) = model.predict([input])
                said = said.model_copy(update={"highlights": model.explain(input, said.value)})
            sides.append(Side(name=BASE if row is None else f"v{row.number}", **said.model_dump()))
        return sides[0], sides[1]

    def card(self, version: str) -> str:
        """The model card of a version, as Markdown. Raises UserError where there is no such version."""
        from assistant.learned.modelcard import write

        return write(self.bench, self.store.adapter(version.removeprefix("v"), self.name))


def _nearest(model: Any, rows: Sequence[FeedbackRow], input: Any) -> list[FeedbackRow]:
    """Those about what is most like the input, in the order of their time."""
    if len(rows) <= NEAREST:
        return list(rows)
    inputs = [getattr(row.feedback, "input", "") for row in rows]
    likeness = np.asarray(model.embed([input])) @ np.asarray(model.embed(inputs)).T
    return [rows[n] for n in sorted(np.argsort(-likeness[0], kind="stable")[:NEAREST])]


def _came(row: FeedbackRow) -> str:
    said = row.feedback
    if isinstance(said, Preference):
        return f"{show_value(said.chosen)} over {show_value(said.rejected)} for “{tell.short(said.input, 60)}”"
    if isinstance(said, Label):
        return f"“{tell.short(said.input, 60)}” {'is' if said.op == 'is' else 'is not'} {show_value(said.value)}"
    return "a rule"
