"""The Store: the only thing that touches the database. Its chapters are files beside this one.

with Store.open("sqlite:////home/ann/.sayso/sayso.db") as store:
    talk = store.start_conversation("mail", "ann")
    store.record(Critique(conversation=talk, author="ann", text="no, a complaint"), reading, "embedded", "1")
"""

from __future__ import annotations

from types import TracebackType

from sqlalchemy import exc
from sqlalchemy.engine import URL, make_url

from assistant.errors import UserError
from assistant.store.about import About
from assistant.store.attended import Attended
from assistant.store.check import Check
from assistant.store.feedback import Remembered
from assistant.store.hearing import Hearing
from assistant.store.holding import Holding
from assistant.store.importing import Importing
from assistant.store.jobs import Jobs
from assistant.store.lineage import Lineage
from assistant.store.provenance import Provenance
from assistant.store.screen import Screened
from assistant.store.serverlock import Locks
from assistant.store.sharing import Sharing
from assistant.store.spending import Spending
from assistant.store.talk import Talk
from assistant.store.team import Teams
from assistant.store.trials import Trials

__all__ = ["Store"]


class Store(
    Talk, Hearing, Holding, Importing, Remembered, About, Lineage, Jobs, Provenance, Screened, Trials, Teams, Sharing,
    Attended, Spending, Check, Locks,
):  # fmt: skip
    """All that people said and all that was made of it; what was acknowledged is never lost or changed.

    Threads may share one; processes open one each, on the same address.
    """

    @classmethod
    def open(cls, url: str) -> Store:
        """The store at a database address; its folder and tables are made where they are missing.

        Args:
            url: sqlite:////absolute/path/sayso.db or postgresql://user@host/database.

        Raises:
            UserError: the address is no address, can't be reached or written, or holds something else.
        """
        store = cls(_address(url))
        try:
            store.prepare()
        except BaseException:
            store.close()
            raise
        return store

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _address(text: str) -> URL:
    allowed = "an address is sqlite:////folder/sayso.db or postgresql://user@host/database"
    try:
        url = make_url(text)
    except (exc.ArgumentError, ValueError) as wrong:
        raise UserError("The database address can't be read", allowed) from wrong
    kind = url.get_backend_name()
    if kind == "sqlite" and url.database in (None, "", ":memory:"):
        raise UserError(f"The database {text!r} would be in memory, and lost", allowed)
    if kind == "sqlite":
        return url
    if kind in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    raise UserError(f"Sayso can't use a database of the kind {kind!r}", allowed)
