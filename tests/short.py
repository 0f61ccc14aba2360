"""A goal for tests: SMILES are worth more the shorter they are, and what holds what is forbidden is worth nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from assistant.tasks import Lesson, More
from assistant.types import Constraint, Example, Feedback, Highlight, Output

__all__ = ["Short"]


@dataclass(frozen=True)
class Short:
    """See the module. `longest`: letters from which on nothing can be worth less."""

    said: Sequence[Feedback]
    longest: int = 20
    notes: tuple[str, ...] = ()
    formats: tuple[str, ...] = (".txt",)
    forbidden: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        rules = (f for f in self.said if isinstance(f, Constraint) and f.operator == "not_contains")
        object.__setattr__(self, "forbidden", tuple(rule.value for rule in rules))

    def score(self, values: Sequence[Any], inputs: Sequence[Any] = ()) -> np.ndarray[Any, Any]:
        allowed = [not any(part in value for part in self.forbidden) for value in values]
        return np.array([max(0.05, 1 - len(value) / self.longest) for value in values]) * allowed

    def choose(
        self,
        example: Example,
        outputs: list[Output],
        count: int,
        more: More,
        rng: np.random.Generator,
        shown: Collection[Any] = (),
    ) -> tuple[list[Output], str]:
        there = (output for output in [*outputs, *more(2 * count)] if output.value not in shown)
        found = {output.value: output for output in there if self.score([output.value])[0]}
        return list(found.values())[:count], "the first that obey"

    def stays(self, output: Output, example: Example) -> Output | None:
        return output if self.score([output.value])[0] else None

    def asks(self, example: Example) -> Any:
        return example.input

    def inputs(self, judging: bool = False) -> Sequence[Any]:
        return [""]

    def material(self, lesson: Lesson) -> Any:
        from adapters.signals import Material, Reward

        return Material(reward=Reward(lambda values: self.score(values).tolist(), watch=lesson.watch))

    def explain(self, value: Any, input: Any = None) -> tuple[Highlight, ...]:
        return (Highlight(text=f"{len(value)} letters", start=0, end=0, weight=-len(value) / self.longest),)

    def spread(self, values: Sequence[Any]) -> dict[str, float]:
        return {"different": len(set(values)) / max(1, len(values))}

    def measures(self, values: Sequence[Any], inputs: Sequence[Any] = ()) -> dict[str, float]:
        there = [value for value in values if value is not None]
        return {"score": float(self.score(there).mean()), "valid": len(there) / len(values)}

    def view(self) -> str:
        return f"<p>Short ones, by {len(self.said)} said.</p>"

    def save(self, path: Path) -> str:
        path.write_text("\n".join(self.forbidden), encoding="utf-8")
        return ""

    def write(self, values: Sequence[Any], path: Path) -> None:
        path.write_text("\n".join(values), encoding="utf-8")
