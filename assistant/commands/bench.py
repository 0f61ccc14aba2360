"""`sayso bench` measures what the project promises; `sayso train-parser` makes the parser's weights anew.

sayso bench parser --mine       -> how right the parser is on what a team confirmed, corrected and rejected
sayso train-parser --mine       -> the parser learns from that, into the home folder
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands import AsJson, Home, Which, name_of, note, say, store

if TYPE_CHECKING:
    from assistant.parsers._mine import Judged
    from assistant.parsers._rows import Row

__all__ = ["bench", "train_parser"]

HOME_WEIGHTS = "parser.safetensors"


def bench(
    ids: Annotated[list[str] | None, typer.Argument(help="Rows to run; none: list them.")] = None,
    seeds: Annotated[int | None, typer.Option(help="How many seeds, instead of the row's own.", min=1)] = None,
    table: Annotated[bool, typer.Option("--table", help="Write docs/benchmarks.md anew, and run nothing.")] = False,
    mine: Annotated[
        bool, typer.Option("--mine", help="With `parser`: on what your team confirmed, corrected and rejected.")
    ] = False,
    task: Which = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """List the benchmark's rows, or run some."""
    from assistant.bench import _run
    from assistant.bench import bench as registry
    from assistant.errors import UserError

    if mine and (ids != ["parser"] or seeds is not None or table):
        raise UserError("--mine measures the parser only, and once", do="run: sayso bench parser --mine")
    if not mine and (task is not None or home is not None):
        raise UserError("--task and --home go with --mine", "a row brings its own data")
    if mine:
        from assistant.parsers._mine import figures, told

        found = figures(_judged(task, home))
        say(as_json, found, told(found))
    elif table:
        path = _run.write_table(_run.records())
        say(as_json, {"file": str(path)}, f"{path} is written.")
    elif not ids:
        rows = _run.rows()
        say(as_json, rows, _run.listing(rows))
    else:
        for id in ids:
            registry.get(id)  # a row that isn't there is said before the first has run for an hour
        done = []
        for id in ids:
            note(f"Running {id} …")
            done.append(_run.run(id, seeds))
        say(as_json, done[0] if len(done) == 1 else done, "\n".join(_run.told(one) for one in done))


def train_parser(
    out: Annotated[
        Path | None, typer.Option(help="Where to write the weights [default: into the package; --mine: into the home].")
    ] = None,
    critiques: Annotated[
        Path | None, typer.Option(help="A file or a folder of critiques with gold readings [default: ours].")
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(help="How often each is learned from [default: the plan's].", min=1)
    ] = None,
    start: Annotated[
        Path | None, typer.Option(help="Weights to go on from [default: MiniLM alone; with --mine, the present ones].")
    ] = None,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    mine: Annotated[
        bool, typer.Option("--mine", help="Go on from the present weights, with what your team confirmed or corrected.")
    ] = False,
    task: Which = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Train the embedded parser from written critiques, or from your team's own."""
    from assistant.commands._replacing import replacing
    from assistant.errors import UserError
    from assistant.parsers._net import WEIGHTS
    from assistant.parsers._teach import Plan, teach

    if not mine and (task is not None or home is not None):
        raise UserError("--task and --home go with --mine", "written critiques bring their own tasks")
    if start is not None and not start.is_file():
        raise UserError(f"There are no weights at {str(start)!r}", do="name a file that `sayso train-parser` wrote")
    rows, target = _critiques(critiques), out or WEIGHTS
    if mine:
        own = _home_weights(home)
        start, target = start or (own if own.is_file() else WEIGHTS), out or own
        if target.resolve().is_relative_to(WEIGHTS.resolve().parent):
            raise UserError(
                "What a team said is not written into the package", do="name another file with --out, or none"
            )
        rows = _with_own(rows, task, home, seed)
    plan = Plan(seed=seed) if epochs is None else Plan(seed=seed, epochs=epochs)
    with replacing(target) as aside:
        figures = teach(aside, rows, plan, note, start=start)
    measured = {name: figure if math.isfinite(figure) else None for name, figure in figures.items()}
    text = "\n".join(f"{name}: {'–' if figure is None else f'{figure:.3f}'}" for name, figure in measured.items())
    say(as_json, {"file": str(target), "rows": len(rows), "figures": measured}, f"{text}\n{target} is written.")


def _critiques(path: Path | None) -> list[Row]:
    """The written critiques that have a gold reading.

    Raises:
        UserError: there are none.
    """
    from assistant.errors import UserError
    from assistant.parsers._rows import CRITIQUES, read_rows

    rows = [row for row in read_rows(path or CRITIQUES) if row.gold is not None]
    if not rows:
        raise UserError(f"{str(path or CRITIQUES)!r} holds no critiques with gold readings")
    return rows


def _with_own(ours: list[Row], task: str | None, home: Path | None, seed: int) -> list[Row]:
    from assistant.errors import UserError
    from assistant.parsers._mine import gold_rows, mixed

    own = gold_rows(_judged(task, home))
    if not own:
        raise UserError(
            "No reading that stands was confirmed or corrected yet, and from rejected ones nothing can be learned",
            do="say on the reading cards what was meant",
        )
    rows = mixed(own, ours, seed)
    note(f"Learning from {len(own)} of your own and {len(rows) - len(own)} of ours.")
    return rows


def _judged(task: str | None, home: Path | None) -> list[Judged]:
    """The readings that the people of a home judged.

    Raises:
        UserError: there are none.
    """
    from assistant.errors import UserError
    from assistant.parsers._mine import judged

    with store(home) as opened:
        name = None if task is None else name_of(opened, task)
        found = judged(opened, name)
    if not found:
        about = f" of the task {name!r}" if name else ""
        raise UserError(
            f"No reading{about} has been confirmed, corrected or rejected yet",
            do="judge some on the reading cards of the chat, and ask again",
        )
    return found


def _home_weights(home: Path | None) -> Path:
    from assistant.settings import settings

    folder = settings(home=home).folder
    folder.mkdir(parents=True, exist_ok=True)
    return folder / HOME_WEIGHTS
