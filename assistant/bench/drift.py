"""Drift: does the learned component still tell the truth about the molecules that it made the model make?

A component is learned from a few known molecules (DRD2; `component_gp`), and the model is trained towards it, round by
round: what scores high by it is more and more often what it is wrong about. In the second arm a simulated chemist, who
is the oracle, scores ten of the molecules that the component praises after each round, and it learns from them (active
learning with people in the loop, as in HITL-AL, Nahal et al. 2024). The gap is the mean of the component less that of
the oracle on what the model makes after as many trainings; `gap change` is that of the arm with answers against the one
without, in shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.bench import Benchmark, Result, bench
from assistant.bench._loop import drawn
from assistant.bench.goal1_qed import druglike
from assistant.molecules._worth import read
from assistant.molecules.acquire import ACQUISITIONS, choose
from assistant.molecules.component_gp import Said, Taste, learn
from assistant.molecules.components import Array
from assistant.molecules.kernel import ACTIVITY, features

ROUNDS, ANSWERS, KNOWN = 3, 10, 100
MADE, DRAWS = 512, 512
SPREAD = 0.5
"""Log-odds by which a score is taken to be off."""


@dataclass
class Component:
    """What is learned: scores of molecules, and more of them."""

    smiles: list[str]
    scores: list[float]

    def taste(self) -> Taste:
        said = [Said(at, float(np.clip(score, 0, 1)), spread=SPREAD) for at, score in enumerate(self.scores)]
        return learn(features(read(self.smiles), ACTIVITY), said)


def run(folder: Path, seeds: tuple[int, ...] = (0, 1, 2, 3, 4), base: str | None = None, draws: int = DRAWS) -> Result:
    from adapters.models.smiles import Smiles
    from assistant.bench._drd2 import molecules, oracle

    model, active, (smiles, activity) = Smiles(base), oracle(folder), molecules(folder)
    found: dict[str, list[float]] = {}
    for seed in seeds:
        order = np.random.default_rng(seed).permutation(len(smiles))
        some = _balanced(order.tolist(), activity)
        for arm in ("no answers", "answers"):
            component = Component([smiles[at] for at in some], [float(activity[at]) for at in some])
            for name, value in course(model, component, active, arm == "answers", seed, draws).items():
                found.setdefault(f"{arm}, {name}", []).append(value)
    mean = {name: float(np.mean(some)) for name, some in found.items()}
    change = mean["answers, gap"] / mean["no answers, gap"] - 1 if mean["no answers, gap"] > 0 else float("nan")
    lost = mean["no answers, QED"] - mean["answers, QED"]
    note = f"{KNOWN} known molecules; {ROUNDS} rounds of {ANSWERS} answers"
    return Result({"gap change": change, "QED lost": lost, **mean}, seeds, note)


def _balanced(order: Sequence[int], activity: Array) -> list[int]:
    """So many known molecules, half of them active."""
    good = [at for at in order if activity[at] > 0.5][: KNOWN // 2]
    return [*good, *[at for at in order if activity[at] <= 0.5][: KNOWN // 2]]


def course(model: Any, component: Component, active: Any, asks: bool, seed: int, draws: int) -> dict[str, float]:
    """The gap and the figures of a sample after a first training and `ROUNDS` more."""
    model.load(None)
    rng, taste = np.random.default_rng(seed), component.taste()
    for number in range(ROUNDS + 1):
        _train(model, taste, 10 * seed + number, draws)
        if asks and number < ROUNDS:
            new = praised(sorted({one for one in drawn(model, MADE, rng) if one} - set(component.smiles)), taste, rng)
            component.smiles += new
            component.scores += active(new).tolist()
            taste = component.taste()
    made = [one for one in drawn(model, MADE, rng) if one]
    said, true = taste.score(features(read(made), ACTIVITY)), active(made)
    return {
        "gap": float(np.mean(said) - np.nanmean(true)), "component": float(np.mean(said)),
        "oracle": float(np.nanmean(true)), "QED": float(np.mean(druglike(made))),
    }  # fmt: skip


def praised(made: Sequence[str], taste: Taste, rng: np.random.Generator) -> list[str]:
    """The molecules to ask about: those that the component thinks best of, none like another."""
    pool = features(read(made), ACTIVITY)
    return [made[at] for at in choose(pool, ACQUISITIONS["greedy"](taste, pool, rng), ANSWERS)]


def _train(model: Any, taste: Taste, seed: int, draws: int) -> None:
    from adapters.fit import fit
    from adapters.signals import Material, Reward

    def worth(values: Sequence[Any]) -> list[float]:
        mols = read(values)
        there = [at for at, mol in enumerate(mols) if mol is not None]
        scores = np.full(len(values), np.nan)
        if there:
            scores[there] = taste.score(features([mols[at] for at in there], ACTIVITY))
        return [float(score) for score in scores]

    fit(model, Material(reward=Reward(worth, draws=draws)), seed=seed, recipe=model.recipe)


@bench
def drift() -> Benchmark:
    """A learned component against the oracle, on generated molecules."""
    return Benchmark(
        what="drift: change of the gap between a learned component and the oracle on generated molecules, "
        "after 3 rounds of 10 answers",
        data="molecules",
        people="simulated",
        reference="without answers: 0; HITL-AL, three chemists: -40 %, -23 %, -74 %",
        target=-0.60,
        better="lower",
        run=run,
    )
