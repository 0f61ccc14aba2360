"""A tiny task with a goal, for tests of the grid: SMILES of a tiny model, drawn as letters that can be marked.

"C1CCNCC1" is a row of letters, each under a circle with `data-atom`; shorter ones are worth more. The worker, a process
of its own, finds the task as it finds any other distribution's: by entry points (`install`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from assistant.parsers import Parser, parser
from assistant.parsers.scripted import scripted
from assistant.tasks import More, Task, View, task
from assistant.types import (
    Constraint,
    Example,
    Feedback,
    Highlight,
    Measure,
    Output,
    Property,
    Report,
    Vocabulary,
)  # fmt: skip

__all__ = ["shapes", "signs"]

STEP = 12
"""Pixels from letter to letter."""
COLUMNS = 12
ENTRY_POINTS = """[sayso]
task.shapes = tests.browser.shapes:shapes
parser.signs = tests.browser.shapes:signs
"""


def install(folder: Path) -> Path:
    """Write a distribution whose entry points are the task and the parser, for PYTHONPATH."""
    info = folder / "shapes-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shapes\nVersion: 1\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    return folder


def _rule(value: str, operator: str = "not_contains") -> dict[str, Any]:
    rule = {"property": "letters", "operator": operator, "value": value, "strength": "must", "scope": "task"}
    return {"acts": [{"kind": "constraint", "targets": ["all"], "constraint": rule | {"when": None}}]}


SENTENCES = {
    "no chlorine": _rule("Cl"),
    "This must stay": _rule("zz"),
    "Lose this": _rule("yy"),
    "2 is good": {"acts": [{"kind": "label", "targets": ["#2"], "label": {"op": "is", "value": None}}]},
}


@parser
def signs() -> Parser:
    return scripted(SENTENCES)


@dataclass(frozen=True)
class Short:
    """Shorter SMILES are worth more; what holds what is forbidden is worth nothing."""

    said: Sequence[Feedback]
    notes: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()

    def score(self, values: Sequence[Any]) -> np.ndarray[Any, Any]:
        forbidden = [f.value for f in self.said if isinstance(f, Constraint) and f.operator == "not_contains"]
        return np.array([max(0.05, 1 - len(v) / 30) * (not any(part in v for part in forbidden)) for v in values])

    def choose(
        self, example: Example, outputs: list[Output], count: int, more: More, rng: np.random.Generator
    ) -> tuple[list[Output], str]:
        found = {output.value: output for output in [*outputs, *more(32)] if self.score([output.value])[0]}
        return list(found.values())[:count], "the first that obey"

    def explain(self, value: Any) -> tuple[Highlight, ...]:
        return ()

    def inputs(self) -> Sequence[Any]:
        return [""]

    def reward(self) -> Callable[[Sequence[Any]], np.ndarray[Any, Any]]:
        return self.score

    def spread(self, values: Sequence[Any]) -> dict[str, float]:
        return {"diversity": len(set(values)) / max(1, len(values))}

    def measures(self, values: Sequence[Any]) -> dict[str, float]:
        there = [value for value in values if value is not None]
        return {"score": float(self.score(there).mean()), "valid": len(there) / len(values)}

    def view(self) -> str:
        return f"<p>Short ones, by {len(self.said)} pieces of feedback.</p>"


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
        goal=Short,
        part=lambda value, parts: "".join(str(value)[n] for n in parts),
        changes=changes,
        metric="score",
        help=("no chlorine", "2 is good"),
    )
