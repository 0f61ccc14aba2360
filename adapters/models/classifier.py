"""A text classifier that can be taught from its first word: zero-shot by the labels' names, then LoRA.

A text is split into parts (a short one is one part), each part s becomes features f_s, and among them the vector h_s
of the last layer (`_encoder.py`):

    relevance  r_s = sigmoid(t q . f_s)                would a person point here? learned from evidence
    vote       v_s = t (h_s . w_label + f_s . delta_label + n_s . omega_label) + b_label
    logits     v of the only part, or  exp(g) sum_s a_s B tanh((v_s - mean v_s) / B),   a_s ~ r_s^1.5

with w_label the vector of the label's name and n_s the hashed words and word pairs of the part. Bounded votes keep
one shrill sentence from deciding a long document. The adapter is the LoRA matrices with q, delta, omega, b and g: all
zero at first, so that without it (`base()`) the model says what the labels' names alone suggest, every part counting
the same.

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
from adapters.models._hashed import HASHES
from adapters.models._occlude import occlude
from adapters.models._parts import Parts, Read
from adapters.models._text import marked, only, sentences, without
from assistant.errors import UserError
from assistant.types import Evidence, Highlight, Prediction

__all__ = ["Classifier", "classifier"]

SCALE = 20.0
"""t: what a cosine of 1 is worth in nats before training; MiniLM's cosines lie within about [-0.1, 0.8]."""
BOUND = 4.0
"""B, in nats: the most that one part of several can say."""
SHARPNESS = 1.5
"""Of the attention, over the relevance."""
DRAWS, DROPPED = 16, 0.5
"""Of `draws`."""


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
        self.query = nn.Parameter(torch.zeros(encoder.width + 1, device=device()))
        self.gain = nn.Parameter(torch.zeros(1, device=device()))
        self.delta = nn.Parameter(torch.zeros(0, encoder.width, device=device()))
        self.omega = nn.Parameter(torch.zeros(0, HASHES, device=device()))
        self.bias = nn.Parameter(torch.zeros(0, device=device()))
        self.parts = Parts(encoder, sentences)
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
            parts, owner = self.parts.cut(inputs)
            # with the adapter off, a whole pool is read: too much to remember
            vectors = self.encoder.vectors(parts, remember=self._on)
            summed = torch.zeros(len(inputs), self.encoder.size, device=device()).index_add(0, owner, vectors)
        return np.asarray(nn.functional.normalize(summed, dim=-1).cpu().numpy(), dtype=np.float32)

    def trainable(self) -> list[tuple[str, nn.Parameter]]:
        head = {"query": self.query, "gain": self.gain, "omega": self.omega, "delta": self.delta, "bias": self.bias}
        return [*self.encoder.lora(), *((f"head.{name}", parameter) for name, parameter in head.items())]

    def state(self) -> dict[str, Tensor]:
        state = {name: p.detach().cpu().clone() for name, p in self._whole()}
        state["head.temperature"] = torch.tensor([self.temperature])
        for index, label in enumerate(self.labels):
            for name, rows in self._by_label().items():
                state[f"head.{name}.{label}"] = rows[index : index + 1].detach().cpu().clone()
        return state

    def load(self, state: dict[str, Tensor] | None) -> None:
        state = self.fresh if state is None else state
        for name, parameter in self._whole():
            if name not in state or state[name].shape != parameter.shape:
                raise UserError(
                    f"The adapter does not fit the base {self.base_id!r} at {name!r}",
                    "an adapter needs the base and the rank that it was trained with",
                )
        # a training begins where the one before it ended: what was read of texts then holds still
        changed = any(not torch.equal(p.cpu(), state[name]) for name, p in self.encoder.lora())
        with torch.no_grad():
            for name, parameter in self._whole():
                parameter.copy_(state[name])
            for index, label in enumerate(self.labels):
                # a label that the adapter never met starts from its name
                for name, rows in self._by_label().items():
                    known = state.get(f"head.{name}.{label}")
                    rows[index] = 0.0 if known is None else known[0].to(rows.device)
        self.temperature = float(state.get("head.temperature", torch.ones(1))[0])
        if changed:
            self.parts.forget()

    def calibrate(self, inputs: Sequence[Any], values: Sequence[Any]) -> None:
        known = [(text, value) for text, value in zip(inputs, values, strict=True) if value in self.labels]
        with torch.no_grad():
            logits = self._logits([text for text, _ in known])
        self.temperature = temperature(logits, [self._column(value) for _, value in known])

    def train(self, deep: bool) -> None:
        self.parts.train(deep)

    def logp_evidence(self, inputs: Sequence[Any], evidence: Sequence[Sequence[Evidence]]) -> Tensor:
        if not len(inputs):
            return torch.zeros(0, device=device())
        read, owner = self.parts.read(inputs)
        spans = [span for text, why in zip(inputs, evidence, strict=True) for span in marked(text, why)]
        pointed = torch.tensor(spans, device=device())
        relevance = self._relevance(read)
        each = -nn.functional.binary_cross_entropy_with_logits(relevance, pointed, reduction="none")
        counts = torch.bincount(owner, minlength=len(inputs))
        return torch.zeros(len(inputs), device=each.device).index_add(0, owner, each) / counts

    # --- beyond the contract ----------------------------------------------------------------------------

    def draws(self, inputs: Sequence[Any], count: int = DRAWS) -> np.ndarray[Any, Any]:
        """(K, N, C) probabilities by `count` adapters like this one: each with half of the weights of its head left
        out.

        LoRA was trained without dropout, so that its features are remembered; what reads them is cheap to thin out.
        Gal & Ghahramani 2016; a mask is one for all inputs of a draw, as in a draw from a posterior.
        """
        chance = torch.Generator(device="cpu").manual_seed(0)
        kept = {parameter: parameter.data for parameter in (self.delta, self.omega)}
        found = []
        try:
            for _ in range(count):
                for parameter, whole in kept.items():
                    mask = torch.rand(whole.shape, generator=chance) >= DROPPED
                    parameter.data = whole * mask.to(whole.device) / (1 - DROPPED)
                with torch.no_grad():
                    found.append((self._logits(inputs) / self.temperature).softmax(-1).cpu().numpy())
        finally:
            for parameter, whole in kept.items():
                parameter.data = whole
        return np.stack(found)

    def gradients(self, inputs: Sequence[Any]) -> np.ndarray[Any, Any]:
        """(N, C x F) the gradients of -logp of each input's likeliest label by delta: Ash et al. 2020."""
        if not len(inputs):
            return np.zeros((0, self.delta.numel()), dtype=np.float32)
        with torch.no_grad():
            read, owner = self.parts.read(inputs)
            votes = self._votes(read)
        votes.requires_grad_()
        likeliest = self._joined(votes, read, owner, len(inputs)).log_softmax(-1).amax(-1)
        (moved,) = torch.autograd.grad(-likeliest.sum(), votes)
        found = torch.zeros(len(inputs), *self.delta.shape, device=device())
        for column in range(moved.shape[1]):  # one label at a time: long documents have many parts
            found[:, column].index_add_(0, owner, SCALE * moved[:, column : column + 1] * read.features)
        return np.asarray(found.flatten(1).cpu().numpy(), dtype=np.float32)

    def relabel(self, labels: Sequence[str]) -> None:
        """Answer with these labels from now on; what was learned about those that stay is kept."""
        if tuple(labels) == self.labels:
            return
        old = {label: index for index, label in enumerate(self.labels)}
        for name, rows in self._by_label().items():
            grown = torch.zeros(len(labels), *rows.shape[1:], device=device())
            for index, label in enumerate(labels):
                if label in old:
                    grown[index] = rows.data[old[label]]
            setattr(self, name, nn.Parameter(grown))
        with torch.no_grad(), self.encoder.off():
            self.named = self.encoder.vectors([_readable(label) for label in labels])
        self.labels = tuple(labels)

    def rough(self) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """(D, C) and (C,): logits, in nats, of one vector of the last layer, without words and the layers below.

        What can be said of texts of which no more is stored; it ranks them, and is no probability.
        """
        with torch.no_grad():
            share, mean = self.encoder.share_of_last()
            weights = SCALE * (self.named + self.delta[:, -self.encoder.size :] * share)
            bias = self.bias - SCALE * (self.delta[:, -self.encoder.size :] * share) @ mean
        return np.asarray(weights.T.cpu().numpy()), np.asarray(bias.cpu().numpy())

    # --- inside -----------------------------------------------------------------------------------------

    def _whole(self) -> list[tuple[str, nn.Parameter]]:
        """What does not depend on the labels."""
        shared = {"query": self.query, "gain": self.gain}
        return [*self.encoder.lora(), *((f"head.{name}", parameter) for name, parameter in shared.items())]

    def _by_label(self) -> dict[str, nn.Parameter]:
        """What has a row for each label."""
        return {"delta": self.delta, "omega": self.omega, "bias": self.bias}

    def _logits(self, texts: Sequence[str], remember: bool = True) -> Tensor:
        """(B, C)"""
        if not len(texts):
            return torch.zeros(0, len(self.labels), device=device())
        read, owner = self.parts.read(texts, remember)
        return self._joined(self._votes(read), read, owner, len(texts))

    def _joined(self, votes: Tensor, read: Read, owner: Tensor, texts: int) -> Tensor:
        """(S, C) what the parts say -> (B, C) what their texts do."""
        several = torch.bincount(owner, minlength=texts) > 1
        votes = torch.where(several[owner][:, None], self._bounded(votes), votes)
        attention = self._attention(read, owner, texts)
        logits = torch.zeros(texts, votes.shape[1], device=votes.device)
        logits = logits.index_add(0, owner, attention[:, None] * votes)
        return torch.where(several[:, None], logits * self.gain.exp(), logits) if self._on else logits

    def _votes(self, read: Read) -> Tensor:
        """(S, C) what each part says, in nats."""
        named = SCALE * read.vectors @ self.named.T
        if not self._on:
            return named
        words = nn.functional.embedding_bag(
            read.words.ids, self.omega.T, read.words.starts, mode="sum", per_sample_weights=read.words.weights
        )
        return named + SCALE * (read.features @ self.delta.T + words) + self.bias

    @staticmethod
    def _bounded(votes: Tensor) -> Tensor:
        return BOUND * torch.tanh((votes - votes.mean(-1, keepdim=True)) / BOUND)

    def _relevance(self, read: Read) -> Tensor:
        """(S,) logits of being pointed at."""
        return SCALE * read.features @ self.query[:-1] + self.query[-1]

    def _attention(self, read: Read, owner: Tensor, texts: int) -> Tensor:
        """(S,) shares that sum to 1 within each text."""
        if not self._on:
            return 1 / torch.bincount(owner, minlength=texts)[owner].to(read.features.dtype)
        raised = SHARPNESS * nn.functional.logsigmoid(self._relevance(read))
        return _softmax_by(raised, owner, texts)

    def _parts_that_count(self, text: str, column: int) -> list[tuple[int, int, float]]:
        """(start, end, share of the logit, relative to the other labels) of each part."""
        spans = sentences(text)
        with torch.no_grad():
            read, owner = self.parts.read([text])
            share = self._attention(read, owner, 1) * self._bounded(self._votes(read))[:, column]
        return [(a, b, float(s)) for (a, b), s in zip(spans, share, strict=True)]

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
    peak = torch.full((groups,), -torch.inf, device=scores.device).scatter_reduce(0, owner, scores.detach(), "amax")
    raised = (scores - peak[owner]).exp()
    total = torch.zeros(groups, device=scores.device).index_add(0, owner, raised)
    return raised / total[owner]


def _readable(label: str) -> str:
    """`late_delivery` says less to an encoder than `late delivery`."""
    return label.replace("_", " ").replace("-", " ")
