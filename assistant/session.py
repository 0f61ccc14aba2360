"""A session: one person, one task, one conversation. All that a page or a program needs is here.

>>> session = Session.open("classify")                          # doctest: +SKIP
>>> session.next().screen.outputs[0].value                      # doctest: +SKIP
'order'
>>> turn = session.hear("no, that's a complaint: they want their money back")   # doctest: +SKIP
>>> session.learn(); session.explain()                          # doctest: +SKIP

The store holds all state: a session can be closed, killed and opened again, and goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import tell
from assistant.blind import Tally
from assistant.cards import State, card
from assistant.errors import UserError
from assistant.jobs import OURS, ask, open_job
from assistant.looking import Looking
from assistant.parsers import Parser, hear, open_parser
from assistant.settings import settings
from assistant.shown import Message, Progress, Rule, Screen, Trial, Turn, Version, on_screen
from assistant.specs import open_task, resolve
from assistant.steer import edited, steered
from assistant.store import Store
from assistant.store.rows import JobRow, Vote
from assistant.store.sharing import SETTLED
from assistant.store.talk import Said
from assistant.team import Comment, Guideline, Person, Plan
from assistant.team.disputes import Dispute, Saying
from assistant.types import (
    Act,
    Context,
    Critique,
    Example,
    Feedback,
    Gesture,
    Reading,
    Selection,
    TaskSpec,
    new_id,
)
from assistant.understand import checked, feedback_of
from assistant.workbench import Workbench

if TYPE_CHECKING:
    from assistant.downloads import Made
    from assistant.exports._card import Manifest

__all__ = [
    "Comment", "Dispute", "Guideline", "Message", "Person", "Plan", "Progress", "Rule", "Saying", "Screen", "Session",
    "Tally", "Trial", "Turn", "Version", "Vote",
]  # fmt: skip

CHANGES = {"label", "edit", "constraint", "preference"}
TURNS_OF_CONTEXT = 4
VAIN = "That changes nothing: it is so already, or what it is about is not on screen."
SAID_LATELY = 60
"""What these newest messages said need not be said again."""


class Session(Looking):
    """See the module. Every public method is one turn or one look, and safe to call from a page's handler."""

    def __init__(self, bench: Workbench, author: str, parser: Parser, conversation: str | None = None) -> None:
        self.bench, self.author, self.parser = bench, author, parser
        self.store, self.task, self.name = bench.store, bench.task, bench.task.name
        latest = self.store.conversations(self.name, author, limit=1)
        self.conversation = conversation or (
            latest[0].id if latest else self.store.start_conversation(self.name, author)
        )

    @classmethod
    def open(
        cls,
        task: str | Path | TaskSpec = "classify",
        *,
        author: str | None = None,
        conversation: str | None = None,
        home: str | Path | None = None,
        parser: str | None = None,
        **options: Any,
    ) -> Session:
        """Open a task, by its name, its YAML file or its spec.

        Args:
            author: who speaks; by default the setting `author`.
            conversation: goes on with this one; None: with the author's latest about this task, or a new one.
            home: the folder of the database and the adapters; by default the setting `home`.
            options: fields of `TaskSpec`: data="reviews.csv", text="review", label="stars", base="..." ...

        Raises:
            UserError: the task is unknown, or its data, a setting or the database can't be used.
        """
        chosen = settings(home=home, parser=parser)
        spec = resolve(task, **options)
        store = Store.open(chosen.database_url)
        opened = open_task(spec, store.tasks(), chosen.folder)
        store.save_task(spec.model_copy(update={"name": opened.name}))
        return cls.beside(Workbench(opened, store, chosen), author, conversation)

    @classmethod
    def beside(cls, bench: Workbench, author: str | None = None, conversation: str | None = None) -> Session:
        """Another session at a workbench that is open already."""
        return cls(bench, author or bench.settings.author, open_parser(bench.settings.parser), conversation)

    def close(self) -> None:
        self.store.close()

    def new_conversation(self) -> None:
        self.conversation = self.store.start_conversation(self.name, self.author)

    def judge(self, outputs: tuple[str, str], vote: Vote) -> None:
        """Say which of the two of a trial is better."""
        self.team.must("say")
        self.store.add_trial(self.name, self.author, *outputs, vote)

    # --- turns --------------------------------------------------------------------------------------------

    def next(self) -> Turn:
        """Show the example that is most worth asking about, or whose turn it is where a team shares the work."""
        self.team.must("look")
        since = self._last_seq()
        self._begin()
        self._remind()
        chosen = self.team.next(self.conversation)
        if chosen.why and self.task.goal:
            self._say_once(chosen.why)
        self._show(chosen.example, chosen.why, by=chosen.by)
        for remark in self.team.remarks(chosen.example.id):
            self._say(remark)
        return self._turn(since)

    def answer(self, input: Any) -> Screen:
        """Put an input of one's own on screen: what does the model say of it?"""
        import hashlib

        self.team.must("look")
        digest = hashlib.sha256(repr(input).encode()).hexdigest()[:16]
        example = Example(id=f"typed-{digest}", input=input)
        self.bench.examples.setdefault(example.id, example)
        self._show(example, "you typed it")
        screen = self.screen()
        assert screen is not None
        return screen

    def hear(self, text: str = "", *, gesture: Gesture | None = None, selection: Sequence[Selection] = ()) -> Turn:
        """Understand what a person says or does about the screen, and obey where that is clear.

        High confidence applies at once and can be undone; low confidence waits for `confirm`; where the words
        allow two readings, a question comes back and nothing is changed.

        Raises:
            UserError: the author may only look.
        """
        self.team.must("say")
        since = self._last_seq()
        critique = Critique(
            conversation=self.conversation,
            author=self.author,
            text=text,
            gesture=gesture,
            context=self._context(selection),
            guideline=self.store.guideline(self.name).version,
        )
        heard = hear(self.parser, critique)
        reading, plan = self.forget.asked(checked(heard.reading, critique, self.task))
        state = self._state_of(reading)
        id = new_id()
        applied = state == "applied"
        meant = feedback_of(reading, id, critique, self.task) if state != "asking" else []
        feedback = meant if applied else []
        retract = self.forget.taken_back(reading) if applied else []
        shown = card(id, reading, critique.context, text, state, self._pictures(reading, critique, meant))
        said: list[Said] = [("person", text or tell.gesture(gesture, critique.context), None)]
        said += [("sayso", note, {"kind": "note"}) for note in (heard.note, plan) if note]
        if feedback or retract or state != "applied":
            said.append(("sayso", shown.title, shown.model_dump(mode="json")))
        elif not plan and any(act.kind in CHANGES for act in reading.acts):
            said.append(("sayso", f"{shown.title} {VAIN}", {"kind": "note"}))
        self.store.record(
            critique,
            reading,
            heard.parser,
            heard.version,
            feedback,
            retract,
            messages=said,
            reading_id=id,
        )
        if heard.usage:
            self.store.used(id, heard.usage)
        self._after(reading, bool(feedback or retract), state, feedback)
        return self._turn(since)

    def confirm(self, reading: str, act: int | None = None) -> Turn:
        """Yes, that is what was meant: all of it, or only act number `act` (0 is the first).

        Of a reading that waits, only what was said yes to starts to hold; the other acts go on waiting. The last
        act's yes is the whole reading's.

        Raises:
            UserError: there is no such reading or act here, or it was corrected already.
        """
        self.team.must("say")
        since = self._last_seq()
        there = self._standing(reading)
        acts, done = there.reading.acts, self.store.confirmed_acts([reading]).get(reading, set())
        if act is not None and not 0 <= act < len(acts):
            raise UserError(f"The reading has no act {act}", f"it has {len(acts)}, counted from 0")
        if act in done:
            return self._turn(since)
        meant = there.reading.model_copy(
            update={"acts": tuple(one for n, one in enumerate(acts) if n not in done and act in (None, n))}
        )
        others = {n for n, one in enumerate(acts) if one.kind in CHANGES | {"retract"}} - done - {act}
        feedback = self._not_yet(feedback_of(meant, reading, there.critique, self.task), reading)
        retract = self.forget.taken_back(meant) if self._waits(reading) else []
        if act is not None and others:
            self.store.confirm_act(reading, act, self.author, feedback, retract)
        else:
            self.store.decide(reading, self.author, "confirmed", feedback, retract)
        if feedback or retract:
            self._after(meant, True, "applied", feedback)
        return self._turn(since)

    def correct(self, reading: str, acts: Sequence[Act], waiting: Sequence[int] = ()) -> Turn:
        """No, this is what was meant: `acts` replace those that were understood.

        Args:
            acts: all of them; one corrected is the same acts with that one changed, one removed is without it.
            waiting: numbers of those of `acts` that were not said yes to, and go on waiting.

        Raises:
            UserError: there is no such reading here, or it was corrected already.
        """
        self.team.must("say")
        since = self._last_seq()
        there = self._standing(reading)
        if there.parser == SETTLED:
            raise UserError("That was settled for all", do="undo it, or settle it anew under Team")
        acts = [self.task.normal(act, there.critique) for act in acts]
        corrected = Reading(acts=tuple(acts), clarify=None, confidence=1.0)
        holds = [number for number in range(len(acts)) if number not in waiting]
        meant = corrected.model_copy(update={"acts": tuple(acts[number] for number in holds)})
        id = new_id()
        feedback = feedback_of(meant, id, there.critique, self.task)
        old = [row.feedback.id for row in self.store.feedback(self.name, reading=reading)]
        state: State = "waiting" if waiting else "corrected"
        pictures = self._pictures(corrected, there.critique, feedback)
        shown = card(id, corrected, there.critique.context, there.critique.text, state, pictures)
        id = self.store.record(
            there.critique,
            corrected,
            "person",
            "1",
            feedback,
            old,
            replaces=reading,
            messages=[("sayso", shown.title, shown.model_dump(mode="json"))],
            reading_id=id,
        )
        for number in holds if waiting else ():
            self.store.confirm_act(id, number, self.author)
        self.store.decide(reading, self.author, "corrected")
        if feedback or old:
            self._after(meant, True, "applied", feedback)
        return self._turn(since)

    def undo(self, reading: str | None = None) -> Turn:
        """Take back what a reading changed; None: the latest of this conversation that changed something.

        A version that learned from it is left for its youngest ancestor that did not, at once.
        """
        self.team.must("say")
        since = self._last_seq()
        reading = reading or self.store.last_effective(self.conversation)
        if reading is None:
            self._say("There is nothing to undo in this conversation.")
            return self._turn(since)
        there = self._heard(reading)
        rows = self.store.feedback(self.name, reading=reading)
        words = there.critique.text or tell.gesture(there.critique.gesture, there.critique.context)
        said: list[Said] = [("sayso", f"Undone: “{words}”. It is not used any more.", {"kind": "note"})]
        if there.parser == SETTLED:
            self.store.reopen(reading, self.author, said)
        else:
            self.store.decide(reading, self.author, "rejected", (), [row.feedback.id for row in rows], said)
        self._unlearn()
        self._show_again("without it")
        return self._turn(since)

    def retract(self, ids: Sequence[str], why: str = "") -> Turn:
        """Take pieces of feedback back by their ids, whoever gave them; versions are left as by `undo`.

        Raises:
            UserError: the task has no feedback of one of the ids; nothing is taken back then.
        """
        since = self._last_seq()
        known = {row.feedback.id: row.feedback for row in self.store.feedback(self.name, ids=ids, active=False)}
        for id in ids:
            if id not in known:
                raise UserError(f"The task {self.name!r} has no feedback {id!r}")
        self.team.must_own([*known.values()])
        self.store.retract(ids, self.author, why=why)
        self._say(f"Taken back: {tell.pieces(len(set(ids)))}.")
        self._unlearn()
        self._show_again("without it")
        return self._turn(since)

    def switch(self, rule: str, on: bool) -> Turn:
        """Switch a rule off, or on again."""
        since = self._last_seq()
        self.team.must_own([row.feedback for row in self.store.feedback(self.name, ids=[rule])])
        self.store.switch(rule, on, self.author)
        text = next(known.text for known in self.rules() if known.id == rule)
        self._say(f"The rule “{text}” is {'on' if on else 'off'}.")
        self._show_again("with the rules as they are now")
        return self._turn(since)

    def learn(self, wait: bool = True, trainer: str = OURS) -> Turn:
        """Train now: here and now, or beside the chat (`wait=False`) where a worker runs.

        Args:
            trainer: "own", or "trl": TRL's trainers, for causal language models.

        Raises:
            UserError: a training by another trainer runs already.
        """
        self.team.must("learn")
        since = self._last_seq()
        if not self._something_to_learn():
            self._say("There is nothing new to learn from: say what is wrong with an answer first.")
            return self._turn(since)
        params = {**self._job(auto=False), "trainer": trainer}
        job = ask(self.store, self.bench.settings, self.name, self.author, params, here=wait)
        if job.params.get("trainer", OURS) != trainer:
            raise UserError(
                "A training by another trainer has begun already", do="wait until it is done, then ask again"
            )
        if wait:
            self._finish(job)
            self._show_again(f"by {self.bench.live_name()}")
        return self._turn(since)

    def use(self, version: str) -> Turn:
        """Make a version live: roll back, or keep one that the gate held back; "base" is before any feedback."""
        self.team.must("use")
        since = self._last_seq()
        row = None if version == "base" else self.store.adapter(version.removeprefix("v"), self.name)
        if row:
            self.bench.check(row)
            self.bench.shelf.get(self.name, row.id)  # a damaged one is not made live
        self.store.go_live(self.name, row.id if row else None, self.author, "chosen by hand")
        self._say(f"**{self.bench.live_name()}** is live.")
        self._show_again(f"by {self.bench.live_name()}")
        return self._turn(since)

    def explain(self) -> Turn:
        """What have you learned?"""
        since = self._last_seq()
        self._say(self.learned())
        return self._turn(since)

    def poll(self, after: int) -> Turn:
        """What happened since message `after`: a training's report, and the screen asked again by a new version."""
        self.quality.tell()
        screen = self.screen()
        self._remind()
        if screen and screen.adapter != self.bench.live_name():
            self._show_again(f"by {self.bench.live_name()}")
        return self._turn(after)

    def vote(self, seq: int, value: bool | None) -> Turn:
        """A thumb on a message; on the answer that is on screen it is feedback too."""
        self.team.must("say")
        since = self._last_seq()
        voted = next((m for m in self.store.messages(self.conversation, seq - 1) if m.seq == seq), None)
        if voted is None:
            raise UserError(f"The message {seq} is not in this conversation", do="vote on a message of this one")
        self.store.vote(seq, self.author, value)
        screen = self.screen()
        alone = screen is not None and len(screen.outputs) == 1
        on_screen = screen and alone and screen.outputs[0].id in (voted.card or {}).get("outputs", [])
        if value is not None and on_screen:
            self.hear(gesture=Gesture(kind="thumb", target="#1", value=value))
        return self._turn(since)

    def export(self, format: str, out: Path, **options: Any) -> Manifest:
        """The feedback in a format, into the new folder `out`.

        Args:
            options: the filters `include_retracted`, `author`, `since`, `until`, `confirmed_only` of
                `Store.export_rows`, and of `assistant.exports._card.export` all but `rows` and `task`: `author_hash`,
                `secret`, `force`, `conversational`, `splits`, `agreement`, `scrub`.
        """
        from assistant.exports._card import export

        self.team.must("export")
        names = ("include_retracted", "author", "since", "until", "confirmed_only")
        filters = {name: options.pop(name) for name in names if name in options}
        rows = partial(self.store.export_rows, self.name, **filters)
        return export(format, rows, Path(out), task=self.name, filters=filters, **options)

    def download(self, name: str, folder: Path, count: int = 100) -> Made:
        """One of `task.downloads`, by all that was said, in `folder`; of outputs the `count` best. Raises UserError."""
        from assistant.downloads import download

        return download(self.bench, self.bench.goal(self.conversation), name, Path(folder), count)

    def settled(self, since: int) -> Turn:
        """What a decision beside the screen brings about, and the messages after `since`."""
        self._learn_by_itself()
        return self._turn(since)

    # --- inside -------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Once per conversation the notes on the data; once per task a training on the labels it came with."""
        if self.task.notes and not self.store.recent(self.conversation, 1):
            self._say("About your data: " + " ".join(self.task.notes))
        for note in self.bench.notes():
            self._say_once(note)
        if self.bench.known and not any(job.what == "learn" for job in self.store.jobs(self.name)):
            self._say(f"{len(self.bench.known)} examples came with a label: I am learning from them first.")
            ask(self.store, self.bench.settings, self.name, self.author, self._job(auto=True))

    def _remind(self) -> None:
        if notice := self.team.notice():
            self._say_once(notice)

    def _heard(self, reading: str) -> Any:
        """A reading of this conversation, with its critique; ids that a browser sends are not to be trusted."""
        there = self.store.reading_of(reading)
        if there.critique.conversation != self.conversation:
            raise UserError(f"The reading {reading!r} is not of this conversation", do="open the conversation it is of")
        return there

    def _standing(self, reading: str) -> Any:
        """A reading of this conversation that no other one replaced."""
        there = self._heard(reading)
        if self.store.states([reading]).get(reading) == "corrected":
            raise UserError("That reading was corrected already", do="go on with what it was corrected to")
        return there

    def _waits(self, reading: str) -> bool:
        """Whether its card said that it waits, and nothing was decided since."""
        cards = (row.card for row in self.store.messages(self.conversation) if row.card)
        shown = next((card for card in cards if card.get("reading") == reading), {})
        return shown.get("state") == "waiting" and reading not in self.store.states([reading])

    def _not_yet(self, feedback: Sequence[Feedback], reading: str) -> list[Feedback]:
        """The feedback that the reading has not brought yet."""
        rows = self.store.feedback(self.name, reading=reading)
        there = {row.feedback.model_dump_json(exclude={"id"}) for row in rows}
        return [one for one in feedback if one.model_dump_json(exclude={"id"}) not in there]

    def _state_of(self, reading: Reading) -> State:
        sure = 0 < reading.confidence >= self.bench.settings.apply_at
        if reading.clarify and not sure:
            return "asking"
        changes = any(act.kind in CHANGES | {"retract"} for act in reading.acts)
        return "applied" if sure or not changes else "waiting"

    def _pictures(self, reading: Reading, critique: Critique, feedback: Sequence[Feedback]) -> list[str]:
        goal = self.bench.goal(self.conversation, feedback) if feedback else None
        return [self.task.picture(act, critique.context, goal) for act in reading.acts]

    def _context(self, selection: Sequence[Selection] = ()) -> Context:
        turns = [m.text for m in self.store.recent(self.conversation, TURNS_OF_CONTEXT)]
        return Context(
            task=self.name,
            vocabulary=self.bench.vocabulary(),
            outputs=on_screen(self.screen()),
            selection=tuple(selection),
            turns=tuple(turns),
        )

    def _after(self, reading: Reading, changed: bool, state: State, feedback: Sequence[Feedback] = ()) -> None:
        """What a turn brings about: the example asked again, a training, and what was commanded."""
        if told := self.team.received(feedback):
            self._say_once(told)
        if changed and state == "applied":
            self.quality.watch(feedback)
            if why := self.bench.unread(feedback):
                self._say(f"This is kept, but I can't learn from it: {why}")
            self._unlearn()
            self._show_again("before any training", feedback)
            self._learn_by_itself()
            self.forget.go_on(reading)
        for act in reading.acts if state == "applied" else ():
            if act.kind == "command" and act.command:
                self._command(act.command)
            elif act.kind == "question":
                self.account.say_why()
            elif act.kind == "none" and not changed:
                self._say("All right. Nothing is changed by that.")

    def _command(self, command: str) -> None:
        if command == "undo":
            self.undo()
        elif command == "next":
            self.next()
        elif command == "learn":
            self.learn(wait=False)
        elif command in ("explain", "show"):
            self.explain()
        elif command == "stop":
            self._stop()
        elif command == "export":
            self._say("Exports are made under the tab Export, or with `sayso export --format jsonl --out DIR`.")
        else:
            self._say(tell.help(self.task))

    def _stop(self) -> None:
        self.team.must("learn")
        job = open_job(self.store, self.name)
        if job:
            self.store.job_event(job.id, "cancelled", None, "stopped by the person")
        self._say("The training is being stopped." if job else "No training is running.")

    def _unlearn(self) -> None:
        """Leave a live version that learned what has been taken back."""
        live = self.store.live(self.name)
        clean = self.store.clean_ancestor(self.name, live.id) if live else None
        if live and (clean is None or clean.id != live.id):
            self.store.go_live(self.name, clean.id if clean else None, self.author, "it learned what was undone")
            self._say(
                f"v{live.number} had learned from it, so **{self.bench.live_name()}** answers again; "
                "the next training learns the rest anew."
            )
            self._learn_by_itself()

    def _learn_by_itself(self) -> None:
        after = self.bench.settings.learn_after
        if after and self.bench.unlearned() >= after:
            ask(self.store, self.bench.settings, self.name, self.author, self._job(auto=True))

    def _something_to_learn(self) -> bool:
        live = self.store.live(self.name)
        return self.bench.unlearned() > 0 or (not live and bool(self.bench.known))

    def _finish(self, job: JobRow) -> None:
        """Do the job here, or wait for the worker that has it."""
        from assistant.worker import do

        while not do(self.bench, job) and self.store.job(job.id).state in ("queued", "running"):
            time.sleep(0.2)

    def _job(self, auto: bool) -> dict[str, Any]:
        return {"conversation": self.conversation, "auto": auto}

    def _show(
        self, example: Example, why: str, again: str | None = None, feedback: Sequence[Feedback] = (), by: str = ""
    ) -> None:
        """Ask the live version about an example and put the answer on screen.

        Args:
            again: in what respect the example on screen is asked again; None: it is a new one.
            by: the strategy that picked it, which is told what comes of it.
            feedback: what was just said, which may have edited what is on screen.
        """
        before = self.screen() if again else None
        version = self.bench.live_name()
        goal = self.bench.goal(self.conversation)
        if goal is None:
            outputs = self.bench.answer(example, self.bench.rules(self.conversation, example.id))
        else:
            there, anew = (before.outputs, before.adapter != version) if before else ((), False)
            instead = edited(there, feedback)
            stay = () if anew and not instead else there
            seed = self._last_seq()
            outputs, why = steered(self.bench, goal, example, before=stay, instead=instead, anew=anew, seed=seed)
        self.store.save_outputs(self.name, outputs)
        shown = {
            "kind": "answer",
            "example_id": example.id,
            "outputs": [output.id for output in outputs],
            "why": why,
            "version": version,
            **({"strategy": by} if by else {}),
        }
        view = self.task.render(example, outputs).said
        text = (
            tell.again(before.outputs, outputs, again, view)
            if before and again
            else tell.answer(example, outputs, version, view)
        )
        self.store.say(self.conversation, "sayso", text, shown)
        if not again and (question := self.task.asks(example)):
            self._say(question)
        for note in goal.notes if goal else ():
            self._say(note)
        for note in tell.disputes(self.store, getattr(goal, "disputes", ())):
            self._say(note)
        if self.bench.warning:
            self._say_once(self.bench.warning)

    def _show_again(self, how: str, feedback: Sequence[Feedback] = ()) -> None:
        screen = self.screen()
        if screen is not None:
            self._show(screen.example, screen.why, how, feedback)

    def _say_once(self, text: str) -> None:
        if all(message.text != text for message in self.store.recent(self.conversation, SAID_LATELY)):
            self._say(text)

    def _say(self, text: str) -> None:
        self.store.say(self.conversation, "sayso", text, {"kind": "note"})

    def _last_seq(self) -> int:
        recent = self.store.recent(self.conversation, 1)
        return recent[-1].seq if recent else 0

    def _turn(self, since: int) -> Turn:
        return Turn(self.messages(since), self.screen())
