"""How well are critiques understood? Kinds, values, targets, evidence and doubts on a test set by another writer.

`sayso bench parser` measures the parser of the setting `parser` (`SAYSO_PARSER=openai:llama3.2` measures another), and
writes what it mistakes into docs/parser.md. The figure is how many of the targets are missed.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from assistant.bench import Benchmark, Result, bench
from assistant.bench._parser_report import write_report
from assistant.parsers import Parser, open_parser
from assistant.parsers._rows import CHEMISTS, CRITIQUES, TEST, Row, read_rows
from assistant.parsers._score import score
from assistant.settings import settings
from assistant.types import Context, Critique, Reading, Vocabulary

TARGETS: dict[str, tuple[str, float]] = {
    "kinds": (">=", 0.93), "whole": (">=", 0.85), "targets": (">=", 0.96), "unseen labels": (">=", 0.95),
    "evidence": (">=", 0.90), "constraints": (">=", 0.88), "mistaken": ("<=", 0.01), "asks": (">=", 0.80),
    "asks_needlessly": ("<=", 0.05), "ece": ("<=", 0.05), "valid": (">=", 1.0), "median ms": ("<=", 40),
    "p99 ms": ("<=", 100), "load s": ("<=", 1.0),
}  # fmt: skip
FUZZED, TIMED, LABELS, SCREEN = 10_000, 300, 50, 8


def run(folder: Path) -> Result:
    import torch  # its own loading is no part of the parser's

    del torch
    started = time.perf_counter()
    parser = open_parser(settings().parser)
    parser(Critique(conversation="bench", author="bench", text="it's a b", context=_crowded([], random.Random(0))))
    loaded = time.perf_counter() - started
    rows = read_rows(TEST)
    readings = [parser(row.critique) for row in rows]
    figures = score(rows, readings)
    figures["unseen labels"] = score(*_unseen(rows, readings))["labels"]
    figures |= {f"chemists, {name}": figure for name, figure in _chemists(parser).items()}
    figures |= _latencies(parser, rows) | {"load s": loaded, "valid": _valid(parser, rows, FUZZED)}
    write_report(rows, readings, parser.name, parser.version)
    missed = [name for name in TARGETS if not _met(name, figures[name])]
    ordered = {"missed": float(len(missed)), **{name: figures[name] for name in TARGETS}, "rows": figures["rows"]}
    ordered |= {name: figure for name, figure in figures.items() if name.startswith("chemists")}
    return Result(ordered, note=f"{parser.name} {parser.version}; missed: {', '.join(missed) or 'none'}")


def _chemists(parser: Parser) -> dict[str, float]:
    """What chemists say in front of a grid, by a writer of its own; no label stands in their vocabulary."""
    rows = read_rows(CHEMISTS)
    figures = score(rows, [parser(row.critique) for row in rows])
    return {name: figures[name] for name in ("kinds", "targets", "constraints", "whole", "mistaken")}


def _met(name: str, figure: float) -> bool:
    operator, bound = TARGETS[name]
    return not math.isnan(figure) and (figure >= bound if operator == ">=" else figure <= bound)


def _unseen(rows: Sequence[Row], readings: Sequence[Reading]) -> tuple[list[Row], list[Reading]]:
    """The rows whose labels no training critique had in its vocabulary."""
    known = {label.lower() for row in read_rows(CRITIQUES) for label in row.critique.context.vocabulary.labels}
    kept = [
        (row, reading)
        for row, reading in zip(rows, readings, strict=True)
        if (named := _named(row)) and not any(name.lower() in known for name in named)
    ]
    return [row for row, _ in kept], [reading for _, reading in kept]


def _named(row: Row) -> list[str]:
    acts = row.gold.acts if row.gold else ()
    rules = [str(act.constraint.value) for act in acts if act.constraint and act.constraint.property == "label"]
    return [act.label.value for act in acts if act.label and act.label.value] + rules


def _crowded(rows: Sequence[Row], state: random.Random) -> Context:
    """A screen of 8 outputs, a vocabulary of 50 labels."""
    labels = list(dict.fromkeys(one for row in rows for one in row.critique.context.vocabulary.labels)) or ["a", "b"]
    outputs = [output for row in rows for output in row.critique.context.outputs]
    shown = state.sample(outputs, min(SCREEN, len(outputs)))
    screen = tuple(output.model_copy(update={"id": f"#{n}"}) for n, output in enumerate(shown, start=1))
    return Context(vocabulary=Vocabulary(labels=tuple(labels[:LABELS])), outputs=screen)


def _latencies(parser: Parser, rows: Sequence[Row]) -> dict[str, float]:
    """Milliseconds of a reading on a screen that stays, as in a conversation."""
    state = random.Random(0)
    crowded = _crowded(rows, state)
    taken = []
    for row in state.choices(rows, k=TIMED + 20):
        critique = row.critique.model_copy(update={"context": crowded})
        started = time.perf_counter()
        parser(critique)
        taken.append(1000 * (time.perf_counter() - started))
    return {"median ms": float(np.median(taken[20:])), "p99 ms": float(np.percentile(taken[20:], 99))}


def _valid(parser: Parser, rows: Sequence[Row], count: int) -> float:
    """The share of damaged messages whose reading keeps the contract."""
    state = random.Random(0)
    kept = 0
    for _ in range(count):
        row = state.choice(rows)
        critique = row.critique.model_copy(update={"text": state.choice(DAMAGES)(row.critique.text, state)})
        try:
            plain = parser(critique).contract()
            kept += Reading.model_validate(plain).contract() == plain
        except Exception:  # whatever is raised is a failure
            continue
    return kept / count


def _cut(text: str, state: random.Random) -> str:
    return text[: state.randint(0, len(text))]


def _shuffled(text: str, state: random.Random) -> str:
    words = text.split()
    state.shuffle(words)
    return " ".join(words)


def _noisy(text: str, state: random.Random) -> str:
    return "".join(state.choice([one, one, one, chr(state.randint(1, 0x2FFF)), ""]) for one in text)


def _doubled(text: str, state: random.Random) -> str:
    return f"{text} {text}"


DAMAGES: tuple[Callable[[str, random.Random], str], ...] = (_cut, _shuffled, _noisy, _doubled)


@bench
def parser() -> Benchmark:
    """The parser on critiques by another writer."""
    return Benchmark(
        what="critiques understood, embedded parser: how many of 14 targets are missed",
        data="made",
        people="real",
        reference="templates only: kinds .58 to .63, small talk taken for feedback .23 to .42",
        target=0,
        better="lower",
        run=run,
    )
