"""Forgetting: what somebody said, or what was said about something, is taken back, unlearned, and proved to be gone.

    plan = session.forget.plan(by="ann")        -> Plan(ids=(…), learned_by=("v2",), inherited_by=("v3",), back_to="v1")
    session.forget.carry_out(plan)              -> taken back at once, v1 answers; v4 is trained without it, then:
    prove(bench, {"by": "ann", …}, v4)          -> Proof(version="v4", left=0, same=True, …)      (`proof.py`)

Taking back is the append-only store's: the words stay, marked, and nothing learns from them any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assistant.cards import say_rule, show_value
from assistant.errors import UserError
from assistant.jobs import ask
from assistant.learned.proof import Proof, matching, prove, titled
from assistant.parsers._forgetting import ME, Wish, wish_of
from assistant.store.rows import AdapterRow, FeedbackRow
from assistant.tell import short
from assistant.types import Constraint, Label, Preference, Reading, Record

if TYPE_CHECKING:
    from assistant.session import Session
    from assistant.shown import Turn
    from assistant.workbench import Workbench

__all__ = ["Forget", "Plan"]

SHOWN = 6
"""Pieces that a plan lists."""


class Plan(Record):
    """What would be forgotten. `learned_by`: versions trained on it, `inherited_by`: those that descend from them;
    `back_to`: what answers until a new version is there, None where the live one never learned it; `upto`: the seq of
    the newest feedback that there was."""

    wish: dict[str, str]
    ids: tuple[str, ...]
    lines: tuple[str, ...]
    learned_by: tuple[str, ...]
    inherited_by: tuple[str, ...]
    back_to: str | None
    upto: int

    def told(self) -> str:
        """In the chat, before the yes."""
        listed = [f"- {line}" for line in self.lines[:SHOWN]]
        more = len(self.lines) - len(listed)
        listed += [f"- and {more} more"] if more > 0 else []
        versions = "No version has learned from it."
        if self.learned_by:
            versions = f"Learned from it: {', '.join(self.learned_by)}."
            versions += f" They passed it on to: {', '.join(self.inherited_by)}." if self.inherited_by else ""
        after = f" **{self.back_to}** answers until a new version is trained without it." if self.back_to else ""
        count = f"{len(self.ids)} piece{'' if len(self.ids) == 1 else 's'} of feedback"
        return "\n".join([f"To forget {titled(self.wish)} takes back {count}:", *listed, versions + after])


class Forget:
    """What a session can forget; see the module."""

    def __init__(self, session: Session) -> None:
        self.session, self.bench, self.store = session, session.bench, session.store

    def plan(self, by: str | None = None, about: str | None = None) -> Plan:
        """What would be forgotten; nothing is changed.

        Args:
            by: whose, by their name, whatever its case; "me" is whoever speaks; None: anybody's.
            about: words, in any form, of the critique, its reasons, the rule or the example; None: whatever.

        Raises:
            UserError: neither is given, nobody of that name said anything that stands, or nothing is about that.
        """
        if not by and not about:
            raise UserError("It is not said what to forget", do="name a person, or what it is about")
        task = self.session.name
        wish = Wish({k: v for k, v in (("by", self._author(by) if by else None), ("about", about)) if v})
        rows = matching(self.bench, wish, active=True)
        if not rows:
            raise UserError(f"Nothing that stands is {titled(wish)}", do="look with: sayso feedback list")
        words = {c.id: c.text for c in self.store.critiques(row.feedback.critique for row in rows)}
        ids = tuple(row.feedback.id for row in rows)
        dirty, heirs = _tainted(self.bench, ids)
        live = self.store.live(task)
        back = None
        if live and live.id in {one.id for one in (*dirty, *heirs)}:
            back = _clean(self.bench, live, {one.id for one in dirty})
        return Plan(
            wish=dict(wish),
            ids=ids,
            lines=tuple(_line(row, words.get(row.feedback.critique, "")) for row in rows),
            learned_by=tuple(f"v{one.number}" for one in dirty),
            inherited_by=tuple(f"v{one.number}" for one in heirs),
            back_to=back,
            upto=self.store.last_seq(task),
        )

    def carry_out(self, plan: Plan, wait: bool = True) -> Turn:
        """Take it back, train without it, and prove that it is gone.

        Args:
            wait: here and now; else beside the chat, where a worker runs.
        """
        since = max((message.seq for message in self.session.messages()), default=0)
        self.session.retract(plan.ids, why=f"forget {titled(plan.wish)}")
        self.retrain(plan.wish, plan.upto, wait)
        return self.session.poll(since)

    def proof(self) -> Proof | None:
        """The newest proof of this conversation; None: nothing was forgotten here yet, or its training runs on."""
        card = self.store.last_card(self.session.conversation, "proof")
        return Proof.model_validate(card["proof"]) if card else None

    # --- in the chat ----------------------------------------------------------------------------------------

    def asked(self, reading: Reading) -> tuple[Reading, str]:
        """A reading that asks to forget something waits for a yes, whatever the settings; with what that would do, or
        the question back where it can't be done. Any other reading is as it was."""
        try:
            plan = self._plan_of(reading)
        except UserError as wrong:
            return reading.model_copy(update={"clarify": str(wrong), "confidence": 0.0}), ""
        return (reading.model_copy(update={"confidence": 0.0}), plan.told()) if plan else (reading, "")

    def taken_back(self, reading: Reading) -> list[str]:
        """The ids of what a reading takes back: what it asks to forget, else the latest that was said here."""
        if not any(act.kind == "retract" for act in reading.acts):
            return []
        if plan := self._plan_of(reading):
            return list(plan.ids)
        latest = self.store.last_effective(self.session.conversation)
        rows = self.store.feedback(self.session.name, reading=latest) if latest else []
        return [row.feedback.id for row in rows]

    def go_on(self, reading: Reading) -> None:
        """After a yes: what it asked to forget is taken back already, and is unlearned beside the chat."""
        wish = next((found for act in reading.acts if (found := wish_of(act))), None)
        if wish:
            by = {"by": self._author(wish["by"], active=False)} if "by" in wish else {}
            self.retrain({**wish, **by}, self.store.last_seq(self.session.name), wait=False)

    def retrain(self, wish: Mapping[str, str], upto: int, wait: bool) -> None:
        """A training without it that ends in the proof, in place of any that may have begun with it."""
        session, task = self.session, self.session.name
        if "by" in wish and "about" not in wish:
            self.store.forget_traces(task, wish["by"])
        for job in self.store.jobs(task, open_only=True):
            self.store.job_event(job.id, "cancelled", None, "what it learns from was taken back")
        wanted = {**wish, "upto": str(upto)}
        if not self.bench.unlearned() and (self.store.live(task) or not self.bench.known):
            proof = prove(self.bench, wanted, None)
            self.store.say(session.conversation, "sayso", proof.told(), _card(proof))
            return
        params = {"conversation": session.conversation, "auto": False, "forget": wanted}
        job = ask(self.store, self.bench.settings, task, session.author, params, here=wait)
        if wait:
            from assistant.worker import do

            do(self.bench, job)

    def _plan_of(self, reading: Reading) -> Plan | None:
        wish = next((found for act in reading.acts if (found := wish_of(act))), None)
        if wish is None:
            return None
        plan = self.plan(**wish)
        rows = self.store.feedback(self.session.name, ids=plan.ids)
        self.session.team.must_own([row.feedback for row in rows])
        return plan

    def _author(self, named: str, active: bool = True) -> str:
        """The author that a name means."""
        if named.lower() == ME:
            return self.session.author
        rows = self.store.feedback(self.session.name, active=active)
        authors = list(dict.fromkeys(row.feedback.author for row in rows))
        found = [one for one in authors if one.casefold() == named.casefold()]
        if not found:
            known = ", ".join(sorted(authors)) or "nobody yet"
            raise UserError(f"Nobody called {named!r} said anything here that stands", f"those who did: {known}")
        return found[0]


def _line(row: FeedbackRow, words: str) -> str:
    """A piece of feedback in a line: the words as said, and what they came to."""
    said = row.feedback
    if isinstance(said, Constraint):
        came = say_rule(said)
    elif isinstance(said, Preference):
        came = f"{show_value(said.chosen)} is better than {show_value(said.rejected)}"
    else:
        assert isinstance(said, Label)
        came = f"{'' if said.op == 'is' else 'not '}**{show_value(said.value)}**: “{short(said.input, 60)}”"
    return f"{said.author}: “{short(words, 60)}” ({came})" if words else f"{said.author}: {came}"


def _tainted(bench: Workbench, ids: Sequence[str]) -> tuple[list[AdapterRow], list[AdapterRow]]:
    """The versions that were trained on some of the feedback, and those that descend from them, oldest first."""
    dirty: list[AdapterRow] = []
    heirs: list[AdapterRow] = []
    wanted, unclean = set(ids), set[str]()
    for row in bench.store.adapters(bench.task.name):
        if wanted & set(bench.store.learned(row.id)):
            dirty.append(row)
        elif row.parent in unclean:
            heirs.append(row)
        else:
            continue
        unclean.add(row.id)
    return dirty, heirs


def _clean(bench: Workbench, live: AdapterRow, dirty: set[str]) -> str:
    """The youngest ancestor of the live version whose line has none of the dirty ones, by name."""
    line: list[AdapterRow] = []
    version: AdapterRow | None = live
    while version is not None:
        line.append(version)
        version = bench.store.adapter(version.parent, bench.task.name) if version.parent else None
    oldest = max(place for place, one in enumerate(line) if one.id in dirty)
    return f"v{line[oldest + 1].number}" if oldest + 1 < len(line) else "base"


def _card(proof: Proof) -> dict[str, Any]:
    return {"kind": "proof", "proof": proof.model_dump(mode="json")}
