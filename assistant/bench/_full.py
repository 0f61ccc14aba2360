"""What others do with feedback: fine-tune the whole encoder anew on all of it, with Hugging Face's Trainer.

    fine_tune(folder, [("broadband ahead join internet", "tech"), ...], test, LABELS)
    -> Tuned(seconds=118.2, accuracy=0.95)

The recipe is the plain one: 3 epochs, batches of 16, learning rate 5e-5. Only the training itself is timed; loading
the weights and the tokens of the texts come on top.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

__all__ = ["Taught", "Tuned", "fine_tune"]

Taught = Sequence[tuple[str, str]]
"""(text, label)"""
MAX_TOKENS = 256
LONGEST_BATCH = 64


class Tuned(NamedTuple):
    """`accuracy` in [0, 1], on the test part."""

    seconds: float
    accuracy: float


def fine_tune(
    base: Path, train: Taught, test: Taught, labels: Sequence[str], seed: int = 0, epochs: float = 3, rate: float = 5e-5
) -> Tuned:
    """Fine-tune all weights of the encoder in the folder `base`, with a new head, on the CPU or the GPU."""
    from transformers import (
        AutoModelForSequenceClassification,
        AutoTokenizer,
        DataCollatorWithPadding,
        Trainer,
        set_seed,
    )
    from transformers.trainer_callback import PrinterCallback

    from adapters.loading import loading

    set_seed(seed)
    with loading():
        tokenizer = AutoTokenizer.from_pretrained(base)
        model = AutoModelForSequenceClassification.from_pretrained(base, num_labels=len(labels), dtype="float32")
    rows = _rows(tokenizer, train, labels)
    with TemporaryDirectory(prefix="sayso-full-") as folder:
        trainer = Trainer(
            model=model,
            args=_arguments(folder, seed, epochs, rate),
            train_dataset=rows,
            data_collator=DataCollatorWithPadding(tokenizer),
        )
        trainer.remove_callback(PrinterCallback)  # what a row prints is its result alone
        started = time.perf_counter()
        trainer.train()
        seconds = time.perf_counter() - started
    return Tuned(seconds, _accuracy(model, tokenizer, test, labels))


def _arguments(folder: str, seed: int, epochs: float, rate: float) -> Any:
    from transformers import TrainingArguments

    from adapters.device import device, on_gpu

    return TrainingArguments(
        output_dir=folder,
        num_train_epochs=epochs,
        per_device_train_batch_size=16,
        learning_rate=rate,
        seed=seed,
        use_cpu=device().type == "cpu",
        bf16=on_gpu(),
        dataloader_pin_memory=on_gpu(),
        save_strategy="no",
        logging_strategy="no",
        report_to=[],
        disable_tqdm=True,
    )


def _rows(tokenizer: Any, taught: Taught, labels: Sequence[str]) -> list[dict[str, Any]]:
    tokens = tokenizer([text for text, _ in taught], truncation=True, max_length=MAX_TOKENS)
    return [
        {"input_ids": ids, "attention_mask": mask, "labels": labels.index(label)}
        for ids, mask, (_, label) in zip(tokens["input_ids"], tokens["attention_mask"], taught, strict=True)
    ]


def _accuracy(model: Any, tokenizer: Any, test: Taught, labels: Sequence[str]) -> float:
    import torch

    model.eval()
    right = 0
    for start in range(0, len(test), LONGEST_BATCH):
        some = test[start : start + LONGEST_BATCH]
        texts = [text for text, _ in some]
        tokens = tokenizer(texts, padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt")
        with torch.no_grad():
            best = model(**tokens.to(model.device)).logits.argmax(-1).tolist()
        right += sum(labels[index] == label for index, (_, label) in zip(best, some, strict=True))
    return right / len(test)
