"""An export: a folder with data, a dataset card that says what is in it, and a manifest of the files' hashes.

    export("trl_preference", rows, Path("out"), task="mail")
      -> out/data/train-00000-of-00001.parquet
         out/README.md        the card: YAML front matter that the hub and `datasets` read, then Markdown
         out/croissant.json   the same for machines, where Croissant has words for the format
         out/manifest.json    written last, so that its existence means complete

`datasets.load_dataset("out")` reads it. All is written beside `out` and moved into place at the end: a crash
leaves nothing half done under that name.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from pydantic import Field

from assistant import __version__
from assistant.errors import UserError
from assistant.exports import Exporter, Row, Rows, exporter
from assistant.exports._rows import About
from assistant.types import Record, new_id, now

__all__ = ["File", "Manifest", "Skipped", "export", "pseudonym"]


class File(Record):
    """A file. `path` relative to the export; `rows` None where they can't be counted in this format.

    Data lies under `data/`: data/train.jsonl, or data/VIEW/train.jsonl where a format has several views.
    """

    path: str
    sha256: str
    bytes: int
    rows: int | None

    @property
    def data(self) -> bool:
        """False: it describes the data, or goes with it."""
        return self.path.startswith("data/")

    @property
    def view(self) -> str:
        """Empty where the format has but one."""
        return "/".join(self.path.split("/")[1:-1]) if self.data else ""

    @property
    def split(self) -> str:
        """What the name of a data file begins with."""
        return self.path.rpartition("/")[2].partition(".")[0].partition("-")[0]


class Skipped(Record):
    """How much feedback of a kind the format left out; `why` completes "Left out because ..."."""

    kind: str
    why: str
    count: int


class Manifest(Record):
    """What an export holds.

    `id`: SHA-256 over format, task and the files' paths and hashes, so equal contents have equal ids;
    `feedback`: how many rows came in; `kinds` and `authors`: how many of each.
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
    skipped: tuple[Skipped, ...] = ()

    @property
    def rows(self) -> int:
        """Rows in the data files that can be counted."""
        return sum(file.rows or 0 for file in self.files if file.data)


def export(
    format: str,
    rows: Iterable[Row],
    out: Path,
    *,
    task: str,
    author_hash: bool = True,
    secret: str = "",
    force: bool = False,
    filters: Sequence[str] = (),
    conversational: bool = False,
) -> Manifest:
    """Write `rows` in `format` into the folder `out`, with its card and manifest.

    Args:
        format: an exporter's name; `-` and `_` are the same.
        rows: of one task; read once, as a stream.
        task: its name, for the card.
        author_hash: replace authors by pseudonyms (see `pseudonym`).
        secret: keys the pseudonyms; equal secrets give equal pseudonyms.
        force: replace `out` where it is an earlier export.
        filters: names of the filters that chose `rows`, to be named where nothing is left.
        conversational: prompts and answers as lists of messages.

    Raises:
        UserError: no such format, or it has no conversational form; `out` is in the way or can't be written;
            nothing fits the format.
    """
    format = format.replace("-", "_")
    write = exporter.get(format)
    about = _about(write, conversational)
    counted = Rows(_hidden(rows, secret) if author_hash else rows, conversational=conversational)
    with _in_place(out.absolute(), force) as folder:
        paths = write(counted, folder)
        manifest = _manifest(format, task, counted, folder, paths)
        _refuse_nothing(manifest, filters)
        from assistant.exports._croissant import croissant
        from assistant.exports._readme import readme

        card = readme(manifest, about, write.__doc__ or "", author_hash)
        (folder / "README.md").write_text(card, encoding="utf-8")
        if (told := croissant(manifest, about, write.__doc__ or "")) is not None:
            text = json.dumps(told, indent=2, ensure_ascii=False) + "\n"
            (folder / "croissant.json").write_text(text, encoding="utf-8")
        (folder / "manifest.json").write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return manifest


def _about(write: Exporter, conversational: bool) -> About:
    module = sys.modules[write.__module__]
    about: About | None = getattr(module, "CONVERSATIONAL" if conversational else "ABOUT", None)
    if about is None and conversational:
        name = write.__name__.replace("_", "-")
        raise UserError(
            f"The format {name!r} has one form only", "the TRL formats have two", "leave --conversational out"
        )
    return about or About()


def pseudonym(author: str, secret: str = "") -> str:
    """The same name for the same author, 16 hexadecimal digits.

    Without a secret, whoever can guess an author's name can check the guess.
    """
    key = blake2b(secret.encode(), digest_size=32).digest()
    return "author-" + blake2b(author.encode(), digest_size=8, key=key, person=b"sayso").hexdigest()


def _hidden(rows: Iterable[Row], secret: str) -> Iterator[Row]:
    for row in rows:
        author = pseudonym(row.feedback.author, secret)
        yield row.model_copy(update={"feedback": row.feedback.model_copy(update={"author": author})})


@contextmanager
def _in_place(out: Path, force: bool) -> Iterator[Path]:
    """A new folder beside `out`, which becomes `out` when all went well and is removed when not."""
    _check_free(out, force)
    part = out.with_name(f".{out.name}.{new_id()}.part")
    try:
        part.mkdir(parents=True)
        yield part
        _check_free(out, force)  # somebody may have been faster
        if out.exists():
            old = out.with_name(f".{out.name}.{new_id()}.old")
            out.rename(old)
            part.rename(out)
            shutil.rmtree(old)
        else:
            part.rename(out)
    except OSError as wrong:
        why = wrong.strerror or str(wrong)
        raise UserError(f"The folder '{out}' can't be written: {why}", do="name another with --out") from wrong
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _check_free(out: Path, force: bool) -> None:
    try:
        if not out.exists() or (out.is_dir() and not any(out.iterdir())):
            return
        ours = (out / "manifest.json").exists() and (out / "README.md").exists()
    except OSError as wrong:
        raise UserError(f"The folder '{out}' can't be read: {wrong.strerror}", do="name another with --out") from wrong
    if not out.is_dir():
        raise UserError(f"'{out}' is a file, not a folder", do="name a folder with --out")
    if not ours:
        raise UserError(
            f"The folder '{out}' holds other things than an export", "an export gets a folder of its own",
            "name a new one with --out",
        )  # fmt: skip
    if not force:
        raise UserError(
            f"The folder '{out}' is not empty", "it holds an earlier export",
            "name a new folder with --out, or replace this one with --force",
        )  # fmt: skip


def _manifest(format: str, task: str, rows: Rows, folder: Path, paths: list[Path]) -> Manifest:
    files = tuple(_file(path, folder) for path in sorted(paths))
    names = "\n".join([format, task, *(f"{file.sha256} {file.path}" for file in files)])
    return Manifest(
        id=hashlib.sha256(names.encode()).hexdigest(),
        format=format,
        task=task,
        files=files,
        feedback=rows.kinds.total(),
        kinds=dict(sorted(rows.kinds.items())),
        authors=dict(sorted(rows.authors.items())),
        skipped=tuple(Skipped(kind=kind, why=why, count=n) for (kind, why), n in sorted(rows.skipped.items())),
    )


def _file(path: Path, folder: Path) -> File:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    name = path.relative_to(folder).as_posix()
    rows = _count(path) if name.startswith("data/") else None
    return File(path=name, sha256=digest, bytes=path.stat().st_size, rows=rows)


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


def _refuse_nothing(manifest: Manifest, filters: Sequence[str]) -> None:
    """An empty data set can't be read by anything: say why it would be empty instead."""
    if manifest.feedback == 0 and filters:
        by = " and ".join(name.replace("_", "-") for name in filters)
        raise UserError(f"No feedback of the task {manifest.task!r} is left by {by}", do="ask for more of it")
    if manifest.feedback == 0:
        raise UserError(f"The task {manifest.task!r} has no feedback yet", do="say something about an output first")
    if all(file.rows == 0 for file in manifest.files if file.data):
        reasons = ", ".join(f"{each.count} {each.kind} because {each.why}" for each in manifest.skipped)
        name = manifest.format.replace("_", "-")
        raise UserError(
            f"Nothing of the {manifest.feedback} pieces of feedback fits {name!r}",
            f"left out: {reasons}", "choose jsonl, csv or parquet, which hold everything",
        )  # fmt: skip
