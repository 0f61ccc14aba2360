"""How long does a turn take? Message sent, reading shown, rule obeyed, the example answered again with its highlights.

Turns in which the parser asks back are counted, but not timed: they are shorter, as nothing is answered again.
"""

from __future__ import annotations

from pathlib import Path

from assistant.bench import Benchmark, Result, bench
from assistant.bench._desk import KINDS, desk, gold, learned_first, middle, turns


def run(folder: Path, count: int = 60) -> Result:
    with desk(folder) as session:
        learned_first(session)
        list(turns(session, len(KINDS), gold()))  # warms up
        found = list(turns(session, count, gold()))
    return Result(middle(found), note="the demo, the embedded parser and encoder; milliseconds")


@bench
def turn_idle() -> Benchmark:
    """A turn, while nothing trains."""
    return Benchmark(
        what="a turn, message to new answer on screen, median; nothing trains",
        data="made",
        people="simulated",
        reference="none",
        target=300,
        better="lower",
        run=run,
        unit="ms",
    )
