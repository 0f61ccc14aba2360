"""Training: the sum of the signals, minimised over the adapter's parameters. Knows no task.

    loss = sum over signals of weight x mean over a batch of its items

Deterministic for a seed, and the same after a kill as without one: batches and dropout depend on the seed and
the step alone, and a checkpoint (safetensors, written aside and renamed) holds parameters and moments.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from adapters.device import device, on_gpu
from adapters.models import Model
from adapters.signals import Material, Signal, signal

__all__ = ["Fit", "Recipe", "fit"]

CHECKPOINT = "checkpoint.safetensors"
CHECKPOINT_SECONDS = 2.0


@dataclass(frozen=True)
class Recipe:
    """How to train. Learning rates are AdamW's; `passes` is how often each item is seen, between the bounds.

    On a GPU batches are `gpu_batch` times larger.
    """

    adapter_rate: float = 1e-3
    head_rate: float = 5e-3
    weight_decay: float = 0.01
    passes: int = 8
    least_steps: int = 16
    most_steps: int = 300
    gpu_batch: int = 4
    weights: Mapping[str, float] = field(default_factory=dict)
    """Signals whose weight is other than their own; 0 switches one off."""


@dataclass(frozen=True)
class Fit:
    """`losses`: the mean loss of each signal over the last pass, in nats."""

    steps: int
    losses: dict[str, float]
    seconds: float
    items: dict[str, int]


@dataclass
class _Course:
    """One signal with its items; `batch(step)` walks through them in a new order every pass."""

    name: str
    signal: Signal
    items: list[Any]
    weight: float
    size: int
    seed: int

    def batch(self, step: int) -> list[Any]:
        if len(self.items) <= self.size:
            return self.items
        per_pass = math.ceil(len(self.items) / self.size)
        order = np.random.default_rng((self.seed, step // per_pass)).permutation(len(self.items))
        start = (step % per_pass) * self.size
        return [self.items[index] for index in order[start : start + self.size]]


def fit(
    model: Model,
    material: Material,
    *,
    seed: int = 0,
    recipe: Recipe | None = None,
    folder: Path | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> Fit:
    """Train the adapter that `model` holds, in place.

    Args:
        folder: where the checkpoint lies; if there is one, the training goes on from it.
        progress: is told the share done, in [0, 1]; what it raises stops the training.
    """
    recipe = recipe or Recipe()
    started = time.perf_counter()
    courses = _courses(model, material, recipe, seed)
    steps = _steps(courses, recipe)
    named = model.trainable()
    optimizer = _optimizer(named, recipe)
    first = _resume(folder, named, optimizer)
    losses: dict[str, list[float]] = {course.name: [] for course in courses}
    saved = time.perf_counter()
    model.train(True)
    try:
        for step in range(first, steps):
            torch.manual_seed(seed * 1_000_003 + step)
            _rates(optimizer, step / steps)
            _step(model, courses, step, optimizer, losses)
            progress((step + 1) / steps)
            if folder and time.perf_counter() - saved > CHECKPOINT_SECONDS:
                _checkpoint(folder, step + 1, named, optimizer)
                saved = time.perf_counter()
    finally:
        model.train(False)
    return Fit(
        steps=steps,
        losses={name: float(np.mean(some[-8:])) for name, some in losses.items() if some},
        seconds=time.perf_counter() - started,
        items={course.name: len(course.items) for course in courses},
    )


def _courses(model: Model, material: Material, recipe: Recipe, seed: int) -> list[_Course]:
    grow = recipe.gpu_batch if on_gpu() else 1
    courses = []
    for index, name in enumerate(signal.names()):
        made = signal.get(name)()
        weight = recipe.weights.get(name, made.weight)
        items = made.prepare(model, material) if weight else []
        if items:
            courses.append(_Course(name, made, items, weight, made.batch * grow, seed + index))
    return courses


def _steps(courses: Sequence[_Course], recipe: Recipe) -> int:
    if not courses:
        return 0
    teaching = [course for course in courses if not course.signal.rehearses] or courses
    longest = max(len(course.items) / course.size for course in teaching)
    return min(recipe.most_steps, max(recipe.least_steps, math.ceil(recipe.passes * longest)))


def _step(
    model: Model,
    courses: Sequence[_Course],
    step: int,
    optimizer: torch.optim.Optimizer,
    losses: dict[str, list[float]],
) -> None:
    optimizer.zero_grad()
    total = torch.zeros((), device=device())
    for course in courses:
        loss = course.signal.loss(model, course.batch(step)).mean()
        losses[course.name].append(float(loss.detach()))
        total = total + course.weight * loss
    total.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_([p for group in optimizer.param_groups for p in group["params"]], 1.0)
    optimizer.step()


def _optimizer(named: Sequence[tuple[str, nn.Parameter]], recipe: Recipe) -> torch.optim.AdamW:
    head = [p for name, p in named if name.startswith("head.")]
    inner = [p for name, p in named if not name.startswith("head.")]
    groups = [(inner, recipe.adapter_rate), (head, recipe.head_rate)]
    return torch.optim.AdamW(
        [{"params": some, "lr": rate, "base": rate} for some, rate in groups if some],
        weight_decay=recipe.weight_decay,
    )


def _rates(optimizer: torch.optim.Optimizer, share: float) -> None:
    """A short warm-up, then down along a cosine."""
    factor = min(1.0, share / 0.1 + 0.1) * 0.5 * (1 + math.cos(math.pi * share))
    for group in optimizer.param_groups:
        group["lr"] = group["base"] * factor


def _checkpoint(
    folder: Path, step: int, named: Sequence[tuple[str, nn.Parameter]], optimizer: torch.optim.Optimizer
) -> None:
    from safetensors.torch import save_file

    tensors: dict[str, Tensor] = {"step": torch.tensor([step])}
    for name, parameter in named:
        tensors[f"value.{name}"] = parameter.detach().cpu()
        for key, moment in optimizer.state.get(parameter, {}).items():
            tensors[f"{key}.{name}"] = torch.as_tensor(moment).detach().cpu().reshape(-1)
    aside = folder / (CHECKPOINT + ".new")
    save_file({key: tensor.clone() for key, tensor in tensors.items()}, aside)
    aside.replace(folder / CHECKPOINT)


def _resume(
    folder: Path | None, named: Sequence[tuple[str, nn.Parameter]], optimizer: torch.optim.Optimizer
) -> int:
    """Take up the checkpoint, if there is one; returns the next step."""
    if not folder or not (folder / CHECKPOINT).exists():
        return 0
    from safetensors.torch import load_file

    tensors = load_file(folder / CHECKPOINT)
    with torch.no_grad():
        for name, parameter in named:
            parameter.copy_(tensors[f"value.{name}"])
            if f"step.{name}" in tensors:
                optimizer.state[parameter] = {
                    "step": tensors[f"step.{name}"][0],
                    "exp_avg": tensors[f"exp_avg.{name}"].view_as(parameter).to(parameter.device),
                    "exp_avg_sq": tensors[f"exp_avg_sq.{name}"].view_as(parameter).to(parameter.device),
                }
    return int(tensors["step"][0])
