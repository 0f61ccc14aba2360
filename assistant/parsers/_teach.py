"""Trains the embedded parser on written critiques: `sayso train-parser`.

    data/critiques, messages with gold readings  ->  parser.safetensors: LoRA matrices and heads, half precision

All heads learn at once, from partial labels (see `_gold`). Some of the vocabularies are held out: on them the best
epoch is chosen and the confidence calibrated (Platt 1999), so both speak for tasks that the parser has not seen.
Every message is shown in variants (see `_variants`).
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from assistant.parsers._gold import Lesson
from assistant.parsers._net import WEIGHTS, Net, _base
from assistant.parsers._reader import read_all
from assistant.parsers._rows import CRITIQUES, WRITTEN, Row, read_rows
from assistant.parsers._score import is_right, score
from assistant.parsers._variants import joined, variant
from assistant.types import Reading

__all__ = ["Plan", "teach"]


@dataclass(frozen=True)
class Plan:
    """How to train. `rank`: of LoRA; `layers`: how many upper layers adapt; `held`: share of held-out vocabularies.

    `variants`, `joined`: shares of messages that are varied, and that a second one of the same screen is joined to.
    `memory`: how much of the running mean of the weights stays at every step.
    """

    epochs: int = 6
    batch: int = 24
    rate: float = 1e-3
    head_rate: float = 2e-3
    rank: int = 16
    layers: int = 6
    held: float = 0.08
    seed: int = 0
    variants: float = 0.35
    joined: float = 0.15
    memory: float = 0.997


Progress = Callable[[str], None]


def teach(
    path: str | Path = WEIGHTS,
    rows: Sequence[Row] | None = None,
    plan: Plan = Plan(),
    say: Progress = print,
    start: Path | None = None,
) -> dict[str, float]:
    """Writes the weights to `path`; gives the figures on the held-out vocabularies (see `_score.score`).

    `rows` None: the critiques that ship. `start`: weights to go on from.
    """
    torch.manual_seed(plan.seed)
    rows = [row for row in (rows or read_rows(CRITIQUES)) if row.gold is not None]
    taught, held = _split(rows, plan)
    net, lora = _prepared(plan, start)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    net.to(device)
    random_state = random.Random(plan.seed)
    best = -1.0
    shown = [row.critique for row in held]
    steps = plan.epochs * (round(len(taught) * (1 + plan.joined)) // plan.batch + 1)
    optimizer, schedule = _optimizer(net, lora, plan, steps)
    # the running mean of the weights reads strangers' words better than the last ones (Izmailov et al. 2018)
    mean = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(plan.memory))  # type: ignore[no-untyped-call]
    for epoch in range(plan.epochs):
        net.train()
        begun, losses = time.monotonic(), []
        shaped = [variant(r, taught, random_state, plan.variants) for r in joined(taught, plan.joined, random_state)]
        lessons = [Lesson.of(row) for row in shaped]
        for batch in _batches([lesson for lesson in lessons if lesson is not None], plan, random_state):
            loss = _loss(net, batch)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            mean.update_parameters(net)
            losses.append(loss.item())
        reader = cast(Net, mean.module.eval())
        reader.calibration = (1.0, 0.0)
        readings = _read_many(reader, [(c.text, c.context) for c in shown])
        figures = score(held, readings)
        say(
            f"epoch {epoch + 1}/{plan.epochs}: loss {np.mean(losses):.3f}, held-out vocabularies: kinds "
            f"{figures['kinds']:.3f}, whole {figures['whole']:.3f}, {time.monotonic() - begun:.0f} s"
        )
        if figures["whole"] + figures["kinds"] > best:
            best = figures["whole"] + figures["kinds"]
            _save(Path(path), _state(reader), _calibration(held, readings), plan)
    Net.load.cache_clear()
    trained = Net.load(Path(path))
    return score(held, _read_many(trained, [(c.text, c.context) for c in shown]))


def _batches(lessons: list[Lesson], plan: Plan, state: random.Random) -> list[list[Lesson]]:
    """Batches of messages of like length, which need little padding, in random order."""
    said = [len(one.layout.text) + len(one.layout.about) + 20 * state.random() for one in lessons]
    lessons = [lessons[i] for i in np.argsort(said)]
    batches = [lessons[at : at + plan.batch] for at in range(0, len(lessons), plan.batch)]
    state.shuffle(batches)
    return batches


def _read_many(net: Net, messages: Sequence[Any]) -> list[Reading]:
    return [reading for at in range(0, len(messages), 32) for reading in read_all(messages[at : at + 32], net)]


def _split(rows: Sequence[Row], plan: Plan) -> tuple[list[Row], list[Row]]:
    """Rows to learn from and rows of vocabularies that stay unseen; what a team said itself is learned from."""
    # by a hash, so that a vocabulary stays on its side when critiques are added
    drawn = {name: _drawn(name, plan.seed) for name in map(_vocabulary, rows)}
    most = max(plan.held, min(drawn.values()))
    held = [row.critique.author == WRITTEN and drawn[_vocabulary(row)] <= most for row in rows]
    return [r for r, h in zip(rows, held, strict=True) if not h], [r for r, h in zip(rows, held, strict=True) if h]


def _drawn(name: str, seed: int) -> float:
    return int(hashlib.sha256(f"{seed} {name}".encode()).hexdigest()[:8], 16) / 2**32


def _vocabulary(row: Row) -> str:
    vocabulary = row.critique.context.vocabulary
    return json.dumps([row.critique.context.task, vocabulary.labels, [p.name for p in vocabulary.properties]])


def _prepared(plan: Plan, start: Path | None = None) -> tuple[Net, Any]:
    """The network with LoRA matrices in the upper layers of its encoder: fresh ones, or those of `start`."""
    from peft import LoraConfig, get_peft_model

    encoder, tokenizer = _base(dropout=0.0)  # the heads have their own; on a CPU it costs a third of the time
    depth: int = encoder.config.num_hidden_layers  # type: ignore[union-attr, assignment]
    config = LoraConfig(
        r=plan.rank, lora_alpha=2 * plan.rank, lora_dropout=0.0, bias="none",
        target_modules=["query", "key", "value", "dense"],
        layers_to_transform=list(range(depth - plan.layers, depth)), layers_pattern="layer",
    )  # fmt: skip
    adapted = get_peft_model(encoder, config)
    net = Net(adapted, tokenizer)
    if start is not None:
        net.load_state_dict(_named_for_peft(load_file(start)), strict=False)
    return net, adapted


def _named_for_peft(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The inverse of `_state`."""
    named = {}
    for name, tensor in state.items():
        if name.startswith("lora."):
            module, side = name.removeprefix("lora.").rsplit(".", 1)
            name = f"encoder.base_model.model.{module}.lora_{side}.default.weight"
        named[name] = tensor.float()
    return named


def _optimizer(net: Net, lora: Any, plan: Plan, steps: int) -> tuple[Any, Any]:
    matrices = [p for p in lora.parameters() if p.requires_grad]
    known = set(map(id, lora.parameters()))
    heads = [p for p in net.parameters() if id(p) not in known]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "lr": plan.rate}, {"params": heads, "lr": plan.head_rate}], weight_decay=0.01
    )
    rates = [plan.rate, plan.head_rate]
    return optimizer, torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, total_steps=steps + 1, pct_start=0.1)


def _loss(net: Net, lessons: Sequence[Lesson]) -> Tensor:
    total = torch.zeros((), device=net.device)
    for lesson, seen in zip(lessons, net([lesson.layout for lesson in lessons], half=True), strict=True):
        total = total + 0.35 * _partial(seen.slots, torch.from_numpy(lesson.slots)).sum()
        if len(lesson.begins) > 1:
            begins = torch.from_numpy(lesson.begins[1:]).to(net.device)
            # a beginning is rare, and costs a whole act when it is missed; -1 is unknown and weighs nothing
            weight = (1 + begins).clamp(min=0)
            known = begins.clamp(min=0)
            total = total + 0.6 * binary_cross_entropy_with_logits(seen.begins[1:], known, weight, reduction="sum")
        judged = net.judge(lesson.layout, seen, [answers.part for answers in lesson.answers]) if lesson.answers else []
        for answers, found in zip(lesson.answers, judged, strict=True):
            for name, right in answers.heads.items():
                total = total + WEIGHT.get(name, 0.5) * _chosen(found.heads[name], right)
            for name, right in answers.pointers.items():
                total = total + _chosen(found.pointers[name], right)
    return total / len(lessons)


WEIGHT = {"kind": 1.5, "targets": 1.0, "order": 1.0, "operator": 1.0, "polarity": 1.0, "edit": 1.0, "naming": 1.0}


def _chosen(logits: Tensor, right: set[int]) -> Tensor:
    """-log of the probability of the right answers together."""
    return torch.logsumexp(logits, -1) - torch.logsumexp(logits[sorted(right)], -1)


def _partial(logits: Tensor, allowed: Tensor) -> Tensor:
    barred = logits.masked_fill(~allowed.to(logits.device), -1e4)
    return torch.logsumexp(logits, -1) - torch.logsumexp(barred, -1)


def _state(net: Net) -> dict[str, Tensor]:
    """The LoRA matrices as "lora.<module>.A" and ".B", and the heads, in half precision."""
    state: dict[str, Tensor] = {}
    for name, tensor in net.state_dict().items():
        if ".lora_A." in name or ".lora_B." in name:
            module = name.split("base_model.model.")[1].split(".lora_")[0]
            state[f"lora.{module}.{'A' if '.lora_A.' in name else 'B'}"] = tensor
        elif not name.startswith("encoder."):
            state[name] = tensor
    return {name: tensor.detach().to("cpu", torch.float16).clone().contiguous() for name, tensor in state.items()}


def _save(path: Path, state: dict[str, Tensor], calibration: Sequence[float], plan: Plan) -> None:
    save_file(state, path, {"scale": "2.0", "calibration": json.dumps(list(calibration)), "epochs": str(plan.epochs)})


def _calibration(rows: Sequence[Row], readings: Sequence[Reading]) -> tuple[float, float]:
    """Slope and offset that make the confidences of unseen readings probabilities of being right."""
    from sklearn.linear_model import LogisticRegression

    pairs = [(row.gold, r) for row, r in zip(rows, readings, strict=True) if row.gold]
    p = np.clip([reading.confidence for _, reading in pairs], 1e-4, 1 - 1e-4)
    right = np.array([is_right(gold, reading) for gold, reading in pairs])
    if right.all() or not right.any():
        return 1.0, 0.0
    fitted = LogisticRegression(C=1e3).fit(np.log(p / (1 - p))[:, None], right)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
