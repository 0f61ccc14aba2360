"""Who is on the page: one open Session per person and conversation, and how fast each may speak.

    people = People(lambda author, conversation: Session.open("classify", author=author, conversation=conversation))
    with people.session("ada", None) as session:      # the latest conversation of ada, or a new one
        session.hear("no, that's a complaint")

The page itself keeps ids only; whatever is lost here is opened again from the store.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assistant.errors import UserError

if TYPE_CHECKING:
    from assistant.session import Session

__all__ = ["Bucket", "Opener", "People", "Tab"]

Opener = Callable[[str, "str | None"], "Session"]


@dataclass
class Bucket:
    """A token bucket: `per_minute` turns a minute, with short bursts of as many as ten seconds' worth, at least 5."""

    per_minute: int
    clock: Callable[[], float] = time.monotonic
    tokens: float = field(init=False)
    at: float = field(init=False)

    def __post_init__(self) -> None:
        self.tokens, self.at = self.burst, self.clock()

    @property
    def burst(self) -> float:
        return max(5.0, self.per_minute / 6)

    def take(self) -> float:
        """Take one token. Returns 0, or the seconds to wait until there is one."""
        now = self.clock()
        rate = self.per_minute / 60
        self.tokens = min(self.burst, self.tokens + (now - self.at) * rate)
        self.at = now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0.0
        return (1 - self.tokens) / rate


@dataclass
class _Seat:
    """An open session; its lock is held while one handler speaks with it."""

    session: Session
    lock: threading.RLock = field(default_factory=threading.RLock)


@dataclass
class Tab:
    """A browser tab: what it remembers, as its latest event left it; its lock is held while one is dealt with."""

    ids: dict[str, Any] | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)


class People:
    """The open sessions of everybody.

    Args:
        open: opens the session of an author and a conversation (None: the latest). Sessions share what is heavy.
        per_minute: turns that one person may take a minute.
        most: sessions kept at once; the one unused for longest is let go first, and opened again when needed.
    """

    def __init__(self, open: Opener, per_minute: int = 60, most: int = 256) -> None:
        self._open, self._per_minute, self._most = open, per_minute, most
        self._seats: OrderedDict[tuple[str, str], _Seat] = OrderedDict()
        self._tabs: OrderedDict[tuple[str, str], Tab] = OrderedDict()
        self._buckets: dict[str, Bucket] = {}
        self._lock = threading.RLock()

    @contextmanager
    def session(self, author: str, conversation: str | None) -> Iterator[Session]:
        """The session of that person and conversation, for one call at a time."""
        seat = self._seat(author, conversation)
        with seat.lock:
            yield seat.session

    @contextmanager
    def tab(self, author: str, hash: str | None, ids: dict[str, Any]) -> Iterator[Tab]:
        """That person's tab, for one event at a time, in their order.

        Args:
            hash: what the browser calls the tab; None: it is not known, and remembers nothing.
            ids: what it remembered when the event was sent; while it waited, another one may have changed that.
        """
        with self._lock:
            # by the author, too: the browser may call itself anything, and must not get another person's ids
            tab = self._tabs.setdefault((author, hash), Tab()) if hash else Tab()
            if hash:
                self._tabs.move_to_end((author, hash))
            while len(self._tabs) > 4 * self._most:
                self._tabs.popitem(last=False)
        with tab.lock:
            tab.ids = ids if tab.ids is None else tab.ids
            yield tab

    def start(self, author: str) -> str:
        """Begin a new conversation of `author`. Returns its id."""
        with self._lock:
            session = self._open(author, None)
            session.new_conversation()
            return self._keep(author, session).session.conversation

    def admit(self, author: str) -> None:
        """Count one turn of `author`.

        Raises:
            UserError: they were too fast.
        """
        with self._lock:
            wait = self._buckets.setdefault(author, Bucket(self._per_minute)).take()
        if wait:
            raise UserError(
                "That was a little fast",
                f"this page takes {self._per_minute} turns a minute from each person",
                f"try again in {max(1, round(wait))} s",
            )

    def _seat(self, author: str, conversation: str | None) -> _Seat:
        # one lock around opening: two tabs that load at once must not begin two conversations
        with self._lock:
            seat = self._seats.get((author, conversation)) if conversation else None
            return self._keep(author, self._open(author, conversation) if seat is None else seat.session)

    def _keep(self, author: str, session: Session) -> _Seat:
        """The seat of this session's conversation; the latest used is last."""
        key = (author, session.conversation)
        seat = self._seats.setdefault(key, _Seat(session))
        self._seats.move_to_end(key)
        while len(self._seats) > self._most:
            self._seats.popitem(last=False)
        return seat
