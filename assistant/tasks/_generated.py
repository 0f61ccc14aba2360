"""What all tasks share whose outputs are texts: several at once, told of the rules.

generated_task("answer", writer(base, rank), data=None, help=("never more than two sentences", …))
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.data import Source, read_examples
from assistant.errors import UserError
from assistant.tasks import Download, Goal, Guard, Task, View
from assistant.tasks._watch import Watch
from assistant.types import (
    Act,
    Critique,
    EditAct,
    Evidence,
    Example,
    Feedback,
    Label,
    Output,
    Preference,
    Report,
    Vocabulary,
)

if TYPE_CHECKING:
    from adapters.models import Model

__all__ = ["generated_task", "writer"]

DEMO = Path(__file__).parent / "demo"
SHOWN, DRAWS, SAMPLE, LEARNED = 2, 2, 48, 24
"""Texts on screen; drawn for each; made by each version for the gate; questions that a training learns rules on."""
GUARDS = {
    "keeps the rules": Guard(falls=0.1),
    "answered": Guard(least=0.9),
    "varied": Guard(falls=0.15),
    "surprise": Guard(rises=2.0),
}
"""Without them a model that learns one thing may come to say it always."""
DOWNLOADS = (Download("rules.json", "The rules in force, each with its sentence for a prompt, as JSON", of="goal"),)


def generated_task(
    kind: str,
    model: Callable[[], Model],
    *,
    data: str | None,
    text: str | None = None,
    id: str | None = None,
    replies: bool = False,
    watch: bool = False,
    heldout: float = 0.25,
    name: str = "",
    help: tuple[str, ...] = (),
) -> Task:
    """A task whose outputs are texts.

    Args:
        model: makes what writes them.
        data: inputs, one a row; None: those of the demo, `kind`.jsonl.
        replies: the model chooses among the labels of the data, and what people wrote themselves.
        watch: ask what should have been said where people were unhappy with a reply.

    Raises:
        UserError: the data can't be read.
    """
    source = read_examples(
        DEMO / f"{kind}.jsonl" if data is None else Path(data),
        text="input" if data is None else text, id=id, labelled=False, talks=True,
    )  # fmt: skip
    pool, judged = _apart(source, heldout)
    watched = Watch(source.examples)

    def wanted(said: Sequence[Feedback]) -> Goal:
        from assistant.texts.goal import goal_of

        return goal_of(said, pool[:LEARNED], judged)

    return Task(
        model=model,
        examples=lambda: watched.examples if watch else source.examples,
        asks=watched.asks if watch else lambda example: "",
        vocabulary=_vocabulary(),
        render=_render,
        edit=_edit,
        normal=_normal,
        outputs=SHOWN,
        replies=(lambda said: _replies(source.labels, said)) if replies else None,
        draws=DRAWS,
        sample=SAMPLE,
        goal=wanted,
        guards=GUARDS,
        downloads=DOWNLOADS,
        changes=_changes,
        metric="worth",
        name=name or (kind if data is None else ""),
        help=help,
        notes=() if data is None else source.notes,
    )


def _apart(source: Source, heldout: float) -> tuple[list[Any], list[Any]]:
    """Inputs to learn from and, always the same, others to judge by."""
    inputs = [example.input for example in source.examples]
    random.Random(0).shuffle(inputs)
    held = int(heldout * len(inputs))
    return inputs[held:], inputs[:held]


def _replies(given: Sequence[str], said: Sequence[Feedback]) -> tuple[str, ...]:
    """Those of the data, then what people wrote in their place."""
    written = [one.chosen for one in said if isinstance(one, Preference)]
    right = [one.value for one in said if isinstance(one, Label) and one.op == "is"]
    return tuple(dict.fromkeys([*given, *map(str, [*right, *written])]))


def writer(base: str | None, rank: int, instruction: str = "") -> Callable[[], Model]:
    """A causal language model, on the hub or a folder, None: the embedded one; told the instruction with each input."""

    def make() -> Model:
        from adapters.models import family

        return family.get("causal")(base=base, rank=rank, instruction=instruction)

    return make


def _vocabulary() -> Vocabulary:
    from assistant.texts.words import vocabulary

    return vocabulary()


def _normal(act: Act, critique: Critique) -> Act:
    """A rule in the terms that code can check; an edit about the one text that has what is to be replaced."""
    if act.constraint is not None:
        from assistant.texts.words import normal

        return act.model_copy(update={"constraint": normal(act.constraint, critique.text)})
    if act.edit is not None and act.edit.old:
        where = [seen.id for seen in critique.context.outputs if _place(act.edit.old, str(seen.value))]
        wanted = [id for id in where if not act.targets or "all" in act.targets or id in act.targets]
        if not where:
            raise UserError(f"“{act.edit.old}” is in none of the answers", do="quote the words that are wrong")
        return act.model_copy(update={"targets": tuple(wanted or where)})
    if act.label is not None and act.label.op == "is_not" and act.evidence:
        return act.model_copy(update={"evidence": tuple(_against(act, critique))})
    return act


def _against(act: Act, critique: Critique) -> Iterator[Evidence]:
    """What a bad answer says of the input should have been left out; what it doesn't say should be in."""
    bad = [str(one.value) for one in critique.context.outputs if "all" in act.targets or one.id in act.targets]
    for piece in act.evidence:
        said = any(piece.text in value for value in bad)
        yield piece.model_copy(update={"role": "against"}) if said else piece


def _place(old: str, text: str) -> re.Match[str] | None:
    """Where words stand in a text, whatever their case; not within other words."""
    return re.search(rf"(?<!\w){re.escape(old)}(?!\w)", text, re.IGNORECASE)


def _edit(value: Any, edit: EditAct) -> Any:
    new = " ".join(edit.new) if isinstance(edit.new, tuple) else edit.new
    if not edit.old:
        return new if edit.object == "answer" or edit.op == "replace" else f"{value} {new or ''}".strip()
    there = _place(edit.old, str(value))
    if there is None:
        raise UserError(f"“{edit.old}” is not in the answer", do="quote the words that are wrong")
    text = str(value)
    if edit.op == "insert":
        return f"{text[: there.end()]} {new or ''}{text[there.end() :]}".strip()
    gone = f"{text[: there.start()]}{new or ''}{text[there.end() :]}"
    return re.sub(r" +([.,!?;:])", r"\1", re.sub(r" {2,}", " ", gone)).strip()


def _render(example: Example, outputs: Sequence[Output]) -> View:
    from assistant.texts.cells import cell, question_html
    from assistant.texts.say import question

    texts = [str(output.value) for output in outputs]
    cells = tuple(cell(output, [*texts[:at], *texts[at + 1 :]]) for at, output in enumerate(outputs))
    said = f"{len(texts)} answer{'' if len(texts) == 1 else 's'}"
    return View(html=question_html(example.input, texts), text=question(example.input), cells=cells, said=said)


def _changes(report: Report) -> str:
    from assistant.texts.cells import compared

    return compared(report)
