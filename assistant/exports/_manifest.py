"""What an export holds, in manifest.json: its files with their hashes, what came in, and what was left out.

    {"id": "9f0c...", "format": "trl_sft", "files": [{"path": "data/train-00000-of-00001.parquet", "sha256": ...}], ...}

The id is a hash of the contents, so it stands for these contents for ever: `check` computes it anew.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from assistant import __version__
from assistant.errors import UserError
from assistant.exports import Rows
from assistant.types import Record, now

__all__ = ["File", "Manifest", "Skipped", "check", "manifest_of", "refuse_nothing"]


class File(Record):
    """A file. `path` relative to the export; `rows` None where they can't be counted in this format.

    Data lies under `data/`: data/train.jsonl, or data/VIEW/train.jsonl where a format has several views.
    """

    path: str
    sha256: str
    bytes: int
    rows: int | None

    @property
    def view(self) -> str:
        """Empty where the format has but one."""
        return "/".join(self.path.split("/")[1:-1])

    @property
    def split(self) -> str:
        """What the name of a data file begins with."""
        return self.path.rpartition("/")[2].partition(".")[0].partition("-")[0]


class Skipped(Record):
    """How much feedback of a kind was left out; `why` completes "Left out because ..."."""

    kind: str
    why: str
    count: int


class Manifest(Record):
    """What an export holds.

    `id`: SHA-256 over format, task and the files' paths and hashes, so equal contents have equal ids;
    `feedback`: how many rows came in; `kinds`, `authors` and `splits`: how many of each; `chosen`: the options with
    which they were chosen; `scrubbed`: how much personal data of each kind was replaced, None: none was looked for.
    """

    id: str
    format: str
    task: str
    sayso: str = __version__
    created_at: datetime = Field(default_factory=now)
    files: tuple[File, ...]
    feedback: int
    kinds: dict[str, int]
    authors: dict[str, int]
    splits: dict[str, int] = Field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()
    chosen: dict[str, Any] = Field(default_factory=dict)
    scrubbed: dict[str, int] | None = None

    @property
    def data(self) -> list[File]:
        """The files that hold data; the others describe it, or go with it."""
        return [file for file in self.files if file.path.startswith("data/")] or list(self.files)

    @property
    def rows(self) -> int:
        """Rows in the data files that can be counted."""
        return sum(file.rows or 0 for file in self.data)


def manifest_of(
    format: str, task: str, parts: Sequence[Rows], folder: Path, paths: Iterable[Path], **more: Any
) -> Manifest:
    """The manifest of what was written into `folder` from `parts`, one for each split."""
    files = tuple(_file(path, folder) for path in sorted(set(paths)))
    whole = Rows(())
    for part in parts:
        whole.kinds += part.kinds
        whole.authors += part.authors
        whole.skipped += part.skipped
    return Manifest(
        id=_id(format, task, files),
        format=format,
        task=task,
        files=files,
        feedback=whole.kinds.total(),
        kinds=dict(sorted(whole.kinds.items())),
        authors=dict(sorted(whole.authors.items())),
        splits={part.split: part.kinds.total() for part in parts},
        skipped=tuple(Skipped(kind=kind, why=why, count=n) for (kind, why), n in sorted(whole.skipped.items())),
        **more,
    )


def check(folder: Path) -> tuple[Manifest, list[str]]:
    """The manifest of the export in `folder`, and what is wrong: files that are missing, changed or added.

    Raises:
        UserError: it holds no export.
    """
    try:
        text = (folder / "manifest.json").read_text("utf-8")
        manifest = Manifest.model_validate_json(text)
    except (OSError, ValueError, ValidationError) as wrong:
        raise UserError(f"The folder '{folder}' holds no whole export", "its manifest.json can't be read") from wrong
    problems = [problem for file in manifest.files if (problem := _changed(file, folder))]
    known = {file.path for file in manifest.files}
    added = (path.relative_to(folder).as_posix() for path in sorted((folder / "data").rglob("*")) if path.is_file())
    problems += [f"The file {name!r} is not of this export." for name in added if name not in known]
    if _id(manifest.format, manifest.task, manifest.files) != manifest.id:
        problems.append(f"The id {manifest.id[:16]!r} is not that of the files: the manifest was changed.")
    return manifest, problems


def _id(format: str, task: str, files: Iterable[File]) -> str:
    names = "\n".join([format, task, *(f"{file.sha256} {file.path}" for file in files)])
    return hashlib.sha256(names.encode()).hexdigest()


def _changed(file: File, folder: Path) -> str:
    path = folder / file.path
    if not path.is_file():
        return f"The file {file.path!r} is missing."
    return "" if _sha256(path) == file.sha256 else f"The file {file.path!r} has changed."


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _file(path: Path, folder: Path) -> File:
    name = path.relative_to(folder).as_posix()
    rows = _count(path) if name.startswith("data/") else None
    return File(path=name, sha256=_sha256(path), bytes=path.stat().st_size, rows=rows)


def _count(path: Path) -> int | None:
    """How many rows a data file has, counted in the file itself."""
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        return int(pq.read_metadata(path).num_rows)
    if path.suffix == ".jsonl":
        with path.open("rb") as file:
            return sum(1 for _ in file)
    if path.suffix == ".spacy":
        from spacy.tokens import DocBin

        return len(DocBin().from_disk(path))
    if path.suffix == ".json":  # ours have a record a line
        with path.open("rb") as file:
            return sum(line.startswith(b"{") for line in file)
    if path.suffix == ".csv":
        csv.field_size_limit(sys.maxsize)
        with path.open(encoding="utf-8", newline="") as text:
            return sum(1 for _ in csv.reader(text)) - 1
    return None


def refuse_nothing(manifest: Manifest, filters: Mapping[str, Any]) -> None:
    """An empty data set can't be read by anything: say why it would be empty instead.

    Raises:
        UserError: nothing came, or nothing of it fits the format, or a split holds nothing.
    """
    by = " and ".join(
        name.replace("_", "-") for name, value in filters.items() if value and name != "include_retracted"
    )
    if manifest.feedback == 0 and by:
        raise UserError(f"No feedback of the task {manifest.task!r} is left by {by}", do="ask for more of it")
    if manifest.feedback == 0:
        raise UserError(f"The task {manifest.task!r} has no feedback yet", do="say something about an output first")
    name = manifest.format.replace("_", "-")
    if all(file.rows == 0 for file in manifest.data):
        reasons = ", ".join(f"{each.count} {each.kind} because {each.why}" for each in manifest.skipped)
        raise UserError(
            f"Nothing of the {manifest.feedback} pieces of feedback fits {name!r}",
            f"left out: {reasons}", "choose jsonl, csv or parquet, which hold everything",
        )  # fmt: skip
    for split in manifest.splits if len(manifest.splits) > 1 else ():
        if not any(file.rows for file in manifest.data if split in (file.split, file.view)):
            raise UserError(
                f"Nothing of the {manifest.feedback} pieces of feedback falls on the split {split!r} of {name!r}",
                "what is said about one input stays on one side", "choose other shares, or no splits",
            )  # fmt: skip
