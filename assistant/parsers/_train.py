"""Trains the embedded parser's heads on written critiques: `python -m assistant.parsers._train`.

    critiques.jsonl, 1,157 messages with gold readings  ->  heads.safetensors, 0.6 MB, in two minutes on two cores

Gold readings say what a message means, not which clause means it. So clauses that name the gold label, or repeat
the gold evidence, are supervised outright; for the others, only the set of kinds that they may have is known, and
the loss is -log of the probability of that set (learning from partial labels, Cour et al. 2011). The confidence
is calibrated on readings of critiques that the heads had not seen (Platt 1999, three folds).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from assistant.parsers._encoder import Array
from assistant.parsers._heads import HEADS, WEIGHTS, Heads
from assistant.parsers._link import Mention
from assistant.parsers._read import read
from assistant.parsers._reasons import evidence_of
from assistant.parsers._rows import CRITIQUES, Row, read_rows
from assistant.parsers._scene import FEATURES, Scene, View, features
from assistant.parsers._score import is_right, score, token_f1
from assistant.parsers._words import REASON, Span
from assistant.types import Act, Reading

__all__ = ["train"]

HIDDEN, EPOCHS, BATCH, RATE, DECAY, DROPOUT, FOLDS = 128, 30, 256, 6e-3, 0.02, 0.3, 3
UNCALIBRATED = np.array([1.0, 0.0], np.float32)


@dataclass
class Sample:
    """A view, and for each head the indices of the answers it may have; heads not in `answers` learn nothing."""

    view: View
    answers: dict[str, set[int]] = field(default_factory=dict)

    def may(self, head: str, *names: str) -> Sample:
        self.answers[head] = {HEADS[head].index(name) for name in names}
        return self


def train(path: str | Path = WEIGHTS, critiques: str | Path = CRITIQUES, seed: int = 0) -> dict[str, float]:
    """Writes the heads to `path`; gives the figures of three-fold cross-validation (see `_score.score`).

    Deterministic for a seed and a machine.
    """
    from safetensors.numpy import save

    rows = [row for row in read_rows(critiques) if row.gold is not None]
    samples = [_samples(row) for row in rows]
    inputs = features([sample.view for group in samples for sample in group])
    owner = np.array([i for i, group in enumerate(samples) for _ in group])
    flat = [sample for group in samples for sample in group]
    fold = np.random.default_rng(seed).integers(0, FOLDS, len(rows))
    readings: list[Reading | None] = [None] * len(rows)
    for held in range(FOLDS):
        chosen = np.flatnonzero(fold[owner] != held)
        heads = Heads(_fit(inputs[chosen], [flat[i] for i in chosen], seed), "fold")
        for i in np.flatnonzero(fold == held):
            readings[i] = read(rows[i].critique.text, rows[i].critique.context, heads)
    unseen = [reading for reading in readings if reading is not None]
    tensors = _fit(inputs, flat, seed)
    tensors["calibration"] = _calibration(rows, unseen)
    half = {k: v.astype(np.float32 if k == "calibration" else np.float16) for k, v in tensors.items()}
    Path(path).write_bytes(save(half))
    Heads.load.cache_clear()
    return score(rows, unseen)


def _samples(row: Row) -> list[Sample]:
    """What the gold reading teaches about the message as a whole, its clauses and the labels that they name."""
    gold = row.gold
    assert gold is not None
    scene = Scene.of(row.critique.text, row.critique.context)
    whole = Span(0, len(scene.text), scene.text)
    kinds = _kinds(gold)
    samples = [_with_parts(Sample(View(scene, whole)).may("kind", *kinds), gold)]
    for piece in scene.clauses:
        kind = _kind_of(scene, piece, gold)
        allowed = (kind,) if kind else (*kinds, *(("none",) if len(scene.clauses) > 1 else ()))
        sample = Sample(View(scene, piece)).may("kind", *allowed)
        if len(gold.acts) == 1 and kind not in ("reason", "none"):
            _with_parts(sample, gold)
        samples.append(sample)
        samples += _polarities(scene, piece, gold)
    return samples


def _kinds(gold: Reading) -> tuple[str, ...]:
    kinds = tuple(dict.fromkeys(act.kind for act in gold.acts))
    return ("unclear",) if kinds == ("none",) and gold.clarify else kinds


def _kind_of(scene: Scene, piece: Span, gold: Reading) -> str | None:
    """The kind of a clause, where the gold reading tells; None: it may be any of the message's kinds."""
    if len(scene.clauses) == 1:
        return _kinds(gold)[0] if len(_kinds(gold)) == 1 else None
    named = {value for mention in scene.named(piece) for value in mention.values}
    for act in gold.acts:
        if _value(act) in named or (act.label and named & set(act.label.candidates)):
            return act.kind
    quoted = [quote.text for quote in scene.quoted(piece)]
    spots = [e.text for act in gold.acts for e in act.evidence]
    found = [e.text for e in evidence_of(piece.text, quoted, scene.context.outputs)]
    if any(token_f1(spot, hit) > 0.4 for spot in spots for hit in found):
        return "reason"
    return "reason" if REASON.match(piece.text) and not named else None


def _value(act: Act) -> Any:
    return act.label.value if act.label else act.constraint.value if act.constraint else None


def _with_parts(sample: Sample, gold: Reading) -> Sample:
    """The answers that all acts of the reading agree on, for the heads beyond the kind."""
    for head, said in (
        ("polarity", {a.label.op for a in gold.acts if a.label and a.label.value is None and not a.label.candidates}),
        ("command", {a.command for a in gold.acts if a.command}),
        ("operator", {a.constraint.operator for a in gold.acts if a.constraint and a.constraint.property != "labels"}),
        ("strength", {a.constraint.strength for a in gold.acts if a.constraint}),
        ("scope", {a.constraint.scope for a in gold.acts if a.constraint}),
        ("edit", {a.edit.op for a in gold.acts if a.edit}),
    ):
        if len(said) == 1 and said <= set(HEADS[head]):
            sample.may(head, *said)
    return sample


def _polarities(scene: Scene, piece: Span, gold: Reading) -> list[Sample]:
    """For each label that a clause names: is it said to be so, or not? What is passed over counts as not."""
    ops = {a.label.value: a.label.op for a in gold.acts if a.label and a.label.value}
    for act in gold.acts:
        if act.constraint and act.constraint.property == "label":
            ops[str(act.constraint.value)] = "is" if act.constraint.operator == "eq" else "is_not"
        if act.label:
            ops.update(dict.fromkeys(act.label.candidates, "is"))
    if not ops:
        return []

    def op(mention: Mention) -> str:
        return next((ops[value] for value in mention.values if value in ops), "is_not")

    return [Sample(View(scene, piece, m)).may("polarity", op(m)) for m in scene.named(piece)]


def _fit(inputs: Array, samples: Sequence[Sample], seed: int) -> dict[str, Array]:
    """The weights of the hidden layer and the heads, by AdamW on the partial-label loss."""
    import torch

    torch.manual_seed(seed)
    x = torch.from_numpy(inputs)
    allowed = {name: torch.from_numpy(_table(samples, name)) for name in HEADS}  # (N, K); rows of 0: no loss
    trunk = torch.nn.Linear(FEATURES, HIDDEN)
    heads = {name: torch.nn.Linear(HIDDEN, len(HEADS[name])) for name in HEADS}
    drop = torch.nn.Dropout(DROPOUT)
    weights = [*trunk.parameters(), *(w for head in heads.values() for w in head.parameters())]
    optimizer = torch.optim.AdamW(weights, lr=RATE, weight_decay=DECAY)
    steps = EPOCHS * (len(samples) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / (steps + 1))
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(samples)).split(BATCH):  # type: ignore[no-untyped-call]
            hidden = drop(torch.relu(trunk(drop(x[batch]))))
            loss = torch.zeros(())
            for name, head in heads.items():
                table = allowed[name][batch]
                known = table.any(1)
                if known.any():
                    chances = torch.log_softmax(head(hidden[known]), -1)
                    loss = loss - chances.masked_fill(~table[known], -1e9).logsumexp(-1).sum() / len(batch)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    tensors = {"in": trunk.weight.T, "in.b": trunk.bias}
    for name, head in heads.items():
        tensors |= {name: head.weight.T, f"{name}.b": head.bias}
    out = {name: tensor.detach().contiguous().numpy() for name, tensor in tensors.items()}
    return out | {"calibration": UNCALIBRATED}


def _table(samples: Sequence[Sample], head: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    table = np.zeros((len(samples), len(HEADS[head])), bool)
    for row, sample in enumerate(samples):
        table[row, list(sample.answers.get(head, ()))] = True
    return table


def _calibration(rows: Sequence[Row], readings: Sequence[Reading]) -> Array:
    """Slope and offset that make the confidences of unseen readings probabilities of being right."""
    from sklearn.linear_model import LogisticRegression

    plain = [(row.gold, r) for row, r in zip(rows, readings, strict=True) if row.gold and not r.clarify]
    p = np.clip([reading.confidence for _, reading in plain], 1e-4, 1 - 1e-4)
    right = np.array([is_right(gold, reading) for gold, reading in plain])
    if right.all() or not right.any():
        return UNCALIBRATED
    fitted = LogisticRegression(C=1e3).fit(np.log(p / (1 - p))[:, None], right)
    return np.array([fitted.coef_[0, 0], fitted.intercept_[0]], np.float32)


if __name__ == "__main__":
    for name, figure in train(sys.argv[1] if len(sys.argv) > 1 else WEIGHTS).items():
        print(f"{name:16} {figure:.3f}")
