"""`sayso bench` measures what the project promises; `sayso train-parser` makes the parser's weights anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.commands import AsJson, note, say

__all__ = ["bench", "train_parser"]


def bench(
    ids: Annotated[list[str] | None, typer.Argument(help="Rows to run; none: list them.")] = None,
    seeds: Annotated[int | None, typer.Option(help="How many seeds, instead of the row's own.", min=1)] = None,
    table: Annotated[bool, typer.Option("--table", help="Write docs/benchmarks.md anew, and run nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the benchmark's rows, or run some."""
    from assistant.bench import _run
    from assistant.bench import bench as registry

    if table:
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
    out: Annotated[Path | None, typer.Option(help="Where to write the weights [default: into the package].")] = None,
    critiques: Annotated[Path | None, typer.Option(help="Critiques with gold readings [default: ours].")] = None,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """Train the embedded parser from written critiques."""
    from assistant.parsers._heads import WEIGHTS
    from assistant.parsers._rows import CRITIQUES
    from assistant.parsers._train import train

    figures = train(out or WEIGHTS, critiques or CRITIQUES, seed)
    text = "\n".join(f"{name}: {figure:.3f}" for name, figure in figures.items())
    say(as_json, {"file": str(out or WEIGHTS), "figures": figures}, f"{text}\n{out or WEIGHTS} is written.")
