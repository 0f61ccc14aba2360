"""A simulated person at the demo, for the rows that measure how long things take.

    with desk(folder) as session:                       # the demo in a home of its own; nothing trains by itself
        learned_first(session)                          # v1, as everybody has it seconds after opening the page
        timed(session, "rule", gold())                  # "whenever somebody mentions refund it's a complaint"
        -> Timed(kind="rule", seconds=0.21, whole=True)

What the person says is always right: the demo's file knows the labels of its unlabelled messages, as `gold`.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from assistant.errors import UserError
from assistant.jobs import start_worker
from assistant.session import Screen, Session, Turn
from assistant.store.talk import Said
from assistant.tasks._text import DEMO
from assistant.types import Act, Critique, Gesture, Label, LabelAct, Reading, Selection

__all__ = [
    "KINDS", "Timed", "desk", "give", "gold", "learned_first", "many", "middle", "own_home", "timed", "turns",
    "until", "worker",
]  # fmt: skip

KINDS = ("label", "reason", "rule", "denial", "thumb", "edit")
"""What a person says or does in a turn; an edit in place makes a label and a preference."""
ARTICLES = {"complaint": "a complaint", "question": "a question", "order": "an order"}
PATIENCE_SECONDS = 180.0


@dataclass(frozen=True)
class Timed:
    """A turn. `whole`: it was understood, shown in a card and obeyed, and a new answer is on screen."""

    kind: str
    seconds: float
    whole: bool


@contextmanager
def desk(home: Path, **options: Any) -> Iterator[Session]:
    """A session in a home of its own; trainings start only when asked for. `options`: those of `Session.open`."""
    with own_home(home):
        session = Session.open(home=home, author="simulated", **options)
        try:
            yield session
        finally:
            session.close()


@contextmanager
def own_home(home: Path) -> Iterator[None]:
    """Inside it this process, and those that it starts, have these settings, whatever the machine's are."""
    ours = {
        "SAYSO_HOME": str(home), "SAYSO_DATABASE": "", "SAYSO_LEARN_AFTER": "0", "SAYSO_PARSER": "auto",
        "SAYSO_HOLD": "false",  # simulated people answer sooner than anybody reads
    }  # fmt: skip
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@cache
def gold() -> dict[str, str]:
    """The right label of each unlabelled message of the demo, by its text."""
    lines = (DEMO / "messages.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["text"]: row["gold"] for row in map(json.loads, lines) if row.get("gold")}


@contextmanager
def worker(session: Session) -> Iterator[None]:
    """The training worker beside the session, as the page starts it."""
    process = start_worker(session.bench.settings)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def learned_first(session: Session) -> None:
    """An example on screen, and the first version live, trained here and now."""
    session.next()
    session.learn()
    if session.store.live(session.name) is None:
        raise UserError("The first version did not go live", do="look at what the chat says about it")


# --- turns ----------------------------------------------------------------------------------------------------


def turns(session: Session, count: int, right: dict[str, str]) -> Iterator[Timed]:
    """`count` turns of all kinds in turn, each on an example that nobody judged yet; choosing it takes no part."""
    for number in range(count):
        session.next()
        yield timed(session, KINDS[number % len(KINDS)], right)


def middle(found: Sequence[Timed]) -> dict[str, float]:
    """The medians of the whole turns, in ms: of all together, then of each kind; and how many there were."""
    whole = [turn for turn in found if turn.whole]
    figures = {"median": _median(whole)}
    figures |= {kind: _median([turn for turn in whole if turn.kind == kind]) for kind in KINDS}
    longest = max((turn.seconds for turn in whole), default=math.nan)
    return {**figures, "longest": 1000 * longest, "turns": len(whole), "asked back": len(found) - len(whole)}


def _median(found: Sequence[Timed]) -> float:
    return 1000 * statistics.median(turn.seconds for turn in found) if found else math.nan


def timed(session: Session, kind: str, right: dict[str, str]) -> Timed:
    """Say something of this kind about what is on screen, and wait for the answer."""
    screen = session.screen()
    assert screen is not None
    said, wanted = _message(kind, screen, right[screen.example.input])
    started = time.perf_counter()
    turn = session.hear(**said)
    return Timed(kind, time.perf_counter() - started, _whole(screen, turn, wanted))


def _whole(before: Screen, turn: Turn, wanted: str | None) -> bool:
    shown = any(message.card and message.card.state == "applied" for message in turn.messages)
    if not shown or turn.screen is None or turn.screen.outputs[0].id == before.outputs[0].id:
        return False
    return wanted is None or turn.screen.outputs[0].value == wanted


def _message(kind: str, screen: Screen, label: str) -> tuple[dict[str, Any], str | None]:
    """What to hear, and the answer that has to be on screen afterwards: that of a rule; None: any."""
    value, words = screen.outputs[0].value, screen.example.input.split()
    named = ARTICLES.get(label, label)
    if kind == "label":
        return {"text": f"it's {named}"}, None
    if kind == "reason":
        marked = " ".join(words[:3])
        return {"text": f"it's {named}", "selection": [Selection(text=marked, start=0, end=len(marked))]}, None
    if kind == "rule":
        word = max((word.strip(".,!?;:'\"()") for word in words if word.isascii()), key=len)
        return {"text": f"whenever somebody mentions {word} it's {named}"}, label
    if kind == "denial" and value != label:
        return {"text": f"it's not {ARTICLES.get(value, value)}"}, None
    if kind == "edit" and value != label:
        return {"gesture": Gesture(kind="edit", value=label)}, None
    return {"gesture": Gesture(kind="thumb", value=value == label)}, None


# --- many critiques -------------------------------------------------------------------------------------------


def many(count: int, start: int = 0) -> list[tuple[str, str]]:
    """(text, right label) of `count` messages like those of the demo, no two alike."""
    rows = list(gold().items())
    numbers = range(start, start + count)
    return [(f"{rows[n % len(rows)][0]} (ticket {n})", rows[n % len(rows)][1]) for n in numbers]


def give(session: Session, taught: Sequence[tuple[str, str]], prefix: str = "given") -> None:
    """Record critiques (text, right label) as `hear` would, without asking the model: a history to measure after."""
    for number, (text, label) in enumerate(taught):
        act = Act(kind="label", targets=("#1",), label=LabelAct(op="is", value=label))
        critique = Critique(
            id=f"{prefix}-{number}", conversation=session.conversation, author="simulated", text=f"it's {label}"
        )
        piece = Label(
            task=session.name,
            author="simulated",
            critique=critique.id,
            reading=f"read-{critique.id}",
            example_id=f"{prefix}-{number}",
            input=text,
            op="is",
            value=label,
        )
        said: list[Said] = [("person", critique.text, None), ("sayso", f"I understood: this is {label}.", None)]
        reading = Reading(acts=(act,), confidence=1.0)
        session.store.record(critique, reading, "simulated", "1", [piece], messages=said)


def until(done: Callable[[], bool], what: str, every: float = 0.01, patience: float | None = None) -> None:
    """Wait; `patience` is in seconds, None: three minutes.

    Raises:
        UserError: `what` was not done in that time.
    """
    patience = PATIENCE_SECONDS if patience is None else patience
    deadline = time.monotonic() + patience
    while not done():
        if time.monotonic() > deadline:
            raise UserError(f"{what} took more than {patience:.0f} s", do="look into worker.log")
        time.sleep(every)
