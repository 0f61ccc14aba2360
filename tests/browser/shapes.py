"""A tiny task with a goal, for tests of the grid: SMILES of a tiny model, drawn as letters that can be marked.

"C1CCNCC1" is a row of letters, each under a circle with `data-atom`; shorter ones are worth more. The worker, a process
of its own, finds the task as it finds any other distribution's: by entry points (`install`).
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from assistant.tasks import Task, View, task
from assistant.types import Example, Measure, Output, Property, Report, Vocabulary
from tests.short import Short

__all__ = ["install", "shapes"]

STEP = 12
"""Pixels from letter to letter."""
COLUMNS = 12
ENTRY_POINTS = """[sayso]
task.shapes = tests.browser.shapes:shapes
parser.signs = tests.browser.signs:signs
"""


def install(folder: Path) -> Path:
    """Write a distribution whose entry points are the task and the parser, for PYTHONPATH."""
    info = folder / "shapes-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shapes\nVersion: 1\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    return folder


def drawn(value: str, place: str) -> str:
    """A picture of the letters, each a part."""
    marks = []
    for n, letter in enumerate(value):
        x, y = STEP * (n % COLUMNS) + 8, 2 * STEP * (n // COLUMNS) + 14
        marks.append(f'<text x="{x}" y="{y + 4}" text-anchor="middle" fill="currentColor">{escape(letter)}</text>')
        marks.append(f'<circle class="atom" data-atom="{n}" cx="{x}" cy="{y}" r="6"/>')
    return f'<svg viewBox="0 0 150 70" width="150" data-output="{place}" role="img">{"".join(marks)}</svg>'


def render(example: Example, outputs: Sequence[Output]) -> View:
    cells = tuple(drawn(output.value, f"#{place}") for place, output in enumerate(outputs, 1))
    return View(html="", cells=cells, said=f"{len(outputs)} shapes")


def changes(report: Report) -> str:
    named = {one.name: one for one in report.measures}
    score = named.get("score", Measure(name="score", before=0.0, after=0.0))
    return f"<p>The letters became fewer: {score.before:.2f}, {score.after:.2f}.</p>"


@task
def shapes(base: str | None = None) -> Task:
    """Short rows of letters."""

    def model() -> Any:
        from adapters.models import family

        return family.get("smiles")(base=base, rank=4)

    return Task(
        model=model,
        examples=lambda: [Example(id="any", input="")],
        vocabulary=Vocabulary(properties=(Property(name="letters"),)),
        render=render,
        outputs=12,
        goal=lambda said: Short(said, longest=30),
        part=lambda value, parts: "".join(str(value)[n] for n in parts),
        changes=changes,
        metric="score",
        help=("no chlorine", "2 is good"),
    )
