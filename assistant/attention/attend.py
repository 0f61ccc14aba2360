"""One person at their own work: what they put in is answered, and sometimes a question comes with it.

    attention.use("where is my parcel")  ->  Moment(value="order", question=None, why="A better moment is likely …")

A question is about the input at hand or about one of the last few, whichever answer is worth most: a good question need
not come at a bad moment (bounded deferral, Horvitz, Apacible & Subramani 2005). It is asked once at most, and not where
somebody said something about it already. All that is known of a person is in the store, so a restart forgets nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, get_args

from assistant.attention.cost import minutes_for, net, ready
from assistant.attention.decide import Bounds, decide, quiet_hours
from assistant.attention.history import History
from assistant.attention.say import about, asks, why
from assistant.attention.shown import Moment, Question, Standing
from assistant.attention.worth import Pool, Worth, worth
from assistant.errors import UserError
from assistant.store.rows import MomentRow, Trace
from assistant.types import Gesture, now

if TYPE_CHECKING:
    from adapters.models import Model
    from assistant.session import Session
    from assistant.shown import Screen, Turn

__all__ = ["Attention"]

NEWEST = 400
"""Moments of a person that are looked back on: a bound, so that no turn gets slower."""
EARLIER, EARLIER_HOURS = 30, 12.0
"""A question may be about one of the last so many inputs, of so many hours."""
SAID = 64
"""How many of the newest judged examples are counted as said."""
CHOICES = 8
WORKING_DAYS = 20
"""An answer is worth something for the pool, and for a month of the person's own work."""


@dataclass(frozen=True)
class _Candidate:
    """Something that could be asked about. `row` None: the input at hand."""

    example: str
    input: Any
    row: MomentRow | None
    ranked: tuple[str, ...]
    chances: tuple[float, ...]
    worth: Worth
    net: float

    @property
    def about(self) -> str:
        return about(self.ranked)


class Attention:
    """See the module. `clock` tells the person's own time, by default that of this machine."""

    def __init__(self, session: Session, clock: Callable[[], datetime] = lambda: now().astimezone()) -> None:
        self.session, self.clock = session, clock
        self.bench, self.store = session.bench, session.store
        self._pool: tuple[tuple[str, int], Pool] | None = None

    def use(self, input: Any) -> Moment:
        """What the live version says of an input of one's own, and whether to ask the person something now."""
        screen, chosen = self.session.answer(input), self.bench.settings
        history = self._history()
        before = next((row for row in reversed(history.rows) if row.example == screen.example_id), None)
        if before:
            self.notice(before.output, "regenerated")
        at_hand = MomentRow(
            task=self.session.name, author=self.session.author, conversation=self.session.conversation,
            output=screen.outputs[0].id, example=screen.example_id, input=input, created_at=history.now,
        )  # fmt: skip
        chance = ready(history.met(), history.hour, history.since).hopeful
        best = self._best(screen, history, chance)
        bounds = Bounds(chosen.ask_per_day, chosen.ask_share, quiet_hours(chosen.ask_quiet))
        found = decide(best.net if best else None, history.worths(), bounds, history.now, history.day())
        given: dict[str, Any] = {"worth": best.net if best else None, "ready": chance}
        if best and found.ask:
            asked = best.row.id if best.row else at_hand.id
            given |= {"asks": asked, "about": best.about, "gain": best.worth.gain}
        midnight = history.now.replace(hour=0, minute=0, second=0, microsecond=0)
        may = self.store.add_moment(at_hand.model_copy(update=given), chosen.ask_per_day, midnight)
        question = self._ask(at_hand.id, best) if best and found.ask and may else None
        output, reason = screen.outputs[0], found.why if may else "you were asked enough elsewhere meanwhile"
        said = question.why if question else f"{reason[0].upper()}{reason[1:]}."
        return Moment(output.value, output.score, output.id, question, said)

    def answer(self, question: str, value: str) -> Turn:
        """Answer a question, by one of the labels or in words: feedback like any other.

        Raises:
            UserError: there is no such question of this person, or it was answered already.
        """
        row = self._question(question)
        there = self.store.moment(row.asks or row.id)
        shown = self.session.screen()
        if shown is None or shown.example_id != there.example:
            self.session.answer(there.input)
        before = self.store.last_seq(self.session.name)
        if value in self.session.labels():
            turn = self.session.hear(gesture=Gesture(kind="edit", target="#1", value=value))
        else:
            turn = self.session.hear(value)
        said = self.store.feedback(self.session.name, after=before, author=self.session.author, limit=1)
        self.store.meet(row.id, "answered", self.session.author, said[0].feedback.critique if said else None)
        return turn

    def dismiss(self, question: str, never: bool = False) -> None:
        """Not now; or, with `never`, don't ask such things: nothing more about the same two answers."""
        row = self._question(question)
        self.store.meet(row.id, "never" if never else "dismissed", self.session.author)

    def again(self, about: str) -> None:
        """Ask such things again. Raises UserError where they are asked about."""
        rows = self.store.moments(self.session.name, self.session.author, asked=True)
        row = next((one for one in reversed(rows) if one.about == about and one.event == "never"), None)
        if row is None:
            raise UserError(f"{about!r} is asked about as it is")
        self.store.meet(row.id, "again", self.session.author)

    def notice(self, output: str, kind: Trace, value: float | None = None, text: str | None = None) -> bool:
        """Keep what the person did with an output without saying anything: never feedback, and apart from it.

        Args:
            kind: "copied", "edited" (to `text`), "regenerated", "seconds" (spent with it: `value`), "abandoned".

        Returns:
            Whether it was kept: not where the setting `implicit` is off, nor the same kind of an output twice.

        Raises:
            UserError: there is no such kind, or no such output of this task.
        """
        if not self.traced:
            return False
        if kind not in get_args(Trace):
            raise UserError(f"{kind!r} can't be noticed", f"what can: {', '.join(get_args(Trace))}")
        return self.store.add_implicit(self.session.name, self.session.author, output, kind, value, text)

    @property
    def traced(self) -> bool:
        """Whether what people do without saying anything is kept: the setting `implicit`."""
        return self.bench.settings.implicit

    def standing(self) -> Standing:
        """What asking has cost and brought so far."""
        return self._history().standing(self.bench.settings.ask_per_day)

    # --- inside -------------------------------------------------------------------------------------------

    def _history(self) -> History:
        rows = self.store.moments(self.session.name, self.session.author, newest=NEWEST)
        # of all tasks: it is the person who is interrupted
        newest = max(NEWEST, self.bench.settings.ask_per_day)
        asked = self.store.moments(None, self.session.author, newest=newest, asked=True)
        return History(
            self.store, self.session.name, self.session.author, rows, asked, self.clock(), self.bench.settings.implicit
        )

    def _question(self, id: str) -> MomentRow:
        """A question of this person that is still open; ids that a browser sends are not to be trusted."""
        row = self.store.moment(id)
        if (row.task, row.author) != (self.session.name, self.session.author) or row.asks is None:
            raise UserError(f"There is no question {id!r} here", do="answer one that you were asked")
        if row.event in ("answered", "never"):
            raise UserError("That question is settled already", do="say what you mean about the answer on screen")
        return row

    def _ask(self, id: str, best: _Candidate) -> Question:
        """Put the question into the chat."""
        text = asks(best.ranked, best.chances, best.input if best.row else None)
        labels = best.ranked if len(best.ranked) <= CHOICES else best.ranked[:CHOICES]
        reason = why(best.ranked[:2], best.chances[:2], best.worth)
        question = Question(
            id=id, text=text, why=reason, choices=labels, input=best.input, earlier=best.row is not None
        )  # fmt: skip
        card = {"kind": "question", "question": question.model_dump(mode="json")}
        self.store.say(self.session.conversation, "sayso", f"{text} {reason}", card)
        return question

    def _best(self, screen: Screen, history: History, chance: float) -> _Candidate | None:
        """What is most worth asking; None: nothing may be asked, or what an answer would bring can't be told."""
        if self.session.task.goal is not None:
            return None
        rows = {row.example: row for row in history.lately(EARLIER, EARLIER_HOURS)} | {screen.example_id: None}
        inputs = {id: row.input for id, row in rows.items() if row} | {screen.example_id: screen.example.input}
        done = self.store.asked_about(self.session.name, self.session.author, rows)
        done |= self.store.was_criticised(self.session.name, rows)
        rules, implies = self.bench.rules(self.session.conversation), self.session.task.implies
        # what a rule decides, nobody need say again
        done |= {id for id in rows if any(implies(rule, inputs[id]) is not None for rule in rules)}
        left = [id for id in rows if id not in done]
        if not left:
            return None
        with self.bench.model() as model:
            values = model.values()
            if len(values) < 2:
                return None
            day = history.day()
            pool = self._believed(model, WORKING_DAYS * round(day.past + day.ahead))
            vectors, said = model.embed([inputs[id] for id in left]), model.predict([inputs[id] for id in left])
        muted, found = set(self.store.muted(self.session.name, self.session.author)), []
        for id, vector, one in zip(left, vectors, said, strict=True):
            chances = [one.scores[value] for value in values]
            ranked = sorted(values, key=lambda value: -one.scores[value])
            gain = worth(vector, _array(chances), pool)
            # what is at hand has been read already
            minutes = minutes_for(len(str(inputs[id]).split()) if rows[id] else 0, history.took())
            price = self.bench.settings.ask_minute
            found.append(
                _Candidate(
                    id,
                    inputs[id],
                    rows[id],
                    tuple(ranked),
                    tuple(one.scores[value] for value in ranked),
                    gain,
                    net(gain.gain, chance, minutes, price),
                )
            )
        return max((one for one in found if one.about not in muted), key=lambda one: one.net, default=None)

    def _believed(self, model: Model, coming: int) -> Pool:
        """What the live version believes of a sample of the pool; made anew when it or the feedback changes."""
        chosen = self.bench.settings
        key = (self.bench.live_name(), self.store.count_feedback(self.session.name))
        if self._pool is None or self._pool[0] != key:
            sample = [example.input for example in self.bench.sample(chosen.pool_sample, chosen.seed)]
            told = self.store.feedback(self.session.name, newest=SAID, kinds=("label",))
            judged = [row.feedback.input for row in told if hasattr(row.feedback, "input")]
            said = model.predict(sample) if sample else []
            rows = [[one.scores[value] for value in model.values()] for one in said]
            vectors = model.embed([*sample, *judged] or [""])
            self._pool = key, Pool(
                vectors[: len(sample)], _array(rows), vectors[len(sample) : len(sample) + len(judged)],
                len(self.bench.unknown),
            )  # fmt: skip
        return replace(self._pool[1], size=len(self.bench.unknown) + coming)


def _array(rows: Sequence[Any]) -> Any:
    import numpy as np

    return np.asarray(rows, dtype=np.float64)
