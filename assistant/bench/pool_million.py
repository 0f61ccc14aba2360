"""A pool of a million texts: how long until the next one is chosen, and until a search is answered? Two cores.

The texts are made by a grammar, and so are their vectors: unit vectors in 1,000 clusters stand for embeddings, because
to embed a million texts takes the better part of an hour. What is timed does not depend on what they mean; the 48
candidates of a next example are asked of the real model. Everything is measured in a process of its own, first with
nothing of the pool and the index in the system's cache ("cold", where the system lets go of it), then warm.

CPU figures are the process's own time: they tell what it would be where nothing else runs.
"""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from assistant.bench import Benchmark, Result, bench
from assistant.bench._desk import desk
from assistant.errors import UserError

NEXT_MS, SEARCH_MS = 300.0, 100.0
WIDTH, CLUSTERS, LABELLED, SEARCHES, NEXTS, EXACT = 384, 1000, 100, 20, 12, 3
THINGS = ("parcel", "order", "refund", "invoice", "driver", "website", "courier", "shop", "reply", "ticket", "lamp")
STATES = ("late", "broken", "lovely", "rude", "quick", "lost", "wrong", "missing", "friendly", "cold", "torn", "silent")
LABELS = ("complaint", "praise")


def run(folder: Path, rows: int = 1_000_000) -> Result:
    _child("prepare", folder, rows)
    for file in [*folder.rglob("*.arrow"), *folder.rglob("vectors.bin")]:
        _let_go(file)
    figures = _child("measure", folder, rows)
    worst = max(figures["next, warm"] / NEXT_MS, figures["search, warm"] / SEARCH_MS)
    note = f"{rows:,} made texts and made vectors; the model is real; ms, except seconds and MB where said"
    return Result({"slower of both, against its bound": worst, **figures}, note=note)


def _child(what: str, folder: Path, rows: int) -> dict[str, float]:
    command = [sys.executable, "-m", "assistant.bench.pool_million", what, str(folder), str(rows)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise UserError(f"The benchmark's process ended with {done.returncode}", do="look at what it said")
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _let_go(file: Path) -> None:
    """Ask the system to drop what it has of a file in its cache."""
    if hasattr(os, "posix_fadvise"):
        with file.open("rb") as opened:
            os.fsync(opened.fileno())
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


# --- what is measured on --------------------------------------------------------------------------------------


def prepare(folder: Path, rows: int) -> dict[str, float]:
    """The file, the pool, the index, and a first version."""
    with (folder / "million.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text", "label"])
        writer.writerows(_texts(rows))
    started = time.perf_counter()
    with desk(folder / "home", data=str(folder / "million.csv")) as session:
        print(f"pool made in {time.perf_counter() - started:.1f} s", file=sys.stderr)
        session.bench.index.embed = Made()  # type: ignore[method-assign]
        started = time.perf_counter()
        session.bench.index.read()
        print(f"index made in {time.perf_counter() - started:.1f} s", file=sys.stderr)
        session.next()
        session.learn()
        if session.store.live(session.name) is None:
            session.use("v1")
    return {}


def _texts(rows: int) -> Iterator[tuple[str, str, str]]:
    """(id, text, label) of each; the first `LABELLED` have a label."""
    rng = random.Random(0)
    for n in range(rows):
        thing, other = rng.choice(THINGS), rng.choice(THINGS)
        text = f"My {thing} was {rng.choice(STATES)}, and the {other} {n} is {rng.choice(STATES)}."
        yield f"r{n}", text, rng.choice(LABELS) if n < LABELLED else ""


class Made:
    """Unit vectors around centres, for one batch of texts after the other."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(0)
        self.centres = self.rng.standard_normal((CLUSTERS, WIDTH), dtype=np.float32)

    def __call__(self, inputs: Sequence[Any]) -> Any:
        at = self.rng.integers(CLUSTERS, size=len(inputs))
        found = self.centres[at] + self.rng.standard_normal((len(inputs), WIDTH), dtype=np.float32)
        return found / np.linalg.norm(found, axis=1, keepdims=True)


# --- what is measured -----------------------------------------------------------------------------------------


def measure(folder: Path, rows: int) -> dict[str, float]:
    from assistant.asking.choose import choose

    started = time.perf_counter()
    with desk(folder / "home", data=str(folder / "million.csv")) as session:
        pool = session.bench.examples
        figures = {"opened, s": time.perf_counter() - started, "rows": float(len(pool.unknown))}
        with session.bench.model() as model:
            model.predict(["warm"])
        index = session.bench.index.now()
        assert index is not None
        queries = _queries(index, SEARCHES)
        figures |= _timed("search", [partial(index.search, query, 50) for query in queries])
        figures |= _timed("next", [lambda: _next(session, choose)] * NEXTS)
        figures |= _timed("search, words to list", [lambda: session.find.search("late parcels")] * 8)
        figures |= _timed("search, rare words", [lambda: session.find.search("refund torn 4711", by="words")] * 4)
        figures["recall of 10"] = _recall(index, queries[:EXACT])
        figures["MB at the peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        figures["MB of its own"] = _own_megabytes()
    return figures


def _next(session: Any, choose: Callable[..., Any]) -> None:
    """The next one chosen; and shown, outside of what is asked, so that it does not come again."""
    choose(session.bench, session.conversation)


def _timed(what: str, calls: Sequence[Callable[[], Any]]) -> dict[str, float]:
    """ms: the first call, the median and the longest of the others, and the median of the CPU time."""
    walls, cpus = [], []
    for call in calls:
        wall, cpu = time.perf_counter(), time.process_time()
        call()
        walls.append(1000 * (time.perf_counter() - wall))
        cpus.append(1000 * (time.process_time() - cpu))
    return {
        f"{what}, warm": statistics.median(walls[1:]),
        f"{what}, cold": walls[0],
        f"{what}, longest": max(walls[1:]),
        f"{what}, CPU": statistics.median(cpus[1:]),
    }


def _queries(index: Any, number: int) -> list[Any]:
    """Near some of the texts, and equal to none."""
    rng = np.random.default_rng(1)
    found = index.take(rng.integers(index.rows, size=number)) + 0.02 * rng.standard_normal((number, index.width))
    return [row / np.linalg.norm(row) for row in found.astype(np.float32)]


def _recall(index: Any, queries: Sequence[Any]) -> float:
    """The share of the ten nearest of all, compared one by one, that a search finds."""
    cosines = np.concatenate([index.block(number)[1] @ np.stack(queries, 1) for number in range(index.blocks)])
    shares = []
    for place, query in enumerate(queries):
        best = set(np.argpartition(-cosines[:, place], 10)[:10].tolist())
        shares.append(len(best & set(index.search(query, 10)[0].tolist())) / 10)
    return statistics.mean(shares)


def _own_megabytes() -> float:
    """Memory that is no mapped file's."""
    import psutil

    seen = psutil.Process().memory_info()
    return float(seen.rss - getattr(seen, "shared", 0)) / 2**20


@bench
def pool_million() -> Benchmark:
    """The next example, and a search, among a million texts."""
    return Benchmark(
        what="1,000,000 texts: next item chosen against 300 ms, search answered against 100 ms, the slower of both",
        data="made",
        people="none",
        reference="none",
        target=1.0,
        better="lower",
        run=run,
        unit="×",
    )


if __name__ == "__main__":
    made = {"prepare": prepare, "measure": measure}[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
    print(json.dumps(made))
