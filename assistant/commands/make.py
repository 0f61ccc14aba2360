"""Tasks with a goal, molecules say: `sayso make` writes what the live version makes, `sayso goal` what is wanted.

sayso make --task molecule --count 200 --out best.sdf     (.smi, .csv or .sdf)
sayso goal --task molecule --out scoring.toml             for REINVENT 4
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.commands import AsJson, Home, Which, note, say, store, workbench

__all__ = ["goal", "make"]


def make(
    out: Annotated[Path, typer.Option(help="A new file; its ending says the format.")],
    count: Annotated[int, typer.Option(help="How many, the best first.", min=1, max=100_000)] = 100,
    task: Which = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Write the best of what the live version makes, by all that was said."""
    from assistant.downloads import best

    _free(out)
    with store(home) as opened:
        bench = workbench(opened, task, home)
        for said in bench.task.notes:
            note(said)
        made = best(bench, bench.wanted(), out, count)
    plain = [output.model_dump(mode="json", include={"value", "score", "adapter"}) for output in made.outputs]
    say(as_json, plain, f"{out}: {made.said}.")


def goal(
    out: Annotated[Path, typer.Option(help="A new file.")],
    task: Which = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Write the goal itself, as it is by all that was said, for other tools."""
    _free(out)
    with store(home) as opened:
        bench = workbench(opened, task, home)
        for said in bench.task.notes:
            note(said)
        left_out = bench.wanted().save(out)
    if left_out:
        note(left_out)
    say(as_json, {"file": str(out), "left_out": left_out}, f"{out}: the goal of {bench.task.name!r}.")


def _free(out: Path) -> None:
    from assistant.errors import UserError

    if out.exists():
        raise UserError(f"The file {str(out)!r} is there already", do="name another")
