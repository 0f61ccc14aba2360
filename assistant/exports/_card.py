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

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from assistant.errors import UserError
from assistant.exports import Exporter, Row, Rows, exporter
from assistant.exports._choose import Agreement, check_splits, side
from assistant.exports._manifest import File, Manifest, Skipped, refuse_nothing
from assistant.exports._manifest import manifest_of as _manifest
from assistant.exports._rows import About
from assistant.exports._scrub import Scrub, hidden, pseudonym
from assistant.types import new_id

__all__ = ["File", "Manifest", "Skipped", "export", "pseudonym"]

Source: TypeAlias = Iterable[Row] | Callable[[], Iterable[Row]]


def export(
    format: str,
    rows: Source,
    out: Path,
    *,
    task: str,
    author_hash: bool = True,
    secret: str = "",
    force: bool = False,
    filters: Mapping[str, Any] = MappingProxyType({}),
    conversational: bool = False,
    splits: Mapping[str, float] = MappingProxyType({}),
    agreement: float | None = None,
    scrub: bool = False,
) -> Manifest:
    """Write `rows` in `format` into the folder `out`, with its card and manifest.

    Args:
        format: an exporter's name; `-` and `_` are the same.
        rows: of one task, or a function that gives them anew each time: splits, agreement and scrubbing read them more
            than once, and a stream that can't be read again is then held in memory.
        task: its name, for the card.
        author_hash: replace authors by pseudonyms (see `pseudonym`).
        secret: keys the pseudonyms; equal secrets give equal pseudonyms.
        force: replace `out` where it is an earlier export.
        filters: the filters that chose `rows`, by name, to be told.
        conversational: prompts and answers as lists of messages.
        splits: which share of the inputs to hold out under which name, such as test: 0.1; the rest is train.
        agreement: only what at least this share of the people agree on, of two at least (see `Agreement`).
        scrub: replace personal data in texts (see `Scrub`).

    Raises:
        UserError: no such format, or it has no conversational form; splits or agreement make no sense; `out` is in the
            way or can't be written; nothing fits the format, or falls on a split.
    """
    format = format.replace("-", "_")
    write = exporter.get(format)
    about = _about(write, conversational)
    check_splits(splits)
    if agreement is not None and not 0 < agreement <= 1:
        raise UserError(f"The agreement {agreement:g} is no share of the people", "it is above 0 and at most 1")
    if scrub and not author_hash:
        raise UserError("Scrubbed feedback can't name its authors", do="leave one of the two out")
    again = _again(rows, more_than_once=bool(splits or scrub or agreement))
    chosen = _told(
        filters, author_hash, secret, conversational=conversational, splits=dict(splits), agreement=agreement
    )
    with _in_place(out.absolute(), force) as folder:
        scrubbing = Scrub(again(), secret) if scrub else None

        def stream() -> Iterable[Row]:
            clean = scrubbing(again()) if scrubbing else again()
            return hidden(clean, secret) if author_hash else clean

        agreed = Agreement(stream()) if agreement else None
        refuse = partial(agreed.refuse, least=agreement or 0) if agreed else lambda _: ""
        parts = [
            Rows(_of(name, stream, splits), split=name, conversational=conversational, refuse=refuse)
            for name in ("train", *splits)
        ]
        paths = _written(write, parts, folder)
        found = dict(sorted(scrubbing.found.items())) if scrubbing else None
        manifest = _manifest(format, task, parts, folder, paths, chosen=chosen, scrubbed=found)
        refuse_nothing(manifest, filters)
        _describe(manifest, about, write.__doc__ or "", author_hash, folder)
    return manifest


def _again(rows: Source, more_than_once: bool) -> Callable[[], Iterable[Row]]:
    if callable(rows):
        return rows
    held = list(rows) if more_than_once and isinstance(rows, Iterator) else rows
    return lambda: held


def _of(split: str, stream: Callable[[], Iterable[Row]], splits: Mapping[str, float]) -> Iterator[Row]:
    """The rows of a split; read when it is written, not before."""
    yield from (row for row in stream() if side(row, splits) == split) if splits else stream()


def _written(write: Exporter, parts: Sequence[Rows], folder: Path) -> list[Path]:
    paths = list[Path]()
    for part in parts:
        before = set(paths)
        new = write(part, folder)
        if before and not set(new) - before:
            name = write.__name__.replace("_", "-")
            raise UserError(f"The format {name!r} knows no splits", "ours do", "leave --split out")
        paths += new
    return paths


def _told(filters: Mapping[str, Any], author_hash: bool, secret: str, **options: Any) -> dict[str, Any]:
    """The options that chose what is in it, without those that did nothing; no author by name where none is named."""
    told = {name: value for name, value in {**filters, **options}.items() if value}
    if author_hash and "author" in told:
        told["author"] = pseudonym(told["author"], secret)
    return {name: str(value) if isinstance(value, datetime) else value for name, value in told.items()}


def _describe(manifest: Manifest, about: About, what: str, author_hash: bool, folder: Path) -> None:
    """Write what stands beside the data; the manifest last."""
    from assistant.exports._croissant import croissant
    from assistant.exports._readme import readme

    (folder / "README.md").write_text(readme(manifest, about, what, author_hash), encoding="utf-8")
    if (told := croissant(manifest, about, what)) is not None:
        text = json.dumps(told, indent=2, ensure_ascii=False) + "\n"
        (folder / "croissant.json").write_text(text, encoding="utf-8")
    (folder / "manifest.json").write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")


def _about(write: Exporter, conversational: bool) -> About:
    module = sys.modules[write.__module__]
    about: About | None = getattr(module, "CONVERSATIONAL" if conversational else "ABOUT", None)
    if about is None and conversational:
        name = write.__name__.replace("_", "-")
        raise UserError(
            f"The format {name!r} has one form only", "the TRL formats have two", "leave --conversational out"
        )
    return about or About()


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
