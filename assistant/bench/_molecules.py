"""The molecules that benchmarks are run on."""

from __future__ import annotations

import gzip
from pathlib import Path

from assistant.errors import UserError

__all__ = ["smiles_of"]


def smiles_of(folder: Path) -> list[str]:
    """The SMILES of ZINC as they are written there. Raises UserError where the file is missing."""
    path = folder / "zinc250k.smi.gz"
    if not path.is_file():
        raise UserError(f"The file {str(path)!r} is missing", do="set SAYSO_DATA to where it is")
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as lines:
        next(lines)  # the first line is no molecule
        return [line.split()[0] for line in lines if line.strip() and line[0] != "\0"]
