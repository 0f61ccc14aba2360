"""Measured promises: a row is one file here, joined by `@bench`, run by `sayso bench ID`.

>>> bench.names()          # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from assistant.registry import Registry

__all__ = ["Benchmark", "Result", "bench"]


@dataclass(frozen=True)
class Result:
    """What was measured. `figures` are named numbers; the first decides whether the target is met."""

    figures: dict[str, float]
    seeds: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Benchmark:
    """A row of the table.

    Args:
        what: the question, in a line.
        data: which data, by folder in the data directory, or "made".
        people: "simulated", "real" or "none".
        reference: what others or simpler means reach, in words.
        target: the bound that the first figure should reach.
        better: "higher" or "lower".
        run: measures; gets the folder of the data.
    """

    what: str
    data: str
    people: str
    reference: str
    target: float
    better: str
    run: Callable[..., Result]
    unit: str = ""


BenchmarkFactory: TypeAlias = Callable[[], Benchmark]
bench: Registry[BenchmarkFactory] = Registry("benchmark", "assistant.bench")
