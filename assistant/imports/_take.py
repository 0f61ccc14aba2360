"""Judgements of a file into a task: each becomes a critique, its reading and feedback, as if it had been said here.

    take_in(bench, Path("project-7.json"), author="ann")
      -> Imported(task="mail", labels=12, preferences=3, already=4, left_out=(LeftOut(3, "the task has no label 'x'"),))

An import is one transaction. The ids are made of what is said, so that the same again changes nothing. Who said it is
who the file names, else `author`. What the record held besides is in the message of the import's conversation.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assistant.errors import UserError
from assistant.exports._rows import origin
from assistant.imports import Judgement
from assistant.imports._fit import Unfit, fitted
from assistant.imports._read import File, read
from assistant.parsers.gesture import read_gesture
from assistant.pool import Pool
from assistant.store.columns import canonical
from assistant.store.importing import Turn
from assistant.tasks import Task
from assistant.types import (
    Act,
    Context,
    Critique,
    Feedback,
    Gesture,
    LabelAct,
    OnScreen,
    PreferenceAct,
    Reading,
    Record,
    Vocabulary,
    now,
)
from assistant.understand import feedback_of
from assistant.workbench import Workbench

__all__ = ["Imported", "LeftOut", "take_in"]

VERSION = "1"


class LeftOut(Record):
    """How many judgements, why (it completes "Left out because ..."), and the line where that was met first."""

    count: int
    why: str
    file: str
    line: int


class Imported(Record):
    """What an import did. `already`: judgements that were here, or are in the file twice; `fields`: kept, unused."""

    task: str
    files: dict[str, str]
    guessed: bool
    labels: int = 0
    preferences: int = 0
    rules: int = 0
    already: int = 0
    authors: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    fields: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def take_in(
    bench: Workbench, path: Path, *, format: str | None = None, field: str | None = None, author: str | None = None
) -> Imported:
    """Import the feedback of a file, or of all files of a folder, into the task of `bench`.

    Args:
        format: an importer's name, as `label_studio`; None: guessed.
        field: what holds the input; None: found by its name.
        author: who said it, where the file doesn't tell; None: the setting `author`.

    Raises:
        UserError: a file can't be read or is of no known format, or nothing of it can be used. Nothing is kept then.
    """
    labels = bench.labels()
    files = read(path, labels, format and format.replace("-", "_"), field)
    known = bench.examples
    odd: Counter[str] = Counter()
    turns: list[Turn] = []
    for file in files:
        for judgement in file.judgements:
            try:
                fits = fitted(judgement, labels, odd)
                turns.append(_turn(fits, file, bench.task, labels, known, author or bench.settings.author))
            except Unfit as why:
                file.skipped[str(why)] += 1
                file.first.setdefault(str(why), judgement.line)
    if not turns:
        raise _nothing(path, files)
    mine = {turn.card["feedback_id"]: turn.critique.id for turn in turns if "feedback_id" in turn.card}
    here = {mine[row.feedback.id] for row in bench.store.feedback(bench.task.name, ids=[*mine], active=False)}
    source, told = files[0].format.replace("_", "-"), f"Imported from {', '.join(str(file.path) for file in files)}."
    new = bench.store.take_in(bench.task.name, source, told, [turn for turn in turns if turn.critique.id not in here])
    return _told(bench.task.name, files, turns, new, odd)


def _nothing(path: Path, files: Sequence[File]) -> UserError:
    left = [one for file in files for one in _left_out(file)]
    why = "; ".join(f"{one.count} because {one.why} (line {one.line})" for one in left[:3])
    return UserError(f"Nothing of {str(path)!r} can be used: {why or 'it holds no judgement'}")


# --- as if it had been said here ----------------------------------------------------------------------------------


def _turn(judgement: Judgement, file: File, task: Task, labels: tuple[str, ...], known: Pool, author: str) -> Turn:
    id = _id(judgement, task.name)
    critique = _critique(judgement, id, task.name, labels, known, author)
    parser, reading_id = f"import-{file.format.replace('_', '-')}", f"{id}-r"
    card: dict[str, Any] = {"kind": "imported", "file": str(file.path), "line": judgement.line, "critique": id}
    if judgement.kept:
        card["fields"] = judgement.kept
    row = judgement.own
    if row is None:
        reading = _reading(judgement, critique)
        made = feedback_of(reading, reading_id, critique, task)
        feedback = [one.model_copy(update={"id": f"{id}-{n}"}) for n, one in enumerate(made)]
        if not feedback:
            raise Unfit("both answers are the same" if judgement.order else "the task takes no such feedback")
        return Turn(critique, reading, reading_id, parser, VERSION, feedback, critique.text, card)
    if not isinstance(row.feedback, task.accepts):
        raise Unfit("the task takes no such feedback")
    here = {
        "id": f"{id}-0",
        "task": task.name,
        "critique": id,
        "reading": reading_id,
        "adapter": "base",
        "guideline": 0,
    }
    feedback = [row.feedback.model_copy(update=here)]
    card |= origin(row) | {"conversation": row.conversation}
    reading = _reading_of(row.reading) or _reading(judgement, critique)
    confirmed = row.confirmed is True
    return Turn(critique, reading, reading_id, row.parser, row.parser_version, feedback, row.words, card, confirmed)


def _id(judgement: Judgement, task: str) -> str:
    """Made of what is said: the same words of the same person about the same thing have the same id."""
    plain = judgement.own.feedback.id if judgement.own else judgement.model_dump(exclude={"line", "kept", "own"})
    try:
        said = canonical([task, plain])
    except UserError as wrong:
        raise Unfit("it holds values that can't be stored") from wrong
    return f"import-{hashlib.sha256(said.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def _critique(judgement: Judgement, id: str, task: str, labels: tuple[str, ...], known: Pool, author: str) -> Critique:
    row, gesture = judgement.own, _gesture(judgement)
    if row is not None:
        gesture = Gesture.model_validate_json(row.gesture) if row.gesture else None
    return Critique(
        id=id,
        conversation="",
        author=judgement.author or author,
        text=judgement.words,
        gesture=gesture,
        context=Context(
            task=task,
            vocabulary=Vocabulary(labels=labels),
            outputs=tuple(_shown(judgement, _example(judgement, known))),
        ),
        created_at=judgement.at or now(),
    )


def _gesture(judgement: Judgement) -> Gesture | None:
    """A thumb on an answer; an edit, where the answer that was shown was changed to another."""
    if judgement.thumb is not None:
        return Gesture(kind="thumb", value=judgement.thumb)
    changed = judgement.op == "is" and judgement.output is not None and judgement.output != judgement.value
    return Gesture(kind="edit", value=judgement.value) if changed and not judgement.order else None


def _example(judgement: Judgement, known: Pool) -> str | None:
    """The example of the task with this input, or the id that an input bears that somebody typed."""
    if judgement.own is not None:
        return judgement.own.feedback.example_id
    try:
        there = known.id_of(judgement.input)
    except UserError as wrong:
        raise Unfit("it holds values that can't be stored") from wrong
    return there or f"typed-{hashlib.sha256(repr(judgement.input).encode()).hexdigest()[:16]}"


def _shown(judgement: Judgement, example: str | None) -> Iterator[OnScreen]:
    values = [value for tier in judgement.order for value in tier] or [judgement.output]
    for number, value in enumerate(values, 1):
        yield OnScreen(id=f"#{number}", input=judgement.input, value=value, example_id=example)


def _reading(judgement: Judgement, critique: Critique) -> Reading:
    """What a judgement says, in the contract that parsers speak."""
    if critique.gesture is not None and judgement.own is None:
        (act,) = read_gesture(critique).acts
        act = act.model_copy(update={"evidence": judgement.evidence})
    elif judgement.order:
        ids = iter(critique.context.outputs)
        order = tuple(tuple(next(ids).id for _ in tier) for tier in judgement.order)
        targets = tuple(shown.id for shown in critique.context.outputs)
        act = Act(kind="preference", targets=targets, preference=PreferenceAct(order=order, aspect=judgement.aspect))
    else:
        value = None if judgement.value is None else str(judgement.value)
        label = LabelAct(op=judgement.op, value=value)
        act = Act(kind="label", targets=("#1",), label=label, evidence=judgement.evidence)
    return Reading(acts=(act,), confidence=1.0)


def _reading_of(plain: dict[str, Any]) -> Reading | None:
    try:
        return Reading.model_validate(plain)
    except ValidationError:
        return None


# --- what is told -------------------------------------------------------------------------------------------------


def _told(task: str, files: Sequence[File], turns: Sequence[Turn], new: set[str], odd: Counter[str]) -> Imported:
    fresh = [turn for turn in {turn.critique.id: turn for turn in turns}.values() if turn.critique.id in new]
    made: list[Feedback] = [one for turn in fresh for one in turn.feedback]
    kinds = Counter(one.kind for one in made)
    return Imported(
        task=task,
        files={str(file.path): file.format.replace("_", "-") for file in files},
        guessed=any(file.guessed for file in files),
        labels=kinds["label"],
        preferences=kinds["preference"],
        rules=kinds["constraint"],
        already=len(turns) - len(fresh),
        authors=tuple(sorted({one.author for one in made})),
        left_out=tuple(one for file in files for one in _left_out(file)),
        fields=tuple(sorted({name for turn in turns for name in turn.card.get("fields", ())})),
        notes=(
            *(note for file in files for note in file.notes),
            *(f"{what} ({n} time{'' if n == 1 else 's'})" for what, n in odd.items()),
        ),
    )


def _left_out(file: File) -> list[LeftOut]:
    return [
        LeftOut(count=count, why=why, file=str(file.path), line=file.first[why])
        for why, count in file.skipped.most_common()
    ]
