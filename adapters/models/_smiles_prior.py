"""The training of the SMILES model that ships: what drug-like molecules are like, before anybody said anything.

A Llama of 5.4 million parameters learns neutral molecules as canonical SMILES and, a quarter of the time and with
another mark in front, as randomised ones (see `_smiles_tokens`). `_pretrain` says how.

    epoch 1.25/4: loss 0.712, held out 0.694, valid 0.893 of 512, unique 1.000, new 0.998, 7,310 tokens/s, 96 min left
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from adapters.models import _pretrain
from adapters.models._pretrain import Course, Say, loss_of, padded, pretrain, save
from adapters.models._smiles_molecules import anywhere, molecules, quality
from adapters.models._smiles_sample import Grammar, draw, packed
from adapters.models._smiles_tokens import ANY, encode, tokenizer

__all__ = ["Plan", "train_prior"]

WINDOW = 256


@dataclass(frozen=True)
class Plan(_pretrain.Plan):
    """`anywhere`: the share of randomised SMILES."""

    anywhere: float = 0.25


def train_prior(source: Path, out: Path, work: Path, plan: Plan = Plan(), say: Say = print) -> dict[str, float]:
    """Train on the SMILES in `source`, and write model, tokenizer and figures to `out`, as transformers reads them.

    Args:
        work: where the checkpoint lies; if it has one of the same plan, the training goes on from it.

    Returns:
        the figures of the last look: loss [nats per token], held, valid, unique, new.

    Raises:
        UserError: `source` has too few molecules, or the checkpoint is of another plan.
    """
    work.mkdir(parents=True, exist_ok=True)
    taught, held = molecules(source, work, plan.held, plan.batch, plan.seed, say)
    made = tokenizer([*taught, *held])
    course = Course(
        tokenizer=made,
        batches=partial(_batches, taught, made, plan),
        per_epoch=len(taught) // plan.batch,
        look=partial(_look, made=made, plan=plan, held=held, known={*taught, *held}),
        tell=partial(_told, looked=plan.looked),
    )
    model, figures = pretrain(course, plan, WINDOW, work, say)
    rounded = {name: round(figure, 4) for name, figure in figures.items()}
    save(model, made, out, {"molecules": len(taught), "figures": rounded, "plan": asdict(plan)})
    return figures


def _told(figures: dict[str, float], looked: int) -> str:
    return (
        f"held out {figures['held']:.3f}, valid {figures['valid']:.3f} of {looked}, unique {figures['unique']:.3f}, "
        f"new {figures['new']:.3f}"
    )


# --- batches -------------------------------------------------------------------------------------------------


def _batches(taught: Sequence[str], made: Any, plan: Plan, first: int, last: int) -> Iterator[Tensor]:
    """The (B, T) padded token ids of the steps from `first` to before `last`."""
    per_epoch = len(taught) // plan.batch
    for epoch in range(first // per_epoch, (last - 1) // per_epoch + 1):
        start = epoch * per_epoch
        state = random.Random(f"{plan.seed} {epoch}")
        rows = [taught[index] for index in state.sample(range(len(taught)), len(taught))]
        order = _by_length(rows, plan, per_epoch, state)
        for step in range(max(first, start), min(last, start + per_epoch)):
            yield _batch([rows[index] for index in order[step - start]], made, plan, step)


def _by_length(rows: Sequence[str], plan: Plan, count: int, state: random.Random) -> list[list[int]]:
    """Which rows each batch has: alike in length, so that little is padded, and in random order."""
    pool = 64 * plan.batch
    batches: list[list[int]] = []
    for start in range(0, len(rows), pool):
        order = sorted(range(start, min(len(rows), start + pool)), key=lambda index: len(rows[index]))
        batches += [order[at : at + plan.batch] for at in range(0, len(order), plan.batch)]
    whole = [batch for batch in batches if len(batch) == plan.batch][:count]
    state.shuffle(whole)
    return whole


def _batch(rows: Sequence[str], made: Any, plan: Plan, step: int) -> Tensor:
    state = random.Random(f"{plan.seed} {step} anywhere")
    begin = made.convert_tokens_to_ids(ANY)
    loose = [state.random() < plan.anywhere for _ in rows]
    said = [anywhere(one, state.getrandbits(30)) if any_ else one for one, any_ in zip(rows, loose, strict=True)]
    marks = [begin if any_ else made.bos_token_id for any_ in loose]
    return _padded(encode(made, said), marks, made)


def _padded(ids: Sequence[Sequence[int]], marks: Sequence[int], made: Any) -> Tensor:
    return padded([[mark, *one, made.eos_token_id] for mark, one in zip(marks, ids, strict=True)], made)


# --- looks ---------------------------------------------------------------------------------------------------


@torch.no_grad()
def _look(model: Any, made: Any, plan: Plan, held: Sequence[str], known: set[str]) -> dict[str, float]:
    some = [held[at : at + plan.batch] for at in range(0, len(held), plan.batch)]
    losses = [
        float(
            loss_of(model, _padded(encode(made, list(rows)), [made.bos_token_id] * len(rows), made), made.pad_token_id)
        )
        for rows in some
    ]
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(plan.seed)
        tokens = made.convert_ids_to_tokens(range(len(made)))
        drawn = draw(
            packed(model, False), plan.looked, [made.bos_token_id], made.eos_token_id,
            grammar=Grammar.of(tokens, made.eos_token_id), barred=made.all_special_ids[:1],
        )  # fmt: skip
    smiles = ["".join(tokens[token] for token in one.ids) if one.ids is not None else None for one in drawn]
    return {"held": sum(losses) / len(losses), **quality(smiles, known)}
