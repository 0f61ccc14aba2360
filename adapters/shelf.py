"""The shelf: a folder per adapter, complete or not there at all.

    <home>/adapters/<task>/<id>/adapter.safetensors
                                manifest.json          written last: its existence means complete

Safetensors only, no pickle; the manifest holds the SHA-256 of every file and is itself hashed in the store.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path

from pydantic import ValidationError
from torch import Tensor

from assistant.errors import UserError
from assistant.types import Record, Report

__all__ = ["Manifest", "Shelf"]

WEIGHTS = "adapter.safetensors"
MANIFEST = "manifest.json"


class Manifest(Record):
    """All there is to know of an adapter. `files`: name to SHA-256; `settings`: what the training used."""

    id: str
    task: str
    number: int
    parent: str | None
    base: str
    feedback: tuple[str, ...]
    settings: dict[str, float | int | str]
    seed: int
    report: Report
    files: dict[str, str]
    created_at: str


class Shelf:
    """Keeps adapters below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self, task: str, id: str) -> Path:
        return self.folder / re.sub(r"[^\w.-]", "_", task) / id

    def put(self, manifest: Manifest, state: dict[str, Tensor]) -> tuple[Path, str]:
        """Keep an adapter; returns its folder and the SHA-256 of its manifest.

        Raises:
            UserError: the disk is full or the folder can't be written.
        """
        from safetensors.torch import save_file

        place = self.place(manifest.task, manifest.id)
        aside = place.with_name(place.name + ".new")
        try:
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir(parents=True)
            save_file({name: tensor.contiguous() for name, tensor in state.items()}, aside / WEIGHTS)
            _sync(aside / WEIGHTS)
            manifest = manifest.model_copy(update={"files": {WEIGHTS: _sha256(aside / WEIGHTS)}})
            text = manifest.model_dump_json(indent=2)
            (aside / MANIFEST).write_text(text, encoding="utf-8")
            _sync(aside / MANIFEST)
            shutil.rmtree(place, ignore_errors=True)  # left over from a training that was killed right here
            aside.rename(place)
        except OSError as wrong:
            shutil.rmtree(aside, ignore_errors=True)
            raise UserError(
                f"The adapter can't be written to {str(place)!r} ({wrong.strerror or wrong})",
                do="make room or choose another folder with SAYSO_HOME; the feedback is safe, train again",
            ) from wrong
        return place, hashlib.sha256(text.encode()).hexdigest()

    def manifest(self, task: str, id: str) -> Manifest:
        """Raises UserError if the adapter is not there, not complete or damaged."""
        place = self.place(task, id)
        try:
            return Manifest.model_validate_json((place / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValidationError, UnicodeDecodeError) as wrong:
            raise _damaged(place, "its manifest can't be read") from wrong

    def get(self, task: str, id: str) -> dict[str, Tensor]:
        """The adapter's tensors, every hash checked.

        Raises:
            UserError: the adapter is not there, not complete or damaged.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        place = self.place(task, id)
        for name, expected in self.manifest(task, id).files.items():
            if not (place / name).exists() or _sha256(place / name) != expected:
                raise _damaged(place, f"{name} is not what was written")
        try:
            tensors: dict[str, Tensor] = load_file(place / WEIGHTS)
        except (OSError, SafetensorError) as wrong:
            raise _damaged(place, f"{WEIGHTS} can't be read") from wrong
        return tensors

    def check(self, task: str, id: str) -> str | None:
        """One sentence on what is wrong with an adapter, or None."""
        try:
            self.get(task, id)
        except UserError as wrong:
            return str(wrong)
        return None


def _damaged(place: Path, what: str) -> UserError:
    return UserError(
        f"The adapter in {str(place)!r} is damaged: {what}",
        do="use another version (`sayso adapters list`), or train again: the feedback is in the database",
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
