"""One server per database: the second is told the first one's process instead of getting in its way.

The lock is the operating system's (or PostgreSQL's), so it ends with its holder, however that dies. On disk
it is
an empty SQLite file beside the database that stays locked: that works the same on every system, and a process
forked off by the server does not inherit it.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from assistant.errors import UserError
from assistant.store.database import SHOWN, Database, connect, said

__all__ = ["Locks"]


class Held(Protocol):
    def close(self) -> None: ...


class Locks(Database):
    """The part of the Store that keeps servers apart."""

    def lock_server(self, name: str = "server") -> None:
        """Hold the lock `name` until this store is closed or its process ends.

        Raises:
            UserError: another process, or another store of this one, holds it.
        """
        held = _lock_file(self.file, name) if self.file else _lock_postgres(self, name)
        self._held.append(held)


def _lock_file(database: Path, name: str) -> Held:
    lock, note = (database.with_name(f"{database.name}.{name}.{end}") for end in ("lock", "pid"))
    try:
        connection = sqlite3.connect(lock, timeout=0, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as wrong:
        raise UserError(f"The lock {str(lock)!r} can't be made: {wrong}", do="check the folder") from wrong
    try:
        connection.execute("BEGIN EXCLUSIVE")
        note.write_text(str(os.getpid()))
    except sqlite3.OperationalError as wrong:
        connection.close()
        if "locked" not in str(wrong):
            raise UserError(f"The lock {str(lock)!r} can't be held: {wrong}", do="check the folder") from wrong
        pid = note.read_text() if note.exists() else "?"
        raise _taken(name, str(database), f"process {pid}") from wrong
    return connection


class _Server:
    """A connection of its own to PostgreSQL, not the pool's: when it closes, its locks end."""

    def __init__(self, url: sa.URL) -> None:
        self._engine = connect(url)
        self.connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        self.connection.close()
        self._engine.dispose()


def _lock_postgres(database: Database, name: str) -> Held:
    number = zlib.crc32(name.encode())
    with said(database.url):
        server = _Server(database.url)
        if server.connection.execute(sa.select(sa.func.pg_try_advisory_lock(number))).scalar():
            return server
        holder = _holder(server.connection, number)
        server.close()
    raise _taken(name, database.url.render_as_string(), holder)


def _holder(connection: sa.Connection, number: int) -> str:
    query = sa.text(
        "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid "
        "WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = :number "
        "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    shown: Any = connection.execute(query, {"number": number}).scalar()
    pid, _, host = str(shown or "").removeprefix(SHOWN).partition("@")
    return f"process {pid or '?'}" + (f" on {host}" if host else "")


def _taken(name: str, where: str, holder: str) -> UserError:
    return UserError(
        f"Another Sayso {name} has the database {where!r}: {holder}",
        do="use that one, stop it, or set SAYSO_HOME to another folder",
    )
