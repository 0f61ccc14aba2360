"""Replies picked from given ones, by what a conversation means; it can be taught which one fits.

For each of the C candidates c, with h the vectors (`_encoder.py`) of what was said last and of what came before it:

    log p(c | conversation) = log softmax_c z_c
    z_c = t (h_last . w_c + E h_before . w_c + f . delta_c) + b_c

w_c is the vector of the candidate itself, which the adapter does not change, and f both vectors together. The adapter
is the LoRA matrices, by which what was learned of one reply tells of the others (Henderson et al. 2017), with delta and
b, which are zero at first. A candidate that comes later, a person's own words, has a row of its own from then on.

>>> model = rank()                                               # doctest: +SKIP
>>> model.relabel(["We open at nine.", "Tea is 2 euros."])       # doctest: +SKIP
>>> model.predict(["When do you open?"])[0].value                # doctest: +SKIP
'We open at nine.'
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import torch
from torch import Tensor, nn

from adapters.device import device
from adapters.models import family
from adapters.models._encoder import Encoder
from assistant.errors import UserError
from assistant.types import Evidence, Highlight, Prediction

if TYPE_CHECKING:
    from adapters.fit import Recipe

__all__ = ["Rank", "rank"]

SCALE = 20.0
"""t: as in `classifier`."""
EARLIER = 0.3
"""E: what came before counts this much of what was said last."""
BEFORE = 3
"""Messages before the last that are read."""
WARMTH = 1.0
"""Of samples, in units of the model's own chances."""
Talk: TypeAlias = tuple[str, str]
"""What was said last, and what came before."""


@family
def rank(base: str | None = None, rank: int = 8) -> Rank:
    """Pick replies; `base` is an encoder of the hub or a folder, None: the embedded one."""
    return Rank(Encoder(base, rank))


class Rank:
    """See the module. Inputs are texts or conversations, values are replies; `relabel` gives the candidates."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.base_id = encoder.base_id
        self.candidates: tuple[str, ...] = ()
        self.named = torch.zeros(0, encoder.size, device=device())
        self.delta = nn.Parameter(torch.zeros(0, 2 * encoder.size, device=device()))
        self.bias = nn.Parameter(torch.zeros(0, device=device()))
        self.learned: dict[str, Tensor] = {}
        """Rows of the adapter, also of candidates that are not there now."""
        self.deep = False
        self.fresh = self.state()
        self.train(False)

    # --- the contract of a model -----------------------------------------------------------------------

    @torch.no_grad()
    def predict(self, inputs: Sequence[Any]) -> list[Prediction]:
        """Asked for the same n times: the best reply, then others, each only once, the likely ones sooner."""
        if not self.candidates:
            raise UserError("There are no replies to choose from", do="give the data a column of right replies")
        talks = [_talk(one) for one in inputs]
        unique = list(dict.fromkeys(talks))
        logits = dict(zip(unique, self._logits(unique), strict=True))
        order = {talk: self._order(row, talks.count(talk)) for talk, row in logits.items()}
        return [self._prediction(logits[talk].softmax(-1).tolist(), next(order[talk])) for talk in talks]

    def logp(self, inputs: Sequence[Any], values: Sequence[Any]) -> Tensor:
        """(B,) nats, among the candidates; a value that is none of them counts as one more."""
        if not len(inputs):
            return torch.zeros(0, device=device())
        talks = [_talk(one) for one in inputs]
        unique = list(dict.fromkeys(talks))
        row = {talk: at for at, talk in enumerate(unique)}
        others = tuple(dict.fromkeys(str(value) for value in values if value not in self.candidates))
        column = {value: at for at, value in enumerate((*self.candidates, *others))}
        logits = self._logits(unique, others)
        known = logits[:, : len(self.candidates)].logsumexp(-1)
        rows = torch.tensor([row[talk] for talk in talks], device=logits.device)
        columns = torch.tensor([column[str(value)] for value in values], device=logits.device)
        own = logits[rows, columns]
        among = torch.where(columns < len(self.candidates), known[rows], torch.logaddexp(known[rows], own))
        return own - among

    @contextmanager
    def base(self) -> Iterator[None]:
        with self.encoder.off():
            yield

    def explain(self, input: Any, value: Any) -> tuple[Highlight, ...]:
        """Nothing yet: which words of a conversation a reply answers is not told."""
        return ()

    def without(self, input: Any, evidence: Sequence[Evidence]) -> Any:
        return input

    def only(self, input: Any, evidence: Sequence[Evidence]) -> Any:
        return None

    def values(self) -> tuple[str, ...]:
        return self.candidates

    def relabel(self, labels: Sequence[str]) -> None:
        """Choose among these from now on; what was learned about those that stay is kept."""
        if tuple(labels) == self.candidates:
            return
        self._remember()
        self.candidates = tuple(labels)
        with torch.no_grad(), self.encoder.off():
            self.named = self.encoder.vectors(self.candidates) if labels else self.named[:0]
        self._recall()

    def embed(self, inputs: Sequence[Any]) -> np.ndarray[Any, Any]:
        with torch.no_grad():
            vectors = self.encoder.vectors([_talk(one)[0] for one in inputs], remember=self.encoder.adapted)
        return np.asarray(vectors.cpu().numpy(), dtype=np.float32)

    def trainable(self) -> list[tuple[str, nn.Parameter]]:
        return [*self.encoder.lora(), ("head.delta", self.delta), ("head.bias", self.bias)]

    def state(self) -> dict[str, Tensor]:
        self._remember()
        lora = {name: p.detach().cpu().clone() for name, p in self.encoder.lora()}
        return lora | {f"head.reply.{reply}": row.clone() for reply, row in self.learned.items() if row.any()}

    def load(self, state: dict[str, Tensor] | None) -> None:
        state = self.fresh if state is None else state
        rows = {name.removeprefix("head.reply."): row for name, row in state.items() if name.startswith("head.reply.")}
        wide = all(len(row) == self.delta.shape[1] + 1 for row in rows.values())
        for name, parameter in self.encoder.lora():
            if not wide or name not in state or state[name].shape != parameter.shape:
                raise UserError(
                    f"The adapter does not fit the base {self.base_id!r} at {name!r}",
                    "an adapter needs the base and the rank that it was trained with",
                )
        with torch.no_grad():
            for name, parameter in self.encoder.lora():
                parameter.copy_(state[name])
        self.learned = {reply: row.clone() for reply, row in rows.items()}
        self._recall()
        self.encoder.forget()

    def calibrate(self, inputs: Sequence[Any], values: Sequence[Any]) -> None:
        """Nothing: replies are compared, and none is right alone."""

    def train(self, deep: bool) -> None:
        self.encoder.eval()
        if self.deep and not deep:
            self.encoder.forget()
        self.deep = deep

    def logp_evidence(self, inputs: Sequence[Any], evidence: Sequence[Sequence[Evidence]]) -> Tensor:
        """Zeros: there is nothing to point at in a conversation."""
        return torch.zeros(len(inputs), device=device())

    # --- beyond the contract ----------------------------------------------------------------------------

    @property
    def recipe(self) -> Recipe:
        """How it is best trained."""
        from adapters.fit import Recipe

        return Recipe(settle=30, ridge=0.3, passes=6, least_steps=24, most_steps=200, inner_rate=1e-3)

    # --- inside -----------------------------------------------------------------------------------------

    def _logits(self, talks: Sequence[Talk], others: Sequence[str] = ()) -> Tensor:
        """(B, C + O) z of each candidate, and of other replies."""
        named = self.named
        if others:
            with torch.no_grad(), self.encoder.off():
                named = torch.cat([named, self.encoder.vectors(others)])
        last, before = self._read(talks)
        z = SCALE * (last + EARLIER * before) @ named.T
        if not self.encoder.adapted:
            return z
        read = torch.cat([last, before], 1)
        return z + nn.functional.pad(SCALE * read @ self.delta.T + self.bias, (0, len(others)))

    def _read(self, talks: Sequence[Talk]) -> tuple[Tensor, Tensor]:
        """(B, D) of what was said last, and of what came before: zeros where nothing did."""
        texts = [text for talk in talks for text in talk]
        deep = None
        if self.deep and torch.is_grad_enabled():
            deep = torch.tensor([at for at, text in enumerate(texts) if text], dtype=torch.long, device=device())
        _, vectors = self.encoder.read_texts(texts, deep)
        there = torch.tensor([float(bool(text)) for text in texts], device=vectors.device)
        both = (vectors * there[:, None]).view(len(talks), 2, -1)
        return both[:, 0], both[:, 1]

    def _order(self, logits: Tensor, count: int) -> Iterator[int]:
        """Numbers of candidates: the best, then others by the Gumbel trick (Kool et al. 2019); from the start again
        where there are not enough."""
        noise = -torch.log(-torch.log(torch.rand(len(logits)).clamp(1e-9, 1 - 1e-9)))
        best = int(logits.argmax())
        drawn = (logits.cpu() + WARMTH * noise).argsort(descending=True).tolist()
        some = [best, *(at for at in drawn if at != best)]
        return iter(some * (count // len(some) + 1))

    def _prediction(self, chances: list[float], at: int) -> Prediction:
        return Prediction(
            value=self.candidates[at], score=chances[at], scores=dict(zip(self.candidates, chances, strict=True))
        )

    def _remember(self) -> None:
        """Keep the rows of the candidates that are there."""
        rows = torch.cat([self.delta, self.bias[:, None]], 1).detach().cpu()
        self.learned |= dict(zip(self.candidates, rows.clone(), strict=True))

    def _recall(self) -> None:
        """The rows of the candidates that are there, as they were learned; zero for new ones."""
        width = self.delta.shape[1]
        rows = [self.learned.get(reply, torch.zeros(width + 1)) for reply in self.candidates]
        table = torch.stack(rows).to(device()) if rows else torch.zeros(0, width + 1, device=device())
        self.delta, self.bias = nn.Parameter(table[:, :-1].clone()), nn.Parameter(table[:, -1].clone())


def _talk(input: Any) -> Talk:
    if isinstance(input, str):
        return input, ""
    said = [str(message["content"]) for message in input if message["role"] != "system"]
    if not said:
        raise UserError(f"{str(input)[:80]!r} is no conversation", 'text, or a list of {"role": ..., "content": ...}')
    return said[-1], "\n".join(said[:-1][-BEFORE:])
