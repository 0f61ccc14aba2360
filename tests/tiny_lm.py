"""Tiny chat models that tests make for themselves: two layers, a byte-level tokenizer, a second to train."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.parsers._prompt import RULES, messages
from assistant.types import Context, Critique, OnScreen, Property, Vocabulary

__all__ = ["ANSWER", "LABELS", "MAIL", "critique", "taught_lm", "tiny_lm"]

LABELS = ("spam", "order", "complaint")
MAIL = Context(
    task="mail",
    vocabulary=Vocabulary(labels=LABELS, properties=(Property(name="length.words", values="number"),)),
    outputs=(OnScreen(id="#1", input="My parcel arrived broken, I want my money back", value="order"),),
)
ANSWER = (
    '{"acts":[{"kind":"label","targets":["#1"],"label":{"op":"is","value":"complaint","span":null,"candidates":[]},'
    '"evidence":[{"text":"I want my money back","role":"for"}],"reason":null}],"clarify":null}'
)
TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>\n{{ m.content | trim }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)


def critique(text: str, context: Context = MAIL) -> Critique:
    return Critique(conversation="c", author="a", text=text, context=context)


def tiny_lm(folder: Path, seed: int = 0, window: int = 8192, template: str | None = TEMPLATE) -> str:
    """A chat model with random weights, whose answers depend strongly on what it reads; its folder."""
    _save(folder, *_made(seed, window, template))
    return str(folder)


def taught_lm(folder: Path, answer: str = ANSWER, steps: int = 120, asked: str = '"') -> str:
    """A chat model that has learned by heart to give one answer to whatever is asked; its folder.

    It attends to a few tokens back only, so that what it learned after short prompts holds after long ones; `asked` is
    how they end.
    """
    import torch

    model, tokenizer = _made(0, 8192, TEMPLATE)
    wanted = tokenizer(f"{asked}<|end|>\n<|assistant|>\n{answer}<|end|>")["input_ids"]
    before = 24
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    random = torch.Generator().manual_seed(0)
    for _ in range(steps):
        start = torch.randint(8, len(tokenizer), (8, before), generator=random)
        ids = torch.cat([start, torch.tensor([wanted] * 8)], dim=1)
        labels = ids.clone()
        labels[:, :before] = -100
        loss = model(input_ids=ids, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.3, f"the tiny model did not learn its answer: loss {loss.item():.2f}"
    _save(folder, model, tokenizer)
    return str(folder)


def _made(seed: int, window: int, template: str | None) -> tuple[Any, Any]:
    import torch
    from transformers import MistralConfig, MistralForCausalLM

    tokenizer = _tokenizer(template)
    torch.manual_seed(seed)
    config = MistralConfig(
        vocab_size=len(tokenizer),
        hidden_size=48,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=window,
        sliding_window=12,
        initializer_range=0.3,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return MistralForCausalLM(config), tokenizer


def _tokenizer(template: str | None) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trained.decoder = decoders.ByteLevel()
    marks = ["<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    options = {"vocab_size": 700, "special_tokens": marks, "initial_alphabet": alphabet, "show_progress": False}
    trained.train_from_iterator(_texts(), trainers.BpeTrainer(**options))
    made = PreTrainedTokenizerFast(tokenizer_object=trained, eos_token="<|end|>", pad_token="<|end|>")
    made.chat_template = template
    return made


def _texts() -> Iterator[str]:
    yield RULES
    yield ANSWER
    yield from (message["content"] for message in messages(critique("nope, complaint")))


def _save(folder: Path, model: Any, tokenizer: Any) -> None:
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
