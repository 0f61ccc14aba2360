"""Tiny models and tasks that tests make for themselves: no network, no embedded weights, a few milliseconds."""

from __future__ import annotations

import string
from pathlib import Path

from assistant.types import Example

__all__ = ["EXAMPLES", "LABELS", "tiny_encoder", "write_task"]

LABELS = ("complaint", "praise")
BAD = ("broken", "late", "rude", "refund", "awful", "lost")
GOOD = ("lovely", "great", "quick", "friendly", "perfect", "thanks")
WORDS = (*BAD, *GOOD, *LABELS, "my", "parcel", "was", "the", "staff", "is", "and", "it", "a", "order", "question")


def tiny_encoder(folder: Path) -> str:
    """A BERT of 4 layers and 32 dimensions with random weights and a tokenizer for a few words; its folder."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder.mkdir(parents=True, exist_ok=True)
    letters = [*string.ascii_lowercase, *(f"##{letter}" for letter in string.ascii_lowercase)]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, *letters, ".", ","]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=4,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=128,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return str(folder)


def _text(words: tuple[str, ...], index: int) -> str:
    first, second = words[index % len(words)], words[(index * 5 + 1 + index // 6) % len(words)]
    subject = ("my parcel was", "the staff is", "it was")[index % 3]
    return f"{subject} {first} and {second} {'my order' if index % 2 else 'the order'}"


EXAMPLES = [
    Example(
        id=f"{label}-{index}",
        input=_text(words, index),
        label=label,
        split="heldout" if index % 3 == 0 else "pool",
    )
    for label, words in zip(LABELS, (BAD, GOOD), strict=True)
    for index in range(18)
]


def write_task(folder: Path, labelled: bool = False) -> Path:
    """A CSV of the examples; pool rows without their label unless `labelled`. Returns its path."""
    path = folder / "tiny.csv"
    lines = ["id,text,label,split"]
    for example in EXAMPLES:
        label = example.label if labelled or example.split == "heldout" else ""
        lines.append(f"{example.id},{example.input},{label},{example.split}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
