"""Who is asked about what, and what people make of the same: reservations, answers side by side, settling them.

store.reserve("mail", "m014", "ann", overlap=2, until=in_half_an_hour) -> True      it is ann's to answer
store.shared("mail") -> {"m014": [Answer(Label("is order", by ann), Critique("it is an order"), settled=False), …]}
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection, select

from assistant.errors import UserError
from assistant.store import tables as t
from assistant.store.columns import key
from assistant.store.database import Database
from assistant.store.feedback import batches, retracted
from assistant.store.hearing import add_feedback, retract_all
from assistant.store.talk import Said, add_messages
from assistant.types import Critique, Label, feedback_from_json, new_id, now

__all__ = ["SETTLED", "Answer", "Sharing"]

SETTLED = "adjudication"
"""The parser that readings of settled disagreements name."""
f, e, r = t.feedback.c, t.feedback_events.c, t.readings.c


class Answer(NamedTuple):
    """A label that stands, what brought it, and whether it settled what people disagreed on."""

    label: Label
    critique: Critique
    settled: bool


class _Asked(NamedTuple):
    """Of an example: who answered it or is about to, to whom it was ever given, and whether it is settled."""

    people: set[str]
    given: set[str]
    settled: bool

    def wants(self, person: str, overlap: int | None, again: bool = False) -> bool:
        wanted = overlap is None or (not self.settled and len(self.people - {person}) < overlap)
        return wanted and (again or person not in self.given)


class Sharing(Database):
    """The part of the Store that shares work out, and brings answers together."""

    def reserve(self, task: str, example_id: str, person: str, overlap: int | None, until: datetime) -> bool:
        """Give an example to a person, once; False: they had it, or `overlap` people answered or are about to.

        `overlap` None: it is for everybody, whoever answered, as questions are whose answer is known.

        There is one writer at a time, so of two who ask for the last place, one gets it.
        """
        with self.writing() as connection:
            id = str(key(example_id))
            if not _asked(connection, task, [id])[id].wants(person, overlap):
                return False
            row = {"task": task, "example": id, "person": person, "until": until, "created_at": now()}
            connection.execute(sa.insert(t.reservations).values(row))
        return True

    def not_wanted(self, task: str, ids: Iterable[str], person: str, overlap: int, again: bool = False) -> set[str]:
        """Those of the example `ids` that the person is not to be given (any more).

        Args:
            again: they may be given what they were given before.
        """
        keys = {str(key(id)): id for id in ids}
        with self.reading() as connection:
            asked = {id: one for some in batches(keys) for id, one in _asked(connection, task, some).items()}
        return {keys[id] for id, one in asked.items() if not one.wants(person, overlap, again)}

    def given(self, task: str, person: str) -> list[str]:
        """The keys of the examples that were given to a person, in their order."""
        v = t.reservations.c
        query = select(v.example).where(v.task == task, v.person == person).order_by(v.seq)
        with self.reading() as connection:
            return list(connection.execute(query).scalars())

    def answered(self, task: str, person: str, ids: Iterable[str]) -> dict[str, list[Label]]:
        """The labels of a person that stand, of these examples, oldest first."""
        query = select(f.body).where(f.task == task, f.author == person, f.kind == "label", ~retracted())
        found: defaultdict[str, list[Label]] = defaultdict(list)
        with self.reading() as connection:
            for some in batches({key(id) for id in ids}):
                for body in connection.execute(query.where(f.example.in_(some)).order_by(f.seq)).scalars():
                    label = Label.model_validate(body)
                    found[str(label.example_id)].append(label)
        return found

    def counted(self, task: str) -> dict[str, tuple[int, int, datetime]]:
        """Of each person who said something that stands: how many pieces, of how many examples, and when last."""
        examples, last = sa.func.count(f.example.distinct()), sa.func.max(f.created_at)
        query = select(f.author, sa.func.count(), examples, last).where(f.task == task, ~retracted()).group_by(f.author)
        with self.reading() as connection:
            return {author: (count, many, at) for author, count, many, at in connection.execute(query)}

    # --- what people make of the same --------------------------------------------------------------------------

    def shared(self, task: str, limit: int = 200) -> dict[str, list[Answer]]:
        """The labels that stand of the `limit` examples that several people labelled last, oldest first."""
        several = (
            select(f.example)
            .where(f.task == task, f.kind == "label", f.example.is_not(None), ~retracted())
            .group_by(f.example)
            .having(sa.func.count(f.author.distinct()) > 1)
            .order_by(sa.func.max(f.seq).desc())
            .limit(limit)
        )
        with self.reading() as connection:
            keys = list(connection.execute(several).scalars())
            found = [one for some in batches(keys) for one in _answers(connection, task, some)]
        return _by_example(found)

    def answers(self, task: str, example_id: str) -> list[Answer]:
        """The labels that stand of an example, oldest first."""
        with self.reading() as connection:
            return _answers(connection, task, [str(key(example_id))])

    def reopen(self, reading: str, author: str, messages: Sequence[Said] = ()) -> int:
        """Take back what was settled: its label goes, and those that it overruled stand again, as they were said.

        What was taken back stays so for ever; so they are written once more, of the same people, critiques and
        readings, unless these took them back themselves meanwhile. Gives how many. One transaction, like any turn.
        """
        with self.writing() as connection:
            query = select(r.critique, t.critiques.c.conversation).join(t.critiques).where(r.id == reading)
            critique, conversation = connection.execute(query.where(r.parser == SETTLED)).one()
            mine = list(connection.execute(select(f.id).where(f.reading == reading, ~retracted())).scalars())
            if not mine:
                raise UserError("That was taken back already")
            row = {"reading": reading, "author": author, "decision": "rejected", "created_at": now()}
            connection.execute(sa.insert(t.decisions).values(row))
            retract_all(connection, mine, author, critique, "")
            overruled = select(f.body, t.critiques.c.conversation).join(t.feedback_events, e.feedback == f.id)
            overruled = overruled.join(t.critiques, t.critiques.c.id == f.critique)
            overruled = overruled.where(e.critique == critique, e.event == "retracted", f.reading != reading)
            back = [one for one in connection.execute(overruled.order_by(f.seq)) if _stands(connection, one.body)]
            for one in back:
                again = feedback_from_json(one.body).model_copy(update={"id": new_id()})
                add_feedback(connection, [again], again.critique, again.reading, one.conversation)
            add_messages(connection, conversation, messages)
        return len(back)

    def held_because(self, task: str, author: str, why: str) -> list[str]:
        """The ids of the author's feedback that is held out of training for this reason, by `feedback_events`."""
        held, later = t.feedback_events.alias("held"), t.feedback_events.alias("later")
        turned = later.c.event.in_(("held", "released"))
        newer = select(later.c.seq).where(later.c.feedback == f.id, turned, later.c.seq > held.c.seq).exists()
        query = select(f.id).join(held, held.c.feedback == f.id).where(f.task == task, f.author == author, ~retracted())
        query = query.where(held.c.event == "held", held.c.text == why, ~newer)
        with self.reading() as connection:
            return list(connection.execute(query.order_by(f.seq)).scalars())


def _asked(connection: Connection, task: str, keys: Sequence[str]) -> dict[str, _Asked]:
    """Of each of these keys of examples. What a person took back themselves counts for nobody but them."""
    found = {id: _Asked(set(), set(), False) for id in keys}
    said = select(f.example, f.author, retracted().label("gone"), r.parser).join(t.readings, r.id == f.reading)
    for row in connection.execute(said.where(f.task == task, f.example.in_(keys))):
        one = found[row.example]
        one.given.add(row.author)
        if not row.gone:
            one.people.add(row.author)
            found[row.example] = one._replace(settled=one.settled or row.parser == SETTLED)
    v = t.reservations.c
    given = select(v.example, v.person, v.until).where(v.task == task, v.example.in_(keys))
    moment = now()
    for row in connection.execute(given):
        found[row.example].given.add(row.person)
        if row.until > moment:
            found[row.example].people.add(row.person)
    return found


def _answers(connection: Connection, task: str, keys: Sequence[str]) -> list[Answer]:
    c = t.critiques.c
    query = select(f.body, c.body.label("critique"), r.parser).join(t.readings, r.id == f.reading)
    query = query.join(t.critiques, c.id == f.critique).where(f.task == task, f.kind == "label", f.example.in_(keys))
    rows = connection.execute(query.where(~retracted()).order_by(f.seq))
    return [
        Answer(Label.model_validate(row.body), Critique.model_validate(row.critique), row.parser == SETTLED)
        for row in rows
    ]


def _by_example(answers: Iterable[Answer]) -> dict[str, list[Answer]]:
    found: defaultdict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        found[str(answer.label.example_id)].append(answer)
    return dict(found)


def _stands(connection: Connection, body: dict[str, str]) -> bool:
    """Whether the person did not take their reading back, or correct it, since."""
    d = t.decisions.c
    query = select(d.decision).where(d.reading == body["reading"]).order_by(d.seq.desc()).limit(1)
    return connection.execute(query).scalar() in (None, "confirmed")
