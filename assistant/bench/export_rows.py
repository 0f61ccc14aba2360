"""How fast does feedback leave? A million pieces, to Parquet and to TRL, with card, manifest and pseudonyms.

The rows are made once, 5,000 of them, and come again and again, so that making them takes no time; each export runs in
a process of its own, whose peak memory counts. Reading the rows from SQLite, as `sayso export` does, is measured apart,
on fewer: there, most time goes into checking each record as it is read.
"""

from __future__ import annotations

import multiprocessing
import re
import resource
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from assistant.bench import Benchmark, Result, bench
from assistant.exports import Row
from assistant.types import Context, Critique, Evidence, Label, OnScreen, Preference, Reading

TURN = 50  # pieces of feedback to one critique, where they are stored
READING = Reading(acts=(), confidence=0.93)


def run(folder: Path, count: int = 1_000_000, stored: int = 20_000) -> Result:
    speeds, peaks = zip(*(_apart(_exported, name, count) for name in ("parquet", "trl_preference")), strict=True)
    from_store, _ = _apart(_stored, stored)
    figures = {
        "rows/s, the slower of both": min(speeds),
        "rows/s to Parquet": speeds[0],
        "rows/s to TRL": speeds[1],
        "MB at the peak": max(peaks),
        "rows/s from SQLite to Parquet": from_store,
    }
    return Result(figures, note=f"{count:,} pieces of feedback, {stored:,} from SQLite")


def _apart(work: object, *given: object) -> tuple[float, float]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found: tuple[float, float] = pool.apply(work, given)  # type: ignore[arg-type]
    return found


def _exported(name: str, count: int) -> tuple[float, float]:
    """Rows per second, and the peak of memory in MB."""
    from assistant.exports._card import export

    pool = [_row(number) for number in range(min(5_000, count))]
    with tempfile.TemporaryDirectory() as folder:
        export(name, pool[:2], Path(folder) / "before", task="mail")  # imports before the clock
        started = time.perf_counter()
        manifest = export(name, islice(cycle(pool), count), Path(folder) / "out", task="mail")
        seconds = time.perf_counter() - started
    return manifest.feedback / seconds, _peak()


def _stored(count: int) -> tuple[float, float]:
    from assistant.exports._card import export
    from assistant.store import Store

    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/sayso.db") as store:
        conversation = store.start_conversation("mail", "ann")
        for start in range(0, count, TURN):
            critique = _critique(conversation, start)
            said = list(_feedback(critique.id, f"reading-{start}", range(start, min(start + TURN, count))))
            store.record(critique, READING, "embedded", "1", said)
        started = time.perf_counter()
        manifest = export("parquet", store.export_rows("mail"), Path(folder) / "out", task="mail")
        seconds = time.perf_counter() - started
    return manifest.rows / seconds, _peak()


def _peak() -> float:
    """The most memory that this process had, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # in `ru_maxrss`, what the process that started this one had counts, too
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) / 1024  # type: ignore[index]
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _row(number: int) -> Row:
    [said] = _feedback(f"critique-{number}", f"reading-{number}", [number])
    return Row(
        feedback=said, words="no, that's a complaint: they want their money back", reading=READING.contract(),
        parser="embedded", parser_version="1", confidence=0.93, confirmed=True, output="order", conversation="c1",
    )  # fmt: skip


def _critique(conversation: str, number: int) -> Critique:
    shown = OnScreen(id="#1", input="My parcel arrived broken.", value="order", example_id=f"e{number}")
    words = "no, that's a complaint: they want their money back"
    return Critique(conversation=conversation, author="ann", text=words, context=Context(outputs=(shown,)))


def _feedback(critique: str, reading: str, numbers: range | list[int]) -> Iterator[Label | Preference]:
    """Labels with their reason, and preferences, in turn."""
    for number in numbers:
        given = f"My parcel {number} arrived broken. I want my money back, and an answer this week!"
        origin = {"task": "mail", "critique": critique, "reading": reading, "example_id": f"e{number}"}
        author = f"person{number % 7}"
        if number % 2:
            why = (Evidence(text="want my money back"),)
            yield Label(**origin, author=author, input=given, op="is", value="complaint", evidence=why)
        else:
            better, worse = f"We are sorry about parcel {number}: the money is on its way.", "Noted."
            yield Preference(**origin, author=author, input=given, chosen=better, rejected=worse)


@bench
def export_rows() -> Benchmark:
    """Feedback exported per second."""
    return Benchmark(
        what="export of 1,000,000 pieces of feedback, to Parquet and to TRL's preferences",
        data="made",
        people="none",
        reference="none",
        target=50_000,
        better="higher",
        run=run,
        unit="rows/s",
    )
