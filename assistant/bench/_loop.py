"""The whole loop with a simulated chemist: the model makes molecules, they are criticised, it is trained on that.

    loop = Loop(Smiles(), critic, seed=0)
    loop.ask(60)                        six rounds of ten: the goal chooses which molecules are shown
    loop.train()                        LoRA by REINVENT's augmented likelihood, towards the goal of all that was said
    loop.sample(1000)                   ->  SMILES, None for what is none

All goes the product's way: words become `Constraint`s, `goal_of` makes the goal, `choose` the questions, `fit` trains.
What is behind the answers, the goal never sees.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from assistant.molecules.goal import MoleculeGoal, goal_of
from assistant.types import Constraint, Example, Feedback, Output

__all__ = ["Critic", "Loop", "drawn", "figures", "trained", "wish"]

Critic: TypeAlias = Callable[[str, np.random.Generator], tuple[str, bool]]
"""Of a molecule: which property is worst, and whether it should be more."""
ROUND, MADE = 10, 64
"""Molecules that are shown at once, and that are made for it."""
SAMPLED_AT_ONCE = 256
DRAWS = 1024
"""Molecules that a training makes."""


KEPT = ("diversity", "valid", "unique", "scaffolds", "QED", "SA score")
"""Figures of a sample beside its score."""


@dataclass
class Loop:
    """One conversation; see the module."""

    model: Any
    critic: Critic
    seed: int = 0
    said: list[Feedback] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.model.load(None)
        self.rng = np.random.default_rng(self.seed)

    @property
    def goal(self) -> MoleculeGoal:
        return goal_of(self.said)

    def ask(self, answers: int) -> None:
        """Hear so many answers more."""
        for begun in range(0, answers, ROUND):
            for smiles in self._questions(self.goal, min(ROUND, answers - begun)):
                self.shown.add(smiles)
                property, up = self.critic(smiles, self.rng)
                self.said.append(wish(smiles, property, up, len(self.said)))

    def _questions(self, goal: MoleculeGoal, count: int) -> list[str]:
        def more(n: int, input: Any = None, among: Sequence[Any] = ()) -> list[Output]:
            made = dict.fromkeys(drawn(self.model, n, self.rng, input or ""))
            return [Output(value=one, example_id="any") for one in made if one and one not in self.shown]

        found, _ = goal.choose(Example(id="any", input=""), more(MADE), count, more, self.rng)
        return [output.value for output in found]

    def train(self) -> MoleculeGoal:
        """Learn from all that was said so far; the goal that it was trained towards."""
        goal = self.goal
        trained(self.model, goal, self.seed + len(self.said))
        return goal

    def sample(self, count: int) -> list[str | None]:
        return drawn(self.model, count, self.rng)


def wish(smiles: str, property: str, up: bool, number: int) -> Constraint:
    """What the page makes of "logP is too high" that was said of one molecule."""
    return Constraint(
        task="molecule", author="simulated", critique=f"c{number}", reading=f"r{number}", property=property,
        operator="increase" if up else "decrease", value=None, strength="prefer", about=(smiles,),
    )  # fmt: skip


def trained(model: Any, goal: MoleculeGoal, seed: int, good: Sequence[str] = ()) -> None:
    """Train the adapter as `train now` does: what the model makes now, and what was called good, is known with its
    worth."""
    from adapters.fit import fit
    from adapters.signals import Material, Reward

    known = [*good, *(one for one in drawn(model, SAMPLED_AT_ONCE, np.random.default_rng(seed)) if one)]
    worths = goal.score(known).tolist()
    rewarded = goal.reward()
    reward = Reward(
        score=lambda values: rewarded(values).tolist(),
        inputs=goal.inputs(),
        draws=DRAWS,
        known=[(goal.inputs()[0], value, worth) for value, worth in zip(known, worths, strict=True)],
    )
    fit(model, Material(reward=reward), seed=seed, recipe=model.recipe)


def drawn(model: Any, count: int, rng: np.random.Generator, input: str = "") -> list[str | None]:
    """So many outputs of the model; None where none was valid."""
    import torch

    torch.manual_seed(int(rng.integers(2**31)))
    sizes = [min(SAMPLED_AT_ONCE, count - at) for at in range(0, count, SAMPLED_AT_ONCE)]
    return [one.value for size in sizes for one in model.predict([input] * size)]


def figures(values: Sequence[str | None], true: Callable[[Sequence[str]], Any]) -> dict[str, float]:
    """Of a sample: the mean true score of what is valid, and diversity, validity, uniqueness, QED."""
    there = [value for value in values if value is not None]
    told = goal_of([]).measures(values)
    return {"score": float(np.nanmean(true(there))), **{name: told[name] for name in KEPT}}
