"""Training: the sum of the signals, minimised over the adapter's parameters. Knows no task.

    loss = sum over signals of weight x mean over its items  (+ ridge x |head - head of the parent|^2)

First the head alone settles, by L-BFGS over all items, on features that stay as they are: that is cheap and nearly
convex. Then the whole adapter follows, by AdamW over batches. Deterministic for a seed, and the same after a kill as
without one: batches depend on the seed and the step alone, and a checkpoint (safetensors, written aside and renamed)
holds parameters and moments.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor, nn

from adapters.device import device, on_gpu
from adapters.models import Model
from adapters.signals import Material, Signal, signal

__all__ = ["Fit", "Fitter", "Recipe", "fit"]

CHECKPOINT = "checkpoint.safetensors"
CHECKPOINT_SECONDS = 2.0
SETTLED = 0.4
"""The share of the progress bar that the settling of the head is."""


@dataclass(frozen=True)
class Recipe:
    """How to train.

    `ridge` pulls the head to where it began while it settles: to its parent's, which remembers all that was learned
    before (a Gaussian prior, as in Laplace propagation, Smola et al. 2003), or to zero. At most `settle` iterations; 0
    leave it as it is.
    Then `passes` is how often the adapter sees each item, within the bounds on steps; rates are AdamW's at their
    highest. A batch is `gpu_batch` times a signal's own on a GPU, elsewhere `cpu_batch` times.
    """

    settle: int = 40
    ridge: float = 0.03
    passes: int = 2
    least_steps: int = 6
    most_steps: int = 40
    head_rate: float = 3e-4
    inner_rate: float = 3e-4
    weight_decay: float = 0.01
    gpu_batch: float = 4
    cpu_batch: float = 1
    weights: Mapping[str, float] = field(default_factory=dict)
    """Signals whose weight is other than their own; 0 switches one off."""


@dataclass(frozen=True)
class Fit:
    """`losses`: the mean loss of each signal over the last pass, in nats."""

    steps: int
    losses: dict[str, float]
    seconds: float
    items: dict[str, int]


Fitter: TypeAlias = Callable[..., Fit]
"""What is called as `fit` is."""


@dataclass
class _Course:
    """One signal with its items; `batch(step, ...)` walks through them in a new order every pass."""

    name: str
    signal: Signal
    items: list[Any]
    weight: float
    seed: int

    def batch(self, step: int, grow: float) -> list[Any]:
        size = max(1, round(self.signal.batch * grow))
        if len(self.items) <= size:
            return self.items
        per_pass = math.ceil(len(self.items) / size)
        order = np.random.default_rng((self.seed, step // per_pass)).permutation(len(self.items))
        start = (step % per_pass) * size
        return [self.items[index] for index in order[start : start + size]]


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
    if courses and recipe.settle and first == 0:
        _settle(model, courses, recipe, lambda share: progress(SETTLED * share))
    saved = 0.0
    try:
        model.train(first < steps)  # where only the head settled, what was read of texts still holds
        for step in range(first, steps):
            if folder and time.perf_counter() - saved > CHECKPOINT_SECONDS:
                _checkpoint(folder, step, named, optimizer)
                saved = time.perf_counter()
            torch.manual_seed(seed * 1_000_003 + step)
            _rates(optimizer, recipe, step / steps)
            _step(model, courses, step, recipe, optimizer, losses)
            progress(SETTLED + (1 - SETTLED) * (step + 1) / steps)
    finally:
        model.train(False)
    return Fit(
        steps=steps,
        losses={name: float(np.mean(some[-8:])) for name, some in losses.items() if some},
        seconds=time.perf_counter() - started,
        items={course.name: len(course.items) for course in courses},
    )


def _courses(model: Model, material: Material, recipe: Recipe, seed: int) -> list[_Course]:
    courses = []
    for index, name in enumerate(signal.names()):
        made = signal.get(name)()
        weight = recipe.weights.get(name, made.weight)
        items = made.prepare(model, material) if weight else []
        if items:
            courses.append(_Course(name, made, items, weight, seed + index))
    return courses


def _steps(courses: Sequence[_Course], recipe: Recipe) -> int:
    """How many steps the whole adapter takes; what is only rehearsed does not count, where there is anything new."""
    if not courses:
        return 0
    teaching = [course for course in courses if not course.signal.rehearses] or courses
    small = 1 if on_gpu() else recipe.cpu_batch
    longest = max(len(course.items) / (course.signal.batch * small) for course in teaching)
    return min(recipe.most_steps, max(recipe.least_steps, math.ceil(recipe.passes * longest)))


def _settle(model: Model, courses: Sequence[_Course], recipe: Recipe, progress: Callable[[float], None]) -> None:
    """The head alone, over all items at once."""
    model.train(False)
    head = [p for name, p in model.trainable() if name.startswith("head.")]
    if not head:
        return
    optimizer = torch.optim.LBFGS(head, max_iter=recipe.settle, history_size=10, line_search_fn="strong_wolfe")
    began = [p.detach().clone() for p in head]
    evaluations = 0

    def closure() -> float:
        nonlocal evaluations
        optimizer.zero_grad()
        total = recipe.ridge * torch.stack([(p - p0).square().sum() for p, p0 in zip(head, began, strict=True)]).sum()
        for course in courses:
            total = total + course.weight * course.signal.loss(model, course.items).mean()
        total.backward()  # type: ignore[no-untyped-call]
        evaluations += 1
        progress(min(1.0, evaluations / recipe.settle))
        return float(total.detach())

    optimizer.step(closure)  # type: ignore[no-untyped-call]


def _step(
    model: Model,
    courses: Sequence[_Course],
    step: int,
    recipe: Recipe,
    optimizer: torch.optim.Optimizer,
    losses: dict[str, list[float]],
) -> None:
    optimizer.zero_grad()
    grow = recipe.gpu_batch if on_gpu() else recipe.cpu_batch
    total = torch.zeros((), device=device())
    for course in courses:
        loss = course.signal.loss(model, course.batch(step, grow)).mean()
        losses[course.name].append(float(loss.detach()))
        total = total + course.weight * loss
    total.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_([p for group in optimizer.param_groups for p in group["params"]], 1.0)
    optimizer.step()


def _optimizer(named: Sequence[tuple[str, nn.Parameter]], recipe: Recipe) -> torch.optim.AdamW:
    head = [p for name, p in named if name.startswith("head.")]
    inner = [p for name, p in named if not name.startswith("head.")]
    groups = [{"params": some, "lr": 0.0, "part": part} for part, some in (("head", head), ("inner", inner)) if some]
    return torch.optim.AdamW(groups, weight_decay=recipe.weight_decay)


def _rates(optimizer: torch.optim.Optimizer, recipe: Recipe, share: float) -> None:
    """A short warm-up, then down along a cosine."""
    factor = min(1.0, share / 0.1 + 0.1) * 0.5 * (1 + math.cos(math.pi * share))
    for group in optimizer.param_groups:
        group["lr"] = factor * (recipe.head_rate if group["part"] == "head" else recipe.inner_rate)


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


def _resume(folder: Path | None, named: Sequence[tuple[str, nn.Parameter]], optimizer: torch.optim.Optimizer) -> int:
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
