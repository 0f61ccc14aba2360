"""Fixtures that all tests share. `store`: an empty store, once on SQLite and once on a real PostgreSQL.

The server is private: Debian's binaries, started once per test run in a temporary folder, reachable only
through a socket in there. Where there are no such binaries, the PostgreSQL half of the tests is skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import settings

from assistant.store import Store

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # before the hub is imported: else a wrong name takes a minute
if "PYTEST_XDIST_WORKER" in os.environ:  # several test at once, so none takes all cores
    os.environ.setdefault("OMP_NUM_THREADS", "1")

settings.register_profile("sayso", deadline=None)  # how long an example takes is no matter of right or wrong
settings.load_profile("sayso")


def _postgres_binaries() -> Path | None:
    """The folder of the newest server that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def _as_postgres() -> dict[str, Any]:
    # a PostgreSQL server refuses to run as root
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a private server, to be completed with a database: `postgres.format(name)`."""
    binaries = _postgres_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server is installed (Debian: apt install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="sayso-pg-", dir="/tmp"))
    who = _as_postgres()
    if who:
        shutil.chown(folder, "postgres", "postgres")

    def run(*words: str) -> None:
        # the server keeps its output open, so that goes to a file: a pipe would never end
        with Path(folder / "log").open("a") as log:
            subprocess.run(words, check=True, cwd=folder, stdout=log, stderr=log, timeout=60, **who)

    data = str(folder / "data")
    control = str(binaries / "pg_ctl")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    try:
        run(str(binaries / "initdb"), "-D", data, "-U", "sayso", "-A", "trust", "-E", "UTF8", "--no-sync")
        run(control, "-D", data, "-w", "-o", options, "start")
        try:
            yield f"postgresql://sayso@/{{}}?host={folder}"
        finally:
            run(control, "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    name = f"t{uuid.uuid4().hex[:16]}"
    address = sa.make_url(postgres.format("postgres")).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(address, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield postgres.format(name)
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a SQLite database that is not there yet."""
    return f"sqlite:///{tmp_path / 'home' / 'sayso.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database: SQLite, then PostgreSQL."""
    address: str = request.getfixturevalue(f"{request.param}_url")
    return address


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An empty store: on SQLite, then on PostgreSQL."""
    with Store.open(store_url) as opened:
        yield opened
