"""An index of vectors on the disk: what every text of a pool means, computed once, and searched exactly enough.

    build(folder, base, pool, embed)                 # goes on where it was stopped; what was said to be there is there
    index = Vectors.open(folder, base, pool)
    index.search(query, 3)  ->  (array([812, 77, 4031]), array([.83, .79, .74]))       # rows of the pool, cosines

`vectors.bin` is a row of blocks of 4,096 texts: of each text the signs of its vector less the mean (1 bit a dimension),
and the vector itself in 8 bits a dimension with a scale: 436 bytes for 384 dimensions. A search counts the signs that
differ from the query's, over all, and compares the vectors of the nearest by them: Hamming distances after
Charikar 2002, "Similarity estimation techniques from rounding algorithms", then cosines.

`manifest.json` is written last, after each block: how many rows are there, of which base and which texts, and the
SHA-256 of the file. What lies behind them is not looked at. Texts that came at the end are added; where others
changed, everything is computed anew.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from assistant.errors import UserError
from assistant.pool import Pool
from assistant.types import Record

__all__ = ["BLOCK", "Manifest", "Vectors", "build", "verify"]

BLOCK: Final = 4096
AT_ONCE = 64
"""Blocks whose signs are compared at a time: 12 MB for 384 dimensions."""
EXACT = 4 * BLOCK
"""Up to so many rows, all are compared."""
WIDE = 1024
"""The fewest rows that the signs let through."""
WAIT_SECONDS = 10.0
"""For another that builds the same index."""
PIECE = 256
"""Texts embedded at a time."""
Numbers = np.ndarray[Any, np.dtype[Any]]
Embed = Callable[[Sequence[Any]], Any]


class Manifest(Record):
    """`texts`: SHA-256 of the numbers of the first `rows` texts; `sha256`: of their blocks; `mean`: of the first."""

    format: int = 1
    base: str
    rows: int
    width: int
    texts: str
    sha256: str
    mean: tuple[float, ...]


def _block(width: int) -> np.dtype[Any]:
    words = -(-width // 64)
    return np.dtype([("signs", "<u8", (words, BLOCK)), ("scale", "<f4", (BLOCK,)), ("codes", "i1", (BLOCK, width))])


class Vectors:
    """See the module. `rows`: how many of the pool's texts are in it, from the first."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.manifest, self.rows, self.width = manifest, manifest.rows, manifest.width
        self._mean = np.asarray(manifest.mean, dtype=np.float32)
        blocks = -(-self.rows // BLOCK)
        self._blocks = np.memmap(folder / "vectors.bin", dtype=_block(self.width), mode="r", shape=(blocks,))

    @classmethod
    def open(cls, folder: Path, base: str, pool: Pool) -> Vectors | None:
        """The index of this pool; None: there is none yet, or its texts changed.

        Raises:
            UserError: it is of another base, or damaged.
        """
        manifest = _manifest(folder)
        if manifest is None:
            return None
        if manifest.base != base:
            raise UserError(
                f"The index {str(folder)!r} is of the base {manifest.base!r}, and this is {base!r}",
                do="remove it, or open the task with that base",
            )
        if manifest.rows == 0 or manifest.texts != _texts(pool.text_numbers[: manifest.rows]):
            return None
        return cls(folder, manifest)

    def take(self, rows: Sequence[int] | Numbers) -> Numbers:
        """(n, D) vectors of rows, of length about 1."""
        at = np.asarray(rows, dtype=np.int64)
        if not len(at):
            return np.zeros((0, self.width), dtype=np.float32)
        codes, scale = self._blocks["codes"], self._blocks["scale"]
        blocks, places = at // BLOCK, at % BLOCK
        found: Numbers = codes[blocks, places].astype(np.float32) * scale[blocks, places][:, None]
        return found

    def block(self, number: int) -> tuple[int, Numbers]:
        """The first row of a block, and the (n, D) vectors in it."""
        start = number * BLOCK
        there = min(BLOCK, self.rows - start)
        one = self._blocks[number]
        return start, one["codes"][:there].astype(np.float32) * one["scale"][:there, None]

    @property
    def blocks(self) -> int:
        return len(self._blocks)

    def search(self, query: Numbers, number: int, among: Numbers | None = None) -> tuple[Numbers, Numbers]:
        """The rows nearest in meaning, nearest first, and their cosines.

        Args:
            query: (D,) of length 1.
            among: (N,) flags of the rows that count; None: all.
        """
        query = np.asarray(query, dtype=np.float32)
        rows = np.arange(self.rows) if self.rows <= EXACT else self._alike(query, max(WIDE, 8 * number), among)
        if among is not None:
            rows = rows[among[rows]]
        cosines = self.take(rows) @ query
        best = np.argsort(-cosines, kind="stable")[:number]
        return rows[best], cosines[best]

    def _alike(self, query: Numbers, number: int, among: Numbers | None) -> Numbers:
        """The rows with the fewest signs that differ from the query's, ascending."""
        signs = _signs((query - self._mean)[None])[:, 0]
        apart = np.empty((self.blocks, BLOCK), dtype=np.uint16)
        stored = self._blocks["signs"]
        for start in range(0, self.blocks, AT_ONCE):
            some = slice(start, start + AT_ONCE)
            np.sum(np.bitwise_count(stored[some] ^ signs[None, :, None]), axis=1, dtype=np.uint16, out=apart[some])
        flat = apart.reshape(-1)[: self.rows]
        if among is not None:
            flat = np.where(among[: self.rows], flat, np.uint16(2**16 - 1))
        number = min(number, self.rows)
        return np.sort(np.argpartition(flat, number - 1)[:number])


def build(
    folder: Path,
    base: str,
    pool: Pool,
    embed: Embed,
    progress: Callable[[int], bool] = lambda rows: True,
) -> bool:
    """Embed what is not embedded yet. True: all is there; False: `progress` said to stop.

    Args:
        embed: inputs to (n, D) vectors of length 1.
        progress: is told the rows done; False stops, and what was done since the last block is lost.

    Raises:
        UserError: the index there is of another base, damaged, or can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            return _build(folder, base, pool, embed, progress)
    except OSError as wrong:
        raise UserError(f"The index {str(folder)!r} can't be written: {wrong.strerror}", do="make room") from wrong


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One builder at a time: an empty SQLite file that stays locked, as for servers; it ends with its process."""
    lock = sqlite3.connect(folder / "lock", timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as wrong:
        lock.close()
        raise UserError(
            f"Another process reads the texts of {folder.name!r} already", do="wait until it is done, or stop it"
        ) from wrong
    try:
        yield
    finally:
        lock.close()


def _build(folder: Path, base: str, pool: Pool, embed: Embed, progress: Callable[[int], bool]) -> bool:
    there = Vectors.open(folder, base, pool)
    numbers, total = pool.text_numbers, len(pool.rows)
    if there is not None and there.rows == total:
        return True
    kept = there.rows // BLOCK if there else 0
    mean = there._mean if there else None
    path = folder / "vectors.bin"
    if not kept:
        path.unlink(missing_ok=True)  # whoever has it open goes on with what they have
    with path.open("r+b" if kept else "w+b") as file:
        sha = hashlib.sha256()
        if kept and there:
            size = _block(there.width).itemsize
            for _ in range(kept):
                sha.update(file.read(size))
            # written over, not cut off: another process may have the rest mapped
        for start in range(kept * BLOCK, total, BLOCK):
            vectors = _embedded(pool, range(start, min(start + BLOCK, total)), embed, progress)
            if vectors is None:
                return False
            mean = vectors.mean(0) if mean is None else mean
            block = _packed(vectors, mean).tobytes()
            file.write(block)
            file.flush()
            os.fsync(file.fileno())
            sha.update(block)
            rows = start + len(vectors)
            said = Manifest(
                base=base, rows=rows, width=vectors.shape[1], texts=_texts(numbers[:rows]),
                sha256=sha.hexdigest(), mean=tuple(map(float, mean)),
            )  # fmt: skip
            _write(folder, said)
    return True


def _embedded(pool: Pool, rows: range, embed: Embed, progress: Callable[[int], bool]) -> Numbers | None:
    """(n, D) vectors of these rows; None: it was stopped."""
    parts = []
    for start in range(rows.start, rows.stop, PIECE):
        if not progress(start):
            return None
        some = range(start, min(start + PIECE, rows.stop))
        parts.append(np.asarray(embed([pool.rows[row].input for row in some]), dtype=np.float32))
    return np.concatenate(parts)


def _packed(vectors: Numbers, mean: Numbers) -> Numbers:
    """A block of up to 4,096 vectors; what is missing in the last one is zero."""
    block: Numbers = np.zeros(1, dtype=_block(vectors.shape[1]))
    scale = np.maximum(np.abs(vectors).max(axis=1), 1e-12) / 127
    block["scale"][0, : len(vectors)] = scale
    block["codes"][0, : len(vectors)] = np.rint(vectors / scale[:, None])
    block["signs"][0, :, : len(vectors)] = _signs(vectors - mean)
    return block


def _signs(vectors: Numbers) -> Numbers:
    """(words, n) the signs of (n, D) vectors, 64 a word."""
    bits = np.packbits(vectors > 0, axis=1)
    bits = np.pad(bits, ((0, 0), (0, -bits.shape[1] % 8)))
    return np.ascontiguousarray(bits.view("<u8").T)


def _texts(numbers: Numbers) -> str:
    return hashlib.sha256(np.ascontiguousarray(numbers, dtype="<u8").tobytes()).hexdigest()


def _manifest(folder: Path) -> Manifest | None:
    try:
        return Manifest.model_validate_json((folder / "manifest.json").read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as wrong:
        raise UserError(f"The index {str(folder)!r} is damaged", do="remove it: it can be built again") from wrong


def _write(folder: Path, manifest: Manifest) -> None:
    aside = folder / "manifest.new"
    with aside.open("w", encoding="utf-8") as file:
        file.write(manifest.model_dump_json())
        file.flush()
        os.fsync(file.fileno())
    aside.replace(folder / "manifest.json")


def verify(folder: Path) -> None:
    """Raises UserError where the file is not what the manifest says."""
    manifest = _manifest(folder)
    if manifest is None:
        return
    size = -(-manifest.rows // BLOCK) * _block(manifest.width).itemsize
    sha = hashlib.sha256()
    with (folder / "vectors.bin").open("rb") as file:
        while size > 0 and (some := file.read(min(size, 2**20))):
            sha.update(some)
            size -= len(some)
    if size or sha.hexdigest() != manifest.sha256:
        raise UserError(f"The index {str(folder)!r} is damaged", do="remove it: it can be built again")
