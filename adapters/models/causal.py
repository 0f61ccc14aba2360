"""A causal language model that answers in text, and can be taught by talking: any of the hub, or a folder, with LoRA.

An input is what a person asks, or a conversation as a list of {"role", "content"}, whose last message the model goes on
with where it is its own; asked n times for the same, it gives n answers. A value is the answer's text:

>>> model = causal("Qwen/Qwen3-0.6B")                                          # doctest: +SKIP
>>> [answer.value for answer in model.predict(["When do you open?"] * 2)]      # doctest: +SKIP
['We open at nine.', 'At nine in the morning, every day but Sunday.']
>>> model.logp(["When do you open?"], ["We open at nine."])                    # doctest: +SKIP
tensor([-7.1], grad_fn=...)
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import torch
from torch import Tensor, nn

from adapters.device import autocast, device, on_gpu
from adapters.models import family
from adapters.models._causal_load import MOST_NEW, PLAIN, TEMPERATURE, TOP_P, alone, identity, load, window
from adapters.models._lora import Lora
from adapters.models._shared import Pack, Row, can_share, inputs_of, packs, totals
from assistant.errors import UserError
from assistant.types import Evidence, Highlight, Prediction

if TYPE_CHECKING:
    from adapters.fit import Recipe

__all__ = ["EMBEDDED", "Causal", "causal"]

EMBEDDED = Path(__file__).parent / "data" / "text"
Messages: TypeAlias = Sequence[dict[str, str]]
PLAINLY = (
    "The base {base!r} has no chat template, so it is asked in plain text (User: … Assistant: …); before a training it "
    "may ramble."
)
LEAST_NEW = 8
"""Tokens that must be left for an answer."""
BATCH, BATCH_GPU = 8, 64
"""Rows of a forward pass at most."""
SMALL = 512
"""Up to this width a model is a small one."""
BETA = 0.1
"""Of preferences: how far log-probabilities of whole texts may move from the base's (Rafailov et al. 2023)."""


@family
def causal(base: str | None = None, rank: int = 16, four_bit: bool = False, instruction: str = "") -> Causal:
    """A language model; `base` is any causal one, on the hub or a folder, None: the embedded one. The instruction
    ("Summarise this text.") is put before each input."""
    if base is None and not EMBEDDED.is_dir():
        raise UserError(
            "No language model comes with this version", "name one with --base: a folder, or a name on the hub",
            "or make the small one with sayso train-text",
        )  # fmt: skip
    model, tokenizer = load(base, EMBEDDED, four_bit)
    return Causal(model, tokenizer, base or "text", rank, instruction, last=base is None)


class Causal(Lora):
    """See the module. `beta`: see the signal `pairwise`; `notes`: what a person should know of the base; `last`: see
    `Lora`."""

    beta = BETA

    def __init__(
        self, model: Any, tokenizer: Any, name: str, rank: int = 16, instruction: str = "", last: bool = False
    ) -> None:
        self.window = window(model)
        self.width = int(model.config.get_text_config().hidden_size)
        # logits of a large vocabulary are kept only where an answer stands; a few models can't leave any out
        self._keeps = "logits_to_keep" in inspect.signature(model.forward).parameters
        base_id = f"{name}#{identity(model, tokenizer)}"
        super().__init__(model, name, rank, last)
        self.base_id = base_id
        self.plain = tokenizer.chat_template is None
        self.notes = (PLAINLY.format(base=name),) if self.plain else ()
        if self.plain:
            tokenizer.chat_template = PLAIN
        self.tokenizer = tokenizer
        self.instruction = instruction
        self.end = _end(model, tokenizer)

    # --- the contract of a model -----------------------------------------------------------------------

    @torch.no_grad()
    def predict(self, inputs: Sequence[Any]) -> list[Prediction]:
        """Sampled answers; the score is the geometric mean of the tokens' probabilities, at temperature 1.

        What is too long to be read has no answer: its value is None.

        Raises:
            UserError: all of them are too long.
        """
        prompts = [self._prompt(one) for one in inputs]
        lengths = [len(prompt) + LEAST_NEW for prompt in prompts]
        if lengths:
            self._fits(min(lengths))
        there = [at for at, length in enumerate(lengths) if length <= self.window]
        said = [Prediction(value=None)] * len(prompts)
        for batch in _batches([lengths[at] for at in there]):
            some = [there[at] for at in batch]
            written = [self._alone(ids) for ids in self._written([prompts[at] for at in some])]
            chances = self._scored([(prompts[at], ids) for at, ids in zip(some, written, strict=True)]).tolist()
            for at, ids, chance in zip(some, written, chances, strict=True):
                text = _begun(inputs[at]) + self.tokenizer.decode(ids, skip_special_tokens=True)
                score = min(1.0, math.exp(chance / len(ids)))
                said[at] = Prediction(value=text.strip() or None, score=score)
        return said

    def logp(self, inputs: Sequence[Any], values: Sequence[Any]) -> Tensor:
        """(B,) log-probability in nats of each answer, with its end.

        Raises:
            UserError: an answer with its input is longer than what the model reads.
        """
        if not len(values):
            return torch.zeros(0, device=device())
        rows = [self.tokens(one, value) for one, value in zip(inputs, values, strict=True)]
        for prompt, answer in rows:
            self._fits(len(prompt) + len(answer))
        return self._scored(rows)

    def explain(self, input: Any, value: Any) -> tuple[Highlight, ...]:
        """Nothing yet: which words of a question an answer came from is not told."""
        return ()

    def without(self, input: Any, evidence: Sequence[Evidence]) -> Any:
        return input

    def only(self, input: Any, evidence: Sequence[Evidence]) -> Any:
        return None

    def values(self) -> tuple[str, ...]:
        return ()

    def relabel(self, labels: Sequence[str]) -> None:
        """Answers can't be listed."""

    @torch.no_grad()
    def embed(self, inputs: Sequence[Any]) -> np.ndarray[Any, Any]:
        """The mean over the tokens of the last hidden layer."""
        vectors = np.zeros((len(inputs), self.width), dtype=np.float32)
        prompts = [self._prompt(one)[-self.window :] for one in inputs]
        for some in _batches([len(prompt) for prompt in prompts]):
            read = self._read([prompts[at] for at in some])
            with autocast():
                found = self.peft(**read, output_hidden_states=True, use_cache=False)
            states, mask = found.hidden_states[-1].float(), read["attention_mask"]
            means = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            vectors[some] = nn.functional.normalize(means, dim=-1).cpu().numpy()
        return vectors

    def calibrate(self, inputs: Sequence[Any], values: Sequence[Any]) -> None:
        """Nothing: a score is no chance of being right."""

    def train(self, deep: bool) -> None:
        """There is no dropout: a few critiques are seen too seldom for it."""

    def logp_evidence(self, inputs: Sequence[Any], evidence: Sequence[Sequence[Evidence]]) -> Tensor:
        """Zeros: there is nothing to point at in an input."""
        return torch.zeros(len(inputs), device=device())

    # --- beyond the contract ----------------------------------------------------------------------------

    def reads(self, input: Any, value: Any = None) -> str:
        """What is wrong, in a sentence, where the input with an answer (or room for one) is too long; else ""."""
        answer = LEAST_NEW if value is None else len(self._ids(str(value))) + 1
        try:
            self._fits(len(self._prompt(input)) + answer)
        except UserError as wrong:
            return str(wrong)
        return ""

    @torch.no_grad()
    def surprise(self, inputs: Sequence[Any], values: Sequence[Any]) -> float:
        """How unlikely the values are to the base, in bits per token (its cross-entropy). None, and what is too long to
        be read, is left out; 0 where nothing is left."""
        rows = [self.tokens(one, value) for one, value in zip(inputs, values, strict=True) if value is not None]
        there = [row for row in rows if len(row[0]) + len(row[1]) <= self.window]
        if not there:
            return 0.0
        with self.base():
            total = float(self._scored(there).sum())
        return -total / math.log(2) / sum(len(answer) for _, answer in there)

    def tokens(self, input: Any, value: Any) -> tuple[list[int], list[int]]:
        """The ids of the input, up to where the answer begins, and those of the answer, with its end."""
        return self._prompt(input), [*self._ids(str(value)), self.end]

    @property
    def recipe(self) -> Recipe:
        """How it is best trained: a small one at a higher rate, in more and smaller steps."""
        from adapters.fit import Recipe

        usual = Recipe(settle=0, passes=3, least_steps=12, most_steps=200, inner_rate=2e-4, weight_decay=0.0)
        small = replace(usual, passes=5, least_steps=32, inner_rate=3e-3, cpu_batch=0.25)
        return small if self.width <= SMALL else usual

    # --- inside -----------------------------------------------------------------------------------------

    def _prompt(self, input: Any) -> list[int]:
        """Token ids up to where the answer begins."""
        messages = _told(_messages(input), self.instruction)
        goes_on = messages[-1]["role"] == "assistant"
        text = self.tokenizer.apply_chat_template(
            list(messages), tokenize=False, add_generation_prompt=not goes_on, continue_final_message=goes_on,
            enable_thinking=False,
        )  # fmt: skip
        return self._ids(text)

    def _alone(self, ids: list[int]) -> list[int]:
        """An answer's tokens, without the turns that a base that never learned to chat makes up after it."""
        text = self.tokenizer.decode(ids, skip_special_tokens=True) if self.plain else ""
        return ids if alone(text) == text else [*self._ids(alone(text)), self.end]

    def _ids(self, text: str) -> list[int]:
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _fits(self, tokens: int) -> None:
        if tokens > self.window:
            raise UserError(
                f"That is {tokens:,} tokens with its answer",
                f"the model reads {self.window:,} at once",
                "shorten it, or choose a base with a larger window",
            )

    def _written(self, prompts: Sequence[Sequence[int]]) -> list[list[int]]:
        """Token ids of the answers, up to their end."""
        read = self._read(prompts)
        longest = read["input_ids"].shape[1]
        with autocast():
            written = self.peft.generate(
                input_ids=read["input_ids"], attention_mask=read["attention_mask"], do_sample=True,
                temperature=TEMPERATURE, top_p=TOP_P, top_k=0, max_new_tokens=min(MOST_NEW, self.window - longest),
                eos_token_id=self.end, pad_token_id=self.end,
            )  # fmt: skip
        return [_ended(row, self.end) for row in written[:, longest:].tolist()]

    def _scored(self, rows: Sequence[Row]) -> Tensor:
        """(B,) log-probability of the answers; answers to the same prompt are read in one row."""
        made = packs(rows, self._shares)
        batches = _batches([pack.length for pack in made])
        parts = [self._totals([made[at] for at in some]) for some in batches]
        order = torch.tensor([row for some in batches for at in some for row in made[at].rows], device=device())
        return torch.cat(parts)[order.argsort()]

    @cached_property
    def _shares(self) -> bool:
        return can_share(self.peft.get_base_model().config.get_text_config(), self.window, self._totals)

    def _totals(self, some: Sequence[Pack]) -> Tensor:
        """The log-probability of each answer. All end at the right, so that logits are needed only there."""
        most = max(pack.said for pack in some)
        kept = {"logits_to_keep": most + 1} if self._keeps else {}
        with autocast():
            logits = self.peft(**inputs_of(some, self.end, device()), **kept, use_cache=False).logits
        return totals(logits[:, -most - 1 :], some)

    def _read(self, prompts: Sequence[Sequence[int]]) -> dict[str, Tensor]:
        """Prompts alone, as the model reads them."""
        return inputs_of([Pack(tuple(prompt), (), ()) for prompt in prompts], self.end, device())


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Numbers of rows, those alike in length together."""
    order = sorted(range(len(lengths)), key=lambda at: lengths[at])
    size = BATCH_GPU if on_gpu() else BATCH
    return [order[start : start + size] for start in range(0, len(order), size)]


def _messages(input: Any) -> Messages:
    if isinstance(input, str):
        return [{"role": "user", "content": input}]
    if (
        isinstance(input, Sequence)
        and input
        and all(isinstance(m, dict) and {"role", "content"} <= m.keys() for m in input)
    ):
        return list(input)
    raise UserError(f"{str(input)[:80]!r} is no question", 'text, or a list of {"role": ..., "content": ...}')


def _told(messages: Messages, instruction: str) -> Messages:
    """The instruction before what the person said first."""
    first = next((at for at, message in enumerate(messages) if message["role"] == "user"), None)
    if not instruction or first is None:
        return messages
    asked = {"role": "user", "content": f"{instruction}\n\n{messages[first]['content']}"}
    return [*messages[:first], asked, *messages[first + 1 :]]


def _begun(input: Any) -> str:
    """The beginning of the answer, where the conversation ends with one."""
    last = _messages(input)[-1]
    return last["content"] if last["role"] == "assistant" else ""


def _ended(ids: list[int], end: int) -> list[int]:
    return ids[: ids.index(end) + 1] if end in ids else ids


def _end(model: Any, tokenizer: Any) -> int:
    """The token that ends an answer: of those that end a text, the one that the chat template puts there."""
    known = getattr(model.generation_config, "eos_token_id", None)
    ends = known if isinstance(known, list) else [known] if known is not None else []
    ends = [*ends, tokenizer.eos_token_id]
    if tokenizer.chat_template is not None and len(set(ends)) > 1:
        said = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
        ids = tokenizer(tokenizer.apply_chat_template(said, tokenize=False), add_special_tokens=False)["input_ids"]
        for token in reversed(ids):
            if token in ends:
                return int(token)
    return int(ends[0])
