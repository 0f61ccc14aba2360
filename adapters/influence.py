"""Which feedback caused an answer: influence functions on the parameters of the adapter's head.

Without feedback i a training would have come out elsewhere: by H^-1 grad(w_i l_i), to first order (Koh & Liang 2017).
So what i did for the answer y to x is

    influence(i, (x, y)) = -grad(log p(y | x)) . H^-1 grad(w_i l_i)        in nats; above 0: it made y likelier

where l_i is its loss by every signal that eats it, and w_i what that weighs in the training. H is the curvature of
what the head minimised: the pull to its parent's, and of the items that of a softmax (Gauss-Newton, which is Fisher's
here: the mean over y of the outer product of grad log p(y | x)). A model whose values can't be listed has the pull
alone; that leaves the product of gradients, which is TracIn's (Pruthi et al. 2020) at the last checkpoint.

    influence(model, [Label("I want my money back", "is", "complaint")], [("Refund me!", "complaint")])  -> [[0.41]]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from adapters.fit import Recipe
from adapters.models import Model
from adapters.signals import Material, Signal, signal
from assistant.types import Label, Preference

__all__ = ["causes", "influence"]

UNLIKELY = 0.01
"""Values with a smaller probability bend the loss too little to count."""
AT_LEAST = 0.2
"""Of the largest influence: less is not called a cause."""


def influence(
    model: Model,
    taught: Sequence[Label | Preference],
    queries: Sequence[tuple[Any, Any]],
    *,
    known: Sequence[tuple[Any, Any]] = (),
    items: Mapping[str, float] | None = None,
    recipe: Recipe | None = None,
) -> np.ndarray[Any, Any]:
    """(Q, N) nats that each piece of feedback added to log p(value | input) of each query, to first order.

    Args:
        known: other (input, value) that the training rehearsed: they hold the head where it is.
        items: how many items each signal had in the training; by default those of `taught` and `known`.
        recipe: of that training.
    """
    if not taught or not queries:
        return np.zeros((len(queries), len(taught)))
    recipe = recipe or Recipe()
    parameters = _parameters(model)
    model.train(False)
    if model.values():  # read together; one by one they come from memory then
        with torch.no_grad():
            seen = [(one.input, one.value if isinstance(one, Label) else one.chosen) for one in taught]
            model.logp(*(list(some) for some in zip(*seen, *queries, *known, strict=True)))
    signals = {name: signal.get(name)() for name in signal.names()}
    parts = [_losses(model, one, signals, recipe) for one in taught]
    counts = items or _counts(parts, len(known))
    pushed = torch.stack([_pushed(parameters, part, counts) for part in parts])
    asked = torch.stack([_gradient(parameters, model.logp([x], [y]).sum()) for x, y in queries])
    rehearsed = recipe.weights.get("replay", signal.get("replay")().weight) / counts.get("replay", max(1, len(known)))
    bends = [
        (one.input, sum(weight / counts[name] for name, weight, _ in p)) for one, p in zip(taught, parts, strict=True)
    ]
    bends += [(x, rehearsed) for x, _ in known]
    curved = _curvature(model, parameters, bends)
    pull = max(2 * recipe.ridge, 1e-6)
    direct = (asked @ pushed.T).double()
    if len(curved):
        inside = pull * torch.eye(len(curved), dtype=torch.float64, device=curved.device) + (curved @ curved.T).double()
        direct = direct - (curved @ asked.T).double().T @ torch.linalg.solve(inside, (curved @ pushed.T).double())
    return np.asarray((-direct / pull).cpu().numpy())


def causes(found: np.ndarray[Any, Any], most: int = 3) -> list[list[int]]:
    """For each query of `influence`, the columns that raised it most, the strongest first; none where none did.

    >>> causes(np.array([[0.4, -0.1, 0.3, 0.01]]))
    [[0, 2]]
    """
    order = np.argsort(-found, axis=1, kind="stable")[:, :most]
    return [
        [int(column) for column in row if values[column] > max(0.0, AT_LEAST * values.max())]
        for row, values in zip(order, found, strict=True)
    ]


_Part = tuple[str, float, Tensor]
"""A signal's name, its weight, and the summed loss of one piece of feedback by it."""


def _parameters(model: Model) -> list[nn.Parameter]:
    """The head's, where there is one: its loss is nearly convex; else all of the adapter's."""
    named = model.trainable()
    return [p for name, p in named if name.startswith("head.")] or [p for _, p in named]


def _losses(model: Model, one: Label | Preference, signals: Mapping[str, Signal], recipe: Recipe) -> list[_Part]:
    """What one piece of feedback alone comes to, by every signal that eats it."""
    found = []
    for name, made in signals.items():
        weight = recipe.weights.get(name, made.weight)
        items = made.prepare(model, Material(new=[one])) if weight else []
        if items:
            found.append((name, weight, made.loss(model, items).sum()))
    return found


def _counts(parts: Sequence[Sequence[_Part]], known: int) -> dict[str, float]:
    counts: dict[str, float] = {"replay": float(max(1, known))}
    for part in parts:
        for name, _, _ in part:
            counts[name] = counts.get(name, 0.0) + 1
    return counts


def _pushed(parameters: Sequence[nn.Parameter], part: Sequence[_Part], counts: Mapping[str, float]) -> Tensor:
    """(P,) gradient of what one piece of feedback adds to the whole loss."""
    terms = [weight / counts.get(name, 1.0) * loss for name, weight, loss in part]
    return _gradient(parameters, torch.stack(terms).sum() if terms else torch.zeros(()))


def _gradient(parameters: Sequence[nn.Parameter], value: Tensor) -> Tensor:
    """(P,)"""
    if not value.requires_grad:
        return torch.zeros(sum(p.numel() for p in parameters), device=parameters[0].device)
    found = torch.autograd.grad(value, list(parameters), allow_unused=True, retain_graph=True)
    flat = [torch.zeros_like(p) if g is None else g for p, g in zip(parameters, found, strict=True)]
    return torch.cat([one.reshape(-1) for one in flat]).float()


def _curvature(model: Model, parameters: Sequence[nn.Parameter], bends: Sequence[tuple[Any, float]]) -> Tensor:
    """(M, P) rows whose outer products sum to the curvature of the items, each weighed."""
    values, rows = model.values(), []
    for input, weight in bends if values else ():
        logp = model.logp([input] * len(values), list(values))
        for each in logp:
            p = float(each.detach().exp())
            if p > UNLIKELY:
                rows.append((weight * p) ** 0.5 * _gradient(parameters, each))
    return (
        torch.stack(rows) if rows else torch.zeros(0, sum(p.numel() for p in parameters), device=parameters[0].device)
    )
