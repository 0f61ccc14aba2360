"""`sayso train-prior` trains the SMILES model that ships, on molecules; stopped, it goes on where it was.

sayso train-prior                       -> ZINC from the benchmark data, into the package: some hours on two cores
sayso train-prior own.smi --out own     -> your own molecules; then sayso chat --task molecule --base own
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

from assistant.commands import AsJson, Home, note, say

__all__ = ["train_prior"]


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
    measured = {name: figure if math.isfinite(figure) else None for name, figure in figures.items()}
    text = "\n".join(f"{name}: {'–' if figure is None else f'{figure:.3f}'}" for name, figure in measured.items())
    say(as_json, {"folder": str(target), "figures": measured}, f"{text}\n{target} is written.")


def _zinc() -> Path:
    from assistant.bench._run import data_folder

    return data_folder() / "molecules" / "zinc250k.smi.gz"
