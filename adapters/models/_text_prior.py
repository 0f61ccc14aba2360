"""The training of the small language model that ships: it answers as help desks do, by a notice, as it is told to.

Its talks are made by a generator with sentences of our own (`_helpdesk`), endless, so none is seen twice. `_pretrain`
says how; what the desk answers counts fully, the notice, which nobody can foretell, a little.

    epoch 3.00/8: loss 0.412, held out 0.371, right 0.91 of 128, keeps 0.88, 6,900 tokens/s, 22 min left
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch import Tensor

from adapters.device import device
from adapters.models import _pretrain
from adapters.models._causal_load import MOST_NEW, TEMPERATURE, TOP_P
from adapters.models._helpdesk import Talk, talks
from adapters.models._helpdesk_rules import kept
from adapters.models._pretrain import Course, Say, loss_of, padded, pretrain, save

__all__ = ["Plan", "tokenizer", "train_text"]

WINDOW = 512
END, SYSTEM, USER, ASSISTANT, PAD = "<|end|>", "<|system|>", "<|user|>", "<|assistant|>", "<|pad|>"
TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
POOL = 8
"""Batches that are drawn together, and shared out by length, so that little is padded."""
EASY = 0.5
"""The share of the training at whose end the talks are as hard as they will be."""
NOTICE = 0.1
"""What a token counts that the desk does not say."""
HELD = 10**9
"""The seed of the talks that are only measured on."""


@dataclass(frozen=True)
class Plan(_pretrain.Plan):
    """An epoch is `steps` steps; `held`: how many talks are only measured on."""

    epochs: float = 8
    batch: int = 32
    rate: float = 4e-3
    held: float = 256
    width: int = 256
    layers: int = 4
    heads: int = 4
    inner: int = 640
    looks: float = 2
    looked: int = 128
    steps: int = 400
    vocabulary: int = 2048
    learned_from: int = 20_000
    """Talks from which the tokenizer learns."""


def train_text(out: Path, work: Path, plan: Plan = Plan(), say: Say = print) -> dict[str, float]:
    """Train on talks, and write model, tokenizer and figures to `out`, as transformers reads them.

    Args:
        work: where the checkpoint lies; if it has one of the same plan, the training goes on from it.

    Returns:
        the figures of the last look: loss and held [nats per token], right (the share of answers all of whose numbers
        stand in the notice), keeps (the share of checked rules that are kept).

    Raises:
        UserError: the checkpoint is of another plan.
    """
    work.mkdir(parents=True, exist_ok=True)
    made = tokenizer(plan)
    held = list(islice(talks(HELD), int(plan.held)))
    course = Course(
        tokenizer=made,
        batches=partial(_batches, made, plan),
        per_epoch=plan.steps,
        look=partial(_look, made=made, plan=plan, held=held),
        tell=lambda found: (
            f"held out {found['held']:.3f}, right {found['right']:.2f} of {plan.looked}, keeps {found['keeps']:.2f}"
        ),
        weigh=partial(_weights, begin=made.convert_tokens_to_ids(ASSISTANT), end=made.eos_token_id),
    )
    model, figures = pretrain(course, plan, WINDOW, work, say)
    rounded = {name: round(figure, 4) for name, figure in figures.items()}
    save(
        model,
        made,
        out,
        {"talks": round(plan.epochs * plan.steps) * plan.batch, "figures": rounded, "plan": asdict(plan)},
    )
    return figures


def tokenizer(plan: Plan) -> Any:
    """Byte pairs, learned from talks; a talk's marks are tokens of their own, and so is each digit: figures made of
    tokens that are seen often are copied rightly much sooner."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    learned = Tokenizer(models.BPE())
    learned.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    learned.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=plan.vocabulary, special_tokens=[END, SYSTEM, USER, ASSISTANT, PAD], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    some = islice(talks(HELD + 1), plan.learned_from)
    learned.train_from_iterator((message["content"] for talk in some for message in talk.messages), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=learned, eos_token=END, pad_token=PAD, chat_template=TEMPLATE, model_max_length=WINDOW
    )


# --- batches -------------------------------------------------------------------------------------------------


def _batches(made: Any, plan: Plan, first: int, last: int) -> Iterator[Tensor]:
    """The (B, T) padded token ids of the steps from `first` to before `last`."""
    pools: dict[int, list[list[Talk]]] = {}
    for step in range(first, last):
        pool, place = divmod(step, POOL)
        if pool not in pools:
            pools = {pool: _shared_out(plan, pool)}
        yield _ids(pools[pool][place], made)


def _shared_out(plan: Plan, pool: int) -> list[list[Talk]]:
    ease = max(0.0, 1 - pool * POOL / (EASY * plan.epochs * plan.steps))
    some = sorted(islice(talks(plan.seed * 1_000_003 + pool, ease), POOL * plan.batch), key=_length)
    batches = [some[at : at + plan.batch] for at in range(0, len(some), plan.batch)]
    Random(pool).shuffle(batches)
    return batches


def _length(talk: Talk) -> int:
    return sum(len(message["content"]) for message in talk.messages)


def _ids(some: Sequence[Talk], made: Any) -> Tensor:
    written = [made.apply_chat_template(talk.messages, tokenize=False) for talk in some]
    return padded([ids[:WINDOW] for ids in made(written, add_special_tokens=False)["input_ids"]], made)


def _weights(ids: Tensor, begin: int, end: int) -> Tensor:
    """1 for what stands between the mark of an answer and its end, the end included; else `NOTICE`."""
    place = torch.arange(ids.shape[1], device=ids.device).expand_as(ids)
    begun = torch.where(ids == begin, place, -1).cummax(1).values
    ended = torch.where(ids == end, place, -1).cummax(1).values.roll(1, 1)  # an end is still a part of what it ends
    ended[:, 0] = -1
    return torch.where((begun > ended) & (ids != begin), 1.0, NOTICE)


# --- looks ---------------------------------------------------------------------------------------------------


@torch.no_grad()
def _look(model: Any, made: Any, plan: Plan, held: Sequence[Talk]) -> dict[str, float]:
    weigh = partial(_weights, begin=made.convert_tokens_to_ids(ASSISTANT), end=made.eos_token_id)
    some = sorted(held, key=_length)
    batches = [some[at : at + plan.batch] for at in range(0, len(some), plan.batch)]
    losses = [float(loss_of(model, _ids(batch, made), made.pad_token_id, weigh)) for batch in batches]
    asked = held[: plan.looked]
    answers = _answers(model, made, [talk.messages[:-1] for talk in asked], plan.seed)
    right = [
        _numbers(answer) <= _numbers(_said(talk.messages[:-1])) for talk, answer in zip(asked, answers, strict=True)
    ]
    rules = [
        kept(rule, value, answer)
        for talk, answer in zip(asked, answers, strict=True)
        for rule, value in talk.styles["rules"].items()
    ]
    return {
        "held": sum(losses) / len(losses),
        "right": sum(right) / len(right),
        "keeps": sum(rules) / len(rules) if rules else 1.0,
    }


def _answers(model: Any, made: Any, asked: Sequence[list[dict[str, str]]], seed: int) -> list[str]:
    """Sampled as `causal` samples."""
    begun = [made.apply_chat_template(messages, tokenize=False, add_generation_prompt=True) for messages in asked]
    given = made(begun, add_special_tokens=False, padding=True, padding_side="left", return_tensors="pt").to(device())
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        written = model.generate(
            input_ids=given["input_ids"], attention_mask=given["attention_mask"], do_sample=True, top_k=0,
            temperature=TEMPERATURE, top_p=TOP_P, max_new_tokens=MOST_NEW, eos_token_id=made.eos_token_id,
            pad_token_id=made.pad_token_id,
        )  # fmt: skip
    return list(made.batch_decode(written[:, given["input_ids"].shape[1] :], skip_special_tokens=True))


def _said(messages: Sequence[dict[str, str]]) -> str:
    return " ".join(message["content"] for message in messages)


def _numbers(text: str) -> set[str]:
    """The numbers of a text, but for those that count its items."""
    return set(re.findall(r"\d+", re.sub(r"(?m)^\d+[.)] ", "", text)))
