"""A file is replaced as a whole or not at all: it is written beside its place, and moved there when it is done.

with replacing(Path("out.jsonl")) as aside:      # .out.jsonl.4711
    aside.write_text(...)                        # whatever fails in here leaves out.jsonl as it was
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.errors import UserError

__all__ = ["replacing"]


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives the file to write to.

    Raises:
        UserError: `path` is a folder, or its folder is missing.
    """
    if path.is_dir():
        raise UserError(f"{str(path)!r} is a folder", do="name a file to write to")
    if not path.parent.is_dir():
        raise UserError(f"There is no folder {str(path.parent)!r} to write {path.name!r} to", do="make it first")
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield aside
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
