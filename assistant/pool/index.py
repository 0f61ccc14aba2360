"""The index of a task's texts: where it lies, how far it is, and how it is built beside the chat.

    bench.index.now()        -> Vectors of what was read so far, or None
    bench.index.read(60)     -> False: a minute was not enough; the next call goes on

Vectors are the base's, without any adapter, so that a training leaves them as they are. A few texts are read at once
where they are needed; many are read by a job (`what` is "embed"), a slice at a time, between which trainings come.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from assistant.pool.vectors import BLOCK, Vectors, build

if TYPE_CHECKING:
    from assistant.workbench import Workbench

__all__ = ["EMBED", "FEW", "Index"]

EMBED: Final = "embed"
"""What such a job is."""
FEW: Final = 2_000
"""So many texts are read at once: some seconds."""
GLANCE = 16
"""Blocks that are scored each time a next example is chosen: 65,536 texts, so that no turn waits for all."""


class Index:
    """See the module."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self._lock, self._reading = RLock(), RLock()
        self._open: tuple[int, Vectors | None] | None = None
        self._scored: tuple[str, Any, list[int]] | None = None

    @property
    def total(self) -> int:
        """How many texts there are."""
        return len(self.bench.examples.rows)

    @property
    def few(self) -> bool:
        return self.total <= FEW

    def folder(self) -> Path:
        """One for each task's data and base."""
        name = re.sub(r"[^\w.-]", "_", self.bench.task.name)[:60]
        mark = hashlib.sha256(f"{self.bench.task.name} {self._base()}".encode()).hexdigest()[:8]
        return self.bench.settings.folder / "vectors" / f"{name}-{mark}"

    def now(self) -> Vectors | None:
        """What was read so far; None: nothing yet.

        Raises:
            UserError: it is damaged.
        """
        folder = self.folder()
        try:
            written = (folder / "manifest.json").stat().st_mtime_ns
        except FileNotFoundError:
            return None
        with self._lock:
            if self._open is None or self._open[0] != written:
                self._open = written, Vectors.open(folder, self._base(), self.bench.examples)
            return self._open[1]

    def read(self, seconds: float = float("inf"), progress: Callable[[float], bool] = lambda share: True) -> bool:
        """Read on. True: all is read; False: the time is over, or `progress` (a share, in [0, 1]) said to stop."""
        until, begun = time.monotonic() + seconds, False

        def go_on(rows: int) -> bool:
            nonlocal begun
            wanted = progress(rows / max(1, self.total))
            # at a block's end only, so that nothing is read in vain; the first one is always read
            over = begun and rows % BLOCK == 0 and time.monotonic() > until
            begun = True
            return wanted and not over

        with self._reading:
            return build(self.folder(), self._base(), self.bench.examples, self.embed, go_on)

    def embed(self, inputs: Any) -> Any:
        """(n, D) vectors of the base, of length 1."""
        with self.bench.model() as model, model.base():
            return model.embed(inputs)

    def askable(self) -> Any:
        """(N,) flags of the examples worth asking about."""
        flags = np.zeros(self.total, dtype=bool)
        flags[self.bench.examples.askable] = True
        return flags

    def doubts(self, vectors: Vectors, version: str, head: tuple[Any, Any], seed: int) -> Any:
        """(N,) how torn a version is about each text, in [0, 1], by its head on what is stored; NaN: not looked at yet.

        Each call looks at some more of the texts, in an order that is random and the same for a version.

        Args:
            head: (D, C) weights and (C,) bias, in nats.
        """
        with self._lock:
            if self._scored is None or self._scored[0] != version or len(self._scored[1]) != vectors.rows:
                order = np.random.default_rng(seed).permutation(vectors.blocks).tolist()
                self._scored = version, np.full(vectors.rows, np.nan, dtype=np.float32), order
            _, doubts, left = self._scored
            for _ in range(min(GLANCE, len(left))):
                start, block = vectors.block(left.pop())
                doubts[start : start + len(block)] = _torn(block @ head[0] + head[1])
            return doubts

    def _base(self) -> str:
        return self.bench.base_id


def _torn(logits: Any) -> Any:
    """(n,) in [0, 1]: 1 less the margin of the two likeliest (Scheffer et al. 2001); NaN where there is but one."""
    if logits.shape[1] < 2:
        return np.full(len(logits), np.nan, dtype=np.float32)
    logits = logits - logits.max(axis=1, keepdims=True)
    chances = np.exp(logits)
    chances /= chances.sum(axis=1, keepdims=True)
    two = np.partition(chances, -2, axis=1)[:, -2:]
    return 1 - (two[:, 1] - two[:, 0])
