"""Molecules: a chemist talks a generator towards the compounds they mean.

Input: how a SMILES should begin, "" for any molecule.  Output: a SMILES, canonical and neutral.
Source of the problem: Sundin et al. 2022, J. Cheminform. 14:86; there the chemist scores molecules, here they say what
is wrong: "too greasy", "no nitro groups", "I like 2's scaffold but 5's solubility". `docs/molecules.md` has the model.

    {"id": "any", "input": ""}   ->   twelve drawn molecules, each with its worth and what raised or lowered it
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import UserError
from assistant.tasks import Download, Goal, Guard, Task, View, task
from assistant.types import Act, Context, Critique, EditAct, Example, Feedback, Output, Report, Vocabulary

if TYPE_CHECKING:
    from adapters.models import Model
    from assistant.molecules.files import Loaded
    from assistant.molecules.objective import Objective

SHOWN, SAMPLE = 12, 192
"""Molecules on screen, and those that the gate compares."""
GUARDS = {
    "valid": Guard(least=0.9),
    "diversity": Guard(falls=0.12),
    "QED": Guard(falls=0.15),
    "SA score": Guard(rises=0.75),
}
"""Without them a training on a score drives what the score forgot wherever it likes."""
HELP = (
    "too greasy",
    "no nitro groups",
    "keep MW under 400",
    "2 is better than 5, it is more polar",
    "put a fluorine on the phenyl of 3",
    "needs to get into the brain",
)
OBJECTIVES = (".toml", ".json")
DOWNLOADS = (
    Download("best.smi", "The best molecules, as SMILES"),
    Download("best.csv", "The best molecules with their worth and properties, as CSV"),
    Download("best.sdf", "The best molecules with their worth and properties, as SDF"),
    Download("scoring.toml", "What you want, as a scoring function for REINVENT 4", of="goal"),
)


@task
def molecule(
    data: str | None = None,
    label: str | None = None,
    base: str | None = None,
    goal: str | None = None,
    rank: int = 8,
    name: str = "",
) -> Task:
    """Steer a generator of molecules by saying what is wrong with them.

    Args:
        data: own molecules (.smi, .csv, .sdf), shown among those that are made.
        label: the column of `data` (a CSV) with measured values, to which a model is fitted. "IC50_nM:less" says that
            less is better, ":more" that more is; ":log" and ":linear" choose the scale. What isn't said is guessed.
        base: a causal model over SMILES, on the hub or a folder; None: the embedded one.
        goal: a profile ("CNS", "lead-like") or a REINVENT scoring file (.toml, .json); None: drug-like.

    Raises:
        UserError: a file can't be read, or there is no such profile.
    """
    own = _own(data)
    start, notes = _start(goal, data, label)
    smiles = _smiles_of(own)

    def wanted(said: Sequence[Feedback]) -> Goal:
        from assistant.molecules.goal import goal_of

        return goal_of(said, start, smiles)

    return Task(
        model=_generator(base, rank),
        examples=lambda: [Example(id="any", input="")],
        vocabulary=_vocabulary(),
        render=_render,
        edit=_edit,
        part=_part,
        picture=_picture,
        normal=_normal,
        outputs=SHOWN,
        sample=SAMPLE,
        goal=wanted,
        guards=GUARDS,
        downloads=DOWNLOADS,
        changes=_changes,
        metric="score",
        name=name,
        help=HELP,
        notes=(*notes, *_set_aside(own)),
    )


def _generator(base: str | None, rank: int) -> Callable[[], Model]:
    def make() -> Model:
        from adapters.models import family

        return family.get("smiles")(base=base, rank=rank)

    return make


# --- where it starts -------------------------------------------------------------------------------------------


def _own(data: str | None) -> Loaded | None:
    if data is None:
        return None
    from assistant.molecules.files import load

    return load(data)


def _smiles_of(own: Loaded | None) -> list[str]:
    if own is None:
        return []
    from assistant.molecules.chem import canonical

    return [canonical(mol) for mol in own.mols]


def _set_aside(own: Loaded | None) -> list[str]:
    if own is None or not own.aside:
        return []
    first, count = own.aside[0], len(own.aside)
    said = "1 record was set aside:" if count == 1 else f"{count} records were set aside; the first,"
    return [f"{said} number {first.index + 1}: {first.reason}"]


def _start(goal: str | None, data: str | None, label: str | None) -> tuple[Objective | None, list[str]]:
    """The objective before anything was said, and what should be known of it."""
    start, notes = _named(goal) if goal else (None, [])
    if label is None:
        return start, notes
    if data is None or Path(data).suffix.lower() != ".csv":
        raise UserError(f"The column {label!r} needs a CSV with SMILES and values", do="name it with --data")
    return _with_assay(start, data, label, notes)


def _named(goal: str) -> tuple[Objective, list[str]]:
    from assistant.molecules import reinvent
    from assistant.molecules.objective import Objective
    from assistant.molecules.profiles import profile

    path = Path(goal)
    if path.suffix.lower() in OBJECTIVES:
        read = reinvent.read(path)
        foreign = [f"{len(read.foreign)} of its components can't be computed here."] if read.foreign else []
        return read.objective, [*read.notes, *foreign]
    chosen = profile(goal)
    return Objective(chosen.parts()), [f"It starts from the profile {chosen.name} ({chosen.source})."]


def _with_assay(start: Objective | None, data: str, label: str, notes: list[str]) -> tuple[Objective, list[str]]:
    from assistant.molecules.assay import measured
    from assistant.molecules.objective import Objective

    found = measured(data, label)
    parts, limits = (start.parts, start.limits) if start else ((), ())
    said = [found.said, found.left_out] if found.left_out else [found.said]
    return Objective((*parts, found.part), limits), [*notes, *said]


# --- what may be said, and what it means here ------------------------------------------------------------------


def _vocabulary() -> Vocabulary:
    from assistant.molecules.words import vocabulary

    return vocabulary()


def _normal(act: Act, critique: Critique) -> Act:
    from assistant.molecules.words import meant

    return meant(act, critique.text)


def _picture(act: Act, context: Context, goal: Goal | None) -> str:
    from assistant.molecules.goal import MoleculeGoal
    from assistant.molecules.picture import picture

    return picture(act, context, goal) if isinstance(goal, MoleculeGoal) else ""


def _edit(value: Any, edit: EditAct) -> Any:
    from assistant.molecules.edits import edit as edited

    if edit.object == "answer" and edit.new is not None:  # written in place
        from assistant.molecules.chem import canonical, clean

        return canonical(clean(str(edit.new)))
    return edited(str(value), edit)


def _part(value: Any, parts: Sequence[int]) -> str:
    from assistant.molecules.drawing import fragment

    return fragment(str(value), parts)


# --- how it is shown -------------------------------------------------------------------------------------------


def _render(example: Example, outputs: Sequence[Output]) -> View:
    from assistant.molecules.cells import cell

    scores = [output.score for output in outputs if output.score is not None]
    worth = f", worth {min(scores):.2f} to {max(scores):.2f}" if scores else ""
    made = f"{len(outputs)} molecule{'' if len(outputs) == 1 else 's'}{worth}"
    return View(html="", cells=tuple(cell(output, number) for number, output in enumerate(outputs, 1)), said=made)


def _changes(report: Report) -> str:
    from assistant.molecules.cells import compared

    return compared(report)
