"""A summariser that picks sentences of the text itself, and can be taught which: it makes nothing up.

Each of the n sentences of a text is in the summary or not:

    log p(summary | text) = sum_i log sigmoid(z_i) where it is in, log sigmoid(-z_i) where it is not
    z_i = base_i + t (f_i . delta + n_i . omega) + m_i . mu + b

base_i tells how central a sentence is among the others (the cosine of its vector with their mean, after the centroid
of Radev et al. 2004) and how early it comes, with a constant for the text by which `USUAL` sentences are likelier in
than out. f_i and n_i are the features and the hashed words of the sentence (`_parts.py`), m_i what can be counted in
it. The adapter is the LoRA matrices with delta, omega, mu and b: all zero at first. Sentences that say the same are not
picked twice (maximal marginal relevance, Carbonell & Goldstein 1998).

A summary in a person's own words stands for the sentences that share most words with its own.

>>> model = extract()                                            # doctest: +SKIP
>>> model.predict([article])[0].value                            # doctest: +SKIP
'The bridge is closed until May. Buses go round by Mill Lane.'
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from adapters.device import device
from adapters.models import family
from adapters.models._encoder import Encoder
from adapters.models._hashed import HASHES
from adapters.models._parts import Parts, Read, Split
from adapters.models._sentences import COUNTS, apart, counted, likely, nearest, places
from adapters.models._text import without
from assistant.errors import UserError
from assistant.types import Evidence, Highlight, Prediction

if TYPE_CHECKING:
    from adapters.fit import Recipe

__all__ = ["Extract", "extract"]

SCALE = 20.0
"""t: as in `classifier`."""
WARMTH = 0.7
"""Of the second answer: 1 would be the model's own chances, 0 always its best."""
TRIES = 3
"""Samples until one is another."""
BETA = 0.3
"""Of preferences; see the signal `pairwise`."""


@family
def extract(split: Split, base: str | None = None, rank: int = 8) -> Extract:
    """Pick sentences; `split` finds them, `base` is an encoder of the hub or a folder, None: the embedded one."""
    return Extract(Encoder(base, rank), split)


class _Scored(NamedTuple):
    """Of S sentences of B texts: (S,) z, the (S,) text that each is of, and their (S, D) vectors."""

    z: Tensor
    owner: Tensor
    vectors: Tensor


class Extract:
    """See the module. Inputs are texts, or conversations that end with one; values are texts.

    Args:
        split: where the sentences of a text are.
    """

    beta = BETA

    def __init__(self, encoder: Encoder, split: Split) -> None:
        self.encoder = encoder
        self.base_id = encoder.base_id
        self.parts = Parts(encoder, lambda text: split(text) or [(0, len(text))])
        self.delta = nn.Parameter(torch.zeros(encoder.width, device=device()))
        self.omega = nn.Parameter(torch.zeros(HASHES, device=device()))
        self.mu = nn.Parameter(torch.zeros(COUNTS, device=device()))
        self.bias = nn.Parameter(torch.zeros(1, device=device()))
        self.fresh = self.state()
        self.train(False)

    # --- the contract of a model -----------------------------------------------------------------------

    @torch.no_grad()
    def predict(self, inputs: Sequence[Any]) -> list[Prediction]:
        """The first time that an input is asked for, its best summary; then samples, others as far as there are. The
        score is the geometric mean of the chances of the sentences, in or out."""
        if not len(inputs):
            return []
        texts = [_text(one) for one in inputs]
        unique = list(dict.fromkeys(texts))
        scored = self._score(unique, remember=True)
        of = {text: scored.owner == at for at, text in enumerate(unique)}
        given: dict[str, set[Any]] = {text: set() for text in unique}
        found = []
        for text in texts:
            found.append(self._another(text, scored.z[of[text]], scored.vectors[of[text]], given[text]))
            given[text].add(found[-1].value)
        return found

    def logp(self, inputs: Sequence[Any], values: Sequence[Any]) -> Tensor:
        """(B,) nats; of a value that shares no words with its text, that nothing is picked."""
        if not len(inputs):
            return torch.zeros(0, device=device())
        texts = [_text(one) for one in inputs]
        unique = list(dict.fromkeys(texts))
        scored = self._score(unique)
        spans = [(scored.owner == at).nonzero()[:, 0] for at in range(len(unique))]
        rows = {text: spans[at] for at, text in enumerate(unique)}
        at = torch.cat([rows[text] for text in texts])
        signs = [sign for text, value in zip(texts, values, strict=True) for sign in self._signs(text, str(value))]
        owner = torch.arange(len(texts), device=at.device).repeat_interleave(
            torch.tensor([len(rows[text]) for text in texts], device=at.device)
        )
        each = nn.functional.logsigmoid(scored.z[at] * torch.tensor(signs, device=at.device))
        return torch.zeros(len(texts), device=at.device).index_add(0, owner, each)

    @contextmanager
    def base(self) -> Iterator[None]:
        with self.encoder.off():
            yield

    @torch.no_grad()
    def explain(self, input: Any, value: Any) -> tuple[Highlight, ...]:
        """The sentences that are in it, each with its chance; the likeliest first."""
        text = _text(input)
        chances = self._score([text], remember=False).z.sigmoid().tolist()
        found = [
            Highlight(text=text[a:b], start=a, end=b, weight=chance)
            for (a, b), sign, chance in zip(self.parts.split(text), self._signs(text, str(value)), chances, strict=True)
            if sign > 0
        ]
        return tuple(sorted(found, key=lambda one: -one.weight))

    def without(self, input: Any, evidence: Sequence[Evidence]) -> Any:
        return without(_text(input), evidence)

    def only(self, input: Any, evidence: Sequence[Evidence]) -> Any:
        text = _text(input)
        there = [
            text[a:b] for (a, b), sign in zip(self.parts.split(text), self._wanted(text, evidence), strict=True) if sign
        ]
        return " ".join(there) or None

    def values(self) -> tuple[str, ...]:
        return ()

    def relabel(self, labels: Sequence[str]) -> None:
        """Summaries can't be listed."""

    def embed(self, inputs: Sequence[Any]) -> np.ndarray[Any, Any]:
        with torch.no_grad():
            parts, owner = self.parts.cut([_text(one) for one in inputs])
            vectors = self.encoder.vectors(parts, remember=self.encoder.adapted)
            summed = torch.zeros(len(inputs), self.encoder.size, device=device()).index_add(0, owner, vectors)
        return np.asarray(nn.functional.normalize(summed, dim=-1).cpu().numpy(), dtype=np.float32)

    def trainable(self) -> list[tuple[str, nn.Parameter]]:
        head = {"delta": self.delta, "omega": self.omega, "mu": self.mu, "bias": self.bias}
        return [*self.encoder.lora(), *((f"head.{name}", parameter) for name, parameter in head.items())]

    def state(self) -> dict[str, Tensor]:
        return {name: p.detach().cpu().clone() for name, p in self.trainable()}

    def load(self, state: dict[str, Tensor] | None) -> None:
        state = self.fresh if state is None else state
        for name, parameter in self.trainable():
            if name not in state or state[name].shape != parameter.shape:
                raise UserError(
                    f"The adapter does not fit the base {self.base_id!r} at {name!r}",
                    "an adapter needs the base and the rank that it was trained with",
                )
        with torch.no_grad():
            for name, parameter in self.trainable():
                parameter.copy_(state[name])
        self.parts.forget()

    def calibrate(self, inputs: Sequence[Any], values: Sequence[Any]) -> None:
        """Nothing: a score is no chance of being right."""

    def train(self, deep: bool) -> None:
        self.parts.train(deep)

    def logp_evidence(self, inputs: Sequence[Any], evidence: Sequence[Sequence[Evidence]]) -> Tensor:
        """(B,) nats per sentence that is pointed at: that it is in, or for evidence against, that it is not."""
        if not len(inputs):
            return torch.zeros(0, device=device())
        texts = [_text(one) for one in inputs]
        scored = self._score(texts)
        signs = [sign for text, why in zip(texts, evidence, strict=True) for sign in self._wanted(text, why)]
        sign = torch.tensor(signs, device=scored.z.device)
        each = nn.functional.logsigmoid(scored.z * sign) * sign.abs()
        total = torch.zeros(len(texts), device=each.device)
        return total.index_add(0, scored.owner, each) / total.index_add(0, scored.owner, sign.abs()).clamp(min=1)

    # --- beyond the contract ----------------------------------------------------------------------------

    @property
    def recipe(self) -> Recipe:
        """How it is best trained: the head by many at once, then a few steps inside."""
        from adapters.fit import Recipe

        return Recipe(settle=30, ridge=0.1, passes=1, least_steps=4, most_steps=20)

    # --- inside -----------------------------------------------------------------------------------------

    def _score(self, texts: Sequence[str], remember: bool = True) -> _Scored:
        read, owner = self.parts.read(texts, remember)
        parts, _ = self.parts.cut(texts)
        z = likely(read.vectors, owner, len(texts))
        if self.encoder.adapted:
            z = z + self._learned(read, parts, owner)
        return _Scored(z, owner, read.vectors)

    def _learned(self, read: Read, parts: Sequence[str], owner: Tensor) -> Tensor:
        words = nn.functional.embedding_bag(
            read.words.ids, self.omega[:, None], read.words.starts, mode="sum", per_sample_weights=read.words.weights
        )[:, 0]
        found = torch.tensor([counted(part) for part in parts], device=owner.device)
        found = torch.cat([found, places(owner)], 1)
        return SCALE * (read.features @ self.delta + words) + found @ self.mu + self.bias

    def _another(self, text: str, z: Tensor, vectors: Tensor, given: set[Any]) -> Prediction:
        """The best summary of a text by its sentences' (n,) z where none was given yet; else one by chance, the
        warmer the more were given, or the harder it is to find another."""
        found = self._picked(text, z, vectors, 0.0)
        for harder in range(TRIES):
            if found.value in given:
                found = self._picked(text, z, vectors, WARMTH * (len(given) + harder))
        return found

    def _picked(self, text: str, z: Tensor, vectors: Tensor, warmth: float) -> Prediction:
        if not text.strip():
            return Prediction(value=None)
        want = z
        if warmth:
            chance = torch.rand(len(z), device="cpu").clamp(1e-6, 1 - 1e-6).to(z.device)
            want = z + warmth * torch.logit(chance)
        picked = apart(want.tolist(), (vectors @ vectors.T).tolist())
        spans = self.parts.split(text)
        signs = torch.tensor([1.0 if at in picked else -1.0 for at in range(len(z))], device=z.device)
        score = math.exp(float(nn.functional.logsigmoid(z * signs).mean()))
        return Prediction(value=" ".join(text[a:b] for a, b in (spans[at] for at in sorted(picked))), score=score)

    def _signs(self, text: str, value: str) -> list[float]:
        """For each sentence of a text, 1 where it is in the summary, or what one there stands for, else -1."""
        own = [text[a:b] for a, b in self.parts.split(text)]
        picked: set[int] = set()
        for said in (value[a:b] for a, b in self.parts.split(value)):
            at = own.index(said) if said in own else nearest(said, own)
            picked |= set() if at is None else {at}
        return [1.0 if at in picked else -1.0 for at in range(len(own))]

    def _wanted(self, text: str, evidence: Sequence[Evidence]) -> list[float]:
        """For each sentence, 1 where evidence for it points at it, -1 where evidence against it does, else 0."""
        spans = self.parts.split(text)
        signs = [0.0] * len(spans)
        for piece in evidence:
            first = text.find(piece.text) if piece.text else -1
            for at, (a, b) in enumerate(spans):
                if 0 <= first < b and first + len(piece.text) > a:
                    signs[at] = 1.0 if piece.role == "for" else -1.0
        return signs


def _text(input: Any) -> str:
    """The text itself, or what a conversation ends with."""
    if isinstance(input, str):
        return input
    said = [str(one["content"]) for one in input if one["role"] == "user"]
    if not said:
        raise UserError(f"{str(input)[:80]!r} has no text", 'text, or a list of {"role": "user", "content": ...}')
    return said[-1]
