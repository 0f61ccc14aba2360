"""Does the adapter alone do what was said? IFEval's 25 verifiable instructions, each learned from 20 critiques.

For each instruction a simulated person says it once, in words, and gives 19 thumbs up to the answers to further
questions; then the training of the product runs. What came out answers the held-out questions of the demo by itself:
without being told the rule, without a check, without an edit.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from assistant.bench import Benchmark, Result, bench
from assistant.bench._desk import desk
from assistant.bench._instructions import INSTRUCTIONS, Instruction
from assistant.session import Session
from assistant.texts.say import question
from assistant.types import Gesture

CRITIQUES = 20


def run(folder: Path, names: tuple[str, ...] = tuple(INSTRUCTIONS)) -> Result:
    found = {}
    for name in names:
        with tempfile.TemporaryDirectory(dir=folder) as home, desk(Path(home), task="answer") as session:
            found[name] = learned(session, INSTRUCTIONS[name])
    before, after = np.mean(list(found.values()), axis=0)
    weak = ", ".join(f"{name.split(':')[1]} {share:.2f}" for name, (_, share) in found.items() if share < 0.7)
    figures = {
        "after": float(after),
        "before": float(before),
        "instructions with at least .70": float(sum(share >= 0.7 for _, share in found.values())),
    }
    return Result(figures, note=f"below .70: {weak}" if weak else "the model that ships")


def learned(session: Session, one: Instruction) -> tuple[float, float]:
    """The share of held-out questions that the model answers as it was told, before and after the training."""
    session.next()
    session.hear(one.said)
    for _ in range(CRITIQUES - 1):
        session.next()
        session.hear(gesture=Gesture(kind="thumb", value=True))
    before = alone(session, one)
    session.learn()
    newest = session.versions()[0].name
    if session.bench.live_name() != newest:
        session.use(newest)
    return before, alone(session, one)


def alone(session: Session, one: Instruction) -> float:
    """The share of the held-out questions, asked as they are, whose answers obey."""
    goal = session.bench.goal()
    assert goal is not None
    asked = list(goal.inputs(judging=True))
    with session.bench.model() as model:
        said = model.predict(asked)
    kept = [one.obeyed(str(p.value or ""), question(x) or "") for x, p in zip(asked, said, strict=True)]
    return float(np.mean(kept))


@bench
def learned_25() -> Benchmark:
    """What was said, done without being told."""
    return Benchmark(
        what="the 25 verifiable instructions of IFEval, 20 critiques each: obeyed by the adapter alone, mean",
        data="made",
        people="simulated",
        reference="none",
        target=0.7,
        better="higher",
        run=run,
    )
