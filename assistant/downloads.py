"""Files for other tools that a task with a goal can make: its best outputs, and the goal itself.

    best(bench, goal, Path("best.sdf"), 100).said          ->  "100 by v2, worth 0.97 to 0.81"
    download(bench, goal, "scoring.toml", folder).path     ->  folder/molecule-scoring.toml

The task says which files (`Task.downloads`) and the goal writes them, so that commands and page make the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import UserError
from assistant.steer import made
from assistant.types import Output

if TYPE_CHECKING:
    from assistant.tasks import Goal
    from assistant.workbench import Workbench

__all__ = ["Made", "best", "download", "wanted"]


@dataclass(frozen=True)
class Made:
    """The file at `path`; what is `said` of it, without a full stop; the `outputs` in it, the best first."""

    path: Path
    said: str
    outputs: tuple[Output, ...] = ()


def best(bench: Workbench, goal: Goal, out: Path, count: int) -> Made:
    """Write the `count` best of what the live version makes.

    Raises:
        UserError: the ending of `out` is none of the goal's, or nothing that is made obeys all that must hold.
    """
    if out.suffix.lower() not in goal.formats:
        raise UserError(f"The file {out.name!r} ends in {out.suffix!r}", f"one of: {', '.join(goal.formats)}")
    outputs, version = made(bench, goal, count), bench.live_name()
    if not outputs:
        raise UserError(f"Nothing that {version} makes holds to all that must hold", do="take a limit back, or train")
    goal.write([output.value for output in outputs], out)
    worth = [output.score for output in outputs if output.score is not None]
    shown = f", worth {worth[0]:.2f} to {worth[-1]:.2f}" if worth else ""
    return Made(out, f"{len(outputs)} by {version}{shown}", tuple(outputs))


def wanted(bench: Workbench, goal: Goal, out: Path) -> Made:
    """Write the goal as it is by all that was said; what the format has no words for is said."""
    left_out = goal.save(out)
    return Made(out, f"what you want of {bench.task.name!r}" + (f"; {left_out.rstrip('.')}" if left_out else ""))


def download(bench: Workbench, goal: Goal | None, name: str, folder: Path, count: int) -> Made:
    """The task's file `name` ("best.sdf"), written into `folder`, with the task's name before its own.

    Raises:
        UserError: the task has no such file, or nothing can be in it.
    """
    offered = {one.name: one for one in bench.task.downloads}
    if goal is None or name not in offered:
        there = f"there is: {', '.join(offered)}" if offered else "it has none"
        raise UserError(f"The task {bench.task.name!r} has no file {name!r}", there)
    out = folder / f"{bench.task.name}-{name}".replace("/", "-")
    return best(bench, goal, out, count) if offered[name].of == "outputs" else wanted(bench, goal, out)
