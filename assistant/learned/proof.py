"""The proof that something is gone: that what answers never learned it.

    prove(bench, {"by": "ann", "upto": "41"}, v4)   -> Proof(version="v4", line=("v4", "v1"), left=0, same=True, …)

Of the line of the live version it is looked up what it learned. Then a version is trained in a home where only that was
ever said (`twin.py`), by a fresh model, and compared with the one in use: weights and answers, bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from assistant._words import finder
from assistant.store.rows import AdapterRow, FeedbackRow
from assistant.types import Constraint, Record

if TYPE_CHECKING:
    from assistant.workbench import Workbench

__all__ = ["Proof", "line_of", "matching", "prove", "titled"]

ASKED = 200
"""Examples that both homes are asked for the proof."""


class Proof(Record):
    """Whether it is gone. `version`: what answers; `line`: it and its ancestors; `left`: pieces of the forgotten that
    these learned; `same`: whether a training where it was never said gave the same weights, and the same answers to
    `asked` examples, bit for bit; None: there was nothing to train, or outputs of the task are drawn at random."""

    wish: dict[str, str]
    forgotten: int
    version: str
    line: tuple[str, ...]
    left: int
    trained: str | None = None
    same: bool | None = None
    asked: int = 0

    def told(self) -> str:
        """In the chat, when it is done."""
        of = f"{titled(self.wish)} ({self.forgotten} piece{'' if self.forgotten == 1 else 's'} of feedback)"
        if self.left:
            return f"NOT gone: {self.version} or a version before it learned {self.left} pieces of {of}."
        gone = f"Gone: {self.version} answers, and neither it nor a version before it learned from {of}."
        compared = {
            True: f" A training in a home where it was never said gave the same weights as {self.trained}, "
            f"and the same answers to {self.asked} examples, bit for bit.",
            False: f" But a training in a home where it was never said came out differently from {self.trained}.",
            None: "",
        }[self.same]
        return f"{gone}{compared} The words themselves stay in the database, marked as taken back."


def prove(bench: Workbench, wish: Mapping[str, str], trained: AdapterRow | None) -> Proof:
    """Whether what was forgotten is gone from what answers.

    Args:
        wish: as kept with the job; "upto": the newest seq that it is about, since people may speak again.
        trained: the version that was trained without it; None: there was nothing to train.
    """
    theirs = {row.feedback.id for row in matching(bench, wish, active=False) if not row.active}
    live = bench.store.live(bench.task.name)
    line, learned = line_of(bench, live)
    found: dict[str, Any] = {}
    if trained is not None and bench.task.goal is None:
        found = _compared(bench, trained)
    return Proof(
        wish={key: value for key, value in wish.items() if key != "upto"},
        forgotten=len(theirs),
        version=f"v{live.number}" if live else "base",
        line=tuple(line),
        left=len(theirs & learned),
        **found,
    )


def _compared(bench: Workbench, trained: AdapterRow) -> dict[str, Any]:
    """The version against one that is trained anew, from the same start, where only what its line learned was said."""
    import torch

    from assistant.learn import learn
    from assistant.learned.twin import twin

    task, store = bench.task.name, bench.store
    start = store.adapter(trained.parent, task) if trained.parent else None
    _, ids = line_of(bench, trained)
    asked = bench.sample(ASKED, 3, bench.examples.rows)
    with twin(bench, sorted(ids), start) as other:
        job = other.store.job(other.store.add_job(task, "learn", {}, "nobody"))
        learn(other, job)
        ours, theirs = bench.shelf.get(task, trained.id), other.shelf.get(task, job.id)
        same = ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)
        answers = []
        for there, version in ((bench, trained), (other, other.store.adapter(job.id, task))):
            with there.model(version) as model:
                answers.append(model.predict([example.input for example in asked]))
    return {"trained": f"v{trained.number}", "same": same and answers[0] == answers[1], "asked": len(asked)}


def matching(bench: Workbench, wish: Mapping[str, str], active: bool) -> list[FeedbackRow]:
    """The feedback that a wish is about, oldest first."""
    rows = bench.store.feedback(bench.task.name, author=wish.get("by"), active=active)
    upto = int(wish.get("upto", 0)) or None
    rows = [row for row in rows if upto is None or row.seq <= upto]
    if "about" not in wish:
        return rows
    find = finder(wish["about"])
    words = {c.id: c.text for c in bench.store.critiques(row.feedback.critique for row in rows)}
    return [row for row in rows if find(_texts(row, words.get(row.feedback.critique, "")))]


def _texts(row: FeedbackRow, words: str) -> str:
    """All that a piece of feedback says, and says it of."""
    said = row.feedback
    parts: list[Any] = [words, *(piece.text for piece in said.evidence)]
    if isinstance(said, Constraint):
        parts += [said.when or "", said.value]
    else:
        parts.append(said.input)
    return "\n".join(str(part) for part in parts)


def titled(wish: Mapping[str, str]) -> str:
    """
    >>> titled({"by": "ann", "about": "refunds"})
    'what ann said about “refunds”'
    """
    about = f" about “{wish['about']}”" if "about" in wish else ""
    return f"what {wish['by']} said{about}" if "by" in wish else f"what was said{about}"


def line_of(bench: Workbench, version: AdapterRow | None) -> tuple[list[str], set[str]]:
    """The names of a version and its ancestors, youngest first, and the ids of all that they learned."""
    names: list[str] = []
    ids: set[str] = set()
    while version is not None:
        names.append(f"v{version.number}")
        ids |= set(bench.store.learned(version.id))
        version = bench.store.adapter(version.parent, bench.task.name) if version.parent else None
    return names, ids
