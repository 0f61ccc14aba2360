"""The search: from the labels of a task to those that are probably wrong, ranked, each with the reason.

    look(bench) -> Found(looked=280, doubts=(Doubt(id="m12", given="order", instead="praise", doubt=.97,
                         reason="5 of 5 models trained without it say praise; so are 4 of the 5 nearest others"), …))

Only the pool is looked at: held-out labels judge, and must not be changed by what a model says. What was found is kept
in a file until the data, the labels' names or what people say of labels changes; what a review settled is left out as
it is shown, so that a decision costs no new search.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.cards import show_value
from assistant.errors import UserError
from assistant.review.beliefs import LEAST_EXAMPLES, MOST, Opinions, opinions
from assistant.review.rank import Floats, Ints, doubt, pooled
from assistant.review.standing import standings
from assistant.types import Label, Record, now

if TYPE_CHECKING:
    from assistant.workbench import Workbench

__all__ = ["Doubt", "Found", "kept", "look", "signature"]

MOST_DOUBTS = 500
CHARACTERS = 4_000_000
"""Of all inputs that are looked at."""
ASKED_AT_ONCE = 64
"""Inputs before the model at a time: whoever talks to it waits no longer than that."""
Progress = Callable[[float], None]


class Doubt(Record):
    """A label that is probably wrong, because models trained without it find `instead`.

    `by`: who gave it, "" for the data; `doubt`: what ranks it, in [0, 1].
    """

    id: str
    input: Any
    given: str
    by: str
    instead: str
    doubt: float
    reason: str


class Found(Record):
    """What one search found: of `of` labels it `looked` at some; `seq`: of the newest feedback then."""

    signature: str
    seq: int
    looked: int
    of: int
    at: datetime
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True)
class _Given:
    """A label as it stands: whose it is ("" the data's), and whether a review settled it."""

    id: str
    input: Any
    value: str
    by: str
    settled: bool


def look(bench: Workbench, progress: Progress = lambda share: None, seed: int = 0) -> Found:
    """Search all labels of the pool, and keep what was found.

    Raises:
        UserError: the task has no labels to review, or too few.
    """
    reviewable(bench)
    labels, seq = bench.labels(), bench.store.last_seq(bench.task.name)
    every = [one for one in _given(bench) if one.value in labels]
    some = _bounded(every, seed)
    if len(some) < LEAST_EXAMPLES or len({one.value for one in some}) < 2:
        raise UserError(
            f"There are {len(some)} labels to compare",
            f"at least {LEAST_EXAMPLES} are needed, of two kinds or more",
            "label some more examples first",
        )
    vectors = _vectors(bench, [one.input for one in some], progress)
    given: Ints = np.array([labels.index(one.value) for one in some], dtype=np.int64)
    said = opinions(vectors, [one.input for one in some], given, len(labels), seed)
    progress(0.95)
    found = Found(
        signature=signature(bench),
        seq=seq,
        looked=len(some),
        of=len(every),
        at=now(),
        doubts=tuple(_doubts(some, given, labels, said)),
    )
    _write(_path(bench), found)
    return found


def reviewable(bench: Workbench) -> None:
    """Raises UserError where answers have no one right label."""
    if bench.task.goal is not None:
        raise UserError(f"The task {bench.task.name!r} has no labels to review", "its outputs have no one right answer")


def kept(bench: Workbench) -> Found | None:
    """What the latest search found, by whatever process; None: there is none that can be read."""
    try:
        return Found.model_validate_json(_path(bench).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def signature(bench: Workbench) -> str:
    """Changes when the data or the labels' names do."""
    plain = [bench.labels(), sorted((one.id, str(one.label)) for one in bench.known)]
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()[:16]


# --- which labels there are --------------------------------------------------------------------------------


def _given(bench: Workbench) -> list[_Given]:
    """The label of every example that has one, as it stands now, in the order of the data."""
    rows = bench.store.feedback(bench.task.name, kinds=("label",))
    said = {row.feedback.example_id: row.feedback.input for row in rows if isinstance(row.feedback, Label)}
    inputs = {one.id: one.input for one in bench.known} | {
        id: input for id, input in said.items() if id is not None and _in_pool(bench, id)
    }
    people = standings(bench.store, bench.task.name, inputs)
    found = []
    for id, input in inputs.items():
        came, told = bench.examples.get(id), people.get(id)
        label = came.label if came is not None else None
        if told is None:
            found.append(_Given(id, input, str(label), "", False))
        elif told.value is not None and not told.dropped:
            found.append(_Given(id, input, told.value, told.by, told.reviewed))
        elif label is not None and told.allows(label):
            found.append(_Given(id, input, label, "", False))
    return found


def _in_pool(bench: Workbench, id: str) -> bool:
    return id not in bench.examples or bench.examples[id].split == "pool"


def _bounded(every: Sequence[_Given], seed: int) -> list[_Given]:
    """At most `MOST` of them, drawn evenly, and at most `CHARACTERS` long together."""
    drawn = random.Random(seed).sample(list(every), MOST) if len(every) > MOST else list(every)
    total, some = 0, list[_Given]()
    for one in drawn:
        total += len(str(one.input))
        if total > CHARACTERS and some:
            break
        some.append(one)
    return some


def _vectors(bench: Workbench, inputs: Sequence[Any], progress: Progress) -> Floats:
    """(N, D) of the model with its adapter off: what it learned from these labels must not speak for them."""
    parts = []
    for start in range(0, len(inputs), ASKED_AT_ONCE):
        with bench.model() as model, model.base():
            parts.append(model.embed(inputs[start : start + ASKED_AT_ONCE]))
        progress(0.8 * (start + ASKED_AT_ONCE) / (len(inputs) + ASKED_AT_ONCE))
    return np.asarray(np.concatenate(parts), dtype=np.float64)


# --- what is doubted, and why ------------------------------------------------------------------------------


def _doubts(some: Sequence[_Given], given: Ints, labels: Sequence[str], said: Opinions) -> list[Doubt]:
    """Labels of which the models together find another, the most doubted first; not those that a review settled."""
    scores, mean = doubt(given, said.probabilities), pooled(said.probabilities)
    found = []
    for row in np.argsort(-scores, kind="stable"):
        one = some[int(row)]
        others = mean[row].copy()
        others[given[row]] = -1.0
        instead = int(others.argmax())
        if others[instead] > mean[row, given[row]] and not one.settled:
            reason = _reason(said, given, int(row), instead, labels)
            found.append(
                Doubt(
                    id=one.id, input=one.input, given=one.value, by=one.by, instead=labels[instead],
                    doubt=round(float(scores[row]), 4), reason=reason,
                )
            )  # fmt: skip
    return found[:MOST_DOUBTS]


def _reason(said: Opinions, given: Ints, row: int, instead: int, labels: Sequence[str]) -> str:
    """ "4 of 5 models trained without it say praise; so are 3 of the 5 nearest others"."""
    answers = said.probabilities[:, row].argmax(1)
    name = show_value(labels[instead])
    votes, near = int((answers == instead).sum()), given[said.nearest[row]]
    text = f"{votes} of {len(answers)} models trained without it say {name}"
    alike, same = int((near == instead).sum()), int((near == given[row]).sum())
    if alike:
        return f"{text}; so {'is' if alike == 1 else 'are'} {alike} of the {len(near)} nearest others"
    return f"{text}; {same} of the {len(near)} nearest others are {show_value(labels[int(given[row])])}, like it"


# --- what is kept ------------------------------------------------------------------------------------------


def _path(bench: Workbench) -> Path:
    name = re.sub(r"[^\w.-]", "_", bench.task.name)
    return bench.settings.folder / "review" / f"{name}.json"


def _write(path: Path, found: Found) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".new")
    aside.write_text(found.model_dump_json(), encoding="utf-8")
    aside.replace(path)
