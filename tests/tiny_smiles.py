"""A tiny SMILES model that a test trains for itself, on a few dozen molecules, in seconds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapters.models._smiles_prior import Plan

__all__ = ["MOLECULES", "tiny_plan", "tiny_prior"]

RESTS = ("C", "CC", "O", "OC", "N", "F", "Cl", "Br", "C#N", "C(=O)O", "C(N)=O", "[N+](=O)[O-]")
MOLECULES = [*(f"c1ccc({rest})cc1" for rest in RESTS), *(f"C1CCN({rest})CC1" for rest in RESTS[:4]), "C[C@H](N)C(=O)O"]


def tiny_prior(folder: Path, epochs: float = 150) -> str:
    """A model of two layers that knows `MOLECULES` nearly by heart; its folder."""
    from adapters.models._smiles_prior import train_prior

    source = folder / "tiny.smi"
    folder.mkdir(parents=True, exist_ok=True)
    source.write_text("\n".join(MOLECULES) + "\n", encoding="utf-8")
    train_prior(source, folder / "model", folder / "work", tiny_plan(epochs), lambda text: None)
    return str(folder / "model")


def tiny_plan(epochs: float = 150) -> Plan:
    from adapters.models._smiles_prior import Plan

    return Plan(
        epochs=epochs, batch=8, rate=1e-2, held=0.06, looks=1 / 50, looked=16,
        width=64, layers=2, heads=4, shared=2, inner=96,
    )  # fmt: skip
