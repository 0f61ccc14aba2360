"""The small models that ship, trained anew; a training that was stopped goes on where it was.

sayso train-prior                       -> ZINC from the benchmark data, into the package: some hours on two cores
sayso train-prior own.smi --out own     -> your own molecules; then sayso chat --task molecule --base own
sayso train-text                        -> the model of help-desk answers, from talks that are made: two hours
sayso train-satisfaction                -> what hears that somebody is unhappy, from dialogues: a minute
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

from assistant.commands import AsJson, Home, note, say

__all__ = ["train_prior", "train_satisfaction", "train_text"]


def train_prior(
    source: Annotated[
        Path | None, typer.Argument(help="SMILES, one a line; .gz, too [default: ZINC of the benchmark data].")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The folder to write to [default: into the package].")] = None,
    epochs: Annotated[
        float | None, typer.Option(help="How often each is seen [default: the plan's].", min=0.01)
    ] = None,
    batch: Annotated[int | None, typer.Option(help="Molecules a step [default: the plan's].", min=2)] = None,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Train the model that writes molecules; a training that was stopped goes on."""
    from adapters.models._smiles_prior import Plan, train_prior
    from adapters.models.smiles import EMBEDDED
    from assistant.errors import UserError
    from assistant.settings import settings

    path = source or _zinc()
    if not path.is_file():
        raise UserError(f"There is no file {str(path)!r}", "a text file with one SMILES a line")
    given = {"epochs": epochs, "batch": batch}
    plan = Plan(seed=seed, **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    target = out or EMBEDDED
    work = settings(home=home).folder / "prior" if out is None else target / "training"
    figures = train_prior(path, target, work, plan, note)
    _tell(as_json, target, figures)


def train_text(
    out: Annotated[Path | None, typer.Option(help="The folder to write to [default: into the package].")] = None,
    epochs: Annotated[
        float | None, typer.Option(help="How many stretches of 400 steps [default: the plan's].", min=0.01)
    ] = None,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Train the model that answers for help desks; a training that was stopped goes on."""
    from adapters.models._text_prior import Plan, train_text
    from adapters.models.causal import EMBEDDED
    from assistant.settings import settings

    plan = Plan(seed=seed) if epochs is None else Plan(seed=seed, epochs=epochs)
    target = out or EMBEDDED
    work = settings(home=home).folder / "text" if out is None else target / "training"
    _tell(as_json, target, train_text(target, work, plan, note))


def train_satisfaction(
    source: Annotated[
        Path | None, typer.Argument(help="Annotated dialogues [default: those of the benchmark data].")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write [default: into the package].")] = None,
    as_json: AsJson = False,
) -> None:
    """Train what hears that somebody is unhappy with a reply, on corpora whose weights may be passed on."""
    from adapters.satisfaction import WEIGHTS, learned, vectors, write
    from assistant.bench._partners import SHIPS, read
    from assistant.bench._run import data_folder

    path = source or data_folder() / "dialogue_feedback" / "dialogues.jsonl"
    said = [one for one in read(path) if one.unhappy is not None and one.corpus in SHIPS]
    weights = learned(vectors([one.text for one in said]), [bool(one.unhappy) for one in said])
    write(weights, out or WEIGHTS)
    _tell(as_json, out or WEIGHTS, {"turns": len(said), "unhappy": sum(bool(one.unhappy) for one in said)})


def _tell(as_json: bool, target: Path, figures: dict[str, float]) -> None:
    measured = {name: figure if math.isfinite(figure) else None for name, figure in figures.items()}
    text = "\n".join(f"{name}: {'–' if figure is None else f'{figure:.3f}'}" for name, figure in measured.items())
    say(as_json, {"folder": str(target), "figures": measured}, f"{text}\n{target} is written.")


def _zinc() -> Path:
    from assistant.bench._run import data_folder

    return data_folder() / "molecules" / "zinc250k.smi.gz"
