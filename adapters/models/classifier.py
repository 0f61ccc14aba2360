"""A text classifier that can be taught from its first word: zero-shot by the labels' names, then LoRA.

A text is split into parts; each part becomes a vector h (see `_encoder.py`); attention over the parts makes the
document vector d = sum a_s h_s, a = softmax(q . h); the logits are  t * d . (w_label + delta_label) + b_label,
with w_label the vector of the label's name. The adapter is the LoRA matrices with q, delta and b: all zero at
first, so that without it (`base()`) the model says what the labels' names alone suggest.

>>> model = classifier(labels=("complaint", "praise"))           # doctest: +SKIP
>>> model.predict(["My parcel arrived broken."])[0].value        # doctest: +SKIP
'complaint'
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from adapters.device import device
from adapters.models import family
from adapters.models._calibrate import temperature
from adapters.models._encoder import Encoder
from adapters.models._occlude import occlude
from adapters.models._text import only, sentences, without
from assistant.errors import UserError
from assistant.types import Evidence, Highlight, Prediction

__all__ = ["Classifier", "classifier"]

SCALE = 20.0
"""t: what a cosine of 1 is worth in nats before training; MiniLM's cosines lie within about [-0.1, 0.8]."""


@family
def classifier(labels: Sequence[str], base: str | None = None, rank: int = 8) -> Classifier:
    """A classifier into `labels`; `base` is an encoder of the hub or a folder, None: the embedded one."""
    return Classifier(tuple(labels), Encoder(base, rank))


class Classifier:
    """See the module. Inputs are texts of any length, values are labels."""

    def __init__(self, labels: tuple[str, ...], encoder: Encoder) -> None:
        self.encoder = encoder
        self.base_id = encoder.base_id
        self._on = True
        self.labels: tuple[str, ...] = ()
        self.named = torch.zeros(0, encoder.size, device=device())
        self.query = nn.Parameter(torch.zeros(encoder.size, device=device()))
        self.delta = nn.Parameter(torch.zeros(0, encoder.size, device=device()))
        self.bias = nn.Parameter(torch.zeros(0, device=device()))
        self.temperature = 1.0
        self.relabel(labels)
        self.fresh = self.state()
        self.train(False)

    # --- the contract of a model -----------------------------------------------------------------------

    def predict(self, inputs: Sequence[Any]) -> list[Prediction]:
        self._need_labels()
        with torch.no_grad():
            scores = (self._logits(inputs, remember=True) / self.temperature).softmax(-1).cpu().tolist()
        return [self._prediction(row) for row in scores]

    def logp(self, inputs: Sequence[Any], values: Sequence[Any]) -> Tensor:
        if not len(inputs):
            return torch.zeros(0, device=device())
        unique = list(dict.fromkeys(inputs))
        row = {text: index for index, text in enumerate(unique)}
        logp = self._logits(unique).log_softmax(-1)
        rows = torch.tensor([row[text] for text in inputs], device=logp.device)
        columns = torch.tensor([self._column(value) for value in values], device=logp.device)
        return logp[rows, columns]

    @contextmanager
    def base(self) -> Iterator[None]:
        self._on = False
        try:
            with self.encoder.off():
                yield
        finally:
            self._on = True

    def explain(self, input: Any, value: Any) -> tuple[Highlight, ...]:
        column = self._column(value)

        def score(texts: Sequence[str]) -> list[float]:
            with torch.no_grad():
                logits = self._logits(texts, remember=False)
                return [float(x) for x in logits.log_softmax(-1)[:, column]]

        return occlude(input, score, self._parts_that_count(input, column))

    def without(self, input: Any, evidence: Sequence[Evidence]) -> Any:
        return without(input, evidence)

    def only(self, input: Any, evidence: Sequence[Evidence]) -> Any:
        return only(input, evidence)

    def values(self) -> tuple[str, ...]:
        return self.labels

    def embed(self, inputs: Sequence[Any]) -> np.ndarray[Any, Any]:
        with torch.no_grad():
            document, _, _ = self._read(inputs)
            vectors = nn.functional.normalize(document, dim=-1)
        return np.asarray(vectors.cpu().numpy(), dtype=np.float32)

    def trainable(self) -> list[tuple[str, nn.Parameter]]:
        head = [("head.query", self.query), ("head.delta", self.delta), ("head.bias", self.bias)]
        return [*self.encoder.lora(), *head]

    def state(self) -> dict[str, Tensor]:
        state = {name: p.detach().cpu().clone() for name, p in self.encoder.lora()}
        state["head.query"] = self.query.detach().cpu().clone()
        state["head.temperature"] = torch.tensor([self.temperature])
        for index, label in enumerate(self.labels):
            state[f"head.delta.{label}"] = self.delta[index].detach().cpu().clone()
            state[f"head.bias.{label}"] = self.bias[index : index + 1].detach().cpu().clone()
        return state

    def load(self, state: dict[str, Tensor] | None) -> None:
        state = self.fresh if state is None else state
        for name, parameter in [*self.encoder.lora(), ("head.query", self.query)]:
            if name not in state or state[name].shape != parameter.shape:
                raise UserError(
                    f"The adapter does not fit the base {self.base_id!r} at {name!r}",
                    "an adapter needs the base and the rank that it was trained with",
                )
        with torch.no_grad():
            for name, parameter in [*self.encoder.lora(), ("head.query", self.query)]:
                parameter.copy_(state[name])
            for index, label in enumerate(self.labels):
                # a label that the adapter never met starts from its name
                self.delta[index] = state.get(f"head.delta.{label}", torch.zeros_like(self.delta[index]))
                self.bias[index] = state.get(f"head.bias.{label}", torch.zeros(1))[0]
        self.temperature = float(state.get("head.temperature", torch.ones(1))[0])

    def calibrate(self, inputs: Sequence[Any], values: Sequence[Any]) -> None:
        known = [(text, value) for text, value in zip(inputs, values, strict=True) if value in self.labels]
        with torch.no_grad():
            logits = self._logits([text for text, _ in known])
        self.temperature = temperature(logits, [self._column(value) for _, value in known])

    def train(self, on: bool) -> None:
        # dropout in the frozen layers costs a sixth of a step and gained nothing (docs/log.md)
        self.encoder.eval()

    # --- beyond the contract ----------------------------------------------------------------------------

    def relabel(self, labels: Sequence[str]) -> None:
        """Answer with these labels from now on; what was learned about those that stay is kept."""
        if tuple(labels) == self.labels:
            return
        old = {label: index for index, label in enumerate(self.labels)}
        delta = torch.zeros(len(labels), self.encoder.size, device=device())
        bias = torch.zeros(len(labels), device=device())
        for index, label in enumerate(labels):
            if label in old:
                delta[index], bias[index] = self.delta.data[old[label]], self.bias.data[old[label]]
        with torch.no_grad(), self.encoder.off():
            self.named = self.encoder.vectors([_readable(label) for label in labels])
        self.labels = tuple(labels)
        self.delta, self.bias = nn.Parameter(delta), nn.Parameter(bias)

    # --- inside -----------------------------------------------------------------------------------------

    def _read(self, texts: Sequence[str], remember: bool = True) -> tuple[Tensor, Tensor, list[int]]:
        """(B, D) documents, (S,) attention of all parts, and how many parts each text has."""
        parts = [[text[a:b] for a, b in sentences(text)] for text in texts]
        counts = [len(part) for part in parts]
        vectors = self.encoder.vectors([part for some in parts for part in some], remember)
        owner = torch.arange(len(texts), device=vectors.device).repeat_interleave(
            torch.tensor(counts, dtype=torch.long, device=vectors.device)
        )
        attention = _softmax_by(vectors @ self.query if self._on else vectors[:, 0] * 0, owner, len(texts))
        document = torch.zeros(len(texts), vectors.shape[1], device=vectors.device)
        return document.index_add(0, owner, attention[:, None] * vectors), attention, counts

    def _logits(self, texts: Sequence[str], remember: bool = True) -> Tensor:
        """(B, C)"""
        return self._score(self._read(texts, remember)[0])

    def _score(self, vectors: Tensor) -> Tensor:
        if not self._on:
            return SCALE * vectors @ self.named.T
        return SCALE * vectors @ (self.named + self.delta).T + self.bias

    def _parts_that_count(self, text: str, column: int) -> list[tuple[int, int, float]]:
        """(start, end, share of the logit, relative to the other labels) of each part."""
        parts = sentences(text)
        with torch.no_grad():
            vectors = self.encoder.vectors([text[a:b] for a, b in parts])
            _, attention, _ = self._read([text])
            logits = self._score(vectors)
            share = attention * (logits[:, column] - logits.mean(-1))
        return [(a, b, float(s)) for (a, b), s in zip(parts, share, strict=True)]

    def _prediction(self, scores: list[float]) -> Prediction:
        best = int(np.argmax(scores))
        return Prediction(
            value=self.labels[best], score=scores[best], scores=dict(zip(self.labels, scores, strict=True))
        )

    def _column(self, value: Any) -> int:
        if value not in self.labels:
            raise UserError(f"{value!r} is no label", f"the labels are: {', '.join(self.labels)}")
        return self.labels.index(value)

    def _need_labels(self) -> None:
        if not self.labels:
            raise UserError("There are no labels yet", do='name them: "the labels are bug, wish and praise"')


def _softmax_by(scores: Tensor, owner: Tensor, groups: int) -> Tensor:
    """(S,) softmax within each owner's group."""
    peak = torch.full((groups,), -torch.inf, device=scores.device).scatter_reduce(
        0, owner, scores.detach(), "amax"
    )
    raised = (scores - peak[owner]).exp()
    total = torch.zeros(groups, device=scores.device).index_add(0, owner, raised)
    return raised / total[owner]


def _readable(label: str) -> str:
    """`late_delivery` says less to an encoder than `late delivery`."""
    return label.replace("_", " ").replace("-", " ")
