"""Who may log in to a shared page: a file of names and Argon2 hashes, and a door that slows down guessing.

    add_person(Path("people.txt"), "ada", "correct horse battery")
    # people.txt now holds: ada:$argon2id$v=19$m=65536,t=3,p=4$…
    door = Door(Path("people.txt"))
    door.check("ada", "correct horse battery")   -> True

Passwords are hashed as RFC 9106 advises (Argon2id, the defaults of argon2-cffi).
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from assistant.errors import UserError

__all__ = ["Door", "add_person", "read_people"]

SHORTEST = 8
LONGEST_NAME = 64
TRIES = 5
"""Wrong passwords for one name before it has to wait."""
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 30.0, 900.0
REMEMBERED = 10_000
"""Names whose failures are remembered; made-up names must not fill the memory."""


def read_people(path: Path) -> dict[str, str]:
    """The hash of each name in the file; blank lines and lines that begin with # are passed over.

    Raises:
        UserError: the file can't be read, a line is not `name:hash`, or there is nobody in it.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as wrong:
        raise UserError(
            f"The auth file {str(path)!r} can't be read", str(wrong), "make one with: sayso passwd NAME FILE"
        ) from wrong
    people: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, hashed = line.strip().partition(":")
        if not name or not hashed.startswith("$argon2") or name in people:
            raise UserError(
                f"Line {number} of the auth file {str(path)!r} can't be used",
                "each line is name:hash with an Argon2 hash, each name once",
                "add people with: sayso passwd NAME FILE",
            )
        people[name] = hashed
    if not people:
        raise UserError(f"The auth file {str(path)!r} names nobody", do="add people with: sayso passwd NAME FILE")
    return people


def add_person(path: Path, name: str, password: str) -> None:
    """Add a person to the file, or change their password; the file is only for its owner to read.

    Raises:
        UserError: the name or the password can't be used, or the file can't be written.
    """
    if (
        not name
        or name != name.strip()
        or len(name) > LONGEST_NAME
        or ":" in name
        or not name.isprintable()
        or name.startswith("#")
    ):
        raise UserError(
            f"The name {name!r} can't be used",
            f"a name has 1 to {LONGEST_NAME} characters, no colon, no blanks around it and no # in front",
        )
    if len(password) < SHORTEST:
        raise UserError(f"The password has {len(password)} characters", f"it needs at least {SHORTEST}")
    people = read_people(path) if path.exists() and path.stat().st_size else {}
    people[name] = PasswordHasher().hash(password)
    lines = "".join(f"{one}:{hashed}\n" for one, hashed in people.items())
    try:
        _replace(path, lines)
    except OSError as wrong:
        raise UserError(f"The auth file {str(path)!r} can't be written", str(wrong)) from wrong


def _replace(path: Path, text: str) -> None:
    """Write all or nothing: a half-written file would lock everybody out."""
    handle, new = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(new).replace(path)
    except OSError:
        Path(new).unlink(missing_ok=True)
        raise


@dataclass
class _Failures:
    count: int = 0
    until: float = 0.0


class Door:
    """Checks names and passwords. Unknown names take as long as known ones, and wrong tries are slowed down.

    Args:
        path: the auth file; it is read at every login, so people can be added while the page runs.
        clock: seconds that only go forward.

    Raises:
        UserError: the file can't be used.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path, self._clock = path, clock
        self._hasher = PasswordHasher()
        self._nobody = self._hasher.hash(os.urandom(16).hex())
        self._failures: dict[str, _Failures] = {}
        self._lock = threading.Lock()
        read_people(path)

    async def enter(self, name: str, password: str) -> bool:
        """As `check`, without holding up the page for the time of a hash."""
        return await asyncio.to_thread(self.check, name, password)

    def check(self, name: str, password: str) -> bool:
        """Whether this person may come in."""
        # counted before the hash is checked: tries that run side by side must not all pass the limit
        if not self._admit(name):
            return False
        known = read_people(self._path).get(name)
        try:
            right = self._hasher.verify(known or self._nobody, password) and known is not None
        except (VerificationError, InvalidHashError):
            right = False
        if right:
            with self._lock:
                self._failures.pop(name, None)
        return right

    def wait(self, name: str) -> float:
        """Seconds until this name may try again."""
        with self._lock:
            return max(0.0, self._failures.get(name, _Failures()).until - self._clock())

    def _admit(self, name: str) -> bool:
        with self._lock:
            failures = self._failures.setdefault(name, _Failures())
            if self._clock() < failures.until:
                return False
            failures.count += 1
            if failures.count >= TRIES:
                wait = FIRST_WAIT_SECONDS * 2 ** min(failures.count - TRIES, 20)
                failures.until = self._clock() + min(wait, LONGEST_WAIT_SECONDS)
            while len(self._failures) > REMEMBERED:
                del self._failures[next(iter(self._failures))]
            return True
