"""Is what was said obeyed in the very next answer? IFEval's 25 verifiable instructions, one after the other, in a chat.

A simulated person looks at the demo's answers, says the rule in words, and looks at what comes: the same question
again, and the next ones. Then it is taken back. Every answer on screen is checked by code, by what the words mean and
not by how they were read; a rule that waits for a yes counts as not obeyed.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

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
    first = [one.next for one in found.values()]
    later = [one.later for one in found.values()]
    missed = "; ".join(f"{name} by {one.missed!r}" for name, one in found.items() if one.missed is not None)
    figures = {"next answer": float(np.mean(first)), f"the {MORE} questions after it": float(np.mean(later))}
    return Result(figures, note=f"missed: {missed}" if missed else "the model that ships")


class Tried(NamedTuple):
    """Whether all that was shown next obeyed, the share of what was shown later that did, the first that did not."""

    next: bool
    later: float
    missed: str | None


def tried(session: Session, one: Instruction) -> Tried:
    """The instruction, said in the chat, and taken back."""
    session.next()
    turn = session.hear(one.said)
    applied = any(message.card and message.card.state == "applied" for message in turn.messages)
    kept = shown(one, turn.screen) if applied else [("not applied", False)]
    later = [each for _ in range(MORE) for each in shown(one, session.next().screen)]
    session.undo()
    missed = next((text for text, obeyed in [*kept, *later] if not obeyed), None)
    return Tried(all(obeyed for _, obeyed in kept), float(np.mean([obeyed for _, obeyed in later])), missed)


def shown(one: Instruction, screen: Screen | None) -> list[tuple[str, bool]]:
    """Each answer on screen, and whether it obeys; nothing on screen does not."""
    if screen is None or not screen.outputs:
        return [("nothing", False)]
    asked = question(screen.example.input) or ""
    return [(str(output.value), one.obeyed(str(output.value), asked)) for output in screen.outputs]


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
