"""What a session can do about labels that are probably wrong: `session.review`.

    session.review.look()
    session.review.queue().doubts[0]      -> Doubt(id="m12", given="order", instead="praise", …)
    session.review.correct("m12", "praise")

A decision is feedback like any other: a gesture that is kept as a critique, with its reading and what became of it, in
the conversation, undone and exported like what was said there. It settles the label: see `standing.py`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from assistant import tell
from assistant.cards import card
from assistant.errors import UserError
from assistant.parsers.gesture import NAME, VERSION, read_gesture
from assistant.review.look import Doubt, Found, kept, look, reviewable, signature
from assistant.review.standing import standings
from assistant.types import Context, Critique, Gesture, OnScreen, new_id
from assistant.understand import feedback_of

if TYPE_CHECKING:
    from assistant.session import Session, Turn
    from assistant.store.talk import Said
    from assistant.workbench import Workbench

__all__ = ["Doubt", "Queue", "Review"]

log = logging.getLogger("sayso.page")


@dataclass(frozen=True)
class Queue:
    """What is left to review, the most probably wrong first.

    Args:
        looked, of: how many labels were looked at, of how many there were; 0: nothing was looked at yet.
        stale: the data or what people say of labels has changed since, so that it is worth looking again.
        searching: the share that is done of a search that runs; None: none runs.
        wrong: why the latest search beside the chat failed, in a sentence.
    """

    doubts: tuple[Doubt, ...] = ()
    looked: int = 0
    of: int = 0
    stale: bool = True
    searching: float | None = None
    wrong: str = ""


class Review:
    """See the module. Made by a session, and shares its conversation; searches are shared by all sessions."""

    def __init__(self, session: Session) -> None:
        self.session, self.bench = session, session.bench
        self._search = _search_of(session.bench)

    def look(self, wait: bool = True) -> Queue:
        """Search again, here and now, or beside the chat (`wait=False`).

        Raises:
            UserError: the task has no labels to review, or too few.
        """
        reviewable(self.bench)
        if wait:
            look(self.bench)
        else:
            self._search.start(self.bench)
        return self.queue()

    def queue(self) -> Queue:
        """What is left of the latest search."""
        searching, wrong = self._search.share, self._search.wrong
        found = kept(self.bench)
        if found is None:
            return Queue(searching=searching, wrong=wrong)
        left, stale = self._left(found.doubts), self._stale(found)
        return Queue(left, found.looked, found.of, stale, searching, wrong)

    def keep(self, id: str) -> Turn:
        """The label of the example `id` is right; it is not asked about again."""
        return self._settle(self._doubt(id), keep=True)

    def correct(self, id: str, value: str) -> Turn:
        """It is `value`: the label that was given is not learned any more, this one is.

        Raises:
            UserError: it is no label of the task, or the example is not in the queue.
        """
        if value not in self.bench.labels():
            raise UserError(f"{value!r} is no label", f"the labels are: {', '.join(self.bench.labels())}")
        return self._settle(self._doubt(id), value)

    def drop(self, id: str) -> Turn:
        """No label is right for it: neither the given one nor another is learned."""
        return self._settle(self._doubt(id))

    # --- inside -------------------------------------------------------------------------------------------

    def _left(self, doubts: Sequence[Doubt]) -> tuple[Doubt, ...]:
        """Those whose label is still as it was when it was doubted, and not settled by a review."""
        people = standings(self.bench.store, self.session.name, [doubt.id for doubt in doubts])
        left = []
        for doubt in doubts:
            told = people.get(doubt.id)
            same = told is None or (told.value == doubt.given if told.value is not None else told.allows(doubt.given))
            if same and not (told and told.reviewed):
                left.append(doubt)
        return tuple(left)

    def _stale(self, found: Found) -> bool:
        """A review's own decisions need no new search."""
        rows = self.bench.store.feedback(self.session.name, after=found.seq, kinds=("label",))
        critiques = self.bench.store.critiques([row.feedback.critique for row in rows])
        said = any(one.gesture is None or one.gesture.kind != "review" for one in critiques)
        return said or found.signature != signature(self.bench)

    def _doubt(self, id: str) -> Doubt:
        found = next((doubt for doubt in self.queue().doubts if doubt.id == id), None)
        if found is None:
            raise UserError(f"The example {id!r} is not in the queue of labels to review", do="look at the queue again")
        return found

    def _settle(self, doubt: Doubt, value: str | None = None, keep: bool = False) -> Turn:
        session, store = self.session, self.bench.store
        session.team.must("settle")
        since = session.messages()[-1].seq if session.messages() else 0
        shown = OnScreen(id="#1", input=doubt.input, value=doubt.given, example_id=doubt.id)
        critique = Critique(
            conversation=session.conversation,
            author=session.author,
            text="",
            gesture=Gesture(kind="review", value=doubt.given if keep else value),
            context=Context(task=session.name, vocabulary=self.bench.vocabulary(), outputs=(shown,)),
            guideline=store.guideline(session.name).version,
        )
        reading, id = read_gesture(critique), new_id()
        feedback = feedback_of(reading, id, critique, session.task)
        told = card(id, reading, critique.context, "", "applied")
        said: list[Said] = [
            ("person", tell.gesture(critique.gesture, critique.context), None),
            ("sayso", told.title, told.model_dump(mode="json")),
        ]
        store.record(critique, reading, NAME, VERSION, feedback, messages=said, reading_id=id)
        return session.settled(since)


class _Search:
    """At most one search of a workbench at a time, beside whatever else is going on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.share: float | None = None
        self.wrong = ""

    def start(self, bench: Workbench) -> None:
        with self._lock:
            if self.share is not None:
                return
            self.share, self.wrong = 0.0, ""
        threading.Thread(target=self._run, args=(bench,), daemon=True, name="review").start()

    def _run(self, bench: Workbench) -> None:
        try:
            look(bench, self._tell)
        except UserError as wrong:
            self.wrong = str(wrong)
        except Exception:
            log.exception("the search of %s", bench.task.name)
            self.wrong = "The search failed by an error of ours; page.log has it."
        finally:
            self.share = None

    def _tell(self, share: float) -> None:
        self.share = share


_SEARCHES: WeakKeyDictionary[Workbench, _Search] = WeakKeyDictionary()
_MAKING = threading.Lock()


def _search_of(bench: Workbench) -> _Search:
    with _MAKING:
        return _SEARCHES.setdefault(bench, _Search())
