"""Brings the tables up to date: numbered, append-only steps in `migrations/versions/`, run by Alembic.

    0001_first.py, 0002_..., each with `upgrade(); a database that has seen a step never sees it again.

A database of a newer Sayso is refused, untouched.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy import Connection

from assistant.errors import UserError

if TYPE_CHECKING:
    from assistant.store.database import Database

__all__ = ["migrate", "newest"]

FOLDER = Path(__file__).parent / "migrations"


def newest() -> str:
    """The number of the last step that this Sayso knows, e.g. "0001"."""
    return max(_known())


def _known() -> list[str]:
    return [file.name[:4] for file in (FOLDER / "versions").glob("[0-9][0-9][0-9][0-9]_*.py")]


def migrate(database: Database) -> None:
    """Run the steps that are missing, all in one transaction.

    Raises:
        UserError: a newer Sayso made the database, or it can't be written.
    """
    with database.reading() as connection:
        version = _version(connection)
    if version == newest():
        return  # the usual case, without the half second that Alembic takes to load
    with database.writing() as connection:
        # asked again, now as the only writer: another process may have done it meanwhile
        version = _version(connection)
        if version is not None and version not in _known():
            raise UserError(
                f"The database is of a newer Sayso (step {version})",
                f"this one knows steps up to {newest()}",
                "run: pip install --upgrade sayso",
            )
        if version != newest():
            _upgrade(connection)


def _version(connection: Connection) -> str | None:
    """The last step that the database has seen; None: it is new."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return version


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    # Alembic splits this option at % and reads %-signs as references
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
