"""Is what was said obeyed in the very next answer? IFEval's 25 verifiable instructions, one after the other, in a chat.

A simulated person looks at the demo's answers, says the rule in words, and looks at what comes: the same question
again, and the next ones. Then it is taken back. Every answer on screen is checked by code, by what the words mean and
not by how they were read; a rule that waits for a yes counts as not obeyed.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from assistant.bench import Benchmark, Result, bench
from assistant.bench._desk import desk
from assistant.bench._instructions import INSTRUCTIONS, Instruction
from assistant.session import Screen, Session
from assistant.texts.say import question

MORE = 2
"""How many further questions are looked at while a rule is in force."""


def run(folder: Path, names: tuple[str, ...] = tuple(INSTRUCTIONS)) -> Result:
    with desk(folder, task="answer") as session:
        found = {name: tried(session, INSTRUCTIONS[name]) for name in names}
    first = [kept for kept, _ in found.values()]
    later = [share for _, share in found.values()]
    missed = ", ".join(name for name, (kept, share) in found.items() if not kept or share < 1)
    figures = {"next answer": float(np.mean(first)), f"the {MORE} questions after it": float(np.mean(later))}
    return Result(figures, note=f"missed: {missed}" if missed else "the model that ships")


def tried(session: Session, one: Instruction) -> tuple[bool, float]:
    """Whether all that was shown next obeyed, and the share of what was shown later that did."""
    session.next()
    turn = session.hear(one.said)
    applied = any(message.card and message.card.state == "applied" for message in turn.messages)
    kept = obeys(one, turn.screen) if applied else [False]
    later = [each for _ in range(MORE) for each in obeys(one, session.next().screen)]
    session.undo()
    return all(kept), float(np.mean(later))


def obeys(one: Instruction, screen: Screen | None) -> list[bool]:
    """Of each answer on screen, whether it obeys; nothing on screen does not."""
    if screen is None or not screen.outputs:
        return [False]
    asked = question(screen.example.input) or ""
    return [one.obeyed(str(output.value), asked) for output in screen.outputs]


@bench
def obeyed_25() -> Benchmark:
    """What was said, obeyed at once."""
    return Benchmark(
        what="the 25 verifiable instructions of IFEval, said in a chat: obeyed by the next answer",
        data="made",
        people="simulated",
        reference="none",
        target=1.0,
        better="higher",
        run=run,
    )
