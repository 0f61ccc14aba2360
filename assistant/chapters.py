"""What a session offers beside the conversation, each an object of its own: a part of the house, seen by one person.

session.review.queue()      labels that are probably wrong        session.find.search("late parcels")
session.team.members()      who may what                          session.cost.sheet()
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, cast

from assistant.asking.curve import Curve
from assistant.attention import Attention
from assistant.learned.account import Account
from assistant.learned.forget import Forget
from assistant.quality._oversight import Quality
from assistant.team import Team
from assistant.team.disputes import Disputes

if TYPE_CHECKING:
    from assistant.cost import Costs
    from assistant.pool.find import Finder
    from assistant.review.desk import Review
    from assistant.session import Session
    from assistant.workbench import Workbench

__all__ = ["Chapters"]


class Chapters:
    """The part of a Session that opens these; each is made when it is first asked for."""

    bench: Workbench
    author: str

    @cached_property
    def team(self) -> Team:
        """Who may what, who is asked what, guidelines, comments."""
        return Team(self.bench, self.author)

    @cached_property
    def disputes(self) -> Disputes:
        """What people disagree on, and settling it."""
        return Disputes(self._session)

    @cached_property
    def quality(self) -> Quality:
        """How good the feedback is: agreement, people, what is held, contradictions."""
        return Quality(self._session)

    @cached_property
    def review(self) -> Review:
        """Labels that are probably wrong: a queue, and what is decided about each."""
        from assistant.review.desk import Review

        return Review(self._session)

    @cached_property
    def attention(self) -> Attention:
        """When to ask, while people do their own work."""
        return Attention(self._session)

    @cached_property
    def curve(self) -> Curve:
        """How much was learned from how much was said, what more would bring, and whether to go on."""
        return Curve(self.bench)

    @cached_property
    def account(self) -> Account:
        """What changed and why, who taught it, versions compared, and their cards."""
        return Account(self._session)

    @cached_property
    def forget(self) -> Forget:
        """Take back what somebody said, or what was said about something, and prove that it is gone."""
        return Forget(self._session)

    @cached_property
    def find(self) -> Finder:
        """Search over all examples, and what is said of many at once."""
        from assistant.pool.find import Finder

        return Finder(self._session)

    @cached_property
    def cost(self) -> Costs:
        """What the feedback costs: people's minutes, compute, money."""
        from assistant.cost import Costs

        return Costs(self._session)

    @property
    def _session(self) -> Session:
        return cast("Session", self)
