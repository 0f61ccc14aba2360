"""One database, two ways in: `reading()` sees a snapshot, `writing()` is the only writer until it ends.

SQLite runs in WAL mode with synchronous=FULL: what was acknowledged is on the disk, and readers never wait.
In PostgreSQL writers queue at an advisory lock, as SQLite's do at BEGIN IMMEDIATE; so in both, rows appear
in the order of their numbers, and whoever asks for "everything after seq 41" misses nothing.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event, exc
from sqlalchemy.engine import URL

from assistant.errors import UserError, need
from assistant.store.migrate import migrate

__all__ = ["BUSY_SECONDS", "Database", "connect", "said"]

BUSY_SECONDS = 10
WRITER_LOCK = 0x5A750  # any number that other programs on the same PostgreSQL server are unlikely to use
SHOWN = "sayso:"


class Database:
    """The engine and the two kinds of transactions. Safe to use from several threads and processes."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.engine = connect(url)
        self._held: list[Any] = []
        # threads of one process queue here; busy-waiting at SQLite's lock would be slower and unfair
        self._one_writer = threading.Lock()
        self._snapshot = (
            self.engine
            if self.sqlite
            else self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        )
        self._immediate = self.engine.execution_options(sayso_write=True)

    @property
    def sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path | None:
        """The SQLite file; None on a server."""
        return Path(self.url.database or "").absolute() if self.sqlite else None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        try:
            with said(self.url), self._snapshot.connect() as connection, connection.begin():
                yield connection
        except ValueError as wrong:  # JSON or a record that can't be read
            raise UserError(
                f"A row of the database can't be read: {str(wrong).splitlines()[0]}", do="run: sayso verify"
            ) from wrong

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is kept whole or not at all. Never open one inside another."""
        with said(self.url), self._one_writer, self._immediate.begin() as connection:
            if not self.sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(WRITER_LOCK)))
            yield connection

    def prepare(self) -> None:
        """Make the folder and bring the tables up to date."""
        if self.file:
            try:
                self.file.parent.mkdir(parents=True, exist_ok=True)
            except OSError as wrong:
                raise UserError(
                    f"The folder {str(self.file.parent)!r} can't be made: {wrong.strerror}",
                    do="set SAYSO_HOME to a folder that you may write to",
                ) from wrong
        migrate(self)

    def close(self) -> None:
        for held in self._held:
            held.close()
        self._held.clear()
        self.engine.dispose()


def connect(url: URL) -> Engine:
    """An engine with our settings of the database."""
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS}, pool_size=8, max_overflow=64)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    shown = f"{SHOWN}{os.getpid()}@{socket.gethostname()}"[:63]
    try:
        return sa.create_engine(
            url, connect_args={"connect_timeout": BUSY_SECONDS, "application_name": shown},
            pool_size=8, max_overflow=32, pool_pre_ping=True,
        )  # fmt: skip
    except ModuleNotFoundError as missing:
        raise need("psycopg", "sayso[postgres]", "a PostgreSQL database") from missing


def _set_up_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    _write_ahead(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: Any) -> None:
    """Turns the write-ahead log on; the busy timeout does not cover this where two open a new database at once."""
    last = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as wrong:
            if wrong.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > last:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    # a writer takes its lock at once: a reader that turns writer half-way could only fail
    writes = connection.get_execution_options().get("sayso_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def said(url: URL) -> Iterator[None]:
    """Turns the database's errors into one clear sentence each; the transaction is rolled back by then."""
    try:
        yield
    except exc.TimeoutError as wrong:
        raise UserError("The database is too busy", str(wrong.args[0])[:80], "try again") from wrong
    except exc.IntegrityError as wrong:
        raise UserError(
            f"The database refused this, and nothing was written: {_first_line(wrong)}",
            "what is written may only refer to what is there, and ids are used once",
        ) from wrong
    except exc.DBAPIError as wrong:
        raise _explain(_first_line(wrong), url) from wrong


def _first_line(wrong: exc.DBAPIError) -> str:
    return (str(wrong.orig).strip().splitlines() or [""])[0]


# what the databases' own sentences contain; what is wrong; what to do
KNOWN = (
    ("is full", "The disk is full", "make room and say it again; nothing is half-written"),
    ("no space left", "The disk is full", "make room and say it again; nothing is half-written"),
    ("locked", "The database {} is locked by another program", "close that program, or try again"),
    ("readonly", "The database {} is read-only", "make the file and its folder writable"),
    ("read-only", "The database {} is read-only", "make it writable"),
    ("unable to open", "The database {} can't be opened", "check the folder, and who may write to it"),
    ("not a database", "The file {} is not a database", "move it away, or set SAYSO_HOME to another folder"),
    ("malformed", "The database {} is damaged", "restore it from a backup"),
    ("connection", "The database {} can't be reached", "check the address, and that it runs"),
)


def _explain(message: str, url: URL) -> UserError:
    where = url.database if url.get_backend_name() == "sqlite" else url.render_as_string()
    for part, wrong, do in KNOWN:
        if part in message.lower():
            return UserError(wrong.format(repr(where)), message[:200], do)
    return UserError(f"The database {where!r} refused this: {message[:300]}", do="nothing was written")
