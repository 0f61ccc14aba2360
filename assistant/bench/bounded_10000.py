"""Does it get slower with time? A turn and a training of 20 critiques, after 10,000 critiques and after 100.

Two homes, one with the short and one with the long history, each learned from before; then rounds on both in turn, so
that whatever else the machine does strikes both alike. The models are loaded anew after the histories were learned:
none of their texts is remembered.
"""

from __future__ import annotations

import statistics
import time
from contextlib import ExitStack
from pathlib import Path

from assistant.bench import Benchmark, Result, bench
from assistant.bench._desk import Timed, desk, give, gold, learned_first, many, timed
from assistant.errors import UserError
from assistant.session import Session

SHORT, LONG, NEW = 100, 10_000, 20


def run(folder: Path, short: int = SHORT, long: int = LONG, rounds: int = 7) -> Result:
    homes = [folder / "short", folder / "long"]
    for home, count in zip(homes, (short, long), strict=True):
        with desk(home) as session:
            session.next()
            give(session, many(count), "history")
            learned_first(session)
    with ExitStack() as closing:
        sessions = [closing.enter_context(desk(home)) for home in homes]
        costs = [[cost(session, number) for session in sessions] for number in range(rounds + 1)][1:]
    after_short, after_long = zip(*costs, strict=True)
    return Result(_figures(after_short, after_long), note=f"after {long:,} critiques against after {short:,}; seconds")


def _figures(short: tuple[tuple[float, float], ...], long: tuple[tuple[float, float], ...]) -> dict[str, float]:
    """From the (turn, training) seconds of each round."""
    figures = {"ratio": statistics.median(map(sum, long)) / statistics.median(map(sum, short))}
    for place, what in enumerate(("turn", "training")):
        figures[f"{what}, short"] = statistics.median(cost[place] for cost in short)
        figures[f"{what}, long"] = statistics.median(cost[place] for cost in long)
    return figures


def cost(session: Session, number: int) -> tuple[float, float]:
    """Seconds of a turn, and of a training of 20 critiques, that turn's among them."""
    turn = _turn(session)
    give(session, many(NEW - 1, start=1_000_000 + number * NEW), f"round-{number}")
    started = time.perf_counter()
    session.learn()
    seconds = time.perf_counter() - started
    if session.versions()[0].kept_back:  # else the next round would learn more
        session.use(session.versions()[0].name)
    return turn.seconds, seconds


def _turn(session: Session, tries: int = 5) -> Timed:
    """A turn that the parser understood; one that it asks back about teaches nothing, so another example comes.

    Raises:
        UserError: it asks back every time.
    """
    for _ in range(tries):
        session.next()
        turn = timed(session, "label", gold())
        if turn.whole:
            return turn
    raise UserError(f"The parser asked back at {tries} plain labels", do="look at what it says with `sayso parse`")


@bench
def bounded_10000() -> Benchmark:
    """The cost after 10,000 critiques, against after 100."""
    return Benchmark(
        what="a turn plus a training of 20 critiques: after 10,000 critiques against after 100",
        data="made",
        people="simulated",
        reference="the history itself is 100 times as long",
        target=1.3,
        better="lower",
        run=run,
        unit="×",
    )
