"""Logging in: the file of people, and the door that slows down guessing."""

from __future__ import annotations

import asyncio
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.errors import UserError
from ui.auth import FIRST_WAIT_SECONDS, TRIES, Door, add_person, read_people

PASSWORD = "correct horse battery"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.txt"
    add_person(path, "ada", PASSWORD)
    return path


def test_the_right_password_opens_and_others_do_not(file: Path) -> None:
    door = Door(file)
    assert door.check("ada", PASSWORD)
    assert not door.check("ada", PASSWORD + "!")
    assert not door.check("bob", PASSWORD)
    with ThreadPoolExecutor(1) as beside:  # the browser tests leave a loop running in this thread
        assert beside.submit(lambda: asyncio.run(door.enter("ada", PASSWORD))).result()


def test_passwords_are_hashed_and_the_file_is_private(file: Path) -> None:
    text = file.read_text("utf-8")
    assert PASSWORD not in text and text.startswith("ada:$argon2id$")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_people_are_added_and_passwords_changed_in_place(file: Path) -> None:
    door = Door(file)
    add_person(file, "Zoë Ångström", "a second one")
    add_person(file, "ada", "another password")
    assert list(read_people(file)) == ["ada", "Zoë Ångström"]
    assert door.check("ada", "another password") and not door.check("ada", PASSWORD)
    assert door.check("Zoë Ångström", "a second one")


@pytest.mark.parametrize("name", ["", " ada", "a:b", "a\nb", "#ada", "x" * 65])
def test_names_that_would_break_the_file_are_refused(file: Path, name: str) -> None:
    before = file.read_bytes()
    with pytest.raises(UserError, match="name"):
        add_person(file, name, PASSWORD)
    assert file.read_bytes() == before


def test_a_short_password_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="at least 8"):
        add_person(tmp_path / "people.txt", "ada", "short")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "names nobody"),
        (b"# nobody yet\n", "names nobody"),
        (b"ada:secret\n", "Line 1"),
        (b"\n:$argon2id$x\n", "Line 2"),
        (b"a:$argon2id$x\na:$argon2id$y\n", "Line 2"),
        (b"\xff\xfe", "can't be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_line(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "people.txt"
    path.write_bytes(content)
    with pytest.raises(UserError, match=says):
        Door(path)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="sayso passwd"):
        Door(tmp_path / "none.txt")


def test_a_folder_that_cannot_be_written_keeps_the_old_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(UserError, match="No space left"):
        add_person(file, "bob", PASSWORD)
    assert file.read_bytes() == before
    assert [found.name for found in file.parent.iterdir()] == [file.name]


def test_wrong_tries_are_slowed_down_more_and_more(file: Path) -> None:
    clock = Clock()
    door = Door(file, clock)
    assert not any(door.check("ada", "wrong password") for _ in range(TRIES))
    assert not door.check("ada", PASSWORD), "even the right one has to wait"
    assert door.wait("ada") == FIRST_WAIT_SECONDS
    clock.now += FIRST_WAIT_SECONDS
    assert not door.check("ada", "wrong password")
    assert door.wait("ada") == 2 * FIRST_WAIT_SECONDS
    clock.now += 2 * FIRST_WAIT_SECONDS
    assert door.check("ada", PASSWORD)
    assert door.wait("ada") == 0 and door.check("ada", PASSWORD)


def test_one_locked_name_locks_no_other(file: Path) -> None:
    door = Door(file, Clock())
    for _ in range(TRIES):
        door.check("bob", "wrong password")
    assert door.check("ada", PASSWORD)


def test_tries_side_by_side_do_not_pass_the_limit(file: Path) -> None:
    door = Door(file, Clock())
    seen: list[str] = []
    verify = door._hasher.verify

    class Counting:
        def verify(self, hashed: str, password: str) -> bool:
            seen.append(password)
            return verify(hashed, password)

    door._hasher = Counting()  # type: ignore[assignment]
    with ThreadPoolExecutor(12) as pool:
        assert not any(pool.map(lambda n: door.check("ada", f"guess number {n}"), range(12)))
    assert len(seen) == TRIES


def test_an_unknown_name_costs_as_many_hashes_as_a_known_one(file: Path) -> None:
    door = Door(file, Clock())
    checked: list[str] = []

    class Counting:
        def verify(self, hashed: str, password: str) -> bool:
            checked.append(hashed.split("$p=")[0].rsplit("$", 2)[0])
            return False

    door._hasher = Counting()  # type: ignore[assignment]
    door.check("ada", PASSWORD)
    door.check("nobody", PASSWORD)
    assert len(checked) == 2 and checked[0] == checked[1], "the same algorithm with the same cost"
