"""What a session can do about the quality of its task's feedback: `session.quality`.

    session.quality.findings()["reliability"]   -> [Finding(people=("ann",), value=.94, …), …]
    session.quality.held()                      -> [Held(person="eve", pieces=34, why="eve disagrees …", …)]
    session.quality.release("eve")              and it counts again;  take_back("eve") retracts it
    session.quality.settle(seq, "second")       a contradiction in the chat: the second is right

Feedback of somebody whom a measure names waits, out of training and of the rules, until somebody else has looked at it.
A person alone is never named: there is nobody to look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from assistant import tell
from assistant.errors import UserError
from assistant.quality import Finding, measure
from assistant.quality._clash import Clash, Settled, clashes
from assistant.types import Feedback, Record

if TYPE_CHECKING:
    from assistant.quality._votes import Ledger, Votes
    from assistant.session import Session, Turn
    from assistant.shown import Message as Shown
    from assistant.store.rows import Message

__all__ = ["Clash", "Held", "Open", "Quality"]

SAYSO = "sayso"
WATCHES = "careless"
"""The measure whose alarms hold feedback."""
OPEN = 5000
"""The newest messages, among which contradictions and notices are looked for."""


class Held(Record):
    """A person's feedback that waits. `by`: who held it, "sayso" for a measure."""

    person: str
    pieces: int
    why: str
    since: datetime
    by: str = SAYSO
    ids: tuple[str, ...] = ()


class Open(Record):
    """A contradiction that is not settled; `seq`: of the message that tells it."""

    seq: int
    clash: Clash


class Quality:
    """See the module. Made from a session; everything it changes goes through the store's events and retractions."""

    def __init__(self, session: Session) -> None:
        self.session, self.bench, self.store = session, session.bench, session.store
        self.task, self.author = session.name, session.author

    @property
    def ledger(self) -> Ledger:
        return self.bench.ledger

    @property
    def here(self) -> str:
        return self.session.conversation

    # --- looking ------------------------------------------------------------------------------------------------

    def votes(self) -> Votes:
        """The record of who said what."""
        return self.ledger.votes()

    def findings(self) -> dict[str, list[Finding]]:
        """What each measure finds, by its name."""
        votes = self.votes()
        return {name: measure.get(name)().find(votes) for name in measure.names()}

    def held(self) -> list[Held]:
        """Whose feedback waits, who was held first first."""
        events = self.ledger.held()
        rows = self.store.feedback(self.task, ids=list(events)) if events else []
        found: dict[str, Held] = {}
        for row in rows:
            event, who = events[row.feedback.id], row.feedback.author
            old = found.get(who) or Held(person=who, pieces=0, why=event.text, since=event.created_at, by=event.author)
            found[who] = old.model_copy(update={"pieces": old.pieces + 1, "ids": (*old.ids, row.feedback.id)})
        return sorted(found.values(), key=lambda one: one.since)

    def open(self) -> list[Open]:
        """Contradictions that nobody settled, newest first."""
        cards = self.store.cards(self.task, OPEN)
        shown = {seq: Clash.model_validate(card["clash"]) for seq, card in cards if card["kind"] == "clash"}
        states = self.settled(shown, [card for _, card in cards])
        return [Open(seq=seq, clash=clash) for seq, clash in sorted(shown.items(), reverse=True) if not states[seq]]

    def settled(self, shown: Mapping[int, Clash], cards: Sequence[dict[str, Any]]) -> dict[int, Settled]:
        """Of contradictions by the seq of their message: which of the two is kept, "" while that is open.

        Args:
            cards: those that came later, among them the decisions to keep both.
        """
        ids = [id for clash in shown.values() for side in (clash.first, clash.second) for id in side.ids]
        rows = self.store.feedback(self.task, ids=ids) if ids else []
        standing = {row.feedback.id for row in rows if row.on}
        both = {card.get("of") for card in cards if card.get("kind") == "settled"}
        return {seq: "both" if seq in both else clash.kept(standing) for seq, clash in shown.items()}

    def marked(self, messages: Sequence[Shown], rows: Sequence[Message]) -> list[Shown]:
        """The messages of a conversation with the contradictions and notices that they tell, as these stand now."""
        cards = {row.seq: row.card for row in rows if row.card}
        shown = {seq: Clash.model_validate(card["clash"]) for seq, card in cards.items() if card.get("kind") == "clash"}
        states = self.settled(shown, list(cards.values())) if shown else {}
        tells = {seq: card for seq, card in cards.items() if card.get("kind") == "held"}
        held = {(one.person, one.since.isoformat()) for one in self.held()} if tells else set()
        more: dict[int, dict[str, Any]] = {
            **{seq: {"clash": clash.model_copy(update={"settled": states[seq]})} for seq, clash in shown.items()},
            **{seq: {"held": c["person"]} for seq, c in tells.items() if (c["person"], c["since"]) in held},
        }
        return [one.model_copy(update=more[one.seq]) if one.seq in more else one for one in messages]

    # --- after a turn -------------------------------------------------------------------------------------------

    def watch(self, new: Sequence[Feedback]) -> list[str]:
        """Look at what was just said: hold what somebody said who is named, and show what can't both hold.

        Returns the ids of all that was held.
        """
        held = self._hold()
        for clash in clashes(self.bench, [one for one in new if one.id not in held], self.here):
            self._show(clash)
        self.tell()
        return held

    def _show(self, clash: Clash) -> None:
        first, second = (f"{side.said} ({side.who})" for side in (clash.first, clash.second))
        text = f"These can't both hold: {first}, and {second}."
        self.store.say(self.here, "sayso", text, {"kind": "clash", "clash": clash.model_dump(mode="json")})

    def _hold(self) -> list[str]:
        """Hold the feedback of everybody who is named."""
        votes = self.votes()
        if len(votes.people) < 2 or not self.bench.settings.hold:
            return []
        alarms = [finding for finding in measure.get(WATCHES)().find(votes) if finding.alarm]
        held = []
        for person, why in {finding.people[0]: finding.text for finding in reversed(alarms)}.items():
            held += self.hold(person, why, SAYSO)
        return held

    def tell(self) -> None:
        """Say in this conversation what waits and is not told here yet: who can look at it must know of it."""
        if not self.ledger.held():
            return
        told = {(card.get("person"), card.get("since")) for _, card in self.store.cards(self.task, OPEN, self.here)}
        for one in self.held():
            card = {"kind": "held", "person": one.person, "since": one.since.isoformat()}
            if (card["person"], card["since"]) not in told:
                self.store.say(self.here, "sayso", self._notice(one), card)

    def _notice(self, one: Held) -> str:
        if one.person == self.author:
            return (
                f"What you say is kept, but I neither learn from it nor obey it until somebody of your team has looked "
                f"at it: {one.why}."
            )
        return (
            f"{tell.pieces(one.pieces).capitalize()} of **{one.person}** wait: {one.why}. Nothing is learned from it."
        )

    # --- deciding -----------------------------------------------------------------------------------------------

    def hold(self, person: str, why: str, by: str | None = None) -> list[str]:
        """Hold all that a person said and nobody looked at yet; gives the ids of what was not held before."""
        if by is None:
            self.session.team.must("release")
        ids = [vote.id for vote in self.votes().all if vote.author == person and not vote.state]
        return self.store.hold([*ids, *self.ledger.rules(person)], by or self.author, why)

    def release(self, person: str) -> Turn:
        """It was looked at: what waits of this person counts again, and what they say from now on is judged anew.

        Raises:
            UserError: nothing of theirs waits, or they are you.
        """
        self.session.team.must("release")
        one = self._waiting(person)
        since = self.session._last_seq()
        said = f"Released: {tell.pieces(one.pieces)} of {person}. It counts from now on."
        self.store.release(one.ids, self.author, "looked at", self.here, [("sayso", said, {"kind": "note"})])
        self.session._show_again(f"with what {person} said")
        self.session._learn_by_itself()
        return self.session._turn(since)

    def take_back(self, person: str) -> Turn:
        """It was looked at: what waits of this person is retracted. Raises UserError as `release` does."""
        return self.session.retract(self._waiting(person).ids, why=f"{person}'s feedback was held, and taken back")

    def _waiting(self, person: str) -> Held:
        one = next((held for held in self.held() if held.person == person), None)
        if one is None:
            raise UserError(f"Nothing that {person!r} said is held", do="look with: sayso quality")
        if person == self.author:
            raise UserError("Your own feedback is held", do="ask somebody else of your team to look at it")
        return one

    def settle(self, seq: int, right: Settled) -> Turn:
        """Settle a contradiction: the feedback of the other one is taken back; "both": they may stay as they are.

        Raises:
            UserError: the message tells no contradiction, or it is settled already.
        """
        one = next((one for one in self.open() if one.seq == seq), None)
        if one is None or right not in ("first", "second", "both"):
            raise UserError("That contradiction is settled already, or there is none", do="open the tab Quality again")
        if right != "both":
            other = one.clash.second if right == "first" else one.clash.first
            return self.session.retract(other.ids, why=f"it contradicts what is right: {other.said}")
        since = self.session._last_seq()
        self.store.say(self.here, "sayso", "Both stay as they are.", {"kind": "settled", "of": seq})
        return self.session._turn(since)
