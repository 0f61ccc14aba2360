"""Search over all examples, by meaning or by words, and one word about many of them: what `session.find` is.

    found = session.find.search("late parcels")          -> [Hit(id="m014", text="My parcel …", score=.71, …), …]
    session.find.label([hit.id for hit in found], "complaint")      # one turn, and one undo for all
    session.undo()

Each of them is feedback like any other: a critique with what was chosen, a reading that says it of all, a label for
each. By meaning, what was read so far is searched (`reach`); a few texts are read when they are first searched, many
by a job that `read` asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from assistant.cards import card
from assistant.errors import UserError
from assistant.jobs import hand_over, open_job
from assistant.pool.index import EMBED
from assistant.shown import Turn
from assistant.store.talk import Said
from assistant.types import Act, Context, Critique, Example, LabelAct, OnScreen, Reading, Record, new_id
from assistant.understand import feedback_of

if TYPE_CHECKING:
    from assistant.session import Session

__all__ = ["MOST", "By", "Finder", "Hit", "Reach"]

By = Literal["meaning", "words"]
MOST = 500
"""Examples in one selection: what one critique holds."""


class Hit(Record):
    """An example that was found. `score`: its cosine to what was asked; None by words. `said`: people's newest label;
    `label`: what it came with."""

    id: str
    text: str
    score: float | None = None
    label: Any = None
    said: Any = None
    heldout: bool = False


class Reach(Record):
    """How many of all texts a search by meaning looks at. `few`: the rest is read when it is first searched;
    `job`: how far the job is that reads them, in words; "" for none."""

    read: int
    total: int
    few: bool
    job: str = ""


class Finder:
    """See the module."""

    def __init__(self, session: Session) -> None:
        self.session, self.bench, self.store = session, session.bench, session.store

    def reach(self) -> Reach:
        index = self.bench.index
        there = index.now()
        job = open_job(self.store, self.session.name, EMBED)
        text = (job.text or "waits for the worker") if job else ""
        return Reach(read=there.rows if there else 0, total=index.total, few=index.few, job=text)

    def read(self) -> None:
        """Have all texts read beside the chat; where that is asked for already, once is enough."""
        if open_job(self.store, self.session.name, EMBED) is None:
            id = self.store.add_job(self.session.name, EMBED, {}, self.session.author)
            hand_over(self.bench.settings, id)

    def search(self, text: str, by: By = "meaning", limit: int = 50, unsaid: bool = False) -> list[Hit]:
        """The examples that are nearest in meaning, the nearest first; or, in their order, that have all the words.

        Args:
            unsaid: leave out what came with a label, is held out, or was judged already.

        Raises:
            UserError: there is nothing to search for, or nothing was read that could be searched by meaning.
        """
        self.session.team.must("look")
        text = text.strip()
        if not text:
            raise UserError("There is nothing to look for", do="write what it is about, as in: late parcels")
        if not 1 <= limit <= MOST:
            raise UserError(f"{limit} can't be shown at once", f"from 1 to {MOST} can")
        if by == "words":
            found: list[tuple[int, float | None]] = [(row, None) for row in self._by_words(text, limit, unsaid)]
        else:
            found = self._by_meaning(text, limit, unsaid)
        return self._hits(found)[:limit]

    def label(self, ids: Sequence[str], value: str, op: Literal["is", "is_not"] = "is", why: str = "") -> Turn:
        """Say of all of them that they are, or are not, this: one turn, and one undo for all.

        Args:
            why: what was looked for, for the record.

        Raises:
            UserError: nothing or too much is chosen, an example is not there or is held out, or there is no such label.
        """
        session = self.session
        session.team.must("say")
        examples = self._chosen(ids)
        labels = self.bench.labels()
        if labels and value not in labels:
            raise UserError(f"There is no label {value!r}", f"the labels are: {', '.join(labels)}")
        since = session._last_seq()
        outputs = tuple(
            OnScreen(id=f"#{number}", input=one.input, example_id=one.id) for number, one in enumerate(examples, 1)
        )
        context = Context(task=session.name, vocabulary=self.bench.vocabulary(), outputs=outputs)
        these = "This example is" if len(examples) == 1 else f"These {len(examples)} examples are"
        words = f"{these}{'' if op == 'is' else ' not'} {value}" + (f" (found by “{why}”)" if why else "")
        critique = Critique(
            conversation=session.conversation, author=session.author, text=words, context=context,
            guideline=self.store.guideline(session.name).version,
        )  # fmt: skip
        act = Act(kind="label", targets=("all",), label=LabelAct(op=op, value=value))
        reading, id = Reading(acts=(act,), confidence=1.0), new_id()
        feedback = feedback_of(reading, id, critique, session.task)
        if not feedback:
            raise UserError(f"The task {session.name!r} takes no labels", do="say it about an answer in the chat")
        shown = card(id, reading, context, words, "applied", [""])
        said: list[Said] = [("person", words, None), ("sayso", shown.title, shown.model_dump(mode="json"))]
        self.store.record(critique, reading, "selection", "1", feedback, messages=said, reading_id=id)
        session._after(reading, True, "applied", feedback)
        return session._turn(since)

    def _chosen(self, ids: Sequence[str]) -> list[Example]:
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            raise UserError("Nothing is chosen", do="tick what you mean")
        if len(wanted) > MOST:
            raise UserError(f"{len(wanted):,} examples are chosen", f"at most {MOST} can be labelled at once")
        examples = [self.bench.example(id) for id in wanted]
        held = [one.id for one in examples if one.split == "heldout"]
        if held:
            raise UserError(
                f"The example {held[0]!r} is held out", "held-out examples judge versions, and never teach", "untick it"
            )
        return examples

    # --- how it is found --------------------------------------------------------------------------------

    def _by_meaning(self, text: str, limit: int, unsaid: bool) -> list[tuple[int, float | None]]:
        index = self.bench.index
        if index.few:
            index.read()
        there = index.now()
        if there is None:
            raise UserError(
                "The texts were not read yet, so they can't be searched by meaning",
                do="have them read, which takes a while beside the chat, or search by words",
            )
        among = index.askable() if unsaid else None
        more = MOST + limit if unsaid else limit  # some of them may be judged already
        rows, cosines = there.search(index.embed([text])[0], more, among)
        found = [(int(row), float(cosine)) for row, cosine in zip(rows, cosines, strict=True)]
        if not unsaid:
            return list(found)
        judged = self._judged([row for row, _ in found])
        return [(row, cosine) for row, cosine in found if row not in judged]

    def _by_words(self, text: str, limit: int, unsaid: bool) -> list[int]:
        words, pool = text.lower().split(), self.bench.examples
        askable = self.bench.index.askable() if unsaid else np.ones(len(pool.rows), dtype=bool)
        found: list[int] = []
        for start, matches in pool.matching(words):
            rows = [row for row in (start + np.flatnonzero(matches)).tolist() if askable[row]]
            judged = self._judged(rows[: MOST + limit]) if unsaid and rows else set()
            found += [row for row in rows if row not in judged]
            if len(found) >= limit:
                break
        return found[:limit]

    def _judged(self, rows: Sequence[int]) -> set[int]:
        ids = {self.bench.examples.rows[row].id: row for row in rows}
        return {ids[id] for id in self.store.was_criticised(self.session.name, ids)}

    def _hits(self, found: Sequence[tuple[int, float | None]]) -> list[Hit]:
        examples = [(self.bench.examples.rows[row], score) for row, score in found]
        said = self.store.said_of(self.session.name, [example.id for example, _ in examples])
        return [
            Hit(
                id=one.id, text=str(one.input), score=score, label=one.label, said=said.get(one.id),
                heldout=one.split == "heldout",
            )
            for one, score in examples
        ]  # fmt: skip
